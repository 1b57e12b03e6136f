//! `portcullis.dev/report/v1`: the run as JSON, with the same shape whether it succeeded or failed. The structs are the
//! public format, apart from the boundary's types; `docs/report.schema.json` is generated from them.

use serde::Serialize;
use std::io::{self, Write};

use super::{json_text, words};
use crate::run::{Fault, Run, Source, Weakening};
use crate::wit::basics::Failure;
use crate::wit::diagnostics::{self, Level};

pub(super) mod evidence;
mod image;
mod mention;
pub(super) mod word;

use mention::Sighting;
use word::{Class, Mode, Verdict};

/// Name and version of the format. Fields are only added to a version; their meaning stays.
pub const SCHEMA: &str = "portcullis.dev/report/v1";

pub fn emit(run: &Run, out: &mut impl Write) -> io::Result<()> {
    json_text::write_document(&Document::of(run), out)
}

#[derive(Serialize)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(title = "Report of portcullis check", deny_unknown_fields)
)]
struct Document<'a> {
    /// `portcullis.dev/report/v1`
    schema: &'static str,
    /// over all images; `undecided` where there is no answer
    verdict: Verdict,
    /// of the process: 0 allow, 1 deny, 2 usage or policy error, 3 nothing checked, 4 undecided, 70 bug
    exit_code: u8,
    /// of the command line
    mode: Mode,
    tool: Tool<'a>,
    policy: Policy<'a>,
    /// options in use that weaken the check
    weakenings: Vec<UsedOption<'a>>,
    /// hosts that were contacted
    contacted: Vec<&'a str>,
    /// `name@digest` of what was proven, of all images that may pass
    pinned: Vec<&'a str>,
    /// why there is no answer, or why a part of it is missing
    errors: Vec<Error<'a>>,
    warnings: Vec<Diagnostic<'a>>,
    images: Vec<image::Image<'a>>,
    /// that were read to find images
    files: Vec<&'a str>,
    /// what stands in them and could not be judged
    sightings: Vec<Sighting<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
struct Tool<'a> {
    name: &'static str,
    version: &'a str,
    /// SHA-256 of the component that judged
    component: Option<&'a str>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
struct Policy<'a> {
    /// null where there is none
    file: Option<&'a str>,
    digest: Option<&'a str>,
}

#[derive(Serialize)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(rename = "Weakening", deny_unknown_fields)
)]
pub(super) struct UsedOption<'a> {
    option: &'a str,
    /// `command-line` or `policy`
    source: &'static str,
    /// of the policy
    line: Option<u32>,
    effect: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub(super) struct Error<'a> {
    #[cfg_attr(test, schemars(extend("enum" = ["usage", "policy", "bug"])))]
    kind: &'static str,
    file: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
    /// that was being judged
    image: Option<&'a str>,
    message: &'a str,
    hint: Option<&'a str>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub(super) struct Diagnostic<'a> {
    #[cfg_attr(test, schemars(extend("enum" = ["error", "warning"])))]
    level: &'static str,
    file: &'a str,
    line: Option<u32>,
    column: Option<u32>,
    message: &'a str,
    hint: Option<&'a str>,
}

/// Something that could not be looked at.
#[derive(Serialize)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(rename = "Failure", deny_unknown_fields)
)]
pub(super) struct Unseen<'a> {
    class: Class,
    /// what was looked for
    place: &'a str,
    reason: &'a str,
}

impl<'a> Document<'a> {
    fn of(run: &'a Run) -> Self {
        Self {
            schema: SCHEMA,
            verdict: run.verdict().into(),
            exit_code: run.exit().code(),
            mode: run.mode.into(),
            tool: Tool {
                name: "portcullis",
                version: &run.tool.version,
                component: run.tool.component.as_deref(),
            },
            policy: Policy {
                file: Some(run.policy.file.as_str()).filter(|file| !file.is_empty()),
                digest: run.policy.digest.as_deref(),
            },
            weakenings: run.weakenings.iter().map(UsedOption::of).collect(),
            contacted: run.contacted.iter().map(String::as_str).collect(),
            pinned: run.pinned(),
            errors: run.faults.iter().map(Error::of).collect(),
            warnings: run.all_warnings().into_iter().map(Diagnostic::of).collect(),
            images: run.images.iter().map(image::Image::of).collect(),
            files: run.files.iter().map(String::as_str).collect(),
            sightings: run.sightings.iter().map(Sighting::of).collect(),
        }
    }
}

impl<'a> UsedOption<'a> {
    pub(super) fn of(weakening: &'a Weakening) -> Self {
        let (source, line) = match weakening.source {
            Source::CommandLine => ("command-line", None),
            Source::Policy(line) => ("policy", Some(line)),
        };
        Self {
            option: &weakening.option,
            source,
            line,
            effect: &weakening.effect,
        }
    }
}

impl<'a> Error<'a> {
    pub(super) fn of(fault: &'a Fault) -> Self {
        let bare = |kind, message| Self {
            kind,
            file: None,
            line: None,
            column: None,
            image: None,
            message,
            hint: None,
        };
        match fault {
            Fault::Usage { message, hint } => Self {
                hint: hint.as_deref(),
                ..bare("usage", message)
            },
            Fault::Bug { image, place } => Self {
                image: Some(image),
                ..bare("bug", place)
            },
            Fault::Policy(error) => Self {
                file: Some(&error.file),
                line: known(error.line),
                column: known(error.column),
                hint: error.hint.as_deref(),
                ..bare("policy", &error.message)
            },
        }
    }
}

impl<'a> Diagnostic<'a> {
    pub(super) fn of(diagnostic: &'a diagnostics::Diagnostic) -> Self {
        Self {
            level: match diagnostic.level {
                Level::Error => "error",
                Level::Warning => "warning",
            },
            file: &diagnostic.file,
            line: known(diagnostic.line),
            column: known(diagnostic.column),
            message: &diagnostic.message,
            hint: diagnostic.hint.as_deref(),
        }
    }
}

impl<'a> Unseen<'a> {
    pub(super) fn of(failure: &'a Failure) -> Self {
        Self {
            class: failure.class.into(),
            place: &failure.place,
            reason: &failure.reason,
        }
    }
}

/// The boundary's 0 for a place in a file means that it is not known.
fn known(place: u32) -> Option<u32> {
    Some(place).filter(|place| *place > 0)
}

#[cfg(test)]
mod tests;
