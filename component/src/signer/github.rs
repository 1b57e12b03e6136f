//! GitHub Actions: the certificate's claims against the policy's conditions, never the text of its subject alone.

use super::{Claim, Github, Identity, Mismatch, exact, glob, mismatch, one_of};

impl Github {
    pub(super) fn recognises(&self, identity: &Identity) -> Result<(), Mismatch> {
        exact(0, "issuer", &self.issuer, identity.issuer.as_deref())?;
        let signer = identity.build_signer(1)?;
        let repository = self.repository(2, identity)?;
        let (workflow, reference) = split(signer, &self.server).ok_or_else(|| {
            mismatch(
                3,
                "workflow",
                format!("{}/…/.github/workflows/…@ref", self.server),
                Some(signer),
            )
        })?;
        self.workflow(3, identity, workflow, repository)?;
        if let Some(expected) = &self.reference {
            glob(4, "ref", expected, identity.claim(Claim::SourceRepositoryRef))?;
        }
        if let Some(expected) = &self.environment {
            glob(5, "environment", expected, identity.claim(Claim::DeploymentEnvironment))?;
        }
        if let Some(expected) = &self.workflow_reference {
            glob(6, "workflow-ref", expected, Some(reference))?;
        }
        let exactly = [
            (7, "workflow-digest", &self.workflow_digest, Claim::BuildSignerDigest),
            (8, "runner", &self.runner, Claim::RunnerEnvironment),
            (9, "visibility", &self.visibility, Claim::SourceRepositoryVisibility),
            (
                10,
                "repository-id",
                &self.repository_id,
                Claim::SourceRepositoryIdentifier,
            ),
            (11, "owner-id", &self.owner_id, Claim::SourceRepositoryOwnerIdentifier),
        ];
        for (held, field, expected, claim) in exactly {
            if let Some(expected) = expected {
                exact(held, field, expected, identity.claim(claim))?;
            }
        }
        one_of(12, "triggers", &self.triggers, identity.claim(Claim::BuildTrigger))
    }

    fn repository<'i>(&self, held: usize, identity: &'i Identity) -> Result<&'i str, Mismatch> {
        let uri = identity.claim(Claim::SourceRepositoryUri);
        let Some(found) = uri.and_then(|uri| below(uri, &self.server)) else {
            return Err(mismatch(
                held,
                "repository",
                format!("{}/{}", self.server, self.repository),
                uri,
            ));
        };
        if self.same_repository(identity) && self.repository.matches_ignoring_case(found, 2) {
            return Ok(found);
        }
        glob(held, "repository", &self.repository, Some(found)).map_err(|near| self.case_hint(near))?;
        Ok(found)
    }

    fn workflow(&self, held: usize, identity: &Identity, found: &str, repository: &str) -> Result<(), Mismatch> {
        let own = found.strip_prefix(repository).is_some_and(|rest| rest.starts_with('/'));
        if own && self.same_repository(identity) && self.workflow.matches_ignoring_case(found, 2) {
            return Ok(());
        }
        glob(held, "workflow", &self.workflow, Some(found)).map_err(|near| self.case_hint(near))
    }

    /// A number in the policy is the certificate's: then the name's case says nothing, for GitHub has each name once.
    fn same_repository(&self, identity: &Identity) -> bool {
        let same =
            |expected: &Option<String>, claim| expected.as_deref().is_some_and(|id| identity.claim(claim) == Some(id));
        same(&self.repository_id, Claim::SourceRepositoryIdentifier)
            || same(&self.owner_id, Claim::SourceRepositoryOwnerIdentifier)
    }

    fn case_hint(&self, near: Mismatch) -> Mismatch {
        let Some(hint) = near.hint.as_ref().filter(|hint| hint.contains("case")) else {
            return near;
        };
        let hint = format!("{hint}; with `repository-id` or `owner-id` case is set aside");
        Mismatch {
            hint: Some(hint),
            ..near
        }
    }
}

/// `owner/repository/path` and the ref. The first `@refs/` parts them: the path is a file of one folder, so what follows an
/// `@` in its name has no `/`; a ref may hold any number of `@refs/`. Without it the ref is the digest of a commit.
fn split<'u>(build_signer: &'u str, server: &str) -> Option<(&'u str, &'u str)> {
    let rest = below(build_signer, server)?;
    if let Some(at) = rest.find("@refs/") {
        return Some((&rest[..at], &rest[at + 1..]));
    }
    let (path, commit) = rest.rsplit_once('@')?;
    let is_digest = matches!(commit.len(), 40 | 64) && commit.bytes().all(|b| b.is_ascii_hexdigit());
    is_digest.then_some((path, commit))
}

fn below<'u>(uri: &'u str, server: &str) -> Option<&'u str> {
    uri.strip_prefix(server)?.strip_prefix('/')
}
