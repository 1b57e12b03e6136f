//! What the testbed signs is good: sigstore-verify accepts each happy kind, so what a test breaks is why it is refused.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panicking")]

use base64::prelude::*;
use serde_json::{Value, json};
use sigstore_verify::types::{Bundle, DerPublicKey};
use sigstore_verify::{
    Error, PublicKeyVerificationPolicy, VerificationPolicy, VerificationResult, Verifier, trust_root,
};
use testbed::*;

const ARTIFACT: &[u8] = b"an artifact";
const WORKFLOW: &str = "https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main";
const GITHUB: &str = "https://token.actions.githubusercontent.com";

fn release() -> CertificateRequest {
    CertificateRequest::github("acme/app", "release.yml", "refs/heads/main")
}

fn statement() -> Statement {
    Statement::image_signature(&format!("sha256:{}", sha256_hex(ARTIFACT)))
}

fn verify(root: &TrustedRoot, bundle: &Value, policy: &VerificationPolicy) -> Result<VerificationResult, Error> {
    let root = trust_root::TrustedRoot::from_json(&root.json()).unwrap();
    let bundle = Bundle::from_json(&bundle.to_string()).unwrap();
    Verifier::new(&root).unwrap().verify(ARTIFACT, &bundle, policy)
}

#[track_caller]
fn accepts(sigstore: &Sigstore, bundle: &Value) -> VerificationResult {
    let result = verify(
        &sigstore.trusted_root(),
        bundle,
        &VerificationPolicy::new(WORKFLOW, GITHUB),
    )
    .unwrap();
    assert!(result.certificate_verified() && result.sct_verified() && result.tlog_verified());
    result
}

#[track_caller]
fn refuses(sigstore: &Sigstore, bundle: &Value, because: &str) {
    let error = verify(
        &sigstore.trusted_root(),
        bundle,
        &VerificationPolicy::new(WORKFLOW, GITHUB),
    )
    .unwrap_err();
    assert!(format!("{error:?} {error}").contains(because), "{error:?} {error}");
}

#[track_caller]
fn accepts_key(sigstore: &Sigstore, key: &Key, bundle: &Value) {
    let root = trust_root::TrustedRoot::from_json(&sigstore.trusted_root_json()).unwrap();
    let policy = PublicKeyVerificationPolicy::new(DerPublicKey::new(key.spki()));
    let bundle = Bundle::from_json(&bundle.to_string()).unwrap();
    let result = Verifier::new(&root)
        .unwrap()
        .verify(ARTIFACT, &bundle, &policy)
        .unwrap();
    assert!(result.tlog_verified());
}

#[test]
fn keyless_rekor_v1() {
    let sigstore = Sigstore::new();
    let leaf = sigstore.issue(release());
    for content in [Content::message(ARTIFACT), statement().into()] {
        let signing = sigstore.sign(&leaf, content).rekor_v1();
        for version in [Version::V01, Version::V02, Version::V03Parameter, Version::V03] {
            let result = accepts(&sigstore, &signing.bundle_as(version));
            assert_eq!(result.integrated_time().unwrap().as_second(), clock::NOON + 5);
        }
        accepts(&sigstore, &signing.timestamp().bundle());
    }
}

#[test]
fn keyless_rekor_v1_evidence() {
    let sigstore = Sigstore::new();
    let signing = sigstore.sign(&sigstore.issue(release()), statement());
    accepts(
        &sigstore,
        &signing.clone().rekor_v1_with(Evidence::Promise).bundle_as(Version::V01),
    );
    accepts(
        &sigstore,
        &signing.clone().rekor_v1_with(Evidence::Proof).timestamp().bundle(),
    );
    accepts(
        &sigstore,
        &signing.rekor_v1_as(Kind::Intoto002, Evidence::PromiseAndProof).bundle(),
    );
}

#[test]
fn keyless_rekor_v2() {
    let sigstore = Sigstore::new();
    let leaf = sigstore.issue(release());
    for content in [Content::message(ARTIFACT), statement().into()] {
        let bundle = sigstore.sign(&leaf, content).rekor_v2().timestamp().bundle();
        assert_eq!(
            accepts(&sigstore, &bundle).verified_timestamps()[0].as_second(),
            clock::NOON + 5
        );
    }
}

#[test]
fn variants_of_an_instance() {
    let mut sigstore = Sigstore::named("variants");
    sigstore.rekor_v2 = Rekor::v2("log.example", Key::p256("ecdsa log"));
    sigstore.rekor_v2.witnesses = vec![Witness::new("witness.example", clock::NOON)];
    sigstore.tsa = Tsa::new("p384-tsa", Key::p384("tsa"));
    sigstore.tsa.certificate_in_token = CertificateInToken::Present;
    sigstore.tsa.imprint_hash = Hash::Sha512;
    sigstore.intermediate = sigstore
        .root
        .authority(CertificateRequest::ca("p256 intermediate").key(Key::p256("intermediate")));
    accepts(
        &sigstore,
        &sigstore
            .sign(&sigstore.issue(release()), statement())
            .rekor_v2()
            .timestamp()
            .bundle(),
    );
    for key in [Key::p384("leaf"), Key::ed25519("leaf"), Key::rsa2048()] {
        let leaf = sigstore.issue(release().key(key));
        accepts(
            &sigstore,
            &sigstore.sign(&leaf, statement()).rekor_v1().timestamp().bundle(),
        );
    }
}

#[test]
fn public_keys() {
    let sigstore = Sigstore::new();
    for key in [Key::p256("ops"), Key::p384("ops"), Key::ed25519("ops"), Key::rsa2048()] {
        accepts_key(&sigstore, &key, &sigstore.sign(&key, statement()).rekor_v1().bundle());
    }
    let key = Key::p256("ops");
    accepts_key(
        &sigstore,
        &key,
        &sigstore.sign(&key, statement()).rekor_v2().timestamp().bundle(),
    );
    accepts_key(
        &sigstore,
        &key,
        &sigstore.sign(&key, Content::message(ARTIFACT)).rekor_v1().bundle(),
    );
    accepts_key(
        &sigstore,
        &key,
        &sigstore
            .sign(&key, Content::message(ARTIFACT))
            .twin()
            .rekor_v1()
            .bundle(),
    );
}

/// sigstore-verify 0.15.1 reads no other `keyDetails` in a Rekor v2 entry than P-256's.
#[test]
fn rekor_v2_of_p384_is_unsupported() {
    let sigstore = Sigstore::new();
    let leaf = sigstore.issue(release().key(Key::p384("leaf")));
    let bundle = sigstore.sign(&leaf, statement()).rekor_v2().timestamp().bundle();
    refuses(&sigstore, &bundle, "unknown variant `PKIX_ECDSA_P384_SHA_384`");
}

#[test]
fn presets() {
    let sigstore = Sigstore::new();
    let presets = [
        (
            CertificateRequest::gitlab("acme/app", "refs/heads/main"),
            "https://gitlab.com",
        ),
        (
            CertificateRequest::email("alice@acme.example", "https://accounts.google.com"),
            "https://accounts.google.com",
        ),
        (
            CertificateRequest::uri("spiffe://acme.example/build", "https://oidc.acme.example"),
            "https://oidc.acme.example",
        ),
    ];
    for (request, issuer) in presets {
        let bundle = sigstore.sign(&sigstore.issue(request), statement()).rekor_v1().bundle();
        let policy = VerificationPolicy::any_identity().require_issuer(issuer);
        verify(&sigstore.trusted_root(), &bundle, &policy).unwrap();
    }
}

/// The claims that the verifier reads are those that the preset wrote.
#[test]
fn github_claims() {
    let sigstore = Sigstore::new();
    let result = accepts(
        &sigstore,
        &sigstore
            .sign(&sigstore.issue(release()), statement())
            .rekor_v1()
            .bundle(),
    );
    let read = format!("{:?}", result.certificate().unwrap());
    let expected = [
        "https://github.com/acme/app",
        "refs/heads/main",
        "\"push\"",
        "github-hosted",
        "95387154",
        "public",
    ];
    for claim in expected {
        assert!(read.contains(claim), "{claim} is not in {read}");
    }
}

#[test]
fn instances_repeat() {
    let sign = || {
        let sigstore = Sigstore::new();
        sigstore
            .sign(&sigstore.issue(release()), statement())
            .rekor_v1()
            .rekor_v2()
            .timestamp()
            .bundle()
    };
    assert_eq!(sign(), sign());
}

#[test]
fn certificates_refused_for_the_right_reason() {
    let sigstore = Sigstore::new();
    let other = Sigstore::named("corp");
    let cases = [
        (sigstore.issue(release().sct(Sct::Absent)), "missing SCT"),
        (sigstore.issue(release().sct(Sct::Twice)), "multiple SCTs"),
        (
            sigstore.issue(release().sct(Sct::Forged(Key::p256("mallory")))),
            "SCT signature",
        ),
        (
            sigstore.issue(release().sct(Sct::ByLog(Key::p256("mallory")))),
            "SCT signature",
        ),
        (sigstore.issue(release().sct(Sct::OfOther)), "SCT signature"),
        (
            sigstore.issue(release().extended_key_usage(&[TIME_STAMPING])),
            "chain validation",
        ),
        (
            sigstore.issue(
                release()
                    .claim(1, "https://evil.example")
                    .claim(8, "https://evil.example"),
            ),
            "ssuer",
        ),
        (
            sigstore.issue(CertificateRequest::email("a@b.example", GITHUB)),
            "dentity",
        ),
        (other.issue(release()), "chain validation"),
    ];
    for (leaf, because) in cases {
        refuses(
            &sigstore,
            &sigstore.sign(&leaf, statement()).rekor_v1().bundle(),
            because,
        );
    }
    let late = sigstore
        .sign(&sigstore.issue(release()), statement())
        .at(clock::NOON + clock::DAY);
    refuses(&sigstore, &late.rekor_v1().bundle(), "xpired");
}

#[test]
fn broken_bundles_refused_for_the_right_reason() {
    let sigstore = Sigstore::new();
    let leaf = sigstore.issue(release());
    let good = sigstore.sign(&leaf, statement()).rekor_v1().bundle();
    let entry = "/verificationMaterial/tlogEntries/0";
    let broken = |pointer: &str, value: Value| {
        let mut bundle = good.clone();
        json::set(&mut bundle, &format!("{entry}{pointer}"), value);
        bundle
    };
    refuses(
        &sigstore,
        &broken(
            "/inclusionProof/hashes/0",
            json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ),
        "nclusion",
    );
    refuses(
        &sigstore,
        &broken("/integratedTime", json!((clock::NOON + 6).to_string())),
        "SET",
    );
    let other = Sigstore::named("corp");
    let elsewhere = sigstore
        .sign(&leaf, statement())
        .logged_v1(&other.rekor_v1, Kind::Dsse001, Evidence::Proof);
    refuses(&sigstore, &elsewhere.timestamp().bundle(), "No matching Rekor key");
    let stamped = sigstore.sign(&leaf, statement()).rekor_v2().timestamp_by(&other.tsa);
    refuses(&sigstore, &stamped.bundle(), "TSA");
}

/// A bundle may bring a CA that the root does not name.
#[test]
fn a_sub_ca_in_the_bundle_is_believed() {
    let mut sigstore = Sigstore::new();
    sigstore.intermediate = sigstore
        .root
        .authority(CertificateRequest::ca("intermediate").extended_key_usage(&[CODE_SIGNING]));
    let sub = sigstore
        .intermediate
        .authority(CertificateRequest::ca("sub").extended_key_usage(&[CODE_SIGNING]));
    let leaf = sub.issue_logged(release(), &sigstore.ct_log);
    let signing = sigstore.sign(&leaf, statement()).rekor_v1().chain(&[&sub.certificate]);
    accepts(&sigstore, &signing.bundle_as(Version::V02));
}

/// The bundle of version 0.1 that the annotations of a legacy layer amount to.
fn rebuilt(layer: &LegacyLayer, kind: &str, content: (&str, Value)) -> Value {
    let bundle: Value = serde_json::from_str(&layer.annotations[legacy::BUNDLE]).unwrap();
    let payload = &bundle["Payload"];
    let log_id: Vec<u8> = (0..64)
        .step_by(2)
        .map(|at| u8::from_str_radix(&payload["logID"].as_str().unwrap()[at..at + 2], 16).unwrap())
        .collect();
    let certificate: String = layer.annotations[legacy::CERTIFICATE]
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    json!({
        "mediaType": Version::V01.media_type(),
        "verificationMaterial": {
            "x509CertificateChain": { "certificates": [{ "rawBytes": certificate }] },
            "tlogEntries": [{
                "logIndex": payload["logIndex"].to_string(),
                "logId": { "keyId": BASE64_STANDARD.encode(log_id) },
                "kindVersion": { "kind": kind, "version": "0.0.1" },
                "integratedTime": payload["integratedTime"].to_string(),
                "inclusionPromise": { "signedEntryTimestamp": bundle["SignedEntryTimestamp"] },
                "canonicalizedBody": payload["body"],
            }],
        },
        content.0: content.1,
    })
}

#[test]
fn legacy_layers() {
    let sigstore = Sigstore::new();
    let leaf = sigstore.issue(release());
    let signature = sigstore.sign(&leaf, Content::message(ARTIFACT)).rekor_v1();
    let layer = signature.timestamp().legacy();
    let content = json!({ "signature": layer.annotations[legacy::SIGNATURE] });
    accepts(
        &sigstore,
        &rebuilt(&layer, "hashedrekord", ("messageSignature", content)),
    );
    let timestamp: Value = serde_json::from_str(&layer.annotations[legacy::TIMESTAMP]).unwrap();
    assert!(timestamp["SignedRFC3161Timestamp"].is_string());

    let layer = sigstore
        .sign(&leaf, statement())
        .rekor_v1()
        .timestamp_envelope()
        .legacy();
    let envelope = serde_json::from_slice(&layer.bytes).unwrap();
    accepts(&sigstore, &rebuilt(&layer, "dsse", ("dsseEnvelope", envelope)));
    assert_eq!(layer.annotations["predicateType"], statement::COSIGN_SIGN);
}

#[test]
fn duplicate_keys_are_written() {
    let text = json::with_duplicate_key(&json!({ "a": { "b": 1 } }), "/a/b", json!(2));
    assert_eq!(text, r#"{"a":{"b":1,"b":2}}"#);
}
