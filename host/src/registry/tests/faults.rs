//! Registries that break off, hang, throttle and lie.

use super::*;

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

/// A byte now and then passes every time-out but the one of the whole request.
#[test]
fn a_slow_drip_ends() {
    let server = Server::start(|_| image().dripping());
    let mut settings = super::super::Settings::new(Environment::empty());
    settings.proxy = super::super::Proxy::None;
    settings.timeouts.request = std::time::Duration::from_millis(200);
    let began = std::time::Instant::now();
    let failure = Registry::new(settings)
        .image(&server.reference("lab/app:v1"))
        .expect_err("too slow");
    assert!(failure.reason.contains("no answer within 0.2 s"), "{failure:?}");
    assert!(began.elapsed() < std::time::Duration::from_secs(2));
    assert_eq!(server.paths().len(), 1, "nor is it tried again");
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
