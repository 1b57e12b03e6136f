//! What every rule about attestations says of the evidence that counts: by whom, which of several, how old (meanings 6 and 7).

use std::fmt;

use super::SignerSet;
use super::lower::Lower;
use super::rules::RuleNames;
use super::tree::Node;

#[derive(Debug, Clone)]
pub struct Demand {
    pub by: SignerSet,
    pub select: Select,
    /// Seconds; always there with `Latest` and `All`, because hiding a newer statement would help.
    pub max_age: Option<i64>,
    pub dated_by: DatedBy,
}

/// Which of several attestations must satisfy the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Select {
    Any,
    /// The newest; several of one time, all of them.
    Latest,
    All,
}

/// Where the age of an attestation comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatedBy {
    /// What was proven: log, timestamp and certificate.
    Proof,
    /// The signed document's own date, which must not be later than the earliest proven time.
    Payload,
}

impl Lower<'_> {
    /// `default` is the kind's own `select`.
    pub fn demand(&mut self, node: &Node, default: Select, names: &mut RuleNames) -> Option<Demand> {
        let by = self.signer_set(node.get("by")?, names.signers);
        let select = match self.field(node, "select").map(|word| word.text) {
            Some("any") => Select::Any,
            Some("latest") => Select::Latest,
            Some("all") => Select::All,
            _ => default,
        };
        let dated_by = match self.field(node, "dated-by").map(|word| word.text) {
            Some("payload") => DatedBy::Payload,
            _ => DatedBy::Proof,
        };
        let max_age = node.get("max-age").and_then(|_| self.duration(node, "max-age"));
        let demand = Demand {
            by: by?,
            select,
            max_age,
            dated_by,
        };
        self.check_age(node, &demand, names);
        Some(demand)
    }

    pub(super) fn check_age(&mut self, node: &Node, demand: &Demand, names: &RuleNames) {
        if demand.select != Select::Any && node.get("max-age").is_none() {
            let message = format!("`select: {}` needs `max-age`", demand.select);
            let hint = "whoever can write to the registry could hide the newest statement, and bring an old one back";
            self.faults.error_with_hint(node.place, message, hint);
        }
        let dated = demand.select != Select::Any || demand.max_age.is_some();
        if !dated || demand.dated_by == DatedBy::Payload {
            return;
        }
        if let Some(name) = demand.by.signers().iter().find(|name| names.undated.contains(*name)) {
            let message = format!("the age of what `{name}` signs cannot be proven");
            let hint = "anyone can have an old signature of a key stamped anew: say `dated-by: payload` to take the signed \
                        document's own date";
            self.faults.error_with_hint(node.place, message, hint);
        }
    }
}

impl fmt::Display for Select {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => "any",
            Self::Latest => "latest",
            Self::All => "all",
        })
    }
}

/// The end of a sentence: `, by any of release, ops, the latest, at most 7d old`.
impl fmt::Display for Demand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, ", by {}", self.by)?;
        match self.select {
            Select::Any => {}
            Select::Latest => f.write_str(", the latest")?,
            Select::All => f.write_str(", each one")?,
        }
        if let Some(age) = self.max_age {
            write!(f, ", at most {} old", duration(age))?;
        }
        if self.dated_by == DatedBy::Payload {
            f.write_str(" by its own date")?;
        }
        Ok(())
    }
}

/// Seconds in the largest unit that holds them whole.
pub(crate) fn duration(seconds: i64) -> String {
    const UNITS: [(i64, &str); 3] = [(24 * 60 * 60, "d"), (60 * 60, "h"), (60, "m")];
    match UNITS.iter().find(|(unit, _)| seconds % unit == 0) {
        Some((unit, letter)) => format!("{}{letter}", seconds / unit),
        None => format!("{seconds}s"),
    }
}
