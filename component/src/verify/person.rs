//! Who is one person, and who is the one that a signer pins.

use super::certificate::Leaf;
use crate::digest::Digest;
use crate::signer::{PinnedLeaf, Signer};
use crate::wit::basics::ResultClass;
use crate::wit::evidence::{Principal, Proof, Rejection};

/// A certificate without a name is a person only by its key. Whose authority certified the name makes no other person of it:
/// one authority can be brought by several roots and chains.
pub(super) fn person(proof: &Proof, pinned: Option<&PinnedLeaf>) -> String {
    match (&proof.principal, pinned) {
        (Principal::Key(digest), _) => format!("key {digest}"),
        (Principal::Certificate(one), Some(pinned)) if one.kind == "none" => {
            format!("key {}", Digest::of(&pinned.spki))
        }
        (Principal::Certificate(one), _) => format!("certificate {:?} {} {:?}", one.issuer, one.kind, one.subject),
    }
}

pub(super) fn is_pinned(leaf: &Leaf, signer: &Signer) -> Result<(), Rejection> {
    match signer.pinned() {
        Some(pinned) if pinned.der != leaf.der => Err(Rejection {
            class: ResultClass::IdentityMismatch,
            reason: format!("signed by `{}`: `leaf` differs", leaf.identity.subject.as_str()),
            expected: Some(format!("the certificate {}", Digest::of(&pinned.der))),
            found: Some(format!("the certificate {}", leaf.fingerprint())),
            hint: Some("the policy pins one certificate; a renewed one is another".to_owned()),
        }),
        _ => Ok(()),
    }
}
