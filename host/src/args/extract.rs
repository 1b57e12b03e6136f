//! `portcullis extract`: what to hand out, and where to.

use clap::ArgMatches;
use std::path::PathBuf;

use super::read::{policy, weakenings};
use super::{Extract, Surroundings, UsageError, evidence, output};
use crate::run::{Source, Weakening};
use crate::wit::basics::Mode;
use crate::wit::extraction::{Choice, Part, Trust};

const SIGNATURE: &str = "signature";

pub fn extract(matches: &ArgMatches, surroundings: &Surroundings) -> Result<Extract, UsageError> {
    let policy = policy(matches, surroundings)?;
    let trust = match matches.get_flag("allow-unverified") {
        true => Trust::Anything,
        false => Trust::Proven,
    };
    if policy.is_none() && trust == Trust::Proven {
        return Err(UsageError::NobodyTrusted);
    }
    let mut weakenings = weakenings(matches, Mode::Enforce, policy.as_ref());
    if trust == Trust::Anything {
        weakenings.push(Weakening {
            option: "--allow-unverified".to_owned(),
            source: Source::CommandLine,
            effect: "what nobody proved is handed out too".to_owned(),
        });
    }
    let extract = Extract {
        image: matches
            .get_one::<String>("image")
            .cloned()
            .ok_or(UsageError::NoImage { command: "extract" })?,
        policy,
        evidence: evidence::read(matches, &surroundings.environment)?,
        types: types(matches)?,
        choice: choice(matches)?,
        part: part(matches),
        trust,
        output: path(matches, "output"),
        output_signature: path(matches, "output-signature"),
        output_certificate: path(matches, "output-certificate"),
        detail: output::detail(matches),
        weakenings,
    };
    fits(&extract)?;
    Ok(extract)
}

/// Empty: every type.
fn types(matches: &ArgMatches) -> Result<Vec<String>, UsageError> {
    let types: Vec<String> = matches
        .get_many::<String>("type")
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    match (types.is_empty(), matches.get_flag("all")) {
        (true, false) => Err(UsageError::NoType),
        _ => Ok(types),
    }
}

fn choice(matches: &ArgMatches) -> Result<Option<Choice>, UsageError> {
    if matches.get_flag("last") {
        return Ok(Some(Choice::Latest));
    }
    let Some(word) = matches.get_one::<String>("select") else {
        return Ok(None);
    };
    match word.as_str() {
        "all" => Ok(Some(Choice::All)),
        "latest" => Ok(Some(Choice::Latest)),
        "exactly-one" => Ok(Some(Choice::ExactlyOne)),
        digest if digest.starts_with("sha256:") => Ok(Some(Choice::Digest(digest.to_owned()))),
        other => Err(UsageError::BadValue {
            option: "--select".to_owned(),
            value: other.to_owned(),
            expected: "latest, all, exactly-one or sha256:…".to_owned(),
        }),
    }
}

fn part(matches: &ArgMatches) -> Part {
    match matches.get_one::<String>("as").map(String::as_str) {
        Some("raw-report") => Part::RawReport,
        Some("trivyignore") => Part::Trivyignore,
        _ if matches.get_flag("raw") => Part::Raw,
        _ if matches.get_flag("predicate") || matches.get_flag("predicate-only") => Part::Predicate,
        _ => Part::Statement,
    }
}

/// Several documents need a directory, and the files of a signature a signature.
fn fits(extract: &Extract) -> Result<(), UsageError> {
    if extract.may_be_several() && extract.output.is_none() {
        let option = match (extract.types.len(), &extract.choice) {
            (0, _) => "--all",
            (_, Some(Choice::All)) => "--select all",
            _ => "--type",
        };
        return Err(UsageError::Needs {
            option,
            other: "--output",
            reason: "several documents do not fit on standard output: name a directory",
        });
    }
    let files = [
        ("--output-signature", &extract.output_signature),
        ("--output-certificate", &extract.output_certificate),
    ];
    let wanted = files.into_iter().find(|(_, path)| path.is_some());
    match wanted {
        Some((option, _)) if !matches!(extract.types.as_slice(), [only] if only == SIGNATURE) => {
            Err(UsageError::Needs {
                option,
                other: "--type signature",
                reason: "and no other type: the files are of one signature",
            })
        }
        _ => Ok(()),
    }
}

fn path(matches: &ArgMatches, name: &str) -> Option<PathBuf> {
    matches.get_one::<String>(name).map(PathBuf::from)
}
