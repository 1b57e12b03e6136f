//! `base-image` with `built-on`: what the base image was built on itself, one level more and no further.

use portcullis_component::evaluate::evaluate;
use portcullis_component::wit::basics::{Carrier, ResultClass, Verdict};
use portcullis_component::wit::report::{Report, Wanted, WantedImage};
use portcullis_component::wit::request::{Lookup, Outcome, Request};
use serde_json::{Value, json};
use testbed::layout::{OCI_CONFIG, OCI_MANIFEST, manifest};
use testbed::*;

use crate::attestation::attested;
use crate::case::{Case, WORKFLOW, failure, lookups};
use crate::provenance::provenance;

const V1: &str = "https://slsa.dev/provenance/v1";
const BASE: &str = "registry.example/vendor/base";
const ROOT: &str = "docker.io/library/debian";
const VENDOR: &str = "github: { repository: vendor/base, workflow: vendor/base/.github/workflows/release.yml, \
                      ref: refs/heads/main }";
const RULE: &str = "by: release, allowed: [registry.example/vendor/*], \
                    built-on: { by: vendor, allowed: [docker.io/library/*] }";

fn vendor() -> CertificateRequest {
    CertificateRequest::github("vendor/base", "release.yml", "refs/heads/main")
}

fn stranger() -> CertificateRequest {
    CertificateRequest::github("evil/base", "release.yml", "refs/heads/main")
}

fn materials(name: &str, digest: &str) -> Value {
    let hex = digest.strip_prefix("sha256:").unwrap();
    json!([{ "uri": format!("pkg:docker/{name}@1"), "digest": { "sha256": hex } }])
}

/// As the vendor's own workflow writes it.
fn vendors(materials: Value) -> Value {
    let text = provenance(WORKFLOW, materials).to_string();
    serde_json::from_str(&text.replace("acme/app", "vendor/base")).unwrap()
}

/// acme's image, built on the vendor's, of which `who` says that it was built on `beneath`.
fn case(sigstore: &Sigstore, rule: &str, who: CertificateRequest, beneath: Value) -> (Case, Descriptor) {
    let mut case = Case::new(sigstore)
        .signer("vendor", VENDOR)
        .judged_by(&format!("base-image: {{ {rule} }}"));
    let config = case.layout.blob(OCI_CONFIG, br#"{"created":"2026-01-01T11:30:00Z"}"#);
    let base = case.layout.manifest(&manifest(OCI_MANIFEST, &config, &[]));
    let statement = Statement::attestation(BASE, base.digest(), V1, vendors(beneath));
    let bundle = sigstore.sign(&sigstore.issue(who), statement).rekor_v1().bundle();
    case.layout.attach_bundle(&base, &bundle);
    let bundle = attested(sigstore, V1, provenance(WORKFLOW, materials(BASE, base.digest())), 0);
    (case.bundle(&bundle), base)
}

/// With the base image looked at.
fn looked_at(case: &Case, base: &Descriptor) -> Request {
    let mut request = case.request();
    request.lookups.extend(lookups(&case.layout, base.digest()));
    request.lookups.push(Lookup {
        subject: base.digest().to_owned(),
        carrier: Carrier::Referrer,
        outcome: Outcome::Absent("404 Not Found".to_owned()),
    });
    request
}

fn judged(case: &Case, base: &Descriptor) -> Report {
    evaluate(&looked_at(case, base)).unwrap()
}

fn root() -> String {
    format!("sha256:{}", "d".repeat(64))
}

#[track_caller]
fn says(report: &Report, verdict: Verdict, message: &str) {
    let findings = &report.rules[0].findings;
    let said = findings.iter().any(|one| one.message.contains(message));
    assert_eq!((report.verdict, said), (verdict, true), "{findings:#?}");
}

#[test]
fn a_base_that_was_built_on_what_is_allowed() {
    let sigstore = Sigstore::new();
    let (case, base) = case(&sigstore, RULE, vendor(), materials("library/debian", &root()));
    let report = judged(&case, &base);
    assert_eq!(report.verdict, Verdict::Allow, "{:#?}", report.rules);
    assert!(
        report.rules[0]
            .demand
            .contains("; that one built on docker.io/library/*, by vendor")
    );
    assert!(report.evidence.iter().any(|one| one.subject == base.digest()));
}

#[test]
fn a_base_that_was_built_on_another_fail() {
    let sigstore = Sigstore::new();
    let (case, base) = case(&sigstore, RULE, vendor(), materials("evil/debian", &root()));
    let report = judged(&case, &base);
    says(
        &report,
        Verdict::Deny,
        "built on `docker.io/evil/debian`, which is not allowed",
    );
    assert_eq!(report.rules[0].findings[0].id, "docker.io/evil/debian");
}

/// Neither no statement nor that of another is the vendor's.
#[test]
fn a_base_of_which_the_vendor_says_nothing_fail() {
    let sigstore = Sigstore::new();
    let (case, base) = case(&sigstore, RULE, stranger(), materials("library/debian", &root()));
    let report = judged(&case, &base);
    says(
        &report,
        Verdict::Deny,
        "of the base image `registry.example/vendor/base`",
    );
    assert_eq!(
        report.rules[0].findings[0].id, BASE,
        "an exception names the base image, not a class"
    );

    let mut bare = looked_at(&case, &base);
    for lookup in bare.lookups.iter_mut().filter(|one| one.subject == base.digest()) {
        lookup.outcome = Outcome::Absent("404 Not Found".to_owned());
    }
    says(&evaluate(&bare).unwrap(), Verdict::Deny, "the image has no provenance");
}

/// The image's own provenance says nothing about its base image.
#[test]
fn a_statement_about_another_image_fail() {
    let sigstore = Sigstore::new();
    let rule = "by: release, allowed: [registry.example/vendor/*], \
                built-on: { by: release, allowed: [registry.example/vendor/*] }";
    let (case, base) = case(&sigstore, rule, stranger(), json!([]));
    says(&judged(&case, &base), Verdict::Deny, "of the base image");
}

/// Two rounds: the base image first, then what that one names; and each is looked for where its evidence is.
#[test]
fn each_level_is_wanted_in_turn() {
    let sigstore = Sigstore::new();
    let rule = RULE.replace("[docker.io/library/*]", "[docker.io/library/*], not-older-than: 9d");
    let (case, base) = case(&sigstore, &rule, vendor(), materials("library/debian", &root()));
    let mut request = case.request();
    request.blobs.retain(|blob| blob.digest != base.digest());
    request.lookups.retain(|one| one.subject != base.digest());
    let first = evaluate(&request).unwrap();
    let [Wanted::Image(WantedImage { name, carriers, .. })] = first.wanted.as_slice() else {
        panic!("{:?}", first.wanted);
    };
    assert_eq!((name.as_str(), carriers.len()), (BASE, 4));
    assert!(carriers.contains(&Carrier::AttestationTag));
    assert_eq!(first.verdict, Verdict::Undecided);

    let second = judged(&case, &base);
    let [Wanted::Image(WantedImage { name, carriers, .. })] = second.wanted.as_slice() else {
        panic!("{:?}", second.wanted);
    };
    assert_eq!((name.as_str(), carriers.as_slice()), (ROOT, [].as_slice()));
    says(&second, Verdict::Undecided, "could not be looked at");
}

#[test]
fn a_base_where_nobody_could_look_undecided() {
    let sigstore = Sigstore::new();
    let (case, base) = case(&sigstore, RULE, vendor(), materials("library/debian", &root()));
    for carrier in [Carrier::Referrer, Carrier::ReferrersTag, Carrier::AttestationTag] {
        let mut request = looked_at(&case, &base);
        let of_base = request.lookups.iter_mut().filter(|one| one.subject == base.digest());
        for lookup in of_base {
            lookup.outcome = match lookup.carrier == carrier {
                true => Outcome::Failed(failure(ResultClass::DiscoveryFailed)),
                false => Outcome::Absent("404 Not Found".to_owned()),
            };
        }
        assert_eq!(evaluate(&request).unwrap().verdict, Verdict::Undecided, "{carrier:?}");
    }
}

#[test]
fn annotations_of_the_base() {
    let sigstore = Sigstore::new();
    let rule = "by: release, allowed: [registry.example/vendor/*], \
                built-on: { from: annotations, allowed: [docker.io/library/*] }";
    for (name, verdict) in [("debian:12", Verdict::Allow), ("docker.io/evil/x", Verdict::Deny)] {
        let mut case = Case::new(&sigstore).judged_by(&format!("base-image: {{ {rule} }}"));
        let config = case.layout.blob(OCI_CONFIG, b"{}");
        let mut annotated = manifest(OCI_MANIFEST, &config, &[]);
        annotated["annotations"] = json!({
            "org.opencontainers.image.base.name": name,
            "org.opencontainers.image.base.digest": root(),
        });
        let base = case.layout.manifest(&annotated);
        let bundle = attested(&sigstore, V1, provenance(WORKFLOW, materials(BASE, base.digest())), 0);
        let report = case.bundle(&bundle).report();
        assert_eq!(report.verdict, verdict, "{:#?}", report.rules);
    }
}

#[test]
fn a_third_level_error() {
    let sigstore = Sigstore::new();
    let rule = RULE.replace(
        "by: vendor,",
        "by: vendor, built-on: { from: annotations, allowed: [a.example/b] },",
    );
    case(&sigstore, &rule, vendor(), json!([]))
        .0
        .policy_error("`built-on` has no key `built-on`");
    let nobody = RULE.replace("by: vendor,", "");
    case(&sigstore, &nobody, vendor(), json!([]))
        .0
        .policy_error("needs `by`");
}
