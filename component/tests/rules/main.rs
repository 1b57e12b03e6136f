//! What rules make of attestations that were proven: one file for each kind of rule, and one for what they have in common.
#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)]
#[path = "../support/case.rs"]
mod case;
#[path = "../support/omission.rs"]
mod omission;

mod attestation;
mod base_beneath;
mod base_image;
mod condition;
mod contents;
mod enforcement;
mod exceptions;
mod github;
mod licenses;
mod mirrors;
mod monotony;
mod provenance;
mod sbom;
mod select;
mod tools;
mod vulnerabilities;
