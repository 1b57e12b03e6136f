//! Nothing that was altered is proven. Each variant of each document of an allowed image is judged twice: under the old digest
//! and with every digest rewritten. It may still be allowed only where what was proven is the same: signer, principal, payload,
//! image.

use std::collections::BTreeMap;

use portcullis_component::evaluate::evaluate;
use portcullis_component::wit::basics::Verdict;
use portcullis_component::wit::request::Request;

use crate::corpus::{assert_sound, corpus, fixtures};
use crate::mutate::{replaced, rewritten, variants};

/// One variant in so many: all of them take minutes.
const TESTBED: usize = if cfg!(debug_assertions) { 131 } else { 29 };
const FIXTURES: usize = if cfg!(debug_assertions) { 3_001 } else { 401 };

/// Mutates each document that the judgement reads; says which variants are still allowed.
fn run(name: &str, request: &Request, step: usize) -> (usize, BTreeMap<String, String>) {
    let before = evaluate(request).unwrap();
    assert_eq!(before.verdict, Verdict::Allow, "{name}");
    let (mut count, mut harmless) = (0, BTreeMap::new());
    for blob in &request.blobs {
        let needed = evaluate(&replaced(request, &blob.digest, b"{}".to_vec()))
            .unwrap()
            .verdict
            != Verdict::Allow;
        for (change, content) in variants(&blob.content)
            .into_iter()
            .skip(blob.content.len() % step)
            .step_by(step)
        {
            let label = format!("{name}, {}, {change}", blob.digest);
            let lying = replaced(request, &blob.digest, content.clone());
            let verdict = assert_sound(&label, &before, &lying);
            assert!(
                !needed || verdict != Verdict::Allow,
                "{label}: the digest was not checked"
            );
            let known = rewritten(request, &blob.digest, content);
            if assert_sound(&label, &before, &known) == Verdict::Allow && needed {
                harmless.insert(label, change);
            }
            count += 2;
        }
    }
    (count, harmless)
}

/// What nobody signed, by its path in the document: the manifest that carries evidence, a hint, a promise's companions, and
/// what is set aside because nobody can judge it.
fn is_harmless(change: &str) -> bool {
    const PARTS: [&str; 13] = [
        "/annotations/dev.sigstore.cosign~1rfc3161timestamp",
        "/annotations/dev.sigstore.cosign~1chain",
        "/artifactType",
        "/config",
        "/layers/0/size",
        "/mediaType: ",
        "/messageSignature/messageDigest: dropped",
        "/publicKey/hint",
        "/schemaVersion",
        "/subject",
        "/tlogEntries/0/inclusionProof",
        "/timestampVerificationData",
        "upper case",
    ];
    // A bit of the text as a whole may lie anywhere in these.
    let text = change.starts_with("bit ") || change.contains("text, bit ");
    text || PARTS.iter().any(|part| change.contains(part))
}

#[test]
fn altered_evidence_of_the_testbed() {
    let mut total = 0;
    for (name, request) in corpus() {
        let (count, harmless) = run(name, &request, TESTBED);
        total += count;
        for (label, change) in harmless {
            assert!(is_harmless(&change), "{label}: still allowed");
        }
    }
    println!("{total} variants");
    assert!(total > 500);
}

#[test]
fn altered_evidence_of_cosign() {
    let mut total = 0;
    for (name, request) in fixtures() {
        total += run(&name, &request, FIXTURES).0;
    }
    println!("{total} variants");
    assert!(total > 50);
}
