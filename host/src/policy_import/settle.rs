//! Leaves out of a draft what the reader of policies refuses, and says so. What is left is a policy.

use super::draft::{Demand, Draft, Entry, Exception, Mode, Part, Rule, Signer};
use super::notes::{Notes, Pointer};
use super::{emit, refusal};
use crate::say;
use crate::untrusted::Safe;

/// The errors of a policy's text; none: it is one.
pub type Verdict = Result<(), Vec<String>>;

/// The parts are right and the whole is not.
#[derive(Debug, thiserror::Error)]
#[error("what was imported is no policy: {}", .0.join("; "))]
pub struct Refused(Vec<String>);

/// A signer that any reader takes, for parts that need one.
const STAND_IN: &str =
    "signers:\n  stand-in: { keyless: { issuer: \"https://idp.example\", identity: a@acme.example } }\n";

pub fn settle(draft: &mut Draft, accepts: &mut dyn FnMut(&str) -> Verdict) -> Result<(), Refused> {
    prune(draft);
    if accepts(&whole(draft)).is_ok() {
        return Ok(());
    }
    let mut judge = |text: String| accepts(&text).err();
    let mut signers = std::mem::take(&mut draft.signers);
    signers
        .iter_mut()
        .for_each(|part| drop_refused(part, |signer| judge(alone(signer))));
    draft.signers = signers;
    draft
        .rules
        .iter_mut()
        .for_each(|part| drop_refused(part, |rule| judge(rule_alone(rule))));
    draft
        .images
        .iter_mut()
        .for_each(|part| drop_refused(part, |entry| judge(entry_alone(entry))));
    draft
        .exceptions
        .iter_mut()
        .for_each(|part| drop_refused(part, |one| judge(exception_alone(one))));
    prune(draft);
    accepts(&whole(draft)).map_err(Refused)
}

/// Exceptions alone stand below rules that are somewhere else.
fn whole(draft: &Draft) -> String {
    let written = emit::policy(draft, &Safe::default());
    match draft.rules.iter().all(|part| part.value.is_none()) && !draft.exceptions.is_empty() {
        true => {
            let rules = draft
                .exceptions
                .iter()
                .filter_map(|part| Some(part.value.as_ref()?.rule.as_str()));
            let rules: std::collections::BTreeSet<&str> = rules.collect();
            written + &frame(rules.into_iter())
        }
        false => written,
    }
}

/// Rules of these names, and entries for them.
fn frame<'r>(names: impl Iterator<Item = &'r str>) -> String {
    let names: Vec<&str> = names.collect();
    let listed = names.iter().map(|name| crate::yaml_text::word(name));
    let listed = listed.collect::<Vec<_>>().join(", ");
    match names.is_empty() {
        true => String::new(),
        false => rules(&names) + &format!("images:\n  - {{ match: \"**\", rules: [{listed}] }}\n"),
    }
}

fn rules(names: &[&str]) -> String {
    let rule = |name: &&str| {
        let name = crate::yaml_text::word(name);
        format!("  {name}: {{ vulnerabilities: {{ by: stand-in, max-age: 7d, fail-on: high }} }}\n")
    };
    format!("{STAND_IN}rules:\n{}", names.iter().map(rule).collect::<String>())
}

fn alone(signer: &Signer) -> String {
    let rule = Rule {
        name: "signed".to_owned(),
        demand: Demand::Signature,
        by: vec![signer.name.clone()],
        severity: None,
        remediation: None,
    };
    let draft = Draft {
        signers: vec![part(signer.clone())],
        images: vec![part(entry(&rule))],
        rules: vec![part(rule)],
        ..Draft::default()
    };
    emit::policy(&draft, &Safe::default())
}

fn rule_alone(rule: &Rule) -> String {
    let rule = Rule {
        by: vec!["stand-in".to_owned()],
        ..rule.clone()
    };
    let draft = Draft {
        images: vec![part(entry(&rule))],
        rules: vec![part(rule)],
        ..Draft::default()
    };
    emit::policy(&draft, &Safe::default()) + STAND_IN
}

fn entry_alone(entry: &Entry) -> String {
    let names: Vec<&str> = entry.rules.iter().map(String::as_str).collect();
    let draft = Draft {
        images: vec![part(entry.clone())],
        ..Draft::default()
    };
    emit::policy(&draft, &Safe::default()) + &rules(&names)
}

fn exception_alone(exception: &Exception) -> String {
    let draft = Draft {
        exceptions: vec![part(exception.clone())],
        ..Draft::default()
    };
    emit::policy(&draft, &Safe::default()) + &frame(std::iter::once(exception.rule.as_str()))
}

fn entry(rule: &Rule) -> Entry {
    Entry {
        glob: "**".to_owned(),
        rules: vec![rule.name.clone()],
        mode: Mode::Enforce,
    }
}

fn part<T>(value: T) -> Part<T> {
    Part::new(Pointer::of(""), Some(value), &mut Notes::default())
}

fn drop_refused<T>(part: &mut Part<T>, judge: impl FnOnce(&T) -> Option<Vec<String>>) {
    if let Some(words) = part.value.as_ref().and_then(judge) {
        leave_out(part, refusal(&words));
    }
}

fn leave_out<T>(part: &mut Part<T>, reason: Safe) {
    let mut notes = Notes::default();
    notes.missing(&part.at, reason);
    part.notes.extend(notes.take());
    part.value = None;
}

/// A rule needs signers, an image rules, an exception its rule.
fn prune(draft: &mut Draft) {
    let named = |names: &mut dyn Iterator<Item = &String>| names.cloned().collect::<Vec<String>>();
    let signers = named(&mut draft.signers.iter().filter_map(|part| Some(&part.value.as_ref()?.name)));
    for part in &mut draft.rules {
        let Some(rule) = &mut part.value else { continue };
        let before = rule.by.len();
        rule.by.retain(|name| signers.contains(name));
        if rule.by.is_empty() {
            leave_out(part, say!["none of its signers could be imported"]);
        } else if rule.by.len() < before {
            let mut notes = Notes::default();
            notes.changed(&part.at, say!["signers that could not be imported do not count"]);
            part.notes.extend(notes.take());
        }
    }
    let rules = named(&mut draft.rules.iter().filter_map(|part| Some(&part.value.as_ref()?.name)));
    for part in &mut draft.images {
        let Some(entry) = &mut part.value else { continue };
        // with the rest of them it would allow more than was said
        if entry.rules.is_empty() || entry.rules.iter().any(|name| !rules.contains(name)) {
            let why = match entry.rules.iter().any(|name| rules.contains(name)) {
                true => "not all of its rules could be imported; what nothing else matches is denied",
                false => "none of its rules could be imported; what nothing else matches is denied",
            };
            leave_out(part, say![why]);
        }
    }
    if rules.is_empty() && draft.rules.is_empty() {
        return;
    }
    for part in &mut draft.exceptions {
        if part
            .value
            .as_ref()
            .is_some_and(|exception| !rules.contains(&exception.rule))
        {
            leave_out(part, say!["its rule could not be imported"]);
        }
    }
}
