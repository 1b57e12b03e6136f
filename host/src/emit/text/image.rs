//! One image for people: its verdict, each rule with who satisfied it or why nobody did, and what to do.

use std::io::{self, Write};

use super::{COLUMN, files, proof};
use crate::emit::screen::{Detail, Paint, Screen};
use crate::emit::words;
use crate::run::{Image, Run};
use crate::say;
use crate::untrusted::Safe;
use crate::wit::basics::{Failure, Mode, Verdict};
use crate::wit::report::{Acceptance, Effect, Finding, NearMiss, RuleResult};

/// Near misses in full; the rest is counted.
pub(super) const NEAR_MISSES: usize = 3;

pub fn draw<W: Write>(run: &Run, image: &Image, detail: Detail, screen: &mut Screen<W>) -> io::Result<()> {
    let (verdict, paint) = (image.verdict(), paint(image.verdict()));
    let word = say![words::verdict(verdict)];
    let gap = say![" ".repeat(11 - word.width())];
    screen.line(
        0,
        &[
            (word, paint),
            (gap, Paint::Plain),
            (say![image.report.reference], Paint::Strong),
        ],
    )?;
    files::draw_mentions(image, screen)?;
    if detail != Detail::Quiet {
        draw_names(image, screen)?;
    }
    for rule in &image.report.rules {
        if detail != Detail::Quiet || rule.verdict != Verdict::Allow {
            draw_rule(run, image, rule, detail, screen)?;
        }
    }
    if image.report.rules.is_empty() {
        screen.entry(
            2,
            &(say!["(no rule)"], Paint::Doubt),
            COLUMN,
            &(say!["nothing was evaluated"], Paint::Plain),
        )?;
    }
    image
        .report
        .failures
        .iter()
        .try_for_each(|failure| draw_failure(failure, screen))?;
    if verdict == Verdict::Allow && detail != Detail::Quiet {
        for pinned in &image.report.pinned {
            screen.entry(
                2,
                &(say!["pinned"], Paint::Faint),
                COLUMN,
                &(say![pinned], Paint::Plain),
            )?;
        }
    }
    screen.blank()
}

/// What it was judged as, and where else evidence was looked for.
fn draw_names<W: Write>(image: &Image, screen: &mut Screen<W>) -> io::Result<()> {
    let origin = image.requirements.origin.iter().map(|name| ("mirror of", name));
    let evidence = image.requirements.evidence.iter().map(|name| ("evidence in", name));
    origin.chain(evidence).try_for_each(|(label, name)| {
        screen.entry(2, &(say![label], Paint::Faint), COLUMN, &(say![name], Paint::Plain))
    })
}

fn paint(verdict: Verdict) -> Paint {
    match verdict {
        Verdict::Allow => Paint::Good,
        Verdict::Deny => Paint::Bad,
        Verdict::Undecided => Paint::Doubt,
    }
}

fn draw_rule<W: Write>(
    run: &Run,
    image: &Image,
    rule: &RuleResult,
    detail: Detail,
    screen: &mut Screen<W>,
) -> io::Result<()> {
    let (label, paint) = ((say![rule.rule], paint(rule.verdict)), Paint::Plain);
    if rule.verdict != Verdict::Allow {
        screen.entry(2, &label, COLUMN, &(refusal(run, rule), paint))?;
        for finding in &rule.findings {
            draw_finding(finding, screen)?;
        }
        return draw_remediation(rule, screen);
    }
    if rule.accepted.is_empty() {
        screen.entry(2, &label, COLUMN, &(say![rule.demand], paint))?;
    }
    for accepted in &rule.accepted {
        screen.entry(2, &label, COLUMN, &(signed(image, accepted), paint))?;
        for remark in &accepted.remarks {
            field("note", say![remark], screen)?;
        }
        if let Some(proof) = words::proof_of(&image.report, accepted) {
            proof::draw(proof, detail, screen)?;
        }
    }
    rule.findings
        .iter()
        .try_for_each(|finding| draw_finding(finding, screen))
}

/// `identity-mismatch (critical, portcullis.yaml:42)`.
fn refusal(run: &Run, rule: &RuleResult) -> Safe {
    let informs = match (rule.mode, &rule.enforce_from) {
        (Mode::Enforce, _) => say![""],
        (Mode::Inform, None) => say![", informs only"],
        (Mode::Inform, Some(day)) => say![", informs until ", day],
    };
    let place = match rule.line {
        0 => say![run.policy.file],
        line => say![run.policy.file, ":", line],
    };
    say![
        words::outcome(rule),
        " (",
        words::severity(rule.severity),
        informs,
        ", ",
        place,
        ")"
    ]
}

/// Who satisfied it, and when.
fn signed(image: &Image, accepted: &Acceptance) -> Safe {
    match words::proof_of(&image.report, accepted) {
        Some(proof) => say![accepted.signer, ", ", words::when(proof), ", ", words::who(proof)],
        None => say![accepted.signer, ", ", words::short_digest(&accepted.evidence)],
    }
}

fn draw_finding<W: Write>(finding: &Finding, screen: &mut Screen<W>) -> io::Result<()> {
    let about = match &finding.platform {
        Some(platform) => say![finding.message, " (", platform, ")"],
        None => say![finding.message],
    };
    let label = match finding.effect {
        Effect::Denies | Effect::LeavesUndecided => "finding",
        Effect::Informs => "informs",
        Effect::Waived => "waived",
    };
    field(label, about, screen)?;
    field("expected", say![finding.expected], screen)?;
    field("found", say![finding.found], screen)?;
    for near in finding.near_misses.iter().take(NEAR_MISSES) {
        field("near miss", near_miss(near), screen)?;
    }
    match finding.near_misses.len().saturating_sub(NEAR_MISSES) {
        0 => {}
        more => field("", say!["and ", more, " more"], screen)?,
    }
    if let Some(exception) = &finding.exception {
        field("exception", words::exception(exception), screen)?;
    }
    match &finding.hint {
        Some(hint) => field("hint", say![hint], screen),
        None => Ok(()),
    }
}

/// `release: the ref differs; found refs/heads/main; expected refs/tags/v* (identity-mismatch, sha256:…)`.
pub(in crate::emit) fn near_miss(near: &NearMiss) -> Safe {
    say![
        near_miss_reason(near),
        " (",
        words::class(near.rejection.class),
        ", ",
        words::short_digest(&near.digest),
        ")"
    ]
}

/// The same without class and digest.
pub(in crate::emit) fn near_miss_reason(near: &NearMiss) -> Safe {
    let rejection = &near.rejection;
    let mut text = match near.signer.as_str() {
        // no signer was tried
        "" => say![rejection.reason],
        signer => say![signer, ": ", rejection.reason],
    };
    if let Some(found) = &rejection.found {
        text.push(&say!["; found ", found]);
    }
    if let Some(expected) = &rejection.expected {
        text.push(&say!["; expected ", expected]);
    }
    text
}

fn draw_remediation<W: Write>(rule: &RuleResult, screen: &mut Screen<W>) -> io::Result<()> {
    match &rule.remediation {
        Some(remediation) => field("remedy", say![remediation], screen),
        None => Ok(()),
    }
}

fn draw_failure<W: Write>(failure: &Failure, screen: &mut Screen<W>) -> io::Result<()> {
    let text = say![failure.reason, ": ", failure.place];
    screen.entry(2, &(say!["not seen"], Paint::Doubt), COLUMN, &(text, Paint::Plain))
}

/// A labelled text under a rule.
pub(super) fn field<W: Write>(label: &'static str, text: Safe, screen: &mut Screen<W>) -> io::Result<()> {
    match text.is_empty() {
        true => Ok(()),
        false => screen.entry(4, &(say![label], Paint::Faint), COLUMN, &(text, Paint::Plain)),
    }
}
