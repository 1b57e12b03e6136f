//! Evidence and its proofs in JSON, the same in a report and in a list.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::word::{Carrier, Class, Form};
use super::words;
use crate::wit::evidence;

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct Evidence<'a> {
    /// of the bundle, envelope or payload; of the manifest where that is all there is
    digest: &'a str,
    /// the manifest that carries it
    manifest: Option<&'a str>,
    /// the image, index or platform manifest that it was found at
    subject: &'a str,
    carrier: Carrier,
    media_type: &'a str,
    artifact_type: Option<&'a str>,
    size: u64,
    form: Form,
    /// `signature`, `slsa`, `cyclonedx`, …; `attestation` for another predicate type, `unknown` for no attestation
    short_type: &'a str,
    /// from the payload; unproven unless an attempt verified
    predicate_type: Option<&'a str>,
    remarks: Vec<&'a str>,
    attempts: Vec<Attempt<'a>>,
}

/// Exactly one of `proof` and `rejection` is not null.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
struct Attempt<'a> {
    /// name in the policy; null where no policy was given
    signer: Option<&'a str>,
    proof: Option<Proof<'a>>,
    rejection: Option<Rejection<'a>>,
}

/// Why it does not count for a signer.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct Rejection<'a> {
    class: Class,
    reason: &'a str,
    expected: Option<&'a str>,
    found: Option<&'a str>,
    hint: Option<&'a str>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
struct Proof<'a> {
    /// SHA-256 of the key's SubjectPublicKeyInfo, where a key signed
    key: Option<&'a str>,
    certificate: Option<Certificate<'a>>,
    /// the trusted root that all of it was proven under
    root: Option<&'a str>,
    /// RFC 3339
    not_before: Option<String>,
    /// RFC 3339
    not_after: Option<String>,
    log_entries: Vec<LogEntry<'a>>,
    signed_timestamps: Vec<SignedTimestamp<'a>>,
    certificate_timestamps: Vec<CertificateTimestamp<'a>>,
    /// checks that the signer does without
    waived: Vec<&'a str>,
    remarks: Vec<&'a str>,
    /// base64
    signature: String,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
struct Certificate<'a> {
    /// of the subject: `uri`, `email` or `other`
    kind: &'a str,
    subject: &'a str,
    issuer: &'a str,
    claims: Vec<Claim<'a>>,
    /// SHA-256
    fingerprint: &'a str,
    not_before: String,
    not_after: String,
    /// base64 of the DER
    der: Option<String>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
struct Claim<'a> {
    claim: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
struct LogEntry<'a> {
    log_id: &'a str,
    kind: &'a str,
    /// proven only with a promise
    log_index: u64,
    integrated_time: Option<String>,
    /// the signed entry timestamp was verified
    promise: bool,
    inclusion_proof: Option<InclusionProof<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
struct InclusionProof<'a> {
    log_index: u64,
    tree_size: u64,
    root_hash: &'a str,
    hashes: Vec<&'a str>,
    checkpoint: &'a str,
    /// by others than the log; not checked
    cosignatures: u32,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
struct SignedTimestamp<'a> {
    time: String,
    authority: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
struct CertificateTimestamp<'a> {
    log_id: &'a str,
    time: String,
}

impl<'a> Evidence<'a> {
    pub fn of(evidence: &'a evidence::Evidence) -> Self {
        Self {
            digest: &evidence.digest,
            manifest: evidence.manifest.as_deref(),
            subject: &evidence.subject,
            carrier: evidence.carrier.into(),
            media_type: &evidence.media_type,
            artifact_type: evidence.artifact_type.as_deref(),
            size: evidence.size,
            form: evidence.form.into(),
            short_type: &evidence.short_type,
            predicate_type: evidence.predicate_type.as_deref(),
            remarks: all(&evidence.remarks),
            attempts: evidence.attempts.iter().map(Attempt::of).collect(),
        }
    }
}

impl<'a> Attempt<'a> {
    fn of(attempt: &'a evidence::Attempt) -> Self {
        let (proof, rejection) = match &attempt.outcome {
            evidence::Outcome::Verified(proof) => (Some(Proof::of(proof)), None),
            evidence::Outcome::Rejected(rejection) => (None, Some(Rejection::of(rejection))),
        };
        Self {
            signer: attempt.signer.as_deref(),
            proof,
            rejection,
        }
    }
}

impl<'a> Rejection<'a> {
    pub fn of(rejection: &'a evidence::Rejection) -> Self {
        Self {
            class: rejection.class.into(),
            reason: &rejection.reason,
            expected: rejection.expected.as_deref(),
            found: rejection.found.as_deref(),
            hint: rejection.hint.as_deref(),
        }
    }
}

impl<'a> Proof<'a> {
    fn of(proof: &'a evidence::Proof) -> Self {
        let (key, certificate) = match &proof.principal {
            evidence::Principal::Key(digest) => (Some(digest.as_str()), None),
            evidence::Principal::Certificate(identity) => (None, Some(Certificate::of(identity, proof))),
        };
        Self {
            key,
            certificate,
            root: proof.root.as_deref(),
            not_before: proof.time.earliest.map(words::time),
            not_after: proof.time.latest.map(words::time),
            log_entries: proof.log_entries.iter().map(LogEntry::of).collect(),
            signed_timestamps: proof
                .signed_timestamps
                .iter()
                .map(|stamp| SignedTimestamp {
                    time: words::time(stamp.time),
                    authority: &stamp.authority,
                })
                .collect(),
            certificate_timestamps: proof
                .certificate_timestamps
                .iter()
                .map(|stamp| CertificateTimestamp {
                    log_id: &stamp.log_id,
                    time: words::time(stamp.time),
                })
                .collect(),
            waived: all(&proof.waived),
            remarks: all(&proof.remarks),
            signature: STANDARD.encode(&proof.signature),
        }
    }
}

impl<'a> Certificate<'a> {
    fn of(identity: &'a evidence::CertificateIdentity, proof: &evidence::Proof) -> Self {
        Self {
            kind: &identity.kind,
            subject: &identity.subject,
            issuer: &identity.issuer,
            claims: identity
                .claims
                .iter()
                .map(|(claim, value)| Claim { claim, value })
                .collect(),
            fingerprint: &identity.fingerprint,
            not_before: words::time(identity.not_before),
            not_after: words::time(identity.not_after),
            der: proof.certificate.as_ref().map(|der| STANDARD.encode(der)),
        }
    }
}

impl<'a> LogEntry<'a> {
    fn of(entry: &'a evidence::LogEntry) -> Self {
        Self {
            log_id: &entry.log_id,
            kind: &entry.kind,
            log_index: entry.log_index,
            integrated_time: entry.integrated_time.map(words::time),
            promise: entry.promise,
            inclusion_proof: entry.inclusion_proof.as_ref().map(|proof| InclusionProof {
                log_index: proof.log_index,
                tree_size: proof.tree_size,
                root_hash: &proof.root_hash,
                hashes: all(&proof.hashes),
                checkpoint: &proof.checkpoint,
                cosignatures: proof.cosignatures,
            }),
        }
    }
}

fn all(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}
