//! Kept roots under a policy: what `max-age` asks for, what an old root cannot know, what does not verify.

use portcullis_component::evaluate::{evaluate, inspect};
use portcullis_component::trust::TAKEN;
use portcullis_component::wit::basics::{ResultClass, Verdict};
use portcullis_component::wit::diagnostics::Error;
use portcullis_component::wit::report::Report;
use portcullis_component::wit::request::Request;
use portcullis_component::wit::trust::{Kept, Source};
use testbed::{Sigstore, Tuf};

use super::case::{Case, expect, named, release, signature};
use super::repository::{DAY, NOW, update};

/// The image is signed under `sigstore`; the policy has `trust` as its only entry.
fn request(sigstore: &Sigstore, trust: &str, kept: Vec<Kept>, now: i64) -> Request {
    let bundle = sigstore
        .sign(&sigstore.issue(release()), signature())
        .rekor_v1()
        .timestamp()
        .bundle();
    let case = Case::new(sigstore).bundle(&bundle).at(now);
    let mut request = case.request();
    let policy = case
        .policy()
        .replace("{ name: public, file: trust/public.json }", trust);
    request.policy.document = named("portcullis.yaml", policy.as_bytes());
    request.policy.kept_roots = kept;
    request
}

fn kept(name: &str, content: &[u8]) -> Kept {
    Kept {
        name: name.to_owned(),
        place: format!("cache/{name}.json"),
        content: content.to_vec(),
    }
}

struct Corp {
    sigstore: Sigstore,
    tuf: Tuf,
    kept: Vec<u8>,
}

impl Corp {
    fn new() -> Self {
        let sigstore = Sigstore::new();
        let tuf = Tuf::new(&sigstore.trusted_root_json(), NOW);
        let kept = update(&tuf.initial(), None, &tuf, NOW).unwrap().kept;
        Self { sigstore, tuf, kept }
    }

    fn evaluate(&self, entry: &str, kept_content: Option<&[u8]>, now: i64) -> Result<Report, Error> {
        let kept = kept_content.map(|content| kept("corp", content));
        let mut request = request(&self.sigstore, entry, kept.into_iter().collect(), now);
        request.policy.files.push(named("corp.root.json", &self.tuf.initial()));
        evaluate(&request)
    }
}

fn first_error(result: Result<Report, Error>) -> (String, String) {
    match result {
        Err(Error::Policy(faults)) => (faults[0].message.clone(), faults[0].hint.clone().unwrap_or_default()),
        other => panic!("{other:#?}"),
    }
}

#[test]
fn a_refreshed_root_is_believed_as_long_as_the_policy_says() {
    let corp = Corp::new();
    let entry = "{ name: corp, tuf: corp.root.json, max-age: 30d }";
    let report = corp.evaluate(entry, Some(&corp.kept), NOW + 29 * DAY).unwrap();
    let report = expect(report, Verdict::Allow, ResultClass::Verified);
    assert_eq!(report.roots[0].source, Source::Refreshed);
    assert_eq!(report.roots[0].as_of, Some(NOW));
    let late = corp.evaluate(entry, Some(&corp.kept), NOW + 31 * DAY).unwrap();
    let late = expect(late, Verdict::Undecided, ResultClass::OutdatedRoot);
    assert!(late.failures[0].reason.contains("31 days old"), "{:?}", late.failures);
}

/// Nobody says how long the timestamp lives, so nobody can say when it was signed.
#[test]
fn max_age_without_a_stated_lifetime_undecided() {
    let mut corp = Corp::new();
    corp.tuf.lifetime = None;
    corp.kept = update(&corp.tuf.initial(), None, &corp.tuf, NOW).unwrap().kept;
    let entry = "{ name: corp, tuf: corp.root.json, max-age: 30d }";
    let report = corp.evaluate(entry, Some(&corp.kept), NOW).unwrap();
    expect(report, Verdict::Undecided, ResultClass::OutdatedRoot);
    let without = corp.evaluate("{ name: corp, tuf: corp.root.json }", Some(&corp.kept), NOW + DAY);
    expect(without.unwrap(), Verdict::Allow, ResultClass::Verified);
}

#[test]
fn trust_cache_replaced_fail() {
    let corp = Corp::new();
    let evil = Sigstore::named("evil").trusted_root_json();
    let mut document: serde_json::Value = serde_json::from_slice(&corp.kept).unwrap();
    let files = document["files"].as_object_mut().unwrap();
    for (path, text) in files {
        if path.ends_with("trusted_root.json") {
            *text = evil.clone().into();
        }
    }
    let replaced = document.to_string();
    let (message, hint) = first_error(corp.evaluate(
        "{ name: corp, tuf: corp.root.json }",
        Some(replaced.as_bytes()),
        NOW + DAY,
    ));
    assert!(
        message.contains("cache/corp.json") && message.contains("does not verify"),
        "{message}"
    );
    assert!(hint.contains("portcullis trust update corp"), "{hint}");
}

/// What is kept for a well-known name does not verify: the embedded root is not used in its place.
#[test]
fn broken_kept_root_never_falls_back_error() {
    let corp = Corp::new();
    for content in [&b"rubbish"[..], &corp.kept] {
        let request = request(&corp.sigstore, "sigstore", vec![kept("sigstore", content)], TAKEN);
        let (message, _) = first_error(evaluate(&request));
        assert!(message.contains("cache/sigstore.json"), "{message}");
        let mut bare = request;
        bare.policy.document.content.clear();
        assert!(matches!(inspect(&bare), Err(Error::Policy(_))));
    }
}

#[test]
fn a_root_that_was_never_fetched_error() {
    let corp = Corp::new();
    let (message, hint) = first_error(corp.evaluate("{ name: corp, tuf: corp.root.json }", None, NOW));
    assert!(message.contains("was never fetched"), "{message}");
    assert!(
        hint.contains("portcullis trust update corp --mirror URL --root FILE"),
        "{hint}"
    );
}

#[test]
fn max_age_of_an_embedded_root_counts_from_when_it_was_taken() {
    let sigstore = Sigstore::new();
    let entry = "{ name: sigstore, max-age: 10d }";
    let report = |days: i64| evaluate(&request(&sigstore, entry, Vec::new(), TAKEN + days * DAY)).unwrap();
    // A stranger's Sigstore: denied as long as the root is believed, and not young enough to say anything after that.
    expect(report(9), Verdict::Deny, ResultClass::UntrustedRoot);
    expect(report(11), Verdict::Undecided, ResultClass::OutdatedRoot);
    let mut inspected = request(&sigstore, entry, Vec::new(), TAKEN + 11 * DAY);
    assert!(matches!(inspect(&inspected), Err(Error::Policy(_))));
    inspected.time = TAKEN;
    assert!(inspect(&inspected).is_ok());
}

#[test]
fn evidence_that_an_old_root_cannot_know_undecided() {
    let sigstore = Sigstore::new();
    let report = |days: i64| evaluate(&request(&sigstore, "sigstore", Vec::new(), TAKEN + days * DAY)).unwrap();
    let young = expect(report(80), Verdict::Deny, ResultClass::UntrustedRoot);
    assert!(young.warnings.iter().all(|one| !one.message.contains("newer logs")));
    let old = expect(report(100), Verdict::Undecided, ResultClass::OutdatedRoot);
    let warning = old
        .warnings
        .iter()
        .find(|one| one.message.contains("newer logs"))
        .unwrap();
    assert!(warning.message.contains("100 days old"), "{}", warning.message);
    let finding = &old.rules[0].findings[0];
    assert!(
        finding.found.contains("may be older than the evidence"),
        "{}",
        finding.found
    );
    assert_eq!(finding.hint.as_deref(), Some("run `portcullis trust update`"));
}

/// Somebody else's signature under a root that is known stays what it is, however old the root.
#[test]
fn another_identity_under_an_old_root_fail() {
    let mut corp = Corp::new();
    let other = testbed::CertificateRequest::github("acme/other", "release.yml", "refs/heads/main");
    let bundle = corp
        .sigstore
        .sign(&corp.sigstore.issue(other), signature())
        .rekor_v1()
        .timestamp();
    let case = Case::new(&corp.sigstore).bundle(&bundle.bundle()).at(NOW + 200 * DAY);
    corp.tuf.target = corp.sigstore.trusted_root_json().into_bytes();
    let mut request = case.request();
    let entry = "{ name: corp, tuf: corp.root.json }";
    let policy = case
        .policy()
        .replace("{ name: public, file: trust/public.json }", entry);
    request.policy.document = named("portcullis.yaml", policy.as_bytes());
    request.policy.files.push(named("corp.root.json", &corp.tuf.initial()));
    request.policy.kept_roots = vec![kept("corp", &corp.kept)];
    expect(
        evaluate(&request).unwrap(),
        Verdict::Deny,
        ResultClass::IdentityMismatch,
    );
}
