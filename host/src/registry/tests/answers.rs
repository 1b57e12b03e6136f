//! What the answers of registries mean, status by status.

use super::*;

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
