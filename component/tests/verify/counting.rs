//! How many signed: `any-of`, `all-of` and `at-least` count people and keys, not names and not pieces of evidence. Pins
//! `Verified::principal`, `matching` and the policy's refusal of one key under two names.

use portcullis_component::wit::basics::ResultClass::*;
use serde_json::{Value, json};
use testbed::statement::COSIGN_SIGN;
use testbed::*;

use crate::case::{Case, image, signature};

const TWO: &str = "by: { at-least: 2, of: [alice, bob] }";

fn people(sigstore: &Sigstore) -> Case {
    Case::new(sigstore)
        .signer(
            "alice",
            r"keyless: { issuer: https://id.example, identity-regexp: '.*@acme\.example' }",
        )
        .signer(
            "bob",
            "keyless: { issuer: https://id.example, identity: bob@acme.example }",
        )
        .rule(TWO)
}

/// Each time another statement.
fn by(sigstore: &Sigstore, name: &str, note: &str) -> Value {
    let request = CertificateRequest::email(&format!("{name}@acme.example"), "https://id.example");
    let subject = Subject::new(image().digest()).annotations(json!({ "note": note }));
    let statement = Statement::new(COSIGN_SIGN, json!({})).subject(subject);
    sigstore.sign(&sigstore.issue(request), statement).rekor_v1().bundle()
}

#[test]
fn two_names_one_person_fail() {
    let sigstore = Sigstore::new();
    let case = people(&sigstore);
    let twice = case
        .clone()
        .bundle(&by(&sigstore, "bob", "1"))
        .bundle(&by(&sigstore, "bob", "2"));
    let report = twice.denied(NoMatchingSigner);
    let said = crate::case::reasons(&report).join("\n");
    assert!(said.contains("distinct"), "{said}");
    twice.rule("by: { all-of: [alice, bob] }").denied(NoMatchingSigner);
    case.bundle(&by(&sigstore, "bob", "1"))
        .bundle(&by(&sigstore, "carol", "1"))
        .allowed();
}

#[test]
fn one_of_two_is_not_enough_fail() {
    let sigstore = Sigstore::new();
    people(&sigstore)
        .bundle(&by(&sigstore, "carol", "1"))
        .denied(IdentityMismatch);
    people(&sigstore).denied(Unsigned);
}

/// The largest matching, whatever the order of names and evidence.
#[test]
fn matching_is_the_largest() {
    let sigstore = Sigstore::new();
    for names in ["[alice, bob]", "[bob, alice]"] {
        for order in [["bob", "carol"], ["carol", "bob"]] {
            let case = people(&sigstore).rule(&format!("by: {{ all-of: {names} }}"));
            order
                .iter()
                .fold(case, |case, name| case.bundle(&by(&sigstore, name, "1")))
                .allowed();
        }
    }
}

#[test]
fn same_key_in_two_files_error() {
    let key = Key::p256("ops");
    let case = Case::key(&key)
        .with_key("second", &key)
        .rule("by: { all-of: [ops, second] }");
    case.policy_error("is also a key of");
    let compressed = pem("PUBLIC KEY", &key.spki_compressed());
    let other = Case::key(&key)
        .file("keys/second.pub", compressed.as_bytes())
        .signer("second", "key: keys/second.pub, transparency-log: { required: false }")
        .rule("by: { all-of: [ops, second] }");
    assert!(portcullis_component::evaluate::evaluate(&other.request()).is_err());
}

/// (r, n-s) is another signature in bytes and the same in meaning.
#[test]
fn twin_signature_counts_once_fail() {
    let (sigstore, key) = (Sigstore::new(), Key::p256("alice"));
    let signing = sigstore.sign(&key, signature());
    let case = Case::key(&key)
        .with_key("alice", &key)
        .with_key("ops", &Key::p256("ops"))
        .with_key("bob", &Key::p256("bob"))
        .rule(TWO)
        .bundle(&signing.bundle())
        .bundle(&signing.twin().bundle());
    case.denied(NoMatchingSigner);
}

/// A signer with several keys is one name.
#[test]
fn keys_of_one_name_count_once_fail() {
    let sigstore = Sigstore::new();
    let (first, second) = (Key::p256("first"), Key::p256("second"));
    let ring =
        "key: [{ name: a, file: keys/a.pub }, { name: b, file: keys/b.pub }], transparency-log: { required: false }";
    let case = Case::key(&Key::p256("bob"))
        .with_key("bob", &Key::p256("bob"))
        .with_key("ops", &Key::p256("ops"))
        .file("keys/a.pub", first.public_pem().as_bytes())
        .file("keys/b.pub", second.public_pem().as_bytes())
        .signer("alice", ring)
        .rule(TWO);
    let by = |case: Case, key: &Key| case.bundle(&sigstore.sign(key, signature()).bundle());
    by(by(case.clone(), &first), &second).denied(NoMatchingSigner);
    by(by(case, &second), &Key::p256("bob")).allowed();
}
