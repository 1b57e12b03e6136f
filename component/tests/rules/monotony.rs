//! For every kind of rule: leaving evidence out never turns deny into allow where docs/rules.md calls it monotone, and evidence
//! with a flipped byte never allows what was denied.

use portcullis_component::evaluate::evaluate;
use portcullis_component::policy::Policy;
use portcullis_component::wit::basics::Verdict;
use portcullis_component::wit::request::Request;
use serde_json::{Value, json};
use testbed::*;

use crate::attestation::{APPROVAL, attested, by};
use crate::case::{Case, release};
use crate::omission::{Random, omissions, without};

const ROUNDS: usize = if cfg!(debug_assertions) { 3 } else { 20 };

const SLSA: &str = "https://slsa.dev/provenance/v1";
const CYCLONEDX: &str = "https://cyclonedx.org/bom";
const VULN: &str = "https://cosign.sigstore.dev/attestation/vuln/v1";

/// One rule of each kind, some of which hold and some of which do not. Those with an age are not monotone.
const RULES: [&str; 16] = [
    "signature: { by: release }",
    "provenance: { by: release }",
    "provenance: { by: release, source: https://github.com/acme/app }",
    "provenance: { by: release, source: https://github.com/acme/other }",
    "sbom: { by: release }",
    "sbom: { by: release, deny: [pkg:pypi/requests] }",
    "sbom: { by: { all-of: [release, other] } }",
    "vulnerabilities: { by: release, select: any, max-age: 30d, fail-on: high }",
    "vulnerabilities: { by: release, max-age: 30d, fail-on: high }",
    "licenses: { by: release, deny: [AGPL-3.0-only] }",
    "licenses: { by: release, allow: [MIT] }",
    "base-image: { by: release, allowed: [docker.io/library/debian] }",
    "attestation: { type: https://acme.example/approval/v1, by: release, where: predicate.approved == true }",
    "attestation: { type: https://acme.example/approval/v1, by: release, where: predicate.approved == false }",
    "attestation: { type: https://acme.example/approval/v1, by: release, select: all, max-age: 7d, where: predicate.approved == true }",
    "expression: { needs: [slsa], by: release, max-age: 7d, where: \"statements.all(s, s.signer.name == 'release')\" }",
];

fn sbom(package: &str, license: &str) -> Value {
    json!({ "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": { "timestamp": "2026-11-22T08:00:00Z", "component": { "type": "container", "name": "app" } },
        "components": [{ "type": "library", "name": package, "version": "1.0.0",
            "purl": format!("pkg:pypi/{package}@1.0.0"), "licenses": [{ "license": { "id": license } }] }] })
}

fn scan(severity: &str) -> Value {
    let found = json!({ "VulnerabilityID": "CVE-2026-0001", "PkgName": "zlib1g", "InstalledVersion": "1.2.13",
        "PkgIdentifier": { "PURL": "pkg:deb/debian/zlib1g@1.2.13" }, "FixedVersion": "1.2.14", "Severity": severity });
    let trivy = json!({ "SchemaVersion": 2, "ArtifactType": "container_image",
        "Metadata": { "OS": { "Family": "debian", "Name": "12" } },
        "Results": [{ "Target": "debian", "Class": "os-pkgs", "Type": "debian", "Vulnerabilities": [found] }] });
    json!({ "scanner": { "result": trivy }, "metadata": {} })
}

fn provenance(repository: &str) -> Value {
    json!({
        "buildDefinition": {
            "buildType": "https://actions.github.io/buildtypes/workflow/v1",
            "externalParameters": { "workflow": { "repository": repository, "ref": "refs/heads/main",
                "path": ".github/workflows/release.yml" } },
            "resolvedDependencies": [{ "uri": format!("git+{repository}@refs/heads/main"),
                "digest": { "gitCommit": "0123456789abcdef0123456789abcdef01234567" } }],
        },
        "runDetails": { "builder": { "id": format!("{repository}/.github/workflows/release.yml@refs/heads/main") } },
    })
}

/// Good and bad documents of every kind, one by a stranger, and something that nobody can read.
fn case(rule: &str) -> Case {
    let sigstore = Sigstore::new();
    let stranger = || release().claim(14, "refs/heads/evil");
    let other = "github: { repository: acme/app, workflow: acme/app/.github/workflows/release.yml, ref: refs/tags/* }";
    Case::new(&sigstore)
        .signer("other", other)
        .judged_by(rule)
        .bundle(&attested(&sigstore, SLSA, provenance("https://github.com/acme/app"), 0))
        .bundle(&attested(&sigstore, CYCLONEDX, sbom("requests", "AGPL-3.0-only"), 1))
        .bundle(&attested(&sigstore, CYCLONEDX, sbom("attrs", "MIT"), 2))
        .bundle(&attested(&sigstore, VULN, scan("HIGH"), 3))
        .bundle(&attested(&sigstore, VULN, scan("LOW"), 1))
        .bundle(&attested(&sigstore, APPROVAL, json!({ "approved": true }), 1))
        .bundle(&by(&sigstore, stranger(), APPROVAL, json!({ "approved": false }), 2))
        .bundle(&by(&sigstore, stranger(), CYCLONEDX, sbom("attrs", "MIT"), 2))
        .layer(attach::BUNDLE, b"garbage")
}

fn verdict(request: &Request) -> Verdict {
    evaluate(request).unwrap().verdict
}

fn can_be_helped_by_hiding(case: &Case) -> bool {
    let policy = Policy::read(&case.source()).unwrap();
    policy.rules["signed"].can_be_helped_by_hiding()
}

#[test]
fn leaving_out_never_allows() {
    let mut random = Random(7);
    let (mut denied, mut allowed) = (0, 0);
    for rule in RULES {
        let case = case(rule);
        if can_be_helped_by_hiding(&case) {
            continue;
        }
        let request = case.request();
        let before = verdict(&request);
        let all = omissions(&request);
        let singles = (0..all)
            .map(|at| vec![at])
            .step_by(if cfg!(debug_assertions) { 3 } else { 1 });
        let sets = (0..ROUNDS).map(|_| (0..=random.below(all / 2)).map(|_| random.below(all)).collect());
        for left_out in singles.chain(sets.collect::<Vec<Vec<usize>>>()) {
            let after = verdict(&without(&request, &left_out));
            let kept = before == Verdict::Allow || after != Verdict::Allow;
            assert!(kept, "{rule}: {left_out:?} made {before:?} to {after:?}");
        }
        if before == Verdict::Allow {
            allowed += 1
        } else {
            denied += 1
        }
    }
    assert!(denied >= 3 && allowed >= 4, "{denied} denied, {allowed} allowed");
}

/// What the table calls not monotone is not: otherwise it could be called so.
#[test]
fn hiding_the_newest_report_helps() {
    let case = case("vulnerabilities: { by: release, max-age: 30d, fail-on: high }");
    assert!(can_be_helped_by_hiding(&case));
    let request = case.request();
    assert_ne!(verdict(&request), Verdict::Allow);
    let helped = |at| verdict(&without(&request, &[at, omissions(&request) - 1])) == Verdict::Allow;
    assert!((0..omissions(&request)).any(helped));
}

#[test]
fn a_flipped_byte_never_allows() {
    let mut random = Random(11);
    for rule in RULES {
        let request = case(rule).request();
        let before = verdict(&request);
        for _ in 0..2 * ROUNDS {
            let mut mutated = request.clone();
            let blob = random.below(mutated.blobs.len());
            let content = &mut mutated.blobs[blob].content;
            let at = random.below(content.len());
            content[at] ^= 1 << random.below(8);
            let after = verdict(&mutated);
            assert!(
                before == Verdict::Allow || after != Verdict::Allow,
                "{rule}: byte {at} of blob {blob}"
            );
        }
    }
}
