//! `vulnerabilities`: reports and triage as they are signed, from the registry to the verdict.

use portcullis_component::wit::basics::ResultClass;
use portcullis_component::wit::report::{Effect, Report};
use serde_json::{Value, json};
use testbed::*;

use crate::attestation::{attested, by};
use crate::case::{Case, NAME, image, release};

const VULN: &str = "https://cosign.sigstore.dev/attestation/vuln/v1";
const OPENVEX: &str = "https://openvex.dev/ns/v0.2.0";

fn report(severities: &[&str]) -> Value {
    let entry = |(number, severity): (usize, &&str)| {
        json!({ "VulnerabilityID": format!("CVE-2026-000{number}"), "PkgName": "zlib1g", "InstalledVersion": "1.2.13",
            "PkgIdentifier": { "PURL": "pkg:deb/debian/zlib1g@1.2.13" }, "FixedVersion": "1.2.14", "Severity": severity })
    };
    let vulnerabilities: Vec<Value> = severities.iter().enumerate().map(entry).collect();
    let trivy = json!({ "SchemaVersion": 2, "ArtifactType": "container_image",
        "Metadata": { "OS": { "Family": "debian", "Name": "12" } },
        "Results": [{ "Target": "debian", "Class": "os-pkgs", "Type": "debian", "Vulnerabilities": vulnerabilities }] });
    json!({ "scanner": { "uri": "pkg:github/aquasecurity/trivy@0.58.1", "result": trivy }, "metadata": {} })
}

fn vex(status: &str) -> Value {
    json!({ "@context": OPENVEX, "statements": [{ "vulnerability": { "name": "CVE-2026-0000" }, "status": status,
        "justification": "component_not_present", "products": [{ "@id": "pkg:deb/debian/zlib1g" }] }] })
}

fn case(sigstore: &Sigstore, more: &str) -> Case {
    Case::new(sigstore).judged_by(&format!(
        "vulnerabilities: {{ by: release, max-age: 7d, fail-on: high{more} }}"
    ))
}

#[test]
fn the_newest_report_decides() {
    let sigstore = Sigstore::new();
    let good = |minutes| attested(&sigstore, VULN, report(&["LOW"]), minutes);
    let bad = |minutes| attested(&sigstore, VULN, report(&["HIGH"]), minutes);
    let (before, after) = (0, 30);
    let allowed = case(&sigstore, "").bundle(&bad(before)).bundle(&good(after)).allowed();
    let accepted = &allowed.rules[0].accepted[0];
    assert!(accepted.remarks.contains(&"1 found: 1 low".to_owned()), "{accepted:#?}");
    let denied = case(&sigstore, "").bundle(&good(before)).bundle(&bad(after));
    let report = denied.denied(ResultClass::Verified);
    let finding = &report.rules[0].findings[0];
    assert_eq!(
        finding.message,
        "`CVE-2026-0000` (high) in `pkg:deb/debian/zlib1g@1.2.13`"
    );
}

#[test]
fn no_report_fail() {
    let sigstore = Sigstore::new();
    case(&sigstore, "").denied(ResultClass::Unsigned);
}

#[test]
fn triage_by_somebody_else_fail() {
    let sigstore = Sigstore::new();
    let case = || {
        let triage = ", triage: { by: reviewer }";
        let bundle = attested(&sigstore, VULN, report(&["HIGH"]), 0);
        let reviewer =
            "github: { repository: acme/review, workflow: acme/review/.github/workflows/release.yml, ref: '**' }";
        case(&sigstore, triage).signer("reviewer", reviewer).bundle(&bundle)
    };
    case().denied(ResultClass::Verified);
    let by_release = attested(&sigstore, OPENVEX, vex("not_affected"), 10);
    case().bundle(&by_release).denied(ResultClass::Verified);
}

#[test]
fn triage_retraction_counts() {
    let sigstore = Sigstore::new();
    let case = || {
        let bundle = attested(&sigstore, VULN, report(&["HIGH"]), 0);
        case(&sigstore, ", triage: { by: release }").bundle(&bundle)
    };
    let statement = |status, minutes| attested(&sigstore, OPENVEX, vex(status), minutes);
    let addressed = case().bundle(&statement("not_affected", 10));
    let report = addressed.allowed();
    assert!(
        report.rules[0].findings[0]
            .found
            .contains("not affected by `release` (OpenVEX)"),
        "{report:#?}"
    );
    addressed
        .bundle(&statement("affected", 20))
        .denied(ResultClass::Verified);
    let again = case()
        .bundle(&statement("affected", 10))
        .bundle(&statement("not_affected", 20));
    again.allowed();
}

#[test]
fn statement_about_several_images_fail() {
    let sigstore = Sigstore::new();
    let time = clock::NOON;
    let leaf = sigstore.issue(release().issued_at(time));
    let predicate = json!({ "@context": OPENVEX, "statements": [{ "vulnerability": { "name": "CVE-2026-0000" }, "status": "fixed" }] });
    let other = format!("sha256:{}", "0".repeat(64));
    let statement = Statement::attestation(NAME, image().digest(), OPENVEX, predicate).subject(Subject::new(&other));
    let bundle = sigstore.sign(&leaf, statement).at(time).rekor_v1().bundle();
    let scan = attested(&sigstore, VULN, report(&["HIGH"]), 0);
    let judged = case(&sigstore, ", triage: { by: release }")
        .bundle(&scan)
        .bundle(&bundle);
    let report = judged.denied(ResultClass::Verified);
    let notes: Vec<&str> = report.rules[0].findings.iter().map(|one| one.found.as_str()).collect();
    assert!(notes.contains(&"2 subjects"), "{notes:#?}");
}

#[test]
fn an_inventory_of_a_named_type_is_passed_over() {
    let sigstore = Sigstore::new();
    let with_types = || case(&sigstore, ", type: [vuln, cyclonedx]");
    let inventory = json!({ "bomFormat": "CycloneDX", "components": [{ "name": "a" }], "vulnerabilities": [] });
    let sbom = attested(&sigstore, "https://cyclonedx.org/bom", inventory, 30);
    let scan = |severity| attested(&sigstore, VULN, report(&[severity]), 0);
    with_types().bundle(&scan("LOW")).bundle(&sbom).allowed();
    with_types()
        .bundle(&scan("HIGH"))
        .bundle(&sbom)
        .denied(ResultClass::Verified);
    with_types().bundle(&sbom).denied(ResultClass::UnsupportedFormat);
}

#[test]
fn newest_report_unreadable_undecided() {
    let sigstore = Sigstore::new();
    let good = attested(&sigstore, VULN, report(&["LOW"]), 0);
    let lost = attested(&sigstore, VULN, json!({ "scanner": { "result": null } }), 30);
    case(&sigstore, "")
        .bundle(&good)
        .bundle(&lost)
        .undecided(ResultClass::Malformed);
}

#[test]
fn report_of_another_repository_fail() {
    let sigstore = Sigstore::new();
    let stranger = by(
        &sigstore,
        release().claim(12, "https://github.com/evil/api"),
        VULN,
        report(&["LOW"]),
        0,
    );
    case(&sigstore, "")
        .bundle(&stranger)
        .denied(ResultClass::IdentityMismatch);
}

/// An old report that passes, stamped anew: a log proves that a signature existed, never that it was made late.
#[test]
fn scan_key_restamped_fail() {
    let (sigstore, ops) = (Sigstore::new(), Key::p256("ops"));
    let rule = |more: &str| format!("vulnerabilities: {{ by: ops, max-age: 7d, fail-on: high{more} }}");
    let case = |more: &str| Case::new(&sigstore).with_logged_key("ops", &ops).judged_by(&rule(more));
    case("").policy_error("the age of what `ops` signs cannot be proven");
    let scanned = |days: i64| {
        let finished = clock::rfc3339(crate::case::NOW - days * 24 * 60 * 60);
        let mut predicate = report(&["LOW"]);
        predicate["metadata"] = json!({ "scanFinishedOn": finished });
        let statement = Statement::attestation(NAME, image().digest(), VULN, predicate);
        sigstore.sign(&ops, statement).rekor_v1().timestamp().bundle()
    };
    case(", dated-by: payload")
        .bundle(&scanned(1))
        .at(crate::case::NOW + 60 * 60 * 24)
        .allowed();
    let old = case(", dated-by: payload")
        .bundle(&scanned(300))
        .at(crate::case::NOW + 60 * 60 * 24);
    old.denied_for(ResultClass::Verified, "older than the rule admits");
}

/// What is shown and what denies have thresholds of their own.
#[test]
fn showing_more_never_changes_the_verdict() {
    let sigstore = Sigstore::new();
    let scans = [&["LOW", "MEDIUM"][..], &["HIGH", "MEDIUM"], &["UNKNOWN"], &[]];
    for scan in scans.map(|severities| attested(&sigstore, VULN, report(severities), 0)) {
        for more in ["", ", fixable-only: true", ", unknown: medium"] {
            let plain = case(&sigstore, more).bundle(&scan).report();
            for level in ["negligible", "low", "medium", "high", "critical"] {
                let rule = format!("{more}, inform-on: {level}");
                let shown = case(&sigstore, &rule).bundle(&scan).report();
                let decides = |report: &Report| {
                    let findings = report.rules[0].findings.clone().into_iter();
                    findings.filter(|one| one.effect != Effect::Informs).collect::<Vec<_>>()
                };
                assert_eq!(
                    (shown.verdict, decides(&shown)),
                    (plain.verdict, decides(&plain)),
                    "{rule}"
                );
            }
        }
    }
}

#[test]
fn what_is_below_the_threshold_is_shown_from_a_severity_on() {
    let sigstore = Sigstore::new();
    let scan = attested(&sigstore, VULN, report(&["LOW", "MEDIUM", "NEGLIGIBLE"]), 0);
    let shown = |more: &str| {
        let report = case(&sigstore, more).bundle(&scan).allowed();
        let findings = report.rules[0].findings.clone();
        assert!(findings.iter().all(|one| one.effect == Effect::Informs));
        findings.into_iter().map(|one| one.id).collect::<Vec<_>>()
    };
    assert_eq!(shown(""), Vec::<String>::new());
    assert_eq!(shown(", inform-on: critical"), Vec::<String>::new());
    assert_eq!(shown(", inform-on: medium"), ["CVE-2026-0001"]);
    assert_eq!(
        shown(", inform-on: negligible"),
        ["CVE-2026-0001", "CVE-2026-0000", "CVE-2026-0002"]
    );
    case(&sigstore, ", inform-on: everything").policy_error("everything");
}
