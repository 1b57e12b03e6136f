//! Signing: a key or certificate, something to sign, and the evidence around the signature.

use crate::ca::Leaf;
use crate::clock::NOON;
use crate::key::{Hash, Key, ecdsa_twin, pem};
use crate::rekor::{Evidence, Rekor};
use crate::rekor_body::Kind;
use crate::sigstore::Sigstore;
use crate::timestamp::Tsa;
use base64::prelude::*;
use serde_json::{Value, json};

pub const IN_TOTO: &str = "application/vnd.in-toto+json";

/// What is signed.
#[derive(Clone)]
pub enum Content {
    /// The bytes of an artifact, as in a message signature or a simple signing payload.
    Message(Vec<u8>),
    /// A payload in a DSSE envelope.
    Dsse { payload_type: String, payload: Vec<u8> },
}

impl Content {
    pub fn message(bytes: &[u8]) -> Content {
        Content::Message(bytes.to_vec())
    }

    pub fn envelope(payload_type: &str, payload: &[u8]) -> Content {
        Content::Dsse {
            payload_type: payload_type.to_owned(),
            payload: payload.to_vec(),
        }
    }

    /// The message, or the [PAE] of type and payload.
    ///
    /// [PAE]: https://github.com/secure-systems-lab/dsse/blob/master/protocol.md#signature-definition
    pub fn to_be_signed(&self) -> Vec<u8> {
        match self {
            Content::Message(bytes) => bytes.clone(),
            Content::Dsse { payload_type, payload } => {
                let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
                [head.as_bytes(), payload].concat()
            }
        }
    }

    pub(crate) fn dsse(&self) -> (&str, &[u8]) {
        match self {
            Content::Dsse { payload_type, payload } => (payload_type, payload),
            Content::Message(_) => panic!("a message signature has no DSSE envelope"),
        }
    }
}

/// Who signs: a key alone or with its certificate.
#[derive(Clone)]
pub struct Signer {
    key: Key,
    certificate: Option<Vec<u8>>,
    time: i64,
}

impl From<&Leaf> for Signer {
    fn from(leaf: &Leaf) -> Signer {
        Signer {
            key: leaf.key.clone(),
            certificate: Some(leaf.certificate.clone()),
            time: leaf.not_before + 5,
        }
    }
}

impl From<&Key> for Signer {
    fn from(key: &Key) -> Signer {
        Signer {
            key: key.clone(),
            certificate: None,
            time: NOON + 5,
        }
    }
}

/// A signature with what it was made of.
#[derive(Clone)]
pub struct Signed {
    pub content: Content,
    pub key: Key,
    pub certificate: Option<Vec<u8>>,
    pub hash: Hash,
    pub signature: Vec<u8>,
}

impl Signed {
    /// The certificate or public key that verifies the signature, as Rekor stores it.
    pub fn verifier_pem(&self) -> String {
        match &self.certificate {
            Some(certificate) => pem("CERTIFICATE", certificate),
            None => self.key.public_pem(),
        }
    }

    pub fn envelope(&self) -> Value {
        let (payload_type, payload) = self.content.dsse();
        json!({
            "payload": BASE64_STANDARD.encode(payload),
            "payloadType": payload_type,
            "signatures": [{ "sig": BASE64_STANDARD.encode(&self.signature) }],
        })
    }
}

/// A signature that evidence is added to; ends in [`Signing::bundle`] or [`Signing::legacy`].
///
/// Without evidence asked for there is none. What is not said otherwise happens at [`Signing::at`]: five seconds after
/// the certificate's notBefore, for keys five seconds after noon.
#[derive(Clone)]
pub struct Signing<'a> {
    sigstore: &'a Sigstore,
    pub signed: Signed,
    pub(crate) entries: Vec<Value>,
    pub(crate) tokens: Vec<Vec<u8>>,
    pub(crate) chain: Vec<Vec<u8>>,
    time: i64,
}

impl<'a> Signing<'a> {
    pub(crate) fn new(sigstore: &'a Sigstore, signer: Signer, content: Content) -> Signing<'a> {
        let hash = signer.key.default_hash();
        let signature = signer.key.sign_with(hash, &content.to_be_signed());
        let signed = Signed {
            content,
            key: signer.key,
            certificate: signer.certificate,
            hash,
            signature,
        };
        Signing {
            sigstore,
            signed,
            entries: Vec::new(),
            tokens: Vec::new(),
            chain: Vec::new(),
            time: signer.time,
        }
    }

    /// When the evidence added after this says it was.
    pub fn at(mut self, time: i64) -> Self {
        self.time = time;
        self
    }

    /// Signs with another hash than the key's own. Comes before evidence.
    pub fn hash(mut self, hash: Hash) -> Self {
        self.signed.hash = hash;
        let signature = self.signed.key.sign_with(hash, &self.signed.content.to_be_signed());
        self.signature(signature)
    }

    /// Signs with RSASSA-PSS. Comes before evidence.
    pub fn pss(self) -> Self {
        let signature = self.signed.key.sign_pss(&self.signed.content.to_be_signed());
        self.signature(signature)
    }

    /// The (r, n-s) form of the P-256 signature. Comes before evidence.
    pub fn twin(self) -> Self {
        let signature = ecdsa_twin(&self.signed.signature);
        self.signature(signature)
    }

    /// Any bytes instead of the signature. Comes before evidence, which is then good evidence for a bad signature.
    pub fn signature(mut self, signature: Vec<u8>) -> Self {
        assert!(
            self.entries.is_empty() && self.tokens.is_empty(),
            "the signature comes before its evidence"
        );
        self.signed.signature = signature;
        self
    }

    /// An entry with promise and proof in the Rekor v1 of the instance.
    pub fn rekor_v1(self) -> Self {
        self.rekor_v1_with(Evidence::PromiseAndProof)
    }

    pub fn rekor_v1_with(self, evidence: Evidence) -> Self {
        let kind = match self.signed.content {
            Content::Message(_) => Kind::Hashedrekord001,
            Content::Dsse { .. } => Kind::Dsse001,
        };
        self.rekor_v1_as(kind, evidence)
    }

    pub fn rekor_v1_as(self, kind: Kind, evidence: Evidence) -> Self {
        let sigstore = self.sigstore;
        self.logged_v1(&sigstore.rekor_v1, kind, evidence)
    }

    /// An entry in a log of version 1, of this instance or any other.
    pub fn logged_v1(self, log: &Rekor, kind: Kind, evidence: Evidence) -> Self {
        let entry = log.entry_v1(&kind.body(&self.signed), self.time, evidence);
        self.entry(entry)
    }

    /// An entry in the Rekor v2 of the instance. It has no time: add a timestamp.
    pub fn rekor_v2(self) -> Self {
        let sigstore = self.sigstore;
        self.logged_v2(&sigstore.rekor_v2, Kind::Hashedrekord002)
    }

    /// An entry in a log of version 2, of this instance or any other.
    pub fn logged_v2(self, log: &Rekor, kind: Kind) -> Self {
        let entry = log.entry_v2(&kind.body(&self.signed));
        self.entry(entry)
    }

    /// Any log entry.
    pub fn entry(mut self, entry: Value) -> Self {
        self.entries.push(entry);
        self
    }

    /// A token of the instance's time-stamping authority.
    pub fn timestamp(self) -> Self {
        let sigstore = self.sigstore;
        self.timestamp_by(&sigstore.tsa)
    }

    pub fn timestamp_by(self, tsa: &Tsa) -> Self {
        let token = tsa.stamp(&self.signed.signature, self.time);
        self.token(token)
    }

    /// The token that cosign 2 puts beside an `.att` layer: over the whole envelope, not the signature.
    pub fn timestamp_envelope(self) -> Self {
        let envelope = self.signed.envelope().to_string();
        let token = self.sigstore.tsa.stamp(envelope.as_bytes(), self.time);
        self.token(token)
    }

    /// Any bytes as a time-stamp response.
    pub fn token(mut self, token: Vec<u8>) -> Self {
        self.tokens.push(token);
        self
    }

    /// Certificates (DER) to bring along after the leaf: `x509CertificateChain`, or the legacy chain annotation.
    pub fn chain(mut self, certificates: &[&[u8]]) -> Self {
        self.chain = certificates.iter().map(|certificate| certificate.to_vec()).collect();
        self
    }
}
