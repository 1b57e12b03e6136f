//! The rule `attestations`: of each type one, or every one that is found, is by whom the policy names. An image without any
//! is nothing to judge, and the rule says nothing about it.

use super::docket::{Docket, Examined, Piece};
use super::finding;
use super::outcome::Outcome;
use crate::evidence::Content;
use crate::policy::{AttestationsRule, Enforced, SignerSet, TypeSet, Which};
use crate::rules;
use crate::targets::Target;
use crate::verify::Verified;
use crate::wit::basics::{ResultClass, Verdict};
use crate::wit::report::{Acceptance, Finding, NearMiss};

pub(super) fn judge<'a>(
    one: &Enforced<'_>,
    rule: &AttestationsRule,
    docket: &Docket<'a, '_>,
    target: &Target<'a>,
) -> Outcome {
    let examined = docket.examine(target);
    let judged = match &rule.which {
        Which::Every => every(one, rule, &examined),
        Which::EachOf(types) => each_of(one, rule, types, &examined),
    };
    let unseen = examined.unseen.iter().find(|unseen| unseen.concerns(&one.rule.kind));
    // With `types` one more attestation can only help, so that what is satisfied stays so.
    let monotone = matches!(rule.which, Which::EachOf(_));
    match unseen {
        Some(_) if judged.verdict == Verdict::Deny && !monotone => judged,
        Some(unseen) if judged.verdict != Verdict::Allow || !monotone => Outcome {
            verdict: Verdict::Undecided,
            class: unseen.failure.class,
            accepted: Vec::new(),
            findings: vec![finding::unseen(one, &unseen.failure, Some(&examined.target))],
        },
        _ => judged,
    }
}

fn every(one: &Enforced<'_>, rule: &AttestationsRule, examined: &Examined<'_>) -> Outcome {
    let pieces: Vec<_> = examined.pieces.iter().filter(|piece| is_attestation(piece)).collect();
    let mut accepted = Vec::new();
    let mut findings = Vec::new();
    for piece in &pieces {
        match by(&rule.by, piece, examined).first() {
            Some(verified) => accepted.push(acceptance(verified, examined)),
            None => findings.push(finding::denied(one, examined, vec![near_miss(&rule.by, piece)])),
        }
    }
    outcome(pieces.is_empty(), accepted, findings)
}

fn each_of(one: &Enforced<'_>, rule: &AttestationsRule, types: &[TypeSet], examined: &Examined<'_>) -> Outcome {
    let mut accepted = Vec::new();
    let mut findings = Vec::new();
    let mut none = true;
    for wanted in types {
        let pieces: Vec<_> = examined
            .pieces
            .iter()
            .filter(|piece| is_attestation(piece) && is_of(piece, wanted))
            .collect();
        none = none && pieces.is_empty();
        let proven: Vec<_> = pieces.iter().flat_map(|piece| by(&rule.by, piece, examined)).collect();
        if rules::satisfied(&rule.by, &proven) {
            accepted.extend(proven.into_iter().map(|verified| acceptance(verified, examined)));
            continue;
        }
        let mut misses: Vec<_> = pieces.iter().map(|piece| near_miss(&rule.by, piece)).collect();
        misses.sort_by_key(|miss| finding::distance(miss.rejection.class));
        let mut finding = finding::denied(one, examined, misses);
        finding.expected = format!("an attestation of type {wanted} by {}", rule.by);
        findings.push(finding);
    }
    outcome(none, accepted, findings)
}

fn outcome(none: bool, accepted: Vec<Acceptance>, findings: Vec<Finding>) -> Outcome {
    if none {
        return Outcome::nothing();
    }
    match findings.first() {
        None => Outcome {
            verdict: Verdict::Allow,
            class: ResultClass::Verified,
            accepted,
            findings,
        },
        Some(first) => Outcome {
            verdict: Verdict::Deny,
            class: first.class,
            accepted: Vec::new(),
            findings,
        },
    }
}

/// What is listed as evidence and cannot be read may be one; what nobody signed and nobody knows is none.
fn is_attestation(piece: &Piece<'_>) -> bool {
    let evidence = !piece.candidate.content.is_beside() && !matches!(piece.candidate.content, Content::Unseen(_));
    evidence && !piece.is_signature()
}

/// What has no type that can be read is of none that was named.
fn is_of(piece: &Piece<'_>, wanted: &TypeSet) -> bool {
    piece.predicate_type.as_deref().is_some_and(|one| wanted.contains(one))
}

/// By each of the signers who made it: one person may be meant by several names.
fn by<'v>(signers: &SignerSet, piece: &Piece<'_>, examined: &'v Examined<'_>) -> Vec<&'v Verified> {
    let proven = piece.attempts.iter().filter_map(|one| one.outcome.as_ref().ok());
    let meant = proven.map(|index| &examined.verified[*index]);
    meant
        .filter(|verified| signers.signers().iter().any(|name| name == verified.signer()))
        .collect()
}

fn acceptance(verified: &Verified, examined: &Examined<'_>) -> Acceptance {
    Acceptance {
        target: examined.target.digest.to_string(),
        signer: verified.signer().to_owned(),
        evidence: verified.evidence().to_string(),
        remarks: verified.proof().remarks.clone(),
    }
}

fn near_miss(signers: &SignerSet, piece: &Piece<'_>) -> NearMiss {
    let mut refused: Vec<_> = piece
        .attempts
        .iter()
        .filter_map(|one| Some((one.signer.clone(), one.outcome.as_ref().err()?.clone())))
        .collect();
    refused.sort_by_key(|(_, rejection)| finding::distance(rejection.class));
    let (signer, rejection) = refused
        .into_iter()
        .next()
        .unwrap_or_else(|| (None, crate::evidence::malformed("no signer was tried".to_owned())));
    NearMiss {
        digest: piece.candidate.digest.to_string(),
        signer: signer.unwrap_or_else(|| signers.to_string()),
        rejection,
    }
}
