//! A bundle of cosign's public keys, as Red Hat publishes its own:
//! `{"schemaVersion": "1.0", "cosignKeys": [{"name", "publicKey"}]}`.

use super::draft::{Demand, Draft, Entry, Log, Mode, Names, Part, Rule, push_once};
use super::keys::{Key, Keys};
use super::notes::Notes;
use super::read::{self, ReadError};
use super::{Given, Input, node};
use crate::say;

/// The version that is read.
const SCHEMA: &str = "1.0";

pub fn import(input: &Input, given: &Given) -> Result<Draft, ReadError> {
    let (mut draft, mut notes, mut names) = (Draft::default(), Notes::default(), Names::default());
    let (mut keys, mut by) = (Keys::default(), Vec::new());
    let root = node(input, read::json(&input.content)?);
    let at = root.at.clone();
    let Some(mut bundle) = root.fields(&mut notes) else {
        draft.notes = notes.take();
        return Ok(draft);
    };
    match bundle.text("schemaVersion", &mut notes) {
        Some(version) if version == SCHEMA => {}
        other => notes.changed(
            &at.key("schemaVersion"),
            say!["expected `", SCHEMA, "`, found `", other.unwrap_or_default(), "`"],
        ),
    }
    let listed = bundle.items("cosignKeys", &mut notes);
    bundle.finish(&mut notes);
    if !listed.is_empty() {
        notes.changed(
            &at.key("cosignKeys"),
            say!["the bundle does not say whether signatures are in the transparency log; here they must be"],
        );
    }
    draft.notes = notes.take();
    for item in listed {
        let at = item.at.clone();
        let fields = item.fields(&mut notes);
        let read = fields.and_then(|mut fields| {
            let (name, pem) = (fields.text("name", &mut notes), fields.text("publicKey", &mut notes));
            fields.finish(&mut notes);
            Some((name.unwrap_or_default(), pem?))
        });
        match read {
            Some((written, pem)) => {
                let (written, log) = (written.as_str(), Log::default());
                let key = Key { at, written, pem, log };
                push_once(&mut by, keys.add(&mut draft, &mut names, key, &mut notes));
            }
            None => {
                notes.missing(&at, say!["it has no `publicKey`"]);
                draft.signers.push(Part::new(at, None, &mut notes));
            }
        }
    }
    let name = given.rule.clone().unwrap_or_else(|| "signed".to_owned());
    let rule = Rule {
        name: name.clone(),
        demand: Demand::Signature,
        by,
        severity: None,
        remediation: None,
    };
    draft.rules.push(Part::new(at.clone(), Some(rule), &mut notes));
    let entry = Entry {
        glob: given.glob(),
        rules: vec![name],
        mode: Mode::Enforce,
    };
    draft.images.push(Part::new(at, Some(entry), &mut notes));
    Ok(draft)
}
