//! Evidence in other repositories than the image's.

use super::*;

const ELSEWHERE: &str = "/v2/lab/signatures/";

/// The image in `lab/app`, which has nothing of its own, with `lab/signatures` beside it.
fn beside(carriers: &[Carrier], answer: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> (Collected, Server) {
    let server = Server::start(move |received| match received.path.as_str() {
        "/v2/lab/app/manifests/v1" => image(),
        path if path.starts_with(ELSEWHERE) => answer(received),
        _ => Reply::status(404),
    });
    let name = |repository: &str| format!("{}/lab/{repository}", server.address);
    let wanted = ImageRequirements {
        evidence: vec![name("signatures"), name("app"), name("signatures")],
        ..requirements(carriers)
    };
    let registry = client(Environment::empty());
    let collected = collect(&registry, &server.reference("lab/app:v1"), &wanted, Depth::Signed);
    (collected, server)
}

fn outcomes(collected: &Collected) -> Vec<String> {
    let outcome = |lookup: &crate::wit::request::Lookup| match &lookup.outcome {
        Outcome::Found(found) => format!("found {}", found.len()),
        Outcome::Absent(_) => "absent".to_owned(),
        Outcome::Failed(failure) => format!("{:?}: {}", failure.class, failure.reason),
    };
    collected.lookups.iter().map(outcome).collect()
}

#[test]
fn a_bundle_in_another_repository_is_fetched_from_there() {
    let (manifest, descriptor) = referrer();
    let (collected, server) = beside(&[Carrier::Referrer], move |received| match received.path.as_str() {
        path if path.contains("/referrers/") => Reply::ok(OCI_INDEX, index(&descriptor)),
        path if path.contains("/blobs/") => Reply::ok("application/octet-stream", BUNDLE),
        _ => Reply::ok(OCI_MANIFEST, manifest.clone()),
    });
    assert_eq!(outcomes(&collected), ["absent", "found 1"], "each repository once");
    assert_eq!(
        collected.blobs.len(),
        3,
        "image, manifest, bundle: {:?}",
        server.paths()
    );
    assert_eq!(collected.unreadable, []);
}

/// Who read the image knows that a tag which is refused is not there. Here nobody was let in.
#[test]
fn a_refusal_in_another_repository_is_no_absence_undecided() {
    for status in [401, 403] {
        let (collected, _) = beside(&[Carrier::SignatureTag], move |_| Reply::status(status));
        let found = outcomes(&collected);
        assert_eq!(found[0], "absent");
        assert!(found[1].contains(&format!("DiscoveryFailed: {status}")), "{found:?}");
    }
    let (collected, _) = beside(&[Carrier::SignatureTag], |_| Reply::status(503));
    assert!(outcomes(&collected)[1].contains("503"), "{collected:?}");
}

/// A proxy cache lists the bundle and does not have it: the origin does.
#[test]
fn what_one_repository_lacks_or_falsifies_another_may_have() {
    for of_the_cache in [Reply::status(404), Reply::ok(OCI_MANIFEST, "{}")] {
        let (manifest, descriptor) = referrer();
        let server = Server::start(move |received| match received.path.as_str() {
            "/v2/lab/app/manifests/v1" => image(),
            path if path.contains("/referrers/") => Reply::ok(OCI_INDEX, index(&descriptor)),
            path if path.starts_with("/v2/lab/app/") => of_the_cache.clone(),
            path if path.contains("/blobs/") => Reply::ok("application/octet-stream", BUNDLE),
            _ => Reply::ok(OCI_MANIFEST, manifest.clone()),
        });
        let wanted = ImageRequirements {
            evidence: vec![format!("{}/lab/origin", server.address)],
            ..requirements(&[Carrier::Referrer])
        };
        let registry = client(Environment::empty());
        let collected = collect(&registry, &server.reference("lab/app:v1"), &wanted, Depth::Signed);
        assert_eq!(
            (collected.blobs.len(), collected.unreadable.len()),
            (3, 0),
            "{collected:?}"
        );
    }
}

#[test]
fn a_name_that_is_no_repository_is_a_failure_undecided() {
    let server = Server::start(|received| match received.path.as_str() {
        "/v2/lab/app/manifests/v1" => image(),
        _ => Reply::status(404),
    });
    let wanted = ImageRequirements {
        evidence: vec!["https://r.example/x".to_owned()],
        ..requirements(&[Carrier::Referrer])
    };
    let registry = client(Environment::empty());
    let collected = collect(&registry, &server.reference("lab/app:v1"), &wanted, Depth::Signed);
    assert!(outcomes(&collected)[1].contains("no URL scheme"), "{collected:?}");
}
