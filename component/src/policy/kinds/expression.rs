//! `expression:` — a condition over all statements about an image together.

use std::fmt;

use crate::expression::{Expression, Scope};
use crate::policy::lower::Lower;
use crate::policy::rules::RuleNames;
use crate::policy::tree::{Kind, Node};
use crate::policy::{DatedBy, Demand, Select, TypeNames, TypeSet};

#[derive(Debug, Clone)]
pub struct ExpressionRule {
    /// Of each there must be a statement; at least one.
    pub needs: Vec<TypeSet>,
    /// All of `needs` together: what the condition sees.
    pub types: TypeSet,
    pub condition: Expression,
}

impl Lower<'_> {
    pub fn expression(&mut self, node: &Node, names: &mut RuleNames) -> Option<(Demand, ExpressionRule)> {
        let demand = self.demand_of_all(node, names);
        let needs = node.get("needs").and_then(|list| self.needs(list, names.types));
        let condition = node.get("where").and_then(|value| self.condition(value, Scope::Image));
        let (needs, condition) = (needs?, condition?);
        let rule = ExpressionRule {
            types: needs.iter().cloned().collect(),
            needs,
            condition,
        };
        Some((demand?, rule))
    }

    /// Every statement counts that is young enough: hiding a newer one would help, and so would bringing an old one back.
    fn demand_of_all(&mut self, node: &Node, names: &mut RuleNames) -> Option<Demand> {
        let by = self.signer_set(node.get("by")?, names.signers)?;
        let max_age = self.duration(node, "max-age")?;
        if let Some(name) = by.signers().iter().find(|name| names.undated.contains(*name)) {
            let message = format!("the age of what `{name}` signs cannot be proven");
            let hint = "anyone can have an old signature of a key stamped anew: name signers with certificates";
            self.faults.error_with_hint(node.place, message, hint);
            return None;
        }
        Some(Demand {
            by,
            select: Select::All,
            max_age: Some(max_age),
            dated_by: DatedBy::Proof,
        })
    }

    fn needs(&mut self, list: &Node, names: &TypeNames) -> Option<Vec<TypeSet>> {
        let Kind::Sequence(items) = &list.kind else {
            self.faults.ensure_error(list.place, "expected a list");
            return None;
        };
        let types: Vec<_> = items.iter().map(|item| self.type_set(item, names)).collect();
        types.into_iter().collect()
    }
}

impl fmt::Display for ExpressionRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let needs: Vec<String> = self.needs.iter().map(TypeSet::to_string).collect();
        write!(
            f,
            "statements of the types {} where `{}`",
            needs.join(" and "),
            self.condition
        )
    }
}
