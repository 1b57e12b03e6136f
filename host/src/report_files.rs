//! Files that a run leaves: reports and proven pieces. What cannot be written stops no other file.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::args::{Check, ReportFile};
use crate::check;
use crate::emit::{self, Detail, Style, proven};
use crate::exit::Exit;
use crate::run::Run;

/// Before the work begins each report says that nothing is decided: of a process that dies, or of a run before this one,
/// no other answer stays. What cannot be written is told when the report itself is.
pub fn begin(reports: &[ReportFile]) {
    let undecided = Run::failed(Vec::new(), check::tool());
    // what is no file, such as a pipe, forgets nothing and would get both
    let is_file = |report: &&ReportFile| Path::new(&report.path).metadata().map_or(true, |found| found.is_file());
    for report in reports.iter().filter(is_file) {
        drop(write(report, &undecided, Detail::Normal));
    }
}

/// Everything that can be written, and why the rest cannot.
pub fn finish(check: &Check, run: &Run) -> Vec<io::Error> {
    let reports = check.reports.iter().map(|report| write(report, run, check.detail));
    let pieces = [
        (check.output_signature.as_deref(), proven::signature(run)),
        (check.output_certificate.as_deref(), proven::certificate(run)),
    ];
    let pieces = pieces.into_iter().map(|(path, content)| write_proven(path, content));
    reports.chain(pieces).filter_map(Result::err).collect()
}

/// Whoever wants a report takes a job without one for a failure: allowed becomes 2. Every other answer stays.
pub fn exit(run: &Run, unwritten: &[io::Error]) -> Exit {
    match run.exit() {
        Exit::Allow if !unwritten.is_empty() => Exit::Usage,
        exit => exit,
    }
}

fn write(report: &ReportFile, run: &Run, detail: Detail) -> io::Result<()> {
    let path = Path::new(&report.path);
    let style = Style {
        detail,
        ..Style::default()
    };
    let written = File::create(path).and_then(|file| {
        let mut file = BufWriter::new(file);
        emit::emit(report.format, run, style, &mut file)?;
        file.flush()
    });
    written.map_err(|error| named(path, error))
}

/// Nothing proven, nothing written: an empty file would look like a signature.
fn write_proven(path: Option<&Path>, content: Option<String>) -> io::Result<()> {
    match (path, content) {
        (Some(path), Some(content)) => std::fs::write(path, content).map_err(|error| named(path, error)),
        _ => Ok(()),
    }
}

/// The system's words do not say which file it was.
pub fn named(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("`{}`: {error}", path.display()))
}
