//! A policy by itself: everything that is wrong or loose in it. The JSON is `portcullis.dev/policy-check/v1`.

use std::io::{self, Write};

use serde::Serialize;

use super::screen::{Paint, Screen, Style};
use super::{Format, github, json, json_text, text, words};
use crate::run::Run;
use crate::say;
use crate::untrusted::Safe;

pub const SCHEMA: &str = "portcullis.dev/policy-check/v1";

/// Errors of the text are drawn with the faults, on standard error.
pub fn emit(run: &Run, format: Format, style: Style, out: &mut impl Write) -> io::Result<()> {
    match format {
        Format::Json => json_text::write_document(&Document::of(run), out),
        Format::GitHub => {
            github::annotations(run, out)?;
            writeln!(out, "{}", conclusion(run))
        }
        _ => {
            let mut screen = Screen::new(out, style);
            text::warnings(run, &mut screen)?;
            text::weakenings(&run.weakenings, &mut screen)?;
            let paint = if run.faults.is_empty() { Paint::Good } else { Paint::Bad };
            screen.line(0, &[(conclusion(run), paint)])
        }
    }
}

/// `sha256:…  portcullis.yaml`, a line for each file.
pub fn digests(digests: &[(String, String)]) -> String {
    let lines = digests
        .iter()
        .map(|(digest, name)| format!("{}\n", say![digest, "  ", name]));
    lines.collect()
}

fn conclusion(run: &Run) -> Safe {
    let verdict = if run.faults.is_empty() { "valid" } else { "no policy" };
    let counts = [
        words::count(run.faults.len(), "error"),
        words::count(run.warnings.len(), "warning"),
        words::count(run.weakenings.len(), "weakening"),
    ];
    say![run.policy.file, ": ", verdict, ": ", Safe::join(counts, ", ")]
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    file: &'a str,
    /// `sha256:…`, for `--policy-digest`; null where it is no policy
    digest: Option<&'a str>,
    valid: bool,
    errors: Vec<json::Error<'a>>,
    warnings: Vec<json::Diagnostic<'a>>,
    weakenings: Vec<json::UsedOption<'a>>,
}

impl<'a> Document<'a> {
    fn of(run: &'a Run) -> Self {
        Self {
            schema: SCHEMA,
            file: &run.policy.file,
            digest: run.policy.digest.as_deref(),
            valid: run.faults.is_empty(),
            errors: run.faults.iter().map(json::Error::of).collect(),
            warnings: run.warnings.iter().map(json::Diagnostic::of).collect(),
            weakenings: run.weakenings.iter().map(json::UsedOption::of).collect(),
        }
    }
}
