//! What the vendor's scripts and scanners signed, from the layouts in tests/fixtures.

use super::*;

/// The statements of one type in a layout, in the order of their scan dates.
fn of_layout(layout: &str, predicate_type: &str) -> Vec<Value> {
    let folder = format!(
        "{}/../tests/fixtures/keyless/{layout}/blobs/sha256",
        env!("CARGO_MANIFEST_DIR")
    );
    let blobs = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    let payload = |blob: Vec<u8>| {
        let bundle: Value = serde_json::from_slice(&blob).ok()?;
        let payload = bundle["dsseEnvelope"]["payload"].as_str()?;
        let payload = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, payload).unwrap();
        serde_json::from_slice::<Value>(&payload).ok()
    };
    let mut predicates: Vec<Value> = blobs
        .filter_map(payload)
        .filter(|statement| statement["predicateType"] == predicate_type)
        .map(|statement| statement["predicate"].clone())
        .collect();
    predicates.sort_by_key(|predicate| predicate["metadata"]["scanFinishedOn"].to_string());
    predicates
}

fn fixable(fail_on: Level) -> VulnerabilitiesRule {
    VulnerabilitiesRule {
        fixable_only: true,
        ..triaged(fail_on)
    }
}

#[test]
fn a_scan_that_improved_holds() {
    let reports = of_layout("scan-improved", VULN);
    let [before, after] = reports.as_slice() else {
        panic!("{reports:#?}")
    };
    assert!(!denied(&judged(&fixable(Level::High), before.clone(), &[])).is_empty());
    let judged = judged(&fixable(Level::High), after.clone(), &[]);
    assert!(judged.objections.is_empty(), "{judged:#?}");
    assert!(
        judged.remarks.contains(&"1 without a known fix".to_owned()),
        "{judged:#?}"
    );
}

#[test]
fn scan_that_regressed_fail() {
    let reports = of_layout("scan-regressed", VULN);
    // the one that was signed last has the older date inside
    assert_eq!(
        denied(&judged(&fixable(Level::High), reports[0].clone(), &[])),
        ["CVE-2026-4444", "CVE-2026-1111"]
    );
}

#[test]
fn the_vendors_map_and_list_address_the_same() {
    for (layout, irrelevant) in [("vendor", 1), ("triage-list", 0)] {
        let report = of_layout("vendor", VULN).remove(0);
        let triage = of_layout(layout, TRIAGE).remove(0);
        let beside = [Document::of(TRIAGE, triage).timed(Some(NOW - DAY), Some(NOW - DAY))];
        let judged = judged(&triaged(Level::Low), report, &beside);
        assert_eq!(denied(&judged), ["CVE-2026-3333", "CVE-2026-2222"], "{layout}");
        assert!(
            effects(&judged, Effect::Informs).contains(&"CVE-2023-45853".to_owned()),
            "{layout}"
        );
        let counts = format!("2 unaddressed, 1 addressed, {irrelevant} irrelevant");
        assert!(judged.remarks.contains(&counts), "{layout}: {judged:#?}");
    }
}

#[test]
fn the_vendors_openvex_is_about_another_product() {
    let report = of_layout("vendor", VULN).remove(0);
    let vex = of_layout("vendor", "https://openvex.dev/ns").remove(0);
    let beside = [Document::of("https://openvex.dev/ns", vex).timed(Some(NOW - DAY), Some(NOW - DAY))];
    let judged = judged(&triaged(Level::Critical), report, &beside);
    assert_eq!(denied(&judged), ["CVE-2023-45853"]);
    let notes = judged
        .objections
        .iter()
        .filter(|objection| objection.effect == Effect::Informs);
    let notes: Vec<&str> = notes.map(|note| note.message.as_str()).collect();
    assert_eq!(
        notes,
        [
            "what OpenVEX by `release` says of `CVE-2020-0001` is about another product",
            "what OpenVEX by `release` says of `CVE-2026-1111` is about another product",
        ]
    );
}
