//! What is wrong with a command line, and what to write instead.

use std::fmt::{self, Display};

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::run::Fault;
use crate::untrusted::Untrusted;

/// Each ends in exit 2, before anything is read or fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UsageError {
    UnknownOption {
        option: String,
        similar: Option<String>,
    },
    UnknownCommand {
        command: String,
        similar: Option<String>,
    },
    MissingValue {
        option: String,
    },
    BadValue {
        option: String,
        value: String,
        expected: String,
    },
    Repeated {
        option: String,
    },
    Conflict {
        option: String,
        other: String,
    },
    Needs {
        option: &'static str,
        other: &'static str,
        reason: &'static str,
    },
    NotUnicode,
    NoCommand,
    /// of `completions`
    NoShell,
    /// of `policy`
    NoPolicyCommand,
    /// of `policy import`
    NoSource,
    /// of `check`, `list` or `extract`
    NoImage {
        command: &'static str,
    },
    NoPolicy,
    /// of `extract`
    NobodyTrusted,
    /// of `extract`
    NoType,
    PrintPolicyWithoutFlags,
    PolicyAndIdentity {
        flag: &'static str,
    },
    KeyAndCertificate {
        flag: &'static str,
    },
    NowWithoutLayout,
    /// several of what there can be one of
    Several {
        what: String,
    },
    /// a value where none belongs
    Unexpected {
        value: String,
    },
    /// of `trust`
    NoTrustCommand,
    /// of `trust`
    NoTrustName,
    /// one that is not foreseen; the text is the parser's
    Other {
        text: String,
    },
}

impl Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |text| Untrusted(text);
        match self {
            Self::UnknownOption { option, .. } => {
                write!(f, "there is no option `{}`", text(option))
            }
            Self::UnknownCommand { command, .. } => {
                write!(f, "there is no command `{}`", text(command))
            }
            Self::MissingValue { option } => write!(f, "`{}` needs a value", text(option)),
            Self::BadValue {
                option,
                value,
                expected,
            } => {
                write!(f, "`{}` takes {}, not `{}`", text(option), text(expected), text(value))
            }
            Self::Repeated { option } => write!(f, "`{}` is given more than once", text(option)),
            Self::Conflict { option, other } => {
                write!(f, "`{}` and `{}` exclude each other", text(option), text(other))
            }
            Self::Needs { option, other, .. } => write!(f, "`{option}` needs `{other}`"),
            Self::NotUnicode => f.write_str("an argument is not Unicode text"),
            Self::NoCommand => f.write_str("no command is given"),
            Self::NoShell => f.write_str("no shell is named"),
            Self::NoPolicyCommand => f.write_str("`portcullis policy` needs a command"),
            Self::NoSource => f.write_str("nothing says what to import"),
            Self::NoImage { .. } => f.write_str("no image is named"),
            Self::NoPolicy => f.write_str("nothing says who must have signed"),
            Self::NobodyTrusted => f.write_str("nothing says who is trusted"),
            Self::NoType => f.write_str("nothing says what to extract"),
            Self::PrintPolicyWithoutFlags => f.write_str("`--print-policy` has no flags to print as a policy"),
            Self::PolicyAndIdentity { flag } => {
                write!(f, "`--policy` and `{flag}` exclude each other")
            }
            Self::KeyAndCertificate { flag } => {
                write!(f, "`--key` and `{flag}` exclude each other")
            }
            Self::NowWithoutLayout => f.write_str("`--now` needs `--layout`"),
            Self::Several { what } => write!(f, "one {} is expected, and more are given", text(what)),
            Self::Unexpected { value } => write!(f, "`{}` does not belong here", text(value)),
            Self::NoTrustCommand => f.write_str("`trust` is told nothing to do"),
            Self::NoTrustName => f.write_str("no trusted root is named"),
            Self::Other { text: words } => write!(f, "{}", text(words)),
        }
    }
}

impl std::error::Error for UsageError {}

impl UsageError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::UnknownOption {
                similar: Some(similar), ..
            } => return Some(format!("did you mean `{}`?", Untrusted(similar))),
            Self::UnknownOption { similar: None, .. } => "`portcullis check --help` lists the options",
            Self::UnknownCommand {
                similar: Some(similar), ..
            } => return Some(format!("did you mean `{}`?", Untrusted(similar))),
            Self::UnknownCommand { similar: None, .. } => {
                "the commands are `check`, `list`, `extract`, `policy`, `trust` and `completions`"
            }
            Self::NoShell => "they are bash, zsh, fish and powershell",
            Self::NoPolicyCommand => "they are `check`, `digest`, `schema`, `explain` and `import`",
            Self::NoSource => "give one of `--trivyignore`, `--stackrox`, `--cluster-image-policy` and `--key-bundle`",
            Self::NoCommand => "portcullis check ghcr.io/acme/api:v1.4.2, or `portcullis --help`",
            Self::Needs { reason, .. } => reason,
            Self::NoImage { command: "list" } => "portcullis list ghcr.io/acme/api:v1.4.2",
            Self::NoImage { command: "extract" } => "portcullis extract --type slsa ghcr.io/acme/api:v1.4.2",
            Self::NoImage { .. } => {
                "portcullis check ghcr.io/acme/api:v1.4.2, or `--files PATH`, or `--images-file FILE`"
            }
            Self::NoPolicy => {
                "write a portcullis.yaml, name one with `--policy`, or give `--key`, or `--certificate-identity` and \
                 `--certificate-oidc-issuer`"
            }
            Self::NobodyTrusted => {
                "name a policy with `--policy`, or give `--key`, or `--certificate-identity` and \
                 `--certificate-oidc-issuer`; `--allow-unverified` hands out what nobody proved"
            }
            Self::NoType => "give `--type`, such as `--type slsa`, or `--all`; `portcullis list` shows what there is",
            Self::PrintPolicyWithoutFlags => {
                "give `--key`, or `--certificate-identity` and `--certificate-oidc-issuer`"
            }
            Self::PolicyAndIdentity { .. } => {
                "name the signer in the policy; `--print-policy` without `--policy` shows how"
            }
            Self::KeyAndCertificate { .. } => {
                "a policy can accept either of two signers; `--print-policy` shows how to begin one"
            }
            Self::Several { what } if what == "IMAGE" => {
                "`check` takes several images, `list` and `extract` one at a time"
            }
            Self::Unexpected { .. } => "`portcullis help COMMAND` says what a command takes",
            Self::NoTrustCommand => "portcullis trust update, or `list`, `show`, `export`",
            Self::NoTrustName => "portcullis trust show sigstore; `portcullis trust list` shows which there are",
            Self::NowWithoutLayout => {
                "against a registry the clock decides; save the image as a layout to look at it as of another time"
            }
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

impl From<&UsageError> for Fault {
    fn from(error: &UsageError) -> Self {
        Self::Usage {
            message: error.to_string(),
            hint: error.hint(),
        }
    }
}

impl From<&clap::Error> for UsageError {
    fn from(error: &clap::Error) -> Self {
        let context = |kind| error.get(kind).and_then(first);
        let option = context(ContextKind::InvalidArg)
            .map(|option| name(&option))
            .unwrap_or_default();
        let value = context(ContextKind::InvalidValue).unwrap_or_default();
        match error.kind() {
            ErrorKind::UnknownArgument if is_value(&option) => Self::Unexpected {
                value: context(ContextKind::InvalidArg).unwrap_or_default(),
            },
            ErrorKind::UnknownArgument => Self::UnknownOption {
                option,
                similar: context(ContextKind::SuggestedArg),
            },
            ErrorKind::InvalidSubcommand => Self::UnknownCommand {
                command: context(ContextKind::InvalidSubcommand).unwrap_or_default(),
                similar: context(ContextKind::SuggestedSubcommand),
            },
            ErrorKind::InvalidValue | ErrorKind::ValueValidation if !value.is_empty() => {
                let expected = match error.get(ContextKind::ValidValue) {
                    Some(ContextValue::Strings(values)) => values.join(", "),
                    _ => "another value".to_owned(),
                };
                Self::BadValue {
                    option,
                    value,
                    expected,
                }
            }
            ErrorKind::InvalidValue | ErrorKind::NoEquals | ErrorKind::TooFewValues => Self::MissingValue { option },
            ErrorKind::TooManyValues => Self::Several { what: option },
            ErrorKind::ArgumentConflict => match context(ContextKind::PriorArg).map(|other| name(&other)) {
                Some(other) if other != option => Self::Conflict { option, other },
                _ if is_value(&option) => Self::Several { what: option },
                _ => Self::Repeated { option },
            },
            ErrorKind::InvalidUtf8 => Self::NotUnicode,
            _ => Self::Other {
                text: error
                    .render()
                    .to_string()
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .trim_start_matches("error: ")
                    .to_owned(),
            },
        }
    }
}

fn first(value: &ContextValue) -> Option<String> {
    match value {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => texts.first().cloned(),
        _ => None,
    }
}

/// `--now <RFC3339>` is called `--now`, and `[IMAGE]...` `IMAGE`.
fn name(option: &str) -> String {
    let first = option.split(' ').next().unwrap_or_default();
    first.trim_matches(['[', ']', '.']).to_owned()
}

/// No option, by its name.
fn is_value(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('-')
}
