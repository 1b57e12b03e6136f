//! Findings in words: what was expected, what was found, what was nearest, what to do.

use super::docket::Examined;
use super::outcome::Outcome;
use super::waivers::Objected;
use crate::digest::Digest;
use crate::policy::{Enforced, ImageNames, RuleKind};
use crate::rules;
use crate::targets::Target;
use crate::wit::basics::{Failure, ResultClass, Severity, Verdict};
use crate::wit::evidence::Rejection;
use crate::wit::report::{Effect, Finding, NearMiss, RuleResult};

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
        | ResultClass::BudgetExceeded
        | ResultClass::OutdatedRoot => 10,
    }
}

pub(super) fn denied(one: &Enforced<'_>, examined: &Examined<'_>, near_misses: Vec<NearMiss>) -> Finding {
    let nearest = near_misses.first();
    let class = nearest.map_or(ResultClass::Unsigned, |miss| miss.rejection.class);
    let unknown = examined
        .pieces
        .iter()
        .filter(|piece| piece.candidate.content.is_beside())
        .count();
    Finding {
        effect: Effect::Denies,
        id: class_name(class).to_owned(),
        class,
        severity: one.rule.severity,
        exception: None,
        target: Some(examined.target.digest.to_string()),
        platform: examined.target.platform.clone(),
        message: message(&one.rule.kind, class),
        expected: one.rule.to_string(),
        found: found(&one.rule.kind, nearest, unknown),
        hint: match nearest {
            Some(miss) => miss.rejection.hint.clone(),
            None => Some(remedy(&one.rule.kind).to_owned()),
        },
        evidence: nearest.map(|miss| miss.digest.clone()),
        near_misses,
    }
}

fn message(kind: &RuleKind, class: ResultClass) -> String {
    let noun = noun(kind);
    match (kind, class) {
        (RuleKind::Signature(_), ResultClass::Unsigned) => "the image is not signed".to_owned(),
        (RuleKind::Signature(_), ResultClass::NotASignature) => {
            "the image has attestations and no signature".to_owned()
        }
        (RuleKind::Signature(_), ResultClass::IdentityMismatch) => "the image is signed by another identity".to_owned(),
        (_, ResultClass::Unsigned) => format!("the image has no {noun}"),
        (_, ResultClass::IdentityMismatch) => format!("the {noun} is signed by another identity"),
        (_, ResultClass::NoMatchingSigner) => format!("no {noun} verifies with the signers of the policy"),
        (_, ResultClass::SubjectMismatch) => format!("the {noun} is of another image"),
        (_, ResultClass::PredicateMalformed) => format!("the {noun} cannot be read"),
        _ => format!("no {noun} counts"),
    }
}

/// What the rule is about, in words.
fn noun(kind: &RuleKind) -> &'static str {
    match kind {
        RuleKind::Signature(_) => "signature",
        RuleKind::Attested(_, check) => check.noun(),
        RuleKind::Annotated(_) => "annotation",
        RuleKind::Attestations(_) => "attestation",
    }
}

fn remedy(kind: &RuleKind) -> &'static str {
    match kind {
        RuleKind::Signature(_) => "sign the image, for instance with `cosign sign`",
        RuleKind::Annotated(_) => "build it with its annotations",
        RuleKind::Attested(..) | RuleKind::Attestations(_) => {
            "attest it, for instance with `cosign attest`; `portcullis list` shows what there is"
        }
    }
}

fn found(kind: &RuleKind, nearest: Option<&NearMiss>, unknown: usize) -> String {
    let noun = noun(kind);
    match nearest {
        Some(miss) => match &miss.rejection.found {
            Some(found) if !found.is_empty() => format!("{}: {found}", miss.rejection.reason),
            _ => miss.rejection.reason.clone(),
        },
        None if unknown > 0 => format!("no {noun}; {unknown} referrers of other kinds"),
        None => format!("no {noun}"),
    }
}

/// What a rule objects to in a document, or tells of it.
///
/// `evidence` is none where it is about no single document.
pub(super) fn objection(
    one: &Enforced<'_>,
    target: &Target<'_>,
    evidence: Option<Digest>,
    objected: &Objected,
) -> Finding {
    let Objected { objection, exception } = objected;
    Finding {
        effect: match objected.effect() {
            None => Effect::Waived,
            Some(rules::Effect::Denies) => Effect::Denies,
            Some(rules::Effect::LeavesUndecided) => Effect::LeavesUndecided,
            Some(rules::Effect::Informs) => Effect::Informs,
        },
        id: objection
            .id
            .clone()
            .unwrap_or_else(|| class_name(ResultClass::Verified).to_owned()),
        class: ResultClass::Verified,
        severity: objection.severity.unwrap_or(one.rule.severity),
        target: Some(target.digest.to_string()),
        platform: target.platform.clone(),
        message: objection.message.clone(),
        expected: objection.expected.clone(),
        found: objection.found.clone(),
        near_misses: Vec::new(),
        hint: objection.hint.clone(),
        evidence: evidence.map(|digest| digest.to_string()),
        exception: exception.clone(),
    }
}

/// As reports and exceptions spell it (docs/verification.md).
pub(super) fn class_name(class: ResultClass) -> &'static str {
    match class {
        ResultClass::Verified => "verified",
        ResultClass::Unsigned => "unsigned",
        ResultClass::NotASignature => "not-a-signature",
        ResultClass::NoMatchingSigner => "no-matching-signer",
        ResultClass::IdentityMismatch => "identity-mismatch",
        ResultClass::SubjectMismatch => "subject-mismatch",
        ResultClass::DigestMismatch => "digest-mismatch",
        ResultClass::Malformed => "malformed",
        ResultClass::UnsupportedFormat => "unsupported-format",
        ResultClass::AlgorithmNotAccepted => "algorithm-not-accepted",
        ResultClass::UntrustedRoot => "untrusted-root",
        ResultClass::SctMissing => "sct-missing",
        ResultClass::LogEntryMissing => "log-entry-missing",
        ResultClass::LogEntryInvalid => "log-entry-invalid",
        ResultClass::TimeMissing => "time-missing",
        ResultClass::ExpiredAtSigning => "expired-at-signing",
        ResultClass::PredicateMalformed => "predicate-malformed",
        ResultClass::DiscoveryFailed => "discovery-failed",
        ResultClass::ImageNotFound => "image-not-found",
        ResultClass::BudgetExceeded => "budget-exceeded",
        ResultClass::OutdatedRoot => "outdated-root",
    }
}

pub(super) fn unseen(one: &Enforced<'_>, failure: &Failure, target: Option<&Target<'_>>) -> Finding {
    Finding {
        effect: Effect::LeavesUndecided,
        id: class_name(failure.class).to_owned(),
        class: failure.class,
        severity: one.rule.severity,
        exception: None,
        target: target.map(|target| target.digest.to_string()),
        platform: target.and_then(|target| target.platform.clone()),
        message: match failure.class {
            ResultClass::ImageNotFound => "the image was not found",
            ResultClass::BudgetExceeded => "there is more than can be looked at",
            ResultClass::OutdatedRoot => "a trusted root is too old, so nothing is known",
            ResultClass::Malformed => "evidence cannot be read, so the newest is not known",
            _ => "could not look everywhere, so nothing is known",
        }
        .to_owned(),
        expected: one.rule.to_string(),
        found: format!("{}: {}", failure.place, failure.reason),
        near_misses: Vec::new(),
        hint: match failure.class {
            ResultClass::DiscoveryFailed => Some("this says nothing about the image: run it again".to_owned()),
            ResultClass::OutdatedRoot => Some("run `portcullis trust update`".to_owned()),
            _ => None,
        },
        evidence: None,
    }
}

pub(super) fn nothing(one: &Enforced<'_>) -> Finding {
    let kind = &one.rule.kind;
    Finding {
        effect: Effect::Denies,
        id: class_name(ResultClass::Unsigned).to_owned(),
        class: ResultClass::Unsigned,
        severity: one.rule.severity,
        exception: None,
        target: None,
        platform: None,
        message: message(kind, ResultClass::Unsigned),
        expected: one.rule.to_string(),
        found: found(kind, None, 0),
        near_misses: Vec::new(),
        hint: Some(remedy(kind).to_owned()),
        evidence: None,
    }
}

pub(super) fn refused(one: &Enforced<'_>, rejection: &Rejection) -> Finding {
    Finding {
        effect: Effect::Denies,
        id: class_name(rejection.class).to_owned(),
        class: rejection.class,
        severity: one.rule.severity,
        exception: None,
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
        effect: Effect::Denies,
        id: "unmatched".to_owned(),
        class: ResultClass::NoMatchingSigner,
        severity: Severity::High,
        exception: None,
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

/// Copies seldom have what was said about their origin, and proxy caches never: say where to look for it.
pub(super) fn nothing_found_here(rules: &mut [RuleResult], names: &ImageNames) {
    let image = &names.image;
    let hint = match (&names.origin, names.probable_origin()) {
        (Some(origin), _) if names.evidence.contains(origin) => return,
        (Some(origin), _) => format!(
            "mirrors and proxy caches seldom have the evidence of `{origin}`: name that repository, or yours of signatures, as `evidence` of the mirror"
        ),
        (None, Some(origin)) => format!(
            "if `{image}` is a proxy cache or mirror of `{origin}`, it has no evidence of its own: add `{{ origin: {origin}, mirror: {image}, evidence: {origin} }}` to `mirrors` of the policy"
        ),
        (None, None) => return,
    };
    let findings = rules.iter_mut().flat_map(|rule| &mut rule.findings);
    for finding in findings.filter(|finding| finding.class == ResultClass::Unsigned && finding.near_misses.is_empty()) {
        finding.hint = Some(hint.clone());
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
