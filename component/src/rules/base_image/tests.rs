//! What provenance and annotations say of bases, and what is made of it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::policy::SignerSet;
use crate::predicate::slsa::V1;
use crate::wit::basics::ResultClass;
use crate::wit::evidence::{CertificateIdentity, Principal};

const DAY: i64 = 24 * 60 * 60;
const NOW: i64 = 1_000 * DAY;

fn hex(text: &str) -> String {
    Digest::of(text.as_bytes()).to_hex()
}

fn material(uri: &str, content: &str) -> Value {
    json!({ "uri": uri, "digest": { "sha256": hex(content) } })
}

fn provenance(materials: Value) -> Document<'static> {
    let predicate = json!({
        "buildDefinition": { "buildType": "https://ci.example/type", "externalParameters": {}, "resolvedDependencies": materials },
        "runDetails": { "builder": { "id": "https://ci.example" } },
    });
    Document::of(V1, predicate)
}

fn rule(allowed: &[&str]) -> BaseImageRule {
    BaseImageRule {
        from_annotations: false,
        allowed: allowed.iter().map(|text| text.parse().unwrap()).collect(),
        signed_by: Some(SignerSet::AnyOf(vec!["vendor".to_owned()])),
        not_older_than: Some(30 * DAY),
        built_on: None,
    }
}

fn about(annotations: &BTreeMap<String, String>) -> About<'_> {
    About {
        now: NOW,
        image: "ghcr.io/acme/api",
        digest: Digest::of(b"image"),
        platform: None,
        config: None,
        kin: &[],
        annotations,
    }
}

fn good(_: &BaseImageRule, _: &Base) -> Seen {
    Seen {
        signed: Signed::By("vendor".to_owned()),
        created: Created::At(NOW - DAY),
        beneath: Vec::new(),
    }
}

fn judged(rule: &BaseImageRule, materials: Value, look: Look<'_>) -> Judged {
    judge(rule, &provenance(materials), &about(&BTreeMap::new()), look).unwrap()
}

fn by_annotations(pairs: &[(&str, &str)]) -> Judged {
    let annotations = pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    judge_annotations(&rule(&["docker.io/library/*"]), &about(&annotations), &good)
}

fn failure() -> Failure {
    Failure {
        class: ResultClass::DiscoveryFailed,
        place: "ghcr.io".to_owned(),
        reason: "503".to_owned(),
    }
}

#[track_caller]
fn assert_one(judged: &Judged, effect: Effect, message: &str) {
    let found: Vec<_> = judged
        .objections
        .iter()
        .map(|one| (one.effect, one.message.as_str()))
        .collect();
    assert_eq!(found, [(effect, message)]);
}

#[test]
fn every_image_that_the_build_took_in_counts() {
    let materials = json!([
        material("pkg:docker/debian@12?platform=linux%2Famd64", "debian"),
        material("pkg:docker/ghcr.io/acme/go@1", "go"),
        material("git+https://github.com/acme/api", "git"),
    ]);
    let holds = judged(
        &rule(&["docker.io/library/*", "ghcr.io/acme/**"]),
        materials.clone(),
        &good,
    );
    assert_eq!(holds.objections, []);
    let debian = format!("built on `docker.io/library/debian@sha256:{}`", hex("debian"));
    let go = format!("built on `ghcr.io/acme/go@sha256:{}`", hex("go"));
    assert_eq!(holds.remarks[..2], [debian, go]);
    assert_eq!(holds.remarks[2], "`docker.io/library/debian` is signed by vendor");

    let denied = judged(&rule(&["docker.io/library/*"]), materials, &good);
    assert_one(
        &denied,
        Effect::Denies,
        "built on `ghcr.io/acme/go`, which is not allowed",
    );
    assert_eq!(denied.objections[0].id.as_deref(), Some("ghcr.io/acme/go"));
    assert_eq!(denied.objections[0].expected, "`docker.io/library/*`");
}

#[test]
fn only_allowed_images_are_looked_at() {
    let seen = RefCell::new(Vec::new());
    let look = |rule: &BaseImageRule, base: &Base| {
        seen.borrow_mut().push(base.name.clone());
        good(rule, base)
    };
    let materials = json!([
        material("pkg:docker/debian@12", "debian"),
        material("pkg:docker/evil.example/x@1", "x")
    ]);
    judged(&rule(&["docker.io/library/*"]), materials.clone(), &look);
    assert_eq!(*seen.borrow(), ["docker.io/library/debian"]);
    let names_only = BaseImageRule {
        signed_by: None,
        not_older_than: None,
        ..rule(&["docker.io/library/*"])
    };
    judged(&names_only, materials, &look);
    assert_eq!(seen.borrow().len(), 1);
}

#[test]
fn nothing_stated_fail() {
    let none = judged(
        &rule(&["docker.io/library/*"]),
        json!([material("git+https://github.com/a/b", "x")]),
        &good,
    );
    assert_one(&none, Effect::Denies, "it is not said what it was built on");
    assert_one(
        &by_annotations(&[]),
        Effect::Denies,
        "it is not said what it was built on",
    );
    let digest = format!("sha256:{}", hex("debian"));
    assert_one(
        &by_annotations(&[(BASE_DIGEST, &digest)]),
        Effect::Denies,
        "it is not said what it was built on",
    );
}

#[test]
fn a_base_without_its_digest_fail() {
    let message = "it is not said which `docker.io/library/debian` it was built on";
    for material in [
        json!({ "uri": "pkg:docker/debian@12" }),
        json!({ "uri": "pkg:docker/debian@12", "digest": { "sha512": "00" } }),
        json!({ "uri": "pkg:docker/debian@12", "digest": { "sha256": "12" } }),
        json!({ "uri": "pkg:docker/debian@12", "digest": { "sha256": hex("a").to_uppercase() } }),
        json!({ "uri": format!("pkg:docker/debian?digest=sha256:{}", hex("b")), "digest": { "sha256": hex("a") } }),
    ] {
        assert_one(
            &judged(&rule(&["docker.io/library/*"]), json!([material]), &good),
            Effect::Denies,
            message,
        );
    }
    assert_one(&by_annotations(&[(BASE_NAME, "debian:12")]), Effect::Denies, message);
}

#[test]
fn a_base_whose_name_cannot_be_read_fail() {
    let judged = judged(
        &rule(&["docker.io/**"]),
        json!([material("pkg:docker/../x", "x")]),
        &good,
    );
    assert_one(&judged, Effect::Denies, "a base image has no name that can be read");
}

#[test]
fn annotations_name_one_base() {
    let digest = format!("sha256:{}", hex("debian"));
    let good = by_annotations(&[(BASE_NAME, "docker.io/library/debian:12"), (BASE_DIGEST, &digest)]);
    assert_eq!(good.objections, []);
    let other = by_annotations(&[(BASE_NAME, "evil/debian"), (BASE_DIGEST, &digest)]);
    assert_one(
        &other,
        Effect::Denies,
        "built on `docker.io/evil/debian`, which is not allowed",
    );
}

#[test]
fn a_base_that_is_unsigned_or_too_old_fail() {
    let materials = || json!([material("pkg:docker/debian@12", "debian")]);
    let with = |signed: fn() -> Signed, created: fn() -> Created| {
        judged(&rule(&["docker.io/library/*"]), materials(), &move |_, _| Seen {
            beneath: Vec::new(),
            signed: signed(),
            created: created(),
        })
    };
    let signed = || Signed::By("vendor".to_owned());
    let young = || Created::At(NOW - 30 * DAY);
    assert_eq!(with(signed, young).objections, []);
    let unsigned = "the base image `docker.io/library/debian` is not signed by whom the policy wants";
    assert_one(&with(|| Signed::No(None), young), Effect::Denies, unsigned);
    let old = with(signed, || Created::At(NOW - 30 * DAY - 1));
    assert_one(
        &old,
        Effect::Denies,
        "the base image `docker.io/library/debian` is too old",
    );
    assert_eq!(old.objections[0].found, "1972-08-27T23:59:59Z");
    let future = with(signed, || Created::At(NOW + 61));
    assert_one(
        &future,
        Effect::Denies,
        "the base image `docker.io/library/debian` was created in the future",
    );
    assert_eq!(with(signed, || Created::At(NOW + 60)).objections, []);
    assert_eq!(with(signed, || Created::At(i64::MIN)).objections.len(), 1);
    let unsaid = with(signed, || Created::Unsaid("no date".to_owned()));
    let message = "the base image `docker.io/library/debian` does not say when it was created";
    assert_one(&unsaid, Effect::Denies, message);
}

#[test]
fn a_base_that_nobody_could_look_at_undecided() {
    let unseen = judged(
        &rule(&["docker.io/library/*"]),
        json!([material("pkg:docker/debian@12", "debian")]),
        &|_, _| Seen {
            beneath: Vec::new(),
            signed: Signed::Unseen(failure()),
            created: Created::Unseen(failure()),
        },
    );
    assert_eq!(unseen.objections.len(), 2);
    assert!(
        unseen
            .objections
            .iter()
            .all(|one| one.effect == Effect::LeavesUndecided)
    );
}

#[test]
fn too_many_bases_undecided() {
    let many: Vec<_> = (0..=limits::BASES)
        .map(|n| material("pkg:docker/debian@12", &n.to_string()))
        .collect();
    let judged = judged(&rule(&["docker.io/library/*"]), json!(many), &|_, _| {
        panic!("looked at")
    });
    assert_one(&judged, Effect::LeavesUndecided, "too many base images");
}

#[test]
fn a_statement_that_does_not_fit_its_certificate_fail() {
    let identity = CertificateIdentity {
        kind: "uri".to_owned(),
        subject: "https://ci.example/other".to_owned(),
        issuer: "https://idp.example".to_owned(),
        claims: Vec::new(),
        fingerprint: Digest::of(b"certificate").to_string(),
        not_before: 0,
        not_after: 600,
    };
    let by_key = provenance(json!([material("pkg:docker/debian@12", "debian")]));
    let document = Document::signed(V1, by_key.predicate().clone(), Principal::Certificate(identity));
    let rule = rule(&["docker.io/library/*"]);
    let judged = judge(&rule, &document, &about(&BTreeMap::new()), &good).unwrap();
    assert_one(&judged, Effect::Denies, "the builder does not fit the certificate");
}

#[test]
fn what_is_no_provenance_is_malformed_fail() {
    let document = Document::of("https://cyclonedx.org/bom", json!({}));
    assert!(judge(&rule(&["docker.io/**"]), &document, &about(&BTreeMap::new()), &good).is_err());
}
