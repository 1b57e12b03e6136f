//! A piece of evidence as something that somebody signed: the shape is read, nothing is proven yet.
//!
//! Bundles come as they are; what cosign keeps in annotations is put into a bundle's shape ([`super::legacy`]), so that one
//! verifier proves both.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;
use sigstore_types::bundle::VerificationMaterialContent;
use sigstore_types::{Bundle, MediaType, SignatureContent};

use super::budget::affordable;
use super::certificate::Leaf;
use crate::digest::Digest;
use crate::evidence::{Candidate, Content, Kind, malformed};
use crate::json;
use crate::statement::{self, Statement};
use crate::wit::basics::ResultClass;
use crate::wit::evidence::{Form, Rejection};

/// What was signed, and about what.
#[derive(Debug)]
pub(crate) struct Signed<'a> {
    /// Media type, content, log entries and timestamps as they were found.
    pub bundle: Bundle,
    pub material: Material,
    /// The bytes that the signature is over, or that a statement is about.
    pub artifact: Artifact<'a>,
    pub facts: Facts,
}

#[derive(Debug)]
pub(crate) enum Material {
    Certificate(Box<Leaf>),
    /// The hint is a stranger's word; it proves nothing.
    PublicKey {
        hint: String,
    },
}

/// What the signed bytes say. They count only once the signature is proven.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    /// None for a message signature, which says nothing but its digest.
    pub predicate_type: Option<String>,
    pub annotations: BTreeMap<String, String>,
    /// `critical.identity.docker-reference` of simple signing.
    pub docker_reference: Option<String>,
    pub subjects: usize,
    /// The statement or simple signing payload.
    pub payload: Rc<[u8]>,
}

/// A candidate, read once for all signers.
#[derive(Debug)]
pub(crate) struct Reading<'a> {
    pub form: Form,
    /// From the payload, also where the rest was refused.
    pub predicate_type: Option<String>,
    pub signed: Result<Signed<'a>, Rejection>,
}

impl Reading<'_> {
    /// Whether this is a statement that is no image signature, whoever signed it.
    pub fn is_attestation(&self) -> bool {
        match self.form {
            Form::Envelope => true,
            Form::BundleEnvelope => self
                .predicate_type
                .as_deref()
                .is_some_and(|one| one != statement::COSIGN_SIGN),
            Form::SimpleSigning | Form::BundleMessage | Form::Other => false,
        }
    }
}

/// The image that evidence must be about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    pub digest: Digest,
    /// None where only the digest is known.
    pub manifest: Option<&'a [u8]>,
}

/// The bytes that a signature is over, or their digest where the bytes are not there.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Artifact<'a> {
    Bytes(&'a [u8]),
    Digest(Digest),
}

impl<'a> Target<'a> {
    pub fn artifact(self) -> Artifact<'a> {
        self.manifest.map_or(Artifact::Digest(self.digest), Artifact::Bytes)
    }
}

impl<'a> From<Artifact<'a>> for sigstore_types::Artifact<'a> {
    fn from(artifact: Artifact<'a>) -> Self {
        match artifact {
            Artifact::Bytes(bytes) => bytes.into(),
            Artifact::Digest(digest) => sigstore_types::Sha256Hash::new(*digest.as_bytes()).into(),
        }
    }
}

pub(super) fn read<'a>(candidate: &Candidate<'a>, target: Target<'a>) -> Reading<'a> {
    match &candidate.content {
        Content::Bundle(bytes) => read_bundle(bytes, &candidate.media_type, target),
        Content::SimpleSigning(payload, annotations) => Reading {
            form: Form::SimpleSigning,
            predicate_type: None,
            signed: super::legacy::simple_signing(payload, annotations, target),
        },
        Content::Envelope(bytes, annotations) => super::legacy::envelope(bytes, annotations, target),
        Content::Unsigned(kind, bytes) => Reading {
            predicate_type: match kind {
                Kind::Statement => bytes.and_then(predicate_type),
                Kind::Document(_) => None,
            },
            ..other(nobody_signed())
        },
        Content::Unknown => other(Rejection {
            class: ResultClass::UnsupportedFormat,
            reason: "not a kind of evidence that can be proven".to_owned(),
            expected: None,
            found: candidate.artifact_type.clone(),
            hint: None,
        }),
        Content::Broken(rejection) => other(rejection.clone()),
        Content::Unseen(failure) => other(Rejection {
            class: failure.class,
            reason: failure.reason.clone(),
            expected: None,
            found: Some(failure.place.clone()),
            hint: None,
        }),
    }
}

pub(super) fn other<'a>(rejection: Rejection) -> Reading<'a> {
    Reading {
        form: Form::Other,
        predicate_type: None,
        signed: Err(rejection),
    }
}

fn nobody_signed() -> Rejection {
    Rejection {
        class: ResultClass::Unsigned,
        reason: "unsigned evidence: nobody vouches for it, and it satisfies no rule".to_owned(),
        expected: None,
        found: None,
        hint: Some("have it signed as an attestation, for instance with `cosign attest`".to_owned()),
    }
}

fn read_bundle<'a>(bytes: &[u8], layer_type: &str, target: Target<'a>) -> Reading<'a> {
    let bundle = match parse_bundle(bytes, layer_type) {
        Ok(bundle) => bundle,
        Err(rejection) => return other(rejection),
    };
    let (form, facts) = match &bundle.content {
        SignatureContent::MessageSignature(_) => (
            Form::BundleMessage,
            Ok(Facts {
                subjects: 1,
                ..Facts::default()
            }),
        ),
        SignatureContent::DsseEnvelope(envelope) => (
            Form::BundleEnvelope,
            statement_facts(envelope.payload.as_bytes(), target),
        ),
        _ => {
            return other(unsupported(
                "the bundle has a content that is neither message signature nor envelope",
            ));
        }
    };
    let predicate_type = match &bundle.content {
        SignatureContent::DsseEnvelope(envelope) => predicate_type(envelope.payload.as_bytes()),
        _ => None,
    };
    let signed = facts.and_then(|facts| {
        about_target(&bundle.content, target)?;
        Ok(Signed {
            material: material(&bundle)?,
            bundle,
            artifact: target.artifact(),
            facts,
        })
    });
    Reading {
        form,
        predicate_type,
        signed,
    }
}

/// Bundles are read once, strictly, and everything else uses that value. `sigstore-types` alone would take the first of two
/// contents and a missing media type for v0.1.
fn parse_bundle(bytes: &[u8], layer_type: &str) -> Result<Bundle, Rejection> {
    affordable("the bundle", bytes)?;
    let value = json::read(bytes).map_err(|error| malformed(format!("the bundle is not JSON: {error}")))?;
    let media_type = value.get("mediaType").and_then(Value::as_str);
    let media_type = media_type.ok_or_else(|| malformed("the bundle has no `mediaType`".to_owned()))?;
    if media_type.parse::<MediaType>().is_err() {
        return Err(Rejection {
            expected: Some("a Sigstore bundle, v0.1 to v0.3".to_owned()),
            found: Some(media_type.to_owned()),
            ..unsupported("the bundle has a media type that this version does not know")
        });
    }
    agrees(media_type, layer_type)?;
    exactly_one(&value, &["messageSignature", "dsseEnvelope"])?;
    let material = value.get("verificationMaterial").unwrap_or(&Value::Null);
    exactly_one(material, &["certificate", "x509CertificateChain", "publicKey"])?;
    known_entries(material)?;
    known_envelope(&value)?;
    serde_json::from_value(value).map_err(|error| malformed(format!("the bundle is malformed: {error}")))
}

/// Registries have been seen to rewrite the parameter of a layer's media type (`;version=0.3`), so only a type that is
/// itself a bundle's can contradict.
fn agrees(media_type: &str, layer_type: &str) -> Result<(), Rejection> {
    let layer = layer_type.parse::<MediaType>().ok();
    if layer.is_some() && layer != media_type.parse().ok() {
        return Err(Rejection {
            expected: Some(layer_type.to_owned()),
            found: Some(media_type.to_owned()),
            ..malformed("the bundle says another version than its layer".to_owned())
        });
    }
    Ok(())
}

fn exactly_one(value: &Value, keys: &[&str]) -> Result<(), Rejection> {
    let found: Vec<_> = keys.iter().filter(|key| value.get(**key).is_some()).copied().collect();
    match found.len() {
        1 => Ok(()),
        0 => Err(malformed(format!("the bundle has none of {}", keys.join(", ")))),
        _ => Err(malformed(format!("the bundle has {} at once", found.join(" and ")))),
    }
}

fn known_entries(material: &Value) -> Result<(), Rejection> {
    const KNOWN: [(&str, &str); 4] = [
        ("hashedrekord", "0.0.1"),
        ("hashedrekord", "0.0.2"),
        ("dsse", "0.0.1"),
        ("intoto", "0.0.2"),
    ];
    for entry in material
        .get("tlogEntries")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let part = |name| entry.pointer(&format!("/kindVersion/{name}")).and_then(Value::as_str);
        if let (Some(kind), Some(version)) = (part("kind"), part("version"))
            && !KNOWN.contains(&(kind, version))
        {
            return Err(Rejection {
                found: Some(format!("{kind} {version}")),
                ..unsupported("the bundle has a log entry of a kind that this version cannot verify")
            });
        }
    }
    Ok(())
}

fn known_envelope(value: &Value) -> Result<(), Rejection> {
    let Some(envelope) = value.get("dsseEnvelope") else {
        return Ok(());
    };
    one_signature(envelope)?;
    match envelope.get("payloadType").and_then(Value::as_str) {
        None | Some(statement::PAYLOAD_TYPE) => Ok(()),
        Some(found) => Err(Rejection {
            expected: Some(statement::PAYLOAD_TYPE.to_owned()),
            found: Some(found.to_owned()),
            ..unsupported("the envelope does not hold an in-toto statement")
        }),
    }
}

/// The material vouches for one signature; of two, nobody could say which.
pub(super) fn one_signature(envelope: &Value) -> Result<(), Rejection> {
    match envelope.get("signatures").and_then(Value::as_array).map(Vec::len) {
        None | Some(1) => Ok(()),
        Some(count) => Err(Rejection {
            expected: Some("1".to_owned()),
            found: Some(count.to_string()),
            ..unsupported("the envelope does not have exactly one signature")
        }),
    }
}

fn material(bundle: &Bundle) -> Result<Material, Rejection> {
    match &bundle.verification_material.content {
        VerificationMaterialContent::PublicKey(key) => Ok(Material::PublicKey { hint: key.hint.clone() }),
        VerificationMaterialContent::X509CertificateChain { certificates } => {
            if bundle.media_type == MediaType::Bundle0_3 {
                return Err(malformed(
                    "a v0.3 bundle carries one certificate, not a chain".to_owned(),
                ));
            }
            let leaf = certificates.first();
            certificate(leaf.map(|one| one.raw_bytes.as_bytes()))
        }
        VerificationMaterialContent::Certificate(one) => certificate(Some(one.raw_bytes.as_bytes())),
        _ => Err(unsupported(
            "the bundle has a verification material that this version does not know",
        )),
    }
}

pub(super) fn certificate(der: Option<&[u8]>) -> Result<Material, Rejection> {
    let der = der.ok_or_else(|| malformed("the certificate chain is empty".to_owned()))?;
    Ok(Material::Certificate(Box::new(Leaf::read(der)?)))
}

/// A message signature is over the manifest; if it names a digest, it must be the manifest's.
fn about_target(content: &SignatureContent, target: Target<'_>) -> Result<(), Rejection> {
    let SignatureContent::MessageSignature(message) = content else {
        return Ok(());
    };
    let Some(named) = &message.message_digest else {
        return Ok(());
    };
    use sha2::{Digest as _, Sha384, Sha512};
    let computed = match (named.digest.len(), target.manifest) {
        (48, Some(bytes)) => Sha384::digest(bytes).to_vec(),
        (64, Some(bytes)) => Sha512::digest(bytes).to_vec(),
        _ => target.digest.as_bytes().to_vec(),
    };
    if named.digest.as_bytes() == computed {
        return Ok(());
    }
    Err(subject_mismatch(target.digest, &named.digest.to_hex()))
}

pub(super) fn predicate_type(payload: &[u8]) -> Option<String> {
    affordable("the statement", payload).ok()?;
    Statement::read(payload).ok().map(|statement| statement.predicate_type)
}

/// Spec, client: "verify that the statement's subject matches the artifact". An image signature has one subject.
pub(super) fn statement_facts(payload: &[u8], target: Target<'_>) -> Result<Facts, Rejection> {
    affordable("the statement", payload)?;
    let statement = Statement::read(payload).map_err(|error| malformed(error.to_string()))?;
    if statement.predicate_type == statement::COSIGN_SIGN && statement.subjects.len() != 1 {
        return Err(Rejection {
            expected: Some("1 subject".to_owned()),
            found: Some(format!("{} subjects", statement.subjects.len())),
            ..malformed("an image signature has exactly one subject".to_owned())
        });
    }
    let subject = statement.subject_of(&target.digest, target.manifest).ok_or_else(|| {
        let named = statement.subjects.iter().filter_map(|one| one.digests.get("sha256"));
        let named: Vec<_> = named.map(|hex| format!("sha256:{hex}")).collect();
        subject_mismatch(target.digest, &named.join(", "))
    })?;
    Ok(Facts {
        predicate_type: Some(statement.predicate_type.clone()),
        annotations: subject.annotations.clone(),
        docker_reference: None,
        subjects: statement.subjects.len(),
        payload: payload.into(),
    })
}

pub(super) fn subject_mismatch(target: Digest, found: &str) -> Rejection {
    Rejection {
        class: ResultClass::SubjectMismatch,
        reason: "signed for another image".to_owned(),
        expected: Some(target.to_string()),
        found: Some(found.to_owned()),
        hint: Some("attach the signature to the image that it names, or sign this one".to_owned()),
    }
}

pub(super) fn unsupported(reason: &str) -> Rejection {
    Rejection {
        class: ResultClass::UnsupportedFormat,
        reason: reason.to_owned(),
        expected: None,
        found: None,
        hint: None,
    }
}
