//! What a policy wants to see, before anything is fetched (wit/requirements.wit).

use super::enforced::Enforced;
use super::read::draft;
use super::{ImageNames, Platforms, Policy, RuleKind};
use crate::crypto;
use crate::wit::basics::Carrier;
use crate::wit::diagnostics::Error;
use crate::wit::request::PolicySource;
use crate::wit::requirements::{EnforcedRule, ImageRequirements, Requirements};

/// Where evidence of any kind may be.
const CARRIERS: [Carrier; 3] = [Carrier::Referrer, Carrier::ReferrersTag, Carrier::AttestationTag];

/// Reads the policy and says what it wants to see of the images named (normalised `registry/repository`). Files that were
/// not handed over are listed, and what can be said without them is said.
pub fn requirements(source: &PolicySource, images: &[String]) -> Result<Requirements, Error> {
    // certificates of the policy are looked into
    crypto::install();
    let draft = draft(source).map_err(Error::Policy)?;
    let names: Result<Vec<_>, _> = images
        .iter()
        .map(|name| draft.policy.names(name, &source.document.name))
        .collect();
    let names = names.map_err(|fault| Error::Policy(vec![fault]))?;
    Ok(Requirements {
        missing_files: draft.missing,
        roots: draft.refreshed_roots,
        images: names.into_iter().map(|names| of_image(&draft.policy, names)).collect(),
        check: draft.policy.check,
        warnings: draft.policy.warnings,
        weakenings: draft.weakenings,
    })
}

fn of_image(policy: &Policy, names: ImageNames) -> ImageRequirements {
    let enforced = policy.for_image(&names);
    ImageRequirements {
        carriers: carriers(&enforced),
        children: enforced.iter().any(|enforced| enforced.platforms != Platforms::Index),
        rules: enforced.iter().map(enforced_rule).collect(),
        name: names.image,
        origin: names.origin,
        evidence: names.evidence,
    }
}

/// Attestations of older tools (`.att`) are no signatures, and are looked for to tell an image that has nothing but
/// attestations from one that has nothing. Signatures are no attestations, and nobody asks for them.
fn carriers(enforced: &[Enforced]) -> Vec<Carrier> {
    let signatures = enforced
        .iter()
        .any(|one| matches!(one.rule.kind, RuleKind::Signature(_)));
    match (enforced, signatures) {
        ([], _) => Vec::new(),
        (_, false) => CARRIERS.to_vec(),
        (_, true) => [CARRIERS[0], CARRIERS[1], Carrier::SignatureTag, CARRIERS[2]].to_vec(),
    }
}

fn enforced_rule(enforced: &Enforced) -> EnforcedRule {
    EnforcedRule {
        rule: enforced.rule.name.clone(),
        kind: enforced.rule.kind.name().to_owned(),
        line: enforced.rule.line,
        mode: enforced.mode,
        enforce_from: enforced.rule.enforce_from.as_ref().map(ToString::to_string),
        severity: enforced.rule.severity,
        demand: enforced.rule.to_string(),
        platforms: enforced.platforms.words(),
    }
}
