//! For people: what will be enforced, each image with its rules, and the verdict as the last line.

use std::io::{self, Write};

use super::screen::{Detail, Paint, Screen, Style};
use super::words;
use crate::exit::Exit;
use crate::run::{Fault, Run, Source, Weakening};
use crate::say;
use crate::untrusted::Safe;
use crate::wit::basics::Verdict;
use crate::wit::diagnostics::Diagnostic;

mod files;
mod image;
mod proof;
mod requirements;

/// Column of what stands beside a label, from the label's own indent.
const COLUMN: usize = 12;

pub(super) use image::{near_miss, near_miss_reason};
pub(super) use proof::draw_details as draw_proof;
pub(super) use requirements::groups;

pub fn emit(run: &Run, style: Style, out: &mut impl Write) -> io::Result<()> {
    let mut screen = Screen::new(out, style);
    if style.detail != Detail::Quiet {
        requirements::draw(run, &mut screen)?;
    }
    for image in &run.images {
        if style.detail != Detail::Quiet || image.verdict() != Verdict::Allow {
            image::draw(run, image, style.detail, &mut screen)?;
        }
    }
    files::draw_sightings(run, style.detail == Detail::Quiet, &mut screen)?;
    if style.detail != Detail::Quiet {
        warnings(run, &mut screen)?;
    }
    weakenings(&run.weakenings, &mut screen)?;
    if style.detail == Detail::Verbose {
        provenance(run, &mut screen)?;
    }
    run.faults.iter().try_for_each(|fault| draw_fault(fault, &mut screen))?;
    match style.detail == Detail::Quiet && run.exit() == Exit::Allow {
        true => Ok(()),
        false => conclusion(run, &mut screen),
    }
}

/// Errors of the command line and of the policy, for standard error.
pub fn emit_faults(run: &Run, style: Style, out: &mut impl Write) -> io::Result<()> {
    let mut screen = Screen::new(out, style);
    run.faults.iter().try_for_each(|fault| draw_fault(fault, &mut screen))
}

pub(super) fn warnings<W: Write>(run: &Run, screen: &mut Screen<W>) -> io::Result<()> {
    let warnings = run.all_warnings();
    if warnings.is_empty() {
        return Ok(());
    }
    screen.line(0, &[(say!["Warnings"], Paint::Strong)])?;
    for warning in warnings {
        let text = say![warning.message, " (", place(warning), ")"];
        screen.entry(2, &(say!["warning"], Paint::Doubt), COLUMN, &(text, Paint::Plain))?;
        if let Some(hint) = &warning.hint {
            screen.entry(
                2,
                &(say![""], Paint::Plain),
                COLUMN,
                &(say!["hint: ", hint], Paint::Faint),
            )?;
        }
    }
    screen.blank()
}

pub(super) fn weakenings<W: Write>(weakenings: &[Weakening], screen: &mut Screen<W>) -> io::Result<()> {
    if weakenings.is_empty() {
        return Ok(());
    }
    screen.line(0, &[(say!["Weakened by"], Paint::Strong)])?;
    for weakening in weakenings {
        let text = say![weakening.option, ": ", effect(weakening)];
        screen.entry(2, &(say!["option"], Paint::Doubt), COLUMN, &(text, Paint::Plain))?;
    }
    screen.blank()
}

pub(super) fn effect(weakening: &Weakening) -> Safe {
    match weakening.source {
        Source::CommandLine => say![weakening.effect, " (command line)"],
        Source::Policy(line) => say![weakening.effect, " (policy, line ", line, ")"],
    }
}

/// What stands behind the answer.
fn provenance<W: Write>(run: &Run, screen: &mut Screen<W>) -> io::Result<()> {
    screen.line(0, &[(say!["Made with"], Paint::Strong)])?;
    let unknown = "unknown".to_owned();
    let hosts = match run.contacted.is_empty() {
        true => say!["none"],
        false => Safe::join(&run.contacted, ", "),
    };
    let digest = |digest: &Option<String>| say![digest.as_ref().unwrap_or(&unknown)];
    for (label, text) in [
        ("portcullis", say![run.tool.version]),
        ("component", digest(&run.tool.component)),
        ("policy", digest(&run.policy.digest)),
        ("hosts", hosts),
    ] {
        screen.entry(2, &(say![label], Paint::Faint), COLUMN, &(text, Paint::Plain))?;
    }
    screen.blank()
}

fn draw_fault<W: Write>(fault: &Fault, screen: &mut Screen<W>) -> io::Result<()> {
    let (text, hint) = match fault {
        Fault::Usage { message, hint } => (say![message], hint),
        Fault::Policy(error) => (say![place(error), ": ", error.message], &error.hint),
        Fault::Bug { image, place } => (words::bug_in_full(image, place), &None),
    };
    screen.entry(0, &(say!["error:"], Paint::Bad), 7, &(text, Paint::Plain))?;
    match hint {
        Some(hint) => screen.entry(0, &(say!["hint:"], Paint::Faint), 7, &(say![hint], Paint::Plain)),
        None => Ok(()),
    }
}

/// `portcullis.yaml:12:5`, as far as it is known.
pub(super) fn place(diagnostic: &Diagnostic) -> Safe {
    match (diagnostic.line, diagnostic.column) {
        (0, _) => say![diagnostic.file],
        (line, 0) => say![diagnostic.file, ":", line],
        (line, column) => say![diagnostic.file, ":", line, ":", column],
    }
}

fn conclusion<W: Write>(run: &Run, screen: &mut Screen<W>) -> io::Result<()> {
    let paint = match run.exit() {
        Exit::Allow if run.verdict() == Verdict::Allow => Paint::Good,
        Exit::Allow | Exit::Undecided | Exit::Nothing => Paint::Doubt,
        Exit::Deny | Exit::Usage | Exit::Bug => Paint::Bad,
    };
    screen.line(
        0,
        &[
            (say![words::verdict(run.verdict())], paint),
            (say![": ", summary(run)], Paint::Plain),
        ],
    )
}

/// The last line: `deny: 3 images: …`.
pub(super) fn verdict_line(run: &Run) -> Safe {
    say![words::verdict(run.verdict()), ": ", summary(run)]
}

/// `3 images: 1 allowed, 1 denied, 1 undecided; exit 1 (denied)`; what files name beside them and could not be judged is
/// counted too.
pub(super) fn summary(run: &Run) -> Safe {
    let of = |verdict| run.images.iter().filter(|image| image.verdict() == verdict).count();
    let unjudged = run.sightings.iter().filter(|sighting| sighting.kind.leaves_undecided());
    let counted = [
        (of(Verdict::Allow), " allowed"),
        (of(Verdict::Deny), " denied"),
        (of(Verdict::Undecided), " undecided"),
        (unjudged.count(), " not judged"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| say![count, word]);
    let exit = run.exit();
    let mut summary = words::count(run.images.len(), "image");
    if run.images.is_empty() && !run.files.is_empty() {
        summary.push(&say![" in ", words::count(run.files.len(), "file")]);
    }
    let counted = Safe::join(counted, ", ");
    if !counted.is_empty() {
        summary.push(&say![": ", counted]);
    }
    summary.push(&say!["; exit ", exit.code()]);
    match exit {
        Exit::Allow if run.verdict() == Verdict::Allow => {}
        Exit::Allow => summary.push(" (informs only)"),
        _ => summary.push(&say![" (", exit.meaning(), ")"]),
    }
    summary
}

#[cfg(test)]
mod tests;
