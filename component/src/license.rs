//! Licences as policies and documents name them: SPDX expressions (SPDX 2.3, annex D) over the SPDX list, references, and names
//! that mean something to the policy's author only.

mod list;
mod term;

pub use list::ids;
pub use term::{Term, TermError};

use spdx::expression::{ExprNode, Operator};

use crate::limits;
use crate::predicate::sbom::Stated;
use term::Leaf;

/// Which licences a policy admits.
#[derive(Debug, Clone, Default)]
pub struct Lists {
    /// Empty: whatever is not denied.
    pub allow: Vec<Term>,
    pub deny: Vec<Term>,
}

/// What a policy says of a licence. The order is that of choices: of several, the best is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// Denied, or not among those that are allowed.
    Refused,
    /// Nobody can say what it permits.
    Unknown,
    Admitted,
}

/// Judges the licences of one document after the other.
#[derive(Debug)]
pub(crate) struct Judge<'p> {
    lists: &'p Lists,
}

impl<'p> Judge<'p> {
    pub fn new(lists: &'p Lists) -> Self {
        Self { lists }
    }

    /// Of an expression the best choice counts: the better side of an `OR`, the worse side of an `AND`. What is `excepted` is
    /// admitted, whatever the lists say.
    pub fn standing(&self, stated: Stated<'_>, excepted: &[&Term]) -> Standing {
        let text = stated.text();
        if text.len() > limits::LICENSE_BYTES {
            return Standing::Unknown;
        }
        let is_name = |term: &Term| term.is_name(text);
        if excepted.iter().any(|term| is_name(term)) {
            return Standing::Admitted;
        }
        if self.lists.deny.iter().any(is_name) {
            return Standing::Refused;
        }
        if self.lists.allow.iter().any(is_name) {
            return Standing::Admitted;
        }
        match stated {
            Stated::Expression(text) => self.expression(text, excepted),
            Stated::Name(text) if list::canonical(text).is_some() => self.expression(text, excepted),
            Stated::Name(_) => Standing::Unknown,
        }
    }

    /// The parser gives the expression in postfix order, so nesting costs no call depth here either.
    fn expression(&self, text: &str, excepted: &[&Term]) -> Standing {
        let Some(expression) = list::parse(text) else {
            return Standing::Unknown;
        };
        let mut stack: Vec<Standing> = Vec::new();
        for node in expression.iter() {
            let standing = match node {
                ExprNode::Req(requirement) => self.leaf(&Leaf::of(requirement, expression.as_ref()), excepted),
                ExprNode::Op(operator) => match (stack.pop(), stack.pop(), operator) {
                    (Some(left), Some(right), Operator::Or) => left.max(right),
                    (Some(left), Some(right), Operator::And) => left.min(right),
                    _ => return Standing::Unknown,
                },
            };
            stack.push(standing);
        }
        match stack.as_slice() {
            [standing] => *standing,
            _ => Standing::Unknown,
        }
    }

    fn leaf(&self, leaf: &Leaf, excepted: &[&Term]) -> Standing {
        let Lists { allow, deny } = self.lists;
        if excepted.iter().any(|term| term.allows(leaf)) {
            Standing::Admitted
        } else if deny.iter().any(|term| term.denies(leaf)) {
            Standing::Refused
        } else if allow.iter().any(|term| term.allows(leaf)) {
            Standing::Admitted
        } else if leaf.is_unknown() {
            Standing::Unknown
        } else if allow.is_empty() {
            Standing::Admitted
        } else {
            Standing::Refused
        }
    }
}

#[cfg(test)]
mod tests;
