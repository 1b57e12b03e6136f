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
    let written = create(path).and_then(|file| {
        let mut file = BufWriter::new(file);
        emit::emit(report.format, run, style, &mut file)?;
        file.flush()
    });
    written.map_err(|error| named(path, error))
}

/// A link could lead to a file that is about to be judged, or to any other: whoever can commit one chooses. Those of the
/// system's own devices lead to where the output goes.
fn create(path: &Path) -> io::Result<File> {
    let link = path
        .symlink_metadata()
        .is_ok_and(|found| found.file_type().is_symlink());
    if link && !path.starts_with("/dev") {
        return Err(io::Error::other("expected a file, found a link to another"));
    }
    File::create(path)
}

/// Nothing proven, nothing written: an empty file would look like a signature.
fn write_proven(path: Option<&Path>, content: Option<String>) -> io::Result<()> {
    match (path, content) {
        (Some(path), Some(content)) => {
            let written = create(path).and_then(|mut file| file.write_all(content.as_bytes()));
            written.map_err(|error| named(path, error))
        }
        _ => Ok(()),
    }
}

/// The system's words do not say which file it was.
pub fn named(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("`{}`: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn a_link_in_the_place_of_a_report_is_not_followed_fail() {
        let scratch = Scratch::with(&[("judged.yaml", b"kept")]);
        let link = scratch.path.join("report.json");
        std::os::unix::fs::symlink("judged.yaml", &link).unwrap();
        let error = create(&link).unwrap_err();
        assert!(error.to_string().contains("found a link"), "{error}");
        assert_eq!(std::fs::read(scratch.path.join("judged.yaml")).unwrap(), b"kept");
        create(&scratch.path.join("another.json")).unwrap();
    }
}
