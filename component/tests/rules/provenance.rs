//! `provenance`: what a proven statement says of the build, against the policy and the certificate.

use portcullis_component::wit::basics::{ResultClass, Verdict};
use portcullis_component::wit::report::{Effect, Report};
use serde_json::{Value, json};
use testbed::clock::MINUTE;
use testbed::*;

use crate::attestation::attested;
use crate::case::{Case, NAME, NOW, WORKFLOW, image};

const V1: &str = "https://slsa.dev/provenance/v1";

/// As `actions/attest-build-provenance` writes it for the release workflow.
pub fn provenance(builder: &str, materials: Value) -> Value {
    json!({
        "buildDefinition": {
            "buildType": "https://actions.github.io/buildtypes/workflow/v1",
            "externalParameters": { "workflow": {
                "ref": "refs/heads/main", "repository": "https://github.com/acme/app", "path": ".github/workflows/release.yml"
            } },
            "resolvedDependencies": materials,
        },
        "runDetails": { "builder": { "id": builder }, "metadata": { "finishedOn": "2026-01-01T11:59:00Z" } },
    })
}

fn case(sigstore: &Sigstore, rule: &str) -> Case {
    Case::new(sigstore).judged_by(&format!("provenance: {{ {rule} }}"))
}

#[track_caller]
fn denied(report: Report, id: &str) {
    let rule = &report.rules[0];
    let denying = rule.findings.iter().filter(|one| one.effect == Effect::Denies);
    let ids: Vec<_> = denying.map(|one| one.id.as_str()).collect();
    assert_eq!(
        (report.verdict, ids.as_slice()),
        (Verdict::Deny, &[id][..]),
        "{:#?}",
        rule.findings
    );
}

#[test]
fn a_build_that_the_policy_allows() {
    let sigstore = Sigstore::new();
    let bundle = attested(&sigstore, V1, provenance(WORKFLOW, json!([])), 0);
    let report = case(&sigstore, "by: release").bundle(&bundle).allowed();
    let rule = &report.rules[0];
    assert_eq!(
        (rule.kind.as_str(), rule.demand.as_str()),
        ("provenance", "SLSA provenance, by release")
    );
    assert!(rule.accepted[0].remarks.contains(&format!("built by `{WORKFLOW}`")));
    let full = "by: release, builder: \"https://github.com/acme/app/.github/workflows/*@refs/heads/main\", \
                source: https://github.com/acme/app, ref: refs/heads/main, workflow: .github/workflows/release.yml, level: 2";
    case(&sigstore, full).bundle(&bundle).allowed();
}

#[test]
fn another_build_fail() {
    let sigstore = Sigstore::new();
    let bundle = attested(&sigstore, V1, provenance(WORKFLOW, json!([])), 0);
    let judged = |rule: &str| {
        case(&sigstore, &format!("by: release, {rule}"))
            .bundle(&bundle)
            .report()
    };
    denied(
        judged("builder: https://github.com/actions/runner/github-hosted"),
        "builder",
    );
    denied(judged("source: https://github.com/acme/other"), "source");
    denied(judged("ref: refs/tags/v*"), "ref");
    denied(judged("level: 3"), "level");
    denied(
        judged("materials: [{ uri: \"pkg:docker/debian@*\" }]"),
        "pkg:docker/debian@*",
    );
    let slsa = "https://slsa.dev/provenance/v0.1";
    let old = attested(&sigstore, slsa, json!({}), 0);
    case(&sigstore, "by: release")
        .bundle(&old)
        .denied_for(ResultClass::PredicateMalformed, slsa);
}

/// A workflow that signs what another builder is said to have built.
#[test]
fn a_builder_that_the_certificate_does_not_name_fail() {
    let sigstore = Sigstore::new();
    let generator =
        "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/x_slsa3.yml@refs/tags/v1.0.0";
    let bundle = attested(&sigstore, V1, provenance(generator, json!([])), 0);
    denied(
        case(&sigstore, "by: release").bundle(&bundle).report(),
        "certificate-builder",
    );
    let named = case(&sigstore, &format!("by: release, builder: {generator}"));
    denied(named.bundle(&bundle).report(), "certificate-builder");
}

#[test]
fn a_source_that_the_certificate_does_not_name_fail() {
    let sigstore = Sigstore::new();
    let mut foreign = provenance(WORKFLOW, json!([]));
    foreign["buildDefinition"]["externalParameters"]["workflow"]["repository"] = json!("https://github.com/acme/other");
    let bundle = attested(&sigstore, V1, foreign, 0);
    denied(
        case(&sigstore, "by: release").bundle(&bundle).report(),
        "certificate-source",
    );
}

/// One good statement is enough: what stands beside it changes nothing.
#[test]
fn a_bad_statement_beside_a_good_one() {
    let sigstore = Sigstore::new();
    let good = attested(&sigstore, V1, provenance(WORKFLOW, json!([])), 0);
    let bad = attested(&sigstore, V1, provenance("https://evil.example", json!([])), 1);
    case(&sigstore, "by: release").bundle(&bad).bundle(&good).allowed();
}

#[test]
fn a_key_says_who_built() {
    let key = Key::p256("ops");
    let case = Case::key(&key).judged_by("provenance: { by: ops, source: https://github.com/acme/app }");
    let statement = Statement::attestation(NAME, image().digest(), V1, provenance("https://ci.example", json!([])));
    let sigstore = Sigstore::new();
    let report = case.bundle(&sigstore.sign(&key, statement).bundle()).allowed();
    let remarks = &report.rules[0].accepted[0].remarks;
    assert!(
        remarks
            .iter()
            .any(|remark| remark.contains("a key certifies no builder")),
        "{remarks:?}"
    );
}

#[test]
fn its_own_date_is_the_end_of_the_build() {
    let sigstore = Sigstore::new();
    let bundle = attested(&sigstore, V1, provenance(WORKFLOW, json!([])), 0);
    let rule = "by: release, max-age: 2h, dated-by: payload";
    case(&sigstore, rule).bundle(&bundle).allowed();
    let later = case(&sigstore, rule).at(NOW + 60 * MINUTE).bundle(&bundle);
    assert_eq!(later.report().verdict, Verdict::Deny);
}
