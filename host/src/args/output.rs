//! Formats and files of the output.

use clap::ArgMatches;

use super::{ListFormat, ReportFile, UsageError};
use crate::ci::Environment;
use crate::emit::github::output::OutputPath;
use crate::emit::{Detail, FORMATS, Format};

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

pub fn list_format(matches: &ArgMatches) -> ListFormat {
    match matches.get_one::<String>("format").map(String::as_str) {
        Some("json") => ListFormat::Json,
        _ => ListFormat::Table,
    }
}

pub fn reports(matches: &ArgMatches) -> Result<Vec<ReportFile>, UsageError> {
    matches
        .get_many::<String>("report")
        .into_iter()
        .flatten()
        .map(|report| report_file(report))
        .collect()
}

fn report_file(report: &str) -> Result<ReportFile, UsageError> {
    let bad = |expected: &str| UsageError::BadValue {
        option: "--report".to_owned(),
        value: report.to_owned(),
        expected: expected.to_owned(),
    };
    let (name, path) = report.split_once('=').ok_or_else(|| bad("FORMAT=FILE"))?;
    let format = Format::named(name).ok_or_else(|| bad(&format!("FORMAT=FILE with one of {}", FORMATS.join(", "))))?;
    match OutputPath::new(path) {
        Some(_) => Ok(ReportFile {
            format,
            path: path.to_owned(),
        }),
        None => Err(bad("FORMAT=FILE with a file name of printable ASCII")),
    }
}

pub fn detail(matches: &ArgMatches) -> Detail {
    match (matches.get_flag("quiet"), matches.get_flag("verbose")) {
        (true, _) => Detail::Quiet,
        (false, true) => Detail::Verbose,
        (false, false) => Detail::Normal,
    }
}
