//! What a policy wants to see, before anything is fetched (wit/requirements.wit).

use super::enforced::Enforced;
use super::read::draft;
use super::{Platforms, Policy};
use crate::wit::basics::Carrier;
use crate::wit::diagnostics::Error;
use crate::wit::request::PolicySource;
use crate::wit::requirements::{EnforcedRule, ImageRequirements, Requirements};

/// Where an image's signatures may be. Attestations of older tools (`.att`) are none, and are looked for to tell an image
/// that has nothing but attestations from one that has nothing.
const SIGNATURE_CARRIERS: [Carrier; 4] = [
    Carrier::Referrer,
    Carrier::ReferrersTag,
    Carrier::SignatureTag,
    Carrier::AttestationTag,
];

/// Reads the policy and says what it wants to see of the images named (normalised `registry/repository`). Files that were
/// not handed over are listed, and what can be said without them is said.
pub fn requirements(source: &PolicySource, images: &[String]) -> Result<Requirements, Error> {
    let draft = draft(source).map_err(Error::Policy)?;
    Ok(Requirements {
        missing_files: draft.missing,
        roots: draft.well_known_roots,
        images: images.iter().map(|name| of_image(&draft.policy, name)).collect(),
        warnings: draft.policy.warnings,
    })
}

fn of_image(policy: &Policy, name: &str) -> ImageRequirements {
    let enforced = policy.for_image(name);
    let carriers = if enforced.is_empty() {
        Vec::new()
    } else {
        SIGNATURE_CARRIERS.to_vec()
    };
    ImageRequirements {
        name: name.to_owned(),
        carriers,
        children: enforced.iter().any(|enforced| enforced.platforms != Platforms::Index),
        rules: enforced.iter().map(enforced_rule).collect(),
    }
}

fn enforced_rule(enforced: &Enforced) -> EnforcedRule {
    EnforcedRule {
        rule: enforced.rule.name.clone(),
        kind: enforced.rule.kind.name().to_owned(),
        line: enforced.rule.line,
        mode: enforced.mode,
        severity: enforced.rule.severity,
        demand: enforced.rule.to_string(),
        platforms: enforced.platforms.words(),
    }
}
