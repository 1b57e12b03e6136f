//! The bodies that Rekor logs for a signature, by kind and version.

use crate::key::{Hash, Key, sha256, sha256_hex};
use crate::signing::{Content, Signed};
use base64::prelude::*;
use serde_json::{Value, json};

/// What is logged about a signature.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `hashedrekord/0.0.1`: message signatures in Rekor v1.
    Hashedrekord001,
    /// `dsse/0.0.1`: DSSE in Rekor v1.
    Dsse001,
    /// `intoto/0.0.2`: DSSE in Rekor v1, npm and older cosign.
    Intoto002,
    /// `hashedrekord/0.0.2`: both in Rekor v2, for DSSE over its PAE.
    Hashedrekord002,
    /// `dsse/0.0.2`: written by sigstore-js; sigstore-verify 0.15 cannot parse it.
    Dsse002,
    /// `intoto/0.0.1`: older cosign; sigstore-verify 0.15 cannot parse it.
    Intoto001,
}

impl Kind {
    pub fn body(self, signed: &Signed) -> Value {
        let spec = match self {
            Kind::Hashedrekord001 => hashedrekord_001(signed),
            Kind::Dsse001 => dsse_001(signed),
            Kind::Intoto002 => intoto_002(signed),
            Kind::Hashedrekord002 => hashedrekord_002(signed),
            Kind::Dsse002 => dsse_002(signed),
            Kind::Intoto001 => intoto_001(signed),
        };
        let (kind, version) = self.name();
        json!({ "apiVersion": version, "kind": kind, "spec": spec })
    }

    fn name(self) -> (&'static str, &'static str) {
        match self {
            Kind::Hashedrekord001 => ("hashedrekord", "0.0.1"),
            Kind::Dsse001 => ("dsse", "0.0.1"),
            Kind::Intoto002 => ("intoto", "0.0.2"),
            Kind::Hashedrekord002 => ("hashedrekord", "0.0.2"),
            Kind::Dsse002 => ("dsse", "0.0.2"),
            Kind::Intoto001 => ("intoto", "0.0.1"),
        }
    }
}

fn hashedrekord_001(signed: &Signed) -> Value {
    let (algorithm, digest) = match signed.hash {
        Hash::Sha256 => ("sha256", signed.hash.digest(&signed.content.to_be_signed())),
        Hash::Sha384 => ("sha384", signed.hash.digest(&signed.content.to_be_signed())),
        Hash::Sha512 => ("sha512", signed.hash.digest(&signed.content.to_be_signed())),
    };
    json!({
        "data": { "hash": { "algorithm": algorithm, "value": crate::key::hex(&digest) } },
        "signature": {
            "content": BASE64_STANDARD.encode(&signed.signature),
            "publicKey": { "content": BASE64_STANDARD.encode(signed.verifier_pem()) },
        },
    })
}

fn dsse_001(signed: &Signed) -> Value {
    let (_, payload) = signed.content.dsse();
    json!({
        "envelopeHash": sha256_value(signed.envelope().to_string().as_bytes()),
        "payloadHash": sha256_value(payload),
        "signatures": [{
            "signature": BASE64_STANDARD.encode(&signed.signature),
            "verifier": BASE64_STANDARD.encode(signed.verifier_pem()),
        }],
    })
}

/// The signature carries base64 twice, as Rekor writes it.
fn intoto_002(signed: &Signed) -> Value {
    let (payload_type, payload) = signed.content.dsse();
    let signature = BASE64_STANDARD.encode(&signed.signature);
    json!({ "content": {
        "envelope": {
            "payloadType": payload_type,
            "signatures": [{
                "publicKey": BASE64_STANDARD.encode(signed.verifier_pem()),
                "sig": BASE64_STANDARD.encode(signature),
            }],
        },
        "hash": sha256_value(signed.envelope().to_string().as_bytes()),
        "payloadHash": sha256_value(payload),
    } })
}

fn intoto_001(signed: &Signed) -> Value {
    let (_, payload) = signed.content.dsse();
    json!({
        "content": {
            "hash": sha256_value(signed.envelope().to_string().as_bytes()),
            "payloadHash": sha256_value(payload),
        },
        "publicKey": BASE64_STANDARD.encode(signed.verifier_pem()),
    })
}

fn hashedrekord_002(signed: &Signed) -> Value {
    let digest = match &signed.content {
        Content::Message(_) => signed.hash.digest(&signed.content.to_be_signed()),
        Content::Dsse { .. } => Hash::Sha256.digest(&signed.content.to_be_signed()),
    };
    let algorithm = match &signed.content {
        Content::Message(_) => signed.hash.name(),
        Content::Dsse { .. } => Hash::Sha256.name(),
    };
    json!({ "hashedRekordV002": {
        "data": { "algorithm": algorithm, "digest": BASE64_STANDARD.encode(digest) },
        "signature": { "content": BASE64_STANDARD.encode(&signed.signature), "verifier": verifier_v2(signed) },
    } })
}

fn dsse_002(signed: &Signed) -> Value {
    let (_, payload) = signed.content.dsse();
    json!({ "dsseV002": {
        "payloadHash": { "algorithm": "SHA2_256", "digest": BASE64_STANDARD.encode(sha256(payload)) },
        "signatures": [{
            "content": BASE64_STANDARD.encode(&signed.signature),
            "verifier": verifier_v2(signed),
        }],
    } })
}

fn verifier_v2(signed: &Signed) -> Value {
    let details = key_details(&signed.key, signed.hash);
    let (material, bytes) = match &signed.certificate {
        Some(certificate) => ("x509Certificate", certificate.clone()),
        None => ("publicKey", signed.key.spki()),
    };
    json!({ "keyDetails": details, material: { "rawBytes": BASE64_STANDARD.encode(bytes) } })
}

fn key_details(key: &Key, hash: Hash) -> &'static str {
    match (key, hash) {
        (Key::P384(_), Hash::Sha256) => "PKIX_ECDSA_P384_SHA_256",
        _ => key.details(),
    }
}

fn sha256_value(bytes: &[u8]) -> Value {
    json!({ "algorithm": "sha256", "value": sha256_hex(bytes) })
}
