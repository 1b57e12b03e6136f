//! Why a file is no policy that can be held.

use std::fmt;

use crate::limits;

/// Always an error of the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    TooLong {
        found: usize,
    },
    NotText,
    TooDeep {
        line: usize,
    },
    /// A sum of many terms is a deep tree without any bracket.
    TooManyOperators {
        line: usize,
    },
    TooManyRules {
        found: usize,
    },
    Package {
        found: String,
    },
    NoAllow {
        denies: bool,
    },
    /// In regorus' words, without the line that it quotes: what is in a file stays out of messages.
    Refused {
        place: Option<String>,
        reason: String,
    },
}

impl Error {
    /// regorus writes `--> path:line:column`, the line, a mark below it, and `error: reason`.
    pub(super) fn of_regorus(error: impl fmt::Display) -> Self {
        let text = error.to_string();
        let mut lines = text.lines();
        let place = lines.by_ref().find_map(|line| line.trim_start().strip_prefix("--> "));
        let reason = lines.find_map(|line| line.strip_prefix("error: "));
        Self::Refused {
            place: place.and_then(line_and_column),
            reason: reason.unwrap_or("it cannot be compiled").chars().take(200).collect(),
        }
    }

    pub fn hint(&self) -> &'static str {
        match self {
            Self::TooLong { .. } | Self::TooDeep { .. } | Self::TooManyOperators { .. } | Self::TooManyRules { .. } => {
                "make several rules of it"
            }
            Self::NotText => "a policy in Rego is UTF-8",
            Self::Package { .. } => "as for `cosign verify-attestation --policy`: `package signature`",
            Self::NoAllow { .. } => {
                "`allow` must be there and be true; `deny` alone would let through what it does not know"
            }
            Self::Refused { .. } => {
                "Rego v0 and v1 without `with`, `http`, `time`, `rand` and `opa.runtime`; the time is `data.portcullis.now`"
            }
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { found } => write!(f, "{found} bytes, at most {}", limits::REGO_BYTES),
            Self::NotText => f.write_str("not UTF-8"),
            Self::TooDeep { line } => write!(f, "line {line}: nested deeper than {}", limits::REGO_NESTING),
            Self::TooManyOperators { line } => {
                write!(
                    f,
                    "line {line}: more than {} arithmetic and set operators",
                    limits::REGO_OPERATORS
                )
            }
            Self::TooManyRules { found } => write!(f, "{found} rules, at most {}", limits::REGO_RULES),
            Self::Package { found } => write!(f, "the package is `{found}`, expected `signature`"),
            Self::NoAllow { denies: true } => f.write_str("`deny` without `allow`"),
            Self::NoAllow { denies: false } => f.write_str("no rule `allow`"),
            Self::Refused { place, reason } => match place {
                Some(place) => write!(f, "{place}: {reason}"),
                None => f.write_str(reason),
            },
        }
    }
}

impl std::error::Error for Error {}

fn line_and_column(place: &str) -> Option<String> {
    let mut parts = place.rsplitn(3, ':');
    let (column, line) = (parts.next()?, parts.next()?);
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    (number(column) && number(line)).then(|| format!("line {line}, column {column}"))
}
