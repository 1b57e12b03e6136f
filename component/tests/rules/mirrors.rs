//! `mirrors:` — a copy is judged by its origin's rules and by its own, and by the origin's name.

use portcullis_component::evaluate::evaluate;
use portcullis_component::wit::basics::{ResultClass, Verdict};
use portcullis_component::wit::diagnostics::Error;
use portcullis_component::wit::report::Report;
use portcullis_component::wit::request::Request;
use serde_json::json;
use testbed::*;

use crate::attestation::attested;
use crate::case::{self, Case, NAME, image};

const MIRROR: &str = "registry.corp/hub/acme/app";
const MIRRORS: &str = "mirrors: [{ origin: registry.example/acme/*, mirror: registry.corp/hub/acme/* }]";

/// The request of the case, as if its image lay somewhere else.
fn at(case: &Case, name: &str) -> Request {
    let mut request = case.request();
    name.clone_into(&mut request.image.name);
    request.image.reference = format!("{name}:v1");
    request
}

fn judged(case: &Case, name: &str) -> Report {
    evaluate(&at(case, name)).unwrap()
}

fn signed() -> Case {
    let sigstore = Sigstore::new();
    let signing = sigstore.sign(&sigstore.issue(case::release()), case::signature());
    Case::new(&sigstore).bundle(&signing.rekor_v1().bundle())
}

#[test]
fn a_copy_is_judged_by_the_rules_of_its_origin() {
    let report = judged(&signed().top(MIRRORS), MIRROR);
    assert_eq!(report.verdict, Verdict::Allow);
    assert_eq!(
        report.pinned,
        [format!("{MIRROR}@{}", image().digest())],
        "pinned where it lies"
    );
}

#[test]
fn without_the_mirror_it_is_unmatched_fail() {
    let report = judged(&signed(), MIRROR);
    assert_eq!(
        (report.verdict, report.rules[0].kind.as_str()),
        (Verdict::Deny, "unmatched")
    );
}

#[test]
fn an_unsigned_copy_fail() {
    let case = Case::new(&Sigstore::new()).top(MIRRORS);
    let report = case::expect(judged(&case, MIRROR), Verdict::Deny, ResultClass::Unsigned);
    let hint = report.rules[0].findings[0].hint.clone().unwrap();
    assert!(
        hint.contains(NAME) && hint.contains("`evidence` of the mirror"),
        "{hint}"
    );
}

/// A proxy cache that the policy does not know as one: its path tells.
#[test]
fn nothing_in_a_proxy_cache_names_the_setting_fail() {
    let cached = "registry.example/acme/alpine";
    let report = judged(&Case::new(&Sigstore::new()), cached);
    assert_eq!(
        report.rules[0].findings[0].hint.as_deref(),
        Some("sign the image, for instance with `cosign sign`")
    );
    let case = Case::new(&Sigstore::new()).top("mirrors: [{ origin: x.example/a, mirror: registry.example/b/c }]");
    let mut request = at(&case, "registry.example/hub/library/alpine");
    let policy = String::from_utf8(request.policy.document.content).unwrap();
    request.policy.document.content = policy
        .replace("registry.example/acme/*", "registry.example/**")
        .into_bytes();
    let report = evaluate(&request).unwrap();
    let hint = report.rules[0].findings[0].hint.clone().unwrap();
    assert!(
        hint.contains("`docker.io/library/alpine`") && hint.contains("`mirrors`"),
        "{hint}"
    );
}

/// The entry that covers the mirror's path informs: the origin's enforces all the same, and the other way round.
#[test]
fn no_rule_of_either_name_is_lost_fail() {
    for (of_origin, of_mirror) in [("enforce", "inform"), ("inform", "enforce")] {
        let case = Case::new(&Sigstore::new()).top(MIRRORS);
        let mut request = at(&case, MIRROR);
        let policy = String::from_utf8(request.policy.document.content).unwrap();
        let policy = policy.replace("platforms: index }", &format!("mode: {of_origin} }}"))
            + &format!("  - {{ match: registry.corp/**, rules: [signed], mode: {of_mirror} }}\n");
        request.policy.document.content = policy.into_bytes();
        assert_eq!(
            evaluate(&request).unwrap().verdict,
            Verdict::Deny,
            "{of_origin} {of_mirror}"
        );
    }
}

#[test]
fn the_docker_reference_is_the_origins() {
    let key = Key::p256("ops");
    let named = |name: &str| {
        let layer = Sigstore::new()
            .sign(&key, simple_signing(name, image().digest()))
            .legacy();
        let case = Case::key(&key).rule("by: ops, docker-reference: required").top(MIRRORS);
        judged(&case.signatures(&[layer]), MIRROR)
    };
    assert_eq!(named(NAME).verdict, Verdict::Allow);
    case::expect(named(MIRROR), Verdict::Deny, ResultClass::SubjectMismatch);
}

#[test]
fn exceptions_name_the_origin() {
    let exception = |name: &str| {
        let fields = "rule: signed, id: unsigned, owner: a@acme.example, reason: known, expires: 2026-12-31";
        let image = format!("{name}@{}", image().digest());
        let top = format!("{MIRRORS}\nexceptions:\n  - {{ {fields}, image: '{image}' }}");
        judged(&Case::new(&Sigstore::new()).top(&top), MIRROR).verdict
    };
    assert_eq!(exception(NAME), Verdict::Allow);
    assert_eq!(exception(MIRROR), Verdict::Deny);
}

#[test]
fn a_mirror_of_two_origins_error() {
    let two = "mirrors: [{ origin: a.example/*, mirror: registry.corp/hub/acme/* }, { origin: registry.example/acme/*, mirror: registry.corp/hub/acme/* }]";
    let case = signed().top(two);
    assert!(matches!(evaluate(&at(&case, MIRROR)), Err(Error::Policy(_))));
    assert_eq!(judged(&case, NAME).verdict, Verdict::Allow);
}

/// Conditions see the origin's name too, so that pulling through a mirror loses none of them.
#[test]
fn a_condition_on_the_name_is_the_origins_fail() {
    let sigstore = Sigstore::new();
    let bundle = attested(
        &sigstore,
        "https://acme.example/approval/v1",
        json!({ "approved": false }),
        0,
    );
    let condition = "image.name != 'registry.example/acme/app' || predicate.approved == true";
    let rule =
        format!("attestation: {{ type: https://acme.example/approval/v1, by: release, where: \"{condition}\" }}");
    let case = Case::new(&sigstore).judged_by(&rule).top(MIRRORS).bundle(&bundle);
    for name in [NAME, MIRROR] {
        assert_eq!(judged(&case, name).verdict, Verdict::Deny, "{name}");
    }
}
