//! Certificates as Fulcio issues them to the usual signers, with a realistic value in every claim.

use crate::certificate::CertificateRequest;
use crate::extension::San;

const COMMIT: &str = "5be0ec1d0c3c24fa8b4ce7b17a4ee2b4a1a2b1f0";

impl CertificateRequest {
    /// A workflow of GitHub Actions on a push: `github("acme/app", "release.yml", "refs/heads/main")`.
    pub fn github(repository: &str, workflow: &str, git_ref: &str) -> CertificateRequest {
        let owner = repository.split('/').next().unwrap();
        let home = format!("https://github.com/{repository}");
        let workflow_uri = format!("{home}/.github/workflows/{workflow}@{git_ref}");
        CertificateRequest::leaf()
            .issuer("https://token.actions.githubusercontent.com")
            .trigger("push")
            .claim(3, COMMIT)
            .claim(4, workflow.trim_end_matches(".yml"))
            .claim(5, repository)
            .claim(6, git_ref)
            .workflow_uri(&workflow_uri)
            .claim(11, "github-hosted")
            .claim(12, &home)
            .claim(13, COMMIT)
            .claim(14, git_ref)
            .claim(15, "616260340")
            .claim(16, &format!("https://github.com/{owner}"))
            .claim(17, "95387154")
            .claim(18, &workflow_uri)
            .claim(19, COMMIT)
            .claim(21, &format!("{home}/actions/runs/7204158113/attempts/1"))
            .claim(22, "public")
    }

    /// A pipeline of gitlab.com on a push: `gitlab("acme/app", "refs/heads/main")`.
    pub fn gitlab(project: &str, git_ref: &str) -> CertificateRequest {
        let group = project.rsplit_once('/').unwrap().0;
        let home = format!("https://gitlab.com/{project}");
        let pipeline = format!("{home}//.gitlab-ci.yml@{git_ref}");
        CertificateRequest::leaf()
            .issuer("https://gitlab.com")
            .workflow_uri(&pipeline)
            .claim(11, "gitlab-hosted")
            .claim(12, &home)
            .claim(13, COMMIT)
            .claim(14, git_ref)
            .claim(15, "48202421")
            .claim(16, &format!("https://gitlab.com/{group}"))
            .claim(17, "13854972")
            .claim(18, &pipeline)
            .claim(19, COMMIT)
            .claim(20, "push")
            .claim(21, &format!("{home}/-/jobs/5012345678"))
            .claim(22, "public")
    }

    /// A person.
    pub fn email(address: &str, issuer: &str) -> CertificateRequest {
        CertificateRequest::leaf()
            .issuer(issuer)
            .san(San::Email(address.to_owned()))
    }

    /// Any other workload with a URI.
    pub fn uri(uri: &str, issuer: &str) -> CertificateRequest {
        CertificateRequest::leaf().issuer(issuer).san(San::Uri(uri.to_owned()))
    }

    /// The workflow that signs: SAN and `.1.9`. After `github(…)` this is a reusable workflow called by that one.
    pub fn workflow_uri(self, uri: &str) -> CertificateRequest {
        let san = San::Uri(uri.to_owned());
        self.without_san().san(san).claim(9, uri).claim(10, COMMIT)
    }
}
