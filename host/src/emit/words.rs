//! The boundary's enums as the words that every format uses.

use jiff::Timestamp;

use crate::run::Sighting;
use crate::say;
use crate::untrusted::Safe;
use crate::wit::basics::{Carrier, Mode, ResultClass, Severity, Verdict};
use crate::wit::evidence::{Evidence, Form, Outcome, Principal, Proof, ProvenTime};
use crate::wit::extraction::Content;
use crate::wit::report::{Acceptance, Effect, Exception, Report, RuleResult};

pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "allow",
        Verdict::Deny => "deny",
        Verdict::Undecided => "undecided",
    }
}

pub fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Enforce => "enforce",
        Mode::Inform => "inform",
    }
}

pub fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Denies => "denies",
        Effect::LeavesUndecided => "leaves-undecided",
        Effect::Informs => "informs",
        Effect::Waived => "waived",
    }
}

/// `excepted until 2026-12-31 by security@acme.example: not compiled in (SEC-42, line 40)`.
pub fn exception(exception: &Exception) -> Safe {
    let mut text = say![
        "excepted until ",
        exception.expires,
        " by ",
        exception.owner,
        ": ",
        exception.reason,
        " ("
    ];
    if let Some(ticket) = &exception.ticket {
        text.push(&say![ticket, ", "]);
    }
    text.push(&say!["line ", exception.line, ")"]);
    text
}

/// `this image cannot be known from the file: {{ .Values.image }}; hint: render the chart first`
pub fn sighting(sighting: &Sighting) -> Safe {
    let mut text = say![sighting.kind.meaning()];
    if !sighting.text.is_empty() {
        text.push(&say![": ", sighting.text]);
    }
    if !sighting.hint.is_empty() {
        text.push(&say!["; hint: ", sighting.hint]);
    }
    text
}

pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "critical",
        Severity::High => "high",
        Severity::Medium => "medium",
        Severity::Low => "low",
    }
}

pub fn carrier(carrier: Carrier) -> &'static str {
    match carrier {
        Carrier::Referrer => "referrer",
        Carrier::ReferrersTag => "referrers-tag",
        Carrier::SignatureTag => "signature-tag",
        Carrier::AttestationTag => "attestation-tag",
        Carrier::SbomTag => "sbom-tag",
        Carrier::Index => "index",
        Carrier::File => "file",
    }
}

pub fn form(form: Form) -> &'static str {
    match form {
        Form::BundleEnvelope => "bundle-envelope",
        Form::BundleMessage => "bundle-message",
        Form::SimpleSigning => "simple-signing",
        Form::Envelope => "envelope",
        Form::Other => "other",
    }
}

/// What a file holds.
pub fn content(content: Content) -> &'static str {
    match content {
        Content::Statement => "statement",
        Content::Predicate => "predicate",
        Content::Raw => "raw",
        Content::Report => "report",
        Content::Trivyignore => "trivyignore",
        Content::Signature => "signature",
        Content::Certificate => "certificate",
        Content::Chain => "chain",
        Content::Bundle => "bundle",
    }
}

/// The class of a rule that refuses. Where everything was proven, what the documents say is at fault, and the class would read
/// like praise: the verdict stands in its place.
pub fn outcome(rule: &RuleResult) -> &'static str {
    match rule.class {
        ResultClass::Verified => verdict(rule.verdict),
        other => class(other),
    }
}

/// `ghcr.io/acme/api: unreachable`; without the image where none was being judged yet.
pub fn bug(image: &str, place: &str) -> Safe {
    match image.is_empty() {
        true => say![place],
        false => say![image, ": ", place],
    }
}

/// `bug in portcullis while judging ghcr.io/acme/api: unreachable`
pub fn bug_in_full(image: &str, place: &str) -> Safe {
    let when = if image.is_empty() { ": " } else { " while judging " };
    say!["bug in portcullis", when, bug(image, place)]
}

pub fn class(class: ResultClass) -> &'static str {
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

/// `2026-11-22T14:00:00Z`; the seconds themselves where no calendar has them.
pub fn time(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |time| time.to_string())
}

/// `sha256:0123456789ab`: enough to find it again.
pub fn short_digest(digest: &str) -> Safe {
    match digest.split_once(':') {
        Some((algorithm, hex)) => say![algorithm, ":", hex.chars().take(12).collect::<String>()],
        None => say![digest.chars().take(19).collect::<String>()],
    }
}

/// Who signed: the identity, or the digest of the key or of a certificate without a name.
pub fn who(proof: &Proof) -> Safe {
    match &proof.principal {
        Principal::Key(digest) => say!["key ", short_digest(digest)],
        Principal::Certificate(certificate) if certificate.subject.is_empty() => {
            say!["certificate ", short_digest(&certificate.fingerprint)]
        }
        Principal::Certificate(certificate) => say![certificate.subject],
    }
}

/// When it was signed, as far as that is proven.
pub fn when(proof: &Proof) -> Safe {
    when_of(&proof.time)
}

pub fn when_of(proven: &ProvenTime) -> Safe {
    match (proven.earliest, proven.latest) {
        (_, Some(latest)) if proven.earliest.is_some() => say![time(latest)],
        (_, Some(latest)) => say!["not after ", time(latest)],
        (Some(earliest), None) => say!["not before ", time(earliest)],
        (None, None) => say!["no proven time"],
    }
}

/// The proof behind what a rule counted.
pub fn proof_of<'r>(report: &'r Report, accepted: &Acceptance) -> Option<&'r Proof> {
    let found = report
        .evidence
        .iter()
        .filter(|evidence| evidence.digest == accepted.evidence);
    found
        .flat_map(proofs)
        .find(|(signer, _)| *signer == Some(accepted.signer.as_str()))
        .map(|(_, proof)| proof)
}

/// The attempts that verified, with the signer's name.
pub fn proofs(evidence: &Evidence) -> impl Iterator<Item = (Option<&str>, &Proof)> {
    evidence.attempts.iter().filter_map(|attempt| match &attempt.outcome {
        Outcome::Verified(proof) => Some((attempt.signer.as_deref(), proof)),
        Outcome::Rejected(_) => None,
    })
}

/// `9.4 kB`: three digits are enough to tell documents apart.
pub fn size(bytes: u64) -> Safe {
    let tenths = |unit: u64| say![bytes / unit, ".", bytes % unit * 10 / unit];
    match bytes {
        0..1_000 => say![bytes, " B"],
        1_000..1_000_000 => say![tenths(1_000), " kB"],
        1_000_000..1_000_000_000 => say![tenths(1_000_000), " MB"],
        _ => say![tenths(1_000_000_000), " GB"],
    }
}

/// `1 image`, `2 images`.
pub fn count(number: usize, noun: &'static str) -> Safe {
    match number {
        1 => say!["1 ", noun],
        _ => say![number, " ", noun, "s"],
    }
}
