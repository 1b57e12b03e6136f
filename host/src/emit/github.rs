//! GitHub Actions: the text in a group, and one annotation for each thing to say.
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>
//!
//! This file has the only escape functions for workflow commands.

use std::io::{self, Write};

use super::notice::{Level, Notice, notices};
use super::screen::{Detail, Style};
use super::text;
use crate::run::Run;
use crate::say;
use crate::untrusted::Safe;

pub mod output;
pub mod summary;

/// The platform shows ten annotations of each kind per step and drops the rest without a word.
pub const PER_KIND: usize = 10;
/// It shows fifty per run; a step that stays below leaves room for others.
pub const PER_RUN: usize = 50;

pub fn emit(run: &Run, style: Style, out: &mut impl Write) -> io::Result<()> {
    annotations(run, out)?;
    if style.detail == Detail::Quiet {
        return text::emit(run, style, out);
    }
    out.write_all(b"::group::portcullis\n")?;
    text::emit(run, style, out)?;
    out.write_all(b"::endgroup::\n")?;
    writeln!(out, "{}", text::verdict_line(run))
}

/// What was asked and read, for somebody who looks for the reason of an answer; the runner shows it in debug logs only.
pub fn debug(run: &Run, out: &mut impl Write) -> io::Result<()> {
    let mut lines: Vec<Safe> = run.contacted.iter().map(|host| say!["contacted ", host]).collect();
    for report in run.images.iter().map(|image| &image.report) {
        let of = |text: Safe| say![report.reference, ": ", text];
        lines.extend(
            report
                .roots
                .iter()
                .map(|root| of(say!["trusted root ", root.name, " ", root.digest])),
        );
        lines.extend(report.evidence.iter().map(|evidence| {
            let carrier = super::words::carrier(evidence.carrier);
            of(say![
                "evidence ",
                evidence.digest,
                " ",
                evidence.short_type,
                " at ",
                carrier
            ])
        }));
        let failed = |place: &String, reason: &String| of(say!["could not look at ", place, ": ", reason]);
        lines.extend(
            report
                .failures
                .iter()
                .map(|failure| failed(&failure.place, &failure.reason)),
        );
    }
    lines
        .iter()
        .try_for_each(|line| writeln!(out, "::debug::{}", data(line)))
}

pub(super) fn annotations(run: &Run, out: &mut impl Write) -> io::Result<()> {
    let notices = notices(run);
    let mut capped = capped(&notices, PER_KIND, PER_RUN);
    capped.try_for_each(|(notice, more)| annotation(notice, more, out))
}

/// The loudest of each level, and with the last of a level how many are left out.
pub(super) fn capped<'n, 'r>(
    notices: &'n [Notice<'r>],
    per_level: usize,
    in_all: usize,
) -> impl Iterator<Item = (&'n Notice<'r>, usize)> {
    let mut room = in_all;
    let levels = [Level::Error, Level::Warning, Level::Notice];
    levels.into_iter().flat_map(move |level| {
        let mut of_level: Vec<_> = notices.iter().filter(|notice| notice.level == level).collect();
        let shown = of_level.len().min(per_level).min(room);
        room -= shown;
        let more = of_level.len() - shown;
        of_level.truncate(shown);
        let last = shown.saturating_sub(1);
        let counted = move |(at, notice)| (notice, if at == last { more } else { 0 });
        of_level.into_iter().enumerate().map(counted)
    })
}

fn annotation(notice: &Notice, more: usize, out: &mut impl Write) -> io::Result<()> {
    let command = match notice.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Notice => "notice",
    };
    write!(out, "::{command} ")?;
    if !notice.file.is_empty() {
        write!(out, "{},", place(notice))?;
    }
    let mut message = data(&notice.message);
    if more > 0 {
        message.push_str(&format!(
            "%0Aand {more} more; the job summary and the report have all of them"
        ));
    }
    writeln!(out, "title={}::{message}", property(&notice.title))
}

/// One line, from the first character to behind the last one; a line alone where the columns are not known.
fn place(notice: &Notice) -> String {
    let (file, line) = (property(&say![path(notice.file)]), notice.line.max(1));
    match (notice.column, notice.end_column) {
        (column, end) if column > 0 && end > column => {
            format!("file={file},line={line},endLine={line},col={column},endColumn={end}")
        }
        (0, _) => format!("file={file},line={line}"),
        (column, _) => format!("file={file},line={line},col={column}"),
    }
}

/// Annotations take paths from the repository's root.
pub(super) fn path(file: &str) -> &str {
    file.strip_prefix("./").unwrap_or(file)
}

/// The message of a workflow command.
fn data(text: &Safe) -> String {
    text.as_str()
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property of a workflow command.
fn property(text: &Safe) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests;
