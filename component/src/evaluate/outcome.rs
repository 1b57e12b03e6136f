//! What a rule says of an image: of each target, and then of all of them together.

use std::collections::BTreeMap;

use super::attestations;
use super::attested::Attested;
use super::base::{self, Bases};
use super::contents::Ledger;
use super::docket::{Docket, Examined};
use super::finding;
use super::waivers::{self, Waivers};
use crate::digest::Digest;
use crate::policy::{Enforced, Platforms, RuleKind, SignatureRule};
use crate::rules::{self, About, Judgement, Uncounted, signature};
use crate::targets::{self, Image, Scope, Target};
use crate::verify::Verified;
use crate::wit::basics::{Failure, ResultClass, Verdict};
use crate::wit::report::{Acceptance, Effect, Finding, NearMiss};

/// Where an image's rules are judged.
pub(super) struct Bench<'a, 'p, 'w> {
    pub docket: &'w Docket<'a, 'p>,
    pub waivers: &'w Waivers<'w>,
    pub bases: &'w Bases<'a, 'p>,
    /// Normalised name of the image that is judged.
    pub image: &'w str,
    pub ledger: &'w Ledger,
    /// The image itself and, where it is an index, its platform manifests.
    pub kin: Vec<Digest>,
}

/// What rules are told of a target's manifest.
pub(super) struct Manifest {
    config: Option<Digest>,
    annotations: BTreeMap<String, String>,
}

impl Bench<'_, '_, '_> {
    pub fn manifest(&self, target: &Target<'_>) -> Manifest {
        let (config, annotations) = rules::of_manifest(target.manifest);
        Manifest { config, annotations }
    }

    pub fn about<'t>(&'t self, target: &'t Target<'_>, manifest: &'t Manifest) -> About<'t> {
        About {
            now: self.docket.now(),
            image: self.image,
            digest: target.digest,
            platform: target.platform.as_deref(),
            config: manifest.config,
            kin: &self.kin,
            annotations: &manifest.annotations,
        }
    }
}

#[derive(Debug)]
pub(super) struct Outcome {
    pub verdict: Verdict,
    /// Of the nearest signature.
    pub class: ResultClass,
    pub accepted: Vec<Acceptance>,
    pub findings: Vec<Finding>,
}

impl Outcome {
    /// There was nothing that the rule is about, and it was possible to look everywhere.
    pub fn nothing() -> Self {
        Self {
            verdict: Verdict::Undecided,
            class: ResultClass::Unsigned,
            accepted: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// The same where there is something else that decides: then nothing is too little.
    pub fn nothing_there(one: &Enforced<'_>) -> Self {
        Self {
            verdict: Verdict::Deny,
            class: ResultClass::Unsigned,
            accepted: Vec::new(),
            findings: vec![finding::nothing(one)],
        }
    }

    /// Whatever else is undecided has a finding that says why.
    pub fn is_nothing(&self) -> bool {
        self.verdict == Verdict::Undecided && self.findings.is_empty()
    }
}

pub(super) fn judge<'a>(
    one: &Enforced<'_>,
    bench: &Bench<'a, '_, '_>,
    image: &Image<'a>,
    scope: &Scope<'a>,
) -> Outcome {
    match scope {
        Scope::All(targets) => {
            let mut outcome = all(one, bench, targets);
            if one.platforms == Platforms::Every && outcome.verdict == Verdict::Deny {
                let itself = on(one, bench, &image.itself());
                finding::index_alone_is_signed(&mut outcome, &itself);
            }
            outcome
        }
        Scope::Either(itself, platforms) => {
            let itself = on(one, bench, itself);
            if itself.verdict == Verdict::Allow {
                return itself;
            }
            match platforms {
                Ok(platforms) => either(itself, all(one, bench, platforms)),
                Err(error) => either(itself, no_target(one, error)),
            }
        }
    }
}

/// Undecided is neither denied nor allowed: one of two ways may still be satisfied.
fn either(itself: Outcome, platforms: Outcome) -> Outcome {
    match (itself.is_nothing(), platforms.is_nothing()) {
        (true, _) => return platforms,
        (_, true) => return itself,
        (false, false) => {}
    }
    if platforms.verdict == Verdict::Allow {
        return platforms;
    }
    let both_deny = itself.verdict == Verdict::Deny && platforms.verdict == Verdict::Deny;
    Outcome {
        verdict: if both_deny { Verdict::Deny } else { Verdict::Undecided },
        class: if itself.verdict == Verdict::Undecided {
            itself.class
        } else {
            platforms.class
        },
        accepted: Vec::new(),
        findings: itself.findings.into_iter().chain(platforms.findings).collect(),
    }
}

fn all<'a>(one: &Enforced<'_>, bench: &Bench<'a, '_, '_>, targets: &[Target<'a>]) -> Outcome {
    let mut outcomes: Vec<_> = targets.iter().map(|target| on(one, bench, target)).collect();
    if !outcomes.iter().all(Outcome::is_nothing) {
        // one platform with evidence does not speak for another without
        for (outcome, target) in outcomes
            .iter_mut()
            .zip(targets)
            .filter(|(outcome, _)| outcome.is_nothing())
        {
            *outcome = waived(one, bench, target, Outcome::nothing_there(one));
        }
    }
    let verdict = worst(outcomes.iter().map(|outcome| outcome.verdict)).unwrap_or(Verdict::Undecided);
    let class = outcomes
        .iter()
        .find(|outcome| outcome.verdict == verdict)
        .map_or(ResultClass::Unsigned, |one| one.class);
    let (mut accepted, mut findings) = (Vec::new(), Vec::new());
    for outcome in outcomes {
        accepted.extend(outcome.accepted);
        findings.extend(outcome.findings);
    }
    Outcome {
        verdict,
        class,
        accepted,
        findings,
    }
}

pub(super) fn worst(verdicts: impl Iterator<Item = Verdict>) -> Option<Verdict> {
    let rank = |verdict: &Verdict| match verdict {
        Verdict::Deny => 0,
        Verdict::Undecided => 1,
        Verdict::Allow => 2,
    };
    verdicts.min_by_key(rank)
}

pub(super) fn on<'a>(one: &Enforced<'_>, bench: &Bench<'a, '_, '_>, target: &Target<'a>) -> Outcome {
    let outcome = match &one.rule.kind {
        RuleKind::Signature(rule) => signed(one, rule, bench, target),
        RuleKind::Attested(demand, check) => {
            let attested = Attested { one, demand, check };
            attested.judge(bench, target)
        }
        RuleKind::Annotated(rule) => base::annotated(one, rule, bench, target),
        RuleKind::Attestations(rule) => attestations::judge(one, rule, bench.docket, target),
    };
    waived(one, bench, target, outcome)
}

/// An exception for the rule as a whole, by the class of its finding: what there is to deny must all be excepted.
pub(super) fn waived(
    one: &Enforced<'_>,
    bench: &Bench<'_, '_, '_>,
    target: &Target<'_>,
    mut outcome: Outcome,
) -> Outcome {
    if outcome.verdict != Verdict::Deny {
        return outcome;
    }
    let holds = |exception: &&crate::policy::Exception| exception.holds_at(bench.waivers.now());
    for finding in outcome
        .findings
        .iter_mut()
        .filter(|finding| finding.effect == Effect::Denies)
    {
        let whole = finding.id == finding::class_name(finding.class);
        let exception = whole
            .then(|| bench.waivers.find(&one.rule.name, target.digest, &finding.id))
            .flatten();
        if let Some(exception) = exception.filter(holds) {
            finding.effect = Effect::Waived;
            finding.exception = Some(waivers::applied(exception));
        }
    }
    if outcome.findings.iter().all(|finding| finding.effect != Effect::Denies) {
        outcome.verdict = Verdict::Allow;
    }
    outcome
}

fn signed<'a>(one: &Enforced<'_>, rule: &SignatureRule, bench: &Bench<'a, '_, '_>, target: &Target<'a>) -> Outcome {
    let examined = bench.docket.examine(target);
    match signature::judge(rule, bench.docket.name(), &examined.verified) {
        Judgement::Holds(verified) => holds(target, &verified),
        Judgement::Fails { uncounted } => match examined.unseen.iter().find(|unseen| unseen.concerns(&one.rule.kind)) {
            Some(unseen) => undecided(one, rule, &examined, &unseen.failure),
            None => fails(one, rule, &examined, &uncounted),
        },
    }
}

fn holds(target: &Target<'_>, verified: &[&Verified]) -> Outcome {
    let accepted = |one: &&Verified| Acceptance {
        target: target.digest.to_string(),
        signer: one.signer().to_owned(),
        evidence: one.evidence().to_string(),
        remarks: one.proof().remarks.clone(),
    };
    Outcome {
        verdict: Verdict::Allow,
        class: ResultClass::Verified,
        accepted: verified.iter().map(accepted).collect(),
        findings: Vec::new(),
    }
}

fn undecided(one: &Enforced<'_>, rule: &SignatureRule, examined: &Examined<'_>, failure: &Failure) -> Outcome {
    let mut finding = finding::unseen(one, failure, Some(&examined.target));
    finding.near_misses = near_misses(rule, examined, &[]);
    Outcome {
        verdict: Verdict::Undecided,
        class: failure.class,
        accepted: Vec::new(),
        findings: vec![finding],
    }
}

fn fails(one: &Enforced<'_>, rule: &SignatureRule, examined: &Examined<'_>, uncounted: &[Uncounted<'_>]) -> Outcome {
    let misses = near_misses(rule, examined, uncounted);
    let finding = finding::denied(one, examined, misses);
    Outcome {
        verdict: Verdict::Deny,
        class: finding.class,
        accepted: Vec::new(),
        findings: vec![finding],
    }
}

/// Nearest first; evidence that is of no kind that could count is left out.
fn near_misses(rule: &SignatureRule, examined: &Examined<'_>, uncounted: &[Uncounted<'_>]) -> Vec<NearMiss> {
    let mut misses: Vec<_> = uncounted
        .iter()
        .map(|one| NearMiss {
            digest: one.verified.evidence().to_string(),
            signer: one.verified.signer().to_owned(),
            rejection: one.rejection.clone(),
        })
        .collect();
    for piece in &examined.pieces {
        if piece.candidate.content.is_beside() {
            continue;
        }
        for attempt in &piece.attempts {
            let meant = attempt
                .signer
                .as_ref()
                .is_none_or(|name| rule.by.signers().contains(name));
            if let (true, Err(rejection)) = (meant, &attempt.outcome) {
                misses.push(NearMiss {
                    digest: piece.candidate.digest.to_string(),
                    signer: attempt.signer.clone().unwrap_or_else(|| rule.by.to_string()),
                    rejection: rejection.clone(),
                });
            }
        }
    }
    misses.sort_by_key(|miss| finding::distance(miss.rejection.class));
    misses
}

/// The image could not be looked at.
pub(super) fn unseen(one: &Enforced<'_>, failure: &Failure) -> Outcome {
    Outcome {
        verdict: Verdict::Undecided,
        class: failure.class,
        accepted: Vec::new(),
        findings: vec![finding::unseen(one, failure, None)],
    }
}

/// There is nothing that the rule could be judged on.
pub(super) fn no_target(one: &Enforced<'_>, error: &targets::Error) -> Outcome {
    match error {
        targets::Error::Unseen(failure) => unseen(one, failure),
        targets::Error::Refused(rejection) => Outcome {
            verdict: Verdict::Deny,
            class: rejection.class,
            accepted: Vec::new(),
            findings: vec![finding::refused(one, rejection)],
        },
    }
}
