//! The negative cases of a gate that can be fooled, each produced in a few lines.
//!
//! Where sigstore-verify accepts the case, the assertion says so: this is why the gate needs a rule of its own. If a
//! later version refuses it, the assertion fails and the rule can be looked at again.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panicking")]

use base64::prelude::*;
use serde_json::{Value, json};
use sigstore_verify::types::{Bundle, DerPublicKey};
use sigstore_verify::{PublicKeyVerificationPolicy, VerificationPolicy, VerificationResult, Verifier, trust_root};
use testbed::clock::{DAY, NOON};
use testbed::trusted_root::{CERTIFICATE_AUTHORITIES, TIMESTAMP_AUTHORITIES, TLOGS};
use testbed::*;

const GITHUB: &str = "https://token.actions.githubusercontent.com";
const ARTIFACT: &[u8] = b"an artifact";

fn release() -> CertificateRequest {
    CertificateRequest::github("acme/app", "release.yml", "refs/heads/main")
}

fn statement() -> Statement {
    Statement::image_signature(&format!("sha256:{}", sha256_hex(ARTIFACT)))
}

fn verify_text(root: &TrustedRoot, bundle: &str) -> Result<VerificationResult, String> {
    let root = trust_root::TrustedRoot::from_json(&root.json()).map_err(|error| error.to_string())?;
    let bundle = Bundle::from_json(bundle).map_err(|error| error.to_string())?;
    let policy = VerificationPolicy::any_identity().require_issuer(GITHUB);
    let verifier = Verifier::new(&root).map_err(|error| error.to_string())?;
    verifier
        .verify(ARTIFACT, &bundle, &policy)
        .map_err(|error| error.to_string())
}

fn verify(root: &TrustedRoot, bundle: &Value) -> Result<VerificationResult, String> {
    verify_text(root, &bundle.to_string())
}

fn signed(sigstore: &Sigstore, request: CertificateRequest) -> Value {
    sigstore.sign(&sigstore.issue(request), statement()).rekor_v1().bundle()
}

#[track_caller]
fn refused(result: Result<VerificationResult, String>, because: &str) {
    let error = result.expect_err("it was accepted");
    assert!(error.contains(because), "{error}");
}

#[test]
fn scan_key_restamped() {
    let sigstore = Sigstore::new();
    let key = Key::p256("scanner");
    let signing = sigstore.sign(&key, statement());
    let fresh = signing.clone().at(NOON + 300 * DAY).rekor_v1().timestamp().bundle();
    let old = signing.rekor_v1().timestamp().bundle();
    assert_eq!(fresh["dsseEnvelope"], old["dsseEnvelope"]);
    let root = trust_root::TrustedRoot::from_json(&sigstore.trusted_root_json()).unwrap();
    let policy = PublicKeyVerificationPolicy::new(DerPublicKey::new(key.spki()));
    let bundle = Bundle::from_json(&fresh.to_string()).unwrap();
    let result = Verifier::new(&root)
        .unwrap()
        .verify(ARTIFACT, &bundle, &policy)
        .unwrap();
    assert!(
        result
            .verified_timestamps()
            .iter()
            .all(|time| time.as_second() == NOON + 300 * DAY)
    );
}

#[test]
fn root_corp_forges_github() {
    let (public, corp) = (Sigstore::new(), Sigstore::named("corp"));
    let merged = public.trusted_root().merged(&corp.trusted_root());
    verify(&merged, &signed(&corp, release())).unwrap();
    refused(verify(&public.trusted_root(), &signed(&corp, release())), "No log key");
}

#[test]
fn roots_mixed_ca_log() {
    let (public, corp) = (Sigstore::new(), Sigstore::named("corp"));
    let mixed = public.sign(&corp.issue(release()), statement()).rekor_v1().bundle();
    verify(&public.trusted_root().merged(&corp.trusted_root()), &mixed).unwrap();
    refused(verify(&public.trusted_root(), &mixed), "chain");
}

#[test]
fn github_identities() {
    let sigstore = Sigstore::new();
    let requests = [
        release().trigger("pull_request_target"),
        release().claim(11, "self-hosted"),
        CertificateRequest::github("evil/app", "any.yml", "refs/heads/main")
            .workflow_uri("https://github.com/acme/ci/.github/workflows/build.yml@refs/heads/main"),
        CertificateRequest::github("acme/app", "x.yml", "refs/heads/evil@refs/heads/main"),
        release()
            .without_san()
            .san(San::Email("https://github.com/acme/app".to_owned())),
        release().san(San::Uri("https://github.com/evil/app".to_owned())),
        release().san(San::Username("alice".to_owned())),
    ];
    for request in requests {
        verify(&sigstore.trusted_root(), &signed(&sigstore, request)).unwrap();
    }
}

#[test]
fn claims_malformed_duplicate_conflict() {
    let sigstore = Sigstore::new();
    let requests = [
        release().claim_bytes(11, b"github-hosted"),
        release().claim_again(12, "https://github.com/evil/app"),
        release().claim(1, "https://evil.example"),
        release().without_claim(14),
        release().extension("1.3.6.1.4.1.57264.1.99", false, b"new"),
    ];
    for request in requests {
        verify(&sigstore.trusted_root(), &signed(&sigstore, request)).unwrap();
    }
}

#[test]
fn chain_leaf_as_anchor() {
    let sigstore = Sigstore::new();
    let anchor = sigstore
        .issue(CertificateRequest::email("dev@corp.example", GITHUB).subject("dev"))
        .into_authority();
    let chain = [
        &anchor.certificate[..],
        &sigstore.intermediate.certificate,
        &sigstore.root.certificate,
    ];
    let root = sigstore
        .trusted_root()
        .without(CERTIFICATE_AUTHORITIES)
        .with_ca("https://ca.example", &chain);
    let forged = anchor.issue_logged(release(), &sigstore.ct_log);
    verify(&root, &sigstore.sign(&forged, statement()).rekor_v1().bundle()).unwrap();
}

#[test]
fn anchor_expired_or_no_ca() {
    let sigstore = Sigstore::new();
    let anchors = [
        CertificateRequest::ca("old").valid(NOON - 9 * DAY, NOON - 8 * DAY),
        CertificateRequest::ca("no").without_ca_bit(),
    ];
    for anchor in anchors {
        let anchor = Authority::self_signed(anchor);
        let root = sigstore
            .trusted_root()
            .without(CERTIFICATE_AUTHORITIES)
            .with_ca("https://ca.example", &[&anchor.certificate]);
        let leaf = anchor.issue_logged(release(), &sigstore.ct_log);
        verify(&root, &sigstore.sign(&leaf, statement()).rekor_v1().bundle()).unwrap();
    }
}

#[test]
fn leaf_without_digital_signature() {
    let sigstore = Sigstore::new();
    verify(
        &sigstore.trusted_root(),
        &signed(&sigstore, release().key_usage(&[KEY_CERT_SIGN])),
    )
    .unwrap();
}

#[test]
fn bundle_v03_relabelled_v01() {
    let sigstore = Sigstore::new();
    let mut bundle = signed(&sigstore, release());
    json::remove(&mut bundle, "/verificationMaterial/tlogEntries/0/inclusionProof");
    refused(verify(&sigstore.trusted_root(), &bundle), "inclusion proof");
    json::set(&mut bundle, "/mediaType", json!(Version::V01.media_type()));
    assert!(verify(&sigstore.trusted_root(), &bundle).unwrap().tlog_verified());
    json::remove(&mut bundle, "/mediaType");
    assert!(verify(&sigstore.trusted_root(), &bundle).unwrap().tlog_verified());
}

#[test]
fn bundle_two_of_something() {
    let sigstore = Sigstore::new();
    let bundle = signed(&sigstore, release());
    let other = sigstore.sign(&Key::p256("mallory"), Content::message(b"evil")).bundle();
    let mut two_contents = bundle.clone();
    json::set(
        &mut two_contents,
        "/messageSignature",
        other["messageSignature"].clone(),
    );
    let mut two_materials = bundle.clone();
    json::set(
        &mut two_materials,
        "/verificationMaterial/publicKey",
        other["verificationMaterial"]["publicKey"].clone(),
    );
    let two_envelopes = json::with_duplicate_key(&bundle, "/dsseEnvelope", json!({ "payload": "" }));
    for text in [two_contents.to_string(), two_materials.to_string()] {
        verify_text(&sigstore.trusted_root(), &text).unwrap();
    }
    assert_eq!(two_envelopes.matches("dsseEnvelope").count(), 2);
}

#[test]
fn tlog_entry_bare_and_twice() {
    let sigstore = Sigstore::new();
    let signing = sigstore.sign(&sigstore.issue(release()), statement()).rekor_v1();
    verify(
        &sigstore.trusted_root(),
        &signing.clone().rekor_v1_with(Evidence::Bare).bundle(),
    )
    .unwrap();
    verify(&sigstore.trusted_root(), &signing.rekor_v1().bundle()).unwrap();
}

#[test]
fn one_person_twice() {
    let sigstore = Sigstore::new();
    let key = Key::p256("bob");
    let signing = sigstore.sign(&key, statement());
    assert_ne!(signing.clone().twin().bundle(), signing.bundle());
    assert_ne!(key.spki(), key.spki_compressed());
}

#[test]
fn unsupported_kinds() {
    let sigstore = Sigstore::new();
    let signing = sigstore.sign(&sigstore.issue(release()), statement()).timestamp();
    let entries = [
        signing.clone().rekor_v1_as(Kind::Intoto001, Evidence::PromiseAndProof),
        signing.clone().logged_v2(&sigstore.rekor_v2, Kind::Dsse002),
        signing.entry(sigstore.rekor_v1.entry_v1(
            &json!({ "kind": "rekord", "apiVersion": "0.0.1" }),
            NOON,
            Evidence::Promise,
        )),
    ];
    for signing in entries {
        refused(
            verify(&sigstore.trusted_root(), &signing.bundle()),
            "unsupported Rekor entry",
        );
    }
}

#[test]
fn time_stamps() {
    let mut sigstore = Sigstore::new();
    let corp = Sigstore::named("corp");
    let leaf = sigstore.issue(release());
    let logged = sigstore.sign(&leaf, statement()).rekor_v1();
    refused(
        verify(
            &sigstore.trusted_root(),
            &logged.clone().timestamp_by(&corp.tsa).bundle(),
        ),
        "TSA",
    );
    let closed = sigstore
        .trusted_root()
        .valid_for(TIMESTAMP_AUTHORITIES, 0, NOON - DAY, Some(NOON));
    refused(verify(&closed, &logged.timestamp().bundle()), "outside");
    sigstore.tsa = Tsa::new("rsa-tsa", Key::rsa2048());
    let logged = sigstore.sign(&leaf, statement()).rekor_v1();
    refused(
        verify(&sigstore.trusted_root(), &logged.timestamp().bundle()),
        "not an EC key",
    );
}

/// c9: nothing checks that a Rekor v2 key was still in use; nothing compares the entry's log with the checkpoint's.
#[test]
fn retired_shard() {
    let sigstore = Sigstore::new();
    let retired = sigstore
        .trusted_root()
        .valid_for(TLOGS, 1, NOON - 9 * DAY, Some(NOON - 8 * DAY));
    let mut bundle = sigstore
        .sign(&sigstore.issue(release()), statement())
        .rekor_v2()
        .timestamp()
        .bundle();
    verify(&retired, &bundle).unwrap();
    let another_log = json!(BASE64_STANDARD.encode(sigstore.rekor_v1.id));
    json::set(
        &mut bundle,
        "/verificationMaterial/tlogEntries/0/logId/keyId",
        another_log,
    );
    verify(&retired, &bundle).unwrap();
}

#[test]
fn statement_type_and_annotations() {
    let sigstore = Sigstore::new();
    let digest = format!("sha256:{}", sha256_hex(ARTIFACT));
    let mut wrong_type = statement();
    wrong_type.0["_type"] = json!("https://evil.example/Statement");
    let stranger = Subject::new(&format!("sha256:{}", "00".repeat(32))).annotations(json!({ "release": "yes" }));
    let annotated = Statement::new(statement::COSIGN_SIGN, json!({}))
        .subject(stranger)
        .subject(Subject::new(&digest));
    let wrong_sha512 = Statement::new(statement::COSIGN_SIGN, json!({}))
        .subject(Subject::new(&digest).digest(&format!("sha512:{}", "00".repeat(64))));
    for statement in [wrong_type, annotated, wrong_sha512] {
        let bundle = sigstore.sign(&sigstore.issue(release()), statement).rekor_v1().bundle();
        verify(&sigstore.trusted_root(), &bundle).unwrap();
    }
}

#[test]
fn layouts_of_the_index_cases() {
    let mut layout = Layout::default();
    let (amd64, arm64) = (layout.image("app", "linux/amd64"), layout.image("app", "linux/arm64"));
    let disguised = amd64
        .clone()
        .annotation("vnd.docker.reference.type", "attestation-manifest");
    let index = layout.image_index(&[disguised, arm64.clone()]);
    let mut both = layout.json(&index);
    both["config"] = layout.json(&amd64)["config"].take();
    both["layers"] = layout.json(&amd64)["layers"].take();
    let index_is_also_manifest = layout.manifest(&both);
    let listed_but_gone = layout.attach(&arm64, attach::BUNDLE, b"{}");
    layout.blobs.remove(listed_but_gone.digest());
    layout.attach(&arm64, attach::BUNDLE, b"garbage");
    layout.tag("v1", &index_is_also_manifest);
    let listed = layout.json(&layout.tagged(&arm64.derived_tag("")).unwrap());
    assert_eq!(listed["manifests"][0]["digest"], listed_but_gone.digest());
    assert_eq!(listed["manifests"].as_array().unwrap().len(), 2);
    assert_eq!(layout.cosign_save().index.len(), 1);
}
