//! Which of several documents decide, and how old they may be (meanings 6 and 7).

use portcullis_component::wit::basics::{ResultClass, Verdict};
use portcullis_component::wit::request::Outcome;
use serde_json::json;
use testbed::*;

use crate::attestation::{APPROVAL, attested};
use crate::case::{Case, failure};

const HOUR: i64 = 60;

fn case(sigstore: &Sigstore, rule: &str) -> Case {
    Case::new(sigstore).judged_by(&format!("attestation: {{ type: {APPROVAL}, by: release, {rule} }}"))
}

#[test]
fn latest_and_all_need_an_age() {
    let sigstore = Sigstore::new();
    case(&sigstore, "select: latest").policy_error("`select: latest` needs `max-age`");
    case(&sigstore, "select: all").policy_error("`select: all` needs `max-age`");
    case(&sigstore, "max-age: 0d").policy_error("no length of time");
}

#[test]
fn a_key_has_no_age_fail() {
    let key = Key::p256("ops");
    let rule = |more: &str| format!("attestation: {{ type: {APPROVAL}, by: ops, {more} }}");
    Case::key(&key)
        .judged_by(&rule("max-age: 7d"))
        .policy_error("the age of what `ops` signs cannot be proven");
    Case::key(&key)
        .judged_by(&rule("select: latest, max-age: 7d"))
        .policy_error("cannot be proven");
}

#[test]
fn younger_than_the_age_counts() {
    let sigstore = Sigstore::new();
    let bundle = attested(&sigstore, APPROVAL, json!({}), 0);
    let case = case(&sigstore, "max-age: 2h").bundle(&bundle);
    case.allowed();
    let later = case.at(crate::case::NOW + 2 * HOUR * clock::MINUTE);
    later.denied_for(ResultClass::Verified, "older than the rule admits");
}

/// Anything listed that nobody can read may be newer than what was read.
#[test]
fn latest_newest_corrupt_undecided() {
    let sigstore = Sigstore::new();
    let bundle = attested(&sigstore, APPROVAL, json!({}), 0);
    let case = case(&sigstore, "select: latest, max-age: 7d").bundle(&bundle);
    case.allowed();
    case.layer(attach::BUNDLE, b"garbage").undecided(ResultClass::Malformed);
}

#[test]
fn any_is_not_disturbed_by_what_is_corrupt() {
    let sigstore = Sigstore::new();
    let bundle = attested(&sigstore, APPROVAL, json!({}), 0);
    case(&sigstore, "select: any")
        .bundle(&bundle)
        .layer(attach::BUNDLE, b"garbage")
        .allowed();
}

#[test]
fn a_failed_look_up_leaves_latest_undecided_and_any_satisfied() {
    let sigstore = Sigstore::new();
    let bundle = attested(&sigstore, APPROVAL, json!({}), 0);
    for (rule, expected) in [
        ("select: any", Verdict::Allow),
        ("select: latest, max-age: 7d", Verdict::Undecided),
        ("select: all, max-age: 7d", Verdict::Undecided),
    ] {
        let mut request = case(&sigstore, rule).bundle(&bundle).request();
        request.lookups[0].outcome = match &request.lookups[0].outcome {
            Outcome::Found(_) => Outcome::Failed(failure(ResultClass::DiscoveryFailed)),
            other => other.clone(),
        };
        let mut again = request.lookups[0].clone();
        again.outcome = case(&sigstore, rule).bundle(&bundle).request().lookups[0]
            .outcome
            .clone();
        request.lookups.push(again);
        let report = portcullis_component::evaluate::evaluate(&request).unwrap();
        assert_eq!(report.verdict, expected, "{rule}");
    }
}

/// The statement itself cannot be read: nobody knows what it is, so it may be the newest.
#[test]
fn latest_beside_an_unreadable_statement_undecided() {
    let sigstore = Sigstore::new();
    let good = attested(&sigstore, APPROVAL, json!({}), 0);
    let leaf = sigstore.issue(crate::case::release());
    let broken = Content::envelope(IN_TOTO, b"{\"_type\":\"https://in-toto.io/Statement/v1\"}");
    let broken = sigstore.sign(&leaf, broken).rekor_v1().bundle();
    let case = case(&sigstore, "select: latest, max-age: 7d")
        .bundle(&good)
        .bundle(&broken);
    case.undecided(ResultClass::Malformed);
}

/// Of one time all count, also those of one signer among several.
#[test]
fn equal_times_of_one_signer_fail() {
    let sigstore = Sigstore::new();
    let rule = format!(
        "attestation: {{ type: {APPROVAL}, by: {{ at-least: 1, of: [release, other] }}, select: latest, max-age: 7d, where: predicate.ok == true }}"
    );
    let other = "github: { repository: acme/app, workflow: acme/app/.github/workflows/release.yml, ref: refs/tags/* }";
    let case = Case::new(&sigstore).signer("other", other).judged_by(&rule);
    let good = attested(&sigstore, APPROVAL, json!({ "ok": true }), 0);
    let bad = attested(&sigstore, APPROVAL, json!({ "ok": false }), 0);
    let report = case.bundle(&good).bundle(&bad).report();
    assert_eq!(report.verdict, Verdict::Deny, "{report:#?}");
}
