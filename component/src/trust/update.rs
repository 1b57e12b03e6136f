//! `update-trust`: what a TUF repository answered so far, and what to ask it next.

use jiff::Timestamp;

use super::in_force::{Beginning, Found, State, beginning, describe, is_outdated, verify};
use super::kept::Kept;
use super::origin::Origin;
use super::tuf::{self, Files, Given, Verified, Walk, fault};
use crate::crypto;
use crate::wit::trust::{Fault, FaultKind, Fetched, Refreshed, Repository, Step};

/// Refuses what is older than what is kept, and than what the component brings.
pub fn update(repository: &Repository, fetched: &[Fetched], time: i64) -> Result<Step, Fault> {
    crypto::install();
    let beginning = beginning(&repository.name, repository.root.as_deref())?;
    // Beyond the calendar everything has expired.
    let time = Timestamp::from_second(time).unwrap_or(Timestamp::MAX);
    let files: Files<'_> = fetched
        .iter()
        .map(|one| (one.path.as_str(), one.content.as_deref()))
        .collect();
    let verified = match tuf::walk(beginning.initial, &files, Given::SoFar(time))? {
        Walk::Wants(wanted) => return Ok(Step::Wanted(wanted)),
        Walk::Ends(verified) => verified,
    };
    if beginning.brought.is_some() && is_outdated(&verified) {
        let reason = "older than the trusted root that this version brings".to_owned();
        return Err(fault(FaultKind::Rollback, "timestamp.json", reason));
    }
    let (earlier, remarks) = earlier(repository, beginning);
    if let Some(earlier) = &earlier {
        verified.follows(earlier)?;
    }
    let origin = Origin::refreshed(&verified);
    let kept = Kept::write(&verified.files)?;
    let unchanged = earlier.is_some_and(|earlier| earlier.content == verified.content);
    let content = verified.content;
    Ok(Step::Done(Refreshed {
        description: describe(
            &repository.name,
            Found {
                content,
                origin,
                remarks,
            },
        )?,
        unchanged,
        kept,
    }))
}

/// What is kept bounds what may come after it. Where it is of no use there is no bound; whoever can spoil it can remove it.
fn earlier(repository: &Repository, beginning: Beginning<'_>) -> (Option<Box<Verified>>, Vec<String>) {
    let Some(kept) = &repository.kept else {
        return (None, Vec::new());
    };
    match verify(beginning, kept) {
        Ok(State::Verified(verified)) => (Some(verified), Vec::new()),
        Ok(State::Outdated(_)) => (None, Vec::new()),
        Err(fault) => {
            let remark = format!(
                "what was kept in `{}` did not verify and is replaced: {}: {}",
                kept.place, fault.file, fault.reason
            );
            (None, vec![remark])
        }
    }
}
