//! `attestations:` — every attestation, or one of each type, is by whom the policy names.

use std::fmt;

use crate::policy::lower::Lower;
use crate::policy::rules::Names;
use crate::policy::tree::Node;
use crate::policy::{SignerSet, TypeNames, TypeSet};

#[derive(Debug, Clone)]
pub struct AttestationsRule {
    pub by: SignerSet,
    pub which: Which,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// Of each of these there is one.
    EachOf(Vec<TypeSet>),
    /// Whatever is found.
    Every,
}

impl Lower<'_> {
    pub fn attestations(&mut self, node: &Node, signers: &mut Names, names: &TypeNames) -> Option<AttestationsRule> {
        let by = self.signer_set(node.get("by")?, signers);
        let which = match node.get("types") {
            Some(types) => self.each_type(types, names).map(Which::EachOf),
            None => Some(Which::Every),
        };
        let rule = AttestationsRule { by: by?, which: which? };
        if rule.which == Which::Every && !matches!(rule.by, SignerSet::AnyOf(_)) {
            let hint = "one attestation has one signer: name it, or say `any-of`, or list `types`";
            let message = "every attestation by several signers can never be";
            self.faults.error_with_hint(node.place, message.to_owned(), hint);
            return None;
        }
        Some(rule)
    }
}

impl fmt::Display for AttestationsRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.which {
            Which::Every => write!(f, "every attestation by {}", self.by),
            Which::EachOf(types) => {
                let names: Vec<_> = types.iter().map(TypeSet::to_string).collect();
                write!(f, "attestations of the types {} by {}", names.join(", "), self.by)
            }
        }
    }
}
