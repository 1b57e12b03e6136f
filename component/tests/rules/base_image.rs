//! `base-image`: asked for by the component, brought by the host, judged in one request.

use portcullis_component::evaluate::evaluate;
use portcullis_component::wit::basics::{Carrier, ResultClass, Verdict};
use portcullis_component::wit::report::{Effect, Report, Wanted, WantedImage};
use portcullis_component::wit::request::{Lookup, Outcome, Request, Unreadable};
use serde_json::{Value, json};
use testbed::clock::MINUTE;
use testbed::layout::{OCI_CONFIG, OCI_MANIFEST, manifest};
use testbed::*;

use crate::attestation::attested;
use crate::case::{Case, NOW, WORKFLOW, blob, failure, lookups, signature};
use crate::provenance::provenance;

const V1: &str = "https://slsa.dev/provenance/v1";
const BASE: &str = "registry.example/vendor/base";
const VENDOR: &str = "github: { repository: vendor/base, workflow: vendor/base/.github/workflows/release.yml, \
                      ref: refs/heads/main }";
const RULE: &str = "by: release, allowed: [registry.example/vendor/*], signed-by: vendor, not-older-than: 1d";

fn material(name: &str, digest: &str) -> Value {
    let hex = digest.strip_prefix("sha256:").unwrap();
    json!([{ "uri": format!("pkg:docker/{name}@1"), "digest": { "sha256": hex } }])
}

/// An image that was created half an hour before the testbed signs.
fn base(layout: &mut Layout) -> Descriptor {
    let config = layout.blob(OCI_CONFIG, br#"{"created":"2026-01-01T11:30:00Z"}"#);
    layout.manifest(&manifest(OCI_MANIFEST, &config, &[]))
}

fn vendor() -> CertificateRequest {
    CertificateRequest::github("vendor/base", "release.yml", "refs/heads/main")
}

/// acme's image, its provenance by acme's workflow, and the base that it names, signed by `who`.
fn case(sigstore: &Sigstore, rule: &str, who: CertificateRequest) -> (Case, Descriptor) {
    let mut case = Case::new(sigstore)
        .signer("vendor", VENDOR)
        .judged_by(&format!("base-image: {{ {rule} }}"));
    let base = base(&mut case.layout);
    let signature = Statement::image_signature(base.digest());
    let bundle = sigstore.sign(&sigstore.issue(who), signature).rekor_v1().bundle();
    case.layout.attach_bundle(&base, &bundle);
    let predicate = provenance(WORKFLOW, material(BASE, base.digest()));
    let bundle = attested(sigstore, V1, predicate, 0);
    (case.bundle(&bundle), base)
}

/// What a host knows of the image alone.
fn first(case: &Case, base: &Descriptor) -> Request {
    let mut request = case.request();
    request.blobs.retain(|blob| blob.digest != base.digest());
    request
}

/// What a host brings of the image that is wanted.
fn bring(request: &mut Request, case: &Case, base: &Descriptor) {
    let content = case.layout.blobs[base.digest()].clone();
    request.blobs.push(blob(base.digest(), &content));
    request.lookups.extend(lookups(&case.layout, base.digest()));
    request.lookups.push(Lookup {
        subject: base.digest().to_owned(),
        carrier: Carrier::Referrer,
        outcome: Outcome::Absent("404 Not Found".to_owned()),
    });
}

fn wanted(report: &Report) -> Vec<String> {
    let name = |wanted: &Wanted| match wanted {
        Wanted::Image(WantedImage { name, digest, .. }) => format!("{name}@{digest}"),
        other => panic!("{other:?}"),
    };
    report.wanted.iter().map(name).collect()
}

/// The second answer.
fn judged(case: &Case, base: &Descriptor) -> Report {
    let mut request = first(case, base);
    bring(&mut request, case, base);
    evaluate(&request).unwrap()
}

#[track_caller]
fn says(report: &Report, verdict: Verdict, message: &str) {
    let findings = &report.rules[0].findings;
    let said: Vec<_> = findings.iter().map(|one| one.message.as_str()).collect();
    assert_eq!(report.verdict, verdict, "{findings:#?}");
    assert!(said.iter().any(|one| one.contains(message)), "{findings:#?}");
}

#[test]
fn a_base_is_wanted_and_then_judged() {
    let sigstore = Sigstore::new();
    let (case, base) = case(&sigstore, RULE, vendor());
    let unseen = evaluate(&first(&case, &base)).unwrap();
    says(&unseen, Verdict::Undecided, "could not be looked at");
    assert_eq!(wanted(&unseen), [format!("{BASE}@{}", base.digest())]);

    let report = judged(&case, &base);
    assert_eq!(report.verdict, Verdict::Allow, "{:#?}", report.rules);
    assert_eq!(wanted(&report), Vec::<String>::new());
    assert_eq!(report.rules[0].kind, "base-image");
    assert!(report.evidence.iter().any(|one| one.subject == base.digest()));
    let targets: Vec<_> = report.targets.iter().map(|target| target.digest.as_str()).collect();
    assert_eq!(targets, [case.image.digest()]);
}

#[test]
fn an_image_that_is_not_allowed_is_never_wanted_fail() {
    let sigstore = Sigstore::new();
    let (case, base) = case(&sigstore, &RULE.replace("vendor/*", "acme/*"), vendor());
    let report = evaluate(&first(&case, &base)).unwrap();
    says(&report, Verdict::Deny, "which is not allowed");
    assert_eq!(wanted(&report), Vec::<String>::new());
}

#[test]
fn a_base_that_another_signed_fail() {
    let sigstore = Sigstore::new();
    let stranger = CertificateRequest::github("evil/base", "release.yml", "refs/heads/main");
    let (case, base) = case(&sigstore, RULE, stranger);
    let report = judged(&case, &base);
    says(&report, Verdict::Deny, "is not signed by whom the policy wants");
    assert_eq!(report.rules[0].findings[0].id, BASE);
}

/// The vendor's signature of the image itself is none of its base.
#[test]
fn a_base_that_nobody_signed_fail() {
    let sigstore = Sigstore::new();
    let mut case = Case::new(&sigstore)
        .signer("vendor", VENDOR)
        .judged_by("base-image: { by: release, allowed: [registry.example/vendor/*], signed-by: vendor }");
    let base = base(&mut case.layout);
    let bundle = attested(&sigstore, V1, provenance(WORKFLOW, material(BASE, base.digest())), 0);
    let of_image = sigstore.sign(&sigstore.issue(vendor()), signature()).rekor_v1();
    let case = case.bundle(&bundle).bundle(&of_image.bundle());
    says(
        &judged(&case, &base),
        Verdict::Deny,
        "is not signed by whom the policy wants",
    );
}

#[test]
fn a_base_that_is_too_old_fail() {
    let sigstore = Sigstore::new();
    let (case, base) = case(&sigstore, RULE, vendor());
    let later = case.at(NOW + 24 * 60 * MINUTE);
    says(&judged(&later, &base), Verdict::Deny, "is too old");
}

#[test]
fn the_oldest_platform_of_a_base_is_too_old_fail() {
    let sigstore = Sigstore::new();
    let rule = "base-image: { by: release, allowed: [registry.example/vendor/*], not-older-than: 1d }";
    let mut case = Case::new(&sigstore).judged_by(rule);
    let young = base(&mut case.layout).platform("linux/amd64");
    let config = case.layout.blob(OCI_CONFIG, br#"{"created":"2025-12-01T00:00:00Z"}"#);
    let old = manifest(OCI_MANIFEST, &config, &[]);
    let old = case.layout.manifest(&old).platform("linux/arm64");
    for (children, verdict) in [(vec![young.clone()], Verdict::Allow), (vec![old, young], Verdict::Deny)] {
        let mut case = case.clone();
        let index = case.layout.image_index(&children);
        let predicate = provenance(WORKFLOW, material(BASE, index.digest()));
        let case = case.bundle(&attested(&sigstore, V1, predicate, 0));
        let report = case.report();
        assert_eq!(report.verdict, verdict, "{:#?}", report.rules);
        assert_eq!(wanted(&report), Vec::<String>::new());
    }
}

/// With detached bundles alone nothing is known of the manifest.
#[test]
fn annotations_of_an_unknown_manifest_undecided() {
    let sigstore = Sigstore::new();
    let rule = "base-image: { from: annotations, allowed: [registry.example/vendor/*] }";
    let case = Case::new(&sigstore).judged_by(rule);
    let signed = sigstore.sign(&sigstore.issue(vendor()), signature()).rekor_v1();
    let mut request = case.detached(&signed.bundle()).request();
    request.blobs.clear();
    request.lookups.clear();
    let report = evaluate(&request).unwrap();
    assert_eq!(report.verdict, Verdict::Undecided, "{:#?}", report.rules);
}

/// Neither a registry that is down nor a host that brings half makes an unsigned base a signed one.
#[test]
fn a_base_that_nobody_could_look_at_undecided() {
    let sigstore = Sigstore::new();
    let (case, base) = case(&sigstore, RULE, vendor());
    let mut refused = first(&case, &base);
    refused.unreadable.push(Unreadable {
        digest: base.digest().to_owned(),
        failure: failure(ResultClass::DiscoveryFailed),
    });
    let report = evaluate(&refused).unwrap();
    says(&report, Verdict::Undecided, "could not be looked at");
    assert_eq!(wanted(&report), Vec::<String>::new());

    let mut half = first(&case, &base);
    bring(&mut half, &case, &base);
    half.lookups.retain(|one| one.subject != base.digest());
    let report = evaluate(&half).unwrap();
    says(&report, Verdict::Undecided, "could not be looked at");
    assert_eq!(wanted(&report).len(), 1);

    let mut down = first(&case, &base);
    bring(&mut down, &case, &base);
    for lookup in down.lookups.iter_mut().filter(|one| one.subject == base.digest()) {
        lookup.outcome = Outcome::Failed(failure(ResultClass::DiscoveryFailed));
    }
    says(&evaluate(&down).unwrap(), Verdict::Undecided, "could not be looked at");
}

#[test]
fn nothing_stated_fail() {
    let sigstore = Sigstore::new();
    let case = Case::new(&sigstore)
        .signer("vendor", VENDOR)
        .judged_by(&format!("base-image: {{ {RULE} }}"));
    let bundle = attested(&sigstore, V1, provenance(WORKFLOW, json!([])), 0);
    says(
        &case.bundle(&bundle).report(),
        Verdict::Deny,
        "it is not said what it was built on",
    );
    let provenance =
        Case::new(&sigstore).judged_by("base-image: { by: release, allowed: [registry.example/vendor/*] }");
    provenance.denied(ResultClass::Unsigned);
}

#[test]
fn annotations_only_where_the_policy_says_so() {
    let sigstore = Sigstore::new();
    let rule = "base-image: { from: annotations, allowed: [registry.example/vendor/*], signed-by: vendor }";
    let mut case = Case::new(&sigstore).signer("vendor", VENDOR).judged_by(rule);
    let base = base(&mut case.layout);
    let config = case.layout.blob(OCI_CONFIG, b"{}");
    let mut annotated = manifest(OCI_MANIFEST, &config, &[]);
    annotated["annotations"] = json!({
        "org.opencontainers.image.base.name": format!("{BASE}:1"),
        "org.opencontainers.image.base.digest": base.digest(),
    });
    let image = case.layout.manifest(&annotated);
    let layout = case.layout.clone();
    let mut case = case.image(layout, &image);
    let unseen = evaluate(&first(&case, &base)).unwrap();
    assert_eq!(wanted(&unseen), [format!("{BASE}@{}", base.digest())]);
    says(
        &judged(&case, &base),
        Verdict::Deny,
        "is not signed by whom the policy wants",
    );
    let signature = Statement::image_signature(base.digest());
    let bundle = sigstore.sign(&sigstore.issue(vendor()), signature).rekor_v1().bundle();
    case.layout.attach_bundle(&base, &bundle);
    let report = judged(&case, &base);
    assert_eq!(report.verdict, Verdict::Allow, "{:#?}", report.rules);
    let by_provenance = case.judged_by(&format!("base-image: {{ {RULE} }}"));
    by_provenance.denied(ResultClass::Unsigned);
}

#[test]
fn keys_that_do_not_fit_error() {
    let sigstore = Sigstore::new();
    let case = |rule: &str| Case::new(&sigstore).judged_by(&format!("base-image: {{ {rule} }}"));
    case("allowed: [docker.io/library/*]").policy_error("needs `by`");
    case("by: release").policy_error("needs `allowed`");
    case("by: release, allowed: [\"*/debian\"]").policy_error("which registry is asked");
    case("by: release, allowed: [debian]").policy_error("can match no image");
    case("from: annotations, by: release, allowed: [docker.io/library/*]").policy_error("cannot stand beside");
    case("by: release, allowed: [docker.io/library/*], signed-by: nobody").policy_error("no signer `nobody`");
    case("by: release, allowed: [docker.io/library/*], not-older-than: 1y").policy_error("no length of time");
}

#[test]
fn findings_know_what_they_do() {
    let sigstore = Sigstore::new();
    let (case, base) = case(&sigstore, RULE, vendor());
    let report = evaluate(&first(&case, &base)).unwrap();
    let effects: Vec<_> = report.rules[0].findings.iter().map(|one| one.effect).collect();
    assert_eq!(effects, [Effect::LeavesUndecided, Effect::LeavesUndecided]);
}

/// Bytes that nobody can have and places where nobody can look make an allow undecided, never a denial; and they make
/// nothing allowed.
#[test]
fn what_is_missing_is_no_denial_and_allows_nothing() {
    let sigstore = Sigstore::new();
    let stranger = CertificateRequest::github("evil/base", "release.yml", "refs/heads/main");
    for (who, before) in [(vendor(), Verdict::Allow), (stranger, Verdict::Deny)] {
        let (case, base) = case(&sigstore, RULE, who);
        let mut whole = first(&case, &base);
        bring(&mut whole, &case, &base);
        assert_eq!(evaluate(&whole).unwrap().verdict, before);
        let mut changed = Vec::new();
        for at in 0..whole.blobs.len() {
            let mut without = whole.clone();
            without.blobs.remove(at);
            changed.push(without);
        }
        for at in 0..whole.lookups.len() {
            let mut without = whole.clone();
            without.lookups[at].outcome = Outcome::Failed(failure(ResultClass::DiscoveryFailed));
            changed.push(without);
        }
        for request in changed {
            let after = evaluate(&request).unwrap().verdict;
            match before {
                Verdict::Allow => assert_ne!(after, Verdict::Deny),
                _ => assert_ne!(after, Verdict::Allow),
            }
        }
    }
}
