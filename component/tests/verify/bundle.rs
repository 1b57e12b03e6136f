//! The shape of a bundle (protobuf-specs, sigstore_bundle.proto): read once, strictly, before any signature is checked.
//!
//! Pins `parse_bundle` (versions, one content, one material, known kinds), `known_envelope`, `one_signature`, `json::read`
//! (duplicate keys), `agrees` (layer and bundle), and step 7, the signature itself.

use portcullis_component::wit::basics::ResultClass::*;
use serde_json::{Value, json};
use testbed::*;

use crate::case::{Case, image, release, signature};

fn good(sigstore: &Sigstore) -> Value {
    sigstore
        .sign(&sigstore.issue(release()), signature())
        .rekor_v1()
        .bundle()
}

fn with(bundle: &Value, pointer: &str, value: Value) -> Value {
    let mut bundle = bundle.clone();
    json::set(&mut bundle, pointer, value);
    bundle
}

#[test]
fn bundle_two_envelopes_fail() {
    let sigstore = Sigstore::new();
    let text = json::with_duplicate_key(&good(&sigstore), "/dsseEnvelope", json!({ "payload": "" }));
    Case::new(&sigstore)
        .layer(Version::V03.media_type(), text.as_bytes())
        .denied_for(Malformed, "stands twice");
}

#[test]
fn bundle_two_contents_or_materials_fail() {
    let sigstore = Sigstore::new();
    let other = sigstore.sign(&Key::p256("mallory"), Content::message(b"evil")).bundle();
    let contents = with(&good(&sigstore), "/messageSignature", other["messageSignature"].clone());
    let key = other["verificationMaterial"]["publicKey"].clone();
    let materials = with(&good(&sigstore), "/verificationMaterial/publicKey", key);
    for two in [contents, materials] {
        Case::new(&sigstore).bundle(&two).denied_for(Malformed, "at once");
    }
    let mut none = good(&sigstore);
    json::remove(&mut none, "/dsseEnvelope");
    Case::new(&sigstore).bundle(&none).denied_for(Malformed, "has none of");
}

#[test]
fn bundle_two_signatures_fail() {
    let sigstore = Sigstore::new();
    let good = good(&sigstore);
    let one = good.pointer("/dsseEnvelope/signatures/0").unwrap().clone();
    for signatures in [json!([one, one]), json!([])] {
        let bundle = with(&good, "/dsseEnvelope/signatures", signatures);
        Case::new(&sigstore)
            .bundle(&bundle)
            .denied_for(UnsupportedFormat, "exactly one signature");
    }
}

#[test]
fn bundle_of_unknown_version_fail() {
    let sigstore = Sigstore::new();
    let text = with(
        &good(&sigstore),
        "/mediaType",
        json!("application/vnd.dev.sigstore.bundle.v9+json"),
    )
    .to_string();
    let case = Case::new(&sigstore).layer(Version::V03.media_type(), text.as_bytes());
    case.denied_for(UnsupportedFormat, "media type");
}

#[test]
fn bundle_and_layer_disagree_fail() {
    let sigstore = Sigstore::new();
    let text = good(&sigstore).to_string();
    let case = Case::new(&sigstore);
    case.clone()
        .layer(Version::V01.media_type(), text.as_bytes())
        .denied_for(Malformed, "another version");
    // Registries rewrite the parameter.
    case.layer("application/vnd.dev.sigstore.bundle+json", text.as_bytes())
        .allowed();
}

#[test]
fn bundle_v03_with_chain_fail() {
    let sigstore = Sigstore::new();
    let signing = sigstore.sign(&sigstore.issue(release()), signature()).rekor_v1();
    let bundle = signing.chain(&[&sigstore.intermediate.certificate]).bundle();
    Case::new(&sigstore)
        .bundle(&bundle)
        .denied_for(Malformed, "not a chain");
    let mut empty = sigstore
        .sign(&sigstore.issue(release()), signature())
        .rekor_v1()
        .bundle_as(Version::V01);
    json::set(
        &mut empty,
        "/verificationMaterial/x509CertificateChain/certificates",
        json!([]),
    );
    Case::new(&sigstore)
        .bundle(&empty)
        .denied_for(Malformed, "chain is empty");
}

#[test]
fn bundle_garbage_fail() {
    let sigstore = Sigstore::new();
    for bytes in [
        &b"garbage"[..],
        b"",
        b"{}",
        b"[]",
        b"null",
        b"{\"mediaType\":1}",
        b"\xff\xfe",
    ] {
        Case::new(&sigstore)
            .layer(Version::V03.media_type(), bytes)
            .denied(Malformed);
    }
}

#[test]
fn envelope_of_another_type_fail() {
    let (sigstore, key) = (Sigstore::new(), Key::p256("ops"));
    let text = Content::envelope("text/plain", &signature().bytes());
    let keyless = sigstore.sign(&sigstore.issue(release()), text.clone()).rekor_v1();
    Case::new(&sigstore)
        .bundle(&keyless.bundle())
        .denied_for(UnsupportedFormat, "in-toto");
    Case::key(&key)
        .bundle(&sigstore.sign(&key, text).bundle())
        .denied_for(UnsupportedFormat, "in-toto");
}

/// The payload says another thing than what was signed.
#[test]
fn payload_altered_fail() {
    let (sigstore, key) = (Sigstore::new(), Key::p256("ops"));
    let altered = sigstore
        .sign(&key, Statement::image_signature(image().digest()).v01())
        .bundle();
    let payload = altered.pointer("/dsseEnvelope/payload").unwrap().clone();
    let keyless = with(&good(&sigstore), "/dsseEnvelope/payload", payload.clone());
    Case::new(&sigstore)
        .bundle(&keyless)
        .denied_for(NoMatchingSigner, "signature verification failed");
    let by_key = with(
        &sigstore.sign(&key, signature()).bundle(),
        "/dsseEnvelope/payload",
        payload,
    );
    Case::key(&key)
        .bundle(&by_key)
        .denied_for(NoMatchingSigner, "names the key");
}

/// The certificate is good, the signature is another key's.
#[test]
fn signature_of_another_key_fail() {
    let sigstore = Sigstore::new();
    let forged = Key::p256("mallory").sign(&Content::from(signature()).to_be_signed());
    let signing = sigstore
        .sign(&sigstore.issue(release()), signature())
        .signature(forged.clone());
    Case::new(&sigstore)
        .bundle(&signing.clone().rekor_v1().bundle())
        .denied(NoMatchingSigner);
    let relaxed = Case::new(&sigstore).also("transparency-log: { required: false }");
    relaxed.bundle(&signing.timestamp().bundle()).denied(NoMatchingSigner);
    let key = Key::p256("ops");
    let by_key = sigstore.sign(&key, signature()).signature(forged);
    Case::key(&key)
        .bundle(&by_key.clone().bundle())
        .denied(NoMatchingSigner);
    let logged = Case::new(&sigstore).with_logged_key("ops", &key).rule("by: ops");
    logged.bundle(&by_key.rekor_v1().bundle()).denied(NoMatchingSigner);
}

/// A certificate where the signer is a key, and the reverse.
#[test]
fn signed_in_another_way_fail() {
    let (sigstore, key) = (Sigstore::new(), Key::p256("ops"));
    Case::new(&sigstore)
        .bundle(&sigstore.sign(&key, signature()).rekor_v1().bundle())
        .denied(NoMatchingSigner);
    Case::key(&key)
        .bundle(&good(&sigstore))
        .denied_for(NoMatchingSigner, "in another way");
    // The leaf's own key, given as a key signer: a certificate is not a key.
    let leaf = sigstore.issue(release());
    let bundle = sigstore.sign(&leaf, signature()).rekor_v1().bundle();
    Case::key(&leaf.key)
        .bundle(&bundle)
        .denied_for(NoMatchingSigner, "in another way");
}

/// A message signature over other bytes than the manifest.
#[test]
fn message_of_another_artifact_fail() {
    let (sigstore, key) = (Sigstore::new(), Key::p256("ops"));
    let other = sigstore.sign(&key, Content::message(b"another artifact"));
    let case = Case::key(&key).rule("by: ops, forms: [message]");
    case.clone().bundle(&other.bundle()).denied(SubjectMismatch);
    // It names the image's digest, and is over other bytes.
    let manifest = &case.layout.blobs[image().digest()];
    let good = sigstore.sign(&key, Content::message(manifest)).bundle();
    let digest = good.pointer("/messageSignature/messageDigest").unwrap().clone();
    let lying = with(&other.bundle(), "/messageSignature/messageDigest", digest);
    case.clone().bundle(&lying).denied(NoMatchingSigner);
    let keyless = sigstore
        .sign(&sigstore.issue(release()), Content::message(b"another artifact"))
        .rekor_v1();
    Case::new(&sigstore)
        .rule("by: release, forms: [message]")
        .bundle(&keyless.bundle())
        .denied(SubjectMismatch);
}

/// A signature over simple signing text or a DSSE encoding is none over an image's manifest.
#[test]
fn message_signature_of_a_statement_fail() {
    let (sigstore, key) = (Sigstore::new(), Key::p256("ops"));
    let signed = sigstore.sign(&key, signature());
    let mut bundle = signed.bundle();
    json::remove(&mut bundle, "/dsseEnvelope");
    let message = sigstore
        .sign(&key, Content::Message(signed.signed.content.to_be_signed()))
        .bundle();
    bundle["messageSignature"] = json!({ "signature": message["messageSignature"]["signature"] });
    Case::key(&key)
        .rule("by: ops, forms: [message]")
        .bundle(&bundle)
        .denied(NoMatchingSigner);
}
