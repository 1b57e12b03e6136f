//! Exclusions of a policy as exceptions. Here a signature is waived for one digest only, until a day.

use super::Import;
use crate::policy_import::Given;
use crate::policy_import::draft::{Exception, Part};
use crate::policy_import::expiry::last_day;
use crate::policy_import::notes::{Notes, Pointer};
use crate::policy_import::tree::{Fields, Node};
use crate::reference::Reference;
use crate::say;

/// What a signature rule may find, beside `unsigned`.
const ALIASES: [&str; 3] = ["no-matching-signer", "identity-mismatch", "not-a-signature"];

impl Import {
    pub(super) fn exclusion(&mut self, node: Node, rules: &[String], given: &Given, rationale: Option<&str>) {
        let at = node.at.clone();
        let read = node
            .fields(&mut self.notes)
            .and_then(|fields| read(fields, given, &mut self.notes));
        let Some((image, name, expires)) = read else {
            return self.draft.exceptions.push(Part::new(at, None, &mut self.notes));
        };
        let owner = given.owner.clone();
        if owner.is_none() {
            self.notes.missing(&at, say!["nobody answers for it: give `--owner`"]);
        }
        let reason = name
            .or_else(|| given.reason.clone())
            .or_else(|| rationale.map(str::to_owned));
        if reason.is_none() {
            self.notes.missing(&at, say!["it has no reason: give `--reason`"]);
        }
        for rule in rules {
            let exception = owner.clone().zip(reason.clone()).map(|(owner, reason)| Exception {
                rule: rule.clone(),
                image: image.clone(),
                id: "unsigned".to_owned(),
                aliases: ALIASES.map(str::to_owned).to_vec(),
                owner,
                reason,
                expires: expires.clone(),
            });
            self.draft
                .exceptions
                .push(Part::new(at.clone(), exception, &mut self.notes));
        }
    }
}

/// The image by its digest, the exclusion's name, and the last day.
fn read(mut fields: Fields, given: &Given, notes: &mut Notes) -> Option<(String, Option<String>, String)> {
    let at = fields.at.clone();
    let name = fields.text("name", notes);
    let ends = fields.text("expiration", notes);
    let image = fields.fields("image", notes).and_then(|mut image| {
        let name = image.text("name", notes);
        image.finish(notes);
        name
    });
    let deployment = say!["an exclusion of a deployment: here exceptions are for images"];
    let by_deployment = fields.take("deployment");
    if let Some(deployed) = &by_deployment {
        notes.missing(&deployed.at, deployment);
    }
    fields.finish(notes);
    if by_deployment.is_some() {
        return None;
    }
    let image = pinned(&at, image.as_deref(), notes);
    let expires = expires(&at, ends.as_deref(), given, notes);
    Some((image?, name, expires?))
}

fn pinned(at: &Pointer, image: Option<&str>, notes: &mut Notes) -> Option<String> {
    let written = image.unwrap_or_default();
    let reference: Option<Reference> = written.parse().ok();
    let pinned = reference.and_then(|one| Some(format!("{}@{}", one.name(), one.digest()?)));
    if pinned.is_none() {
        let advice = "a signature is waived for one digest only: name the image as `registry/repository@sha256:…`";
        notes.missing(at, say!["`", written, "` is excluded there by its name; ", advice]);
    }
    pinned
}

fn expires(at: &Pointer, ends: Option<&str>, given: &Given, notes: &mut Notes) -> Option<String> {
    let Some(ends) = ends else {
        notes.missing(at, say!["it has no expiry, and an exception needs one"]);
        return None;
    };
    match last_day(ends, given.today) {
        Ok(day) => Some(day.to_string()),
        Err(reason) => {
            notes.missing(at, reason.words());
            None
        }
    }
}
