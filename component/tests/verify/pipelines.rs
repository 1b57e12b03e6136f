//! Structured signers beside GitHub's and GitLab's usual ones: each condition has a certificate that only it refuses, and the near
//! miss names it. Pins `Gitlab`, `Buildkite`, `Circleci`, `Github::server`, and what `google` and `email` become.

use portcullis_component::wit::basics::ResultClass::*;
use testbed::*;

use crate::case::{Case, signature};

fn signed(request: CertificateRequest, signer: &str) -> Case {
    let sigstore = Sigstore::new();
    let bundle = sigstore.sign(&sigstore.issue(request), signature()).rekor_v1().bundle();
    Case::new(&sigstore).signer("release", signer).bundle(&bundle)
}

#[test]
fn gitlab_conditions_fail() {
    let good = || {
        CertificateRequest::gitlab("acme/app", "refs/heads/main")
            .claim(22, "private")
            .claim(23, "production")
    };
    let signer = |condition: &str| format!("gitlab: {{ project: acme/app, ref: refs/heads/main, {condition} }}");
    let digest = "5be0ec1d0c3c24fa8b4ce7b17a4ee2b4a1a2b1f0";
    let conditions = [
        (format!("config-digest: {digest}"), 19, "config-digest"),
        ("environment: prod*".to_owned(), 23, "environment"),
        ("runner: gitlab-hosted".to_owned(), 11, "runner"),
        ("visibility: private".to_owned(), 22, "visibility"),
        ("project-id: 48202421".to_owned(), 15, "project-id"),
        ("namespace-id: 13854972".to_owned(), 17, "namespace-id"),
    ];
    for (condition, claim, field) in conditions {
        signed(good(), &signer(&condition)).allowed();
        for request in [good().claim(claim, "1"), good().without_claim(claim)] {
            signed(request, &signer(&condition)).denied_for(IdentityMismatch, &format!("`{field}` differs"));
        }
    }
}

#[test]
fn gitlab_configuration_fail() {
    let from = |uri: &str| CertificateRequest::gitlab("acme/app", "refs/heads/main").workflow_uri(uri);
    let signer =
        "gitlab: { project: acme/app, ref: refs/heads/main, config: acme/ci//release.yml, config-ref: refs/heads/** }";
    let uri = |rest: &str| format!("https://gitlab.com/{rest}");
    signed(from(&uri("acme/ci//release.yml@refs/heads/main")), signer).allowed();
    for (rest, field) in [
        ("acme/ci//evil.yml@refs/heads/main", "config"),
        ("evil/ci//release.yml@refs/heads/main", "config"),
        ("acme/ci//release.yml@refs/tags/v1", "config-ref"),
        ("acme/ci//release.yml@refs/heads/x.yml@refs/heads/evil", "config"),
        ("acme/ci//release.yml", "config"),
    ] {
        signed(from(&uri(rest)), signer).denied_for(IdentityMismatch, &format!("`{field}` differs"));
    }
}

#[test]
fn gitlab_case_is_set_aside_with_the_number_alone() {
    let request = || CertificateRequest::gitlab("Acme/App", "refs/heads/main");
    let signer = |more: &str| format!("gitlab: {{ project: acme/app, ref: refs/heads/main{more} }}");
    signed(request(), &signer("")).denied_for(IdentityMismatch, "upper and lower case");
    signed(request(), &signer(", project-id: 48202421")).allowed();
    signed(request(), &signer(", project-id: 1")).denied(IdentityMismatch);
}

#[test]
fn github_of_an_enterprise_and_of_a_server_of_its_own_fail() {
    let signer = |issuer: &str| {
        format!(
            "github: {{ repository: acme/app, workflow: acme/app/.github/workflows/release.yml, ref: refs/heads/main, issuer: '{issuer}' }}"
        )
    };
    let public = || CertificateRequest::github("acme/app", "release.yml", "refs/heads/main");
    let enterprise = "https://token.actions.githubusercontent.com/acme";
    signed(public().issuer(enterprise), &signer(enterprise)).allowed();
    signed(public(), &signer(enterprise)).denied_for(IdentityMismatch, "`issuer` differs");
    let server = "https://github.acme.example/_services/token";
    let own = |host: &str| {
        public()
            .issuer(server)
            .workflow_uri(&format!(
                "https://{host}/acme/app/.github/workflows/release.yml@refs/heads/main"
            ))
            .claim(12, &format!("https://{host}/acme/app"))
    };
    signed(own("github.acme.example"), &signer(server)).allowed();
    // The server's issuer cannot speak for repositories of another, nor one whose name only begins the same.
    for host in ["github.com", "github.acme.example.evil.example"] {
        signed(own(host), &signer(server)).denied(IdentityMismatch);
    }
    let resident = "https://token.actions.acme.ghe.com";
    signed(own("acme.ghe.com").issuer(resident), &signer(resident)).allowed();
    for issuer in [
        "https://github.acme.example",
        "https://token.actions.githubusercontent.com/a/b",
        "https://token.actions.evil.example",
    ] {
        signed(public(), &signer(issuer)).policy_error("is no issuer of GitHub Actions");
    }
}

fn kite() -> CertificateRequest {
    CertificateRequest::uri("https://buildkite.com/acme/release", "https://agent.buildkite.com")
        .claim(11, "self-hosted")
        .claim(20, "ui")
}

#[test]
fn buildkite_fail() {
    let signer = "buildkite: { pipeline: acme/release, triggers: [ui, schedule], runner: self-hosted }";
    let report = signed(kite(), signer).allowed();
    assert!(
        report
            .warnings
            .iter()
            .any(|one| one.message.contains("any branch of the pipeline"))
    );
    let refused = |request: CertificateRequest, field: &str| {
        signed(request, signer).denied_for(IdentityMismatch, &format!("`{field}` differs"));
    };
    refused(kite().issuer("https://evil.example"), "issuer");
    refused(
        kite()
            .without_san()
            .san(San::Uri("https://buildkite.com/evil/release".to_owned())),
        "pipeline",
    );
    refused(
        kite()
            .without_san()
            .san(San::Email("https://buildkite.com/acme/release".to_owned())),
        "pipeline",
    );
    refused(kite().claim(20, "trigger_job"), "triggers");
    refused(kite().without_claim(20), "triggers");
    refused(kite().claim(11, "buildkite-hosted"), "runner");
    refused(kite().without_claim(11), "runner");
    signed(kite(), "buildkite: { pipeline: acme/release, ref: refs/heads/main }").policy_error("cannot be demanded");
    signed(kite(), "buildkite: { pipeline: '*/*' }").policy_error("accepts anyone");
    signed(kite(), "buildkite: { pipeline: release }").policy_error("can match no pipeline");
}

#[test]
fn circleci_fail() {
    let (organization, project, definition) = (
        "0a1b2c3d-0000-1111-2222-3333444455ff",
        "0a1b2c3d-0000-1111-2222-3333444455fe",
        "0a1b2c3d-0000-1111-2222-3333444455fd",
    );
    let uri = |project: &str, definition: &str| {
        format!("https://circleci.com/api/v2/projects/{project}/pipeline-definitions/{definition}")
    };
    let good = || {
        CertificateRequest::uri("placeholder", &format!("https://oidc.circleci.com/org/{organization}"))
            .workflow_uri(&uri(project, definition))
            .claim(11, "\"\"")
            .claim(12, "github.com/acme/api")
            .claim(14, "refs/heads/main")
    };
    let signer = format!(
        "circleci: {{ organization: {organization}, project: {project}, pipeline-definition: {definition}, \
         repository: github.com/acme/api, ref: refs/heads/main }}"
    );
    signed(good(), &signer).allowed();
    let refused = |request: CertificateRequest, field: &str| {
        signed(request, &signer).denied_for(IdentityMismatch, &format!("`{field}` differs"));
    };
    refused(good().issuer("https://oidc.circleci.com/org/evil"), "organization");
    refused(good().workflow_uri(&uri("evil", definition)), "project");
    refused(good().workflow_uri(&uri(project, "evil")), "pipeline-definition");
    refused(good().workflow_uri("https://circleci.com/evil"), "project");
    refused(good().claim(12, "github.com/evil/api"), "repository");
    refused(good().claim(14, "refs/heads/evil"), "ref");
    refused(good().without_claim(14), "ref");
    refused(good().claim(11, "ssh-rerun"), "runner");
    signed(
        good(),
        &format!("circleci: {{ organization: acme, project: {project} }}"),
    )
    .policy_error("is no identifier");
    signed(
        good(),
        &format!("circleci: {{ organization: {organization}, project: {project}, triggers: [x] }}"),
    )
    .policy_error("cannot be demanded");
    let report = signed(
        good(),
        &format!("circleci: {{ organization: {organization}, project: {project} }}"),
    )
    .allowed();
    assert!(
        report
            .warnings
            .iter()
            .any(|one| one.message.contains("any branch or tag"))
    );
}

#[test]
fn google_and_email_fail() {
    let account = "release@acme.iam.gserviceaccount.com";
    let google = CertificateRequest::email(account, "https://accounts.google.com");
    let signer = format!("google: {{ service-account: {account} }}");
    signed(google.clone(), &signer).allowed();
    signed(google.clone().issuer("https://evil.example"), &signer).denied_for(IdentityMismatch, "`issuer` differs");
    signed(
        CertificateRequest::email("evil@acme.iam.gserviceaccount.com", "https://accounts.google.com"),
        &signer,
    )
    .denied_for(IdentityMismatch, "`identity` differs");
    signed(CertificateRequest::uri(account, "https://accounts.google.com"), &signer).denied(IdentityMismatch);
    signed(google, "google: { service-account: alice@acme.example }").policy_error("is no service account");

    let person = || CertificateRequest::email("alice@acme.example", "https://id.example");
    let signer = "email: { address: alice@acme.example, issuer: 'https://id.example' }";
    signed(person(), signer).allowed();
    signed(person().issuer("https://evil.example"), signer).denied_for(IdentityMismatch, "`issuer` differs");
    signed(
        CertificateRequest::email("Alice@acme.example", "https://id.example"),
        signer,
    )
    .denied_for(IdentityMismatch, "upper and lower case");
    signed(person(), "email: { address: alice@acme.example }").policy_error("needs `issuer`");
    for address in ["'*@acme.example'", "alice", "a@b@c", "'https://x/@y'"] {
        signed(
            person(),
            &format!("email: {{ address: {address}, issuer: 'https://id.example' }}"),
        )
        .policy_error("is no e-mail address");
    }
}

/// Signers of public services mean `sigstore` where there are several roots; what no certificate says is refused.
#[test]
fn public_services_need_no_root_and_know_what_is_not_certified() {
    let (sigstore, corp) = (Sigstore::new(), Sigstore::named("corp"));
    let case = |signer: &str| {
        Case::new(&sigstore)
            .root("corp", &corp.trusted_root())
            .signer("release", signer)
    };
    // None of the two is called `sigstore`: so it is asked for by name.
    case("email: { address: a@b.example, issuer: 'https://id.example' }").policy_error("names none of them");
    let workflow = "repository: acme/app, workflow: acme/app/.github/workflows/release.yml, ref: refs/heads/main";
    for key in ["ref-protected: true", "actor: alice"] {
        case(&format!("github: {{ {workflow}, {key} }}")).policy_error("cannot be demanded");
    }
    for key in ["ref-protected: true", "user: alice"] {
        case(&format!("gitlab: {{ project: a/b, ref: refs/heads/main, {key} }}")).policy_error("cannot be demanded");
    }
    for config in ["release.yml", "a/b//x@refs/heads/main", "https://gitlab.com/a/b//x"] {
        case(&format!(
            "gitlab: {{ project: a/b, ref: refs/heads/main, config: '{config}' }}"
        ))
        .policy_error("can be no CI configuration");
    }
}

/// Fulcio's template writes gitlab.com into the repository's URI whatever the instance is.
#[test]
fn gitlab_of_ones_own_fail() {
    let own = "https://gitlab.corp.example";
    let signer = "gitlab: { issuer: \"https://gitlab.corp.example\", project: acme/app, ref: refs/heads/main }";
    let of = |server: &str| {
        CertificateRequest::gitlab("acme/app", "refs/heads/main")
            .issuer(own)
            .workflow_uri(&format!("{server}/acme/app//.gitlab-ci.yml@refs/heads/main"))
    };
    signed(of(own), signer).allowed();
    signed(of("https://gitlab.com"), signer).denied_for(IdentityMismatch, "`project` differs");
    let other = of(own).claim(12, "https://gitlab.com/evil/app");
    signed(other, signer).denied_for(IdentityMismatch, "`project` differs");
}
