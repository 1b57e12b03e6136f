//! What the documents that a rule counted say is inside the image; that the rest of the report does not depend on it is seen
//! by every case ([`Case::report`]).

use portcullis_component::wit::basics::Verdict;
use portcullis_component::wit::contents::{Fix, Rating, State, TriageStatus};
use serde_json::{Value, json};
use testbed::*;

use crate::attestation::{attested, by};
use crate::case::{Case, NAME, NOW, release};

const VULN: &str = "https://cosign.sigstore.dev/attestation/vuln/v1";
const CYCLONEDX: &str = "https://cyclonedx.org/bom";
const LICENSES: &str = "https://aleph-alpha.com/attestations/license/v1";
const OPENVEX: &str = "https://openvex.dev/ns/v0.2.0";

fn sbom(packages: usize) -> Value {
    let component = |number: usize| {
        json!({ "type": "library", "name": format!("p{number}"), "version": "1.0.0",
            "purl": format!("pkg:npm/p{number}@1.0.0"), "licenses": [{ "license": { "id": "MIT" } }] })
    };
    let components: Vec<Value> = (0..packages).map(component).collect();
    json!({ "bomFormat": "CycloneDX", "specVersion": "1.6", "components": components,
        "metadata": { "timestamp": "2026-11-22T08:00:00Z", "component": { "type": "container", "name": "app" } } })
}

/// `(id, severity, fixed, published)` of vulnerabilities of packages `pkg:deb/debian/ID`.
fn scan(found: &[(&str, &str, &str, &str)]) -> Value {
    let entry = |(id, severity, fixed, published): &(&str, &str, &str, &str)| {
        json!({ "VulnerabilityID": id, "PkgName": id, "InstalledVersion": "1.0", "Severity": severity,
            "PkgIdentifier": { "PURL": format!("pkg:deb/debian/{id}@1.0") }, "FixedVersion": fixed,
            "PublishedDate": published, "LastModifiedDate": "2026-02-01T00:00:00Z",
            "PrimaryURL": format!("https://avd.example/{id}") })
    };
    let vulnerabilities: Vec<Value> = found.iter().map(entry).collect();
    let trivy = json!({ "SchemaVersion": 2, "ArtifactType": "container_image", "CreatedAt": "2026-11-22T00:00:00Z",
        "Metadata": { "OS": { "Family": "debian", "Name": "12.8" } },
        "Results": [{ "Target": "debian", "Class": "os-pkgs", "Type": "debian", "Vulnerabilities": vulnerabilities }] });
    json!({ "scanner": { "result": trivy }, "metadata": {} })
}

fn vulnerabilities(sigstore: &Sigstore, more: &str) -> Case {
    Case::new(sigstore).judged_by(&format!(
        "vulnerabilities: {{ by: release, max-age: 7d, fail-on: high{more} }}"
    ))
}

#[test]
fn packages_of_an_sbom_as_it_writes_them() {
    let sigstore = Sigstore::new();
    let bundle = attested(&sigstore, CYCLONEDX, sbom(2), 0);
    let case = Case::new(&sigstore).judged_by("sbom: { by: release }").bundle(&bundle);
    let (report, contents) = (case.allowed(), case.contents());
    let inventory = &contents.inventories[0];
    assert_eq!((contents.inventories.len(), contents.scans.len()), (1, 0));
    assert_eq!(inventory.evidence, report.rules[0].accepted[0].evidence);
    assert_eq!(inventory.target, case.image.digest());
    assert_eq!(
        (inventory.format.as_str(), inventory.signer.as_str()),
        ("CycloneDX 1.6", "release")
    );
    assert_eq!(inventory.rules, ["signed"]);
    assert_eq!(inventory.made, Some(1_795_334_400));
    assert_eq!((inventory.packages.len(), inventory.left_out), (2, 0));
    let package = &inventory.packages[1];
    assert_eq!(
        (package.name.as_str(), package.version.as_deref()),
        ("p1", Some("1.0.0"))
    );
    assert_eq!(
        (&package.purls[0], &package.licenses[0]),
        (&"pkg:npm/p1@1.0.0".to_owned(), &"MIT".to_owned())
    );
}

#[test]
fn a_document_that_does_not_count_is_not_told() {
    let sigstore = Sigstore::new();
    let stranger = || release().claim(14, "refs/heads/evil");
    let rule = "sbom: { by: release, max-age: 7d }";
    let by_stranger = by(&sigstore, stranger(), CYCLONEDX, sbom(1), 0);
    let case = || Case::new(&sigstore).judged_by(rule);
    assert_eq!(case().bundle(&by_stranger).contents().inventories, []);
    let old = attested(&sigstore, CYCLONEDX, sbom(1), -8 * 24 * 60);
    assert_eq!(case().bundle(&old).contents().inventories, []);
    let other = json!({ "bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{ "name": "a" }],
        "metadata": { "component": { "name": "b", "version": format!("sha256:{}", "0".repeat(64)) } } });
    let case = Case::new(&sigstore).judged_by("sbom: { by: release, subject: required }");
    let of_another = case.bundle(&attested(&sigstore, CYCLONEDX, other, 0));
    assert_eq!(of_another.report().verdict, Verdict::Deny);
    assert_eq!(of_another.contents().inventories, []);
}

#[test]
fn what_is_denied_for_its_content_is_told() {
    let sigstore = Sigstore::new();
    let rule = "licenses: { by: release, deny: [AGPL-3.0-only] }";
    let report = json!({ "licenses": [{ "package": "a", "version": "1", "license": "AGPL-3.0-only" }] });
    let case = Case::new(&sigstore)
        .judged_by(rule)
        .bundle(&attested(&sigstore, LICENSES, report, 0));
    assert_eq!(case.report().verdict, Verdict::Deny);
    let inventory = &case.contents().inventories[0];
    assert_eq!((inventory.format.as_str(), inventory.made), ("licence report", None));
    assert_eq!(inventory.packages[0].licenses, ["AGPL-3.0-only"]);
}

#[test]
fn each_state_of_a_vulnerability() {
    let sigstore = Sigstore::new();
    let statement = |id: &str, status: &str| json!({ "vulnerability": { "name": id }, "status": status, "justification": "component_not_present" });
    let vex = json!({ "@context": OPENVEX,
        "statements": [statement("CVE-2026-0002", "not_affected"), statement("CVE-2026-0001", "affected")] });
    let found = [
        ("CVE-2026-0001", "CRITICAL", "2.0", "2025-06-01T00:00:00Z"),
        ("CVE-2026-0002", "HIGH", "2.0", "2025-06-01T00:00:00Z"),
        ("CVE-2026-0003", "HIGH", "2.0", "2025-06-01T00:00:00Z"),
        ("CVE-2026-0004", "HIGH", "2.0", "2025-12-30T00:00:00Z"),
        ("CVE-2026-0005", "HIGH", "", "2025-06-01T00:00:00Z"),
        ("CVE-2026-0006", "LOW", "", ""),
        ("CVE-2026-0007", "LOW", "", ""),
    ];
    let expires = &clock::rfc3339(NOW + 60 * 24 * 60 * 60)[..10];
    let exception = format!(
        "exceptions:\n  - {{ rule: signed, image: {NAME}, id: CVE-2026-0003, owner: web@acme.example, reason: known, expires: {expires} }}"
    );
    let more =
        ", fixable-only: true, grace: { high: 14d }, exclude: [pkg:deb/debian/CVE-2026-0007], triage: { by: release }";
    let case = vulnerabilities(&sigstore, more)
        .top(&exception)
        .bundle(&attested(&sigstore, VULN, scan(&found), 0))
        .bundle(&attested(&sigstore, OPENVEX, vex, 1));
    assert_eq!(case.report().verdict, Verdict::Deny);
    let scans = case.contents().scans;
    let scan = &scans[0];
    assert_eq!((scans.len(), scan.left_out), (1, 0));
    assert_eq!((scan.rule.as_str(), scan.format.as_str()), ("signed", "trivy"));
    assert_eq!(scan.system.as_deref(), Some("debian 12.8"));
    let state = |id: &str| scan.vulnerabilities.iter().find(|one| one.id == id).unwrap();
    let denies = state("CVE-2026-0001");
    assert_eq!((denies.state.clone(), denies.rating), (State::Denies, Rating::Critical));
    assert_eq!(denies.fix, Fix::Known(vec!["2.0".to_owned()]));
    assert_eq!(denies.url.as_deref(), Some("https://avd.example/CVE-2026-0001"));
    assert_eq!(denies.triage.as_ref().unwrap().status, TriageStatus::Affected);
    assert_eq!(
        (denies.published, denies.modified),
        (Some(1_748_736_000), Some(1_769_904_000))
    );
    let addressed = state("CVE-2026-0002");
    let triage = addressed.triage.as_ref().unwrap();
    assert_eq!(
        (addressed.state.clone(), triage.status),
        (State::Addressed, TriageStatus::NotAffected)
    );
    assert_eq!((triage.signer.as_str(), triage.format.as_str()), ("release", "OpenVEX"));
    assert!(matches!(&state("CVE-2026-0003").state, State::Excepted(one) if one.owner == "web@acme.example"));
    assert!(matches!(state("CVE-2026-0004").state, State::InGrace(_)));
    assert_eq!(state("CVE-2026-0005").state, State::NotFixable);
    assert_eq!(state("CVE-2026-0006").state, State::BelowThreshold);
    assert_eq!(state("CVE-2026-0007").state, State::Excluded);
}

#[test]
fn a_scan_of_another_image_is_not_told() {
    let sigstore = Sigstore::new();
    let mut other = scan(&[("CVE-2026-0001", "LOW", "", "")]);
    let name = format!("registry.example/other@sha256:{}", "1".repeat(64));
    other["scanner"]["result"]["Metadata"]["RepoDigests"] = json!([name]);
    let case = vulnerabilities(&sigstore, "").bundle(&attested(&sigstore, VULN, other, 0));
    assert_eq!(case.report().verdict, Verdict::Deny);
    assert_eq!(case.contents().scans, []);
}

#[test]
fn nothing_is_told_where_a_newer_document_may_be_hidden() {
    let sigstore = Sigstore::new();
    let case = vulnerabilities(&sigstore, "")
        .bundle(&attested(&sigstore, VULN, scan(&[]), 0))
        .layer(attach::BUNDLE, b"garbage");
    assert_eq!(case.report().verdict, Verdict::Undecided);
    assert_eq!(case.contents().scans, []);
}

#[test]
fn what_is_too_much_is_counted() {
    let sigstore = Sigstore::new();
    let bundle = attested(&sigstore, CYCLONEDX, sbom(50_007), 0);
    let case = Case::new(&sigstore).judged_by("sbom: { by: release }").bundle(&bundle);
    let inventory = &case.contents().inventories[0];
    assert_eq!((inventory.packages.len(), inventory.left_out), (50_000, 7));
}

#[test]
fn the_same_request_gives_the_same_contents() {
    let sigstore = Sigstore::new();
    let case = Case::new(&sigstore)
        .judged_by("sbom: { by: release }")
        .bundle(&attested(&sigstore, CYCLONEDX, sbom(3), 0))
        .bundle(&attested(&sigstore, CYCLONEDX, sbom(4), 1));
    let counts = |case: &Case| {
        case.contents()
            .inventories
            .iter()
            .map(|one| one.packages.len())
            .sum::<usize>()
    };
    assert_eq!(counts(&case), 7);
    assert_eq!(case.contents(), case.contents());
}
