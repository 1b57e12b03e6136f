//! What was signed: the in-toto statement, its subject and its annotations.
//!
//! Pins `Statement::read` (type, strict fields, duplicate keys), `Subject::names` (which digest), the one subject of an image
//! signature, and the rule's `form` and `counts`.

use portcullis_component::wit::basics::ResultClass::*;
use serde_json::{Value, json};
use testbed::statement::{COSIGN_SIGN, SLSA_PROVENANCE};
use testbed::*;

use crate::case::{Case, image, signature};

fn signed(content: impl Into<Content>) -> Case {
    let key = Key::p256("ops");
    Case::key(&key).bundle(&Sigstore::new().sign(&key, content).bundle())
}

fn stranger() -> Subject {
    Subject::new(&format!("sha256:{}", "00".repeat(32)))
}

fn about(subjects: impl IntoIterator<Item = Subject>) -> Statement {
    subjects
        .into_iter()
        .fold(Statement::new(COSIGN_SIGN, json!({})), Statement::subject)
}

fn without(pointer: &str) -> Statement {
    let mut statement = signature();
    json::remove(&mut statement.0, pointer);
    statement
}

#[test]
fn statement_type_fail() {
    let mut statement = signature();
    for kind in [
        json!("https://evil.example/Statement"),
        json!("https://in-toto.io/Statement/v2"),
        json!(1),
    ] {
        statement.0["_type"] = kind;
        signed(statement.clone()).denied_for(Malformed, "_type");
    }
    signed(signature().v01()).allowed();
    for field in ["/_type", "/predicateType", "/subject"] {
        signed(without(field)).denied(Malformed);
    }
}

#[test]
fn attestation_is_no_signature_fail() {
    let attestation = Statement::new(SLSA_PROVENANCE, json!({})).subject(Subject::new(image().digest()));
    let report = signed(attestation).denied(NotASignature);
    assert_eq!(report.evidence[0].short_type, "slsa");
    let near =
        Statement::new("https://sigstore.dev/cosign/sign/v1/", json!({})).subject(Subject::new(image().digest()));
    signed(near).denied(NotASignature);
}

#[test]
fn subject_of_another_image_fail() {
    signed(about([stranger()])).denied(SubjectMismatch);
    signed(about([])).denied(Malformed);
    let hex = image().digest().strip_prefix("sha256:").unwrap().to_owned();
    let upper = Subject(json!({ "digest": { "sha256": hex.to_uppercase() } }));
    signed(about([upper])).denied(SubjectMismatch);
    // The digest under another algorithm's name, or as the subject's name, is no subject.
    for subject in [
        json!({ "digest": { "sha512": hex } }),
        json!({ "name": image().digest(), "digest": {} }),
    ] {
        signed(about([Subject(subject)])).denied(SubjectMismatch);
    }
    for subject in [
        json!({ "name": "x" }),
        json!({ "digest": { "sha256": 1 } }),
        json!("x"),
        Value::Null,
    ] {
        signed(about([Subject(subject)])).denied(Malformed);
    }
}

#[test]
fn subject_with_a_wrong_second_digest_fail() {
    let (algorithms, manifest) = (
        ["sha384", "sha512"],
        Layout::with_image("v1").0.blobs[image().digest()].clone(),
    );
    for (algorithm, hash) in algorithms.into_iter().zip([Hash::Sha384, Hash::Sha512]) {
        let both =
            |digest: &[u8]| about([Subject::new(image().digest()).digest(&format!("{algorithm}:{}", hex(digest)))]);
        signed(both(&hash.digest(&manifest))).allowed();
        signed(both(&hash.digest(b"another"))).denied(SubjectMismatch);
    }
}

#[test]
fn signature_of_two_images_fail() {
    for subjects in [
        [stranger(), Subject::new(image().digest())],
        [Subject::new(image().digest()), stranger()],
    ] {
        signed(about(subjects)).denied_for(Malformed, "exactly one subject");
    }
}

#[test]
fn subject_annotation_of_other_fail() {
    let annotated = stranger().annotations(json!({ "release": "yes" }));
    let case = signed(about([annotated, Subject::new(image().digest())]));
    case.rule("by: ops, annotations: { release: 'yes' }").denied(Malformed);
}

#[test]
fn annotation_differs_fail() {
    let annotated = |value: Value| about([Subject::new(image().digest()).annotations(json!({ "env": value }))]);
    let rule = "by: ops, annotations: { env: prod }";
    signed(annotated(json!("prod"))).rule(rule).allowed();
    for value in ["Prod", "prod ", "", "dev"] {
        signed(annotated(json!(value)))
            .rule(rule)
            .denied_for(IdentityMismatch, "annotation `env` differs");
    }
    signed(about([Subject::new(image().digest())]))
        .rule(rule)
        .denied(IdentityMismatch);
    signed(annotated(json!(["prod"]))).rule(rule).denied(Malformed);
    // The manifest's annotations and the predicate's are nobody's word.
    let predicate = Statement::new(COSIGN_SIGN, json!({ "annotations": { "env": "prod" } }));
    signed(predicate.subject(Subject::new(image().digest())))
        .rule(rule)
        .denied(IdentityMismatch);
}

#[test]
fn duplicate_keys_in_the_payload_fail() {
    let twice = |pointer: &str, value: Value| {
        let text = json::with_duplicate_key(&signature().0, pointer, value);
        Content::envelope(IN_TOTO, text.as_bytes())
    };
    signed(twice("/predicateType", json!(SLSA_PROVENANCE))).denied_for(Malformed, "stands twice");
    signed(twice("/subject/0/digest", json!({}))).denied_for(Malformed, "stands twice");
    let deep = Content::envelope(
        IN_TOTO,
        format!("{{\"predicate\":{}1{}}}", "[".repeat(200), "]".repeat(200)).as_bytes(),
    );
    signed(deep).denied(Malformed);
}

#[test]
fn docker_reference_fail() {
    let case = signed(signature());
    case.clone()
        .rule("by: ops, docker-reference: required")
        .denied_for(SubjectMismatch, "no name");
    let remarks = &case.allowed().rules[0].accepted[0].remarks;
    assert!(remarks.iter().any(|one| one.contains("does not bind the image's name")));
}
