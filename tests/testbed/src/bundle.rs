//! Sigstore bundles as JSON values, in the versions 0.1 to 0.3 ([protobuf-specs]).
//!
//! [protobuf-specs]: https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto

use crate::signing::{Content, Signing};
use base64::prelude::*;
use serde_json::{Value, json};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// Wants a promise; a certificate chain.
    V01,
    /// Wants a proof; a certificate chain.
    V02,
    /// The first media type of v0.3, `…bundle+json;version=0.3`.
    V03Parameter,
    /// `…bundle.v0.3+json`, what everybody writes today; a single certificate.
    V03,
}

impl Version {
    pub fn media_type(self) -> &'static str {
        match self {
            Version::V01 => "application/vnd.dev.sigstore.bundle+json;version=0.1",
            Version::V02 => "application/vnd.dev.sigstore.bundle+json;version=0.2",
            Version::V03Parameter => "application/vnd.dev.sigstore.bundle+json;version=0.3",
            Version::V03 => "application/vnd.dev.sigstore.bundle.v0.3+json",
        }
    }
}

impl Signing<'_> {
    /// The v0.3 bundle.
    pub fn bundle(&self) -> Value {
        self.bundle_as(Version::V03)
    }

    pub fn bundle_as(&self, version: Version) -> Value {
        let mut material = self.material(version);
        if !self.entries.is_empty() {
            material["tlogEntries"] = json!(self.entries);
        }
        if !self.tokens.is_empty() {
            let token = |token| json!({ "signedTimestamp": BASE64_STANDARD.encode(token) });
            let tokens: Vec<Value> = self.tokens.iter().map(token).collect();
            material["timestampVerificationData"] = json!({ "rfc3161Timestamps": tokens });
        }
        let (name, content) = self.content();
        json!({ "mediaType": version.media_type(), "verificationMaterial": material, name: content })
    }

    fn material(&self, version: Version) -> Value {
        let raw = |certificate: &Vec<u8>| json!({ "rawBytes": BASE64_STANDARD.encode(certificate) });
        let single = matches!(version, Version::V03 | Version::V03Parameter) && self.chain.is_empty();
        match &self.signed.certificate {
            None => {
                json!({ "publicKey": { "hint": BASE64_STANDARD.encode(self.signed.key.id()) } })
            }
            Some(certificate) if single => json!({ "certificate": raw(certificate) }),
            Some(certificate) => {
                let certificates: Vec<Value> = std::iter::once(certificate).chain(&self.chain).map(raw).collect();
                json!({ "x509CertificateChain": { "certificates": certificates } })
            }
        }
    }

    fn content(&self) -> (&'static str, Value) {
        let signed = &self.signed;
        match &signed.content {
            Content::Dsse { .. } => ("dsseEnvelope", signed.envelope()),
            Content::Message(message) => {
                let digest = BASE64_STANDARD.encode(signed.hash.digest(message));
                let message_signature = json!({
                    "messageDigest": { "algorithm": signed.hash.name(), "digest": digest },
                    "signature": BASE64_STANDARD.encode(&signed.signature),
                });
                ("messageSignature", message_signature)
            }
        }
    }
}
