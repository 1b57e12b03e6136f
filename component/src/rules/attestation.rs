//! `attestation`: there is a statement of a type. That it is there, by whom the policy names, is all that is asked.
//!
//! Monotone with `select: any`.

use super::Judged;

pub(crate) fn judge() -> Judged {
    Judged::default()
}
