//! What is asked at all.

use super::*;

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
