//! Registries that do not answer as they should. A rule that something else satisfies allows; any other is undecided.

use std::time::{Duration, Instant};

use testbed::attach::BUNDLE;
use testbed::registry::{Fault, Registry};
use testbed::{Layout, Sigstore, Statement};

use crate::support::{Answer, Scratch, fixture, portcullis, signature_bundle};

/// `key/new` without the fallback tag: only the referrers API leads to the signature.
fn by_referrers_alone() -> Layout {
    let mut layout = fixture("key/new");
    let image = layout.tagged("v1").unwrap();
    layout.untag(&image.derived_tag(""));
    layout
}

fn check(registry: &Registry, policy: &str) -> Answer {
    let image = format!("{}/lab/new:v1", registry.host());
    portcullis(["check", &image, "--policy", policy, "--format", "json"]).answer()
}

fn judged(layout: Layout, faults: &[Fault]) -> Answer {
    let (scratch, registry) = (Scratch::new(), Registry::start([("lab/new", layout)]));
    for fault in faults {
        registry.fault(fault.clone());
    }
    check(&registry, &scratch.policy("key"))
}

fn assert_undecided(answer: &Answer, reason: &str) {
    assert_eq!(answer.judgement(), "4 undecided discovery-failed", "{}", answer.stdout);
    assert!(answer.stdout.contains(reason), "{}", answer.stdout);
    assert!(!answer.stdout.contains("unsigned"), "{}", answer.stdout);
    assert_eq!(answer.json()["pinned"], serde_json::json!([]));
}

#[test]
fn good_answers_are_the_control() {
    assert_eq!(judged(by_referrers_alone(), &[]).judgement(), "0 allow verified");
}

#[test]
fn referrers_503() {
    let answer = judged(by_referrers_alone(), &[Fault::on("/referrers/").status(503)]);
    assert_undecided(&answer, "503");
}

/// `undecided: inform` never covers a signature.
#[test]
fn referrers_503_undecided_inform_fail() {
    let scratch = Scratch::new();
    let policy = scratch.policy("key");
    let text = std::fs::read_to_string(&policy).unwrap();
    let policy = scratch.write("policies/inform.yaml", text + "undecided: inform\n");
    let registry = Registry::start([("lab/new", by_referrers_alone())]);
    registry.fault(Fault::on("/referrers/").status(503));
    assert_undecided(&check(&registry, &policy), "503");
    let image = format!("{}/lab/new:v1", registry.host());
    let arguments = [
        "check", &image, "--policy", &policy, "--format", "json", "--mode", "inform",
    ];
    assert_undecided(&portcullis(arguments).answer(), "503");
}

/// The fallback tag holds the same signature: nothing that was not seen could take it back.
#[test]
fn referrers_503_beside_a_good_fallback_tag() {
    let answer = judged(fixture("key/new"), &[Fault::on("/referrers/").status(503)]);
    assert_eq!(answer.judgement(), "0 allow verified");
    assert!(
        answer.stdout.contains("503"),
        "what was not seen is in the report: {}",
        answer.stdout
    );
}

#[test]
fn a_fault_that_passes_is_asked_again() {
    let answer = judged(by_referrers_alone(), &[Fault::on("/referrers/").status(503).times(1)]);
    assert_eq!(answer.judgement(), "0 allow verified");
}

/// A registry that asks for an hour is given up at once.
#[test]
fn throttled_for_an_hour() {
    let started = Instant::now();
    let fault = Fault::on("/referrers/").status(429).header("Retry-After", "3600");
    assert_undecided(&judged(by_referrers_alone(), &[fault]), "3600 s");
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[test]
fn a_truncated_bundle() {
    let layout = by_referrers_alone();
    let fault = Fault::on(&signature_bundle(&layout).0).truncated(100);
    assert_undecided(&judged(layout, &[fault]), "the body ended after 100 bytes of ");
}

#[test]
fn a_connection_that_closes() {
    let layout = by_referrers_alone();
    let fault = Fault::on(&signature_bundle(&layout).0).disconnect();
    assert_undecided(&judged(layout, &[fault]), "GET http://127.0.0.1");
}

/// Other bytes than the digest names are nothing that was seen: not the signature, and not its absence.
#[test]
fn wrong_bytes_for_a_bundle() {
    let layout = by_referrers_alone();
    let bundle = signature_bundle(&layout).0;
    let other = layout.blobs[&bundle]
        .iter()
        .map(|byte| byte.to_ascii_uppercase())
        .collect::<Vec<_>>();
    let answer = judged(layout, &[Fault::on(&bundle).body(&other)]);
    assert_undecided(&answer, "the bytes are not their digest");
}

#[test]
fn wrong_bytes_for_the_image() {
    let (scratch, layout) = (Scratch::new(), fixture("key/new"));
    let image = layout.tagged("v1").unwrap();
    let registry = Registry::start([("lab/new", layout)]);
    registry.fault(Fault::on(&format!("/manifests/{}", image.digest())).body(b"{\"schemaVersion\":2}"));
    let reference = format!("{}/lab/new@{}", registry.host(), image.digest());
    let policy = scratch.policy("key");
    let answer = portcullis(["check", &reference, "--policy", &policy, "--format", "json"]).answer();
    assert_ne!(answer.json()["verdict"], "allow");
    assert_ne!(answer.exit, Some(0), "{}", answer.stdout);
}

#[test]
fn no_such_image() {
    let answer = judged(fixture("key/new"), &[Fault::on("/manifests/v1").status(404)]);
    assert_eq!(answer.judgement(), "4 undecided image-not-found");
}

/// Nothing at all answers: the port was free a moment ago.
#[test]
fn no_registry() {
    let registry = Registry::start([("lab/new", fixture("key/new"))]);
    let (scratch, image) = (Scratch::new(), format!("{}/lab/new:v1", registry.host()));
    drop(registry);
    let policy = scratch.policy("key");
    let answer = portcullis(["check", &image, "--policy", &policy, "--format", "json"]).answer();
    assert_eq!(answer.judgement(), "4 undecided discovery-failed");
}

/// A referrers call that leaves for another host is no referrers API (GHCR's 303 to github.com).
#[test]
fn referrers_elsewhere() {
    let elsewhere = Registry::start([("lab/new", fixture("key/new"))]);
    let fault = Fault::on("/referrers/").redirect(&format!("http://localhost:{}/", elsewhere.port));
    assert_eq!(
        judged(fixture("key/new"), std::slice::from_ref(&fault)).judgement(),
        "0 allow verified"
    );
    assert_eq!(judged(by_referrers_alone(), &[fault]).judgement(), "1 deny unsigned");
    assert_eq!(elsewhere.requests().len(), 0);
}

/// One more than are looked at. Whether a good one is among those that were seen decides.
#[test]
fn a_thousand_and_one_referrers() {
    let crowd = || {
        let (mut layout, image) = Layout::with_image("v1");
        for number in 0..1_000 {
            let mut manifest = layout.json(&image);
            manifest["artifactType"] = serde_json::json!(BUNDLE);
            let layer = layout.blob(BUNDLE, format!("{{\"number\":{number}}}").as_bytes());
            manifest["layers"] = serde_json::json!([layer.0]);
            manifest["subject"] = image.bare();
            layout.manifest(&manifest);
        }
        (layout, image)
    };
    let sigstore = Sigstore::new();
    let (mut good, image) = crowd();
    let leaf = sigstore.issue(testbed::CertificateRequest::github(
        "acme/app",
        "release.yml",
        "refs/heads/main",
    ));
    let signing = sigstore
        .sign(&leaf, Statement::image_signature(image.digest()))
        .rekor_v1();
    good.attach_bundle(&image, &signing.bundle());
    let (mut none, image) = crowd();
    none.attach(&image, BUNDLE, b"{\"number\":1000}");
    let (scratch, registry) = (
        Scratch::new(),
        Registry::start([("acme/good", good), ("acme/none", none)]),
    );
    scratch.write("root.json", sigstore.trusted_root_json());
    let policy = scratch.write(
        "portcullis.yaml",
        "version: 1\nsigners:\n  release:\n    github: { repository: acme/app, workflow: acme/app/.github/workflows/release.yml, ref: refs/heads/main }\n\
         trust: [{ file: root.json }]\nrules: { signed: { signature: { by: release } } }\nimages: [{ match: '**', rules: [signed] }]\n",
    );
    let judged = |name: &str| {
        let image = format!("{}/acme/{name}:v1", registry.host());
        portcullis(["check", &image, "--policy", &policy, "--format", "json"]).answer()
    };
    let answer = judged("none");
    assert_eq!(answer.judgement(), "4 undecided budget-exceeded");
    assert!(answer.stdout.contains("1000"), "{}", answer.stdout);
    assert_eq!(judged("good").judgement(), "0 allow verified");
}

/// A list shows what could not be seen, and says so by its exit code.
#[test]
fn a_list_with_a_hole() {
    let registry = Registry::start([("lab/new", by_referrers_alone())]);
    let image = format!("{}/lab/new:v1", registry.host());
    assert_eq!(portcullis(["list", &image]).answer().exit, Some(0));
    registry.fault(Fault::on("/referrers/").status(403));
    let answer = portcullis(["list", &image]).answer();
    assert_eq!(answer.exit, Some(4));
    assert!(
        answer.stdout.contains("not everything could be looked at"),
        "{}",
        answer.stdout
    );
}

/// Limits of one's own, shown when they are reached.
#[test]
fn fewer_requests_or_referrers_than_there_would_be_undecided() {
    let judged = |flags: &[&str]| {
        let (scratch, registry) = (Scratch::new(), Registry::start([("lab/new", by_referrers_alone())]));
        let (image, policy) = (format!("{}/lab/new:v1", registry.host()), scratch.policy("key"));
        let arguments = ["check", &image, "--policy", &policy, "--format", "json"];
        portcullis(arguments.iter().chain(flags)).answer()
    };
    assert_eq!(
        judged(&["--max-requests", "100", "--max-referrers", "1000"]).judgement(),
        "0 allow verified"
    );
    let answer = judged(&["--max-requests", "1"]);
    assert_eq!(answer.judgement(), "4 undecided budget-exceeded");
    assert!(answer.stdout.contains("was asked 1 times"), "{}", answer.stdout);
    for wrong in [
        ["--max-referrers", "1001"],
        ["--max-referrers", "0"],
        ["--max-requests", "many"],
    ] {
        assert_eq!(judged(&wrong).exit, Some(2), "{wrong:?}");
    }
}

#[test]
fn too_many_referrers_for_a_smaller_limit_undecided() {
    let (mut layout, image) = Layout::with_image("v1");
    for number in 0..3 {
        layout.attach(&image, BUNDLE, format!("{{\"number\":{number}}}").as_bytes());
    }
    let (scratch, registry) = (Scratch::new(), Registry::start([("lab/new", layout)]));
    let (image, policy) = (format!("{}/lab/new:v1", registry.host()), scratch.policy("key"));
    let arguments = [
        "check",
        &image,
        "--policy",
        &policy,
        "--format",
        "json",
        "--max-referrers",
        "2",
    ];
    let answer = portcullis(arguments).answer();
    assert_eq!(answer.judgement(), "4 undecided budget-exceeded", "{}", answer.stdout);
    assert!(answer.stdout.contains("at most 2 manifests"), "{}", answer.stdout);
}
