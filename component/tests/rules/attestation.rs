//! `attestation`: there is a statement of a type, by whom the policy names.

use portcullis_component::wit::basics::ResultClass;
use portcullis_component::wit::basics::Verdict;
use serde_json::{Value, json};
use testbed::clock::NOON;
use testbed::*;

use crate::case::{Case, NAME, image, release, signature};

pub const APPROVAL: &str = "https://acme.example/approval/v1";

/// A logged bundle of the release workflow, signed `minutes` after noon.
pub fn attested(sigstore: &Sigstore, predicate_type: &str, predicate: Value, minutes: i64) -> Value {
    by(sigstore, release(), predicate_type, predicate, minutes)
}

/// The same by another certificate.
pub fn by(sigstore: &Sigstore, who: CertificateRequest, predicate_type: &str, predicate: Value, minutes: i64) -> Value {
    let time = NOON + minutes * clock::MINUTE;
    let leaf = sigstore.issue(who.issued_at(time));
    let statement = Statement::attestation(NAME, image().digest(), predicate_type, predicate);
    sigstore.sign(&leaf, statement).at(time).rekor_v1().bundle()
}

fn case(sigstore: &Sigstore, rule: &str) -> Case {
    Case::new(sigstore).judged_by(&format!("attestation: {{ {rule} }}"))
}

#[test]
fn a_statement_of_the_type_by_the_signer() {
    let sigstore = Sigstore::new();
    let bundle = attested(&sigstore, APPROVAL, json!({}), 0);
    case(&sigstore, &format!("type: {APPROVAL}, by: release"))
        .bundle(&bundle)
        .allowed();
    let named = case(&sigstore, "type: approval, by: release").top(&format!("types: {{ approval: {APPROVAL} }}"));
    let report = named.bundle(&bundle).allowed();
    assert_eq!(report.rules[0].kind, "attestation");
    assert_eq!(report.rules[0].demand, "an attestation of type approval, by release");
    let slsa = attested(&sigstore, "https://slsa.dev/provenance/v0.2", json!({}), 0);
    case(&sigstore, "type: [slsa, vuln], by: release")
        .bundle(&slsa)
        .allowed();
}

#[test]
fn another_type_fail() {
    let sigstore = Sigstore::new();
    let bundle = attested(&sigstore, "https://acme.example/approval/v2", json!({}), 0);
    let report = case(&sigstore, &format!("type: {APPROVAL}, by: release"))
        .bundle(&bundle)
        .denied(ResultClass::Unsigned);
    assert_eq!(report.rules[0].findings[0].id, "unsigned");
}

#[test]
fn nothing_there_fail() {
    let sigstore = Sigstore::new();
    let empty = case(&sigstore, &format!("type: {APPROVAL}, by: release"));
    empty.denied(ResultClass::Unsigned);
    let sign = sigstore.sign(&sigstore.issue(release()), signature()).rekor_v1();
    empty.bundle(&sign.bundle()).denied(ResultClass::Unsigned);
}

#[test]
fn another_identity_fail() {
    let sigstore = Sigstore::new();
    let stranger = release().claim(14, "refs/heads/evil").claim(10, "refs/heads/evil");
    let bundle = by(&sigstore, stranger, APPROVAL, json!({}), 0);
    case(&sigstore, &format!("type: {APPROVAL}, by: release"))
        .bundle(&bundle)
        .denied(ResultClass::IdentityMismatch);
}

#[test]
fn an_unknown_type_is_a_policy_error() {
    let sigstore = Sigstore::new();
    case(&sigstore, "type: aproval, by: release").policy_error("`aproval` is no predicate type");
    case(&sigstore, "type: slsa, by: release")
        .top("types: { slsa: https://a.example/b }")
        .policy_error("built in");
}

#[test]
fn a_predicate_of_the_wrong_subject_fail() {
    let sigstore = Sigstore::new();
    let leaf = sigstore.issue(release());
    let other = Statement::attestation(NAME, &format!("sha256:{}", "1".repeat(64)), APPROVAL, json!({}));
    let bundle = sigstore.sign(&leaf, other).rekor_v1().bundle();
    case(&sigstore, &format!("type: {APPROVAL}, by: release"))
        .bundle(&bundle)
        .denied(ResultClass::SubjectMismatch);
}

/// Two statements by one person are one approval.
#[test]
fn two_names_one_person_fail() {
    let sigstore = Sigstore::new();
    let rule = format!("type: {APPROVAL}, by: {{ at-least: 2, of: [release, again] }}");
    let again = "github: { repository: acme/app, workflow: acme/app/.github/workflows/release.yml, ref: refs/heads/* }";
    let case = case(&sigstore, &rule).signer("again", again);
    let case = case.bundle(&attested(&sigstore, APPROVAL, json!({}), 0));
    let report = case
        .bundle(&attested(&sigstore, APPROVAL, json!({ "n": 2 }), 1))
        .report();
    assert_eq!(report.verdict, Verdict::Deny, "{report:#?}");
}
