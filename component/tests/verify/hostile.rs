//! Whatever is handed in, the answer comes, in time, and is not "allow": floods, garbage, deep and huge documents.

use portcullis_component::evaluate::{evaluate, inspect};
use portcullis_component::wit::basics::{Carrier, ResultClass, ResultClass::*, Verdict};
use portcullis_component::wit::report::Report;
use portcullis_component::wit::request::{Descriptor, Outcome, Request};
use serde_json::{Value, json};
use testbed::*;

use crate::case::{Case, NAME, blob, image, named, release, signature};
use crate::corpus::{assert_sound, corpus};
use crate::omission::Random;

#[track_caller]
fn looked_at(request: &Request) -> Report {
    let report = evaluate(request).unwrap();
    assert!(inspect(request).is_ok());
    report
}

#[track_caller]
fn is(request: &Request, verdict: Verdict, class: ResultClass) {
    crate::case::expect(looked_at(request), verdict, class);
}

/// Bytes, and pieces of what is good, in any order.
#[test]
fn garbage_anywhere() {
    let mut random = Random(3);
    let rounds = if cfg!(debug_assertions) { 8 } else { 40 };
    for (name, good) in corpus() {
        let before = evaluate(&good).unwrap();
        let pieces: Vec<Vec<u8>> = good.blobs.iter().map(|blob| blob.content.clone()).collect();
        for round in 0..rounds {
            let mut request = good.clone();
            let at = random.below(request.blobs.len());
            let content = garbage(&mut random, &pieces);
            let old = request.blobs[at].digest.clone();
            request = crate::mutate::rewritten(&request, &old, content.clone());
            request.bundles.push(named("garbage", &content));
            assert_sound(&format!("{name}, round {round}"), &before, &request);
            assert!(inspect(&request).is_ok());
        }
    }
}

fn garbage(random: &mut Random, pieces: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..=random.below(5) {
        match random.below(3) {
            0 => bytes.extend((0..random.below(60)).map(|_| u8::try_from(random.below(256)).unwrap())),
            _ => {
                let piece = &pieces[random.below(pieces.len())];
                let start = random.below(piece.len());
                bytes.extend(&piece[start..start + random.below(piece.len() - start)]);
            }
        }
    }
    bytes
}

/// Descriptors, look-ups and names that no host would hand over.
#[test]
fn garbage_around_the_evidence() {
    let good = corpus().remove(0).1;
    let texts = [
        "",
        "sha256:",
        "sha256:zz",
        "sha512:00",
        "\u{0}",
        "::set-output::",
        &"x".repeat(1 << 20),
    ];
    for text in texts {
        let mut request = good.clone();
        for lookup in &mut request.lookups {
            let listed = Descriptor {
                media_type: text.to_owned(),
                digest: text.to_owned(),
                size: u64::MAX,
                artifact_type: Some(text.to_owned()),
            };
            lookup.outcome = Outcome::Found(vec![listed; 3]);
            lookup.subject = text.to_owned();
        }
        request.blobs.push(blob(text, b"x"));
        request.image.reference = text.to_owned();
        assert_ne!(looked_at(&request).verdict, Verdict::Allow);
        request.image.resolved = Ok(text.to_owned());
        assert!(evaluate(&request).is_err());
    }
}

#[test]
fn many_referrers_with_bad_signatures() {
    let (sigstore, key) = (Sigstore::new(), Key::p256("ops"));
    let forged = sigstore
        .sign(&sigstore.issue(release()), signature())
        .signature(key.sign(b"other"))
        .rekor_v1()
        .timestamp();
    let bundle = forged.bundle();
    let mut case = Case::new(&sigstore);
    let count = if cfg!(debug_assertions) { 100 } else { 300 };
    for number in 0..count {
        let text = format!("{}{}", bundle, " ".repeat(number));
        let image = case.image.clone();
        let layer = case.layout.blob(attach::BUNDLE, text.as_bytes());
        let config = case.layout.blob(attach::EMPTY, b"{}");
        let mut manifest = layout::manifest(layout::OCI_MANIFEST, &config, &[layer]);
        manifest["subject"] = image.bare();
        let referrer = case.layout.manifest(&manifest);
        case.layout.index.push(referrer.annotation("n", &number.to_string()));
    }
    let listed: Vec<Descriptor> = case
        .layout
        .index
        .iter()
        .map(|one| crate::case::listed(&one.0))
        .collect();
    let mut request = case.request();
    request.lookups[0].outcome = Outcome::Found(listed);
    is(&request, Verdict::Deny, NoMatchingSigner);
}

#[test]
fn ten_thousand_descriptors() {
    let mut request = corpus().remove(0).1;
    let listed = |number: u32| Descriptor {
        media_type: layout::OCI_MANIFEST.to_owned(),
        digest: portcullis_component::digest::Digest::of(&number.to_be_bytes()).to_string(),
        size: 1,
        artifact_type: None,
    };
    let Outcome::Found(good) = request.lookups[0].outcome.clone() else {
        panic!()
    };
    request.lookups[0].outcome = Outcome::Found(good.iter().cloned().chain((0..10_000).map(listed)).collect());
    is(&request, Verdict::Allow, Verified);
    request.lookups[0].outcome = Outcome::Found((0..10_000).map(listed).chain(good).collect());
    assert_eq!(looked_at(&request).verdict, Verdict::Undecided);
}

/// One manifest that names one large layer very often.
#[test]
fn one_layer_ten_thousand_times() {
    let (sigstore, key) = (Sigstore::new(), Key::p256("ops"));
    let mut case = Case::key(&key);
    let simple = sigstore
        .sign(&Key::p256("mallory"), simple_signing(NAME, image().digest()))
        .legacy();
    let padded = [simple.bytes.clone(), vec![b' '; 3 << 20]].concat();
    let mut layer = case.layout.blob(&simple.media_type, &padded).0;
    layer["annotations"] = json!(simple.annotations);
    let config = case.layout.blob(layout::OCI_CONFIG, b"{}");
    let manifest = layout::manifest(layout::OCI_MANIFEST, &config, &vec![testbed::Descriptor(layer); 5_000]);
    let manifest = case.layout.manifest(&manifest);
    let tag = case.image.derived_tag(".sig");
    case.layout.tag(&tag, &manifest);
    is(&case.request(), Verdict::Undecided, BudgetExceeded);
}

#[test]
fn huge_and_deep_documents() {
    let key = Key::p256("ops");
    let deep = |open: &str, close: &str, depth: usize| format!("{}{}", open.repeat(depth), close.repeat(depth));
    let texts = [
        deep("[", "]", 1_000_000),
        deep("{\"a\":", "}", 100_000),
        format!("{{\"mediaTyp\":\"{}\"}}", "x".repeat(1 << 20)),
        format!("[{}0]", "0,".repeat(1 << 20)),
        format!("{{\"x\":{}}}", "9".repeat(1 << 20)),
    ];
    for text in texts {
        is(
            &Case::key(&key).layer(attach::BUNDLE, text.as_bytes()).request(),
            Verdict::Deny,
            Malformed,
        );
        let envelope = Content::envelope(IN_TOTO, text.as_bytes());
        let bundle = Sigstore::new().sign(&key, envelope).bundle();
        is(&Case::key(&key).bundle(&bundle).request(), Verdict::Deny, Malformed);
    }
}

/// Few bytes each, and a tree of gigabytes.
#[test]
fn too_many_values() {
    let key = Key::p256("ops");
    let many = format!("{{\"x\":[{}0]}}", "0,".repeat(9_000_000));
    is(
        &Case::key(&key).layer(attach::BUNDLE, many.as_bytes()).request(),
        Verdict::Undecided,
        BudgetExceeded,
    );
    let bundle = Sigstore::new()
        .sign(&key, Content::envelope(IN_TOTO, many.as_bytes()))
        .bundle();
    is(
        &Case::key(&key).bundle(&bundle).request(),
        Verdict::Undecided,
        BudgetExceeded,
    );
}

#[test]
fn huge_annotations() {
    let (sigstore, key) = (Sigstore::new(), Key::p256("ops"));
    let mut layer = sigstore.sign(&key, simple_signing(NAME, image().digest())).legacy();
    for name in [
        legacy::CERTIFICATE,
        legacy::CHAIN,
        legacy::BUNDLE,
        legacy::TIMESTAMP,
        "other",
    ] {
        layer.annotations.insert(name.to_owned(), "{".repeat(500_000));
    }
    is(
        &Case::key(&key).signatures(&[layer.clone()]).request(),
        Verdict::Deny,
        Malformed,
    );
    layer.annotations.insert("another".to_owned(), "{".repeat(4 << 20));
    is(
        &Case::key(&key).signatures(&[layer]).request(),
        Verdict::Undecided,
        BudgetExceeded,
    );
}

/// Every signature is a candidate for every scheme of an RSA key: the counter ends it, undecided.
#[test]
fn a_flood_for_rsa_keys() {
    let (sigstore, key) = (Sigstore::new(), Key::rsa2048());
    let mut layer = sigstore
        .sign(&key, simple_signing(NAME, image().digest()))
        .signature(vec![7; 256])
        .legacy();
    let mut case = Case::key(&key);
    let layers: Vec<_> = (0..900)
        .map(|number: u32| {
            layer.annotations.insert("n".to_owned(), number.to_string());
            layer.clone()
        })
        .collect();
    case = case.signatures(&layers);
    is(&case.request(), Verdict::Undecided, BudgetExceeded);
    let few = Case::key(&key).signatures(&layers[..20]);
    is(&few.request(), Verdict::Deny, NoMatchingSigner);
}

/// Certificates and tokens that are not quite DER.
#[test]
fn garbage_inside_base64() {
    let sigstore = Sigstore::new();
    let good = sigstore
        .sign(&sigstore.issue(release()), signature())
        .rekor_v1()
        .timestamp()
        .bundle();
    let lists = [
        "/verificationMaterial/certificate/rawBytes",
        "/verificationMaterial/timestampVerificationData/rfc3161Timestamps/0/signedTimestamp",
        "/verificationMaterial/tlogEntries/0/canonicalizedBody",
        "/dsseEnvelope/signatures/0/sig",
    ];
    let mut random = Random(5);
    for pointer in lists {
        for length in [0, 1, 2, 3, 127, 1_000, 100_000] {
            let mut bytes: Vec<u8> = (0..length).map(|_| u8::try_from(random.below(256)).unwrap()).collect();
            for start in [0x30, 0x04, b'{'] {
                bytes.splice(..bytes.len().min(4), [start, 0x83, 0xff, 0xff].into_iter().take(length));
                let mut bundle: Value = good.clone();
                json::set(
                    &mut bundle,
                    pointer,
                    json!(base64::Engine::encode(&base64::prelude::BASE64_STANDARD, &bytes)),
                );
                let request = Case::new(&sigstore).bundle(&bundle).request();
                let allowed = looked_at(&request).verdict == Verdict::Allow;
                // A token that nobody can judge is set aside beside the log's promise.
                assert_eq!(allowed, pointer.contains("rfc3161"), "{pointer} {length}");
            }
        }
    }
    assert_eq!(Case::new(&sigstore).request().lookups[0].carrier, Carrier::ReferrersTag);
}
