//! Why an inquiry has no answer, as the renderers tell it.

use crate::bundles::BundleError;
use crate::component;
use crate::kept::KeptError;
use crate::layout::LayoutError;
use crate::policy_source::FileError;
use crate::run::{FLAGS, Fault};
use crate::source::{in_words, in_words_and_hint};
use crate::wit::diagnostics::{self, Diagnostic, Level};

/// What makes an inquiry impossible.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Layout(#[from] LayoutError),
    #[error(transparent)]
    Bundle(#[from] BundleError),
    #[error(transparent)]
    Kept(#[from] KeptError),
    #[error("`{option}`: expected a registry host with an optional port, found `{found}`")]
    Host { option: &'static str, found: String },
    #[error(
        "`--tls-registry`: expected a registry on loopback, found `{found}`\nhint: every other one is spoken to over TLS anyway"
    )]
    NotLoopback { found: String },
    #[error("`--evidence-repository`: expected `registry/repository` without tag and digest, found `{found}`")]
    Repository { found: String },
    #[error("`{reference}` has no digest\nhint: with `--bundle` alone nothing is asked for; write `NAME@sha256:…`")]
    NoDigest { reference: String },
    #[error("the policy is wrong")]
    Policy(Vec<Diagnostic>),
    #[error("{place}: {reason}")]
    Bug { place: String, reason: String },
}

pub fn refused(error: component::Error) -> Error {
    match error {
        component::Error::Refused(diagnostics::Error::Policy(faults)) => Error::Policy(faults),
        other => bug(other),
    }
}

pub(crate) fn bug(error: component::Error) -> Error {
    match error {
        component::Error::Refused(diagnostics::Error::Request(reason)) => Error::Bug {
            place: "the request".to_owned(),
            reason,
        },
        component::Error::Trapped { place, reason } => Error::Bug { place, reason },
        other => Error::Bug {
            place: "the component".to_owned(),
            reason: in_words(&other),
        },
    }
}

impl Error {
    /// As the renderers tell it; `image` is what was being judged, if anything was.
    pub fn faults(&self, image: &str) -> Vec<Fault> {
        match self {
            Self::Policy(diagnostics) => diagnostics
                .iter()
                .filter(|one| one.level == Level::Error)
                .map(|one| Fault::Policy(one.clone()))
                .collect(),
            Self::Bug { place, reason } => {
                vec![Fault::Bug {
                    image: image.to_owned(),
                    place: format!("{place}: {reason}"),
                }]
            }
            other => vec![usage(other)],
        }
    }
}

pub fn usage(error: &dyn std::error::Error) -> Fault {
    let (message, hint) = in_words_and_hint(error);
    Fault::Usage { message, hint }
}

/// What is wrong with a file that the policy names, at the line that names it.
pub(super) fn at_line(file: &str, line: u32, error: &FileError) -> Diagnostic {
    let (message, hint) = in_words_and_hint(error);
    let from = if file == FLAGS {
        "the path counts from the current folder"
    } else {
        "the path counts from the policy"
    };
    Diagnostic {
        level: Level::Error,
        file: file.to_owned(),
        line,
        column: 0,
        message,
        hint: hint.or_else(|| Some(from.to_owned())),
    }
}
