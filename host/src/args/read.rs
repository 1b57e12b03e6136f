//! From what `clap` matched to values, with the combinations that make no sense refused.

use clap::ArgMatches;
use std::path::PathBuf;

use super::identity::{self, Attested, Flags, TransparencyLog};
use super::{Check, CheckAction, List, PolicyChoice, Surroundings, UsageError, evidence, files, output};
use crate::collect::Depth;
use crate::run::{Source, Weakening};
use crate::wit::basics::Mode;

pub fn check(matches: &ArgMatches, surroundings: &Surroundings) -> Result<Check, UsageError> {
    let policy = demanding(matches, policy(matches, surroundings)?)?.ok_or(UsageError::NoPolicy)?;
    let action = action(matches, &policy)?;
    let mode = match matches.get_one::<String>("mode").map(String::as_str) {
        Some("inform") => Mode::Inform,
        _ => Mode::Enforce,
    };
    Ok(Check {
        images: files::images(matches, action, &policy)?,
        evidence: evidence::read(matches, &surroundings.environment)?,
        mode,
        format: output::format(matches, &surroundings.environment)?,
        reports: output::reports(matches)?,
        comment: matches.get_flag("comment"),
        detail: output::detail(matches),
        action,
        output_signature: matches.get_one::<String>("output-signature").map(PathBuf::from),
        output_certificate: matches.get_one::<String>("output-certificate").map(PathBuf::from),
        weakenings: weakenings_of_check(matches, mode, &policy),
        policy,
    })
}

pub fn list(matches: &ArgMatches, surroundings: &Surroundings) -> Result<List, UsageError> {
    let policy = policy(matches, surroundings)?;
    Ok(List {
        image: matches
            .get_one::<String>("image")
            .cloned()
            .ok_or(UsageError::NoImage { command: "list" })?,
        evidence: evidence::read(matches, &surroundings.environment)?,
        format: output::list_format(matches),
        depth: match matches.get_flag("inspect") {
            true => Depth::Strangers,
            false => Depth::Named,
        },
        detail: output::detail(matches),
        weakenings: weakenings(matches, Mode::Enforce, policy.as_ref()),
        policy,
    })
}

/// `--type` and `--all-attestations`: what the signer of the flags must have signed in place of the image.
fn demanding(matches: &ArgMatches, policy: Option<PolicyChoice>) -> Result<Option<PolicyChoice>, UsageError> {
    let types: Vec<String> = matches
        .get_many::<String>("type")
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    let (flag, attested) = match (types.is_empty(), matches.get_flag("all-attestations")) {
        (true, false) => return Ok(policy),
        (false, _) => ("--type", Attested::Types(types)),
        (true, true) => ("--all-attestations", Attested::All),
    };
    match policy {
        Some(PolicyChoice::Flags(flags)) => {
            if !flags.annotations.is_empty() && !attested.signature() {
                let (option, other) = ("--annotations", "--type signature");
                let reason = "annotations are of an image signature";
                return Err(UsageError::Needs { option, other, reason });
            }
            Ok(Some(PolicyChoice::Flags(Flags { attested, ..flags })))
        }
        Some(PolicyChoice::File { .. }) if matches.contains_id("policy") || matches.contains_id("policy-digest") => {
            Err(UsageError::PolicyAndIdentity { flag })
        }
        _ => Err(UsageError::Needs {
            option: flag,
            other: "--key",
            reason: "or `--certificate-identity` with `--certificate-oidc-issuer`",
        }),
    }
}

/// A file that was named, else the flags, else the file that lies there.
pub(super) fn policy(matches: &ArgMatches, surroundings: &Surroundings) -> Result<Option<PolicyChoice>, UsageError> {
    let file = matches.get_one::<String>("policy").map(PathBuf::from);
    let digest = matches
        .get_one::<String>("policy-digest")
        .map(|digest| sha256(digest))
        .transpose()?;
    if let (true, Some(flag)) = (file.is_some() || digest.is_some(), identity::given(matches)) {
        return Err(UsageError::PolicyAndIdentity { flag });
    }
    if let Some(flags) = identity::read(matches)? {
        return Ok(Some(PolicyChoice::Flags(flags)));
    }
    match file.or_else(|| surroundings.default_policy.clone()) {
        Some(path) => Ok(Some(PolicyChoice::File { path, digest })),
        None if digest.is_some() => {
            let reason = "there is no portcullis.yaml in the current directory";
            Err(UsageError::Needs {
                option: "--policy-digest",
                other: "--policy",
                reason,
            })
        }
        None => Ok(None),
    }
}

fn sha256(digest: &str) -> Result<String, UsageError> {
    let hex = digest.strip_prefix("sha256:").unwrap_or_default();
    let lower_case = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    match hex.len() == 64 && hex.bytes().all(lower_case) {
        true => Ok(digest.to_owned()),
        false => Err(UsageError::BadValue {
            option: "--policy-digest".to_owned(),
            value: digest.to_owned(),
            expected: "sha256: and 64 lower-case hexadecimal digits".to_owned(),
        }),
    }
}

fn action(matches: &ArgMatches, policy: &PolicyChoice) -> Result<CheckAction, UsageError> {
    match (matches.get_flag("print-policy"), policy) {
        (false, _) => Ok(CheckAction::Check),
        (true, PolicyChoice::Flags(_)) => Ok(CheckAction::PrintPolicy),
        (true, PolicyChoice::File { .. }) => Err(UsageError::PrintPolicyWithoutFlags),
    }
}

fn weakenings_of_check(matches: &ArgMatches, mode: Mode, policy: &PolicyChoice) -> Vec<Weakening> {
    let mut all = weakenings(matches, mode, Some(policy));
    all.extend(files::weakenings(matches));
    all
}

pub(super) fn weakenings(matches: &ArgMatches, mode: Mode, policy: Option<&PolicyChoice>) -> Vec<Weakening> {
    let on_command_line = |option: &str, effect: &str| Weakening {
        option: option.to_owned(),
        source: Source::CommandLine,
        effect: effect.to_owned(),
    };
    let mut weakenings = evidence::weakenings(matches);
    if mode == Mode::Inform {
        weakenings.push(on_command_line("--mode inform", "denials do not stop the job"));
    }
    if let Some(PolicyChoice::Flags(Flags {
        transparency_log: TransparencyLog::Ignored,
        ..
    })) = policy
    {
        weakenings.push(on_command_line(
            "--insecure-ignore-tlog",
            "signatures need not be in the transparency log",
        ));
    }
    weakenings
}
