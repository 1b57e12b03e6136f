//! `exceptions:` — what they let through, what they do not, and what is said of them (meaning 9).

use portcullis_component::wit::basics::{ResultClass, Verdict};
use portcullis_component::wit::report::{Effect, Report};
use testbed::*;

use crate::case::{Case, NAME, image};

/// 2026-11-22 in the testbed's clock is the day of the check: see `clock::NOON`.
fn exception(fields: &str) -> String {
    format!("exceptions:\n  - {{ rule: signed, owner: security@acme.example, reason: known, {fields} }}")
}

fn unsigned() -> Case {
    Case::new(&Sigstore::new())
}

fn of_image() -> String {
    format!("{NAME}@{}", image().digest())
}

fn day(days: i64) -> String {
    clock::rfc3339(crate::case::NOW + days * 24 * 60 * 60)[..10].to_owned()
}

fn with(fields: &str) -> Case {
    unsigned().top(&exception(fields))
}

fn warned(report: &Report, words: &str) -> bool {
    report.warnings.iter().any(|one| one.message.contains(words))
}

#[test]
fn a_signature_is_waived_for_one_digest() {
    let case = with(&format!("id: unsigned, image: '{}', expires: {}", of_image(), day(60)));
    let report = case.report();
    assert_eq!(report.verdict, Verdict::Allow);
    let finding = &report.rules[0].findings[0];
    assert_eq!((finding.effect, finding.id.as_str()), (Effect::Waived, "unsigned"));
    assert_eq!(finding.exception.as_ref().unwrap().owner, "security@acme.example");
    assert!(!warned(&report, "exception"), "{:#?}", report.warnings);
}

#[test]
fn a_signature_is_never_waived_for_a_repository() {
    let fields = format!("id: unsigned, image: {NAME}, expires: {}", day(60));
    with(&fields).policy_error("a signature is waived for one digest only");
}

#[test]
fn exception_without_id_error() {
    let fields = format!("image: '{}', expires: {}", of_image(), day(60));
    with(&fields).policy_error("an exception needs `id`");
    with(&format!("id: unsigned, image: '{}'", of_image())).policy_error("an exception needs `expires`");
}

#[test]
fn another_id_or_digest_fail() {
    let other = format!("{NAME}@sha256:{}", "0".repeat(64));
    with(&format!("id: unsigned, image: '{other}', expires: {}", day(60))).denied(ResultClass::Unsigned);
    let case = with(&format!("id: malformed, image: '{}', expires: {}", of_image(), day(60)));
    let report = case.denied(ResultClass::Unsigned);
    assert!(warned(&report, "matched nothing"), "{:#?}", report.warnings);
}

#[test]
fn expired_fail() {
    let case = with(&format!("id: unsigned, image: '{}', expires: {}", of_image(), day(-1)));
    let report = case.denied(ResultClass::Unsigned);
    assert!(warned(&report, "expired on"));
}

#[test]
fn it_holds_to_the_end_of_its_day() {
    let case = with(&format!("id: unsigned, image: '{}', expires: {}", of_image(), day(0)));
    let report = case.report();
    assert_eq!(report.verdict, Verdict::Allow);
    assert!(warned(&report, "ends on"), "{:#?}", report.warnings);
}

#[test]
fn at_most_366_days() {
    let fields = |days| format!("id: unsigned, image: '{}', expires: {}", of_image(), day(days));
    assert_eq!(with(&fields(366)).report().verdict, Verdict::Allow);
    with(&fields(367)).policy_error("more than 366 days ahead");
}
