//! The text as people see it, and that no stranger can write a line of it.

use super::*;
use crate::emit::expected::assert_expected;
use crate::emit::fixture;
use crate::terminal::Colour;

fn rendered(run: &Run, style: Style) -> String {
    let mut out = Vec::new();
    emit(run, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn detail(detail: Detail) -> Style {
    Style {
        detail,
        ..Style::default()
    }
}

#[test]
fn normal_text_is_as_expected() {
    assert_expected(
        "src/emit/expected/text.txt",
        &rendered(&fixture::run(), Style::default()),
    );
}

#[test]
fn verbose_text_is_as_expected() {
    assert_expected(
        "src/emit/expected/text-verbose.txt",
        &rendered(&fixture::run(), detail(Detail::Verbose)),
    );
}

#[test]
fn quiet_shows_what_denies_only() {
    assert_expected(
        "src/emit/expected/text-quiet.txt",
        &rendered(&fixture::run(), detail(Detail::Quiet)),
    );
    let mut allowed = fixture::run();
    allowed.images.truncate(1);
    allowed.weakenings.clear();
    allowed.sightings.truncate(0);
    assert_eq!(rendered(&allowed, detail(Detail::Quiet)), "");
}

#[test]
fn colours_add_escapes_and_nothing_else() {
    let coloured = rendered(
        &fixture::run(),
        Style {
            colour: Colour::Always,
            ..Style::default()
        },
    );
    assert_expected("src/emit/expected/text-colour.txt", &coloured.replace('\u{1b}', "␛"));
    let mut plain = coloured;
    for code in ["0", "1", "2", "1;31", "1;32", "1;33"] {
        plain = plain.replace(&format!("\u{1b}[{code}m"), "");
    }
    assert_eq!(plain, rendered(&fixture::run(), Style::default()));
}

#[test]
fn hostile_text_stays_text() {
    for level in [Detail::Quiet, Detail::Normal, Detail::Verbose] {
        for width in [40, 80, 200] {
            fixture::assert_harmless_log(&rendered(&fixture::hostile(), Style { width, ..detail(level) }));
        }
    }
}

#[test]
fn lines_keep_to_the_width_where_words_allow() {
    for width in [72, 80, 120] {
        let text = rendered(
            &fixture::run(),
            Style {
                width,
                ..Style::default()
            },
        );
        // the verdict stays one line
        let lines = text.lines().filter(|line| !line.contains("; exit "));
        for line in lines.filter(|line| line.chars().count() > width) {
            let words = line.split_whitespace().map(|word| word.chars().count()).max();
            assert!(words > Some(width - 40), "{line}");
        }
    }
}

#[test]
fn faults_have_place_and_hint() {
    let usage = Fault::Usage {
        message: "no image".to_owned(),
        hint: Some("name one".to_owned()),
    };
    let policy = Fault::Policy(fixture::run().warnings[0].clone());
    let bug = Fault::Bug {
        image: "ghcr.io/acme/api".to_owned(),
        place: "unreachable".to_owned(),
    };
    let run = Run::failed(vec![usage, policy, bug], Default::default());
    let expected = "\
error: no image
hint:  name one
error: portcullis.yaml:9:5: signer `ops` does without the transparency log
hint:  remove `transparency-log` when its signatures are logged
error: bug in portcullis while judging ghcr.io/acme/api: unreachable
undecided: 0 images; exit 70 (bug in portcullis)
";
    assert_eq!(rendered(&run, Style::default()), expected);
}

#[test]
fn a_bug_before_any_image_names_none() {
    let bug = Fault::Bug {
        image: String::new(),
        place: "unreachable".to_owned(),
    };
    let shown = rendered(&Run::failed(vec![bug], Default::default()), Style::default());
    assert!(shown.starts_with("error: bug in portcullis: unreachable\n"), "{shown}");
}

/// What was proven and says the wrong thing is not called `verified` where it denies.
#[test]
fn a_denial_for_what_documents_say_shows_the_verdict() {
    let mut run = fixture::run();
    let rule = &mut run.images[1].report.rules[0];
    rule.class = crate::wit::basics::ResultClass::Verified;
    let shown = rendered(&run, Style::default());
    assert!(shown.contains(" deny ("), "{shown}");
    assert!(!shown.contains(" verified ("), "{shown}");
}
