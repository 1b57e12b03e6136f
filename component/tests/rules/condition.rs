//! `where` and `rego` of an `attestation`, and `expression` over all of them.

use portcullis_component::expression::{Expression, Scope};
use portcullis_component::policy::Policy;
use portcullis_component::wit::basics::{ResultClass, Verdict};
use portcullis_component::wit::request::PolicySource;
use serde_json::{Value, json};
use testbed::*;

use crate::attestation::{APPROVAL, attested, by};
use crate::case::{Case, named, release};

const SLSA: &str = "https://slsa.dev/provenance/v1";
const CYCLONEDX: &str = "https://cyclonedx.org/bom";

const REGO: &str = "package signature\n\nallow { input.predicate.approved == true }\n\n\
                    deny[message] { not input.predicate.ticket; message := \"no ticket\" }\n";

fn approved(sigstore: &Sigstore, more: &str, predicate: Value) -> Case {
    let rule = format!("attestation: {{ type: {APPROVAL}, by: release, {more} }}");
    let bundle = attested(sigstore, APPROVAL, predicate, 0);
    Case::new(sigstore).judged_by(&rule).bundle(&bundle)
}

#[test]
fn an_approval_that_says_so() {
    let sigstore = Sigstore::new();
    let condition = "where: 'predicate.approved == true && signer.claims[\"build-trigger\"] == \"push\"'";
    let report = approved(&sigstore, condition, json!({ "approved": true })).allowed();
    assert!(
        report.rules[0].demand.contains("where `predicate.approved == true &&"),
        "{report:#?}"
    );
}

#[test]
fn an_approval_that_does_not_fail() {
    let sigstore = Sigstore::new();
    let of = |predicate| approved(&sigstore, "where: predicate.approved == true", predicate);
    of(json!({ "approved": false })).denied_for(ResultClass::Verified, "is false");
    of(json!({ "approved": "true" })).denied_for(ResultClass::Verified, "a text and a boolean");
    of(json!({})).denied_for(ResultClass::Verified, "a field `approved`");
    let both = of(json!({})).bundle(&attested(&sigstore, APPROVAL, json!({ "approved": true }), 1));
    both.allowed();
}

#[test]
fn an_expression_that_cannot_be_is_a_policy_error() {
    let sigstore = Sigstore::new();
    let of = |condition: &str| approved(&sigstore, &format!("where: '{condition}'"), json!({}));
    of("predicat.approved").policy_error("line 1, column 1 of the expression: there is no variable `predicat`");
    of("signer.name").policy_error("the result is a text, never true");
    of("statements.all(s, true)").policy_error("there is no variable `statements`");
    of("true").policy_error("it reads nothing");
    of(&"(".repeat(300)).policy_error("nested deeper");
}

#[test]
fn a_policy_of_cosign_is_held() {
    let sigstore = Sigstore::new();
    let of =
        |predicate| approved(&sigstore, "rego: policies/a.rego", predicate).file("policies/a.rego", REGO.as_bytes());
    of(json!({ "approved": true, "ticket": "SEC-42" })).allowed();
    of(json!({ "approved": "true", "ticket": "SEC-42" })).denied_for(ResultClass::Verified, "`allow` has no value");
    of(json!({ "approved": true })).denied_for(ResultClass::Verified, "`deny` says `no ticket`");
}

#[test]
fn a_policy_that_is_none_is_a_policy_error() {
    let sigstore = Sigstore::new();
    let of = |source: &str| approved(&sigstore, "rego: a.rego", json!({})).file("a.rego", source.as_bytes());
    of("package signature\ndeny[m] { input.x; m := 1 }\n").policy_error("`deny` without `allow`");
    of("package sigstore\nallow { input.x }\n").policy_error("expected `signature`");
    of("package signature\nallow { time.now_ns() > 0 }\n").policy_error("line 2, column");
    of("root:x:0:0\n").policy_error("`a.rego`: line 1, column 1");
    let other = "rego: { file: a.rego, sha256: 9a1a0b0a33c1a0ea6a5a5c9c4b1c8f1b9d1b8c9b0e1f2a3b4c5d6e7f80910111 }";
    approved(&sigstore, other, json!({}))
        .file("a.rego", REGO.as_bytes())
        .policy_error("has another digest");
}

/// By a workflow at a commit.
fn at(sigstore: &Sigstore, commit: &str, predicate_type: &str, minutes: i64) -> Value {
    let who = release().claim(13, commit);
    by(sigstore, who, predicate_type, json!({}), minutes)
}

const SAME_COMMIT: &str = "expression: { needs: [slsa, cyclonedx], by: release, max-age: 7d, where: 'statements.all(s, \
     s.signer.claims[\"source-repository-digest\"] == statements[0].signer.claims[\"source-repository-digest\"])' }";

#[test]
fn two_statements_of_one_commit() {
    let sigstore = Sigstore::new();
    let (first, second) = ("1".repeat(40), "2".repeat(40));
    let case = Case::new(&sigstore)
        .judged_by(SAME_COMMIT)
        .bundle(&at(&sigstore, &first, SLSA, 0));
    let report = case.clone().bundle(&at(&sigstore, &first, CYCLONEDX, 1)).allowed();
    assert_eq!(
        (report.rules[0].kind.as_str(), report.rules[0].accepted.len()),
        ("expression", 2)
    );
    let other = case.bundle(&at(&sigstore, &second, CYCLONEDX, 1));
    other.denied_for(ResultClass::Verified, "`where` is not true");
}

#[test]
fn expression_empty_list_fail() {
    let sigstore = Sigstore::new();
    let empty = Case::new(&sigstore).judged_by(SAME_COMMIT);
    assert_eq!(empty.report().verdict, Verdict::Deny);
    let one = empty.bundle(&at(&sigstore, &"1".repeat(40), SLSA, 0));
    one.denied_for(ResultClass::Verified, "no statement of type cyclonedx");
    let old = one
        .bundle(&at(&sigstore, &"1".repeat(40), CYCLONEDX, 0))
        .at(crate::case::NOW + 8 * 24 * 60 * clock::MINUTE);
    assert_eq!(old.report().verdict, Verdict::Deny);
}

#[test]
fn a_listed_statement_that_nobody_can_read_undecided() {
    let sigstore = Sigstore::new();
    let commit = "1".repeat(40);
    let case = Case::new(&sigstore).judged_by(SAME_COMMIT);
    let case = case
        .bundle(&at(&sigstore, &commit, SLSA, 0))
        .bundle(&at(&sigstore, &commit, CYCLONEDX, 1));
    case.layer(attach::BUNDLE, b"garbage").undecided(ResultClass::Malformed);
}

#[test]
fn an_expression_needs_types_an_age_and_certificates() {
    let sigstore = Sigstore::new();
    let of = |keys: &str| {
        Case::new(&sigstore).judged_by(&format!(
            "expression: {{ by: release, where: 'size(statements) == 2', {keys} }}"
        ))
    };
    of("max-age: 7d").policy_error("needs `needs`");
    of("needs: [], max-age: 7d").policy_error("empty list");
    of("needs: [slsa]").policy_error("needs `max-age`");
    of("needs: [nonsense], max-age: 7d").policy_error("`nonsense` is no predicate type");
    let key = Key::p256("ops");
    Case::key(&key)
        .judged_by("expression: { by: ops, needs: [slsa], max-age: 7d, where: 'size(statements) == 1' }")
        .policy_error("the age of what `ops` signs cannot be proven");
}

/// The examples of docs/rules/attestation.md and docs/rules/expression.md.
#[test]
fn what_the_documents_show_is_read() {
    let mut read = 0;
    for page in ["attestation.md", "expression.md"] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../docs/rules")
            .join(page);
        let text = std::fs::read_to_string(path).unwrap();
        let block = |language: &str| {
            text.split(&format!("```{language}\n"))
                .skip(1)
                .map(|rest| rest.split("```").next().unwrap())
                .collect::<Vec<_>>()
        };
        let rego = block("rego").first().map_or(REGO, |rego| *rego);
        for document in block("yaml") {
            let source = PolicySource {
                document: named("portcullis.yaml", document.as_bytes()),
                files: vec![
                    named("keys/alice.pub", Key::p256("alice").public_pem().as_bytes()),
                    named("keys/bob.pub", Key::p256("bob").public_pem().as_bytes()),
                    named("policies/approval.rego", rego.as_bytes()),
                ],
                ..Case::new(&Sigstore::new()).source()
            };
            let errors = Policy::read(&source).err();
            assert!(errors.is_none(), "{page}: {errors:#?}");
            read += 1;
        }
        for expression in block("cel") {
            for condition in expression.split("\n\n") {
                let parsed = Expression::parse(condition, Scope::Image);
                assert!(parsed.is_ok(), "{page}: {parsed:?}");
            }
        }
    }
    assert_eq!(read, 3);
}
