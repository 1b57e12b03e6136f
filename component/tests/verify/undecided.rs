//! Where nobody could look, nothing is known: undecided, never "unsigned" and never allowed. Pins `lookup_failures`,
//! `Content::Unseen`, the budgets, and that what satisfies a rule without the unseen part still does.

use portcullis_component::evaluate::evaluate;
use portcullis_component::wit::basics::{Carrier, ResultClass, ResultClass::*, Verdict};
use portcullis_component::wit::request::{Descriptor, Outcome, Request, Unreadable};
use testbed::*;

use crate::case::{Case, expect, failure, signature};

fn key() -> Key {
    Key::p256("ops")
}

fn signed() -> Request {
    Case::key(&key())
        .bundle(&Sigstore::new().sign(&key(), signature()).bundle())
        .request()
}

fn unsigned() -> Request {
    Case::key(&key()).request()
}

fn fail(request: &mut Request, carrier: Carrier) {
    let lookup = request.lookups.iter_mut().find(|one| one.carrier == carrier).unwrap();
    lookup.outcome = Outcome::Failed(failure(DiscoveryFailed));
}

#[track_caller]
fn is(request: &Request, verdict: Verdict, class: ResultClass) {
    expect(evaluate(request).unwrap(), verdict, class);
}

#[test]
fn referrers_503_undecided_inform_fail() {
    for top in ["", "undecided: inform"] {
        for carrier in [Carrier::ReferrersTag, Carrier::SignatureTag] {
            let mut request = Case::key(&key()).top(top).request();
            fail(&mut request, carrier);
            is(&request, Verdict::Undecided, DiscoveryFailed);
        }
    }
    let mut request = signed();
    fail(&mut request, Carrier::SignatureTag);
    is(&request, Verdict::Allow, Verified);
    fail(&mut request, Carrier::ReferrersTag);
    is(&request, Verdict::Undecided, DiscoveryFailed);
}

/// A signature can't come from the tag of attestations.
#[test]
fn attestation_tag_503_is_no_matter() {
    let mut request = unsigned();
    fail(&mut request, Carrier::AttestationTag);
    is(&request, Verdict::Deny, Unsigned);
}

#[test]
fn image_not_there_undecided() {
    for class in [ImageNotFound, DiscoveryFailed] {
        let mut request = signed();
        request.image.resolved = Err(failure(class));
        is(&request, Verdict::Undecided, class);
    }
    let mut request = signed();
    let digest = request.image.resolved.clone().unwrap();
    request.blobs.retain(|blob| blob.digest != digest);
    is(&request, Verdict::Undecided, DiscoveryFailed);
}

/// Whatever single blob is missing or unreadable: undecided, and never "unsigned".
#[test]
fn blob_missing_undecided() {
    let good = signed();
    let needed = |digest: &str| {
        let mut request = good.clone();
        request.blobs.retain(|blob| blob.digest != digest);
        evaluate(&request).unwrap().verdict != Verdict::Allow
    };
    let needed: Vec<_> = good
        .blobs
        .iter()
        .map(|blob| blob.digest.clone())
        .filter(|digest| needed(digest))
        .collect();
    assert_eq!(needed.len(), 3, "image, referrer, bundle");
    for digest in needed {
        let mut request = good.clone();
        request.blobs.retain(|blob| blob.digest != digest);
        is(&request, Verdict::Undecided, DiscoveryFailed);
        request.unreadable.push(Unreadable {
            digest,
            failure: failure(BudgetExceeded),
        });
        is(&request, Verdict::Undecided, BudgetExceeded);
    }
}

/// A referrer of a type that holds no signature needs no look.
#[test]
fn referrer_of_another_type_is_no_matter() {
    let mut request = unsigned();
    let stranger = Descriptor {
        media_type: layout::OCI_MANIFEST.to_owned(),
        digest: format!("sha256:{}", "00".repeat(32)),
        size: 1,
        artifact_type: Some("application/vnd.example.sbom".to_owned()),
    };
    request.lookups[0].outcome = Outcome::Found(vec![stranger]);
    is(&request, Verdict::Undecided, DiscoveryFailed);
    request.lookups[0].carrier = Carrier::Referrer;
    is(&request, Verdict::Deny, Unsigned);
}

#[test]
fn manifest_larger_than_the_budget_undecided() {
    let mut case = Case::key(&key());
    let huge = format!("{{\"layers\":[],\"x\":\"{}\"}}", "x".repeat(4 << 20));
    let referrer = case.layout.blob(layout::OCI_MANIFEST, huge.as_bytes());
    let image = case.image.clone();
    case.layout.index.clear();
    let mut request = case.request();
    request.lookups[0].outcome = Outcome::Found(vec![crate::case::listed(&referrer.0)]);
    is(&request, Verdict::Undecided, BudgetExceeded);
    let case = Case::key(&key()).image(case.layout, &referrer);
    case.undecided(BudgetExceeded);
    assert_ne!(image, referrer);
}

#[test]
fn more_evidence_than_the_budget_undecided() {
    let (sigstore, mut request) = (Sigstore::new(), signed());
    let detached = |number: u32| crate::case::named(&number.to_string(), format!("{{\"{number}\":0}}").as_bytes());
    request.bundles = (0..1_000).map(detached).collect();
    is(&request, Verdict::Allow, Verified);
    // Pushed out of the first thousand, it is not unsigned: nobody looked.
    let good = sigstore.sign(&key(), signature()).bundle().to_string();
    let mut request = unsigned();
    request.bundles = (0..1_000).map(detached).collect();
    request.bundles.push(crate::case::named("last", good.as_bytes()));
    is(&request, Verdict::Undecided, BudgetExceeded);
}
