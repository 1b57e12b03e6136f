//! `portcullis trust`: its actions, and the options that go with each.

use clap::ArgMatches;
use std::path::PathBuf;

use super::{TrustAction, TrustCommand, UsageError, evidence};
use crate::ci::Environment;

pub fn trust(matches: &ArgMatches, environment: &Environment) -> Result<TrustCommand, UsageError> {
    match matches.subcommand() {
        Some(("update", matches)) => update(matches, environment),
        Some(("list", matches)) => Ok(TrustCommand {
            cache: evidence::kept_roots(matches, environment),
            ..of(TrustAction::List)
        }),
        Some(("show", matches)) => of_one(TrustAction::Show, matches, environment),
        Some(("export", matches)) => Ok(TrustCommand {
            output: path(matches, "output"),
            ..of_one(TrustAction::Export, matches, environment)?
        }),
        _ => Err(UsageError::NoTrustCommand),
    }
}

fn update(matches: &ArgMatches, environment: &Environment) -> Result<TrustCommand, UsageError> {
    let names = names(matches);
    let mirror = matches.get_one::<String>("mirror").cloned();
    let root = path(matches, "root");
    let one = names.len() == 1;
    for (option, given) in [("--mirror", mirror.is_some()), ("--root", root.is_some())] {
        if given && !one {
            let reason = "a repository is that of one trusted root";
            return Err(UsageError::Needs {
                option,
                other: "NAME",
                reason,
            });
        }
    }
    Ok(TrustCommand {
        names,
        root,
        cache: evidence::kept_roots(matches, environment),
        registry: evidence::server(matches),
        ..of(TrustAction::Update { mirror })
    })
}

fn of_one(action: TrustAction, matches: &ArgMatches, environment: &Environment) -> Result<TrustCommand, UsageError> {
    let names = names(matches);
    if names.is_empty() {
        return Err(UsageError::NoTrustName);
    }
    Ok(TrustCommand {
        names,
        root: path(matches, "root"),
        cache: evidence::kept_roots(matches, environment),
        ..of(action)
    })
}

fn of(action: TrustAction) -> TrustCommand {
    TrustCommand {
        action,
        names: Vec::new(),
        root: None,
        output: None,
        cache: None,
        registry: super::RegistryOptions::default(),
    }
}

fn names(matches: &ArgMatches) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in matches.get_many::<String>("name").into_iter().flatten() {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

fn path(matches: &ArgMatches, name: &str) -> Option<PathBuf> {
    matches.get_one::<String>(name).map(PathBuf::from)
}
