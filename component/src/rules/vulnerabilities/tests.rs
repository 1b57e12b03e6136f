//! The rule on reports and triage in the formats of the tools; the last ones are on the evidence of tests/fixtures.

mod evidence;

use serde_json::{Value, json};

use super::*;
use crate::digest::Digest;
use crate::policy::{DatedBy, Demand, Select, SignerSet, TriageDemand, TypeSet};
use crate::predicate::vulnerability::Format;

/// 2026-11-23T00:00:00Z
const NOW: i64 = 1_795_392_000;
const DAY: i64 = 86_400;
const VULN: &str = "https://cosign.sigstore.dev/attestation/vuln/v1";
const TRIAGE: &str = "https://aleph-alpha.com/attestations/triage/v1";
const OPENVEX: &str = "https://openvex.dev/ns/v0.2.0";

fn rule(fail_on: Level) -> VulnerabilitiesRule {
    VulnerabilitiesRule {
        types: TypeSet::named(&["vuln"]),
        fail_on,
        inform_on: None,
        unknown: Level::Critical,
        fixable_only: false,
        fail_on_kev: false,
        fail_on_epss: None,
        grace: BTreeMap::new(),
        exclude: Vec::new(),
        formats: Format::ALL.to_vec(),
        incomplete: Demanded::Required,
        names_image: Demanded::Reported,
        triage: None,
    }
}

fn triaged(fail_on: Level) -> VulnerabilitiesRule {
    let triage = Some(TriageDemand {
        types: TypeSet::named(&["triage"]),
        demand: Demand {
            by: SignerSet::AnyOf(vec!["release".to_owned()]),
            select: Select::Any,
            max_age: Some(30 * DAY),
            dated_by: DatedBy::Proof,
        },
    });
    VulnerabilitiesRule {
        triage,
        ..rule(fail_on)
    }
}

fn image() -> Digest {
    Digest::of(b"manifest")
}

fn about<'a>(kin: &'a [Digest], annotations: &'a BTreeMap<String, String>) -> About<'a> {
    About {
        now: NOW,
        image: "registry.example/studio",
        digest: image(),
        platform: None,
        config: Some(Digest::of(b"config")),
        kin,
        annotations,
    }
}

/// A report of Trivy with these vulnerabilities.
fn trivy(vulnerabilities: Value) -> Value {
    json!({
        "SchemaVersion": 2,
        "ArtifactType": "container_image",
        "Metadata": { "OS": { "Family": "debian", "Name": "12.8" } },
        "Results": [{ "Target": "studio (debian 12.8)", "Class": "os-pkgs", "Type": "debian", "Vulnerabilities": vulnerabilities }],
    })
}

/// As Trivy writes it, with some fields replaced.
fn zlib(changes: Value) -> Value {
    let mut entry = json!({
        "VulnerabilityID": "CVE-2026-0001",
        "PkgName": "zlib1g",
        "PkgIdentifier": { "PURL": "pkg:deb/debian/zlib1g@1.2.13?arch=amd64" },
        "InstalledVersion": "1.2.13",
        "FixedVersion": "1.2.14",
        "Severity": "HIGH",
        "PublishedDate": "2026-11-20T00:00:00Z",
    });
    for (key, value) in changes.as_object().unwrap() {
        entry[key] = value.clone();
    }
    entry
}

fn report(vulnerabilities: Value) -> Value {
    json!({ "scanner": { "result": trivy(vulnerabilities) }, "metadata": { "scanFinishedOn": "2026-11-22T08:00:00Z" } })
}

fn judged(rule: &VulnerabilitiesRule, predicate: Value, beside: &[Document<'_>]) -> Judged {
    judge(
        rule,
        &Document::of(VULN, predicate),
        beside,
        &about(&[], &BTreeMap::new()),
    )
    .unwrap()
}

fn effects(judged: &Judged, effect: Effect) -> Vec<String> {
    let meant = judged.objections.iter().filter(|objection| objection.effect == effect);
    meant
        .map(|objection| objection.id.clone().unwrap_or(objection.message.clone()))
        .collect()
}

fn denied(judged: &Judged) -> Vec<String> {
    effects(judged, Effect::Denies)
}

fn vex(status: &str, products: Value, signed: i64) -> Document<'static> {
    let predicate = json!({
        "@context": "https://openvex.dev/ns/v0.2.0",
        "timestamp": "2026-11-22T08:00:00Z",
        "statements": [{
            "vulnerability": { "name": "CVE-2026-0001" },
            "products": products,
            "status": status,
            "justification": "component_not_present",
        }],
    });
    Document::of(OPENVEX, predicate).timed(Some(signed), Some(signed))
}

fn this_image() -> Value {
    json!([{ "@id": format!("pkg:oci/studio@{}", image().to_string().replace(':', "%3A")) }])
}

#[test]
fn the_threshold_divides() {
    for (severity, holds) in [("CRITICAL", false), ("HIGH", false), ("MEDIUM", true), ("LOW", true)] {
        let judged = judged(
            &rule(Level::High),
            report(json!([zlib(json!({ "Severity": severity }))])),
            &[],
        );
        assert_eq!(denied(&judged).is_empty(), holds, "{severity}");
    }
}

#[test]
fn an_objection_says_what_to_do() {
    let judged = judged(
        &rule(Level::High),
        report(json!([zlib(json!({ "SeveritySource": "nvd" }))])),
        &[],
    );
    let [objection] = judged.objections.as_slice() else {
        panic!("{judged:#?}")
    };
    assert_eq!(objection.id.as_deref(), Some("CVE-2026-0001"));
    assert_eq!(
        objection.message,
        "`CVE-2026-0001` (high) in `pkg:deb/debian/zlib1g@1.2.13?arch=amd64`"
    );
    assert_eq!(objection.expected, "none at or above high");
    assert_eq!(
        objection.found,
        "severity by nvd, installed 1.2.13, fixed in 1.2.14, published 2026-11-20"
    );
    assert_eq!(objection.hint.as_deref(), Some("update to 1.2.14 or later"));
    assert_eq!(
        judged.remarks,
        ["Trivy on 2026-11-22, of debian 12.8, debian", "1 found: 1 high"]
    );
}

#[test]
fn severity_unknown_fail() {
    for unknown in [json!("UNKNOWN"), json!(""), Value::Null, json!("SEVERE")] {
        let one = report(json!([zlib(json!({ "Severity": unknown }))]));
        assert_eq!(
            denied(&judged(&rule(Level::Critical), one.clone(), &[])),
            ["CVE-2026-0001"],
            "{unknown}"
        );
        let counted_as_low = VulnerabilitiesRule {
            unknown: Level::Low,
            ..rule(Level::High)
        };
        assert!(denied(&judged(&counted_as_low, one, &[])).is_empty(), "{unknown}");
    }
}

#[test]
fn one_vulnerability_of_one_package_is_one_objection_with_the_worst_of_all() {
    let twice = report(json!([
        zlib(json!({ "Severity": "LOW", "FixedVersion": "" })),
        zlib(json!({}))
    ]));
    let fixable = VulnerabilitiesRule {
        fixable_only: true,
        ..rule(Level::High)
    };
    assert_eq!(denied(&judged(&fixable, twice, &[])), ["CVE-2026-0001"]);
    let other = json!({ "PkgIdentifier": { "PURL": "pkg:deb/debian/zlib1g-dev@1.2.13" } });
    let two_packages = report(json!([zlib(json!({})), zlib(other)]));
    assert_eq!(
        denied(&judged(&fixable, two_packages, &[])),
        ["CVE-2026-0001", "CVE-2026-0001"]
    );
}

#[test]
fn only_what_has_a_fix_denies_where_the_rule_says_so() {
    let rule = VulnerabilitiesRule {
        fixable_only: true,
        ..rule(Level::High)
    };
    let judge = |changes| denied(&judged(&rule, report(json!([zlib(changes)])), &[])).is_empty();
    assert!(judge(json!({ "FixedVersion": "", "Status": "will_not_fix" })));
    assert!(!judge(json!({ "FixedVersion": null, "Status": "fixed" })));
    assert!(!judge(json!({})));
}

#[test]
fn fixable_only_without_fix_data_undecided() {
    let rule = VulnerabilitiesRule {
        fixable_only: true,
        ..rule(Level::High)
    };
    let in_toto = |score: &str| {
        let entry = |id: &str| json!({ "id": id, "severity": [{ "method": "nvd", "score": score }] });
        json!({ "scanner": { "uri": "pkg:github/acme/scanner", "result": [entry("CVE-1"), entry("CVE-2")] } })
    };
    let above = judged(&rule, in_toto("high"), &[]);
    assert_eq!(effects(&above, Effect::LeavesUndecided).len(), 1, "{above:#?}");
    assert!(denied(&above).is_empty());
    let below = judged(&rule, in_toto("low"), &[]);
    assert!(below.objections.is_empty(), "{below:#?}");
}

fn with_grace() -> VulnerabilitiesRule {
    VulnerabilitiesRule {
        grace: [(Level::High, 14 * DAY), (Level::Critical, 3 * DAY)].into(),
        ..rule(Level::Medium)
    }
}

#[test]
fn grace_lasts_from_the_publication() {
    let judge = |changes| judged(&with_grace(), report(json!([zlib(changes)])), &[]);
    let within = judge(json!({ "PublishedDate": "2026-11-09T00:00:00Z" }));
    assert!(denied(&within).is_empty());
    assert!(
        within.objections[0].found.ends_with("its grace ends on 2026-11-23"),
        "{within:#?}"
    );
    for over in [
        json!({ "PublishedDate": "2026-11-08T23:59:59Z" }),
        json!({ "PublishedDate": "2026-11-19T00:00:00Z", "Severity": "CRITICAL" }),
        json!({ "PublishedDate": "2026-11-22T00:00:00Z", "Severity": "MEDIUM" }),
    ] {
        assert_eq!(denied(&judge(over)), ["CVE-2026-0001"]);
    }
}

#[test]
fn grace_without_date_fail() {
    for date in [
        Value::Null,
        json!(""),
        json!("0001-01-01T00:00:00Z"),
        json!("2026-11-23T00:00:01Z"),
        json!("2099-01-01T00:00:00Z"),
    ] {
        let one = report(json!([zlib(json!({ "PublishedDate": date }))]));
        assert_eq!(denied(&judged(&with_grace(), one, &[])), ["CVE-2026-0001"], "{date}");
    }
}

#[test]
fn exploitation_denies_below_the_threshold() {
    let grype = |extra: Value| {
        let mut vulnerability =
            json!({ "id": "CVE-2026-0001", "severity": "Low", "fix": { "versions": [], "state": "not-fixed" } });
        vulnerability
            .as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        let target = json!({ "manifestDigest": image().to_string() });
        json!({ "scanner": { "result": {
            "matches": [{ "vulnerability": vulnerability, "artifact": { "name": "zlib1g", "version": "1.2.13" } }],
            "source": { "type": "image", "target": target },
        } } })
    };
    let rule = VulnerabilitiesRule {
        fail_on_kev: true,
        fail_on_epss: Some(0.5),
        ..rule(Level::High)
    };
    let known = judged(
        &rule,
        grype(json!({ "knownExploited": [{ "cve": "CVE-2026-0001" }] })),
        &[],
    );
    assert_eq!(known.objections[0].expected, "none that is known to be exploited");
    let likely = judged(&rule, grype(json!({ "epss": [{ "epss": 0.5 }] })), &[]);
    assert_eq!(likely.objections[0].expected, "none with an EPSS of 0.5 or more");
    assert!(likely.objections[0].found.ends_with("EPSS 0.5"), "{likely:#?}");
    assert!(denied(&judged(&rule, grype(json!({ "epss": [{ "epss": 0.49 }] })), &[])).is_empty());
}

#[test]
fn excluded_packages_are_counted_aside() {
    let excluding = |glob: &str| VulnerabilitiesRule {
        exclude: vec![glob.parse().unwrap()],
        ..rule(Level::High)
    };
    let one = || report(json!([zlib(json!({}))]));
    for good in [
        "pkg:deb/debian/zlib1g",
        "pkg:deb/debian/zlib1g@1.2.13",
        "pkg:deb/**",
        "pkg:deb/debian/zlib*",
    ] {
        let judged = judged(&excluding(good), one(), &[]);
        assert!(judged.objections.is_empty(), "{good}: {judged:#?}");
        assert!(judged.remarks.contains(&"1 excluded by the policy".to_owned()));
    }
    for other in [
        "pkg:deb/debian/zlib",
        "pkg:deb/debian/zlib1g@1.2.14",
        "pkg:rpm/**",
        "pkg:deb/*",
    ] {
        assert_eq!(
            denied(&judged(&excluding(other), one(), &[])),
            ["CVE-2026-0001"],
            "{other}"
        );
    }
}

#[test]
fn report_that_looked_at_nothing_fail() {
    for results in [
        Value::Null,
        json!([]),
        json!([{ "Target": "secrets", "Class": "secret" }]),
    ] {
        let mut document = trivy(json!([]));
        document["Results"] = results.clone();
        let document = json!({ "scanner": { "result": document } });
        assert_eq!(
            denied(&judged(&rule(Level::High), document.clone(), &[])).len(),
            1,
            "{results}"
        );
        let bearing = VulnerabilitiesRule {
            incomplete: Demanded::Reported,
            ..rule(Level::High)
        };
        assert!(denied(&judged(&bearing, document, &[])).is_empty());
    }
}

#[test]
fn report_without_the_system_it_names_fail() {
    let mut document = trivy(json!([]));
    document["Results"][0]["Class"] = json!("lang-pkgs");
    let judged = judged(&rule(Level::High), json!({ "scanner": { "result": document } }), &[]);
    assert_eq!(denied(&judged), ["incomplete"]);
}

#[test]
fn report_lost_in_the_wrapper_fail() {
    let lost =
        json!({ "scanner": { "uri": "", "result": null }, "metadata": { "scanFinishedOn": "0001-01-01T00:00:00Z" } });
    let error = judge(
        &rule(Level::High),
        &Document::of(VULN, lost),
        &[],
        &about(&[], &BTreeMap::new()),
    )
    .unwrap_err();
    assert_eq!(
        (error.place.as_str(), error.found.as_str()),
        ("/scanner/result", "null")
    );
}

fn of_image(names: &[Digest], id: Option<Digest>) -> Value {
    let mut document = trivy(json!([]));
    let names: Vec<String> = names
        .iter()
        .map(|name| format!("registry.example/studio@{name}"))
        .collect();
    document["Metadata"]["RepoDigests"] = json!(names);
    document["Metadata"]["ImageID"] = json!(id.map(|id| id.to_string()));
    json!({ "scanner": { "result": document } })
}

#[test]
fn scan_of_other_image_fail() {
    let other = Digest::of(b"other");
    let judged = judged(&rule(Level::High), of_image(&[other], None), &[]);
    assert_eq!(denied(&judged), ["another-image"]);
    assert_eq!(judged.objections[0].found, other.to_string());
}

#[test]
fn a_report_may_know_the_image_by_several_names() {
    let (other, config) = (Digest::of(b"other"), Digest::of(b"config"));
    for good in [
        of_image(&[image()], None),
        of_image(&[other, image()], None),
        of_image(&[other], Some(config)),
    ] {
        assert!(denied(&judged(&rule(Level::High), good, &[])).is_empty());
    }
    let made_up = judged(&rule(Level::High), of_image(&[], Some(other)), &[]);
    assert!(made_up.objections.is_empty());
    assert_eq!(
        made_up.remarks[1],
        format!("the report's image id is {other}, of this image it is {config}")
    );
}

#[test]
fn scan_of_another_platform_fail() {
    let (index, sibling) = (Digest::of(b"index"), Digest::of(b"sibling"));
    let (kin, annotations) = ([index, image(), sibling], BTreeMap::new());
    let about = About {
        platform: Some("linux/arm64"),
        ..about(&kin, &annotations)
    };
    let judge = |name| {
        super::judge(
            &rule(Level::High),
            &Document::of(VULN, of_image(&[name], None)),
            &[],
            &about,
        )
        .unwrap()
    };
    assert_eq!(denied(&judge(sibling)), ["another-image"]);
    assert!(denied(&judge(index)).is_empty());
    let of_index = About {
        platform: None,
        digest: index,
        ..about.clone()
    };
    let judged = super::judge(
        &rule(Level::High),
        &Document::of(VULN, of_image(&[sibling], None)),
        &[],
        &of_index,
    )
    .unwrap();
    assert!(denied(&judged).is_empty());
    assert!(
        judged.remarks.contains(&format!("the report is of {sibling}")),
        "{judged:#?}"
    );
}

#[test]
fn scan_that_names_no_image_fail() {
    let naming = VulnerabilitiesRule {
        names_image: Demanded::Required,
        ..rule(Level::High)
    };
    assert_eq!(denied(&judged(&naming, report(json!([])), &[])).len(), 1);
    let made_up = of_image(&[], Some(Digest::of(b"other")));
    assert_eq!(denied(&judged(&naming, made_up, &[])).len(), 1);
    assert!(denied(&judged(&naming, of_image(&[], Some(Digest::of(b"config"))), &[])).is_empty());
    assert!(denied(&judged(&naming, of_image(&[image()], None), &[])).is_empty());
}

#[test]
fn a_statement_applies_to_the_product_it_names() {
    let one = || report(json!([zlib(json!({}))]));
    let hex = image().to_hex();
    for good in [
        this_image(),
        json!([{ "@id": "studio", "hashes": { "sha-256": hex } }]),
        json!([{ "@id": "pkg:oci/studio", "hashes": { "sha-256": hex }, "subcomponents": [{ "@id": "pkg:deb/debian/zlib1g" }] }]),
        json!([{ "@id": "pkg:deb/debian/zlib1g@1.2.13" }]),
        json!(["pkg:deb/debian/zlib1g"]),
        json!([{ "@id": "acme", "identifiers": { "purl": "pkg:deb/debian/zlib1g@1.2.13?arch=amd64" } }]),
    ] {
        let judged = judged(
            &triaged(Level::High),
            one(),
            &[vex("not_affected", good.clone(), NOW - DAY)],
        );
        assert!(denied(&judged).is_empty(), "{good}: {judged:#?}");
        assert!(
            judged
                .remarks
                .contains(&"0 unaddressed, 1 addressed, 0 irrelevant".to_owned())
        );
    }
}

#[test]
fn statement_about_another_product_fail() {
    let one = || report(json!([zlib(json!({}))]));
    let hex = image().to_hex();
    for other in [
        json!([{ "@id": "pkg:oci/studio" }]),
        json!([{ "@id": "pkg:oci/studio@sha256%3A0000000000000000000000000000000000000000000000000000000000000000" }]),
        json!([{ "@id": "studio" }]),
        json!([{ "@id": "pkg:deb/debian/zlib1g@1.2.12" }]),
        json!([{ "@id": "x", "hashes": { "sha-256": hex }, "subcomponents": [{ "@id": "pkg:deb/debian/zlib" }] }]),
        json!([{ "@id": "pkg:deb/debian/zlib1g", "subcomponents": [{ "@id": "pkg:deb/debian/libc6" }] }]),
        json!([{ "@id": "x", "hashes": { "sha-256": hex.to_uppercase() } }]),
        json!([]),
    ] {
        let judged = judged(
            &triaged(Level::High),
            one(),
            &[vex("not_affected", other.clone(), NOW - DAY)],
        );
        assert_eq!(denied(&judged), ["CVE-2026-0001"], "{other}");
        assert!(
            judged
                .remarks
                .contains(&"1 unaddressed, 0 addressed, 1 irrelevant".to_owned()),
            "{judged:#?}"
        );
    }
}

#[test]
fn without_a_named_signer_nothing_suppresses_fail() {
    let one = report(json!([zlib(json!({}))]));
    let judged = judged(&rule(Level::High), one, &[vex("not_affected", this_image(), NOW - DAY)]);
    assert_eq!(denied(&judged), ["CVE-2026-0001"]);
}

#[test]
fn triage_retraction_withheld_fail() {
    let one = || report(json!([zlib(json!({}))]));
    let judge = |beside: &[Document<'_>]| denied(&judged(&triaged(Level::High), one(), beside));
    let good = |signed| vex("not_affected", this_image(), signed);
    let taken_back = |signed| vex("affected", this_image(), signed);
    assert!(judge(&[good(NOW - 5 * DAY)]).is_empty());
    // what is shown counts by the time that is proven, whatever its order here and the dates inside
    for beside in [
        [good(NOW - 5 * DAY), taken_back(NOW - 4 * DAY)],
        [taken_back(NOW - 4 * DAY), good(NOW - 5 * DAY)],
        [good(NOW - 5 * DAY), taken_back(NOW - 5 * DAY)],
        [
            good(NOW - 5 * DAY),
            vex("under_investigation", json!(["pkg:deb/debian/zlib1g"]), NOW - DAY),
        ],
    ] {
        assert_eq!(judge(&beside), ["CVE-2026-0001"]);
    }
    assert!(judge(&[taken_back(NOW - 5 * DAY), good(NOW - 4 * DAY)]).is_empty());
    // where it is withheld, the age bounds how long that helps
    assert!(judge(&[good(NOW - 30 * DAY)]).is_empty());
    assert_eq!(judge(&[good(NOW - 30 * DAY - 1)]), ["CVE-2026-0001"]);
}

#[test]
fn statement_without_a_proven_time_fail() {
    let one = || report(json!([zlib(json!({}))]));
    let undated = vex("not_affected", this_image(), NOW).timed(None, None);
    let judged_by = |rule: &VulnerabilitiesRule, document| denied(&judged(rule, one(), &[document]));
    assert_eq!(judged_by(&triaged(Level::High), undated), ["CVE-2026-0001"]);
    let mut by_payload = triaged(Level::High);
    if let Some(triage) = &mut by_payload.triage {
        triage.demand.dated_by = DatedBy::Payload;
    }
    let undated = || vex("not_affected", this_image(), NOW).timed(None, None);
    assert!(judged_by(&by_payload, undated()).is_empty());
    // signed before the date that it gives itself
    let contradiction = undated().timed(None, Some(NOW - 10 * DAY));
    assert_eq!(judged_by(&by_payload, contradiction), ["CVE-2026-0001"]);
    // its order is unknown, so it neither precedes nor follows
    let both = [undated(), vex("affected", this_image(), NOW - 20 * DAY)];
    assert!(denied(&judged(&by_payload, one(), &both)).contains(&"CVE-2026-0001".to_owned()));
}

#[test]
fn statement_without_a_justification_fail() {
    let predicate = json!({
        "@context": "https://openvex.dev/ns/v0.2.0",
        "statements": [{ "vulnerability": { "name": "CVE-2026-0001" }, "status": "not_affected" }],
    });
    let bare = Document::of(OPENVEX, predicate).timed(Some(NOW), Some(NOW));
    let judged = judged(&triaged(Level::High), report(json!([zlib(json!({}))])), &[bare]);
    assert_eq!(denied(&judged), ["CVE-2026-0001"]);
    assert!(
        judged.objections[0].found.contains("without a justification"),
        "{judged:#?}"
    );
}

#[test]
fn triage_that_cannot_be_read_undecided() {
    let one = || report(json!([zlib(json!({}))]));
    let broken = |signed| {
        Document::of(OPENVEX, json!({ "@context": "https://openvex.dev/ns" })).timed(Some(signed), Some(signed))
    };
    let good = || vex("not_affected", this_image(), NOW - 5 * DAY);
    let judge = |broken| judged(&triaged(Level::High), one(), &[good(), broken]);
    let newer = judge(broken(NOW - DAY));
    assert_eq!(effects(&newer, Effect::LeavesUndecided), ["CVE-2026-0001"]);
    assert!(denied(&newer).is_empty());
    let older = judge(broken(NOW - 6 * DAY));
    assert!(effects(&older, Effect::LeavesUndecided).is_empty());
    assert!(denied(&older).is_empty());
}

#[test]
fn more_statements_than_can_be_compared_undecided() {
    let statement = json!({ "vulnerability": { "name": "CVE-2026-0001" }, "status": "fixed" });
    let predicate = json!({ "@context": "https://openvex.dev/ns", "statements": vec![statement; 50_000] });
    let beside = [Document::of(OPENVEX, predicate).timed(Some(NOW), Some(NOW))];
    let packages: Vec<Value> = (0..=limits::STATEMENTS_COMPARED / 50_000)
        .map(|number| zlib(json!({ "PkgIdentifier": { "PURL": format!("pkg:deb/debian/zlib{number}") } })))
        .collect();
    let judged = judged(&triaged(Level::High), report(json!(packages)), &beside);
    assert_eq!(effects(&judged, Effect::LeavesUndecided), ["CVE-2026-0001"]);
    assert!(denied(&judged).is_empty());
}

#[test]
fn one_advisory_of_several_vulnerabilities_is_not_answered_by_one_fail() {
    let grype = |related: Value| {
        json!({ "scanner": { "result": {
            "matches": [{
                "vulnerability": { "id": "ELSA-2026-1", "severity": "High", "fix": { "versions": [], "state": "fixed" } },
                "relatedVulnerabilities": related,
                "artifact": { "name": "zlib", "version": "1", "purl": "pkg:rpm/ol/zlib@1" },
            }],
            "source": { "type": "image", "target": {} },
        } } })
    };
    let beside = [vex("not_affected", this_image(), NOW - DAY)];
    let of_one = grype(json!([{ "id": "CVE-2026-0001" }]));
    assert!(denied(&judged(&triaged(Level::High), of_one, &beside)).is_empty());
    let of_two = grype(json!([{ "id": "CVE-2026-0001" }, { "id": "CVE-2026-0002" }]));
    assert_eq!(denied(&judged(&triaged(Level::High), of_two, &beside)), ["ELSA-2026-1"]);
}

#[test]
fn triage_past_its_expiry_fail() {
    let ignore = |expiry: &str| {
        let data = format!("# reviewed\nCVE-2026-0001 exp:{expiry}\n");
        Document::of("https://cosign.sigstore.dev/attestation/v1", json!({ "Data": data }))
            .timed(Some(NOW - DAY), Some(NOW - DAY))
    };
    let judge = |expiry| {
        judged(
            &triaged(Level::High),
            report(json!([zlib(json!({}))])),
            &[ignore(expiry)],
        )
    };
    assert!(denied(&judge("2026-11-23")).is_empty());
    let over = judge("2026-11-22");
    assert_eq!(denied(&over), ["CVE-2026-0001"]);
    let note = over
        .objections
        .iter()
        .find(|objection| objection.effect == Effect::Informs)
        .unwrap();
    assert_eq!(note.found, "it held until 2026-11-22");
}

#[test]
fn more_than_can_be_listed_still_denies_fail() {
    let many: Vec<Value> = (0..limits::DENIED_LISTED + 7)
        .map(|number| zlib(json!({ "VulnerabilityID": format!("CVE-2026-{number:05}") })))
        .collect();
    let judged = judged(&rule(Level::High), report(json!(many)), &[]);
    assert_eq!(judged.objections.len(), limits::DENIED_LISTED + 1);
    let last = judged.objections.last().unwrap();
    assert_eq!(
        (last.effect, last.message.as_str()),
        (Effect::Denies, "and 7 more, not listed")
    );
}

#[test]
fn reports_of_other_formats_are_not_looked_at() {
    let one = Document::of(VULN, report(json!([])));
    assert!(is_meant(&rule(Level::High), &one));
    let other = VulnerabilitiesRule {
        formats: vec![Format::Grype],
        ..rule(Level::High)
    };
    assert!(!is_meant(&other, &one));
    assert!(is_meant(&other, &Document::of(VULN, json!({}))));
    assert_eq!(date(&one), Ok(Some(NOW - 16 * 3_600)));
}
