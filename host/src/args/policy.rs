//! `portcullis policy`: what to do with which file.

use clap::ArgMatches;
use std::path::PathBuf;

use super::{DEFAULT_POLICY, UsageError};
use crate::emit::{Detail, Format};
use crate::policy_import;

/// What `policy check` can be told in.
pub const CHECK_FORMATS: [&str; 3] = ["text", "json", "github"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyCommand {
    Check {
        file: PathBuf,
        format: Option<Format>,
    },
    Digest {
        file: PathBuf,
    },
    Schema,
    /// none: the kinds there are
    Explain {
        kind: Option<String>,
    },
    Import(PolicyImport),
}

/// `portcullis policy import`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyImport {
    pub format: policy_import::Format,
    pub files: Vec<PathBuf>,
    pub rule: Option<String>,
    pub image: Option<String>,
    pub owner: Option<String>,
    pub reason: Option<String>,
    pub detail: Detail,
}

pub fn policy(matches: &ArgMatches) -> Result<PolicyCommand, UsageError> {
    match matches.subcommand() {
        Some(("check", matches)) => Ok(PolicyCommand::Check {
            file: file(matches),
            format: text(matches, "format").and_then(|name| Format::named(&name)),
        }),
        Some(("digest", matches)) => Ok(PolicyCommand::Digest { file: file(matches) }),
        Some(("schema", _)) => Ok(PolicyCommand::Schema),
        Some(("explain", matches)) => Ok(PolicyCommand::Explain {
            kind: text(matches, "kind"),
        }),
        Some(("import", matches)) => Ok(PolicyCommand::Import(import(matches)?)),
        _ => Err(UsageError::NoPolicyCommand),
    }
}

fn import(matches: &ArgMatches) -> Result<PolicyImport, UsageError> {
    let (format, files) = source(matches)?;
    let import = PolicyImport {
        format,
        files,
        rule: text(matches, "rule"),
        image: text(matches, "image"),
        owner: text(matches, "owner"),
        reason: text(matches, "reason"),
        detail: match matches.get_flag("quiet") {
            true => Detail::Quiet,
            false => Detail::Normal,
        },
    };
    let needed = [
        ("--rule", &import.rule),
        ("--image", &import.image),
        ("--owner", &import.owner),
    ];
    let lacking = needed.into_iter().find(|(_, value)| value.is_none());
    match (format, lacking) {
        (policy_import::Format::Trivyignore, Some((other, _))) => Err(UsageError::Needs {
            option: "--trivyignore",
            other,
            reason: "an exception is of a rule and an image, and somebody answers for it",
        }),
        _ => Ok(import),
    }
}

/// Exactly one.
fn source(matches: &ArgMatches) -> Result<(policy_import::Format, Vec<PathBuf>), UsageError> {
    let formats = [
        ("trivyignore", policy_import::Format::Trivyignore),
        ("stackrox", policy_import::Format::Stackrox),
        ("cluster-image-policy", policy_import::Format::ClusterImagePolicy),
        ("key-bundle", policy_import::Format::KeyBundle),
    ];
    let given = formats.into_iter().filter(|(name, _)| matches.contains_id(name));
    let given: Vec<_> = given.collect();
    match given.as_slice() {
        [] => Err(UsageError::NoSource),
        [(name, format)] => {
            let files = matches.get_many::<String>(name).into_iter().flatten();
            Ok((*format, files.map(PathBuf::from).collect()))
        }
        [(one, _), (other, _), ..] => Err(UsageError::Conflict {
            option: format!("--{one}"),
            other: format!("--{other}"),
        }),
    }
}

fn file(matches: &ArgMatches) -> PathBuf {
    text(matches, "file").map_or_else(|| PathBuf::from(DEFAULT_POLICY), PathBuf::from)
}

fn text(matches: &ArgMatches, name: &str) -> Option<String> {
    matches.get_one::<String>(name).cloned()
}
