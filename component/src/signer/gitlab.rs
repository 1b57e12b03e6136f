//! GitLab CI/CD: the certificate's claims against the policy's conditions.

use super::{Claim, Gitlab, Identity, Mismatch, exact, glob, mismatch, one_of};

impl Gitlab {
    pub(super) fn recognises(&self, identity: &Identity) -> Result<(), Mismatch> {
        exact(0, "issuer", &self.issuer, identity.issuer.as_deref())?;
        let signer = identity.build_signer(1)?;
        let server = format!("{}/", self.issuer);
        self.project(&server, signer, identity)?;
        glob(3, "ref", &self.reference, identity.claim(Claim::SourceRepositoryRef))?;
        self.configuration(&server, signer)?;
        if let Some(expected) = &self.environment {
            glob(6, "environment", expected, identity.claim(Claim::DeploymentEnvironment))?;
        }
        let exactly = [
            (7, "config-digest", &self.config_digest, Claim::BuildConfigDigest),
            (8, "runner", &self.runner, Claim::RunnerEnvironment),
            (9, "visibility", &self.visibility, Claim::SourceRepositoryVisibility),
            (10, "project-id", &self.project_id, Claim::SourceRepositoryIdentifier),
            (
                11,
                "namespace-id",
                &self.namespace_id,
                Claim::SourceRepositoryOwnerIdentifier,
            ),
        ];
        for (held, field, expected, claim) in exactly {
            if let Some(expected) = expected {
                exact(held, field, expected, identity.claim(claim))?;
            }
        }
        one_of(12, "triggers", &self.triggers, identity.claim(Claim::BuildTrigger))
    }

    /// Fulcio writes `https://gitlab.com/` for every instance (its `gitlab-type` template); the issuer, which was compared, and
    /// the build signer say which one it is.
    fn project(&self, server: &str, signer: &str, identity: &Identity) -> Result<(), Mismatch> {
        let uri = identity.claim(Claim::SourceRepositoryUri);
        let template = || match signer.starts_with(server) {
            true => uri?.strip_prefix("https://gitlab.com/"),
            false => None,
        };
        let Some(found) = uri.and_then(|uri| uri.strip_prefix(server)).or_else(template) else {
            return Err(mismatch(2, "project", format!("{server}{}", self.project), uri));
        };
        // A number in the policy is the certificate's: then the name's case says nothing, for GitLab has each path once.
        let id = identity.claim(Claim::SourceRepositoryIdentifier);
        let same = self.project_id.is_some() && self.project_id.as_deref() == id;
        if same && self.project.matches_ignoring_case(found, usize::MAX) {
            return Ok(());
        }
        glob(2, "project", &self.project, Some(found))
    }

    /// `group/project//file.yml@ref`. A file's path may hold an `@refs/` as well as a ref may, and nobody could tell where one
    /// ends: more than one `@` is refused.
    fn configuration(&self, server: &str, signer: &str) -> Result<(), Mismatch> {
        if self.config.is_none() && self.config_reference.is_none() {
            return Ok(());
        }
        let parts = signer.strip_prefix(server).and_then(|rest| rest.split_once('@'));
        let Some((config, reference)) = parts.filter(|(_, reference)| !reference.contains('@')) else {
            let expected = format!("{server}…//…@ref, with one `@`");
            return Err(mismatch(4, "config", expected, Some(signer)));
        };
        if let Some(expected) = &self.config {
            exact(4, "config", expected, Some(config))?;
        }
        match &self.config_reference {
            Some(expected) => glob(5, "config-ref", expected, Some(reference)),
            None => Ok(()),
        }
    }
}
