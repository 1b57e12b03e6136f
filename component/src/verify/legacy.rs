//! What cosign keeps in a layer and its annotations: simple signing (`.sig`) and DSSE envelopes (`.att`)
//! (sigstore/cosign specs/SIGNATURE_SPEC.md). Both are put into the shape of a v0.1 bundle, so that one verifier proves
//! everything. The `chain` annotation is ignored: a stranger's intermediates are no trust.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sigstore_types::bundle::{
    CertificateContent, InclusionPromise, LogId, MessageSignature, PublicKeyIdentifier, Rfc3161Timestamp,
    TimestampVerificationData, TransparencyLogEntry, VerificationMaterial, VerificationMaterialContent,
};
use sigstore_types::{
    Bundle, CanonicalizedBody, DerCertificate, DsseEnvelope, KindVersion, LogIndex, LogKeyId, MediaType,
    SignatureBytes, SignatureContent, SignedTimestamp, TimestampToken,
};

use super::budget::{affordable, over_budget};
use super::signed::{
    Artifact, Facts, Material, Reading, Signed, Target, certificate, one_signature, predicate_type, statement_facts,
    subject_mismatch, unsupported,
};
use crate::evidence::malformed;
use crate::wit::evidence::{Form, Rejection};
use crate::{json, limits, statement};

const SIGNATURE: &str = "dev.cosignproject.cosign/signature";
const CERTIFICATE: &str = "dev.sigstore.cosign/certificate";
const REKOR_BUNDLE: &str = "dev.sigstore.cosign/bundle";
const TIMESTAMP: &str = "dev.sigstore.cosign/rfc3161timestamp";

/// `critical.type` of every simple signing payload.
const TYPE: &str = "cosign container image signature";

type Annotations = BTreeMap<String, String>;

pub(super) fn simple_signing<'a>(
    payload: &'a [u8],
    annotations: &Annotations,
    target: Target<'a>,
) -> Result<Signed<'a>, Rejection> {
    let facts = payload_facts(payload, target)?;
    let signature = annotations
        .get(SIGNATURE)
        .filter(|text| !text.is_empty())
        .ok_or_else(|| malformed(format!("the annotation `{SIGNATURE}` is missing")))?;
    let signature = SignatureBytes::new(base64(signature, SIGNATURE)?);
    let content = SignatureContent::MessageSignature(MessageSignature::new(signature));
    signed(content, annotations, Artifact::Bytes(payload), facts)
}

pub(super) fn envelope<'a>(bytes: &[u8], annotations: &Annotations, target: Target<'a>) -> Reading<'a> {
    match read_envelope(bytes) {
        Ok(envelope) => Reading {
            form: Form::Envelope,
            predicate_type: predicate_type(envelope.payload.as_bytes()),
            signed: statement_facts(envelope.payload.as_bytes(), target).and_then(|facts| {
                signed(
                    SignatureContent::DsseEnvelope(envelope),
                    annotations,
                    target.artifact(),
                    facts,
                )
            }),
        },
        Err(rejection) => Reading {
            form: Form::Envelope,
            predicate_type: None,
            signed: Err(rejection),
        },
    }
}

fn read_envelope(bytes: &[u8]) -> Result<DsseEnvelope, Rejection> {
    affordable("the envelope", bytes)?;
    let value = json::read(bytes).map_err(|error| malformed(format!("the envelope is not JSON: {error}")))?;
    one_signature(&value)?;
    let envelope: DsseEnvelope =
        serde_json::from_value(value).map_err(|error| malformed(format!("the envelope is malformed: {error}")))?;
    if envelope.payload_type != statement::PAYLOAD_TYPE {
        return Err(Rejection {
            expected: Some(statement::PAYLOAD_TYPE.to_owned()),
            found: Some(envelope.payload_type),
            ..unsupported("the envelope does not hold an in-toto statement")
        });
    }
    Ok(envelope)
}

fn signed<'a>(
    content: SignatureContent,
    annotations: &Annotations,
    artifact: Artifact<'a>,
    facts: Facts,
) -> Result<Signed<'a>, Rejection> {
    let (material, found) = match annotations.get(CERTIFICATE).filter(|pem| !pem.trim().is_empty()) {
        Some(pem) => {
            let der = DerCertificate::from_pem(pem)
                .map_err(|error| malformed(format!("the annotation `{CERTIFICATE}` is not a certificate: {error}")))?;
            let read = certificate(Some(der.as_bytes()))?;
            (
                read,
                VerificationMaterialContent::Certificate(CertificateContent::new(der)),
            )
        }
        None => (
            Material::PublicKey { hint: String::new() },
            VerificationMaterialContent::PublicKey(PublicKeyIdentifier::new("")),
        ),
    };
    let material_with_proofs = VerificationMaterial::new(found)
        .with_tlog_entries(log_entry(annotations)?.into_iter().collect())
        .with_timestamp_verification_data(TimestampVerificationData::new(
            timestamp(annotations)?.into_iter().collect(),
        ));
    Ok(Signed {
        bundle: Bundle::new(MediaType::Bundle0_1, material_with_proofs, content),
        material,
        artifact,
        facts,
    })
}

/// `{"critical":{"identity":{"docker-reference":…},"image":{"docker-manifest-digest":…},"type":…},"optional":{…}}`
fn payload_facts(payload: &[u8], target: Target<'_>) -> Result<Facts, Rejection> {
    if payload.len() > limits::MANIFEST_BYTES {
        let what = "the simple signing payload";
        return Err(over_budget(what, limits::MANIFEST_BYTES, payload.len(), "bytes"));
    }
    let value =
        json::read(payload).map_err(|error| malformed(format!("the simple signing payload is not JSON: {error}")))?;
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str);
    match text("/critical/type") {
        Some(TYPE) => {}
        found => {
            return Err(Rejection {
                expected: Some(TYPE.to_owned()),
                found: found.map(str::to_owned),
                ..malformed("the payload is not a simple signing payload".to_owned())
            });
        }
    }
    let digest = text("/critical/image/docker-manifest-digest").unwrap_or_default();
    if digest != target.digest.to_string() {
        return Err(subject_mismatch(target.digest, digest));
    }
    Ok(Facts {
        predicate_type: None,
        annotations: optional(&value)?,
        docker_reference: text("/critical/identity/docker-reference").map(str::to_owned),
        subjects: 1,
        payload: payload.into(),
    })
}

/// Values other than text can't be compared with a policy's and are left out.
fn optional(payload: &Value) -> Result<Annotations, Rejection> {
    match payload.get("optional") {
        None | Some(Value::Null) => Ok(BTreeMap::new()),
        Some(Value::Object(map)) => Ok(map
            .iter()
            .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
            .collect()),
        Some(_) => Err(malformed("the payload's `optional` is not a map".to_owned())),
    }
}

/// `{"SignedEntryTimestamp":…,"Payload":{"body":…,"integratedTime":…,"logIndex":…,"logID":…}}`
fn log_entry(annotations: &Annotations) -> Result<Option<TransparencyLogEntry>, Rejection> {
    let Some(text) = annotations.get(REKOR_BUNDLE).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let wrong = |what: &str| malformed(format!("the annotation `{REKOR_BUNDLE}` has no usable {what}"));
    let value = json::read(text.as_bytes()).map_err(|error| wrong(&format!("JSON ({error})")))?;
    let field = |pointer: &str| value.pointer(pointer);
    let promise = field("/SignedEntryTimestamp")
        .and_then(Value::as_str)
        .ok_or_else(|| wrong("promise"))?;
    let body = field("/Payload/body")
        .and_then(Value::as_str)
        .ok_or_else(|| wrong("body"))?;
    let body = base64(body, REKOR_BUNDLE)?;
    let kind = kind_of(&body)?;
    let index = field("/Payload/logIndex")
        .and_then(Value::as_u64)
        .ok_or_else(|| wrong("logIndex"))?;
    let log = field("/Payload/logID")
        .and_then(Value::as_str)
        .and_then(|id| hex::decode(id).ok());
    let time = field("/Payload/integratedTime").and_then(Value::as_i64);
    let time = time.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    let entry = TransparencyLogEntry::new(
        LogIndex::new(index).map_err(|_| wrong("logIndex"))?,
        LogId::new(LogKeyId::new(log.ok_or_else(|| wrong("logID"))?)),
        kind,
        CanonicalizedBody::new(body),
    );
    let promise = SignedTimestamp::new(base64(promise, REKOR_BUNDLE)?);
    Ok(Some(
        entry
            .with_integrated_time(time.ok_or_else(|| wrong("integratedTime"))?)
            .with_inclusion_promise(InclusionPromise::new(promise)),
    ))
}

/// The annotation names no kind; the logged body does.
fn kind_of(body: &[u8]) -> Result<KindVersion, Rejection> {
    let value = json::read(body).map_err(|error| malformed(format!("the log entry's body is not JSON: {error}")))?;
    let part = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    match (part("kind"), part("apiVersion")) {
        ("hashedrekord", "0.0.1") => Ok(KindVersion::HashedRekordV001),
        ("dsse", "0.0.1") => Ok(KindVersion::DsseV001),
        ("intoto", "0.0.2") => Ok(KindVersion::IntotoV002),
        (kind, version) => Err(Rejection {
            found: Some(format!("{kind} {version}")),
            ..unsupported("the log entry is of a kind that this version cannot verify")
        }),
    }
}

/// `{"SignedRFC3161Timestamp":…}`
fn timestamp(annotations: &Annotations) -> Result<Option<Rfc3161Timestamp>, Rejection> {
    let Some(text) = annotations.get(TIMESTAMP).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let value = json::read(text.as_bytes())
        .map_err(|error| malformed(format!("the annotation `{TIMESTAMP}` is not JSON: {error}")))?;
    match value.get("SignedRFC3161Timestamp").and_then(Value::as_str) {
        Some(token) => Ok(Some(Rfc3161Timestamp::new(TimestampToken::new(base64(
            token, TIMESTAMP,
        )?)))),
        None => Err(malformed(format!("the annotation `{TIMESTAMP}` holds no timestamp"))),
    }
}

fn base64(text: &str, annotation: &str) -> Result<Vec<u8>, Rejection> {
    STANDARD
        .decode(text)
        .map_err(|error| malformed(format!("the annotation `{annotation}` is not base64: {error}")))
}
