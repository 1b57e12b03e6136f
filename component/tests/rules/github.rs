//! Artifact attestations as GitHub Actions makes them: under the public Sigstore for public repositories; for private ones
//! under GitHub's own root, which has a certificate authority and a timestamp authority and neither kind of log.

use portcullis_component::wit::basics::{ResultClass, Verdict};
use portcullis_component::wit::evidence::Outcome;
use serde_json::{Value, json};
use testbed::*;

use crate::case::{Case, NAME, WORKFLOW, image};
use crate::provenance::provenance;

const V1: &str = "https://slsa.dev/provenance/v1";
const RELEASE: &str = "github: { repository: acme/app, workflow: acme/app/.github/workflows/release.yml, \
                       ref: refs/heads/main }";
const BOTH: &str = "provenance: { by: { any-of: [release, internal] } }";

fn statement() -> Statement {
    Statement::attestation(NAME, image().digest(), V1, provenance(WORKFLOW, json!([])))
}

fn workflow() -> CertificateRequest {
    CertificateRequest::github("acme/app", "release.yml", "refs/heads/main")
}

/// As `actions/attest` makes it in a private repository.
fn internal(github: &Sigstore) -> Value {
    let leaf = github.issue(workflow().sct(Sct::Absent));
    github.sign(&leaf, statement()).timestamp().bundle()
}

/// One signer for each root; only the one of GitHub's root does without the logs that it does not have.
fn case(public: &Sigstore, github: &Sigstore) -> Case {
    let own = github
        .trusted_root()
        .without(trusted_root::TLOGS)
        .without(trusted_root::CTLOGS);
    let without = "transparency-log: { required: false }, ct-log: { required: false }";
    Case::new(public)
        .root("corp-github", &own)
        .signer("release", &format!("{RELEASE}, trust: public"))
        .signer("internal", &format!("{RELEASE}, trust: corp-github, {without}"))
        .judged_by(BOTH)
}

#[test]
fn attestation_under_either_root() {
    let (public, github) = (Sigstore::new(), Sigstore::named("github"));
    let logged = public.sign(&public.issue(workflow()), statement()).rekor_v1().bundle();
    for (bundle, signer, root) in [
        (logged, "release", "public"),
        (internal(&github), "internal", "corp-github"),
    ] {
        for report in [
            case(&public, &github).bundle(&bundle).allowed(),
            case(&public, &github).detached(&bundle).allowed(),
        ] {
            assert_eq!(report.rules[0].accepted[0].signer, signer);
            let proven = report.evidence.iter().flat_map(|one| &one.attempts);
            let roots: Vec<_> = proven
                .filter_map(|attempt| match &attempt.outcome {
                    Outcome::Verified(proof) => proof.root.as_deref(),
                    Outcome::Rejected(_) => None,
                })
                .collect();
            assert_eq!(roots, [root]);
        }
    }
}

/// What GitHub's root lacks is waived for its signer alone.
#[test]
fn unlogged_under_the_public_root_fail() {
    let (public, github) = (Sigstore::new(), Sigstore::named("github"));
    let unlogged = internal(&public);
    let report = case(&public, &github).bundle(&unlogged).report();
    assert_eq!(report.verdict, Verdict::Deny, "{:#?}", report.rules);
    let only = case(&public, &github).judged_by("provenance: { by: internal }");
    only.bundle(&unlogged).denied(ResultClass::TimeMissing);
}

#[test]
fn of_another_repository_fail() {
    let (public, github) = (Sigstore::new(), Sigstore::named("github"));
    let stranger = CertificateRequest::github("evil/app", "release.yml", "refs/heads/main").sct(Sct::Absent);
    let bundle = github.sign(&github.issue(stranger), statement()).timestamp().bundle();
    case(&public, &github)
        .bundle(&bundle)
        .denied(ResultClass::IdentityMismatch);
}
