//! One file per rule kind. A rule is given what was proven and says whether it holds; it never sees what was not.

pub(crate) mod signature;

use crate::verify::Verified;

/// What a rule says of one target.
#[derive(Debug)]
pub(crate) enum Judgement<'v> {
    /// Satisfied, by these.
    Holds(Vec<&'v Verified>),
    /// What was proven does not satisfy it.
    Fails {
        /// What is nearest: proven, by the right signer, and still not counted.
        uncounted: Vec<Uncounted<'v>>,
    },
}

/// Proven and not counted, with the reason.
#[derive(Debug)]
pub(crate) struct Uncounted<'v> {
    pub verified: &'v Verified,
    pub rejection: crate::wit::evidence::Rejection,
}
