//! Why a policy in Rego did not allow.

use std::fmt;

use regorus::Value;
use regorus::rvm::vm::VmError;

use crate::limits;

/// Everything but an `allow` that is true and a `deny` that is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// `allow` has no value.
    Undefined,
    /// `allow` is something else than the boolean true.
    NotTrue(String),
    /// What `deny` says.
    Denied(Vec<String>),
    Failed(String),
    /// Neither yes nor no: too much data, or too many instructions.
    Budget,
}

impl Refusal {
    pub(super) fn of_machine(error: VmError) -> Self {
        match error {
            VmError::InstructionLimitExceeded { .. } => Self::Budget,
            other => Self::Failed(shown(&other.to_string())),
        }
    }

    pub fn is_undecided(&self) -> bool {
        *self == Self::Budget
    }

    pub fn found(&self) -> String {
        match self {
            Self::Undefined => "no value".to_owned(),
            Self::NotTrue(value) => value.clone(),
            Self::Denied(reasons) => reasons.join("; "),
            Self::Failed(reason) => reason.clone(),
            Self::Budget => "more".to_owned(),
        }
    }

    pub fn expected(&self) -> String {
        match self {
            Self::Undefined | Self::NotTrue(_) | Self::Failed(_) => "`allow` to be true".to_owned(),
            Self::Denied(_) => "`deny` to be empty".to_owned(),
            Self::Budget => format!(
                "at most {} values and {} instructions",
                limits::REGO_VALUES,
                limits::REGO_INSTRUCTIONS
            ),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Undefined => f.write_str("`allow` has no value"),
            Self::NotTrue(value) => write!(f, "`allow` is {value}"),
            Self::Denied(reasons) => write!(f, "`deny` says {}", reasons.join("; ")),
            Self::Failed(reason) => write!(f, "the policy cannot be evaluated: {reason}"),
            Self::Budget => f.write_str("the evaluation takes too long"),
        }
    }
}

impl std::error::Error for Refusal {}

pub(super) fn allowed(allow: &Value) -> Result<(), Refusal> {
    match allow {
        Value::Bool(true) => Ok(()),
        Value::Undefined => Err(Refusal::Undefined),
        other => Err(Refusal::NotTrue(value(other))),
    }
}

/// A rule `deny` that is false or has no value denies nothing; what is neither that nor empty is a denial.
pub(super) fn not_denied(deny: &Value) -> Result<(), Refusal> {
    const MOST: usize = 10;
    let reasons: Vec<String> = match deny {
        Value::Undefined | Value::Bool(false) => return Ok(()),
        Value::Set(reasons) => reasons.iter().take(MOST).map(value).collect(),
        Value::Array(reasons) => reasons.iter().take(MOST).map(value).collect(),
        other => vec![value(other)],
    };
    if reasons.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Denied(reasons))
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::String(text) => shown(text),
        Value::Undefined => "no value".to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::Null => format!("`{value}`"),
        Value::Array(_) | Value::Set(_) | Value::Object(_) => "no boolean".to_owned(),
    }
}

/// Text of others for a message: one line, cut.
fn shown(text: &str) -> String {
    const LONGEST: usize = 200;
    let line = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let short: String = line.take(LONGEST).collect();
    format!("`{short}`")
}
