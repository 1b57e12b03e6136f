//! What must be allowed: each way of signing that the product names.

use testbed::clock::NOON;
use testbed::*;

use crate::case::{Case, GITHUB, NAME, image, release, signature};
use portcullis_component::wit::basics::ResultClass;

/// A root of CA and TSA alone, as GitHub's for private repositories.
fn without_logs(sigstore: &Sigstore) -> TrustedRoot {
    sigstore
        .trusted_root()
        .without(trusted_root::TLOGS)
        .without(trusted_root::CTLOGS)
}

fn simple() -> Content {
    simple_signing(NAME, image().digest())
}

#[test]
fn keyless_in_every_bundle_version() {
    let sigstore = Sigstore::new();
    let signing = sigstore.sign(&sigstore.issue(release()), signature()).rekor_v1();
    for version in [Version::V01, Version::V02, Version::V03Parameter, Version::V03] {
        let report = Case::new(&sigstore).bundle(&signing.bundle_as(version)).allowed();
        assert_eq!(report.pinned, [format!("{NAME}@{}", image().digest())]);
    }
    Case::new(&sigstore).bundle(&signing.timestamp().bundle()).allowed();
}

#[test]
fn keyless_rekor_v1_kinds() {
    let sigstore = Sigstore::new();
    let signing = sigstore.sign(&sigstore.issue(release()), signature());
    let intoto = signing.clone().rekor_v1_as(Kind::Intoto002, Evidence::PromiseAndProof);
    Case::new(&sigstore).bundle(&intoto.bundle()).allowed();
    let proof_and_timestamp = signing.clone().rekor_v1_with(Evidence::Proof).timestamp();
    Case::new(&sigstore).bundle(&proof_and_timestamp.bundle()).allowed();
    let promise = signing.rekor_v1_with(Evidence::Promise).bundle_as(Version::V01);
    Case::new(&sigstore).bundle(&promise).allowed();
}

#[test]
fn keyless_rekor_v2_and_timestamp() {
    let sigstore = Sigstore::new();
    let bundle = sigstore
        .sign(&sigstore.issue(release()), signature())
        .rekor_v2()
        .timestamp()
        .bundle();
    Case::new(&sigstore).bundle(&bundle).allowed();
    Case::new(&sigstore)
        .also("transparency-log: { inclusion-proof: required }")
        .bundle(&bundle)
        .allowed();
}

#[test]
fn message_signature_where_the_rule_says_so() {
    let (sigstore, manifest) = (
        Sigstore::new(),
        Layout::with_image("v1").0.blobs[image().digest()].clone(),
    );
    let leaf = sigstore.issue(release());
    let bundle = sigstore.sign(&leaf, Content::message(&manifest)).rekor_v1().bundle();
    Case::new(&sigstore)
        .rule("by: release, forms: [message]")
        .bundle(&bundle)
        .allowed();
    Case::new(&sigstore).bundle(&bundle).denied(ResultClass::NotASignature);
    for key in [Key::p256("ops"), Key::p384("ops"), Key::ed25519("ops"), Key::rsa2048()] {
        let bundle = sigstore.sign(&key, Content::message(&manifest)).bundle();
        Case::key(&key)
            .rule("by: ops, forms: [message]")
            .bundle(&bundle)
            .allowed();
    }
}

#[test]
fn simple_signing_by_key() {
    let sigstore = Sigstore::new();
    for key in [Key::p256("ops"), Key::p384("ops"), Key::ed25519("ops"), Key::rsa2048()] {
        Case::key(&key)
            .signatures(&[sigstore.sign(&key, simple()).legacy()])
            .allowed();
    }
    let key = Key::p384("ops");
    let by_kms = sigstore.sign(&key, simple()).hash(Hash::Sha256).legacy();
    Case::key(&key).signatures(&[by_kms]).allowed();
    let key = Key::rsa2048();
    for signing in [
        sigstore.sign(&key, simple()).pss(),
        sigstore.sign(&key, simple()).hash(Hash::Sha512),
    ] {
        Case::key(&key).signatures(&[signing.legacy()]).allowed();
    }
}

#[test]
fn simple_signing_as_a_referrer() {
    let (sigstore, key) = (Sigstore::new(), Key::p256("ops"));
    let mut case = Case::key(&key);
    let image = case.image.clone();
    case.layout
        .attach_simple_signing(&image, &[sigstore.sign(&key, simple()).legacy()]);
    case.allowed();
}

#[test]
fn simple_signing_keyless() {
    let sigstore = Sigstore::new();
    let signing = sigstore.sign(&sigstore.issue(release()), simple());
    Case::new(&sigstore)
        .signatures(&[signing.clone().rekor_v1().legacy()])
        .allowed();
    Case::new(&sigstore)
        .signatures(&[signing.clone().rekor_v1().timestamp().legacy()])
        .allowed();
    let stamped = Case::new(&sigstore).signatures(&[signing.timestamp().legacy()]);
    stamped.denied(ResultClass::LogEntryMissing);
    stamped.also("transparency-log: { required: false }").allowed();
}

#[test]
fn bundle_by_key_without_log() {
    let sigstore = Sigstore::new();
    for key in [Key::p256("ops"), Key::p384("ops"), Key::ed25519("ops"), Key::rsa2048()] {
        let report = Case::key(&key)
            .bundle(&sigstore.sign(&key, signature()).bundle())
            .allowed();
        assert_eq!(report.rules[0].accepted.len(), 1);
    }
    let key = Key::rsa2048();
    Case::key(&key)
        .bundle(&sigstore.sign(&key, signature()).pss().bundle())
        .allowed();
}

#[test]
fn key_with_log() {
    let (sigstore, key) = (Sigstore::new(), Key::p256("ops"));
    let signing = sigstore.sign(&key, signature());
    for logged in [
        signing.clone().rekor_v1(),
        signing.clone().rekor_v2().timestamp(),
        signing.clone().rekor_v2(),
    ] {
        let case = Case::new(&sigstore).with_logged_key("ops", &key).rule("by: ops");
        case.bundle(&logged.bundle()).allowed();
    }
    let case = Case::new(&sigstore).with_logged_key("ops", &key).rule("by: ops");
    case.clone()
        .signatures(&[sigstore.sign(&key, simple()).rekor_v1().legacy()])
        .allowed();
    case.bundle(&signing.bundle()).denied(ResultClass::LogEntryMissing);
}

#[test]
fn gitlab_email_and_user_name() {
    let sigstore = Sigstore::new();
    let sign = |request| sigstore.sign(&sigstore.issue(request), signature()).rekor_v1().bundle();
    let gitlab = sign(CertificateRequest::gitlab("acme/app", "refs/heads/main"));
    let signer = "gitlab: { project: acme/app, ref: refs/heads/main }";
    Case::new(&sigstore).signer("release", signer).bundle(&gitlab).allowed();
    let email = sign(CertificateRequest::email(
        "alice@acme.example",
        "https://accounts.google.com",
    ));
    let signer = "keyless: { issuer: https://accounts.google.com, identity: alice@acme.example }";
    Case::new(&sigstore).signer("release", signer).bundle(&email).allowed();
    let name = CertificateRequest::leaf()
        .issuer("https://id.example")
        .san(San::Username("alice!id.example".to_owned()));
    let signer = "keyless: { issuer: https://id.example, identity: alice!id.example }";
    Case::new(&sigstore)
        .signer("release", signer)
        .bundle(&sign(name))
        .allowed();
}

#[test]
fn a_root_without_logs_and_a_signer_that_does_without() {
    let sigstore = Sigstore::new();
    let leaf = sigstore.issue(release().sct(Sct::Absent));
    let bundle = sigstore.sign(&leaf, signature()).timestamp().bundle();
    let case = Case::new(&sigstore)
        .root("public", &without_logs(&sigstore))
        .bundle(&bundle);
    let report = case
        .clone()
        .also("transparency-log: { required: false }, ct-log: { required: false }")
        .allowed();
    assert!(report.warnings.len() >= 2);
    // The root's lack of a log waives nothing.
    case.denied(ResultClass::LogEntryMissing);
    case.also("transparency-log: { required: false }")
        .denied(ResultClass::SctMissing);
}

#[test]
fn a_long_lived_certificate_has_no_lower_bound() {
    let sigstore = Sigstore::new();
    let leaf = sigstore.issue(release().valid(NOON, NOON + 30 * clock::DAY));
    let bundle = sigstore.sign(&leaf, signature()).rekor_v1().bundle();
    let report = Case::new(&sigstore).bundle(&bundle).allowed();
    let outcome = &report.evidence[0].attempts[0].outcome;
    let portcullis_component::wit::evidence::Outcome::Verified(proof) = outcome else {
        panic!()
    };
    assert_eq!((proof.time.earliest, proof.time.latest), (None, Some(NOON + 5)));
}

#[test]
fn detached_bundle_of_a_stated_issuer() {
    let sigstore = Sigstore::new();
    let bundle = sigstore
        .sign(&sigstore.issue(release()), signature())
        .rekor_v1()
        .bundle();
    let signer = format!("keyless: {{ issuer: {GITHUB}, identity-regexp: 'https://github\\.com/acme/app/.*' }}");
    Case::new(&sigstore)
        .signer("release", &signer)
        .detached(&bundle)
        .allowed();
}

/// A waived log is shown as not checked, and its time still is.
#[test]
fn waived_log_is_not_shown_as_proof() {
    let sigstore = Sigstore::new();
    let zero = serde_json::json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let mut bundle = sigstore
        .sign(&sigstore.issue(release()), signature())
        .rekor_v1()
        .bundle();
    json::set(
        &mut bundle,
        "/verificationMaterial/tlogEntries/0/inclusionProof/hashes/0",
        zero,
    );
    let case = Case::new(&sigstore).bundle(&bundle);
    case.denied(ResultClass::LogEntryInvalid);
    let report = case.also("transparency-log: { required: false }").allowed();
    let proof = crate::case::proof(&report);
    assert_eq!(proof.waived, ["transparency-log"]);
    assert!(proof.log_entries.iter().all(|entry| entry.inclusion_proof.is_none()));
    assert!(proof.remarks.iter().any(|remark| remark.contains("not checked")));
}
