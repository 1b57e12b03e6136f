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

pub(super) fn annotations(run: &Run, out: &mut impl Write) -> io::Result<()> {
    let notices = notices(run);
    let mut room = PER_RUN;
    for level in [Level::Error, Level::Warning, Level::Notice] {
        let of_level: Vec<_> = notices.iter().filter(|notice| notice.level == level).collect();
        let shown = of_level.len().min(PER_KIND).min(room);
        room -= shown;
        for (position, notice) in of_level[..shown].iter().enumerate() {
            let more = if position + 1 == shown {
                of_level.len() - shown
            } else {
                0
            };
            annotation(notice, more, out)?;
        }
    }
    Ok(())
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
