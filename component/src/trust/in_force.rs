//! Which trusted root a name stands for: what was kept of it, if that verifies, else the one that the component brings.

use sigstore_types::TimeRange;

use super::brought::{Brought, TAKEN_BY, brought};
use super::kept::Kept;
use super::origin::Origin;
use super::tuf::{self, Given, Verified, Walk, fault};
use super::{Root, subject};
use crate::crypto;
use crate::policy::RootFile;
use crate::wit::trust::{self as wit, Description, Fault, FaultKind, Member, Repository, Service};

/// A trusted root, not yet read.
#[derive(Debug)]
pub struct Found {
    pub content: Vec<u8>,
    pub origin: Origin,
    /// What else to know, in words.
    pub remarks: Vec<String>,
}

/// Where the metadata of a repository begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Beginning<'r> {
    pub initial: &'r [u8],
    pub brought: Option<Brought>,
}

/// What was kept, as far as it is of use.
pub(super) enum State {
    Verified(Box<Verified>),
    /// Older than what the component brings, in words.
    Outdated(String),
}

pub(super) fn beginning<'r>(name: &str, root: Option<&'r [u8]>) -> Result<Beginning<'r>, Fault> {
    let unknown = |reason: String, hint: &str| Fault {
        hint: Some(hint.to_owned()),
        ..fault(FaultKind::UnknownRepository, "root.json", reason)
    };
    match (brought(name), root) {
        (Some(brought), None) => Ok(Beginning {
            initial: brought.initial,
            brought: Some(brought),
        }),
        (Some(_), Some(_)) => Err(unknown(
            format!("`{name}` has initial root metadata of its own, and no other is believed for this name"),
            "give the root of your own repository another name",
        )),
        (None, Some(initial)) => Ok(Beginning { initial, brought: None }),
        (None, None) => Err(unknown(
            format!("no initial root metadata is known for `{name}`"),
            "`sigstore`, `sigstore-staging` and `github` are known; for another repository give `--root FILE`, its `root.json`",
        )),
    }
}

/// What is kept, verified from the beginning on; that it has expired is no fault.
pub(super) fn verify(beginning: Beginning<'_>, kept: &wit::Kept) -> Result<State, Fault> {
    let read = Kept::read(&kept.content)?;
    let files = read.files();
    if let Some(brought) = beginning.brought {
        let roots = files.iter().filter(|(path, _)| path.ends_with(".root.json"));
        let newest = roots.filter_map(|(_, bytes)| tuf::version_stated((*bytes)?)).max();
        if newest.is_some_and(|newest| newest < brought.version) {
            return Ok(State::Outdated(outdated(kept)));
        }
    }
    let verified = match tuf::walk(beginning.initial, &files, Given::Everything)? {
        Walk::Ends(verified) => verified,
        Walk::Wants(wanted) => return Err(fault(FaultKind::Missing, &wanted.path, "it is not there".to_owned())),
    };
    if beginning.brought.is_some() && is_outdated(&verified) {
        return Ok(State::Outdated(outdated(kept)));
    }
    Ok(State::Verified(verified))
}

/// It was signed before the brought root was taken, so that one may have dropped what it still trusts. Where nothing says when
/// it was signed, its expiry bounds it.
pub(super) fn is_outdated(verified: &Verified) -> bool {
    verified.as_of.unwrap_or(verified.expires) < TAKEN_BY
}

fn outdated(kept: &wit::Kept) -> String {
    format!(
        "what is kept of the trusted root `{}` in `{}` is older than the root that this version brings, which is used",
        kept.name, kept.place
    )
}

/// The trusted root that `name` stands for. What is kept and does not verify is a fault, not a reason to use another.
pub fn in_force(name: &str, root: Option<&[u8]>, kept: Option<&wit::Kept>) -> Result<Found, Fault> {
    crypto::install();
    let beginning = beginning(name, root)?;
    let remark = match kept.map(|kept| verify(beginning, kept)).transpose()? {
        Some(State::Verified(verified)) => {
            return Ok(Found {
                origin: Origin::refreshed(&verified),
                content: verified.content,
                remarks: Vec::new(),
            });
        }
        Some(State::Outdated(remark)) => Some(remark),
        None => None,
    };
    let brought = beginning.brought.ok_or_else(|| Fault {
        hint: Some(format!("run `portcullis trust update {name} --mirror URL --root FILE`")),
        ..fault(
            FaultKind::Missing,
            "trusted_root.json",
            format!("the trusted root `{name}` was never fetched"),
        )
    })?;
    Ok(Found {
        content: brought.trusted_root.as_bytes().to_vec(),
        origin: Origin::embedded(brought.version),
        remarks: remark.into_iter().collect(),
    })
}

pub fn show(repository: &Repository) -> Result<Description, Fault> {
    let found = in_force(&repository.name, repository.root.as_deref(), repository.kept.as_ref())?;
    describe(&repository.name, found)
}

pub(super) fn describe(name: &str, found: Found) -> Result<Description, Fault> {
    let root = Root::read(&RootFile {
        name: name.to_owned(),
        file: name.to_owned(),
        content: found.content.clone(),
        origin: found.origin.clone(),
    })
    .map_err(|diagnostic| fault(FaultKind::UnusableRoot, "trusted_root.json", diagnostic.message))?;
    Ok(Description {
        root: found.origin.describe(name, root.digest),
        members: members(&root),
        content: found.content,
        remarks: found.remarks,
    })
}

fn members(root: &Root) -> Vec<Member> {
    let member = |service, name: &str, id: String, window: Option<&TimeRange>| Member {
        service,
        name: name.to_owned(),
        id,
        from: window.map(|window| window.start.as_second()),
        until: window.and_then(|window| window.end).map(|time| time.as_second()),
    };
    let trusted = &root.trusted;
    let mut members = Vec::new();
    for log in &trusted.tlogs {
        let id = hex::encode(log.log_id.key_id.as_bytes());
        let window = log.public_key.valid_for.as_ref();
        members.push(member(Service::TransparencyLog, &log.base_url, id, window));
    }
    for one in &trusted.certificate_authorities {
        let id = subject(&one.cert_chain);
        members.push(member(
            Service::CertificateAuthority,
            &one.uri,
            id,
            one.valid_for.as_ref(),
        ));
    }
    for log in &trusted.ctlogs {
        let id = hex::encode(log.log_id.key_id.as_bytes());
        let window = log.public_key.valid_for.as_ref();
        members.push(member(Service::CertificateLog, &log.base_url, id, window));
    }
    for one in &trusted.timestamp_authorities {
        let id = subject(&one.cert_chain);
        let name = one.uri.as_deref().unwrap_or_default();
        members.push(member(Service::TimestampAuthority, name, id, one.valid_for.as_ref()));
    }
    members
}
