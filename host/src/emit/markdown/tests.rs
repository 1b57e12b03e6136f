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
