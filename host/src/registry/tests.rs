//! The client against registries that answer as real ones do, and worse.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::Registry;
use super::loopback::{Received, Reply, Server, client};
use crate::auth::{Environment, GitLab, Secret};
use crate::collect::{Collected, Depth, collect};
use crate::digest::Digest;
use crate::limits;
use crate::media_type::{OCI_INDEX, OCI_MANIFEST};
use crate::scratch::Scratch;
use crate::source::Source;
use crate::wit::basics::{Carrier, ResultClass};
use crate::wit::request::Outcome;
use crate::wit::requirements::ImageRequirements;

const IMAGE: &str =
    r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{},"layers":[]}"#;
const BUNDLE: &str = r#"{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}"#;

fn requirements(carriers: &[Carrier]) -> ImageRequirements {
    ImageRequirements {
        name: String::new(),
        origin: None,
        evidence: Vec::new(),
        rules: Vec::new(),
        carriers: carriers.to_vec(),
        children: false,
    }
}

fn image() -> Reply {
    Reply::ok(OCI_MANIFEST, IMAGE)
}

fn subject() -> Digest {
    Digest::of(IMAGE.as_bytes())
}

/// A referrer of the image with one bundle, and its descriptor as a registry lists it.
fn referrer() -> (String, String) {
    let layer = format!(
        r#"{{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","digest":"{}","size":{}}}"#,
        Digest::of(BUNDLE.as_bytes()),
        BUNDLE.len()
    );
    let manifest = format!(
        r#"{{"schemaVersion":2,"mediaType":"{OCI_MANIFEST}","config":{{}},"layers":[{layer}],"subject":{{"digest":"{}"}}}}"#,
        subject()
    );
    let descriptor = format!(
        r#"{{"mediaType":"{OCI_MANIFEST}","digest":"{}","size":{}}}"#,
        Digest::of(manifest.as_bytes()),
        manifest.len()
    );
    (manifest, descriptor)
}

fn index(descriptors: &str) -> String {
    format!(r#"{{"schemaVersion":2,"mediaType":"{OCI_INDEX}","manifests":[{descriptors}]}}"#)
}

/// Collects `lab/app:v1` from a server whose image is in order and whose other answers are given.
fn ask(carriers: &[Carrier], answer: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> (Collected, Server) {
    let server = Server::start(move |received| {
        if received.path == "/v2/lab/app/manifests/v1" {
            image()
        } else {
            answer(received)
        }
    });
    let collected = collect(
        &client(Environment::empty()),
        &server.reference("lab/app:v1"),
        &requirements(carriers),
        Depth::Signed,
    );
    (collected, server)
}

/// The outcome of the only look-up, in words.
fn outcome(carrier: Carrier, answer: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> String {
    let (collected, _) = ask(&[carrier], answer);
    match &collected.lookups[0].outcome {
        Outcome::Found(descriptors) => format!("found {}", descriptors.len()),
        Outcome::Absent(reason) => format!("absent: {reason}"),
        Outcome::Failed(failure) => format!("{:?}: {}", failure.class, failure.reason),
    }
}

#[test]
fn statuses_of_the_referrers_api() {
    for status in [400, 404, 405, 406, 501] {
        let found = outcome(Carrier::Referrer, move |_| Reply::status(status));
        assert!(
            found.starts_with("absent: ") && found.ends_with("not supported"),
            "{status}: {found}"
        );
    }
    for status in [401, 403, 408, 418, 429, 500, 502, 503, 504] {
        let found = outcome(Carrier::Referrer, move |_| Reply::status(status));
        assert!(found.contains("DiscoveryFailed"), "{status}: {found}");
    }
    assert_eq!(
        outcome(Carrier::Referrer, |_| Reply::ok(OCI_INDEX, index(""))),
        "found 0"
    );
    assert_eq!(
        outcome(Carrier::Referrer, |_| Reply::ok(OCI_INDEX, r#"{"manifests":null}"#)),
        "found 0"
    );
    assert!(outcome(Carrier::Referrer, |_| Reply::ok("text/html", "<html>")).contains("no index: not supported"));
    assert!(outcome(Carrier::Referrer, |_| Reply::ok(OCI_INDEX, "{}")).contains("DiscoveryFailed"));
}

#[test]
fn statuses_of_derived_tags() {
    for status in [403, 404] {
        let found = outcome(Carrier::SignatureTag, move |_| Reply::status(status));
        assert!(found.starts_with(&format!("absent: {status}")), "{found}");
    }
    for status in [400, 401, 429, 500, 503] {
        assert!(
            outcome(Carrier::SignatureTag, move |_| Reply::status(status)).contains("DiscoveryFailed"),
            "{status}"
        );
    }
    assert_eq!(outcome(Carrier::SignatureTag, |_| image()), "found 1");
}

#[test]
fn fallback_tags_that_hold_something_else() {
    // GitLab gives the subject itself.
    assert_eq!(
        outcome(Carrier::ReferrersTag, |_| image()),
        "absent: the registry answers with the image itself"
    );
    let other = IMAGE.replace("[]", "[ ]");
    assert!(outcome(Carrier::ReferrersTag, move |_| Reply::ok(OCI_MANIFEST, other.clone())).contains("not an index"));
    let platforms = index(&format!(
        r#"{{"digest":"{}","platform":{{"os":"linux","architecture":"arm64"}}}}"#,
        subject()
    ));
    assert!(
        outcome(Carrier::ReferrersTag, move |_| Reply::ok(OCI_INDEX, platforms.clone())).contains("index of platforms")
    );
    let without_subject = index(&format!(r#"{{"digest":"{}"}}"#, subject()));
    let found = outcome(Carrier::ReferrersTag, move |received| {
        if received.path.contains("sha256-") {
            Reply::ok(OCI_INDEX, without_subject.clone())
        } else {
            image()
        }
    });
    assert!(
        found.contains("no manifest in the index under this tag has a subject"),
        "{found}"
    );
    assert_eq!(
        outcome(Carrier::ReferrersTag, |_| Reply::ok(OCI_INDEX, index(""))),
        "found 0"
    );
}

#[test]
fn pages_are_followed_on_the_same_origin_only() {
    let (manifest, descriptor) = referrer();
    let listed = descriptor.clone();
    let (collected, server) = ask(&[Carrier::Referrer], move |received| match received.path.as_str() {
        path if path.contains("/referrers/") && path.ends_with("?n=2") => Reply::ok(OCI_INDEX, index(&listed)),
        path if path.contains("/referrers/") => {
            Reply::ok(OCI_INDEX, index("")).header("Link", format!("<{path}?n=2>; rel=\"next\""))
        }
        path if path.contains("/blobs/") => Reply::ok("application/octet-stream", BUNDLE),
        _ => Reply::ok(OCI_MANIFEST, manifest.clone()),
    });
    assert_eq!(collected.blobs.len(), 3, "{collected:?}");
    assert!(collected.unreadable.is_empty());
    assert_eq!(
        server.paths().len(),
        5,
        "image, two pages, manifest, bundle: {:?}",
        server.paths()
    );
    let elsewhere =
        |_: &Received| Reply::ok(OCI_INDEX, index("")).header("Link", "<https://evil.example/next>; rel=\"next\"");
    assert!(outcome(Carrier::Referrer, elsewhere).contains("another host, `evil.example`"));
    let again = |received: &Received| {
        Reply::ok(OCI_INDEX, index("")).header("Link", format!("<{}>; rel=\"next\"", received.path))
    };
    assert!(outcome(Carrier::Referrer, again).contains("was read before"));
    let count = AtomicUsize::new(0);
    let endless = move |_: &Received| {
        Reply::ok(OCI_INDEX, index("")).header(
            "Link",
            format!("<?n={}>; rel=\"next\"", count.fetch_add(1, Ordering::SeqCst)),
        )
    };
    assert!(outcome(Carrier::Referrer, endless).contains("BudgetExceeded"));
}

#[test]
fn what_lies_breaks_off_or_hangs_is_no_absence() {
    let found = outcome(Carrier::Referrer, |_| Reply::ok(OCI_INDEX, index("")).truncated());
    assert!(found.contains("the body ended after"), "{found}");
    let found = outcome(Carrier::SignatureTag, |_| Reply::silent());
    assert!(found.contains("no answer within 0.3 s"), "{found}");
    let (_, descriptor) = referrer();
    let (collected, _) = ask(&[Carrier::Referrer], move |received| {
        if received.path.contains("/referrers/") {
            Reply::ok(OCI_INDEX, index(&descriptor))
        } else {
            image()
        }
    });
    assert!(
        collected.unreadable[0]
            .failure
            .reason
            .contains("the bytes are not their digest"),
        "{collected:?}"
    );
    let lying = outcome(Carrier::SignatureTag, |_| {
        image().header("Docker-Content-Digest", Digest::of(b"other").to_string())
    });
    assert!(lying.contains("the bytes are not their digest"), "{lying}");
    let large = outcome(Carrier::SignatureTag, |_| Reply::ok(OCI_MANIFEST, vec![b' '; 5 << 20]));
    assert!(
        large.contains("BudgetExceeded: expected a body of at most 4194304 bytes"),
        "{large}"
    );
}

#[test]
fn an_image_that_is_not_what_it_says_is_unreadable() {
    for (reply, expected) in [
        (
            image().header("Docker-Content-Digest", Digest::of(b"other").to_string()),
            "the bytes are not their digest",
        ),
        (Reply::ok(OCI_INDEX, IMAGE), "expected the media type"),
        (
            Reply::ok(OCI_MANIFEST, r#"{"schemaVersion":1,"fsLayers":[]}"#),
            "schema 1",
        ),
        (
            Reply::ok(OCI_INDEX, r#"{"schemaVersion":2,"manifests":[],"layers":[]}"#),
            "both an index",
        ),
        (Reply::ok("text/html", "<html>"), "no JSON document"),
    ] {
        let server = Server::start(move |_| reply.clone());
        let collected = collect(
            &client(Environment::empty()),
            &server.reference("lab/app:v1"),
            &requirements(&[]),
            Depth::Signed,
        );
        assert!(collected.image.resolved.is_ok() && collected.blobs.is_empty());
        assert!(
            collected.unreadable[0].failure.reason.contains(expected),
            "{collected:?}"
        );
    }
}

#[test]
fn absent_denied_and_throttled_images_are_told_apart() {
    let failure = |status: u16| {
        let server = Server::start(move |_| {
            Reply::status(status)
                .header("Retry-After", "3600")
                .body(r#"{"errors":[{"code":"TOOMANYREQUESTS"}]}"#)
        });
        let collected = collect(
            &client(Environment::empty()),
            &server.reference("lab/app:v1"),
            &requirements(&[Carrier::Referrer]),
            Depth::Signed,
        );
        assert!(collected.lookups.is_empty());
        (collected.image.resolved.expect_err("a failure"), server.paths().len())
    };
    assert_eq!(failure(404).0.class, ResultClass::ImageNotFound);
    let (throttled, requests) = failure(429);
    assert_eq!(throttled.class, ResultClass::DiscoveryFailed);
    assert!(
        throttled.reason.contains("TOOMANYREQUESTS; it asks to wait 3600 s"),
        "{throttled:?}"
    );
    assert_eq!(requests, 1, "a wait above the limit is not tried");
    assert!(throttled.place.starts_with("GET http://127.0.0.1:"), "{throttled:?}");
}

#[test]
fn what_passes_is_tried_again() {
    let count = AtomicUsize::new(0);
    let found = outcome(Carrier::Referrer, move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::status(503).header("Retry-After", "0"),
        _ => Reply::ok(OCI_INDEX, index("")),
    });
    assert_eq!(found, "found 0");
}

#[test]
fn redirects_stay_with_the_registry_except_for_blobs() {
    let (manifest, descriptor) = referrer();
    let storage = Server::start(|_| Reply::ok("application/octet-stream", BUNDLE));
    let (target, inside) = (
        format!("http://{}/bundle?signature=x", storage.address),
        "http://169.254.169.254/latest".to_owned(),
    );
    let (listed, body) = (descriptor.clone(), manifest.clone());
    let (collected, _) = ask(&[Carrier::Referrer], move |received| match received.path.as_str() {
        path if path.contains("/referrers/") => Reply::ok(OCI_INDEX, index(&listed)),
        path if path.contains("/blobs/") => Reply::status(307).header("Location", &target),
        _ => Reply::ok(OCI_MANIFEST, body.clone()),
    });
    assert_eq!(collected.blobs.len(), 3, "{collected:?}");
    assert_eq!(collected.contacted.len(), 2, "registry and storage");
    let (collected, _) = ask(&[Carrier::Referrer], move |received| match received.path.as_str() {
        path if path.contains("/referrers/") => Reply::ok(OCI_INDEX, index(&descriptor)),
        path if path.contains("/blobs/") => Reply::status(302).header("Location", &inside),
        _ => Reply::ok(OCI_MANIFEST, manifest.clone()),
    });
    assert!(
        collected.unreadable[0]
            .failure
            .reason
            .contains("expected a redirect to https"),
        "{collected:?}"
    );
    let away = |_: &Received| Reply::status(303).header("Location", "https://github.com/-/v2/packages/x");
    assert_eq!(
        outcome(Carrier::Referrer, away),
        "absent: 303 See Other: redirects to another host, `github.com`; not supported"
    );
    assert!(outcome(Carrier::SignatureTag, away).contains("DiscoveryFailed: 303 See Other: redirects to another host"));
    let here = |received: &Received| {
        if received.path.contains("/canonical/") {
            Reply::ok(OCI_INDEX, index(""))
        } else {
            Reply::status(307).header("Location", "/v2/canonical/x")
        }
    };
    assert_eq!(outcome(Carrier::Referrer, here), "found 0");
    let round = |received: &Received| Reply::status(307).header("Location", &received.path);
    assert!(outcome(Carrier::Referrer, round).contains("redirects more than 3 times"));
}

fn of_gitlab(server: &Server) -> Environment {
    let gitlab = GitLab {
        registry: server.address.to_string(),
        user: "ci".into(),
        password: Secret::new("hunter2"),
    };
    Environment {
        gitlab: Some(gitlab),
        ..Environment::empty()
    }
}

const BASIC: &str = "Basic Y2k6aHVudGVyMg==";

fn collect_as(registry: &Registry, server: &Server) -> Collected {
    collect(
        registry,
        &server.reference("lab/app:v1"),
        &requirements(&[Carrier::Referrer, Carrier::ReferrersTag, Carrier::SignatureTag]),
        Depth::Signed,
    )
}

fn image_or_absent(received: &Received) -> Reply {
    if received.path.ends_with("/v1") {
        image()
    } else {
        Reply::status(404)
    }
}

#[test]
fn basic_credentials_answer_a_basic_challenge() {
    let server = Server::start(|received| match received.authorization.as_deref() {
        Some(BASIC) => image_or_absent(received),
        _ => Reply::status(401).header("WWW-Authenticate", "Basic realm=\"lab\""),
    });
    let collected = collect_as(&client(of_gitlab(&server)), &server);
    assert_eq!(collected.image.resolved, Ok(subject().to_string()));
    let refused = collect_as(&client(Environment::empty()), &server)
        .image
        .resolved
        .expect_err("no credentials");
    assert!(
        refused
            .reason
            .starts_with("401 Unauthorized; asked without credentials, none found for `127.0.0.1:"),
        "{refused:?}"
    );
}

#[test]
fn one_token_for_all_threads_with_a_scope_of_our_own() {
    let server = Server::start(|_| Reply::ok("application/json", r#"{"token":"t"}"#));
    let port = server.address.port();
    let front = Server::start(move |received| match received.authorization.as_deref() {
        Some("Bearer t") => image_or_absent(received),
        _ => {
            let challenge = format!(
                "Bearer realm=\"http://127.0.0.1:{port}/token\",service=\"lab\",scope=\"repository:other:push\""
            );
            Reply::status(401).header("WWW-Authenticate", challenge)
        }
    });
    let collected = collect_as(&client(of_gitlab(&front)), &front);
    assert_eq!(collected.image.resolved, Ok(subject().to_string()), "{collected:?}");
    assert_eq!(
        front.paths().len(),
        5,
        "refused, image, three look-ups: {:?}",
        front.paths()
    );
    let asked = server.received();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].path, "/token?scope=repository:lab/app:pull&service=lab");
    assert_eq!(asked[0].authorization.as_deref(), Some(BASIC));
}

#[test]
fn what_the_pipeline_brings_is_left_out_where_it_is_refused() {
    let server = Server::start(
        |received| match (received.path.split('?').next(), received.authorization.as_deref()) {
            (Some("/token"), Some(_)) => Reply::status(403),
            (Some("/token"), None) => Reply::ok("application/json", r#"{"token":"anonymous"}"#),
            (_, Some("Bearer anonymous")) => image_or_absent(received),
            _ => Reply::status(401).header(
                "WWW-Authenticate",
                format!("Bearer realm=\"http://{}/token\"", received.host),
            ),
        },
    );
    let collected = collect_as(&client(of_gitlab(&server)), &server);
    assert_eq!(collected.image.resolved, Ok(subject().to_string()), "{collected:?}");
}

#[test]
fn an_identity_token_is_exchanged() {
    let server = Server::start(
        |received| match (received.path.as_str(), received.authorization.as_deref()) {
            ("/token", None) if received.method == "POST" => Reply::ok("application/json", r#"{"access_token":"t"}"#),
            (_, Some("Bearer t")) => image_or_absent(received),
            _ => Reply::status(401).header(
                "WWW-Authenticate",
                format!("Bearer realm=\"http://{}/token\"", received.host),
            ),
        },
    );
    let config = format!(r#"{{"auths":{{"{}":{{"identitytoken":"r"}}}}}}"#, server.address);
    let folder = Scratch::with(&[("config.json", config.as_bytes())]);
    let environment = Environment {
        docker_config: Some(folder.path.clone()),
        ..Environment::empty()
    };
    let collected = collect_as(&client(environment), &server);
    assert_eq!(collected.image.resolved, Ok(subject().to_string()), "{collected:?}");
    let form = "scope=repository:lab/app:pull&grant_type=refresh_token&client_id=portcullis&refresh_token=r";
    assert_eq!(server.received()[1].body, form);
}

#[test]
fn a_granted_token_tells_unauthorized_from_absent() {
    let realm = |token: Reply| {
        let realm = Server::start(move |_| token.clone());
        let port = realm.address.port();
        let challenge = format!("Bearer realm=\"http://127.0.0.1:{port}/token\"");
        let server = Server::start(move |received| match received.path.as_str() {
            "/v2/lab/app/manifests/v1" => image(),
            _ => Reply::status(401).header("WWW-Authenticate", &challenge),
        });
        let carriers = [Carrier::SignatureTag, Carrier::AttestationTag, Carrier::SbomTag];
        collect(
            &client(Environment::empty()),
            &server.reference("lab/app:v1"),
            &requirements(&carriers),
            Depth::Signed,
        )
        .lookups
    };
    let granted = realm(Reply::ok("application/json", r#"{"token":"t"}"#));
    assert!(
        granted
            .iter()
            .all(|lookup| matches!(&lookup.outcome, Outcome::Absent(reason) if reason == "401 Unauthorized"))
    );
    let refused = realm(Reply::status(403));
    assert!(
        refused
            .iter()
            .all(|lookup| matches!(&lookup.outcome, Outcome::Failed(_))),
        "{refused:?}"
    );
}

#[test]
fn a_realm_on_another_host_gets_no_credentials() {
    let realm = Server::start(|_| Reply::ok("application/json", r#"{"access_token":"t"}"#));
    let port = realm.address.port();
    let server = Server::start(move |received| match received.authorization.as_deref() {
        Some("Bearer t") => Reply::status(403),
        _ => Reply::status(401).header(
            "WWW-Authenticate",
            format!("Bearer realm=\"http://localhost:{port}/token\""),
        ),
    });
    let refused = collect_as(&client(of_gitlab(&server)), &server)
        .image
        .resolved
        .expect_err("refused");
    assert!(
        refused.reason.contains(
            "asked without the credentials of CI_REGISTRY_PASSWORD, since the token realm `http://localhost:"
        ),
        "{refused:?}"
    );
    assert!(
        realm.received().iter().all(|received| received.authorization.is_none()),
        "{:?}",
        realm.received()
    );
    let plain =
        Server::start(|_| Reply::status(401).header("WWW-Authenticate", "Bearer realm=\"http://auth.example/token\""));
    let refused = collect_as(&client(of_gitlab(&plain)), &plain)
        .image
        .resolved
        .expect_err("refused");
    assert!(
        refused
            .reason
            .contains("the token realm `http://auth.example/token` is not https"),
        "{refused:?}"
    );
}

#[test]
fn only_what_is_needed_is_asked() {
    let (manifest, descriptor) = referrer();
    let foreign = descriptor.replace(
        "{\"mediaType\"",
        "{\"artifactType\":\"application/spdx+json\",\"mediaType\"",
    );
    let listed = format!(
        "{descriptor},{}",
        foreign.replace(
            &Digest::of(manifest.as_bytes()).to_string(),
            &Digest::of(b"sbom").to_string()
        )
    );
    let (collected, server) = ask(&[Carrier::Referrer], move |received| match received.path.as_str() {
        path if path.contains("/referrers/") => Reply::ok(OCI_INDEX, index(&listed)),
        path if path.contains("/blobs/") => Reply::ok("application/octet-stream", BUNDLE),
        _ => Reply::ok(OCI_MANIFEST, manifest.clone()),
    });
    assert!(
        matches!(&collected.lookups[0].outcome, Outcome::Found(found) if found.len() == 2),
        "{collected:?}"
    );
    assert_eq!(
        server.paths().len(),
        4,
        "image, referrers, manifest, bundle: {:?}",
        server.paths()
    );
    let (_, server) = ask(&[], |_| Reply::status(500));
    assert_eq!(server.paths().len(), 1);
    assert_eq!(server.received()[0].method, "GET");
    assert_eq!(server.received()[0].body, "");
}

#[test]
fn the_same_answers_in_any_order_give_the_same_request() {
    let other = IMAGE.replace("[]", "[ ]");
    let (manifest, descriptor) = referrer();
    let second = format!(r#"{{"digest":"{}","size":1}}"#, Digest::of(other.as_bytes()));
    let collected = |listed: String| {
        let (manifest, other) = (manifest.clone(), other.clone());
        let reply = move |received: &Received| match received.path.as_str() {
            path if path.contains("/referrers/") => Reply::ok(OCI_INDEX, index(&listed)),
            path if path.contains("/blobs/") => Reply::ok("application/octet-stream", BUNDLE),
            path if path.ends_with(&Digest::of(other.as_bytes()).hex()) => Reply::ok(OCI_MANIFEST, other.clone()),
            _ => Reply::ok(OCI_MANIFEST, manifest.clone()),
        };
        let (collected, _) = ask(&[Carrier::Referrer], reply);
        collected.blobs
    };
    assert_eq!(
        collected(format!("{descriptor},{second}")),
        collected(format!("{second},{descriptor}"))
    );
}

#[test]
fn nobody_listening_is_a_failure_with_its_cause() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port")
        .port();
    let reference = format!("127.0.0.1:{port}/a:v1").parse().expect("a reference");
    let failure = client(Environment::empty()).image(&reference).expect_err("nobody");
    assert_eq!(failure.class, ResultClass::DiscoveryFailed);
    assert!(
        failure.reason.to_lowercase().contains("connection refused"),
        "{failure:?}"
    );
}

#[test]
fn candidates_beyond_the_limit_are_told_and_not_fetched() {
    let descriptors: Vec<String> = (0..limits::CANDIDATES + 5)
        .map(|number| {
            format!(
                r#"{{"digest":"{}","size":2}}"#,
                Digest::of(number.to_string().as_bytes())
            )
        })
        .collect();
    let listed = index(&descriptors.join(","));
    let (collected, server) = ask(&[Carrier::Referrer], move |received| {
        if received.path.contains("/referrers/") {
            Reply::ok(OCI_INDEX, listed.clone())
        } else {
            Reply::status(404)
        }
    });
    let of = |class: ResultClass| {
        collected
            .unreadable
            .iter()
            .filter(|unreadable| unreadable.failure.class == class)
            .count()
    };
    assert_eq!(
        (of(ResultClass::DiscoveryFailed), of(ResultClass::BudgetExceeded)),
        (limits::CANDIDATES, 5)
    );
    assert_eq!(server.paths().len(), 2 + limits::CANDIDATES);
}
