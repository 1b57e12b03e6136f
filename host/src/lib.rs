//! Moves bytes between registries, the component that judges them, and the pipeline that asked.
//!
//! As a library it runs the component in other programs (docs/embedding.md):
//!
//! ```
//! use portcullis::component::{Component, Error};
//! use portcullis::wit::request::{NamedFile, PolicySource};
//!
//! fn main() -> Result<(), Error> {
//!     let component = Component::load()?;
//!     let policy = PolicySource {
//!         document: NamedFile { name: "portcullis.yaml".to_owned(), content: b"version: 1\n".to_vec() },
//!         pinned: None,
//!         files: Vec::new(),
//!         kept_roots: Vec::new(),
//!         trust_override: Vec::new(),
//!     };
//!     match component.requirements(&policy, &["registry.test/acme/api".to_owned()], 1_800_000_000) {
//!         Ok(requirements) => println!("it names {} files", requirements.missing_files.len()),
//!         Err(Error::Refused(faults)) => println!("{faults:?}"),
//!         Err(other) => return Err(other),
//!     }
//!     Ok(())
//! }
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

pub mod args;
pub mod auth;
pub mod bundles;
pub mod cache;
pub mod check;
pub mod ci;
pub mod collect;
pub mod comment;
pub mod component;
pub mod digest;
mod document;
pub mod emit;
pub mod exit;
pub mod extract;
pub mod files;
pub mod image_list;
pub mod inquiry;
pub mod kept;
pub mod layout;
pub mod limits;
pub mod list;
pub mod listing;
mod media_type;
pub mod named;
mod parallel;
pub mod policy_command;
pub mod policy_import;
pub mod policy_source;
pub mod progress;
pub mod reference;
pub mod registry;
pub mod report_files;
pub mod run;
#[cfg(test)]
mod scratch;
pub mod source;
pub mod terminal;
pub mod trust;
pub mod untrusted;
pub mod wit;
mod yaml_text;
