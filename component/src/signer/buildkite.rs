//! Buildkite: Fulcio certifies pipeline, trigger and runner, and no ref (fulcio config/identity/config.yaml, `buildkite-job`).

use super::{Buildkite, Claim, Identity, Mismatch, Subject, exact, glob, mismatch, one_of};

pub const ISSUER: &str = "https://agent.buildkite.com";
const SERVER: &str = "https://buildkite.com/";

impl Buildkite {
    pub(super) fn recognises(&self, identity: &Identity) -> Result<(), Mismatch> {
        exact(0, "issuer", ISSUER, identity.issuer.as_deref())?;
        let found = match &identity.subject {
            Subject::Uri(uri) => uri.strip_prefix(SERVER),
            _ => None,
        };
        let Some(found) = found else {
            let found = Some(identity.subject.as_str());
            return Err(mismatch(1, "pipeline", format!("{SERVER}{}", self.pipeline), found));
        };
        glob(1, "pipeline", &self.pipeline, Some(found))?;
        if let Some(runner) = &self.runner {
            exact(2, "runner", runner, identity.claim(Claim::RunnerEnvironment))?;
        }
        one_of(3, "triggers", &self.triggers, identity.claim(Claim::BuildTrigger))
    }
}
