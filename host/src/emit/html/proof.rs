//! What an attempt to prove a piece of evidence gave: the proof in all its parts, or why it does not count.

use super::markup::{Html, tag};
use super::piece::{Facts, code, notes, paragraph, time};
use crate::emit::words;
use crate::say;
use crate::untrusted::Safe;
use crate::wit::evidence::{
    Attempt, CertificateIdentity, InclusionProof, LogEntry, Outcome, Principal, Proof, ProvenTime, Rejection,
};

/// One attempt, by the signer's name in the policy.
pub fn attempt(attempt: &Attempt) -> Html {
    let signer = match &attempt.signer {
        Some(signer) => say![signer],
        None => say!["any trusted root"],
    };
    let (standing, details) = match &attempt.outcome {
        Outcome::Verified(proof) => (say!["verified"], of(proof)),
        Outcome::Rejected(rejection) => (
            say!["does not count: ", words::class(rejection.class)],
            self::rejection(rejection),
        ),
    };
    let heading = tag("p")
        .class("attempt")
        .put(tag("strong").text(&signer))
        .text(&say![" "])
        .text(&standing);
    let mut html = Html::from(heading);
    html.push(details);
    html
}

pub fn rejection(rejection: &Rejection) -> Html {
    let facts = Facts::default()
        .text("reason", &rejection.reason)
        .text("expected", rejection.expected.as_deref().unwrap_or_default())
        .text("found", rejection.found.as_deref().unwrap_or_default())
        .text("hint", rejection.hint.as_deref().unwrap_or_default());
    facts.into()
}

fn of(proof: &Proof) -> Html {
    let facts = match &proof.principal {
        Principal::Key(digest) => Facts::default().code("key", digest),
        Principal::Certificate(certificate) => self::certificate(certificate),
    };
    let facts = facts
        .text("trusted root", proof.root.as_deref().unwrap_or_default())
        .put("signed", signed(&proof.time));
    let facts = proof.log_entries.iter().fold(facts, log_entry);
    let facts = proof.signed_timestamps.iter().fold(facts, |facts, stamp| {
        let mut stamped = Html::from(time(stamp.time));
        stamped.push(Html::text(&say![" by ", stamp.authority]));
        facts.put("timestamp", stamped)
    });
    let facts = proof.certificate_timestamps.iter().fold(facts, |facts, stamp| {
        let mut stamped = Html::from(time(stamp.time));
        stamped.push(Html::text(&say![" by log "]));
        stamped.push(code(&stamp.log_id));
        facts.put("SCT", stamped)
    });
    let facts = facts.code("signed bytes", proof.payload.as_deref().unwrap_or_default());
    let mut html = waived(&proof.waived);
    html.push(Html::from(facts));
    html.push(notes(&proof.remarks));
    html
}

fn certificate(certificate: &CertificateIdentity) -> Facts {
    let mut valid = Html::from(time(certificate.not_before));
    valid.push(Html::text(&say![" to "]));
    valid.push(time(certificate.not_after));
    let facts = Facts::default()
        .code("identity", &certificate.subject)
        .code("issuer", &certificate.issuer)
        .put("certified", valid)
        .code("certificate", &certificate.fingerprint);
    certificate.claims.iter().fold(facts, |facts, (claim, value)| {
        let mut claimed = Html::text(&say![claim, " "]);
        claimed.push(code(value));
        facts.put("claim", claimed)
    })
}

/// The bounds between which it was signed, as far as they are proven.
fn signed(proven: &ProvenTime) -> Html {
    let mut html = Html::default();
    if let Some(earliest) = proven.earliest {
        html.push(Html::text(&say!["not before "]));
        html.push(time(earliest));
    }
    if let Some(latest) = proven.latest {
        let words = if html.is_empty() { "not after " } else { ", not after " };
        html.push(Html::text(&say![words]));
        html.push(time(latest));
    }
    match html.is_empty() {
        true => Html::text("no proven time"),
        false => html,
    }
}

fn log_entry(facts: Facts, entry: &LogEntry) -> Facts {
    let mut shown = Html::text(&say![entry.kind, ", index ", entry.log_index]);
    if !entry.promise {
        shown.push(Html::text(&say![" (index not proven)"]));
    }
    shown.push(Html::text(&say![", log "]));
    shown.push(code(&entry.log_id));
    let promise = entry.integrated_time.filter(|_| entry.promise).map(|integrated| {
        let mut shown = Html::text(&say!["verified, integrated "]);
        shown.push(time(integrated));
        shown
    });
    let facts = facts.put("log entry", shown).put("SET", promise);
    match &entry.inclusion_proof {
        Some(proof) => inclusion(facts, proof),
        None => facts,
    }
}

fn inclusion(facts: Facts, proof: &InclusionProof) -> Facts {
    let path = match proof.hashes.len() {
        1 => say!["1 hash"],
        many => say![many, " hashes"],
    };
    let mut shown = Html::text(&say![
        "verified, index ",
        proof.log_index,
        " of ",
        proof.tree_size,
        ", ",
        path,
        ", root "
    ]);
    shown.push(code(&proof.root_hash));
    let origin = proof.checkpoint.lines().next().unwrap_or_default();
    let others = words::count(proof.cosignatures as usize, "cosignature");
    facts
        .put("inclusion", shown)
        .text("checkpoint", &say![origin, ", ", others, " not checked"])
}

fn waived(waived: &[String]) -> Html {
    let text = || {
        say![
            "Without ",
            Safe::join(waived, ", "),
            ": not checked, as the policy says."
        ]
    };
    Html::from((!waived.is_empty()).then(|| paragraph("weak", &text())))
}
