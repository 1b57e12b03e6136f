//! [in-toto statements]: what a DSSE payload says about which image.
//!
//! [in-toto statements]: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md

use crate::signing::{Content, IN_TOTO};
use serde_json::{Value, json};

pub const V01: &str = "https://in-toto.io/Statement/v0.1";
pub const V1: &str = "https://in-toto.io/Statement/v1";
pub const COSIGN_SIGN: &str = "https://sigstore.dev/cosign/sign/v1";
pub const SLSA_PROVENANCE: &str = "https://slsa.dev/provenance/v1";

/// A statement, to be broken through its value where the methods do not reach.
#[derive(Clone, Debug)]
pub struct Statement(pub Value);

impl Statement {
    /// A v1 statement without subject.
    pub fn new(predicate_type: &str, predicate: Value) -> Statement {
        Statement(json!({ "_type": V1, "subject": [], "predicateType": predicate_type, "predicate": predicate }))
    }

    /// cosign 3's signature of an image: a subject without name, an empty predicate.
    pub fn image_signature(digest: &str) -> Statement {
        Statement::new(COSIGN_SIGN, json!({})).subject(Subject::new(digest).annotations(json!({})))
    }

    /// cosign's attestation of an image: a v0.1 statement whose subject has the image's name.
    pub fn attestation(name: &str, digest: &str, predicate_type: &str, predicate: Value) -> Statement {
        Statement::new(predicate_type, predicate)
            .v01()
            .subject(Subject::new(digest).name(name))
    }

    pub fn v01(mut self) -> Statement {
        self.0["_type"] = json!(V01);
        self
    }

    pub fn subject(mut self, subject: Subject) -> Statement {
        self.0["subject"].as_array_mut().unwrap().push(subject.0);
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.0.to_string().into_bytes()
    }
}

impl From<Statement> for Content {
    fn from(statement: Statement) -> Content {
        Content::envelope(IN_TOTO, &statement.bytes())
    }
}

/// One subject of a statement.
#[derive(Clone, Debug)]
pub struct Subject(pub Value);

impl Subject {
    /// A subject with one digest, `sha256:…`.
    pub fn new(digest: &str) -> Subject {
        Subject(json!({})).digest(digest)
    }

    /// Adds a digest, `sha512:…`.
    pub fn digest(mut self, digest: &str) -> Subject {
        let (algorithm, hex) = digest.split_once(':').unwrap();
        self.0["digest"][algorithm] = json!(hex);
        self
    }

    pub fn name(mut self, name: &str) -> Subject {
        self.0["name"] = json!(name);
        self
    }

    /// Sets the annotations, as `cosign sign -a key=value` does.
    pub fn annotations(mut self, annotations: Value) -> Subject {
        self.0["annotations"] = annotations;
        self
    }
}
