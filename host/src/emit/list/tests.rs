//! The list as table and as JSON.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::*;
use crate::emit::expected::assert_expected;
use crate::emit::fixture;
use crate::emit::schema::assert_valid;
use crate::listing::{Beginning, Stranger};
use crate::run::Run;

fn listing(run: Run) -> Listing {
    let failures = run.images[2].report.failures.clone();
    let report = &run.images[0].report;
    Listing {
        reference: report.reference.clone(),
        name: report.name.clone(),
        digest: report.digest.clone(),
        strangers: vec![Stranger {
            manifest: Beginning {
                digest: format!("sha256:{}", "5".repeat(64)),
                bytes: b"{\n  \"a\": \"::error::x\"\n}\x1b[2J\xff".to_vec(),
                left_out: 3,
            },
            layer: Some(Beginning {
                digest: format!("sha256:{}", "6".repeat(64)),
                bytes: vec![b'x'; 100],
                left_out: 0,
            }),
        }],
        failures,
        warnings: run.warnings.clone(),
        weakenings: run.weakenings.clone(),
        contacted: run.contacted.clone(),
        evidence: run
            .images
            .iter()
            .flat_map(|image| image.report.evidence.clone())
            .collect(),
    }
}

fn drawn(listing: &Listing, style: Style) -> String {
    let mut out = Vec::new();
    table(listing, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn json(listing: &Listing) -> String {
    let mut out = Vec::new();
    json::emit(listing, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn tables_are_as_expected() {
    let listing = listing(fixture::run());
    assert_expected("src/emit/expected/list.txt", &drawn(&listing, Style::default()));
    assert_expected(
        "src/emit/expected/list-wide.txt",
        &drawn(
            &listing,
            Style {
                width: 160,
                ..Style::default()
            },
        ),
    );
    assert_expected(
        "src/emit/expected/list-verbose.txt",
        &drawn(
            &listing,
            Style {
                detail: Detail::Verbose,
                ..Style::default()
            },
        ),
    );
}

#[test]
fn json_fits_its_published_schema() {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let schema = generator.into_root_schema_for::<json::Document>().to_value();
    assert_expected(
        "../docs/list.schema.json",
        &(serde_json::to_string_pretty(&schema).unwrap() + "\n"),
    );
    assert_expected("src/emit/expected/list.json", &json(&listing(fixture::run())));
    for run in [fixture::run(), fixture::hostile()] {
        let document: Value = serde_json::from_str(&json(&listing(run))).unwrap();
        assert_valid(&schema, &document);
    }
}

#[test]
fn hostile_text_stays_text() {
    let listing = listing(fixture::hostile());
    fixture::assert_harmless_log(&json(&listing));
    for width in [40, 80, 160] {
        fixture::assert_harmless_log(&drawn(
            &listing,
            Style {
                width,
                detail: Detail::Verbose,
                ..Style::default()
            },
        ));
    }
}

#[test]
fn nothing_found_is_told_apart_from_nothing_seen() {
    let mut listing = listing(fixture::run());
    listing.evidence.clear();
    assert!(drawn(&listing, Style::default()).contains("not everything could be looked at"));
    assert_eq!(listing.exit(), crate::exit::Exit::Undecided);
    listing.failures.clear();
    assert!(drawn(&listing, Style::default()).contains("looked everywhere, found nothing"));
    assert_eq!(listing.exit(), crate::exit::Exit::Allow);
}

#[test]
fn sizes_are_short() {
    let sizes = [0, 999, 1_000, 9_421, 999_999, 1_204_511, 52_428_800, 3_000_000_000]
        .map(|bytes| words::size(bytes).to_string());
    assert_eq!(
        sizes,
        [
            "0 B", "999 B", "1.0 kB", "9.4 kB", "999.9 kB", "1.2 MB", "52.4 MB", "3.0 GB"
        ]
    );
}
