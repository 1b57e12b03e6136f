//! `mode`, `enforce-from`, `platforms` and `undecided` of rules (meanings 8, 10).

use portcullis_component::evaluate::evaluate;
use portcullis_component::policy::ImageNames;
use portcullis_component::wit::basics::{Mode, ResultClass, Verdict};
use portcullis_component::wit::request::Outcome;
use testbed::*;

use crate::case::{Case, failure};

fn case(rule: &str) -> Case {
    Case::new(&Sigstore::new()).judged_by(rule)
}

fn day(days: i64) -> String {
    clock::rfc3339(crate::case::NOW + days * 24 * 60 * 60)[..10].to_owned()
}

#[test]
fn a_rule_that_is_not_enforced_yet_informs_and_says_from_when() {
    let report = case(&format!("signature: {{ by: release }}, enforce-from: {}", day(30))).report();
    let rule = &report.rules[0];
    assert_eq!((rule.mode, rule.verdict), (Mode::Inform, Verdict::Deny));
    assert_eq!(rule.enforce_from.as_deref(), Some(day(30).as_str()));
    let report = case(&format!("signature: {{ by: release }}, enforce-from: {}", day(0))).report();
    assert_eq!((report.rules[0].mode, report.verdict), (Mode::Enforce, Verdict::Deny));
    assert_eq!(report.rules[0].enforce_from, None);
}

#[test]
fn a_date_far_ahead_is_an_error() {
    case(&format!("signature: {{ by: release }}, enforce-from: {}", day(181))).policy_error("more than 180 days ahead");
}

#[test]
fn a_rule_may_inform_under_an_entry_that_enforces() {
    let report = case("signature: { by: release }, mode: inform").report();
    assert_eq!(report.rules[0].mode, Mode::Inform);
}

#[test]
fn platforms_of_rule_and_entry_both_hold() {
    let policy = |rule: &str, entry: &str| case(rule).platforms(entry).policy();
    let both =
        portcullis_component::policy::Policy::read(&case("signature: { by: release }, platforms: every").source());
    let policy_of_both = both.unwrap();
    let platforms: Vec<_> = policy_of_both
        .for_image(&ImageNames::of(crate::case::NAME))
        .into_iter()
        .map(|one| one.platforms.words().join(","))
        .collect();
    assert_eq!(
        platforms,
        ["every", "index"],
        "{}",
        policy("signature: { by: release }", "index")
    );
}

/// An outage never makes an image signed, whatever `undecided` says.
#[test]
fn referrers_503_undecided_inform_fail() {
    let attestation = "attestation: { type: slsa, by: release }";
    for (rule, mode) in [
        ("signature: { by: release }", Mode::Enforce),
        (attestation, Mode::Inform),
    ] {
        let mut request = case(rule).top("undecided: inform").request();
        for lookup in &mut request.lookups {
            lookup.outcome = Outcome::Failed(failure(ResultClass::DiscoveryFailed));
        }
        let report = evaluate(&request).unwrap();
        assert_eq!(
            (report.verdict, report.rules[0].mode),
            (Verdict::Undecided, mode),
            "{rule}"
        );
        assert!(report.pinned.is_empty());
    }
}

/// The call's mode is about denials: what nobody could look at stays what stops the job.
#[test]
fn mode_inform_of_the_call_leaves_undecided_enforced_undecided() {
    let mut request = case("sbom: { by: release }").request();
    request.mode = Mode::Inform;
    let denied = evaluate(&request).unwrap();
    assert_eq!(
        (denied.rules[0].verdict, denied.rules[0].mode),
        (Verdict::Deny, Mode::Inform)
    );
    for lookup in &mut request.lookups {
        lookup.outcome = Outcome::Failed(failure(ResultClass::DiscoveryFailed));
    }
    let report = evaluate(&request).unwrap();
    assert_eq!(
        (report.rules[0].verdict, report.rules[0].mode),
        (Verdict::Undecided, Mode::Enforce)
    );
}
