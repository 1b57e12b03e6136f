//! What an image has: a table for people, JSON for programs.

use std::io::{self, Write};

use super::screen::{Detail, Paint, Piece, Screen, Style};
use super::words;
use crate::listing::{Beginning, Listing};
use crate::say;
use crate::untrusted::Safe;
use crate::wit::evidence::{Attempt, Evidence, Outcome, Proof, Rejection};

pub mod json;

/// From here on signer and predicate type have columns of their own.
const WIDE: usize = 120;
const HEADINGS: [&str; 5] = ["TYPE", "DIGEST", "SIZE", "CARRIER", "PROVEN"];
/// Column of the lines below a row.
const BELOW: usize = 4;
/// Columns of what `--inspect` shows.
const SHOWN_WIDTH: usize = 76;

/// A table of `style.width` columns; identities are never cut.
pub fn table(listing: &Listing, style: Style, out: &mut impl Write) -> io::Result<()> {
    let mut screen = Screen::new(out, style);
    screen.line(0, &[(say![listing.reference], Paint::Strong)])?;
    if let Some(digest) = &listing.digest {
        screen.line(0, &[(say![digest], Paint::Faint)])?;
    }
    screen.blank()?;
    if listing.evidence.is_empty() {
        screen.line(0, &[(nothing(listing), Paint::Plain)])?;
    }
    rows(listing, style, &mut screen)?;
    for stranger in &listing.strangers {
        inspected("manifest", &stranger.manifest, &mut screen)?;
        if let Some(layer) = &stranger.layer {
            inspected("layer", layer, &mut screen)?;
        }
    }
    for failure in &listing.failures {
        let text = say![failure.reason, ": ", failure.place];
        screen.entry(0, &(say!["not seen"], Paint::Doubt), 10, &(text, Paint::Plain))?;
    }
    for warning in &listing.warnings {
        let text = say![warning.message, " (", super::text::place(warning), ")"];
        screen.entry(0, &(say!["warning"], Paint::Doubt), 10, &(text, Paint::Plain))?;
    }
    for weakening in &listing.weakenings {
        let text = say![weakening.option, ": ", super::text::effect(weakening)];
        screen.entry(0, &(say!["weakened"], Paint::Doubt), 10, &(text, Paint::Plain))?;
    }
    Ok(())
}

fn nothing(listing: &Listing) -> Safe {
    match listing.failures.is_empty() {
        true => say!["no evidence: looked everywhere, found nothing"],
        false => say!["no evidence seen, and not everything could be looked at"],
    }
}

fn rows<W: Write>(listing: &Listing, style: Style, screen: &mut Screen<W>) -> io::Result<()> {
    if listing.evidence.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = listing.evidence.iter().map(cells).collect();
    let mut widths = HEADINGS.map(str::len);
    for row in &rows {
        for (width, (cell, _)) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let mut heading = padded(HEADINGS.map(|heading| (say![heading], Paint::Faint)), widths);
    if style.width >= WIDE {
        heading.push((say!["SIGNER"], Paint::Faint));
    }
    screen.line(0, &heading)?;
    for (evidence, row) in listing.evidence.iter().zip(rows) {
        draw(evidence, padded(row, widths), style, screen)?;
    }
    screen.blank()
}

fn padded(cells: [Piece; 5], widths: [usize; 5]) -> Vec<Piece> {
    let mut line = Vec::with_capacity(10);
    for ((text, paint), width) in cells.into_iter().zip(widths) {
        let gap = width + 2 - text.width();
        line.extend([(text, paint), (say![" ".repeat(gap)], Paint::Plain)]);
    }
    line
}

fn cells(evidence: &Evidence) -> [Piece; 5] {
    let digest = evidence
        .digest
        .split_once(':')
        .map_or(evidence.digest.as_str(), |(_, hex)| hex);
    let proven = match decisive(evidence) {
        Some(Outcome::Verified(proof)) => (words::when(proof), Paint::Good),
        Some(Outcome::Rejected(rejection)) => (say![words::class(rejection.class)], Paint::Bad),
        None => (say!["unsigned"], Paint::Doubt),
    };
    [
        (say![evidence.short_type], Paint::Strong),
        (say![digest.chars().take(12).collect::<String>()], Paint::Plain),
        (words::size(evidence.size), Paint::Plain),
        (say![words::carrier(evidence.carrier)], Paint::Plain),
        proven,
    ]
}

/// Bytes of strangers as text, line by line, each cleaned and of bounded length.
fn inspected<W: Write>(what: &'static str, beginning: &Beginning, screen: &mut Screen<W>) -> io::Result<()> {
    screen.line(0, &[(say![what, " ", beginning.digest], Paint::Faint)])?;
    let text = String::from_utf8_lossy(&beginning.bytes);
    for line in text.split('\n') {
        let characters: Vec<char> = line.trim_end_matches('\r').chars().collect();
        for piece in characters.chunks(SHOWN_WIDTH) {
            screen.line(BELOW, &[(say![piece.iter().collect::<String>()], Paint::Plain)])?;
        }
    }
    if beginning.left_out > 0 {
        screen.line(BELOW, &[(say!["… ", beginning.left_out, " more bytes"], Paint::Faint)])?;
    }
    screen.blank()
}

/// The first attempt that verified, else the first of all.
fn decisive(evidence: &Evidence) -> Option<&Outcome> {
    let verified = |attempt: &&Attempt| matches!(attempt.outcome, Outcome::Verified(_));
    evidence
        .attempts
        .iter()
        .find(verified)
        .or(evidence.attempts.first())
        .map(|attempt| &attempt.outcome)
}

fn draw<W: Write>(evidence: &Evidence, mut row: Vec<Piece>, style: Style, screen: &mut Screen<W>) -> io::Result<()> {
    let mut signers: Vec<Safe> = evidence.attempts.iter().filter_map(signer).collect();
    if style.width >= WIDE && !signers.is_empty() {
        row.push((signers.remove(0), Paint::Plain));
    }
    screen.line(0, &row)?;
    for signer in signers {
        below("by", signer, screen)?;
    }
    match (&evidence.predicate_type, &evidence.artifact_type) {
        (Some(predicate_type), _) => below("says", say![predicate_type], screen)?,
        (None, Some(artifact_type)) => below("is", say![artifact_type], screen)?,
        (None, None) => below("is", say![evidence.media_type], screen)?,
    }
    if let Some(Outcome::Rejected(rejection)) = decisive(evidence) {
        below("why not", why(rejection), screen)?;
    }
    for remark in &evidence.remarks {
        below("note", say![remark], screen)?;
    }
    match style.detail {
        Detail::Verbose => details(evidence, screen),
        Detail::Normal | Detail::Quiet => Ok(()),
    }
}

/// `release, https://github.com/…` of an attempt that verified.
fn signer(attempt: &Attempt) -> Option<Safe> {
    let Outcome::Verified(proof) = &attempt.outcome else {
        return None;
    };
    let without = waived(proof);
    Some(match &attempt.signer {
        Some(signer) => say![signer, ", ", words::who(proof), without],
        None => say![words::who(proof), without],
    })
}

fn waived(proof: &Proof) -> Safe {
    match proof.waived.is_empty() {
        true => Safe::default(),
        false => say![" (without ", Safe::join(&proof.waived, ", "), ")"],
    }
}

fn why(rejection: &Rejection) -> Safe {
    let mut why = say![rejection.reason];
    for (label, text) in [
        ("; found ", &rejection.found),
        ("; expected ", &rejection.expected),
        ("; hint: ", &rejection.hint),
    ] {
        if let Some(text) = text {
            why.push(&say![label, text]);
        }
    }
    why
}

fn details<W: Write>(evidence: &Evidence, screen: &mut Screen<W>) -> io::Result<()> {
    below("digest", say![evidence.digest], screen)?;
    below("media type", say![evidence.media_type], screen)?;
    if let Some(manifest) = &evidence.manifest {
        below("manifest", say![manifest], screen)?;
    }
    below("found at", say![evidence.subject], screen)?;
    words::proofs(evidence).try_for_each(|(_, proof)| super::text::draw_proof(proof, screen))
}

fn below<W: Write>(label: &'static str, text: Safe, screen: &mut Screen<W>) -> io::Result<()> {
    screen.entry(BELOW, &(say![label], Paint::Faint), 12, &(text, Paint::Plain))
}

#[cfg(test)]
mod tests;
