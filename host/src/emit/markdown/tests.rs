//! The document, with text of strangers in it and too much of it.

use super::*;
use crate::emit::expected::assert_expected;
use crate::emit::fixture;

#[test]
fn summary_is_as_expected() {
    assert_expected("src/emit/expected/markdown.md", &document(&fixture::run(), LIMIT));
}

#[test]
fn strangers_cannot_write_markdown_or_html() {
    let friendly = document(&fixture::run(), LIMIT);
    let hostile = document(&fixture::hostile(), LIMIT);
    for structure in ["<", ">", "|", "`", "@", "\n", "[", "](", "*", "\"", "://"] {
        assert_eq!(
            hostile.matches(structure).count(),
            friendly.matches(structure).count(),
            "{structure:?}"
        );
    }
}

#[test]
fn what_does_not_fit_is_counted() {
    let mut run = fixture::run();
    run.images = (0..40).map(|_| fixture::run().images[1].clone()).collect();
    let document = document(&run, 20_000);
    assert!(document.len() <= 20_000);
    assert!(document.contains("**Truncated:** "), "{document}");
}

/// One image with everything that a scanner can find does not hide its own table, nor the other images.
#[test]
fn ten_thousand_findings_leave_room() {
    let mut run = fixture::run();
    let finding = run.images[1].report.rules[0].findings[0].clone();
    run.images[1].report.rules[0].findings = (0..10_000)
        .map(|number| crate::wit::report::Finding {
            id: format!("CVE-2026-{number}"),
            expected: String::new(),
            found: String::new(),
            near_misses: Vec::new(),
            hint: None,
            ..finding.clone()
        })
        .collect();
    let document = document(&run, 1_000_000);
    assert!(document.len() <= 1_000_000);
    assert!(!document.contains("**Truncated:**"));
    for image in &run.images {
        assert!(document.contains(&code(&image.report.reference)));
    }
    let more = document.split("- and ").nth(1).unwrap().split(' ').next().unwrap();
    assert!(more.parse::<usize>().unwrap() > 9_000, "{more}");
}

#[test]
fn exceptions_stand_with_what_they_let_through() {
    let mut run = fixture::run();
    let finding = &mut run.images[1].report.rules[0].findings[0];
    finding.effect = crate::wit::report::Effect::Waived;
    finding.exception = Some(crate::wit::report::Exception {
        line: 40,
        owner: "security".to_owned(),
        reason: "not compiled in".to_owned(),
        ticket: None,
        expires: "2026-12-31".to_owned(),
    });
    let document = document(&run, LIMIT);
    let expected = code("excepted until 2026-12-31 by security: not compiled in (line 40)");
    let expected = expected.trim_start_matches("<code>").trim_end_matches("</code>");
    assert!(document.contains(expected), "{document}");
}
