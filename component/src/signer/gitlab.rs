//! GitLab CI/CD: the certificate's claims against the policy's conditions.

use super::{Claim, Gitlab, Identity, Mismatch, exact, glob, mismatch, one_of};

impl Gitlab {
    pub(super) fn recognises(&self, identity: &Identity) -> Result<(), Mismatch> {
        exact(0, "issuer", &self.issuer, identity.issuer.as_deref())?;
        identity.build_signer(1)?;
        let uri = identity.claim(Claim::SourceRepositoryUri);
        let server = format!("{}/", self.issuer);
        let Some(project) = uri.and_then(|uri| uri.strip_prefix(&server)) else {
            return Err(mismatch(2, "project", format!("{server}{}", self.project), uri));
        };
        glob(2, "project", &self.project, Some(project))?;
        glob(3, "ref", &self.reference, identity.claim(Claim::SourceRepositoryRef))?;
        one_of(4, "triggers", &self.triggers, identity.claim(Claim::BuildTrigger))
    }
}
