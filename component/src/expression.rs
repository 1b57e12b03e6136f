//! Conditions on what statements say: a subset of CEL (github.com/cel-expr/cel-spec) that is checked when the policy is read
//! and evaluated strictly (docs/rules/attestation.md).
//!
//! The subset is read and evaluated here and not by the crate `cel`, which compares values of different kinds, lets `||`
//! swallow errors, has no limit of cost and brings a runtime for generated parsers.

mod call;
mod compare;
mod error;
mod evaluate;
mod functions;
mod kinds;
mod moment;
mod operate;
mod parse;
mod refusal;
mod scope;
mod token;
mod tree;
mod value;

use evaluate::Evaluation;
use tree::Node;

pub use error::{Error, ErrorCause};
pub(crate) use refusal::Refusal;
pub use scope::Scope;
pub(crate) use value::Value;

/// Right by construction: its names exist, and no part of it is certain to fail.
#[derive(Debug, Clone)]
pub struct Expression {
    source: String,
    root: Node,
}

impl Expression {
    pub fn parse(source: &str, scope: Scope) -> Result<Self, Error> {
        let root = parse::parse(source)?;
        kinds::check(source, &root, scope.variables())?;
        Ok(Self {
            source: source.to_owned(),
            root,
        })
    }

    /// Satisfied by the boolean `true` and by nothing else. `variables` are those of the scope.
    pub(crate) fn demand(&self, variables: &[(&'static str, Value<'_>)]) -> Result<(), Refusal> {
        Evaluation::new(variables).demand(&self.root).map_err(|(span, cause)| {
            let (line, column) = error::place(&self.source, span.from);
            let part = self.source.get(span.from..span.to).unwrap_or(&self.source);
            Refusal {
                line,
                column,
                part: refusal::part(part),
                cause,
            }
        })
    }
}

/// In one line, cut where it would fill the screen.
impl std::fmt::Display for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&refusal::part(&self.source))
    }
}

/// The start of the Unix epoch is zero.
pub(crate) fn time(seconds: i64) -> Value<'static> {
    Value::Time(moment::of_seconds(seconds))
}

#[cfg(test)]
mod tests;
