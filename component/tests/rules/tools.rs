//! Documents of other people's tools, as they wrote them (`tests/evidence`).

use portcullis_component::wit::basics::Verdict;
use portcullis_component::wit::report::{Effect, Report};
use serde_json::Value;
use testbed::*;

use crate::attestation::attested;
use crate::case::Case;

const CYCLONEDX: &str = "https://cyclonedx.org/bom";
const SPDX: &str = "https://spdx.dev/Document";

const DOCUMENTS: [(&str, &str, &str); 5] = [
    (
        "CycloneDX 1.4",
        CYCLONEDX,
        include_str!("../evidence/cyclonedx-bom-1.4.json"),
    ),
    (
        "CycloneDX 1.5",
        CYCLONEDX,
        include_str!("../evidence/cyclonedx-bom-1.5.json"),
    ),
    (
        "CycloneDX 1.6",
        CYCLONEDX,
        include_str!("../evidence/cyclonedx-bom-1.6.json"),
    ),
    ("SPDX 2.2", SPDX, include_str!("../evidence/spdx-tools-2.2.json")),
    ("SPDX 2.3", SPDX, include_str!("../evidence/spdx-tools-2.3.json")),
];

/// What a rule says of each document.
fn judged(rule: &str) -> Vec<(&'static str, Report)> {
    let sigstore = Sigstore::new();
    let report = |(name, predicate_type, text): &(&'static str, &str, &str)| {
        let document: Value = serde_json::from_str(text).unwrap();
        let bundle = attested(&sigstore, predicate_type, document, 0);
        (*name, Case::new(&sigstore).judged_by(rule).bundle(&bundle).report())
    };
    DOCUMENTS.iter().map(report).collect()
}

fn denying(report: &Report) -> Vec<&str> {
    let findings = report.rules[0].findings.iter();
    let denying = findings.filter(|one| one.effect == Effect::Denies);
    denying.map(|one| one.id.as_str()).collect()
}

#[test]
fn packages_that_the_policy_wants_are_there() {
    for (name, report) in judged("sbom: { by: release, require: [pkg:pypi/requests] }") {
        assert_eq!(report.verdict, Verdict::Allow, "{name}: {:#?}", report.rules);
        let remarks = &report.rules[0].accepted[0].remarks;
        assert!(remarks.contains(&format!("{name}, 8 packages")), "{remarks:?}");
    }
}

#[test]
fn packages_that_the_policy_refuses_fail() {
    let rule = "sbom: { by: release, deny: [{ package: pkg:pypi/requests, versions: '<2.33' }] }";
    for (name, report) in judged(rule) {
        assert_eq!(denying(&report), ["pkg:pypi/requests@2.32.3"], "{name}");
    }
}

#[test]
fn licences_that_the_policy_refuses_fail() {
    for (name, report) in judged("licenses: { by: release, deny: [MPL-2.0], unknown: inform }") {
        let ids = denying(&report);
        assert_eq!(ids.len(), 1, "{name}: {:#?}", report.rules);
        assert!(
            ids[0].contains("MPL-2.0") && ids[0].contains("certifi"),
            "{name}: {ids:?}"
        );
    }
}
