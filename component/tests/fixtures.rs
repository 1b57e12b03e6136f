//! The layouts that real cosign signed, judged natively: verdict and class of each as `tests/fixtures/expected.tsv` says.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panicking")]

mod support;

use portcullis_component::evaluate::evaluate;
use portcullis_component::wit::basics::Verdict;
use portcullis_component::wit::request::NamedFile;

#[test]
fn every_fixture_gets_its_verdict_and_class() {
    let root = support::fixtures();
    let table = std::fs::read_to_string(root.join("expected.tsv")).unwrap();
    let mut wrong = Vec::new();
    for line in table.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [policy, layout, image, exit, class, ..] = fields[..] else {
            panic!("{line}")
        };
        let policy = support::policy(&root.join(format!("policies/{policy}.yaml")));
        let report = evaluate(&support::request(&root.join(layout), image, policy)).unwrap();
        let found = match report.verdict {
            Verdict::Allow => "0",
            Verdict::Deny => "1",
            Verdict::Undecided => "4",
        };
        let rule = &report.rules[0];
        if found != exit || support::class(rule.class) != class {
            wrong.push(format!(
                "{layout}: exit {found}, {:?}, expected {exit} {class}\n{:#?}",
                rule.class, rule.findings
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_detached_bundle_is_judged_by_the_digest_alone() {
    let root = support::fixtures();
    let policy = |text: &str| {
        let mut policy = support::policy(&root.join("policies/keyless.yaml"));
        policy.document.content.extend_from_slice(text.as_bytes());
        policy
    };
    let layout = root.join("keyless/v1");
    let judged = |policy, digest: Option<&str>| {
        let mut request = support::request(&layout, "registry.example/lab/v1:v1", policy);
        let is_bundle = |blob: &&portcullis_component::wit::request::Blob| {
            blob.content
                .starts_with(b"{\"mediaType\":\"application/vnd.dev.sigstore")
        };
        request.bundles = request
            .blobs
            .iter()
            .filter(is_bundle)
            .map(|blob| NamedFile {
                name: "bundle.json".to_owned(),
                content: blob.content.clone(),
            })
            .collect();
        assert!(!request.bundles.is_empty());
        request.blobs.clear();
        request.lookups.clear();
        if let Some(digest) = digest {
            request.image.resolved = Ok(digest.to_owned());
        }
        evaluate(&request).unwrap().verdict
    };
    assert_eq!(judged(policy(""), None), Verdict::Allow);
    let another = format!("sha256:{}", "0".repeat(64));
    assert_eq!(judged(policy(""), Some(&another)), Verdict::Deny);
    assert_eq!(judged(policy("    platforms: every\n"), None), Verdict::Undecided);
}

#[test]
fn the_vendor_s_licences_and_packages_fail() {
    let root = support::fixtures();
    let judged = |rule: &str| {
        let mut policy = support::policy(&root.join("policies/keyless.yaml"));
        let text = String::from_utf8(policy.document.content).unwrap();
        let text = text.replace("signature: { by: release }", rule);
        policy.document.content = text.into_bytes();
        let layout = root.join("keyless/vendor");
        let report = evaluate(&support::request(&layout, "registry.example/lab/vendor:v1", policy)).unwrap();
        let ids = report.rules[0].findings.iter().map(|finding| finding.id.clone());
        (report.verdict, ids.collect::<Vec<_>>())
    };
    let found = |rule: &str, id: &str| {
        let (verdict, ids) = judged(rule);
        assert_eq!(verdict, Verdict::Deny, "{rule}");
        assert!(ids.iter().any(|one| one == id), "{rule}: {ids:?}");
    };
    let agpl = "licenses: { by: release, deny: [AGPL-3.0-only], unknown: inform }";
    found(agpl, "AGPL-3.0-only pkg:deb/debian/ghostscript");
    let excepted = "licenses: { by: release, deny: [AGPL-3.0-only], \
                    exceptions: [{ package: pkg:deb/debian/ghostscript, licenses: [AGPL-3.0-only], reason: known }] }";
    assert_eq!(judged(excepted).0, Verdict::Allow);
    found(
        "sbom: { by: release, deny: [pkg:deb/debian/ghostscript] }",
        "pkg:deb/debian/ghostscript@10.0.0",
    );
    assert_eq!(
        judged("sbom: { by: release, require: [pkg:deb/debian/zlib1g] }").0,
        Verdict::Allow
    );
    // the list of packages of the SPDX document has none of PyPI
    let requests = |format: &str| format!("sbom: {{ by: release, format: [{format}], require: [pkg:pypi/requests] }}");
    assert_eq!(judged(&requests("cyclonedx")).0, Verdict::Allow);
    found(&requests("spdx"), "pkg:pypi/requests");
}
