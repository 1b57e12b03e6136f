//! `attestation:` — there is a statement of a type, by whom the policy names.

use std::fmt;

use crate::policy::lower::Lower;
use crate::policy::tree::Node;
use crate::policy::{TypeNames, TypeSet};

#[derive(Debug, Clone)]
pub struct AttestationRule {
    pub types: TypeSet,
}

impl Lower<'_> {
    pub fn attestation(&mut self, node: &Node, names: &TypeNames) -> Option<AttestationRule> {
        let types = self.type_set(node.get("type")?, names)?;
        Some(AttestationRule { types })
    }
}

impl fmt::Display for AttestationRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an attestation of type {}", self.types)
    }
}
