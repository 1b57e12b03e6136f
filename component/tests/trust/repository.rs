//! A TUF repository and one who asks it.

use std::collections::BTreeMap;

use portcullis_component::trust;
use portcullis_component::wit::trust::{Fault, Fetched, Kept, Refreshed, Repository, Step};
use testbed::{Sigstore, Tuf};

pub const NOW: i64 = testbed::clock::NOON;
pub const DAY: i64 = 86_400;

pub fn tuf() -> Tuf {
    Tuf::new(&Sigstore::new().trusted_root_json(), NOW)
}

pub fn repository(initial: &[u8], kept: Option<&[u8]>) -> Repository {
    Repository {
        name: "corp".to_owned(),
        root: Some(initial.to_vec()),
        kept: kept.map(|content| Kept {
            name: "corp".to_owned(),
            place: "cache/corp.json".to_owned(),
            content: content.to_vec(),
        }),
    }
}

/// Gives what is asked for until there is an end, and counts the questions.
pub fn ask(
    repository: &Repository,
    files: &BTreeMap<String, Vec<u8>>,
    time: i64,
) -> (Result<Refreshed, Fault>, Vec<String>) {
    let mut fetched: Vec<Fetched> = Vec::new();
    loop {
        let asked = |fetched: &[Fetched]| fetched.iter().map(|one| one.path.clone()).collect();
        match trust::update(repository, &fetched, time) {
            Err(fault) => return (Err(fault), asked(&fetched)),
            Ok(Step::Done(refreshed)) => return (Ok(refreshed), asked(&fetched)),
            Ok(Step::Wanted(wanted)) => {
                assert!(!fetched.iter().any(|one| one.path == wanted.path), "{wanted:?} twice");
                fetched.push(Fetched {
                    content: files.get(&wanted.path).cloned(),
                    path: wanted.path,
                });
            }
        }
    }
}

pub fn update(initial: &[u8], kept: Option<&[u8]>, tuf: &Tuf, time: i64) -> Result<Refreshed, Fault> {
    ask(&repository(initial, kept), &tuf.files(), time).0
}
