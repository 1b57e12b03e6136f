//! Leaving something out never turns deny into allow, and what could not be looked at never turns deny into allow nor allow into
//! deny: over several policies and layouts, every single omission and many sets of them.

use portcullis_component::evaluate::evaluate;
use portcullis_component::wit::basics::{ResultClass, Verdict};
use portcullis_component::wit::request::{Outcome, Request, Unreadable};
use serde_json::json;
use testbed::clock::NOON;
use testbed::statement::{COSIGN_SIGN, SLSA_PROVENANCE};
use testbed::*;

use crate::case::{Case, NAME, failure, release};
use crate::omission::{Random, omissions, without};

const SETS: usize = if cfg!(debug_assertions) { 8 } else { 80 };

fn statement(digest: &str, note: &str) -> Statement {
    let subject = Subject::new(digest).annotations(json!({ "note": note }));
    Statement::new(COSIGN_SIGN, json!({})).subject(subject)
}

/// An index of two platforms with evidence of every kind on each level, good and bad.
fn mixed() -> Vec<Request> {
    let (sigstore, corp) = (Sigstore::new(), Sigstore::named("corp"));
    let (ops, bob) = (Key::p256("ops"), Key::ed25519("bob"));
    let mut layout = Layout::default();
    let (amd64, arm64) = (layout.image("app", "linux/amd64"), layout.image("app", "linux/arm64"));
    let attestation = layout.buildkit_attestation(&amd64);
    let index = layout.image_index(&[amd64.clone(), arm64.clone(), attestation]);
    for (number, target) in [&index, &amd64, &arm64].into_iter().enumerate() {
        let digest = target.digest().to_owned();
        let leaf = sigstore.issue(release().issued_at(NOON + i64::try_from(number).unwrap()));
        let keyless = sigstore.sign(&leaf, statement(&digest, "release"));
        if number != 1 {
            layout.attach_bundle(target, &keyless.rekor_v1().timestamp_by(&corp.tsa).bundle());
        }
        layout.attach_bundle(
            target,
            &corp
                .sign(&corp.issue(release()), statement(&digest, "corp"))
                .rekor_v1()
                .bundle(),
        );
        layout.attach_bundle(target, &sigstore.sign(&bob, statement(&digest, "bob")).bundle());
        let provenance = Statement::new(SLSA_PROVENANCE, json!({})).subject(Subject::new(&digest));
        layout.attach_bundle(target, &sigstore.sign(&ops, provenance).bundle());
        layout.attach(target, attach::BUNDLE, b"garbage");
        let simple = |key: &Key| sigstore.sign(key, simple_signing(NAME, &digest)).legacy();
        if number != 2 {
            layout.attach_signatures(target, &[simple(&Key::p256("mallory")), simple(&ops)]);
        }
    }
    let rules = [
        "by: release",
        "by: { any-of: [ops, bob] }",
        "by: { all-of: [release, bob] }",
        "by: { all-of: [release, ops, bob] }",
        "by: { at-least: 2, of: [release, ops, bob] }",
    ];
    let platforms = ["index", "every", "index-or-every", "[linux/arm64]"];
    let case = |rule: &str, platforms: &str| {
        let case = Case::new(&sigstore).with_key("ops", &ops).with_key("bob", &bob);
        let all = "by: { any-of: [release, ops, bob] }";
        let unused = format!("rules:\n  all: {{ signature: {{ {all} }} }}\n");
        let mut request = case
            .image(layout.clone(), &index)
            .rule(rule)
            .platforms(platforms)
            .request();
        let policy = String::from_utf8(request.policy.document.content)
            .unwrap()
            .replace("rules:\n", &unused);
        let entry = "  - { match: registry.example/other/*, rules: [all] }\n";
        request.policy.document.content = format!("{policy}{entry}").into_bytes();
        request
    };
    rules
        .iter()
        .flat_map(|rule| platforms.map(|platforms| case(rule, platforms)))
        .collect()
}

fn verdict(request: &Request) -> Verdict {
    evaluate(request).unwrap().verdict
}

#[test]
fn leaving_out_never_allows() {
    let mut random = Random(7);
    let (mut denied, mut allowed) = (0, 0);
    for request in mixed() {
        let before = verdict(&request);
        let all = omissions(&request);
        let singles = (0..all)
            .map(|at| vec![at])
            .step_by(if cfg!(debug_assertions) { 11 } else { 1 });
        let sets = (0..SETS).map(|_| (0..=random.below(all / 2)).map(|_| random.below(all)).collect());
        for left_out in singles.chain(sets.collect::<Vec<Vec<usize>>>()) {
            let after = verdict(&without(&request, &left_out));
            assert!(
                before == Verdict::Allow || after != Verdict::Allow,
                "{left_out:?} made {before:?} to {after:?}"
            );
        }
        if before == Verdict::Deny {
            denied += 1
        } else {
            allowed += 1
        }
    }
    assert!(denied >= 4 && allowed >= 4, "{denied} denied, {allowed} allowed");
}

/// And with less there is never more: of two sets, the larger omission allows only where the smaller one does.
#[test]
fn leaving_out_more_never_allows_more() {
    let mut random = Random(11);
    for request in mixed().iter().step_by(3) {
        let all = omissions(request);
        for _ in 0..SETS / 4 {
            let few: Vec<_> = (0..=random.below(6)).map(|_| random.below(all)).collect();
            let more: Vec<_> = few.iter().copied().chain((0..4).map(|_| random.below(all))).collect();
            let (few, more) = (verdict(&without(request, &few)), verdict(&without(request, &more)));
            assert!(few == Verdict::Allow || more != Verdict::Allow);
        }
    }
}

#[test]
fn what_could_not_be_looked_at_is_no_denial() {
    for request in mixed() {
        let before = verdict(&request);
        for at in 0..request.lookups.len() {
            let mut failed = request.clone();
            failed.lookups[at].outcome = Outcome::Failed(failure(ResultClass::DiscoveryFailed));
            let after = verdict(&failed);
            match before {
                Verdict::Allow => assert_ne!(after, Verdict::Deny, "look-up {at}"),
                _ => assert_ne!(after, Verdict::Allow, "look-up {at}"),
            }
        }
    }
}

#[test]
fn what_could_not_be_read_is_no_denial() {
    for request in mixed().iter().step_by(if cfg!(debug_assertions) { 3 } else { 1 }) {
        let before = verdict(request);
        for at in 0..request.blobs.len() {
            let mut unread = request.clone();
            let digest = unread.blobs.remove(at).digest;
            let named = verdict(&unread);
            unread.unreadable.push(Unreadable {
                digest,
                failure: failure(ResultClass::DiscoveryFailed),
            });
            for after in [named, verdict(&unread)] {
                match before {
                    Verdict::Allow => assert_ne!(after, Verdict::Deny, "blob {at}"),
                    _ => assert_ne!(after, Verdict::Allow, "blob {at}"),
                }
            }
        }
    }
}
