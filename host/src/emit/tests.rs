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

/// The case `log-hostile-text-format`: identities, artifact types and error bodies that hold commands for a log.
#[test]
fn log_hostile_text_format() {
    let own = [
        "::error ",
        "::warning ",
        "::notice ",
        "::group::portcullis",
        "::endgroup::",
    ];
    for run in [fixture::hostile(), hostile_faults()] {
        for (format, detail) in formats().flat_map(|format| {
            [
                (format, Detail::Quiet),
                (format, Detail::Normal),
                (format, Detail::Verbose),
            ]
        }) {
            let log = rendered(
                format,
                &run,
                Style {
                    detail,
                    ..Style::default()
                },
            );
            let own = |line: &&str| format == Format::GitHub && own.iter().any(|command| line.starts_with(command));
            let (commands, rest): (Vec<_>, Vec<_>) = log.lines().partition(own);
            fixture::assert_harmless_log(&rest.join("\n"));
            for command in commands {
                assert!(
                    !command.contains("##") && !command.chars().any(char::is_control),
                    "{command}"
                );
                assert!(
                    !command[2..].contains("::error::") || command.contains("%250A"),
                    "{command}"
                );
            }
        }
    }
}

/// A stranger's text adds no line to any format whose lines do not depend on its length.
#[test]
fn hostile_text_adds_no_line() {
    for format in [Format::Json, Format::GitLabCodeQuality] {
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
    for format in [Format::Json, Format::GitLabCodeQuality] {
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
