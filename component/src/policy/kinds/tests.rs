//! Rules by their text, alone.

use super::licenses::LicensesRule;
use super::sbom::SbomRule;
use crate::policy::faults::Faults;
use crate::policy::files::Files;
use crate::policy::lower::Lower;
use crate::policy::table::{Mapping, Shape, licenses::LICENSES, sbom::SBOM};
use crate::policy::tests::source;
use crate::policy::tree::Node;
use crate::policy::{shape, yaml};
use crate::wit::diagnostics::Diagnostic;

fn lowered<T>(
    text: &str,
    table: &'static Mapping,
    lower: impl FnOnce(&mut Lower<'_>, &Node) -> Option<T>,
) -> Result<(T, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut faults = Faults::new("rule");
    let text = text.replacen('{', "{ by: release,", 1);
    let node = yaml::read(text.as_bytes(), &mut faults);
    if let Some(node) = &node {
        shape::check(node, &Shape::Mapping(table), &mut faults);
    }
    let source = source("version: 1");
    let mut lowering = Lower {
        faults,
        files: Files::new(&source),
    };
    let rule = node.and_then(|node| lower(&mut lowering, &node));
    let warnings = lowering.faults.finish()?;
    Ok((rule.expect("no rule and no error"), warnings))
}

pub(crate) fn sbom_rule(text: &str) -> Result<SbomRule, Vec<Diagnostic>> {
    lowered(text, &SBOM, |lower, node| lower.sbom(node)).map(|(rule, _)| rule)
}

pub(crate) fn licenses_rule(text: &str) -> Result<LicensesRule, Vec<Diagnostic>> {
    lowered(text, &LICENSES, |lower, node| lower.licenses(node)).map(|(rule, _)| rule)
}

#[track_caller]
fn assert_error<T>(read: Result<T, Vec<Diagnostic>>, message: &str, hint: &str) {
    let errors = read.err().unwrap_or_default();
    let hit = |error: &&Diagnostic| {
        error.message.contains(message) && error.hint.as_deref().unwrap_or_default().contains(hint)
    };
    assert!(
        errors.iter().any(|error| hit(&error)),
        "no `{message}` with `{hint}`: {errors:#?}"
    );
}

#[test]
fn demands_are_told_in_words() {
    let text = |rule: &str| sbom_rule(rule).unwrap().to_string();
    assert_eq!(text("{ format: [spdx] }"), "an SBOM as SPDX");
    assert_eq!(
        text(
            "{ minimum-elements: { standard: cisa-2025, missing: inform }, subject: required, deny: [pkg:npm/a], \
             require: [{ package: pkg:deb/debian/b, versions: [\">=1 <2\", \"3\"] }], \
             pin: [{ package: pkg:apk/alpine/c, versions: 1.2 }] }"
        ),
        "an SBOM as CycloneDX or SPDX, naming this image, with the minimum elements cisa-2025, reported, without \
         `pkg:npm/a`, with `pkg:deb/debian/b` >=1 <2 or =3, where there, with `pkg:apk/alpine/c` =1.2"
    );
    let text = |rule: &str| licenses_rule(rule).unwrap().to_string();
    assert_eq!(
        text("{ allow: [MIT, { name: Public Domain }], deny: [AGPL-3.0-only], unknown: inform }"),
        "licences of all packages among `MIT`, `Public Domain`, without `AGPL-3.0-only`, unknown ones reported"
    );
}

#[test]
fn packages_that_cannot_be_meant_fail() {
    assert_error(sbom_rule("{ deny: [openssl] }"), "without `pkg:`", "pkg:type");
    assert_error(sbom_rule("{ deny: [pkg:npm/a@1] }"), "with `@`", "`versions`");
    assert_error(sbom_rule("{ deny: [\"pkg:*/a\"] }"), "without a type", "written out");
    let versions = |package: &str, versions: &str| {
        sbom_rule(&format!("{{ deny: [{{ package: {package}, versions: {versions} }}] }}"))
    };
    assert_error(
        versions("pkg:maven/a/b", "\"<2\""),
        "cannot be ordered",
        "versions themselves",
    );
    assert_error(versions("pkg:npm/a", "\"<2\""), "no version of semantic", "");
    assert_error(versions("pkg:npm/a", "\"^2.0.0\""), "no condition", "signs are");
    assert_error(
        versions("pkg:npm/a", "\"< 2.0.0\""),
        "without a version",
        "without a space",
    );
    assert!(versions("pkg:maven/a/b", "[2.14.0, 2.14.1]").is_ok());
    assert_error(sbom_rule("{ pin: [{ package: pkg:npm/a }] }"), "needs `versions`", "");
    assert_error(sbom_rule("{ deny: [] }"), "an empty list", "");
    assert_error(sbom_rule("{ minimum-elements: ntia }"), "not known here", "ntia-2021");
    assert_error(
        sbom_rule("{ minimum-elements: { missing: inform } }"),
        "needs `standard`",
        "",
    );
}

#[test]
fn licences_that_are_not_on_the_list_fail() {
    assert_error(
        licenses_rule("{ deny: [AGPL-3.0-onyl] }"),
        "not on the SPDX list",
        "`AGPL-3.0-only`",
    );
    assert_error(
        licenses_rule("{ deny: [Public Domain] }"),
        "not on the SPDX list",
        "{ name: … }",
    );
    assert_error(
        licenses_rule("{ allow: [MIT OR ISC] }"),
        "more than one licence",
        "entry of its own",
    );
    assert_error(licenses_rule("{ unknown: inform }"), "at least one of", "");
    let exception = "{ allow: [MIT], exceptions: [{ package: a, licenses: [GPL], reason: r }] }";
    assert_error(licenses_rule(exception), "not on the SPDX list", "");
    let unreasoned = "{ allow: [MIT], exceptions: [{ package: a, licenses: [ISC] }] }";
    assert_error(licenses_rule(unreasoned), "needs `reason`", "");
}

#[test]
fn to_deny_or_later_alone_is_a_warning() {
    let warnings = |text: &str| lowered(text, &LICENSES, |lower, node| lower.licenses(node)).unwrap().1;
    let alone = warnings("{ deny: [GPL-3.0-or-later] }");
    assert!(alone[0].message.contains("does not deny `GPL-3.0-only`"));
    assert!(warnings("{ deny: [GPL-3.0-or-later, GPL-3.0-only] }").is_empty());
    assert!(warnings("{ deny: [GPL-3.0-only] }").is_empty());
}

/// Every example of docs/rules is read.
#[test]
fn examples_of_the_documentation_are_read() {
    let examples = |text: &'static str| {
        let parts = text.split("```").skip(1).step_by(2);
        parts.filter_map(|part| part.strip_prefix("yaml\n")).collect::<Vec<_>>()
    };
    let mut count = 0;
    for text in [
        include_str!("../../../../docs/rules/sbom.md"),
        include_str!("../../../../docs/rules/licenses.md"),
    ] {
        for example in examples(text) {
            let indented: String = example.lines().map(|line| format!("    {line}\n")).collect();
            let policy = crate::policy::tests::SIGNED.replace("    signature: { by: release }\n", &indented);
            let read = crate::policy::tests::read(&policy);
            assert!(read.is_ok(), "{policy}\n{:#?}", read.err());
            count += 1;
        }
    }
    assert_eq!(count, 3);
}
