//! Referrers in pages, and more of them than are looked at.

use super::*;

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
