//! Moves bytes between registries, the component that judges them, and the pipeline that asked.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

pub mod args;
pub mod ci;
pub mod emit;
pub mod exit;
pub mod listing;
pub mod run;
pub mod terminal;
pub mod untrusted;
pub mod wit;
