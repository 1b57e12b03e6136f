//! What was collected about an image, proven and not judged: for looking, and for handing out.

use std::collections::BTreeMap;

use super::docket::{Docket, Tried};
use super::{read_roots, resolved};
use crate::crypto;
use crate::digest::Digest;
use crate::evidence::Store;
use crate::own_root;
use crate::policy::{Platforms, Policy, RootFile, TypeNames};
use crate::signer::Signer;
use crate::targets::{self, Image, Scope, Target};
use crate::trust::{Root, embedded};
use crate::verify::Prover;
use crate::wit::basics::Failure;
use crate::wit::diagnostics::{Diagnostic, Error};
use crate::wit::evidence::Evidence;
use crate::wit::request::Request;

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
                roots: read_roots(looked_under(request).iter())?,
                names: TypeNames::default(),
                warnings: Vec::new(),
            });
        }
        let mut policy = Policy::read(&request.policy).map_err(Error::Policy)?;
        let mut roots = read_roots(policy.roots.values())?;
        own_root::bind(&mut policy.signers, &mut roots, &request.policy.document.name).map_err(Error::Policy)?;
        Ok(Self {
            roots,
            signers: Some(policy.signers),
            names: policy.types,
            warnings: policy.warnings,
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
fn looked_under(request: &Request) -> Vec<RootFile> {
    let given = &request.policy.trust_override;
    let file = |name: &str, content: &[u8]| RootFile {
        name: name.to_owned(),
        file: name.to_owned(),
        content: content.to_vec(),
    };
    if !given.is_empty() {
        return given.iter().map(|one| file(&one.name, &one.content)).collect();
    }
    let known = |name: &str| {
        let handed = request.policy.roots.iter().find(|one| one.name == name);
        handed
            .map(|one| one.content.as_slice())
            .or_else(|| embedded(name))
            .map(|content| file(name, content))
    };
    ["sigstore", "github"].into_iter().filter_map(known).collect()
}
