//! `portcullis trust`: refreshes trusted roots and shows them. The component says what to fetch and what to believe.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::args::{TrustAction, TrustCommand};
use crate::auth;
use crate::component::{self, Component};
use crate::exit::Exit;
use crate::inquiry::{self, usage};
use crate::kept::{KeptError, KeptRoots};
use crate::limits;
use crate::policy_source::{self, FileError};
use crate::registry::{Files, FilesError};
use crate::run::Fault;
use crate::wit::trust::{self, Description, FaultKind, Fetched, Kept, Refreshed, Repository, Step};

/// The repositories that are known by their name, and where they are.
const KNOWN: [(&str, &str); 3] = [
    ("sigstore", "https://tuf-repo-cdn.sigstore.dev"),
    ("github", "https://tuf-repo.github.com"),
    ("sigstore-staging", "https://tuf-repo-cdn.sigstage.dev"),
];

/// What `update` refreshes where nothing is named: the roots of public services.
const USUAL: [&str; 2] = ["sigstore", "github"];

/// What came of one root.
#[derive(Debug)]
pub struct Outcome {
    pub name: String,
    pub result: Result<Answer, Error>,
}

#[derive(Debug)]
pub enum Answer {
    Shown(Box<Description>),
    /// It is there, and whether it verifies is not known without the root that it hangs from.
    Kept,
    Refreshed {
        refreshed: Box<Refreshed>,
        host: String,
    },
}

/// Why there is no answer about a root.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was fetched, or what was kept, does not verify.
    #[error("`{}`: {}{}", .0.file, .0.reason, hint(.0))]
    Refused(trust::Fault),
    #[error(transparent)]
    Fetch(#[from] FilesError),
    #[error(transparent)]
    Kept(#[from] KeptError),
    #[error("no address is known for `{name}`\nhint: give `--mirror URL`")]
    NoAddress { name: String },
    #[error(transparent)]
    Component(#[from] component::Error),
    #[error("`{name}` wants more than {limit} files")]
    Endless { name: String, limit: usize },
}

fn hint(fault: &trust::Fault) -> String {
    let hint = fault.hint.as_ref();
    hint.map_or_else(String::new, |hint| format!("\nhint: {hint}"))
}

/// Carries out the command; a fault of the call itself comes before any work.
pub fn run(trust: &TrustCommand, credentials: auth::Environment) -> Result<Vec<Outcome>, Vec<Fault>> {
    let fault = |error: &dyn std::error::Error| vec![usage(error)];
    let component = Component::load().map_err(|error| inquiry::bug(error).faults("trust"))?;
    let root = trust.root.as_ref().map(|path| policy_source::initial_root(path));
    let root = root.transpose().map_err(|error: FileError| fault(&error))?;
    let settings = inquiry::settings::of(&trust.registry, credentials).map_err(|error| error.faults("trust"))?;
    let desk = Desk {
        component,
        kept: trust.cache.as_ref().map(|cache| KeptRoots::below(cache)),
        root,
    };
    let names = desk.names(trust).map_err(|error| fault(&error))?;
    let result = |name: &String| match &trust.action {
        TrustAction::Update { mirror } => {
            let files = desk.files(name, mirror.as_deref(), settings.clone())?;
            desk.update(name, &files, now())
        }
        TrustAction::List if address(name).is_none() => Ok(Answer::Kept),
        TrustAction::List | TrustAction::Show | TrustAction::Export => desk.show(name),
    };
    let outcome = |name: String| Outcome {
        result: result(&name),
        name,
    };
    Ok(names.into_iter().map(outcome).collect())
}

struct Desk {
    component: Component,
    kept: Option<KeptRoots>,
    root: Option<Vec<u8>>,
}

impl Desk {
    fn names(&self, trust: &TrustCommand) -> Result<Vec<String>, KeptError> {
        let mut names = trust.names.clone();
        if names.is_empty() && matches!(trust.action, TrustAction::Update { .. }) {
            names.extend(USUAL.map(str::to_owned));
        }
        if matches!(trust.action, TrustAction::List) {
            names.extend(KNOWN.map(|(name, _)| name.to_owned()));
            let kept = self.kept.as_ref().map_or(Ok(Vec::new()), KeptRoots::names)?;
            names.extend(kept.into_iter().filter(|name| address(name).is_none()));
        }
        Ok(names)
    }

    fn files(&self, name: &str, mirror: Option<&str>, settings: crate::registry::Settings) -> Result<Files, Error> {
        let no_address = || Error::NoAddress { name: name.to_owned() };
        let address = mirror.or_else(|| address(name)).ok_or_else(no_address)?;
        Ok(Files::at(address, settings)?)
    }

    fn show(&self, name: &str) -> Result<Answer, Error> {
        let shown = self.component.show_trust(&self.repository(name)?, now());
        Ok(Answer::Shown(Box::new(shown.map_err(refused)?)))
    }

    fn update(&self, name: &str, files: &Files, time: i64) -> Result<Answer, Error> {
        let mut repository = self.repository(name)?;
        let mut fetched: Vec<Fetched> = Vec::new();
        let mut step = self.step(&repository, &fetched, time)?;
        while let Step::Wanted(wanted) = step {
            if fetched.len() >= limits::TRUST_FILES {
                return Err(Error::Endless {
                    name: name.to_owned(),
                    limit: limits::TRUST_FILES,
                });
            }
            fetched.push(Fetched {
                content: files.get(&wanted.path, wanted.limit)?,
                path: wanted.path,
            });
            step = self.step(&repository, &fetched, time)?;
        }
        if let Some(kept) = &self.kept {
            let exchange = kept.exchange(name)?;
            // Another process may have been faster, with something newer.
            let now_kept = kept.read(name)?;
            if content(&now_kept) != content(&repository.kept) {
                repository.kept = now_kept;
                step = self.step(&repository, &fetched, time)?;
            }
            if let Step::Done(refreshed) = &step {
                exchange.write(&refreshed.kept)?;
            }
        }
        match step {
            Step::Done(refreshed) => Ok(Answer::Refreshed {
                refreshed: Box::new(refreshed),
                host: files.host(),
            }),
            Step::Wanted(_) => Err(Error::Endless {
                name: name.to_owned(),
                limit: fetched.len(),
            }),
        }
    }

    fn step(&self, repository: &Repository, fetched: &[Fetched], time: i64) -> Result<Step, Error> {
        self.component.update_trust(repository, fetched, time).map_err(refused)
    }

    fn repository(&self, name: &str) -> Result<Repository, KeptError> {
        Ok(Repository {
            name: name.to_owned(),
            root: self.root.clone(),
            kept: match &self.kept {
                Some(kept) => kept.read(name)?,
                None => None,
            },
        })
    }
}

fn refused(error: component::TrustError) -> Error {
    match error {
        component::TrustError::Refused(fault) => Error::Refused(fault),
        component::TrustError::Component(error) => Error::Component(error),
    }
}

fn content(kept: &Option<Kept>) -> Option<&[u8]> {
    kept.as_ref().map(|kept| kept.content.as_slice())
}

fn address(name: &str) -> Option<&'static str> {
    KNOWN
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, address)| *address)
}

/// The clock, and nothing else: metadata that has expired must not be made fresh by a flag.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

impl Outcome {
    pub fn shown(&self) -> Option<&Description> {
        match &self.result {
            Ok(Answer::Shown(description)) => Some(description),
            Ok(Answer::Refreshed { .. } | Answer::Kept) | Err(_) => None,
        }
    }
}

/// What does not verify comes before what could not be fetched.
pub fn exit(outcomes: &[Outcome]) -> Exit {
    let errors = || outcomes.iter().filter_map(|outcome| outcome.result.as_ref().err());
    let any = |exit: Exit| errors().any(|error| error.exit() == exit);
    let order = [Exit::Bug, Exit::Usage, Exit::Deny, Exit::Undecided];
    order.into_iter().find(|exit| any(*exit)).unwrap_or(Exit::Allow)
}

impl Error {
    fn exit(&self) -> Exit {
        match self {
            Self::Component(_) => Exit::Bug,
            Self::Refused(fault) if fault.kind == FaultKind::UnknownRepository => Exit::Usage,
            Self::NoAddress { .. } | Self::Kept(_) | Self::Fetch(FilesError::Address { .. }) => Exit::Usage,
            Self::Refused(_) | Self::Endless { .. } => Exit::Deny,
            Self::Fetch(FilesError::Failed { .. }) => Exit::Undecided,
        }
    }
}
