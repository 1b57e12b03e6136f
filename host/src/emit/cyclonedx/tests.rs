use std::collections::BTreeSet;

use super::*;
use crate::emit::expected::assert_expected;
use crate::emit::fixture;

fn rendered(run: &Run) -> String {
    let mut out = Vec::new();
    emit(run, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn read(run: &Run) -> Value {
    serde_json::from_str(&rendered(run)).unwrap()
}

fn only(number: usize) -> Run {
    let mut run = fixture::run();
    run.sightings.clear();
    run.images = vec![run.images.swap_remove(number)];
    run
}

fn each(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[test]
fn documents_are_as_expected() {
    assert_expected("src/emit/expected/cyclonedx.json", &rendered(&fixture::run()));
    assert_expected("src/emit/expected/cyclonedx-one.json", &rendered(&only(1)));
}

/// What the schema demands, by hand; docs/reports.md has the command that asks the schema itself.
#[test]
fn references_are_unique_and_point_at_something() {
    for run in [fixture::run(), fixture::hostile(), only(0), only(1), only(2)] {
        let document = read(&run);
        let mut references = BTreeSet::new();
        let mut add = |value: &Value| {
            let reference = value["bom-ref"].as_str().unwrap().to_owned();
            assert!(references.insert(reference.clone()), "{reference} twice");
        };
        let subject = &document["metadata"]["component"];
        subject.is_object().then(|| add(subject));
        for component in each(&document["components"]) {
            add(component);
            each(&component["components"]).for_each(&mut add);
        }
        each(&document["vulnerabilities"]).for_each(&mut add);
        for one in each(&document["vulnerabilities"]) {
            for affected in each(&one["affects"]) {
                assert!(references.contains(affected["ref"].as_str().unwrap()), "{affected}");
            }
            let severity = one["ratings"][0]["severity"].as_str().unwrap();
            assert!(["critical", "high", "medium", "low", "info", "none", "unknown"].contains(&severity));
        }
    }
}

#[test]
fn one_image_is_what_the_document_is_about() {
    let document = read(&only(1));
    let image = &document["metadata"]["component"];
    assert_eq!(
        (&image["type"], &image["name"]),
        (&json!("container"), &json!("ghcr.io/acme/web"))
    );
    assert!(image["purl"].as_str().unwrap().starts_with("pkg:oci/web@sha256%3A2222"));
    let properties = document["metadata"]["properties"].to_string();
    for value in [
        "gitlab:meta:schema_version",
        "image:name",
        "image:tag",
        "operating_system:name",
        "\"12.8\"",
    ] {
        assert!(properties.contains(value), "{value} is not in {properties}");
    }
    let several = read(&fixture::run());
    assert_eq!(several["metadata"].get("component"), None);
    let types: Vec<&Value> = each(&several["components"]).map(|one| &one["type"]).collect();
    assert_eq!(types, [&json!("container"); 3]);
}

#[test]
fn what_was_said_of_a_vulnerability_is_its_analysis() {
    let document = read(&only(1));
    let state = |id: &str| {
        let found = each(&document["vulnerabilities"]).find(|one| one["id"] == id);
        found.unwrap()["analysis"]["state"]
            .as_str()
            .unwrap_or("none")
            .to_owned()
    };
    let found = ["1", "2", "3", "7"].map(|number| state(&format!("CVE-2026-000{number}")));
    assert_eq!(found, ["none", "not_affected", "exploitable", "in_triage"]);
}

#[test]
fn what_is_not_known_is_no_complete_document() {
    let aggregate = |run: &Run| read(run)["compositions"][0]["aggregate"].as_str().unwrap().to_owned();
    assert_eq!(aggregate(&only(0)), "unknown");
    assert_eq!(aggregate(&only(1)), "incomplete");
    let mut untold = only(0);
    untold.images[0].report.contents = None;
    assert_eq!(aggregate(&untold), "incomplete");
    let failed = Run::failed(Vec::new(), untold.tool);
    assert_eq!(aggregate(&failed), "incomplete");
    assert!(
        read(&failed)["metadata"]["properties"]
            .to_string()
            .contains("no image was checked")
    );
}

#[test]
fn a_package_of_two_documents_is_one_component() {
    let mut run = only(0);
    let before = read(&run)["components"].as_array().unwrap().len();
    let inventories = &mut run.images[0].report.contents.as_mut().unwrap().inventories;
    let mut other = inventories[0].clone();
    other.evidence = fixture::digest(0xa9);
    inventories.push(other);
    let document = read(&run);
    assert_eq!(document["components"].as_array().unwrap().len(), before);
    assert!(document["components"].to_string().contains(&fixture::digest(0xa9)));
}

#[test]
fn the_serial_number_is_of_the_check() {
    let number = |run: &Run| read(run)["serialNumber"].as_str().unwrap().to_owned();
    assert_eq!(number(&only(0)), number(&only(0)));
    assert_ne!(number(&only(0)), number(&only(1)));
    let mut later = only(0);
    later.images[0].report.time += 1;
    assert_ne!(number(&later), number(&only(0)));
}
