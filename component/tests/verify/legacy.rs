//! What cosign keeps in annotations: simple signing (`.sig`) and envelopes (`.att`).
//!
//! Pins `payload_facts` (type, digest, name), `signed` and `log_entry` (the annotations), that a chain annotation is no trust,
//! and that each layer of a manifest is a signature of its own.

use portcullis_component::wit::basics::ResultClass::*;
use serde_json::{Value, json};
use testbed::legacy::{BUNDLE, CERTIFICATE, CHAIN, SIGNATURE, TIMESTAMP};
use testbed::statement::COSIGN_SIGN;
use testbed::*;

use crate::case::{Case, NAME, image, release, signature};

fn simple() -> Content {
    simple_signing(NAME, image().digest())
}

fn by_key(content: impl Into<Content>) -> Case {
    let key = Key::p256("ops");
    Case::key(&key).signatures(&[Sigstore::new().sign(&key, content).legacy()])
}

/// A keyless layer with one annotation set to another text, or dropped.
fn keyless(sigstore: &Sigstore, annotation: &str, text: Option<&str>) -> Case {
    let mut layer = sigstore.sign(&sigstore.issue(release()), simple()).rekor_v1().legacy();
    match text {
        Some(text) => layer.annotations.insert(annotation.to_owned(), text.to_owned()),
        None => layer.annotations.remove(annotation),
    };
    Case::new(sigstore).signatures(&[layer])
}

#[test]
fn payload_of_another_image_fail() {
    by_key(simple_signing(NAME, &format!("sha256:{}", "00".repeat(32)))).denied(SubjectMismatch);
    let upper = image().digest().to_uppercase().replace("SHA256", "sha256");
    by_key(simple_signing(NAME, &upper)).denied(SubjectMismatch);
    let Content::Message(payload) = simple() else { panic!() };
    let mut value: Value = serde_json::from_slice(&payload).unwrap();
    for (pointer, class) in [("/critical/type", Malformed), ("/critical/image", SubjectMismatch)] {
        let mut broken = value.clone();
        json::remove(&mut broken, pointer);
        by_key(Content::Message(broken.to_string().into_bytes())).denied(class);
    }
    json::set(&mut value, "/critical/type", json!("atomic container signature"));
    by_key(Content::Message(value.to_string().into_bytes())).denied(Malformed);
    let twice = json::with_duplicate_key(&value, "/critical", json!({}));
    by_key(Content::Message(twice.into_bytes())).denied_for(Malformed, "stands twice");
}

#[test]
fn payload_altered_fail() {
    let key = Key::p256("ops");
    let mut layer = Sigstore::new()
        .sign(&key, simple_signing("registry.example/other", image().digest()))
        .legacy();
    let Content::Message(payload) = simple() else { panic!() };
    layer.bytes = payload;
    Case::key(&key).signatures(&[layer]).denied(NoMatchingSigner);
}

#[test]
fn docker_reference_fail() {
    let rule = "by: ops, docker-reference: required";
    for name in [
        NAME.to_owned(),
        format!("{NAME}:v9"),
        format!("{NAME}@{}", image().digest()),
    ] {
        by_key(simple_signing(&name, image().digest())).rule(rule).allowed();
    }
    for name in [
        "registry.example/acme/app2",
        "registry.example/acme",
        "",
        "registry.example:443/acme/app",
    ] {
        by_key(simple_signing(name, image().digest()))
            .rule(rule)
            .denied_for(SubjectMismatch, "another name");
    }
}

#[test]
fn optional_annotations_fail() {
    let rule = "by: ops, annotations: { env: prod }";
    let with = |optional: Value| by_key(simple_signing_with(NAME, image().digest(), optional)).rule(rule);
    with(json!({ "env": "prod" })).allowed();
    for optional in [
        json!({ "env": "dev" }),
        json!({}),
        Value::Null,
        json!({ "env": ["prod"] }),
    ] {
        with(optional).denied(IdentityMismatch);
    }
    with(json!("env=prod")).denied(Malformed);
    // The layer's own annotations are a stranger's.
    let key = Key::p256("ops");
    let mut layer = Sigstore::new().sign(&key, simple()).legacy();
    layer.annotations.insert("env".to_owned(), "prod".to_owned());
    Case::key(&key).signatures(&[layer]).rule(rule).denied(IdentityMismatch);
}

#[test]
fn annotation_missing_or_malformed_fail() {
    let sigstore = Sigstore::new();
    for text in [None, Some(""), Some("not base64")] {
        keyless(&sigstore, SIGNATURE, text).denied(Malformed);
    }
    keyless(&sigstore, CERTIFICATE, None).denied_for(NoMatchingSigner, "another way");
    keyless(&sigstore, CERTIFICATE, Some("garbage")).denied(Malformed);
    keyless(&sigstore, BUNDLE, None).denied(LogEntryMissing);
    for text in [
        "garbage",
        "{}",
        "{\"SignedEntryTimestamp\":\"\",\"Payload\":{}}",
        "null",
    ] {
        keyless(&sigstore, BUNDLE, Some(text)).denied(Malformed);
    }
    keyless(&sigstore, TIMESTAMP, Some("garbage")).denied(Malformed);
}

#[test]
fn rekor_annotation_of_another_signature_fail() {
    let sigstore = Sigstore::new();
    let other = sigstore
        .sign(&sigstore.issue(release()), simple_signing("other", image().digest()))
        .rekor_v1()
        .legacy();
    keyless(&sigstore, BUNDLE, Some(&other.annotations[BUNDLE])).denied(LogEntryInvalid);
    let good = sigstore.sign(&sigstore.issue(release()), simple()).rekor_v1().legacy();
    for field in ["integratedTime", "logIndex"] {
        let mut bundle: Value = serde_json::from_str(&good.annotations[BUNDLE]).unwrap();
        bundle["Payload"][field] = json!(bundle["Payload"][field].as_i64().unwrap() + 1);
        keyless(&sigstore, BUNDLE, Some(&bundle.to_string())).denied_for(LogEntryInvalid, "SET");
    }
}

/// The certificate of one, the signature of another.
#[test]
fn certificate_of_another_signature_fail() {
    let sigstore = Sigstore::new();
    let other = sigstore.sign(&Key::p256("mallory"), simple()).legacy();
    keyless(&sigstore, SIGNATURE, Some(&other.annotations[SIGNATURE])).denied(NoMatchingSigner);
}

#[test]
fn chain_annotation_is_no_trust_fail() {
    let sigstore = Sigstore::new();
    let sub = sigstore
        .intermediate
        .authority(CertificateRequest::ca("sub").extended_key_usage(&[CODE_SIGNING]));
    let leaf = sub.issue_logged(release(), &sigstore.ct_log);
    let signing = sigstore
        .sign(&leaf, simple())
        .rekor_v1()
        .chain(&[&sub.certificate, &sigstore.intermediate.certificate]);
    let layer = signing.legacy();
    assert!(layer.annotations[CHAIN].contains("BEGIN CERTIFICATE"));
    Case::new(&sigstore).signatures(&[layer]).denied(UntrustedRoot);
}

#[test]
fn attestation_tag_is_no_signature_fail() {
    let (sigstore, key) = (Sigstore::new(), Key::p256("ops"));
    let mut case = Case::key(&key);
    let (image, layer) = (case.image.clone(), sigstore.sign(&key, signature()).legacy());
    assert_eq!(layer.annotations["predicateType"], COSIGN_SIGN);
    case.layout.attach_attestations(&image, std::slice::from_ref(&layer));
    case.denied(NotASignature);
    let mut case = Case::key(&key);
    case.layout.attach_signatures(&image, &[layer]);
    case.denied(NotASignature);
}

/// Two people sign the same payload: the layers of the one manifest have the same digest, and are two signatures.
#[test]
fn same_payload_signed_by_two() {
    let sigstore = Sigstore::new();
    let (alice, bob) = (Key::p256("alice"), Key::p256("bob"));
    let layer = |key: &Key| sigstore.sign(key, simple()).legacy();
    let case = Case::key(&alice)
        .with_key("ops", &alice)
        .with_key("bob", &bob)
        .rule("by: { all-of: [ops, bob] }");
    for layers in [[layer(&alice), layer(&bob)], [layer(&bob), layer(&alice)]] {
        case.clone().signatures(&layers).allowed();
    }
    case.clone()
        .signatures(&[layer(&alice), layer(&alice)])
        .denied(NoMatchingSigner);
    case.rule("by: bob")
        .signatures(&[layer(&Key::p256("mallory")), layer(&bob)])
        .allowed();
}

/// A proof belongs to one layer: another layer of the same payload does not inherit it.
#[test]
fn same_payload_inherits_no_proof_fail() {
    let sigstore = Sigstore::new();
    let good = sigstore.sign(&sigstore.issue(release()), simple()).rekor_v1().legacy();
    let evil = CertificateRequest::github("evil/app", "release.yml", "refs/heads/main");
    let other = sigstore.sign(&sigstore.issue(evil), simple()).rekor_v1().legacy();
    let evil =
        "github: { repository: evil/app, workflow: evil/app/.github/workflows/release.yml, ref: refs/heads/main }";
    let case = Case::new(&sigstore)
        .signer("evil", evil)
        .rule("by: { all-of: [release, evil] }");
    case.clone().signatures(&[good.clone(), other.clone()]).allowed();
    // The stranger's certificate over a signature that it did not make.
    let mut forged = other;
    forged
        .annotations
        .insert(SIGNATURE.to_owned(), good.annotations[SIGNATURE].clone());
    case.signatures(&[good, forged])
        .denied_for(IdentityMismatch, "signature invalid");
}
