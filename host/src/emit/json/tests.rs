//! The JSON report against its schema, and against hostile text.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::*;
use crate::emit::expected::assert_expected;
use crate::emit::fixture;
use crate::emit::schema::assert_valid;

fn rendered(run: &Run) -> String {
    let mut out = Vec::new();
    emit(run, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    generator.into_root_schema_for::<Document>().to_value()
}

#[test]
fn schema_is_published() {
    assert_expected(
        "../docs/report.schema.json",
        &(serde_json::to_string_pretty(&schema()).unwrap() + "\n"),
    );
}

#[test]
fn report_is_as_expected() {
    assert_expected("src/emit/expected/report.json", &rendered(&fixture::run()));
}

#[test]
fn every_run_fits_the_schema() {
    let usage = Fault::Usage {
        message: "no image".to_owned(),
        hint: Some("name one".to_owned()),
    };
    let policy = Fault::Policy(fixture::run().warnings[0].clone());
    let bug = Fault::Bug {
        image: "a".to_owned(),
        place: "unreachable".to_owned(),
    };
    for run in [
        fixture::run(),
        fixture::hostile(),
        Run::failed(vec![usage, policy, bug], Default::default()),
    ] {
        assert_valid(&schema(), &serde_json::from_str(&rendered(&run)).unwrap());
    }
}

#[test]
fn failure_has_the_same_keys_as_success() {
    let keys = |run: &Run| {
        let document: Value = serde_json::from_str(&rendered(run)).unwrap();
        document.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    let failed = Run::failed(
        vec![Fault::Usage {
            message: String::new(),
            hint: None,
        }],
        Default::default(),
    );
    assert_eq!(keys(&failed), keys(&fixture::run()));
    let document: Value = serde_json::from_str(&rendered(&failed)).unwrap();
    assert_eq!(
        (&document["verdict"], &document["exit_code"]),
        (&"undecided".into(), &2.into())
    );
}

#[test]
fn hostile_text_is_data() {
    let document = rendered(&fixture::hostile());
    fixture::assert_harmless_log(&document);
    let parsed: Value = serde_json::from_str(&document).unwrap();
    let reference = parsed["images"][0]["reference"].as_str().unwrap();
    assert_eq!(reference, format!("ghcr.io/acme/api:v1.4.2{}", fixture::ATTACK));
}
