//! Where redirects are followed.

use super::*;

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
