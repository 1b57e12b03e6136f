//! Moves bytes between registries, the component that judges them, and the pipeline that asked.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

pub mod args;
pub mod auth;
pub mod bundles;
pub mod check;
pub mod ci;
pub mod collect;
pub mod component;
pub mod digest;
mod document;
pub mod emit;
pub mod exit;
pub mod image_list;
pub mod inquiry;
pub mod layout;
pub mod limits;
pub mod list;
pub mod listing;
mod media_type;
mod parallel;
pub mod policy_source;
pub mod reference;
pub mod registry;
pub mod run;
#[cfg(test)]
mod scratch;
pub mod source;
pub mod terminal;
pub mod untrusted;
pub mod wit;
