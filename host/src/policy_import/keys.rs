//! Public keys of a source. One key has one name, or it would count as two people (docs/policy.md, meaning of `at-least`).

use std::collections::BTreeMap;

use super::draft::{CtLog, Draft, Log, Names, Part, Recognises, Required, Signer};
use super::notes::{Notes, Pointer};
use crate::say;

#[derive(Debug, Default)]
pub struct Keys {
    /// from the key without its line breaks to the place among the draft's signers
    known: BTreeMap<String, usize>,
}

impl Keys {
    /// The name of the signer that stands for this key.
    pub fn add(&mut self, draft: &mut Draft, names: &mut Names, key: Key<'_>, notes: &mut Notes) -> String {
        let same: String = key.pem.chars().filter(|c| !c.is_whitespace()).collect();
        let known = self
            .known
            .get(&same)
            .and_then(|position| draft.signers.get_mut(*position));
        if let Some(part) = known
            && let Some(signer) = &mut part.value
        {
            part.notes.extend(same_key(signer, &key, notes));
            return signer.name.clone();
        }
        let name = names.fresh(key.written, "key");
        self.known.insert(same, draft.signers.len());
        let signer = Signer {
            name: name.clone(),
            recognises: Recognises::Key(key.pem),
            log: key.log,
            ct_log: CtLog::default(),
        };
        draft.signers.push(Part::new(key.at, Some(signer), notes));
        name
    }
}

pub struct Key<'a> {
    pub at: Pointer,
    /// what people call it
    pub written: &'a str,
    pub pem: String,
    pub log: Log,
}

/// What is demanded of a key that is there twice is the stricter of the two.
fn same_key(signer: &mut Signer, key: &Key<'_>, notes: &mut Notes) -> Vec<super::notes::Note> {
    notes.changed(
        &key.at,
        say!["the same key as `", signer.name, "`: one key has one name"],
    );
    if signer.log != key.log {
        let strict = [signer.log.required, key.log.required].contains(&Required::Yes);
        signer.log.required = if strict { Required::Yes } else { Required::No };
        notes.missing(
            &key.at,
            say!["what it demands of the transparency log differs; the stricter one holds"],
        );
    }
    notes.take()
}
