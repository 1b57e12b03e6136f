//! `attestation:` — there is a statement of a type, by whom the policy names, that says what the policy wants.

use std::fmt;

use crate::expression::{Expression, Scope};
use crate::policy::faults::quoted;
use crate::policy::lower::Lower;
use crate::policy::tree::{Kind, Node};
use crate::policy::{TypeNames, TypeSet};
use crate::rego::Rego;

#[derive(Debug, Clone)]
pub struct AttestationRule {
    pub types: TypeSet,
    pub condition: Option<Expression>,
    pub rego: Option<Rego>,
}

impl Lower<'_> {
    pub fn attestation(&mut self, node: &Node, names: &TypeNames) -> Option<AttestationRule> {
        let types = self.type_set(node.get("type")?, names);
        let condition = node.get("where").map(|value| self.condition(value, Scope::Statement));
        let rego = node.get("rego").map(|value| self.rego(value));
        Some(AttestationRule {
            types: types?,
            condition: given(condition)?,
            rego: given(rego)?,
        })
    }

    /// An expression in CEL.
    pub fn condition(&mut self, node: &Node, scope: Scope) -> Option<Expression> {
        let word = self.word(node)?;
        match Expression::parse(word.text, scope) {
            Ok(condition) => Some(condition),
            Err(error) => {
                match error.hint() {
                    Some(hint) => self.faults.error_with_hint(word.place, error.to_string(), hint),
                    None => self.faults.error(word.place, error.to_string()),
                }
                None
            }
        }
    }

    /// A path, or a mapping with a digest beside it.
    fn rego(&mut self, node: &Node) -> Option<Rego> {
        let entry = matches!(node.kind, Kind::Mapping(_)).then_some(node);
        let path = match entry {
            Some(entry) => self.field(entry, "file")?,
            None => self.word(node)?,
        };
        let source = self.file(path, entry)?;
        match Rego::parse(path.text, source) {
            Ok(rego) => Some(rego),
            Err(error) => {
                let message = format!("{}: {error}", quoted(path.text));
                self.faults.error_with_hint(path.place, message, error.hint());
                None
            }
        }
    }
}

/// None where it is there and has an error: a condition never vanishes.
fn given<T>(value: Option<Option<T>>) -> Option<Option<T>> {
    match value {
        Some(value) => value.map(Some),
        None => Some(None),
    }
}

impl fmt::Display for AttestationRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an attestation of type {}", self.types)?;
        if let Some(condition) = &self.condition {
            write!(f, " where `{condition}`")?;
        }
        if let Some(rego) = &self.rego {
            write!(f, " that `{}` allows", rego.path())?;
        }
        Ok(())
    }
}
