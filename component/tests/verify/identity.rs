//! Who signed: step 3 of the client specification. Pins `Signer::recognises` and the strict reading of `subject`, `issuer` and
//! `claims`, where sigstore-verify takes the first of two or leaves out what does not decode.

use portcullis_component::wit::basics::ResultClass::*;
use testbed::*;

use crate::case::{Case, GITHUB, WORKFLOW, release, signature};

fn signed(request: CertificateRequest) -> Case {
    let sigstore = Sigstore::new();
    let bundle = sigstore.sign(&sigstore.issue(request), signature()).rekor_v1().bundle();
    Case::new(&sigstore).bundle(&bundle)
}

fn keyless(identity: &str) -> String {
    format!("keyless: {{ issuer: {GITHUB}, {identity} }}")
}

#[test]
fn github_pull_request_target_fail() {
    for trigger in [
        "pull_request_target",
        "workflow_run",
        "issue_comment",
        "repository_dispatch",
        "PUSH",
        "",
    ] {
        signed(release().trigger(trigger)).denied_for(IdentityMismatch, "`triggers` differs");
    }
    signed(release().without_claim(20)).denied_for(IdentityMismatch, "`triggers` differs");
}

#[test]
fn github_reusable_from_stranger_fail() {
    let stranger = CertificateRequest::github("evil/app", "any.yml", "refs/heads/main").workflow_uri(WORKFLOW);
    signed(stranger).denied_for(IdentityMismatch, "`repository` differs");
    // The reverse: our repository, another's workflow.
    let workflow = "https://github.com/evil/app/.github/workflows/release.yml@refs/heads/main";
    signed(release().workflow_uri(workflow)).denied_for(IdentityMismatch, "`workflow` differs");
}

#[test]
fn github_other_ref_or_repository_fail() {
    let other = |repository: &str, workflow: &str, git_ref: &str| {
        signed(CertificateRequest::github(repository, workflow, git_ref)).denied(IdentityMismatch);
    };
    other("acme/app", "release.yml", "refs/heads/evil");
    other("acme/app", "release.yml", "refs/tags/main");
    other("acme/app", "evil.yml", "refs/heads/main");
    other("acme/app2", "release.yml", "refs/heads/main");
    other("Acme/app", "release.yml", "refs/heads/main");
    signed(release().without_claim(14)).denied_for(IdentityMismatch, "`ref` differs");
    signed(release().claim(14, "")).denied_for(IdentityMismatch, "`ref` differs");
    signed(release().claim(12, "https://github.com.evil.example/acme/app")).denied(IdentityMismatch);
}

/// A SAN that is ours beside claims that are not, and the reverse.
#[test]
fn github_claims_against_subject_fail() {
    signed(release().claim(9, "https://github.com/evil/app/.github/workflows/x.yml@refs/heads/main"))
        .denied(IdentityMismatch);
    signed(release().without_claim(9)).denied(IdentityMismatch);
    let elsewhere = San::Uri("https://github.com/evil/app/.github/workflows/x.yml@refs/heads/main".to_owned());
    signed(release().without_san().san(elsewhere)).denied(IdentityMismatch);
}

#[test]
fn issuer_differs_fail() {
    for issuer in [
        "https://evil.example",
        "https://token.actions.githubusercontent.com/",
        "https://token.actions.githubusercontent.com.evil.example",
    ] {
        signed(release().issuer(issuer)).denied_for(IdentityMismatch, "`issuer` differs");
    }
}

#[test]
fn san_branch_with_at_fail() {
    let branch = || {
        signed(CertificateRequest::github(
            "acme/app",
            "release.yml",
            "refs/heads/evil@refs/heads/main",
        ))
    };
    branch().denied(IdentityMismatch);
    let regexp = r"identity-regexp: 'https://github\.com/acme/app/\.github/workflows/.*@refs/heads/main'";
    branch().signer("release", &keyless(regexp)).denied(IdentityMismatch);
    signed(release()).signer("release", &keyless(regexp)).allowed();
}

#[test]
fn san_email_holds_uri_fail() {
    let email = || signed(release().without_san().san(San::Email(WORKFLOW.to_owned())));
    email().denied(IdentityMismatch);
    email()
        .signer("release", &keyless(&format!("identity: {WORKFLOW}")))
        .denied(IdentityMismatch);
    signed(release())
        .signer("release", &keyless(&format!("identity: {WORKFLOW}")))
        .allowed();
    let uri = signed(CertificateRequest::uri("alice@acme.example", GITHUB));
    uri.signer("release", &keyless("identity: alice@acme.example"))
        .denied(IdentityMismatch);
}

#[test]
fn san_two_fail() {
    let second = San::Uri("https://github.com/evil/app".to_owned());
    signed(release().san(second.clone())).denied_for(Malformed, "2 subject alternative names");
    let reversed = release().without_san().san(second).san(San::Uri(WORKFLOW.to_owned()));
    signed(reversed).denied(Malformed);
    signed(release().san(San::Email("alice@acme.example".to_owned()))).denied(Malformed);
    signed(release().without_san().san(San::Dns("github.com".to_owned()))).denied_for(Malformed, "neither URI");
}

#[test]
fn claims_malformed_duplicate_conflict_fail() {
    signed(release().claim_bytes(11, b"github-hosted")).denied_for(Malformed, "not a UTF8String");
    signed(release().claim_bytes(12, b"")).denied_for(Malformed, "not a UTF8String");
    signed(release().claim_again(12, "https://github.com/evil/app")).denied_for(Malformed, "stands twice");
    signed(release().claim_again(8, "https://evil.example")).denied_for(Malformed, "stands twice");
    signed(release().claim(1, "https://evil.example")).denied_for(Malformed, "two issuers");
    signed(release().claim_bytes(8, b"https://token.actions.githubusercontent.com")).denied(Malformed);
    // The old form alone, and one that nobody knows yet, are good.
    signed(release().without_claim(8)).allowed();
    signed(release().extension("1.3.6.1.4.1.57264.1.99", false, b"new")).allowed();
}

#[test]
fn gitlab_fail() {
    let gitlab = "gitlab: { project: acme/app, ref: refs/heads/main }";
    let sign = |request| signed(request).signer("release", gitlab);
    let good = || CertificateRequest::gitlab("acme/app", "refs/heads/main");
    sign(good()).allowed();
    for trigger in ["merge_request_event", "trigger", "pipeline"] {
        sign(good().claim(20, trigger)).denied(IdentityMismatch);
    }
    sign(CertificateRequest::gitlab("acme/app/sub", "refs/heads/main")).denied(IdentityMismatch);
    sign(CertificateRequest::gitlab("acme/app", "refs/heads/evil")).denied(IdentityMismatch);
    sign(good().claim(12, "https://gitlab.com.evil.example/acme/app")).denied(IdentityMismatch);
    sign(good().issuer(GITHUB)).denied(IdentityMismatch);
}

#[test]
fn runner_and_identifiers_fail() {
    let also = |condition: &str| {
        format!(
            "github: {{ repository: acme/app, workflow: acme/app/.github/workflows/release.yml, ref: refs/heads/main, {condition} }}"
        )
    };
    for (condition, claim) in [
        ("runner: github-hosted", 11),
        ("repository-id: '616260340'", 15),
        ("owner-id: '95387154'", 17),
    ] {
        signed(release()).signer("release", &also(condition)).allowed();
        for request in [release().claim(claim, "1"), release().without_claim(claim)] {
            signed(request)
                .signer("release", &also(condition))
                .denied(IdentityMismatch);
        }
    }
}
