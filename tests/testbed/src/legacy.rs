//! cosign before bundles: a layer per signature, with the evidence in its annotations ([cosign's signature spec]).
//!
//! [cosign's signature spec]: https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md

use crate::key::pem;
use crate::signing::{Content, Signing};
use base64::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub const SIGNATURE: &str = "dev.cosignproject.cosign/signature";
pub const CERTIFICATE: &str = "dev.sigstore.cosign/certificate";
pub const CHAIN: &str = "dev.sigstore.cosign/chain";
pub const BUNDLE: &str = "dev.sigstore.cosign/bundle";
pub const TIMESTAMP: &str = "dev.sigstore.cosign/rfc3161timestamp";

pub const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
pub const DSSE_ENVELOPE: &str = "application/vnd.dsse.envelope.v1+json";

/// A layer of a `.sig` or `.att` manifest.
#[derive(Clone, Debug)]
pub struct LegacyLayer {
    pub media_type: String,
    pub bytes: Vec<u8>,
    pub annotations: BTreeMap<String, String>,
}

/// A simple signing payload with `optional: null`.
pub fn simple_signing(docker_reference: &str, digest: &str) -> Content {
    simple_signing_with(docker_reference, digest, Value::Null)
}

/// A simple signing payload; `optional` holds the annotations of `cosign sign -a`.
pub fn simple_signing_with(docker_reference: &str, digest: &str, optional: Value) -> Content {
    let payload = json!({
        "critical": {
            "identity": { "docker-reference": docker_reference },
            "image": { "docker-manifest-digest": digest },
            "type": "cosign container image signature",
        },
        "optional": optional,
    });
    Content::Message(payload.to_string().into_bytes())
}

impl Signing<'_> {
    /// The layer as cosign 2 wrote it: the first log entry as bundle, the first token as timestamp.
    ///
    /// A message becomes a layer for `.sig`, an envelope one for `.att`. For `.att` cosign stamps the whole envelope:
    /// give such a token with [`Signing::token`].
    pub fn legacy(&self) -> LegacyLayer {
        let signed = &self.signed;
        let (media_type, bytes, signature) = match &signed.content {
            Content::Message(payload) => (
                SIMPLE_SIGNING,
                payload.clone(),
                BASE64_STANDARD.encode(&signed.signature),
            ),
            Content::Dsse { .. } => (DSSE_ENVELOPE, signed.envelope().to_string().into_bytes(), String::new()),
        };
        let mut annotations = BTreeMap::from([(SIGNATURE.to_owned(), signature)]);
        if let Content::Dsse { payload, .. } = &signed.content {
            let predicate_type = serde_json::from_slice::<Value>(payload).unwrap_or_default()["predicateType"].take();
            annotations.insert(
                "predicateType".to_owned(),
                predicate_type.as_str().unwrap_or_default().to_owned(),
            );
        }
        if let Some(certificate) = &signed.certificate {
            annotations.insert(CERTIFICATE.to_owned(), pem("CERTIFICATE", certificate));
            let chain = self
                .chain
                .iter()
                .map(|certificate| pem("CERTIFICATE", certificate))
                .collect();
            annotations.insert(CHAIN.to_owned(), chain);
        }
        if let Some(entry) = self.entries.first() {
            annotations.insert(BUNDLE.to_owned(), rekor_bundle(entry).to_string());
        }
        if let Some(token) = self.tokens.first() {
            let timestamp = json!({ "SignedRFC3161Timestamp": BASE64_STANDARD.encode(token) });
            annotations.insert(TIMESTAMP.to_owned(), timestamp.to_string());
        }
        LegacyLayer {
            media_type: media_type.to_owned(),
            bytes,
            annotations,
        }
    }
}

fn rekor_bundle(entry: &Value) -> Value {
    let number = |field: &str| entry[field].as_str().and_then(|text| text.parse::<i64>().ok());
    let log_id = entry
        .pointer("/logId/keyId")
        .and_then(Value::as_str)
        .unwrap_or_default();
    json!({
        "SignedEntryTimestamp": entry.pointer("/inclusionPromise/signedEntryTimestamp"),
        "Payload": {
            "body": entry["canonicalizedBody"],
            "integratedTime": number("integratedTime"),
            "logIndex": number("logIndex"),
            "logID": crate::key::hex(&BASE64_STANDARD.decode(log_id).unwrap_or_default()),
        },
    })
}
