//! What a rule says of an image: of each target, and then of all of them together.

use std::rc::Rc;

use super::docket::{Docket, Examined};
use super::finding;
use crate::evidence::Content;
use crate::policy::{Enforced, Platforms, RuleKind};
use crate::rules::{Judgement, Uncounted, signature};
use crate::targets::{self, Image, Scope, Target};
use crate::verify::Verified;
use crate::wit::basics::{Failure, ResultClass, Verdict};
use crate::wit::report::{Acceptance, Finding, NearMiss};

#[derive(Debug)]
pub(super) struct Outcome {
    pub verdict: Verdict,
    /// Of the nearest signature.
    pub class: ResultClass,
    pub accepted: Vec<Acceptance>,
    pub findings: Vec<Finding>,
}

pub(super) fn judge<'a>(one: &Enforced<'_>, docket: &Docket<'a, '_>, image: &Image<'a>, scope: &Scope<'a>) -> Outcome {
    match scope {
        Scope::All(targets) => {
            let mut outcome = all(one, docket, targets);
            if one.platforms == Platforms::Every && outcome.verdict == Verdict::Deny {
                let itself = on(one, docket, &image.itself());
                finding::index_alone_is_signed(&mut outcome, &itself);
            }
            outcome
        }
        Scope::Either(itself, platforms) => {
            let itself = on(one, docket, itself);
            if itself.verdict == Verdict::Allow {
                return itself;
            }
            match platforms {
                Ok(platforms) => either(itself, all(one, docket, platforms)),
                Err(error) => either(itself, no_target(one, error)),
            }
        }
    }
}

/// Undecided is neither denied nor allowed: one of two ways may still be satisfied.
fn either(itself: Outcome, platforms: Outcome) -> Outcome {
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

fn all<'a>(one: &Enforced<'_>, docket: &Docket<'a, '_>, targets: &[Target<'a>]) -> Outcome {
    let outcomes: Vec<_> = targets.iter().map(|target| on(one, docket, target)).collect();
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

fn on<'a>(one: &Enforced<'_>, docket: &Docket<'a, '_>, target: &Target<'a>) -> Outcome {
    let examined = docket.examine(target);
    let judgement = match &one.rule.kind {
        RuleKind::Signature(rule) => signature::judge(rule, docket.name(), &examined.verified),
    };
    match judgement {
        Judgement::Holds(verified) => holds(target, &verified),
        Judgement::Fails { .. } if !examined.failures.is_empty() => undecided(one, &examined),
        Judgement::Fails { uncounted } => fails(one, &examined, &uncounted),
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

fn undecided(one: &Enforced<'_>, examined: &Rc<Examined<'_>>) -> Outcome {
    let failure = &examined.failures[0];
    let mut finding = finding::unseen(one, failure, Some(&examined.target));
    finding.near_misses = near_misses(one, examined, &[]);
    Outcome {
        verdict: Verdict::Undecided,
        class: failure.class,
        accepted: Vec::new(),
        findings: vec![finding],
    }
}

fn fails(one: &Enforced<'_>, examined: &Rc<Examined<'_>>, uncounted: &[Uncounted<'_>]) -> Outcome {
    let misses = near_misses(one, examined, uncounted);
    let finding = finding::denied(one, examined, misses);
    Outcome {
        verdict: Verdict::Deny,
        class: finding.class,
        accepted: Vec::new(),
        findings: vec![finding],
    }
}

/// Nearest first; evidence that is of no kind that could count is left out.
fn near_misses(one: &Enforced<'_>, examined: &Rc<Examined<'_>>, uncounted: &[Uncounted<'_>]) -> Vec<NearMiss> {
    let RuleKind::Signature(rule) = &one.rule.kind;
    let mut misses: Vec<_> = uncounted
        .iter()
        .map(|one| NearMiss {
            digest: one.verified.evidence().to_string(),
            signer: one.verified.signer().to_owned(),
            rejection: one.rejection.clone(),
        })
        .collect();
    for piece in &examined.pieces {
        if matches!(piece.candidate.content, Content::Unknown) {
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
