//! Trusted roots that are too old: for the policy, which says how long it believes them, or to know what signed the evidence.

use std::collections::BTreeMap;

use super::docket::Try;
use crate::digest::Digest;
use crate::trust::{Root, days};
use crate::wit::basics::{Failure, ResultClass};
use crate::wit::diagnostics::{Diagnostic, Level};
use crate::wit::trust::Source;

/// The first root that is older than the policy believes it. A root whose age cannot be proven is too old for any
/// `max-age`.
pub(super) fn overdue(roots: &BTreeMap<String, Root>, now: i64) -> Option<Failure> {
    let overdue = |root: &Root| {
        let max_age = root.origin.max_age?;
        let reason = match root.origin.age(now) {
            Some(age) if age <= max_age => return None,
            Some(age) => format!(
                "it is {} old, and the policy believes it for {}",
                days(age),
                days(max_age)
            ),
            None => {
                "its repository does not state how long its timestamp lives, so `max-age` cannot be held".to_owned()
            }
        };
        Some(Failure {
            class: ResultClass::OutdatedRoot,
            place: format!("the trusted root `{}`", root.name),
            reason,
        })
    };
    roots.values().find_map(overdue)
}

/// The same as an error, where nothing is judged.
pub(super) fn overdue_error(roots: &BTreeMap<String, Root>, file: &str, now: i64) -> Option<Diagnostic> {
    let failure = overdue(roots, now)?;
    Some(Diagnostic {
        level: Level::Error,
        file: file.to_owned(),
        line: 0,
        column: 0,
        message: format!("{} is too old: {}", failure.place, failure.reason),
        hint: Some("run `portcullis trust update`".to_owned()),
    })
}

/// What old roots may lack, in words.
pub(super) fn warnings(roots: &BTreeMap<String, Root>, file: &str, now: i64) -> Vec<Diagnostic> {
    let old = roots.values().filter(|root| root.origin.is_old(now));
    old.map(|root| Diagnostic {
        level: Level::Warning,
        file: file.to_owned(),
        line: 0,
        column: 0,
        message: format!(
            "the trusted root `{}` is {}: newer logs and authorities are unknown to it",
            root.name,
            how_old(root, now)
        ),
        hint: Some(format!("run `portcullis trust update {}`", root.name)),
    })
    .collect()
}

/// A log, authority or timestamp service that no root knows, where one of them is too old to know it: nobody can say whether
/// the evidence counts. None as soon as one attempt came further.
pub(super) fn unknown_to_old<'r>(
    digest: Digest,
    attempts: &[Try],
    root_of: impl Fn(&Try) -> Vec<&'r Root>,
    now: i64,
) -> Option<Failure> {
    let strange = |one: &Try| {
        matches!(&one.outcome, Err(rejection)
            if matches!(rejection.class, ResultClass::UntrustedRoot | ResultClass::TimeMissing))
    };
    if attempts.is_empty() || !attempts.iter().all(strange) {
        return None;
    }
    let old = attempts.iter().flat_map(root_of).find(|root| root.origin.is_old(now))?;
    Some(Failure {
        class: ResultClass::OutdatedRoot,
        place: digest.to_string(),
        reason: format!(
            "it is of a log or authority that the trusted root `{}` does not know, and that is {}: the trusted root may be \
             older than the evidence",
            old.name,
            how_old(old, now)
        ),
    })
}

fn how_old(root: &Root, now: i64) -> String {
    let source = match root.origin.source {
        Source::Embedded => "the one that this version brought",
        Source::Refreshed => "refreshed",
        Source::File => "a file",
    };
    match (root.origin.as_of, root.origin.age(now)) {
        (Some(as_of), Some(age)) => format!("{source}, of {} and {} old", date(as_of), days(age)),
        _ => format!("{source}, and past its expiry for long"),
    }
}

fn date(seconds: i64) -> String {
    let time = jiff::Timestamp::from_second(seconds).map(|time| time.to_string());
    time.map_or_else(|_| seconds.to_string(), |text| text.chars().take(10).collect())
}
