//! Formats and files of the output.

use clap::ArgMatches;
use std::path::{Component, Path, PathBuf};

use super::{ListFormat, ReportFile, UsageError};
use crate::ci::Environment;
use crate::emit::github::output::OutputPath;
use crate::emit::{Detail, FORMATS, Format};
use crate::terminal::COLOURS;

/// `--format`, else `PORTCULLIS_FORMAT`, which is harmless: no format changes the exit code.
pub fn format(matches: &ArgMatches, environment: &Environment) -> Result<Option<Format>, UsageError> {
    let (option, name) = match (
        matches.get_one::<String>("format"),
        environment.variable("PORTCULLIS_FORMAT"),
    ) {
        (Some(name), _) => ("--format", name.as_str()),
        (None, Some(name)) => ("PORTCULLIS_FORMAT", name),
        (None, None) => return Ok(None),
    };
    Format::named(name).map(Some).ok_or_else(|| UsageError::BadValue {
        option: option.to_owned(),
        value: name.to_owned(),
        expected: FORMATS.join(", "),
    })
}

/// `PORTCULLIS_COLOR` is harmless; a word that it does not know is an error all the same.
pub fn colour(environment: &Environment) -> Result<(), UsageError> {
    match environment.variable("PORTCULLIS_COLOR") {
        Some(word) if !COLOURS.contains(&word) => Err(UsageError::BadValue {
            option: "PORTCULLIS_COLOR".to_owned(),
            value: word.to_owned(),
            expected: COLOURS.join(", "),
        }),
        _ => Ok(()),
    }
}

pub fn list_format(matches: &ArgMatches) -> ListFormat {
    match matches.get_one::<String>("format").map(String::as_str) {
        Some("json") => ListFormat::Json,
        _ => ListFormat::Table,
    }
}

/// Each into a file of its own: of two in one file the later would be the only one.
pub fn reports(matches: &ArgMatches) -> Result<Vec<ReportFile>, UsageError> {
    let others = ["output-signature", "output-certificate"];
    let mut files: Vec<PathBuf> = others
        .into_iter()
        .filter_map(|option| matches.get_one::<String>(option))
        .map(|path| plain(path))
        .collect();
    let mut reports = Vec::new();
    for report in matches.get_many::<String>("report").into_iter().flatten() {
        let read = report_file(report)?;
        let file = plain(&read.path);
        if files.contains(&file) {
            return Err(bad(report, "each file once"));
        }
        files.push(file);
        reports.push(read);
    }
    Ok(reports)
}

/// Without `.`, so that two spellings of a file are one.
fn plain(path: &str) -> PathBuf {
    Path::new(path)
        .components()
        .filter(|part| *part != Component::CurDir)
        .collect()
}

fn report_file(report: &str) -> Result<ReportFile, UsageError> {
    let bad = |expected: &str| bad(report, expected);
    let (name, path) = report.split_once('=').ok_or_else(|| bad("FORMAT=FILE"))?;
    let format = Format::named(name).ok_or_else(|| bad(&format!("FORMAT=FILE with one of {}", FORMATS.join(", "))))?;
    match OutputPath::new(path) {
        Some(_) if path == "-" => Err(bad("a file (standard output takes `--format`)")),
        Some(_) => Ok(ReportFile {
            format,
            path: path.to_owned(),
        }),
        None => Err(bad("FORMAT=FILE with a file name of printable ASCII")),
    }
}

fn bad(report: &str, expected: &str) -> UsageError {
    UsageError::BadValue {
        option: "--report".to_owned(),
        value: report.to_owned(),
        expected: expected.to_owned(),
    }
}

pub fn detail(matches: &ArgMatches) -> Detail {
    match (matches.get_flag("quiet"), matches.get_flag("verbose")) {
        (true, _) => Detail::Quiet,
        (false, true) => Detail::Verbose,
        (false, false) => Detail::Normal,
    }
}
