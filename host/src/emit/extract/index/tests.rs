//! The index of a directory, and the words about it.

use schemars::generate::SchemaSettings;
use serde_json::Value;
use std::path::PathBuf;

use super::*;
use crate::emit::expected::assert_expected;
use crate::emit::fixture;
use crate::emit::schema::assert_valid;
use crate::emit::{Detail, Style};
use crate::run::Run;
use crate::wit::evidence::Outcome as Tried;
use crate::wit::extraction::{Answer, Content, Extraction, File as Handed, Item, Outcome, Proven, Uncounted};

/// Of everything that the fixture's first image has: what was proven handed out, the rest left out, one of it admitted.
fn extracted(run: &Run) -> Extracted {
    let all = run.images.iter().flat_map(|image| &image.report.evidence);
    let (mut items, mut uncounted) = (Vec::new(), Vec::new());
    for evidence in all {
        let file = Handed {
            content: Content::Statement,
            bytes: b"{}".to_vec(),
        };
        let files = vec![file];
        let evidence = evidence.clone();
        match evidence
            .attempts
            .first()
            .map(|one| (one.signer.clone(), one.outcome.clone()))
        {
            Some((signer, Tried::Verified(proof))) => items.push(Item {
                evidence,
                standing: Standing::Verified(Proven {
                    signer,
                    principal: proof.principal,
                    time: proof.time,
                }),
                files,
            }),
            Some((_, Tried::Rejected(rejection))) if uncounted.is_empty() => {
                uncounted.push(Uncounted { evidence, rejection });
            }
            Some((_, Tried::Rejected(rejection))) => items.push(Item {
                evidence,
                standing: Standing::Unverified(rejection),
                files,
            }),
            None => {}
        }
    }
    let written = items.iter().enumerate().map(|(item, one)| Written {
        item,
        content: Content::Statement,
        path: Some(PathBuf::from(format!("out/{}.json", crate::extract::stem(one)))),
        digest: crate::digest::Digest::of(b"{}").to_string(),
        size: 2,
    });
    let answer = |asked: &str, outcome, reason: &str| Answer {
        asked: asked.to_owned(),
        outcome,
        reason: reason.to_owned(),
        hint: Some("`portcullis list` shows what there is".to_owned()),
    };
    Extracted {
        reference: run.images[0].report.reference.clone(),
        name: run.images[0].report.name.clone(),
        written: written.collect(),
        extraction: Extraction {
            digest: run.images[0].report.digest.clone(),
            answers: vec![
                answer("signature", Outcome::Found, "1 handed out"),
                answer(
                    "slsa",
                    Outcome::Refused,
                    "1 found, none of them by a signer that is trusted",
                ),
                answer("vuln", Outcome::Nothing, "the image has none: looked everywhere"),
                answer(&run.images[0].report.reference, Outcome::Undecided, "503"),
            ],
            items,
            uncounted,
            failures: run.images[2].report.failures.clone(),
            warnings: run.warnings.clone(),
        },
        weakenings: run.weakenings.clone(),
        contacted: run.contacted.clone(),
    }
}

fn json(extracted: &Extracted) -> String {
    let mut out = Vec::new();
    emit(extracted, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn told(extracted: &Extracted, detail: Detail) -> String {
    let mut out = Vec::new();
    let style = Style {
        detail,
        ..Style::default()
    };
    crate::emit::extract::emit(extracted, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn index_fits_its_published_schema() {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let schema = generator.into_root_schema_for::<Document>().to_value();
    assert_expected(
        "../docs/extract.schema.json",
        &(serde_json::to_string_pretty(&schema).unwrap() + "\n"),
    );
    for run in [fixture::run(), fixture::hostile()] {
        let document: Value = serde_json::from_str(&json(&extracted(&run))).unwrap();
        assert_valid(&schema, &document);
    }
}

#[test]
fn words_are_as_expected() {
    let extracted = extracted(&fixture::run());
    assert_expected("src/emit/expected/extract.txt", &told(&extracted, Detail::Normal));
    assert_expected("src/emit/expected/extract-quiet.txt", &told(&extracted, Detail::Quiet));
}

#[test]
fn hostile_text_stays_text() {
    let extracted = extracted(&fixture::hostile());
    fixture::assert_harmless_log(&json(&extracted));
    fixture::assert_harmless_log(&told(&extracted, Detail::Verbose));
    for written in &extracted.written {
        let name = written.path.as_ref().unwrap().file_name().unwrap().to_str().unwrap();
        assert!(
            name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.'),
            "{name}"
        );
    }
}

#[test]
fn the_worst_answer_decides() {
    use crate::exit::Exit;
    let mut extracted = extracted(&fixture::run());
    for expected in [Exit::Deny, Exit::Undecided, Exit::Nothing, Exit::Allow] {
        assert_eq!(extracted.exit(), expected);
        let worst = match expected {
            Exit::Deny => Outcome::Refused,
            Exit::Undecided => Outcome::Undecided,
            _ => Outcome::Nothing,
        };
        extracted.extraction.answers.retain(|answer| answer.outcome != worst);
    }
    extracted.extraction.answers.clear();
    assert_eq!(extracted.exit(), Exit::Nothing);
}
