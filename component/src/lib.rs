//! Proves what a registry holds about a container image and judges it by a policy. No I/O: bytes in, a report out.
//! The contract is `wit/` (package `portcullis:gate`).

mod chain;
pub mod crypto;
pub mod digest;
pub mod evaluate;
pub mod evidence;
pub mod expression;
mod json;
mod license;
mod limits;
mod own_root;
mod package;
pub mod pattern;
pub mod policy;
mod predicate;
pub mod rego;
mod rules;
pub mod signer;
mod statement;
pub mod targets;
pub mod trust;
mod verify;
pub mod wit;

/// The exports of the component; natively the same functions are called directly.
#[cfg(target_family = "wasm")]
mod exports;
