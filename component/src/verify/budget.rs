//! What may be spent on one image: signature checks, bytes, and the size of one document. Exceeding it is undecided.

use std::cell::Cell;

use super::signed::Signed;
use crate::wit::basics::ResultClass;
use crate::wit::evidence::Rejection;
use crate::{json, limits};

#[derive(Debug)]
pub(super) struct Budget {
    checks: Cell<usize>,
    bytes: Cell<usize>,
}

impl Budget {
    pub fn new() -> Self {
        Self {
            checks: Cell::new(limits::PROOFS),
            bytes: Cell::new(limits::WORK_BYTES),
        }
    }

    /// One signature to check, over the bytes that were signed.
    pub fn check(&self, signed: &Signed<'_>) -> Result<(), Rejection> {
        take(
            &self.checks,
            1,
            "too many signatures to check for one image",
            limits::PROOFS,
        )?;
        self.read(signed.facts.payload.len())
    }

    pub fn read(&self, bytes: usize) -> Result<(), Rejection> {
        take(
            &self.bytes,
            bytes,
            "too many bytes to read for one image",
            limits::WORK_BYTES,
        )
    }
}

fn take(left: &Cell<usize>, amount: usize, reason: &str, limit: usize) -> Result<(), Rejection> {
    let rest = left.get().checked_sub(amount).ok_or_else(|| Rejection {
        class: ResultClass::BudgetExceeded,
        reason: reason.to_owned(),
        expected: Some(format!("at most {limit}")),
        found: None,
        hint: Some("remove evidence that nobody needs from the registry".to_owned()),
    })?;
    left.set(rest);
    Ok(())
}

/// Whether a document may be read: small values in a large one take twenty times its size as a tree.
pub(super) fn affordable(what: &str, bytes: &[u8]) -> Result<(), Rejection> {
    if bytes.len() > limits::EVIDENCE_BYTES {
        return Err(over_budget(what, limits::EVIDENCE_BYTES, bytes.len(), "bytes"));
    }
    let marks = json::marks(bytes);
    if marks > limits::JSON_MARKS {
        return Err(over_budget(what, limits::JSON_MARKS, marks, "values"));
    }
    Ok(())
}

pub(super) fn over_budget(what: &str, limit: usize, found: usize, unit: &str) -> Rejection {
    Rejection {
        class: ResultClass::BudgetExceeded,
        reason: format!("{what} is larger than the budget"),
        expected: Some(format!("at most {limit} {unit}")),
        found: Some(format!("{found} {unit}")),
        hint: None,
    }
}
