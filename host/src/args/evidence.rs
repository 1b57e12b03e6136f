//! Where evidence comes from, and the options there that weaken the check.

use clap::ArgMatches;
use jiff::Timestamp;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use super::{ClientCertificate, EvidenceOptions, RegistryOptions, UsageError};
use crate::cache;
use crate::ci::Environment;
use crate::limits;
use crate::run::{Source, Weakening};

pub fn read(matches: &ArgMatches, environment: &Environment) -> Result<EvidenceOptions, UsageError> {
    let layout = path(matches, "layout");
    let now = matches.get_one::<String>("now").map(|now| time(now)).transpose()?;
    if now.is_some() && layout.is_none() {
        return Err(UsageError::NowWithoutLayout);
    }
    Ok(EvidenceOptions {
        layout,
        bundles: texts(matches, "bundle").map(PathBuf::from).collect(),
        trusted_root: path(matches, "trusted-root"),
        now,
        jobs: jobs(matches, environment)?,
        kept_roots: kept_roots(matches, environment),
        registry: RegistryOptions {
            insecure: texts(matches, "insecure-registry").cloned().collect(),
            ca_file: path(matches, "ca-file"),
            client: client(matches)?,
            secure: texts(matches, "tls-registry").cloned().collect(),
            token_hosts: texts(matches, "token-host").cloned().collect(),
            evidence: texts(matches, "evidence-repository").cloned().collect(),
            cache: cache_folder(matches, environment),
            requests: number(matches, "max-requests", usize::MAX)?,
            candidates: number(matches, "max-referrers", limits::CANDIDATES)?,
        },
    })
}

/// Pipelines often start with an empty disk, and what they share between jobs is for their configuration to say.
fn cache_folder(matches: &ArgMatches, environment: &Environment) -> Option<PathBuf> {
    if matches.get_flag("no-cache") {
        return None;
    }
    let variable = || environment.variable("PORTCULLIS_CACHE_DIR").map(PathBuf::from);
    let named = path(matches, "cache-dir").or_else(variable);
    named.or_else(|| match environment.variable("CI") {
        None | Some("false") => cache::folder(environment),
        Some(_) => None,
    })
}

fn number(matches: &ArgMatches, name: &str, most: usize) -> Result<Option<NonZeroUsize>, UsageError> {
    let Some(value) = matches.get_one::<String>(name) else {
        return Ok(None);
    };
    let number = value.parse().ok().filter(|number: &NonZeroUsize| number.get() <= most);
    let bad = || UsageError::BadValue {
        option: format!("--{name}"),
        value: value.clone(),
        expected: match most {
            usize::MAX => "a number from 1".to_owned(),
            most => format!("a number from 1 to {most}"),
        },
    };
    number.map(Some).ok_or_else(bad)
}

/// Kept roots are used in pipelines too: whoever refreshed them there wants them. None with `--no-cache`.
pub fn kept_roots(matches: &ArgMatches, environment: &Environment) -> Option<PathBuf> {
    if matches.get_flag("no-cache") {
        return None;
    }
    let variable = || environment.variable("PORTCULLIS_CACHE_DIR").map(PathBuf::from);
    let named = path(matches, "cache-dir").or_else(variable);
    named.or_else(|| cache::folder(environment))
}

/// For a server that is not a registry: without credentials.
pub fn server(matches: &ArgMatches) -> RegistryOptions {
    RegistryOptions {
        ca_file: path(matches, "ca-file"),
        ..RegistryOptions::default()
    }
}

fn client(matches: &ArgMatches) -> Result<Option<ClientCertificate>, UsageError> {
    let needs = |option, other| UsageError::Needs {
        option,
        other,
        reason: "a registry is shown both or none",
    };
    match (path(matches, "cert"), path(matches, "key-file")) {
        (Some(certificate), Some(key)) => Ok(Some(ClientCertificate { certificate, key })),
        (Some(_), None) => Err(needs("--cert", "--key-file")),
        (None, Some(_)) => Err(needs("--key-file", "--cert")),
        (None, None) => Ok(None),
    }
}

/// What every report must show of these options.
pub fn weakenings(matches: &ArgMatches) -> Vec<Weakening> {
    let options = [
        (
            "trusted-root",
            "this file says who can be trusted, in place of the policy",
        ),
        ("now", "judged as of this time, not of the clock"),
        ("insecure-registry", "this registry is spoken to without TLS"),
        (
            "token-host",
            "this host receives the credentials of registries that name it",
        ),
    ];
    let given = options.into_iter().flat_map(|(name, effect)| {
        texts(matches, name).map(move |value| Weakening {
            option: format!("--{name} {value}"),
            source: Source::CommandLine,
            effect: effect.to_owned(),
        })
    });
    given.collect()
}

fn path(matches: &ArgMatches, name: &str) -> Option<PathBuf> {
    matches.get_one::<String>(name).map(PathBuf::from)
}

fn texts<'m>(matches: &'m ArgMatches, name: &str) -> impl Iterator<Item = &'m String> {
    matches.get_many::<String>(name).into_iter().flatten()
}

fn time(text: &str) -> Result<i64, UsageError> {
    let bad = || UsageError::BadValue {
        option: "--now".to_owned(),
        value: text.to_owned(),
        expected: "a time such as 2026-11-23T00:00:00Z".to_owned(),
    };
    text.parse::<Timestamp>().map(Timestamp::as_second).map_err(|_| bad())
}

/// `PORTCULLIS_JOBS` is harmless: it changes how long it takes.
fn jobs(matches: &ArgMatches, environment: &Environment) -> Result<Option<NonZeroUsize>, UsageError> {
    let (option, value) = match (
        matches.get_one::<String>("jobs"),
        environment.variable("PORTCULLIS_JOBS"),
    ) {
        (Some(value), _) => ("--jobs", value.as_str()),
        (None, Some(value)) => ("PORTCULLIS_JOBS", value),
        (None, None) => return Ok(None),
    };
    let bad = |_| UsageError::BadValue {
        option: option.to_owned(),
        value: value.to_owned(),
        expected: "a number from 1".to_owned(),
    };
    value.parse().map(Some).map_err(bad)
}
