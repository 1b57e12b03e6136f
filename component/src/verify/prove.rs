//! Proves a signature under one trusted root with `sigstore-verify`, and adds what that crate leaves to its caller.
//! Steps are those of the Sigstore client specification, "Verification" (docs.google.com/document/d/1kbhK2qyPPk8SLavHzYSDM8-Ueul9_oxIMVFuWMWKz0E).
//!
//! One log and one authority at a time: the crate tries every key of the root that fits a four-byte hint, so a verifier that
//! knows one log is what binds a checkpoint to the log that the entry names.

use std::collections::BTreeMap;

use der::Decode;
use sigstore_types::bundle::{
    CertificateContent, TimestampVerificationData, TransparencyLogEntry, VerificationMaterial,
    VerificationMaterialContent,
};
use sigstore_types::{Bundle, DerCertificate, DerPublicKey, KindVersion, MediaType, SignatureContent};
use sigstore_verify::{Policy, PublicKeyVerificationPolicy, VerificationPolicy};
use x509_cert::Certificate;

use super::certificate::Leaf;
use super::log::{Judged, demanded, judge};
use super::signed::Signed;
use super::{names, refusal, untimed};
use crate::limits;
use crate::signer::{CtDemand, LogDemand};
use crate::trust::{Part, Root};
use crate::wit::basics::ResultClass;
use crate::wit::evidence::{InclusionProof, LogEntry, Rejection, SignedTimestamp};

/// What was proven of a signature, whoever made it.
#[derive(Debug, Clone, Default)]
pub(super) struct Proven {
    /// Verified times, seconds since 1970.
    pub times: Vec<i64>,
    pub log_entries: Vec<LogEntry>,
    pub signed_timestamps: Vec<SignedTimestamp>,
    pub remarks: Vec<String>,
}

/// What a signer demands, and the clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Demand {
    pub log: LogDemand,
    pub ct: CtDemand,
    pub time: TimeDemand,
    pub now: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TimeDemand {
    /// Something must prove when it was signed.
    Proven,
    /// A long-lived certificate may be judged by the time of the check, where nothing proves another.
    ProvenOrNow,
}

/// A signature with a certificate of one of the root's authorities.
pub(super) fn by_certificate(
    signed: &Signed<'_>,
    leaf: &Leaf,
    root: &Root,
    demand: Demand,
    spend: &dyn Fn() -> Result<(), Rejection>,
) -> Result<Proven, Rejection> {
    let judged = judge(&signed.bundle, root)?;
    demanded(&signed.bundle, &judged, demand.log, root)?;
    accepted_algorithm(&leaf.spki)?;
    certificate_timestamp_due(leaf, demand.ct)?;
    if demand.time == TimeDemand::ProvenOrNow && judged.entries.is_empty() && judged.timestamps.is_empty() {
        let mut proven = untimed::by_certificate(signed, leaf, root, demand, spend)?;
        proven.remarks.splice(0..0, judged.remarks);
        return Ok(proven);
    }
    time_due(&judged)?;
    let issuers = root.issuers(&leaf.issued_by, leaf.authority_key.as_deref());
    let mut refused = refusal::unknown_authority(root);
    for authority in issuers {
        match under(signed, leaf, root, authority, &judged, demand) {
            Ok(proven) => return Ok(proven),
            Err(rejection) => refused = rejection,
        }
    }
    Err(refused)
}

/// A signature with a key, logged.
pub(super) fn by_key(signed: &Signed<'_>, spki: &[u8], root: &Root, demand: Demand) -> Result<Proven, Rejection> {
    let judged = judge(&signed.bundle, root)?;
    demanded(&signed.bundle, &judged, demand.log, root)?;
    let policy = PublicKeyVerificationPolicy::new(DerPublicKey::new(spki.to_vec()));
    let content = signed.bundle.verification_material.content.clone();
    run(signed, root, None, &judged, &content, &policy, demand.now).map_err(|refused| refused.rejection(&judged, None))
}

fn under(
    signed: &Signed<'_>,
    leaf: &Leaf,
    root: &Root,
    authority: usize,
    judged: &Judged,
    demand: Demand,
) -> Result<Proven, Rejection> {
    let content =
        VerificationMaterialContent::Certificate(CertificateContent::new(DerCertificate::new(leaf.der.clone())));
    let mut policy = VerificationPolicy::any_identity();
    if demand.ct != CtDemand::Required {
        policy = policy.skip_sct();
    }
    let strict = run(signed, root, Some(authority), judged, &content, &policy, demand.now);
    // Strict first: a signer that does without the log loses nothing where the log can be checked.
    let proven = match (strict, demand.log) {
        (Err(_), LogDemand::Waived { .. }) => {
            let relaxed = policy.skip_tlog_unsafe();
            run(
                signed,
                root,
                Some(authority),
                &without_log(judged),
                &content,
                &relaxed,
                demand.now,
            )
        }
        (outcome, _) => outcome,
    };
    let mut proven = proven.map_err(|refused| refused.rejection(judged, Some(leaf)))?;
    authority_valid(root, authority, &proven.times)?;
    names_permitted(root, authority, leaf)?;
    if !leaf.is_short_lived() {
        proven
            .remarks
            .push("the certificate was valid at the proven time of signing".to_owned());
    }
    Ok(proven)
}

/// Entries that did not verify prove nothing; a signer that does without the log is not shown them as proof.
fn without_log(judged: &Judged) -> Judged {
    let mut remarks = judged.remarks.clone();
    if !judged.entries.is_empty() {
        remarks.push("the log entry is not checked".to_owned());
    }
    let timed = |entry: &TransparencyLogEntry| entry.inclusion_promise.is_some() && entry.integrated_time.is_some();
    Judged {
        entries: judged
            .entries
            .iter()
            .filter(|(_, entry)| timed(entry))
            .cloned()
            .collect(),
        timestamps: judged.timestamps.clone(),
        remarks,
    }
}

/// Runs the crate once for each log that the entries name, so that each entry is proven by its own log.
fn run(
    signed: &Signed<'_>,
    root: &Root,
    authority: Option<usize>,
    judged: &Judged,
    content: &VerificationMaterialContent,
    policy: &dyn Policy,
    now: i64,
) -> Result<Proven, refusal::Refused> {
    let mut by_log: BTreeMap<Option<usize>, Vec<TransparencyLogEntry>> = BTreeMap::new();
    for (log, entry) in &judged.entries {
        by_log.entry(Some(*log)).or_default().push(entry.clone());
    }
    if by_log.is_empty() {
        by_log.insert(None, Vec::new());
    }
    let mut proven = Proven {
        remarks: judged.remarks.clone(),
        ..Proven::default()
    };
    for (log, entries) in by_log {
        let verifier = root.verifier(Part { authority, log })?;
        let bundle = rebuilt(&signed.bundle.content, content, &entries, judged);
        let result = verifier.verify(signed.artifact, &bundle, policy)?;
        let times = result.verified_timestamps().iter().map(|time| time.as_second());
        proven.times.extend(times);
        let logged = result.tlog_verified() || content_is_key(content);
        proven
            .log_entries
            .extend(entries.iter().map(|entry| described(entry, logged)));
        let window = log.and_then(|log| root.log_window(log));
        refusal::log_retired(&entries, window, &proven.times)?;
        proven
            .remarks
            .extend(entries.iter().filter_map(|entry| origin_remark(entry, root, log)));
    }
    refusal::not_in_the_future(&proven.times, now)?;
    proven.signed_timestamps = signed_timestamps(judged);
    Ok(proven)
}

fn content_is_key(content: &VerificationMaterialContent) -> bool {
    matches!(content, VerificationMaterialContent::PublicKey(_))
}

/// The bundle with the leaf alone, the entries of one log, and the timestamps that the root can judge. What the attacker
/// chooses (the version, intermediates) does not choose how strictly it is checked.
fn rebuilt(
    content: &SignatureContent,
    material: &VerificationMaterialContent,
    entries: &[TransparencyLogEntry],
    judged: &Judged,
) -> Bundle {
    let promised_only = entries.iter().any(|entry| entry.inclusion_proof.is_none());
    let media_type = if promised_only {
        MediaType::Bundle0_1
    } else {
        MediaType::Bundle0_3
    };
    let timestamps = judged.timestamps.iter().map(|(_, token)| token.clone()).collect();
    let material = VerificationMaterial::new(material.clone())
        .with_tlog_entries(entries.to_vec())
        .with_timestamp_verification_data(TimestampVerificationData::new(timestamps));
    Bundle::new(media_type, material, content.clone())
}

/// Sigstore certificate profile: the algorithms of `sigstore-crypto`, nothing else.
fn accepted_algorithm(spki: &[u8]) -> Result<(), Rejection> {
    sigstore_crypto::KeyAlgorithm::from_spki(&DerPublicKey::new(spki.to_vec()))
        .map(|_| ())
        .map_err(|error| Rejection {
            class: ResultClass::AlgorithmNotAccepted,
            reason: format!("the certificate's key is not of an accepted algorithm: {error}"),
            expected: Some("ECDSA P-256 or P-384, Ed25519, RSA 2048 to 8192, ML-DSA".to_owned()),
            found: None,
            hint: None,
        })
}

fn certificate_timestamp_due(leaf: &Leaf, demand: CtDemand) -> Result<(), Rejection> {
    if demand != CtDemand::Required || !leaf.timestamps.is_empty() {
        return Ok(());
    }
    Err(Rejection {
        class: ResultClass::SctMissing,
        reason: "the certificate has no signed certificate timestamp".to_owned(),
        expected: Some("one SCT of a CT log that the trusted root knows".to_owned()),
        found: Some("none".to_owned()),
        hint: Some("the certificate authority did not log the certificate; Fulcio does".to_owned()),
    })
}

/// "Establish a time for the signature": a signed timestamp, or a Rekor v1 promise with its integrated time.
fn time_due(judged: &Judged) -> Result<(), Rejection> {
    let promised = |entry: &TransparencyLogEntry| {
        entry.inclusion_promise.is_some()
            && entry.integrated_time.is_some()
            && entry.kind_version != KindVersion::HashedRekordV002
    };
    if !judged.timestamps.is_empty() || judged.entries.iter().any(|(_, entry)| promised(entry)) {
        return Ok(());
    }
    Err(Rejection {
        class: ResultClass::TimeMissing,
        reason: "nothing proves when it was signed".to_owned(),
        expected: Some("a signed timestamp, or a log entry with a promise and its time".to_owned()),
        found: judged.remarks.first().cloned().or_else(|| Some("neither".to_owned())),
        hint: None,
    })
}

/// RFC 5280 6.1.3 for the certificates above the leaf, which `sigstore-verify` does not check once they are anchors.
fn authority_valid(root: &Root, authority: usize, times: &[i64]) -> Result<(), Rejection> {
    let expired = times
        .iter()
        .find_map(|time| root.authorities[authority].invalid_at(*time));
    match expired {
        None => Ok(()),
        Some(subject) => Err(Rejection {
            class: ResultClass::UntrustedRoot,
            reason: format!("the authority `{subject}` was not valid when it was signed"),
            expected: None,
            found: None,
            hint: None,
        }),
    }
}

/// RFC 5280 4.2.1.10, for every authority above the leaf.
fn names_permitted(root: &Root, authority: usize, leaf: &Leaf) -> Result<(), Rejection> {
    let certificate = Certificate::from_der(&leaf.der).map_err(|error| error.to_string());
    let outcome = certificate.and_then(|leaf| names::within(root.authorities[authority].path(), &leaf));
    outcome.map_err(|reason| Rejection {
        class: ResultClass::UntrustedRoot,
        reason,
        expected: None,
        found: Some(leaf.identity.subject.as_str().to_owned()),
        hint: None,
    })
}

fn signed_timestamps(judged: &Judged) -> Vec<SignedTimestamp> {
    let described = judged.timestamps.iter().filter_map(|(authority, token)| {
        let time = super::timestamp::claimed_time(token.signed_timestamp.as_bytes())?;
        Some(SignedTimestamp {
            time,
            authority: authority.clone(),
        })
    });
    described.collect()
}

fn described(entry: &TransparencyLogEntry, logged: bool) -> LogEntry {
    LogEntry {
        log_id: hex::encode(entry.log_id.key_id.as_bytes()),
        kind: format!("{} {}", entry.kind_version.kind(), entry.kind_version.version()),
        log_index: entry.log_index.get(),
        integrated_time: entry
            .integrated_time
            .filter(|_| entry.inclusion_promise.is_some())
            .map(|time| time.as_second()),
        promise: entry.inclusion_promise.is_some(),
        inclusion_proof: entry.inclusion_proof.as_ref().filter(|_| logged).map(|proof| {
            let checkpoint = proof.checkpoint.checkpoint();
            let size = checkpoint.map_or(proof.tree_size, |one| one.tree_size());
            let root = checkpoint.map_or(proof.root_hash, |one| *one.root_hash());
            InclusionProof {
                log_index: proof.log_index.get().max(entry_index_in_v2(entry)),
                tree_size: size,
                root_hash: root.to_hex(),
                hashes: proof.hashes.iter().map(|hash| hash.to_hex()).collect(),
                checkpoint: proof.checkpoint.envelope().to_owned(),
                cosignatures: checkpoint.map_or(0, |one| {
                    u32::try_from(one.signatures().len().saturating_sub(1)).unwrap_or(u32::MAX)
                }),
            }
        }),
    }
}

/// Rekor v2 proves the entry's own index; the proof's copy of it is not used.
fn entry_index_in_v2(entry: &TransparencyLogEntry) -> u64 {
    match entry.kind_version {
        KindVersion::HashedRekordV002 => entry.log_index.get(),
        _ => 0,
    }
}

/// A checkpoint of another origin, signed by the log's own key, is the log's word all the same; the reader should know.
fn origin_remark(entry: &TransparencyLogEntry, root: &Root, log: Option<usize>) -> Option<String> {
    let checkpoint = entry.inclusion_proof.as_ref()?.checkpoint.checkpoint()?;
    let base = &root.trusted.tlogs[log?].base_url;
    let host = base.split_once("://").map_or(base.as_str(), |(_, rest)| rest);
    let origin = checkpoint.origin();
    let name = origin.split(' ').next().unwrap_or(origin);
    if name == host.trim_end_matches('/') {
        return None;
    }
    Some(format!(
        "the checkpoint names its log `{origin}`, the trusted root `{base}`"
    ))
}

/// How long before `now` a time may lie ahead.
pub(super) const SKEW: i64 = limits::CLOCK_SKEW;
