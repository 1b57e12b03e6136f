//! `licenses`: every package has a licence that the policy admits, by an SBOM or a licence report.

use portcullis_component::wit::basics::Verdict;
use serde_json::{Value, json};
use testbed::*;

use crate::attestation::attested;
use crate::case::{Case, NAME, NOW};

const REPORT: &str = "https://aleph-alpha.com/attestations/license/v1";

fn case(sigstore: &Sigstore, rule: &str) -> Case {
    Case::new(sigstore).judged_by(&format!("licenses: {{ by: release, {rule} }}"))
}

fn report(licenses: &[(&str, &str)]) -> Value {
    let entry = |(package, license): &(&str, &str)| json!({ "package": package, "license": license });
    json!({ "licenses": licenses.iter().map(entry).collect::<Vec<_>>() })
}

#[test]
fn what_is_admitted() {
    let sigstore = Sigstore::new();
    let bundle = attested(
        &sigstore,
        REPORT,
        report(&[("a", "MIT"), ("b", "GPL-2.0-only OR ISC")]),
        0,
    );
    let report = case(&sigstore, "allow: [MIT, ISC]").bundle(&bundle).allowed();
    assert_eq!(
        report.rules[0].demand,
        "licences of all packages among `MIT`, `ISC`, by release"
    );
    case(&sigstore, "deny: [GPL-2.0-only]").bundle(&bundle).allowed();
}

#[test]
fn what_is_not_admitted_fail() {
    let sigstore = Sigstore::new();
    let bundle = attested(
        &sigstore,
        REPORT,
        report(&[("a", "MIT"), ("b", "AGPL-3.0-only"), ("c", "Acme")]),
        0,
    );
    let ids = |rule: &str| {
        let report = case(&sigstore, rule).bundle(&bundle).report();
        assert_eq!(report.verdict, Verdict::Deny);
        report.rules[0]
            .findings
            .iter()
            .map(|finding| finding.id.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids("deny: [AGPL-3.0-only]"), ["AGPL-3.0-only b", "unknown c"]);
    assert_eq!(ids("allow: [AGPL-3.0-only, MIT]"), ["unknown c"]);
    case(&sigstore, "deny: [GPL-3.0-only], unknown: inform")
        .bundle(&bundle)
        .allowed();
}

#[test]
fn an_exception_of_the_policy_lets_one_licence_of_one_package_through() {
    let sigstore = Sigstore::new();
    let bundle = attested(&sigstore, REPORT, report(&[("a", "MIT"), ("b", "AGPL-3.0-only")]), 0);
    let excepted = |id: &str| {
        let expires = &clock::rfc3339(NOW + 60 * 24 * 60 * 60)[..10];
        let top = format!(
            "exceptions:\n  - {{ rule: signed, image: {NAME}, id: {id}, owner: law@acme.example, reason: known, expires: {expires} }}"
        );
        case(&sigstore, "deny: [AGPL-3.0-only]")
            .top(&top)
            .bundle(&bundle)
            .report()
            .verdict
    };
    assert_eq!(excepted("AGPL-3.0-only b"), Verdict::Allow);
    assert_eq!(excepted("AGPL-3.0-only a"), Verdict::Deny);
    assert_eq!(excepted("AGPL-3.0-only"), Verdict::Deny);
}

#[test]
fn a_report_that_is_not_understood_fail() {
    let sigstore = Sigstore::new();
    let bundle = attested(&sigstore, REPORT, json!({ "Results": [] }), 0);
    let report = case(&sigstore, "deny: [AGPL-3.0-only]").bundle(&bundle).report();
    assert_eq!(report.verdict, Verdict::Deny);
    assert_eq!(
        report.rules[0].findings[0].message,
        "the licence report is not understood"
    );
}
