//! Requests that are allowed, of every way of signing: what mutation and monotony start from.

use std::collections::BTreeSet;

use portcullis_component::evaluate::evaluate;
use portcullis_component::wit::basics::Verdict;
use portcullis_component::wit::evidence::{Outcome, Principal};
use portcullis_component::wit::report::Report;
use portcullis_component::wit::request::Request;
use testbed::*;

use crate::case::{Case, NAME, image, release, signature};
use crate::support;

/// Who signed which bytes about which image, as what.
pub type Proven = BTreeSet<(String, String, String, Option<String>)>;

/// What a report counts as proven.
pub fn proven(report: &Report) -> Proven {
    let mut proven = Proven::new();
    for one in &report.evidence {
        for attempt in &one.attempts {
            let (Some(signer), Outcome::Verified(proof)) = (&attempt.signer, &attempt.outcome) else {
                continue;
            };
            let principal = match &proof.principal {
                Principal::Key(digest) => digest.clone(),
                Principal::Certificate(identity) => format!("{identity:?}"),
            };
            let what = format!(
                "{:?} {:?} {} {:?}",
                one.form, one.predicate_type, one.subject, proof.waived
            );
            proven.insert((signer.clone(), principal, what, proof.payload.clone()));
        }
    }
    proven
}

/// Nothing is allowed but what was proven before, about the same image.
#[track_caller]
pub fn assert_sound(label: &str, before: &Report, mutated: &Request) -> Verdict {
    let Ok(report) = evaluate(mutated) else {
        return Verdict::Undecided;
    };
    if report.verdict == Verdict::Allow {
        assert_eq!(report.pinned, before.pinned, "{label}: allowed for another image");
    }
    let (now, then) = (proven(&report), proven(before));
    let new: Vec<_> = now.difference(&then).collect();
    assert!(new.is_empty(), "{label}: proven, and was not signed: {new:#?}");
    report.verdict
}

fn simple() -> Content {
    simple_signing_with(NAME, image().digest(), serde_json::json!({ "env": "prod" }))
}

pub fn corpus() -> Vec<(&'static str, Request)> {
    let (sigstore, key) = (Sigstore::new(), Key::p256("ops"));
    let manifest = Layout::with_image("v1").0.blobs[image().digest()].clone();
    let keyless = |content: Content| sigstore.sign(&sigstore.issue(release()), content);
    let logged = Case::new(&sigstore).with_logged_key("ops", &key).rule("by: ops");
    let cases = [
        (
            "keyless v1",
            Case::new(&sigstore).bundle(&keyless(signature().into()).rekor_v1().timestamp().bundle()),
        ),
        (
            "keyless v2",
            Case::new(&sigstore).bundle(&keyless(signature().into()).rekor_v2().timestamp().bundle()),
        ),
        (
            "keyless v0.1 intoto",
            Case::new(&sigstore).bundle(
                &keyless(signature().into())
                    .rekor_v1_as(Kind::Intoto002, Evidence::PromiseAndProof)
                    .bundle_as(Version::V01),
            ),
        ),
        (
            "keyless without log",
            Case::new(&sigstore)
                .also("transparency-log: { required: false }")
                .bundle(&keyless(signature().into()).timestamp().bundle()),
        ),
        (
            "message",
            Case::new(&sigstore)
                .rule("by: release, forms: [message]")
                .bundle(&keyless(Content::message(&manifest)).rekor_v1().bundle()),
        ),
        (
            "legacy keyless",
            Case::new(&sigstore).signatures(&[keyless(simple()).rekor_v1().timestamp().legacy()]),
        ),
        (
            "legacy key",
            Case::key(&key)
                .rule("by: ops, docker-reference: required, annotations: { env: prod }")
                .signatures(&[sigstore.sign(&key, simple()).legacy()]),
        ),
        (
            "key",
            Case::key(&key).bundle(&sigstore.sign(&key, signature()).bundle()),
        ),
        (
            "key with log",
            logged.bundle(&sigstore.sign(&key, signature()).rekor_v1().bundle()),
        ),
    ];
    cases.map(|(name, case)| (name, case.request())).into()
}

/// The layouts of real cosign that are allowed.
pub fn fixtures() -> Vec<(String, Request)> {
    let root = support::fixtures();
    let table = std::fs::read_to_string(root.join("expected.tsv")).unwrap();
    let lines = table.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .filter_map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let policy = support::policy(&root.join(format!("policies/{}.yaml", fields[0])));
            let request = support::request(&root.join(fields[1]), fields[2], policy);
            (fields[3] == "0").then(|| (fields[1].to_owned(), request))
        })
        .collect()
}
