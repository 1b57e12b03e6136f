//! Proves what a registry holds about a container image and judges it by a policy. No I/O: bytes in, a report out.
//! The contract is `wit/` (package `portcullis:gate`).

pub mod pattern;
pub mod policy;
pub mod signer;
pub mod wit;
