//! What holds for every format.

use super::*;
use crate::run::Fault;
use crate::terminal::Colour;

fn rendered(format: Format, run: &Run, style: Style) -> String {
    let mut out = Vec::new();
    emit(format, run, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn formats() -> impl Iterator<Item = Format> {
    FORMATS.into_iter().map(|name| Format::named(name).unwrap())
}

/// Errors with text of strangers in them, such as an answer of a registry.
fn hostile_faults() -> Run {
    let text = || format!("a{}", fixture::ATTACK);
    let mut error = fixture::hostile().warnings[0].clone();
    error.level = crate::wit::diagnostics::Level::Error;
    let faults = vec![
        Fault::Usage {
            message: text(),
            hint: Some(text()),
        },
        Fault::Policy(error),
        Fault::Bug {
            image: text(),
            place: text(),
        },
    ];
    Run {
        faults,
        ..fixture::hostile()
    }
}

/// A line without the marks that the format itself puts at its beginning.
fn strangers_part(format: Format, line: &str) -> &str {
    let marks: &[&str] = match format {
        Format::GitHub => &[
            "::error ",
            "::warning ",
            "::notice ",
            "::group::portcullis",
            "::endgroup::",
        ],
        Format::Markdown => &["### ", "## "],
        Format::Azure => &["##vso[", "##[group]", "##[endgroup]"],
        Format::TeamCity => &["##teamcity["],
        // whole lines of its own; its tests count them
        Format::GitLab if line.starts_with("\u{1b}[0Ksection_") => return "",
        _ => &[],
    };
    let own = marks.iter().find_map(|mark| line.strip_prefix(mark));
    own.unwrap_or(line)
}

/// The case `log-hostile-text-format`: identities, artifact types and error bodies that hold commands for a log.
#[test]
fn log_hostile_text_format() {
    for run in [fixture::hostile(), hostile_faults()] {
        for format in formats() {
            for detail in [Detail::Quiet, Detail::Normal, Detail::Verbose] {
                let style = Style {
                    detail,
                    ..Style::default()
                };
                for line in rendered(format, &run, style).lines() {
                    fixture::assert_harmless_log(strangers_part(format, line));
                }
            }
        }
    }
}

/// A run that ended before it began, and one about nothing.
#[test]
fn no_format_is_lost_for_words_without_images() {
    let usage = Fault::Usage {
        message: "the reason".to_owned(),
        hint: None,
    };
    for format in formats() {
        let failed = rendered(
            format,
            &Run::failed(vec![usage.clone()], Default::default()),
            Style::default(),
        );
        let says_why = !matches!(format, Format::GitLabDotenv | Format::GitLabAnnotations);
        assert_eq!(failed.contains("the reason"), says_why, "{format:?}: {failed}");
        rendered(format, &Run::failed(Vec::new(), Default::default()), Style::default());
    }
}

/// A stranger's text adds no line to any format whose lines do not depend on its length.
#[test]
fn hostile_text_adds_no_line() {
    for format in [
        Format::Json,
        Format::Markdown,
        Format::Csv,
        Format::JUnit,
        Format::Sarif,
        Format::GitLabCodeQuality,
        Format::GitLabDotenv,
        Format::GitLabAnnotations,
    ] {
        let lines = |run: &Run| rendered(format, run, Style::default()).lines().count();
        assert_eq!(lines(&fixture::hostile()), lines(&fixture::run()));
    }
}

#[test]
fn colour_is_for_people_only() {
    let coloured = Style {
        colour: Colour::Always,
        ..Style::default()
    };
    let for_people = [
        Format::Text,
        Format::GitHub,
        Format::GitLab,
        Format::Azure,
        Format::TeamCity,
        Format::Buildkite,
    ];
    for format in formats().filter(|format| !for_people.contains(format)) {
        assert!(!rendered(format, &fixture::run(), coloured).contains('\u{1b}'));
    }
}

#[test]
fn no_format_changes_the_answer() {
    let run = fixture::run();
    let before = (run.exit(), run.verdict());
    formats().for_each(|format| drop(rendered(format, &run, Style::default())));
    assert_eq!((run.exit(), run.verdict()), before);
}
