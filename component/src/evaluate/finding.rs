//! Findings in words: what was expected, what was found, what was nearest, what to do.

use super::docket::Examined;
use super::outcome::Outcome;
use crate::evidence::Content;
use crate::policy::Enforced;
use crate::targets::Target;
use crate::wit::basics::{Failure, ResultClass, Verdict};
use crate::wit::evidence::Rejection;
use crate::wit::report::{Finding, NearMiss};

/// How far a rejected piece of evidence is from counting: smaller is nearer.
pub(super) fn distance(class: ResultClass) -> u8 {
    match class {
        ResultClass::Verified => 0,
        ResultClass::IdentityMismatch => 1,
        ResultClass::SctMissing
        | ResultClass::LogEntryMissing
        | ResultClass::LogEntryInvalid
        | ResultClass::TimeMissing
        | ResultClass::ExpiredAtSigning
        | ResultClass::UntrustedRoot => 2,
        ResultClass::AlgorithmNotAccepted => 3,
        ResultClass::NoMatchingSigner => 4,
        ResultClass::SubjectMismatch => 5,
        ResultClass::UnsupportedFormat => 6,
        ResultClass::Malformed | ResultClass::PredicateMalformed => 7,
        ResultClass::DigestMismatch => 8,
        ResultClass::NotASignature => 9,
        ResultClass::Unsigned
        | ResultClass::DiscoveryFailed
        | ResultClass::ImageNotFound
        | ResultClass::BudgetExceeded => 10,
    }
}

pub(super) fn denied(one: &Enforced<'_>, examined: &Examined<'_>, near_misses: Vec<NearMiss>) -> Finding {
    let nearest = near_misses.first();
    let class = nearest.map_or(ResultClass::Unsigned, |miss| miss.rejection.class);
    let unknown = examined
        .pieces
        .iter()
        .filter(|piece| matches!(piece.candidate.content, Content::Unknown))
        .count();
    Finding {
        class,
        target: Some(examined.target.digest.to_string()),
        platform: examined.target.platform.clone(),
        message: message(class).to_owned(),
        expected: one.rule.to_string(),
        found: found(nearest, unknown),
        hint: match nearest {
            Some(miss) => miss.rejection.hint.clone(),
            None => Some("sign the image, for instance with `cosign sign`".to_owned()),
        },
        evidence: nearest.map(|miss| miss.digest.clone()),
        near_misses,
    }
}

fn message(class: ResultClass) -> &'static str {
    match class {
        ResultClass::Unsigned => "the image is not signed",
        ResultClass::NotASignature => "the image has attestations and no signature",
        ResultClass::IdentityMismatch => "the image is signed by another identity",
        ResultClass::NoMatchingSigner => "no signature verifies with the signers of the policy",
        ResultClass::SubjectMismatch => "the signature is of another image",
        _ => "no signature counts",
    }
}

fn found(nearest: Option<&NearMiss>, unknown: usize) -> String {
    match nearest {
        Some(miss) => match &miss.rejection.found {
            Some(found) if !found.is_empty() => format!("{}: {found}", miss.rejection.reason),
            _ => miss.rejection.reason.clone(),
        },
        None if unknown > 0 => format!("no signature; {unknown} referrers of other kinds"),
        None => "no signature".to_owned(),
    }
}

pub(super) fn unseen(one: &Enforced<'_>, failure: &Failure, target: Option<&Target<'_>>) -> Finding {
    Finding {
        class: failure.class,
        target: target.map(|target| target.digest.to_string()),
        platform: target.and_then(|target| target.platform.clone()),
        message: match failure.class {
            ResultClass::ImageNotFound => "the image was not found",
            ResultClass::BudgetExceeded => "there is more than can be looked at",
            _ => "could not look everywhere, so nothing is known",
        }
        .to_owned(),
        expected: one.rule.to_string(),
        found: format!("{}: {}", failure.place, failure.reason),
        near_misses: Vec::new(),
        hint: match failure.class {
            ResultClass::DiscoveryFailed => Some("this says nothing about the image: run it again".to_owned()),
            _ => None,
        },
        evidence: None,
    }
}

pub(super) fn refused(one: &Enforced<'_>, rejection: &Rejection) -> Finding {
    Finding {
        class: rejection.class,
        target: None,
        platform: None,
        message: rejection.reason.clone(),
        expected: rejection.expected.clone().unwrap_or_else(|| one.rule.to_string()),
        found: rejection
            .found
            .clone()
            .unwrap_or_else(|| "a document that cannot be judged".to_owned()),
        near_misses: Vec::new(),
        hint: rejection.hint.clone(),
        evidence: None,
    }
}

pub(super) fn unmatched(name: &str) -> Finding {
    Finding {
        class: ResultClass::NoMatchingSigner,
        target: None,
        platform: None,
        message: "no entry of `images` matches the image".to_owned(),
        expected: "an entry whose `match` covers it".to_owned(),
        found: name.to_owned(),
        near_misses: Vec::new(),
        hint: Some("add an entry to `images`, or say `unmatched: inform`".to_owned()),
        evidence: None,
    }
}

/// Most people sign the index alone: say so where each platform was asked for.
pub(super) fn index_alone_is_signed(outcome: &mut Outcome, itself: &Outcome) {
    if itself.verdict != Verdict::Allow {
        return;
    }
    for finding in &mut outcome.findings {
        finding.hint = Some(
            "the index is signed, this platform is not: sign with `cosign sign --recursive`, or say `platforms: index`"
                .to_owned(),
        );
    }
}
