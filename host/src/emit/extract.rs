//! What was handed out, in words: for standard error, because standard output belongs to the data.

use std::io::{self, Write};

use super::screen::{Detail, Paint, Screen, Style};
use super::words;
use crate::extract::{Extracted, Written};
use crate::say;
use crate::untrusted::Safe;
use crate::wit::evidence::{Evidence, Principal, Rejection};
use crate::wit::extraction::{Answer, Item, Outcome, Proven, Standing};

pub mod index;

/// Column of the texts beside their labels.
const COLUMN: usize = 12;
/// Column of the lines below one.
const BELOW: usize = 2;

pub fn emit(extracted: &Extracted, style: Style, out: &mut impl Write) -> io::Result<()> {
    let mut screen = Screen::new(out, style);
    let quiet = style.detail == Detail::Quiet;
    for (number, item) in extracted.extraction.items.iter().enumerate() {
        let written: Vec<_> = extracted.written.iter().filter(|one| one.item == number).collect();
        match &item.standing {
            Standing::Verified(_) if quiet => {}
            Standing::Verified(proven) => handed_out(item, &by(proven), &written, &mut screen)?,
            Standing::Unverified(rejection) => {
                let text = say!["unverified: ", why(rejection)];
                handed_out(item, &text, &written, &mut screen)?;
            }
        }
    }
    for one in &extracted.extraction.uncounted {
        let text = say![title(&one.evidence), ": ", why(&one.rejection)];
        entry("left out", text, Paint::Doubt, &mut screen)?;
        if let Some(hint) = &one.rejection.hint {
            entry("  hint", say![hint], Paint::Faint, &mut screen)?;
        }
    }
    for answer in &extracted.extraction.answers {
        answered(answer, extracted, &mut screen)?;
    }
    for failure in &extracted.extraction.failures {
        let text = say![failure.reason, ": ", failure.place];
        entry("not seen", text, Paint::Doubt, &mut screen)?;
    }
    for warning in &extracted.extraction.warnings {
        let text = say![warning.message, " (", super::text::place(warning), ")"];
        entry("warning", text, Paint::Doubt, &mut screen)?;
    }
    for weakening in &extracted.weakenings {
        let text = say![weakening.option, ": ", super::text::effect(weakening)];
        entry("weakened", text, Paint::Doubt, &mut screen)?;
    }
    Ok(())
}

fn handed_out<W: Write>(item: &Item, by: &Safe, written: &[&Written], screen: &mut Screen<W>) -> io::Result<()> {
    let paint = match item.standing {
        Standing::Verified(_) => Paint::Good,
        Standing::Unverified(_) => Paint::Doubt,
    };
    entry("extracted", say![title(&item.evidence), ", ", by], paint, screen)?;
    for one in written {
        let place = match &one.path {
            Some(path) => say![path.display().to_string()],
            None => say!["standard output"],
        };
        entry(
            "  to",
            say![place, " (", words::content(one.content), ")"],
            Paint::Plain,
            screen,
        )?;
    }
    for remark in &item.evidence.remarks {
        entry("  note", say![remark], Paint::Plain, screen)?;
    }
    Ok(())
}

fn answered<W: Write>(answer: &Answer, extracted: &Extracted, screen: &mut Screen<W>) -> io::Result<()> {
    let too_many = extracted.is_one_too_many();
    let label = match answer.outcome {
        Outcome::Found if too_many => "refused",
        Outcome::Found => return Ok(()),
        Outcome::Refused => "refused",
        Outcome::Undecided => "undecided",
        Outcome::Nothing => "nothing",
    };
    let asked = match answer.asked.is_empty() {
        true => say!["all"],
        false => say![answer.asked],
    };
    let reason = match too_many && answer.outcome == Outcome::Found {
        true => say!["several of one time, and room for one: name a directory with --output"],
        false => say![answer.reason],
    };
    entry(label, say![asked, ": ", reason], Paint::Bad, screen)?;
    match &answer.hint {
        Some(hint) => entry("  hint", say![hint], Paint::Faint, screen),
        None => Ok(()),
    }
}

/// `slsa 6d15e436bbd0`, as `list` shows it.
fn title(evidence: &Evidence) -> Safe {
    let hex = evidence
        .digest
        .split_once(':')
        .map_or(evidence.digest.as_str(), |(_, hex)| hex);
    say![evidence.short_type, " ", hex.chars().take(12).collect::<String>()]
}

fn by(proven: &Proven) -> Safe {
    let who = match &proven.principal {
        Principal::Key(digest) => say!["key ", words::short_digest(digest)],
        Principal::Certificate(certificate) => say![certificate.subject],
    };
    let when = words::when_of(&proven.time);
    match &proven.signer {
        Some(signer) => say!["by ", signer, ", ", when, ", ", who],
        None => say!["by ", who, ", ", when],
    }
}

fn why(rejection: &Rejection) -> Safe {
    let mut why = say![words::class(rejection.class), ": ", rejection.reason];
    for (label, text) in [("; found ", &rejection.found), ("; expected ", &rejection.expected)] {
        if let Some(text) = text {
            why.push(&say![label, text]);
        }
    }
    why
}

fn entry<W: Write>(label: &'static str, text: Safe, paint: Paint, screen: &mut Screen<W>) -> io::Result<()> {
    let indent = label.len() - label.trim_start().len();
    let column = COLUMN.saturating_sub(indent);
    let label = (
        say![label.trim_start()],
        if indent < BELOW { paint } else { Paint::Faint },
    );
    screen.entry(indent, &label, column, &(text, Paint::Plain))
}
