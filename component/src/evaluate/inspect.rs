//! What was collected about an image, proven and not judged: for looking, and for handing out.

use std::collections::BTreeMap;

use super::docket::{Docket, Tried};
use super::{age, read_roots, resolved};
use crate::crypto;
use crate::digest::Digest;
use crate::evidence::Store;
use crate::own_root;
use crate::policy::{Platforms, Policy, RootFile, TypeNames};
use crate::signer::Signer;
use crate::targets::{self, Image, Scope, Target};
use crate::trust::{self, Origin, Root};
use crate::verify::Prover;
use crate::wit::basics::Failure;
use crate::wit::diagnostics::{Diagnostic, Error, Level};
use crate::wit::evidence::Evidence;
use crate::wit::request::{NamedFile, Request};
use crate::wit::trust::{Fault, Kept};

/// Proves what was collected without judging it.
pub fn inspect(request: &Request) -> Result<Vec<Evidence>, Error> {
    crypto::install();
    let means = Means::read(request)?;
    let Ok(digest) = resolved(request)? else {
        return Ok(Vec::new());
    };
    let store = Store::new(request);
    let prover = Prover::new(&means.roots, request.time);
    let docket = Docket::new(request, &store, &prover, means.tried(), &means.names);
    drop(look_at_everything(&docket, &store, digest));
    Ok(docket.evidence())
}

/// What evidence is proven with where nothing is judged.
pub(super) struct Means {
    /// None: no policy was given.
    pub signers: Option<BTreeMap<String, Signer>>,
    pub roots: BTreeMap<String, Root>,
    pub names: TypeNames,
    pub warnings: Vec<Diagnostic>,
}

impl Means {
    pub fn read(request: &Request) -> Result<Self, Error> {
        if request.policy.document.content.is_empty() {
            return Ok(Self {
                signers: None,
                roots: read_roots(looked_under(request)?.iter())?,
                names: TypeNames::default(),
                warnings: Vec::new(),
            });
        }
        let mut policy = Policy::read(&request.policy).map_err(Error::Policy)?;
        let mut roots = read_roots(policy.roots.values())?;
        let file = &request.policy.document.name;
        if let Some(error) = age::overdue_error(&roots, file, request.time) {
            return Err(Error::Policy(vec![error]));
        }
        let mut warnings = std::mem::take(&mut policy.warnings);
        warnings.extend(age::warnings(&roots, file, request.time));
        own_root::bind(&mut policy.signers, &mut roots, file).map_err(Error::Policy)?;
        Ok(Self {
            roots,
            signers: Some(policy.signers),
            names: policy.types,
            warnings,
        })
    }

    pub fn tried(&self) -> Tried<'_> {
        match &self.signers {
            Some(signers) => Tried::Everything(signers.values().collect()),
            None => Tried::Anyone,
        }
    }
}

/// The image, whatever it is, and every platform that it has; the answer is why there may be more.
pub(super) fn look_at_everything<'a>(docket: &Docket<'a, '_>, store: &Store<'a>, digest: Digest) -> Option<Failure> {
    docket.examine(&Target::anything(store, digest));
    let image = Image::read(store, digest);
    match image.and_then(|image| image.scope(store, &Platforms::Every)) {
        Ok(Scope::All(platforms)) => {
            platforms.iter().for_each(|target| drop(docket.examine(target)));
            None
        }
        Err(targets::Error::Unseen(failure)) => Some(failure),
        Ok(Scope::Either(..)) | Err(targets::Error::Refused(_)) => None,
    }
}

/// Without a policy: the roots given, else the public ones.
fn looked_under(request: &Request) -> Result<Vec<RootFile>, Error> {
    let given = &request.policy.trust_override;
    if !given.is_empty() {
        let file = |one: &NamedFile| RootFile {
            name: one.name.clone(),
            file: one.name.clone(),
            content: one.content.clone(),
            origin: Origin::file(),
        };
        return Ok(given.iter().map(file).collect());
    }
    let known = |name: &str| {
        let kept = request.policy.kept_roots.iter().find(|one| one.name == name);
        match trust::in_force(name, None, kept) {
            Ok(found) => Ok(RootFile {
                name: name.to_owned(),
                file: name.to_owned(),
                content: found.content,
                origin: found.origin,
            }),
            Err(fault) => Err(unverified(name, kept, &fault)),
        }
    };
    let roots: Result<Vec<_>, _> = ["sigstore", "github"].into_iter().map(known).collect();
    roots.map_err(|diagnostic| Error::Policy(vec![diagnostic]))
}

fn unverified(name: &str, kept: Option<&Kept>, fault: &Fault) -> Diagnostic {
    Diagnostic {
        level: Level::Error,
        file: kept.map_or_else(|| name.to_owned(), |kept| kept.place.clone()),
        line: 0,
        column: 0,
        message: format!(
            "what is kept of the trusted root `{name}` does not verify: `{}`: {}",
            fault.file, fault.reason
        ),
        hint: Some(format!("run `portcullis trust update {name}`, or remove the file")),
    }
}
