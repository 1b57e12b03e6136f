//! Which log entries and timestamps of a bundle a trusted root can judge, and what the bundle owes before any signature is
//! checked. What the root does not know is set aside and said; what it knows must verify, all of it.

use serde_json::Value;
use sigstore_types::bundle::{InclusionProof, Rfc3161Timestamp, TransparencyLogEntry};
use sigstore_types::{Bundle, KindVersion, MediaType};

use super::timestamp;
use crate::evidence::malformed;
use crate::signer::LogDemand;
use crate::trust::Root;
use crate::wit::basics::ResultClass;
use crate::wit::evidence::Rejection;
use crate::{json, limits};

/// A bundle's entries and timestamps, as far as one root can judge them.
#[derive(Debug)]
pub(super) struct Judged {
    /// With the index of its log in the root.
    pub entries: Vec<(usize, TransparencyLogEntry)>,
    /// With the name of its authority.
    pub timestamps: Vec<(String, Rfc3161Timestamp)>,
    pub remarks: Vec<String>,
}

pub(super) fn judge(bundle: &Bundle, root: &Root) -> Result<Judged, Rejection> {
    let material = &bundle.verification_material;
    let tokens = &material.timestamp_verification_data.rfc3161_timestamps;
    within("log entries", material.tlog_entries.len(), limits::LOG_ENTRIES)?;
    within("signed timestamps", tokens.len(), limits::SIGNED_TIMESTAMPS)?;
    for (index, entry) in material.tlog_entries.iter().enumerate() {
        well_formed(entry)?;
        if material.tlog_entries[..index]
            .iter()
            .any(|other| other.canonicalized_body == entry.canonicalized_body && other.log_id == entry.log_id)
        {
            return Err(invalid("the bundle has the same log entry twice"));
        }
    }
    let mut judged = Judged {
        entries: Vec::new(),
        timestamps: Vec::new(),
        remarks: Vec::new(),
    };
    for entry in &material.tlog_entries {
        match root.log(entry.log_id.key_id.as_bytes()) {
            Some(log) => judged.entries.push((log, entry.clone())),
            None => judged.remarks.push(format!(
                "an entry of the log {} is not counted: the trusted root `{}` does not know that log",
                hex::encode(entry.log_id.key_id.as_bytes()),
                root.name
            )),
        }
    }
    for token in tokens {
        match timestamp::authority(token.signed_timestamp.as_bytes(), &root.trusted) {
            Some(authority) => judged.timestamps.push((timestamp::name(authority), token.clone())),
            None => judged.remarks.push(format!(
                "a signed timestamp is not counted: the trusted root `{}` does not know its authority",
                root.name
            )),
        }
    }
    Ok(judged)
}

/// What the signer demands of the log. Bundles from v0.2 on must carry the inclusion proof (protobuf-specs,
/// sigstore_bundle.proto); older ones may have the log's promise alone.
pub(super) fn demanded(bundle: &Bundle, judged: &Judged, demand: LogDemand, root: &Root) -> Result<(), Rejection> {
    if let LogDemand::Waived { .. } = demand {
        return Ok(());
    }
    if bundle.verification_material.tlog_entries.is_empty() {
        return Err(Rejection {
            class: ResultClass::LogEntryMissing,
            reason: "there is no transparency log entry".to_owned(),
            expected: Some("an entry of a log that the trusted root knows".to_owned()),
            found: Some("none".to_owned()),
            hint: Some("sign with the transparency log, or say `transparency-log: { required: false }`".to_owned()),
        });
    }
    if judged.entries.is_empty() {
        return Err(Rejection {
            class: ResultClass::UntrustedRoot,
            reason: format!("no log entry is of a log that the trusted root `{}` knows", root.name),
            expected: None,
            found: None,
            hint: Some("signed in another Sigstore, or the trusted root is older than the log".to_owned()),
        });
    }
    let proof_due = demand == LogDemand::InclusionProof || bundle.media_type != MediaType::Bundle0_1;
    if proof_due && judged.entries.iter().any(|(_, entry)| entry.inclusion_proof.is_none()) {
        return Err(Rejection {
            class: ResultClass::LogEntryMissing,
            reason: "a log entry has no inclusion proof".to_owned(),
            expected: Some("an inclusion proof".to_owned()),
            found: Some("the log's promise alone".to_owned()),
            hint: None,
        });
    }
    Ok(())
}

fn well_formed(entry: &TransparencyLogEntry) -> Result<(), Rejection> {
    if entry.inclusion_proof.is_none() && entry.inclusion_promise.is_none() {
        return Err(invalid("a log entry has neither inclusion proof nor promise"));
    }
    if let Some(proof) = &entry.inclusion_proof {
        proof_well_formed(proof, entry.kind_version)?;
    }
    if entry.kind_version == KindVersion::HashedRekordV002 && entry.inclusion_proof.is_none() {
        return Err(invalid("a Rekor v2 entry has no inclusion proof"));
    }
    body_is_of_its_kind(entry)
}

fn proof_well_formed(proof: &InclusionProof, kind: KindVersion) -> Result<(), Rejection> {
    let Some(checkpoint) = proof.checkpoint.checkpoint() else {
        return Err(invalid("an inclusion proof has no checkpoint"));
    };
    within(
        "signatures on a checkpoint",
        checkpoint.signatures().len(),
        limits::CHECKPOINT_SIGNATURES,
    )?;
    // Rekor v1 states the size twice and signs it once. With another size a path to the same root shows another index.
    if kind != KindVersion::HashedRekordV002 && proof.tree_size != checkpoint.tree_size() {
        return Err(Rejection {
            expected: Some(checkpoint.tree_size().to_string()),
            found: Some(proof.tree_size.to_string()),
            ..invalid("an inclusion proof has another tree size than its checkpoint")
        });
    }
    Ok(())
}

/// `sigstore-rekor` parses the body as `kindVersion` says and does not compare it with what the body says itself.
fn body_is_of_its_kind(entry: &TransparencyLogEntry) -> Result<(), Rejection> {
    let body = json::read(entry.canonicalized_body.as_bytes())
        .map_err(|error| invalid(&format!("a log entry's body is not JSON: {error}")))?;
    let part = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let (kind, version) = (entry.kind_version.kind(), entry.kind_version.version());
    if (part("kind"), part("apiVersion")) == (kind, version) {
        return Ok(());
    }
    Err(Rejection {
        expected: Some(format!("{kind} {version}")),
        found: Some(format!("{} {}", part("kind"), part("apiVersion"))),
        ..invalid("a log entry's body is of another kind than the bundle says")
    })
}

fn within(what: &str, found: usize, limit: usize) -> Result<(), Rejection> {
    if found <= limit {
        return Ok(());
    }
    Err(Rejection {
        expected: Some(format!("at most {limit}")),
        found: Some(found.to_string()),
        ..malformed(format!("the bundle has too many {what}"))
    })
}

pub(super) fn invalid(reason: &str) -> Rejection {
    Rejection {
        class: ResultClass::LogEntryInvalid,
        reason: reason.to_owned(),
        expected: None,
        found: None,
        hint: None,
    }
}
