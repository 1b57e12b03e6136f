//! The keys of a `provenance` rule.

use super::*;
use crate::policy::faults::Faults;
use crate::policy::files::Files;
use crate::policy::table::{Shape, provenance::PROVENANCE};
use crate::policy::{shape, tests, yaml};
use crate::wit::diagnostics::Diagnostic;

/// The rule and the warnings, or the errors.
fn read(document: &str) -> Result<(ProvenanceRule, Vec<Diagnostic>), Vec<Diagnostic>> {
    let source = tests::source(document);
    let mut faults = Faults::new("portcullis.yaml");
    let node = yaml::read(document.as_bytes(), &mut faults).unwrap();
    shape::check(&node, &Shape::Mapping(&PROVENANCE), &mut faults);
    let mut lower = Lower {
        faults,
        files: Files::new(&source),
    };
    let rule = lower.provenance(&node);
    let warnings = lower.faults.finish()?;
    Ok((rule.unwrap(), warnings))
}

#[track_caller]
fn assert_error(document: &str, message: &str, hint: &str) {
    let errors = read(document).map(|(rule, _)| rule).unwrap_err();
    let hit = |one: &Diagnostic| one.message.contains(message) && one.hint.as_deref().is_some_and(|h| h.contains(hint));
    assert!(errors.iter().any(hit), "no `{message}`, `{hint}`: {errors:#?}");
}

const EVERYTHING: &str = r#"
by: release
builder: https://github.com/acme/ci/.github/workflows/release.yml@refs/tags/v*
source: git+https://GitHub.com/acme/api.git
ref: refs/tags/v*
revision: 0123456789abcdef0123456789abcdef01234567
workflow: .github/workflows/release.yml
build-type: https://slsa.dev/container-based-build/v0.1?draft
external-parameters:
  /inputs/environment: production
  /inputs/debug: false
materials:
  - uri: pkg:docker/alpine@*
    digest: sha256:4ba4b884681c87d1b928ecda1b84840bde7c750fb2657c09a2b0067fdcd34095
  - uri: git+https://github.com/acme/lib@refs/heads/main
level: 2
builders:
  https://ci.acme.example/*: 3
"#;

#[test]
fn every_key_is_read() {
    let (rule, warnings) = read(EVERYTHING).unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    assert_eq!(
        rule.to_string(),
        "SLSA provenance, built by https://github.com/acme/ci/.github/workflows/release.yml@refs/tags/v*, from \
         https://github.com/acme/api, at refs/tags/v*, at revision 0123456789abcdef0123456789abcdef01234567, by workflow \
         .github/workflows/release.yml, of build type https://slsa.dev/container-based-build/v0.1?draft, with parameter \
         /inputs/environment = production, with parameter /inputs/debug = false, with material pkg:docker/alpine@* \
         sha256:4ba4b884681c87d1b928ecda1b84840bde7c750fb2657c09a2b0067fdcd34095, with material \
         git+https://github.com/acme/lib@refs/heads/main, of level 2 or higher"
    );
}

#[test]
fn another_owner_is_warned_of() {
    let (_, warnings) = read("by: release\nsource: https://github.com/*/api").unwrap();
    assert_eq!(
        warnings[0].message,
        "`https://github.com/*/api` could match another owner"
    );
    assert!(
        read("by: release\nsource: https://github.com/acme/*")
            .unwrap()
            .1
            .is_empty()
    );
}

#[test]
fn a_source_is_a_repository_error() {
    assert_error(
        "source: acme/api",
        "can match no source",
        "`https://github.com/acme/api`",
    );
    assert_error(
        "source: git+https://github.com/acme/api@refs/heads/main",
        "can match no source",
        "`ref`",
    );
    assert_error("source: \"*://github.com/acme/api\"", "scheme", "https://");
}

#[test]
fn what_can_never_hold_error() {
    assert_error("ref: main", "`main` can match no ref", "`refs/heads/main`");
    assert_error(
        "workflow: acme/api/.github/workflows/release.yml",
        "can match no workflow",
        "`.github/workflows/release.yml`",
    );
    assert_error(
        "revision: 0123456789ABCDEF0123456789ABCDEF01234567",
        "no digest",
        "lower-case",
    );
    assert_error("level: 4", "`4` is no level", "1, 2 or 3");
    assert_error(
        "{ level: 2, builders: { https://a.example: 0 } }",
        "`0` is no level",
        "1, 2 or 3",
    );
    assert_error(
        "{ builders: { https://a.example: 2 } }",
        "`builders` without `level`",
        "`builder`",
    );
    assert_error("external-parameters: { inputs.debug: \"false\" }", "no path", "/inputs");
    assert_error("external-parameters: { /a~2: x }", "no path", "6901");
    assert_error(
        "materials: [{ uri: \"pkg:docker/alpine@*\", digest: 4ba4 }]",
        "no digest",
        "sha256:",
    );
    assert_error("builder: https://github.com/*//runner", "empty segment", "glob");
}
