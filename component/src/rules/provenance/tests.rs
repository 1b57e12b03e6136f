//! The rule on statements of a workflow, of a key, and on statements that are at odds with their certificate.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::digest::Digest;
use crate::policy::LevelDemand;
use crate::predicate::slsa::{V0_2, V1};
use crate::signer::GITHUB_ISSUER;
use crate::wit::evidence::Principal;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const SUBJECT: &str = "https://github.com/acme/ci/.github/workflows/build.yml@refs/heads/main";
const SOURCE: &str = "https://github.com/acme/api";

/// The reusable workflow `build.yml` of acme/ci, called by `release.yml` of acme/api at `refs/tags/v1`.
fn certificate() -> CertificateIdentity {
    let claims = [
        (Claim::RunnerEnvironment, "github-hosted"),
        (Claim::SourceRepositoryUri, SOURCE),
        (Claim::SourceRepositoryDigest, COMMIT),
        (Claim::SourceRepositoryRef, "refs/tags/v1"),
        (
            Claim::BuildConfigUri,
            "https://github.com/acme/api/.github/workflows/release.yml@refs/tags/v1",
        ),
    ];
    CertificateIdentity {
        kind: "uri".to_owned(),
        subject: SUBJECT.to_owned(),
        issuer: GITHUB_ISSUER.to_owned(),
        claims: claims
            .iter()
            .map(|(claim, value)| (claim.name().to_owned(), (*value).to_owned()))
            .collect(),
        fingerprint: Digest::of(b"certificate").to_string(),
        not_before: 0,
        not_after: 600,
    }
}

fn without(claim: Claim) -> CertificateIdentity {
    let mut identity = certificate();
    identity.claims.retain(|(name, _)| name != claim.name());
    identity
}

fn statement() -> Value {
    json!({
        "buildDefinition": {
            "buildType": "https://actions.github.io/buildtypes/workflow/v1",
            "externalParameters": {
                "workflow": { "ref": "refs/tags/v1", "repository": SOURCE, "path": ".github/workflows/release.yml" },
                "inputs": { "environment": "production", "debug": false, "level": 3, "list": [], "none": null },
            },
            "resolvedDependencies": [
                { "uri": "git+https://github.com/acme/api@refs/tags/v1", "digest": { "gitCommit": COMMIT } },
                { "uri": "pkg:docker/alpine@3.19", "digest": { "sha256": "aa" } },
                { "uri": "pkg:docker/alpine@3.20", "digest": { "sha256": "bb" } },
            ],
        },
        "runDetails": { "builder": { "id": SUBJECT } },
    })
}

/// The same of a build type that nobody knows, with these dependencies.
fn custom(dependencies: Value) -> Value {
    let mut statement = statement();
    statement["buildDefinition"]["buildType"] = json!("https://acme.example/make");
    statement["buildDefinition"]["resolvedDependencies"] = dependencies;
    statement
}

fn built_by(builder: &str) -> Value {
    let mut statement = statement();
    statement["runDetails"]["builder"]["id"] = json!(builder);
    statement
}

fn judged_as(predicate_type: &str, rule: &ProvenanceRule, statement: Value, principal: Principal) -> Judged {
    let about = About {
        now: 0,
        image: "ghcr.io/acme/api",
        digest: Digest::of(b"image"),
        platform: None,
        config: None,
        kin: &[],
        annotations: &BTreeMap::new(),
    };
    judge(rule, &Document::signed(predicate_type, statement, principal), &about).unwrap()
}

fn keyless(rule: &ProvenanceRule, statement: Value, identity: CertificateIdentity) -> Judged {
    judged_as(V1, rule, statement, Principal::Certificate(identity))
}

fn by_key(rule: &ProvenanceRule, statement: Value) -> Judged {
    judged_as(V1, rule, statement, Principal::Key(Digest::of(b"key").to_string()))
}

#[track_caller]
fn assert_holds(judged: &Judged) {
    assert_eq!(judged.objections, []);
}

/// Every objection denies, and the first one says this.
#[track_caller]
fn assert_denies(judged: &Judged, message: &str, expected: &str, found: &str) {
    assert!(judged.objections.iter().all(|one| one.effect == Effect::Denies));
    let first = judged.objections.first().expect("an objection");
    assert_eq!(
        (first.message.as_str(), first.expected.as_str(), first.found.as_str()),
        (message, expected, found)
    );
}

fn nothing() -> ProvenanceRule {
    ProvenanceRule::default()
}

fn rule(change: impl FnOnce(&mut ProvenanceRule)) -> ProvenanceRule {
    let mut rule = nothing();
    change(&mut rule);
    rule
}

fn builder(text: &str) -> ProvenanceRule {
    rule(|rule| rule.builder = Some(text.parse().unwrap()))
}

fn source(text: &str) -> ProvenanceRule {
    rule(|rule| rule.source = Some(text.parse().unwrap()))
}

fn reference(text: &str) -> ProvenanceRule {
    rule(|rule| rule.reference = Some(text.parse().unwrap()))
}

fn level(least: u8, builders: &[(&str, u8)]) -> ProvenanceRule {
    let builders = builders
        .iter()
        .map(|(text, level)| (text.parse().unwrap(), *level))
        .collect();
    rule(|rule| rule.level = Some(LevelDemand { least, builders }))
}

#[test]
fn a_statement_that_fits_its_certificate_holds() {
    let judged = keyless(&nothing(), statement(), certificate());
    assert_holds(&judged);
    assert_eq!(
        judged.remarks,
        [
            format!("built by `{SUBJECT}`"),
            format!("source `{SOURCE}` at `refs/tags/v1` revision `{COMMIT}`")
        ]
    );
    let everything = ProvenanceRule {
        builder: Some(
            "https://github.com/acme/ci/.github/workflows/*@refs/heads/main"
                .parse()
                .unwrap(),
        ),
        source: Some(SOURCE.parse().unwrap()),
        reference: Some("refs/tags/v*".parse().unwrap()),
        revision: Some(COMMIT.to_owned()),
        workflow: Some(".github/workflows/release.yml".parse().unwrap()),
        build_type: Some("https://actions.github.io/buildtypes/workflow/v1".to_owned()),
        ..nothing()
    };
    assert_holds(&keyless(&everything, statement(), certificate()));
    assert_holds(&by_key(&everything, statement()));
}

#[test]
fn the_builder_is_the_subject_with_or_without_its_ref_or_the_runner() {
    let bare = "https://github.com/acme/ci/.github/workflows/build.yml";
    for id in [SUBJECT, bare, "https://github.com/actions/runner/github-hosted"] {
        assert_holds(&keyless(&nothing(), built_by(id), certificate()));
    }
}

#[test]
fn a_builder_that_the_certificate_does_not_name_fail() {
    let expected =
        format!("`{SUBJECT}`, with or without its ref, or `https://github.com/actions/runner/github-hosted`");
    for id in [
        "https://github.com/acme/ci/.github/workflows/build.yml@refs/tags/v1",
        "https://github.com/acme/ci/.github/workflows/build",
        "https://github.com/actions/runner/self-hosted",
        "https://evil.example/actions/runner/github-hosted",
        "https://github.com/acme/ci/.github/workflows/BUILD.yml@refs/heads/main",
        "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/x_slsa3.yml@refs/tags/v1",
    ] {
        let judged = keyless(&builder(id), built_by(id), certificate());
        assert_denies(
            &judged,
            "the builder does not fit the certificate",
            &expected,
            &format!("`{id}`"),
        );
        assert_eq!(judged.objections.len(), 1);
    }
    let unnamed = keyless(&nothing(), built_by(""), certificate());
    let found = "none: the statement does not say";
    assert_denies(&unnamed, "the builder does not fit the certificate", &expected, found);
    let mut person = certificate();
    person.kind = "email".to_owned();
    assert!(!keyless(&nothing(), statement(), person).objections.is_empty());
    let runner = built_by("https://github.com/actions/runner/github-hosted");
    assert!(
        !keyless(&nothing(), runner, without(Claim::RunnerEnvironment))
            .objections
            .is_empty()
    );
}

#[test]
fn a_ref_with_an_at_sign_is_cut_at_its_beginning_fail() {
    let mut evil = certificate();
    evil.subject = "https://github.com/acme/ci/.github/workflows/build.yml@refs/heads/evil@refs/tags/v1".to_owned();
    let cut_late = "https://github.com/acme/ci/.github/workflows/build.yml@refs/heads/evil";
    assert!(
        !keyless(&nothing(), built_by(cut_late), evil.clone())
            .objections
            .is_empty()
    );
    let tag = builder("https://github.com/acme/**/*@refs/tags/v*");
    let judged = keyless(&tag, built_by(&evil.subject.clone()), evil.clone());
    let found = format!("`{}`", evil.subject);
    assert_denies(
        &judged,
        "the builder differs",
        "`https://github.com/acme/**/*@refs/tags/v*`",
        &found,
    );
}

#[test]
fn another_builder_than_the_policy_names_fail() {
    let judged = keyless(
        &builder("https://github.com/acme/ci/.github/workflows/build.yml"),
        statement(),
        certificate(),
    );
    let expected = "`https://github.com/acme/ci/.github/workflows/build.yml`";
    assert_denies(&judged, "the builder differs", expected, &format!("`{SUBJECT}`"));
    assert!(judged.objections[0].hint.as_ref().unwrap().contains("@refs/tags/*"));
}

#[test]
fn a_key_certifies_no_builder_and_the_report_says_so() {
    let judged = by_key(
        &builder("https://ci.acme.example/*"),
        built_by("https://ci.acme.example/7"),
    );
    assert_holds(&judged);
    assert_eq!(
        judged.remarks[0],
        "built by `https://ci.acme.example/7`, as the statement says: a key certifies no builder"
    );
    assert_eq!(
        by_key(&nothing(), built_by("")).remarks[0],
        "the statement names no builder"
    );
    let unnamed = by_key(&builder("https://ci.acme.example/*"), built_by(""));
    let found = "none: the statement does not say";
    assert_denies(&unnamed, "the builder differs", "`https://ci.acme.example/*`", found);
}

#[test]
fn another_source_than_the_certificates_fail() {
    let mut statement = statement();
    statement["buildDefinition"]["externalParameters"]["workflow"]["repository"] = json!("https://github.com/evil/api");
    let expected = format!("`{SOURCE}`, which the certificate claims");
    let found = "`https://github.com/evil/api@refs/tags/v1`";
    let judged = keyless(&nothing(), statement.clone(), certificate());
    assert_denies(&judged, "the source is not the certificate's", &expected, found);
    let named = keyless(&source("https://github.com/evil/api"), statement.clone(), certificate());
    assert_denies(&named, "the source is not the certificate's", &expected, found);
    assert_eq!(judged.objections[0].id.as_deref(), Some("certificate-source"));
    let judged = keyless(&source(SOURCE), statement.clone(), certificate());
    assert_eq!(judged.objections[0].id.as_deref(), Some("source"));
    assert_denies(&judged, "the source differs", &format!("`{SOURCE}`"), found);
    assert_denies(
        &by_key(&source(SOURCE), statement),
        "the source differs",
        &format!("`{SOURCE}`"),
        found,
    );
}

#[test]
fn a_certificate_that_names_no_source_confirms_none_fail() {
    let judged = keyless(&nothing(), statement(), without(Claim::SourceRepositoryUri));
    let found = "`https://github.com/acme/api@refs/tags/v1`";
    let message = "the certificate names no source repository";
    assert_denies(&judged, message, "the claim `source-repository-uri`", found);
    let mut empty = without(Claim::SourceRepositoryUri);
    empty
        .claims
        .push((Claim::SourceRepositoryUri.name().to_owned(), String::new()));
    assert_eq!(keyless(&nothing(), statement(), empty).objections.len(), 1);
}

#[test]
fn names_in_other_case_are_a_near_miss_fail() {
    let mut statement = statement();
    statement["buildDefinition"]["externalParameters"]["workflow"]["repository"] = json!("https://github.com/Acme/api");
    let judged = keyless(&nothing(), statement, certificate());
    assert_eq!(
        judged.objections[0].hint.as_deref(),
        Some("they differ only in upper and lower case")
    );
}

#[test]
fn the_one_git_dependency_that_matches_is_the_source() {
    let git = |repository: &str, revision: &str| json!({ "uri": format!("git+https://github.com/{repository}@refs/tags/v1"), "digest": { "gitCommit": revision } });
    let other = "f".repeat(40);
    let two = custom(json!([git("acme/lib", COMMIT), git("acme/api.git", COMMIT)]));
    assert_holds(&keyless(&nothing(), two.clone(), certificate()));
    assert_holds(&by_key(&source(SOURCE), two.clone()));

    let ambiguous = "several git dependencies could be the source";
    let found = "`https://github.com/acme/api@refs/tags/v1`, `https://github.com/acme/lib@refs/tags/v1`";
    assert_denies(
        &by_key(&reference("refs/tags/v*"), two.clone()),
        ambiguous,
        "exactly one that matches",
        found,
    );
    assert_denies(
        &by_key(&source("https://github.com/acme/*"), two),
        ambiguous,
        "exactly one that matches",
        found,
    );
    let twice = custom(json!([git("acme/api", COMMIT), git("acme/api", &other)]));
    assert_eq!(
        keyless(&source(SOURCE), twice.clone(), certificate()).objections[0].message,
        ambiguous
    );
    assert_eq!(
        keyless(&nothing(), twice, certificate()).objections[0].message,
        ambiguous
    );
    let foreign = custom(json!([git("acme/lib", COMMIT)]));
    let judged = keyless(&nothing(), foreign.clone(), certificate());
    assert_eq!(judged.objections[0].message, "the source is not the certificate's");
    assert_holds(&by_key(&nothing(), foreign));
}

#[test]
fn a_source_that_nobody_names_is_asked_for_in_vain_fail() {
    let none = custom(json!([{ "uri": "pkg:docker/alpine@3.19", "digest": { "sha256": "aa" } }]));
    let judged = keyless(&nothing(), none.clone(), certificate());
    assert_holds(&judged);
    assert_eq!(
        judged.remarks[1],
        "the statement says of no repository that it is the source"
    );
    let found = "none: the statement does not say";
    assert_denies(
        &by_key(&source(SOURCE), none.clone()),
        "the source differs",
        &format!("`{SOURCE}`"),
        found,
    );
    assert_denies(
        &by_key(&reference("refs/tags/v1"), none.clone()),
        "the source is not said",
        "a source repository",
        found,
    );
    assert_eq!(
        keyless(&reference("refs/tags/v1"), none, certificate())
            .objections
            .len(),
        1
    );
}

#[test]
fn the_ref_is_the_policys_and_the_certificates_fail() {
    let main = keyless(&reference("refs/heads/*"), statement(), certificate());
    assert_denies(
        &main,
        "the ref of the source differs",
        "`refs/heads/*`",
        "`refs/tags/v1`",
    );
    let mut lying = statement();
    lying["buildDefinition"]["externalParameters"]["workflow"]["ref"] = json!("refs/tags/v2");
    let judged = keyless(&reference("refs/tags/v*"), lying.clone(), certificate());
    let expected = "`refs/tags/v1`, which the certificate claims";
    assert_denies(&judged, "the ref is not the certificate's", expected, "`refs/tags/v2`");
    let unclaimed = keyless(
        &reference("refs/tags/v*"),
        statement(),
        without(Claim::SourceRepositoryRef),
    );
    let expected = "the claim `source-repository-ref`";
    assert_denies(
        &unclaimed,
        "the ref is not the certificate's",
        expected,
        "`refs/tags/v1`",
    );
    lying["buildDefinition"]["externalParameters"]["workflow"]["ref"] = json!("refs/heads/release/1.x");
    let deeper = by_key(&reference("refs/heads/release*"), lying);
    assert!(deeper.objections[0].hint.as_ref().unwrap().contains("does not cross"));
}

#[test]
fn the_revision_and_the_workflow_too_fail() {
    let other = "f".repeat(40);
    let asked = rule(|rule| rule.revision = Some(other.clone()));
    let judged = keyless(&asked, statement(), certificate());
    assert_denies(
        &judged,
        "the revision of the source differs",
        &format!("`{other}`"),
        &format!("`{COMMIT}`"),
    );
    let mut lying = statement();
    lying["buildDefinition"]["resolvedDependencies"][0]["digest"]["gitCommit"] = json!(other);
    let judged = keyless(&asked, lying, certificate());
    let expected = format!("`{COMMIT}`, which the certificate claims");
    assert_denies(
        &judged,
        "the revision is not the certificate's",
        &expected,
        &format!("`{other}`"),
    );

    let asked = rule(|rule| rule.workflow = Some(".github/workflows/*".parse().unwrap()));
    let mut lying = statement();
    lying["buildDefinition"]["externalParameters"]["workflow"]["path"] = json!(".github/workflows/x.yml");
    let judged = keyless(&asked, lying.clone(), certificate());
    assert_denies(
        &judged,
        "the workflow is not the certificate's",
        "`https://github.com/acme/api/.github/workflows/release.yml`, which the certificate claims",
        "`https://github.com/acme/api/.github/workflows/x.yml`",
    );
    lying["buildDefinition"]["externalParameters"]["workflow"]["path"] = json!("release.yml");
    let judged = by_key(&asked, lying);
    assert_denies(
        &judged,
        "the workflow differs",
        "`.github/workflows/*`",
        "`release.yml`",
    );
}

#[test]
fn parameters_are_exact_fail() {
    let asked =
        |path: &str, value: &str| rule(|rule| rule.external_parameters = vec![(path.to_owned(), value.to_owned())]);
    for (path, value) in [
        ("/inputs/environment", "production"),
        ("/inputs/debug", "false"),
        ("/inputs/level", "3"),
    ] {
        assert_holds(&by_key(&asked(path, value), statement()));
    }
    for (path, value, found) in [
        ("/inputs/environment", "Production", "`production`"),
        ("/inputs/debug", "no", "`false`"),
        ("/inputs/none", "null", "null"),
        ("/inputs/list", "[]", "a list or an object"),
        ("/inputs/other", "", "none"),
        ("/inputs/list/0", "x", "none"),
    ] {
        let judged = by_key(&asked(path, value), statement());
        assert_denies(
            &judged,
            &format!("the external parameter `{path}` differs"),
            &format!("`{value}`"),
            found,
        );
    }
}

#[test]
fn materials_must_be_there_fail() {
    let asked = |uri: &str, digest: Option<&str>| {
        let digest = digest.map(|value| ("sha256".to_owned(), value.to_owned()));
        rule(|rule| {
            rule.materials = vec![MaterialDemand {
                uri: uri.parse().unwrap(),
                digest,
            }];
        })
    };
    assert_holds(&by_key(&asked("pkg:docker/alpine@*", None), statement()));
    assert_holds(&by_key(&asked("pkg:docker/alpine@*", Some("bb")), statement()));
    let judged = by_key(&asked("pkg:docker/alpine@*", Some("cc")), statement());
    let expected = "`pkg:docker/alpine@* sha256:cc`";
    let found = "`pkg:docker/alpine@3.19` with sha256:aa";
    assert_denies(&judged, "a material is not there", expected, found);
    let judged = by_key(&asked("pkg:docker/debian@*", None), statement());
    let found = "none of 3 materials has this URI";
    assert_denies(&judged, "a material is not there", "`pkg:docker/debian@*`", found);
}

#[test]
fn levels_rest_on_the_certificate() {
    let generator =
        "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/generator_container_slsa3.yml";
    let released = format!("{generator}@refs/tags/v2.0.0");
    let by = |subject: &str| {
        let mut identity = certificate();
        identity.subject = subject.to_owned();
        identity
    };
    assert_holds(&keyless(&level(3, &[]), built_by(&released), by(&released)));
    assert_holds(&keyless(&level(2, &[]), statement(), certificate()));
    assert_holds(&by_key(&level(1, &[]), statement()));
    let rated = [("https://ci.acme.example/*", 3)];
    assert_holds(&by_key(&level(3, &rated), built_by("https://ci.acme.example/7")));
}

#[test]
fn a_lower_level_fail() {
    let generator =
        "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/generator_container_slsa3.yml";
    for reference in [
        "refs/heads/v2",
        "refs/heads/x@refs/tags/v2",
        "refs/tags/v2@x",
        "refs/tags/vx",
        COMMIT,
    ] {
        let mut identity = certificate();
        identity.subject = format!("{generator}@{reference}");
        let judged = keyless(&level(3, &[]), built_by(&identity.subject.clone()), identity);
        let found = "level 2: a runner of GitHub's";
        assert_denies(
            &judged,
            "the builder reaches a lower level",
            "SLSA build level 3 or higher",
            found,
        );
    }
    let mut evil = certificate();
    let workflows = "https://github.com/slsa-framework/slsa-github-generator/.github/workflows";
    evil.subject = format!("{workflows}/e2e.yml@refs/heads/evil_slsa3.yml@refs/tags/v2");
    assert_eq!(
        keyless(&level(3, &[]), built_by(&evil.subject.clone()), evil)
            .objections
            .len(),
        1
    );
    let forged = by_key(&level(2, &[]), built_by(&format!("{generator}@refs/tags/v2.0.0")));
    let found = "level 1: a key certifies no builder";
    assert_denies(
        &forged,
        "the builder reaches a lower level",
        "SLSA build level 2 or higher",
        found,
    );
    let lowest = [("https://github.com/**", 3), (SUBJECT, 1)];
    assert_eq!(
        keyless(&level(2, &lowest), statement(), certificate()).objections.len(),
        1
    );
    let mut corporate = certificate();
    corporate.issuer = "https://idp.corp.example".to_owned();
    assert_eq!(keyless(&level(2, &[]), statement(), corporate).objections.len(), 1);
}

#[test]
fn the_older_format_is_judged_alike() {
    let statement = json!({
        "builder": { "id": SUBJECT },
        "buildType": "https://github.com/slsa-framework/slsa-github-generator/generic@v1",
        "invocation": { "configSource": {
            "uri": "git+https://github.com/acme/api@refs/tags/v1",
            "digest": { "sha1": COMMIT },
            "entryPoint": ".github/workflows/release.yml",
        } },
        "metadata": { "buildFinishedOn": "1970-01-01T00:00:02Z" },
    });
    let everything = ProvenanceRule {
        source: Some(SOURCE.parse().unwrap()),
        reference: Some("refs/tags/v*".parse().unwrap()),
        revision: Some(COMMIT.to_owned()),
        workflow: Some(".github/workflows/release.yml".parse().unwrap()),
        ..nothing()
    };
    let identity = Principal::Certificate(certificate());
    assert_holds(&judged_as(V0_2, &everything, statement.clone(), identity.clone()));
    assert_eq!(date(&Document::signed(V0_2, statement, identity)), Ok(Some(2)));
}

#[test]
fn a_statement_that_is_no_provenance_is_malformed_fail() {
    let about = About {
        now: 0,
        image: "",
        digest: Digest::of(b"image"),
        platform: None,
        config: None,
        kin: &[],
        annotations: &BTreeMap::new(),
    };
    for (predicate_type, predicate) in [
        (V1, json!("x")),
        (V0_2, json!({})),
        ("https://slsa.dev/provenance/v0.1", json!({})),
    ] {
        assert!(judge(&nothing(), &Document::of(predicate_type, predicate), &about).is_err());
    }
}
