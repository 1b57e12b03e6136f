//! What was proven, as a report shows it.

use sigstore_types::SignatureContent;

use super::certificate::Leaf;
use super::prove::{Demand, Proven};
use super::signed::Signed;
use crate::digest::Digest;
use crate::signer::{CtDemand, Identity, LogDemand, Subject};
use crate::trust::Root;
use crate::wit::evidence::{CertificateIdentity, Principal, Proof, ProvenTime};

pub(super) fn certificate_proof(
    signed: &Signed<'_>,
    leaf: &Leaf,
    root: &Root,
    demand: Demand,
    proven: Proven,
) -> Proof {
    let mut proof = proof(signed, principal(leaf), Some(root), demand.log, demand.ct, proven);
    proof.time.earliest = leaf.is_short_lived().then_some(leaf.not_before);
    proof.certificate = Some(leaf.der.clone());
    if demand.ct == CtDemand::Required {
        proof.certificate_timestamps = leaf.timestamps.clone();
    }
    proof
}

pub(super) fn proof(
    signed: &Signed<'_>,
    principal: Principal,
    root: Option<&Root>,
    log: LogDemand,
    ct: CtDemand,
    proven: Proven,
) -> Proof {
    let mut waived = Vec::new();
    if let LogDemand::Waived { .. } = log {
        waived.push("transparency-log".to_owned());
    }
    if ct != CtDemand::Required {
        waived.push("ct-log".to_owned());
    }
    Proof {
        principal,
        root: root.map(|root| root.name.clone()),
        time: ProvenTime {
            earliest: None,
            latest: proven.times.iter().min().copied(),
        },
        log_entries: proven.log_entries,
        signed_timestamps: proven.signed_timestamps,
        certificate_timestamps: Vec::new(),
        waived,
        remarks: remarks(signed, proven.remarks),
        signature: signature(signed),
        certificate: None,
        payload: (!signed.facts.payload.is_empty()).then(|| Digest::of(&signed.facts.payload).to_string()),
    }
}

fn remarks(signed: &Signed<'_>, mut remarks: Vec<String>) -> Vec<String> {
    match &signed.facts.docker_reference {
        Some(reference) => remarks.push(format!("signed as {reference}")),
        None => remarks.push("the signature does not bind the image's name".to_owned()),
    }
    if signed.facts.subjects > 1 {
        remarks.push(format!("the statement has {} subjects", signed.facts.subjects));
    }
    remarks
}

pub(super) fn not_looked_at(signed: &Signed<'_>) -> Vec<String> {
    let material = &signed.bundle.verification_material;
    let mut remarks = Vec::new();
    if !material.tlog_entries.is_empty() {
        remarks.push("the log entry is not checked".to_owned());
    }
    if !material.timestamp_verification_data.rfc3161_timestamps.is_empty() {
        remarks.push("the signed timestamp is not checked".to_owned());
    }
    remarks
}

fn signature(signed: &Signed<'_>) -> Vec<u8> {
    match &signed.bundle.content {
        SignatureContent::MessageSignature(message) => message.signature.as_bytes().to_vec(),
        SignatureContent::DsseEnvelope(envelope) => envelope.signature.sig.as_bytes().to_vec(),
        _ => Vec::new(),
    }
}

fn principal(leaf: &Leaf) -> Principal {
    let Identity {
        subject,
        issuer,
        claims,
    } = &leaf.identity;
    let (kind, text) = match subject {
        Subject::Uri(uri) => ("uri", uri.as_str()),
        Subject::Email(email) => ("email", email.as_str()),
        Subject::Username(name) => ("other", name.as_str()),
        Subject::Absent => ("none", ""),
    };
    Principal::Certificate(CertificateIdentity {
        kind: kind.to_owned(),
        subject: text.to_owned(),
        issuer: issuer.clone().unwrap_or_default(),
        claims: claims
            .iter()
            .map(|(claim, value)| (claim.name().to_owned(), value.clone()))
            .collect(),
        fingerprint: leaf.fingerprint().to_string(),
        not_before: leaf.not_before,
        not_after: leaf.not_after,
    })
}
