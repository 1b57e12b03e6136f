//! CircleCI: Fulcio certifies organisation, project, pipeline definition, repository and ref (fulcio config/identity/config.yaml,
//! `circleci-job`).

use super::{Circleci, Claim, Identity, Mismatch, exact, glob, mismatch};

const ISSUER: &str = "https://oidc.circleci.com/org/";
const PROJECTS: &str = "https://circleci.com/api/v2/projects/";
const DEFINITIONS: &str = "/pipeline-definitions/";

/// fulcio docs/oid-info.md: "Don't trust when runner_environment is ssh-rerun": somebody had a shell in the job.
const SSH_RERUN: &str = "ssh-rerun";

impl Circleci {
    pub(super) fn recognises(&self, identity: &Identity) -> Result<(), Mismatch> {
        let issuer = format!("{ISSUER}{}", self.organization);
        exact(0, "organization", &issuer, identity.issuer.as_deref())?;
        let signer = identity.build_signer(1)?;
        let parts = signer
            .strip_prefix(PROJECTS)
            .and_then(|rest| rest.split_once(DEFINITIONS));
        let Some((project, definition)) = parts else {
            return Err(mismatch(
                1,
                "project",
                format!("{PROJECTS}{}", self.project),
                Some(signer),
            ));
        };
        exact(1, "project", &self.project, Some(project))?;
        if let Some(expected) = &self.pipeline_definition {
            exact(2, "pipeline-definition", expected, Some(definition))?;
        }
        if let Some(expected) = &self.repository {
            exact(3, "repository", expected, identity.claim(Claim::SourceRepositoryUri))?;
        }
        if let Some(expected) = &self.reference {
            glob(4, "ref", expected, identity.claim(Claim::SourceRepositoryRef))?;
        }
        match identity.claim(Claim::RunnerEnvironment) {
            Some(SSH_RERUN) => Err(mismatch(
                5,
                "runner",
                "a run without a shell".to_owned(),
                Some(SSH_RERUN),
            )),
            _ => Ok(()),
        }
    }
}
