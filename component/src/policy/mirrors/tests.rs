use super::*;
use crate::policy::tests::{SIGNED, read};

fn with(entries: &str) -> String {
    let images = "images:\n  - { match: '**', rules: [signed] }\n";
    format!("{SIGNED}{images}mirrors:\n{entries}")
}

fn names(entries: &str, image: &str) -> ImageNames {
    let policy = read(&with(entries)).unwrap();
    policy.names(image, "portcullis.yaml").unwrap()
}

#[track_caller]
fn error(entries: &str, words: &str) {
    let errors = read(&with(entries)).unwrap_err();
    assert!(errors.iter().any(|one| one.message.contains(words)), "{errors:#?}");
}

#[test]
fn what_the_wildcard_stands_for_is_put_into_the_others() {
    let hub = "  - { origin: docker.io/library/*, mirror: r.example/hub/library/*, evidence: [r.example/sig/*, r.example/all] }";
    let alpine = names(hub, "r.example/hub/library/alpine");
    assert_eq!(alpine.origin.as_deref(), Some("docker.io/library/alpine"));
    assert_eq!(alpine.evidence, ["r.example/sig/alpine", "r.example/all"]);
    assert_eq!(alpine.judged(), "docker.io/library/alpine");
    for stranger in [
        "r.example/hub/library/a/b",
        "r.example/hub/alpine",
        "docker.io/library/alpine",
    ] {
        assert_eq!(names(hub, stranger), ImageNames::of(stranger));
    }
    for (origin, mirror, image, expected) in [
        (
            "ghcr.io/acme/**",
            "r.example/acme/**",
            "r.example/acme/a/b",
            Some("ghcr.io/acme/a/b"),
        ),
        (
            "ghcr.io/acme/**",
            "r.example/acme/**",
            "r.example/acme",
            Some("ghcr.io/acme"),
        ),
        ("ghcr.io/acme/**", "r.example/acme/**", "r.example/acmeevil/a", None),
        (
            "ghcr.io/acme/v*",
            "r.example/x-*-y",
            "r.example/x-1-y",
            Some("ghcr.io/acme/v1"),
        ),
        ("ghcr.io/acme/*", "r.example/x-*", "r.example/x-", None),
        (
            "ghcr.io/**/api",
            "r.example/**/api",
            "r.example/a/b/api",
            Some("ghcr.io/a/b/api"),
        ),
        (
            "ghcr.io/acme/api",
            "r.example/api",
            "r.example/api",
            Some("ghcr.io/acme/api"),
        ),
        (
            "**",
            "r.example/**",
            "r.example/ghcr.io/acme/api",
            Some("ghcr.io/acme/api"),
        ),
    ] {
        let entry = format!("  - {{ origin: '{origin}', mirror: '{mirror}' }}");
        assert_eq!(
            names(&entry, image).origin.as_deref(),
            expected,
            "{origin} {mirror} {image}"
        );
    }
}

/// An alias would fall out of the entry that is about the origin.
#[test]
fn origins_are_normalised() {
    let all = "  - { origin: '**', mirror: 'r.example/**' }";
    for image in [
        "r.example/docker.io/alpine",
        "r.example/index.docker.io/library/alpine",
        "r.example/registry-1.docker.io/alpine",
        "r.example/library/alpine",
        "r.example/alpine",
    ] {
        assert_eq!(names(all, image).judged(), "docker.io/library/alpine", "{image}");
    }
    assert_eq!(names(all, "r.example/docker.io").origin, None);
}

#[test]
fn without_mirror_an_entry_is_about_the_origin() {
    let entries = "  - { origin: ghcr.io/acme/**, evidence: ghcr.io/acme/signatures }\n  - { origin: ghcr.io/acme/api, evidence: [r.example/api] }";
    let api = names(entries, "ghcr.io/acme/api");
    assert_eq!((api.judged(), api.origin.clone()), ("ghcr.io/acme/api", None));
    assert_eq!(api.evidence, ["ghcr.io/acme/signatures", "r.example/api"]);
    assert!(names(entries, "ghcr.io/acme/signatures").evidence.is_empty(), "itself");
}

#[test]
fn a_mirror_of_two_origins_error() {
    let entries =
        "  - { origin: ghcr.io/**, mirror: r.example/** }\n  - { origin: docker.io/**, mirror: r.example/hub/** }";
    let policy = read(&with(entries)).unwrap();
    let fault = policy.names("r.example/hub/library/alpine", "p").unwrap_err();
    assert!(fault.message.contains("`docker.io/library/alpine`"), "{fault:?}");
    assert!(
        fault.message.contains("one of `ghcr.io/hub/library/alpine`"),
        "{fault:?}"
    );
    assert!(policy.names("r.example/acme/api", "p").is_ok());
}

#[test]
fn patterns_that_do_not_agree_error() {
    error("  - { origin: docker.io/library/* }", "needs");
    error(
        "  - { origin: docker.io/library/*, mirror: r.example/hub }",
        "has not the wildcard of its origin",
    );
    error(
        "  - { origin: docker.io/library/*, mirror: r.example/** }",
        "has not the wildcard of its origin",
    );
    error(
        "  - { origin: docker.io/library/alpine, mirror: r.example/* }",
        "has not the wildcard of its origin",
    );
    error(
        "  - { origin: ghcr.io/*/*, mirror: r.example/*/* }",
        "more than one wildcard",
    );
    error(
        "  - { origin: ghcr.io/a, mirror: r.example/a, evidence: [r.example/*] }",
        "has not the wildcard of its origin",
    );
    error(
        "  - { origin: index.docker.io/a/*, mirror: r.example/* }",
        "can match no image",
    );
    error(
        "  - { origin: ghcr.io/a, mirror: r.example/a:v1 }",
        "can match no image",
    );
}

#[test]
fn what_a_path_says_of_its_origin() {
    let probable = |image: &str| ImageNames::of(image).probable_origin();
    assert_eq!(
        probable("r.example/ghcr.io/acme/api").as_deref(),
        Some("ghcr.io/acme/api")
    );
    assert_eq!(
        probable("r.example/hub/library/alpine").as_deref(),
        Some("docker.io/library/alpine")
    );
    for image in [
        "docker.io/library/alpine",
        "r.example/acme/api",
        "r.example/library",
        "ghcr.io/acme/api",
    ] {
        assert_eq!(probable(image), None, "{image}");
    }
}
