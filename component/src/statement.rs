//! in-toto statements (github.com/in-toto/attestation spec/v1/statement.md): who is the subject, and of which type is the
//! predicate. The predicate itself stays unread.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::digest::Digest;
use crate::json;

pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// Predicate type of cosign's image signatures in bundles.
pub const COSIGN_SIGN: &str = "https://sigstore.dev/cosign/sign/v1";

const TYPES: [&str; 2] = ["https://in-toto.io/Statement/v0.1", "https://in-toto.io/Statement/v1"];

#[derive(Debug, Clone)]
pub struct Statement {
    pub predicate_type: String,
    pub subjects: Vec<Subject>,
}

#[derive(Debug, Clone)]
pub struct Subject {
    /// Algorithm to hexadecimal, as written.
    pub digests: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The payload is no JSON, or a key stands twice.
    Json(String),
    /// `_type` is neither Statement v0.1 nor v1.
    Type(String),
    /// A field is missing or of another kind than the specification says.
    Field(&'static str),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Json(reason) => write!(f, "the payload is not a statement: {reason}"),
            Self::Type(found) => write!(f, "`_type` is `{found}`, not an in-toto statement"),
            Self::Field(field) => write!(f, "the statement's `{field}` is missing or malformed"),
        }
    }
}

impl std::error::Error for Error {}

impl Statement {
    pub fn read(payload: &[u8]) -> Result<Self, Error> {
        let value = json::read_without(payload, "predicate").map_err(|error| Error::Json(error.to_string()))?;
        let statement_type = text(&value, "_type").ok_or(Error::Field("_type"))?;
        if !TYPES.contains(&statement_type) {
            return Err(Error::Type(statement_type.to_owned()));
        }
        let predicate_type = text(&value, "predicateType").ok_or(Error::Field("predicateType"))?;
        let subjects = value
            .get("subject")
            .and_then(Value::as_array)
            .ok_or(Error::Field("subject"))?;
        Ok(Self {
            predicate_type: predicate_type.to_owned(),
            subjects: subjects.iter().map(Subject::read).collect::<Result<_, _>>()?,
        })
    }

    /// The subject that names `image`: its `sha256` is the image's, and every other digest that can be computed from
    /// `manifest` agrees.
    pub fn subject_of(&self, image: &Digest, manifest: Option<&[u8]>) -> Option<&Subject> {
        self.subjects.iter().find(|subject| subject.names(image, manifest))
    }
}

impl Subject {
    fn read(value: &Value) -> Result<Self, Error> {
        Ok(Self {
            digests: strings(value.get("digest"), "subject[].digest")?,
            annotations: match value.get("annotations") {
                None => BTreeMap::new(),
                annotations => strings(annotations, "subject[].annotations")?,
            },
        })
    }

    fn names(&self, image: &Digest, manifest: Option<&[u8]>) -> bool {
        self.digests.get("sha256").is_some_and(|hex| *hex == image.to_hex())
            && manifest.is_none_or(|bytes| self.others_agree(bytes))
    }

    fn others_agree(&self, manifest: &[u8]) -> bool {
        use sha2::{Digest as _, Sha384, Sha512};
        self.digests.iter().all(|(algorithm, found)| match algorithm.as_str() {
            "sha384" => *found == hex::encode(Sha384::digest(manifest)),
            "sha512" => *found == hex::encode(Sha512::digest(manifest)),
            _ => true,
        })
    }
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

fn strings(value: Option<&Value>, field: &'static str) -> Result<BTreeMap<String, String>, Error> {
    value
        .and_then(Value::as_object)
        .ok_or(Error::Field(field))?
        .iter()
        .map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect::<Option<_>>()
        .ok_or(Error::Field(field))
}

/// Prefixes of predicate types and their short names.
const SHORT_TYPES: [(&str, &str); 12] = [
    (COSIGN_SIGN, "signature"),
    ("https://slsa.dev/provenance/", "slsa"),
    ("https://slsa.dev/verification_summary/", "vsa"),
    ("https://cyclonedx.org/bom", "cyclonedx"),
    ("https://spdx.dev/Document", "spdx"),
    ("https://cosign.sigstore.dev/attestation/vuln/v1", "vuln"),
    ("https://aleph-alpha.com/attestations/license/v1", "license"),
    ("https://aleph-alpha.com/attestations/triage/v1", "triage"),
    ("https://cosign.sigstore.dev/attestation/v1", "custom"),
    ("https://openvex.dev/ns", "openvex"),
    ("https://in-toto.io/attestation/link/", "link"),
    ("https://in-toto.io/attestation/test-result/", "test-result"),
];

/// What `short_type` gives for a predicate type without a name of its own.
pub const OTHER: &str = "attestation";

/// The short name of a predicate type, as `list` shows it and `--type` takes it.
pub fn short_type(predicate_type: &str) -> &'static str {
    SHORT_TYPES
        .iter()
        .find(|(prefix, _)| names_type(predicate_type, prefix))
        .map_or(OTHER, |(_, name)| name)
}

pub fn short_types() -> impl Iterator<Item = &'static str> {
    SHORT_TYPES.iter().map(|(_, name)| *name)
}

pub fn is_short_type(word: &str) -> bool {
    short_types().any(|name| name == word)
}

/// A prefix that ends in `/` stands for all versions; another one for itself and `/v…` below it.
fn names_type(predicate_type: &str, prefix: &str) -> bool {
    match predicate_type.strip_prefix(prefix) {
        Some("") => true,
        Some(rest) => prefix.ends_with('/') || rest.starts_with("/v"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(kind: &str, subject: &str) -> Vec<u8> {
        format!(r#"{{"_type":"{kind}","predicateType":"p","predicate":{{}},"subject":[{subject}]}}"#).into_bytes()
    }

    #[test]
    fn statement_type_fail() {
        let subject = r#"{"digest":{}}"#;
        assert!(Statement::read(&statement("https://in-toto.io/Statement/v1", subject)).is_ok());
        assert!(matches!(
            Statement::read(&statement("https://in-toto.io/Statement/v2", subject)),
            Err(Error::Type(_))
        ));
    }

    #[test]
    fn every_digest_that_can_be_computed_must_agree() {
        let image = Digest::of(b"manifest");
        let hex = image.to_hex();
        let read = |digests: &str| {
            Statement::read(&statement(
                "https://in-toto.io/Statement/v1",
                &format!(r#"{{"digest":{{{digests}}}}}"#),
            ))
            .unwrap()
        };
        let good = read(&format!(r#""sha256":"{hex}","gitCommit":"abc""#));
        assert!(good.subject_of(&image, Some(b"manifest")).is_some());
        let upper = read(&format!(r#""sha256":"{}""#, hex.to_uppercase()));
        assert!(upper.subject_of(&image, Some(b"manifest")).is_none());
        let contradiction = read(&format!(r#""sha256":"{hex}","sha512":"00""#));
        assert!(contradiction.subject_of(&image, Some(b"manifest")).is_none());
    }

    #[test]
    fn short_types_do_not_guess() {
        assert_eq!(short_type("https://slsa.dev/provenance/v1"), "slsa");
        assert_eq!(short_type("https://spdx.dev/Document/v2.3"), "spdx");
        assert_eq!(short_type("https://spdx.dev/Documentation"), "attestation");
        assert_eq!(short_type("https://sigstore.dev/cosign/sign/v1"), "signature");
    }
}
