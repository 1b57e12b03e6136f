//! One file per rule kind: its keys as values, and its demand in words.

pub mod attestation;
pub mod attestations;
pub mod base_image;
pub mod expression;
pub mod licenses;
pub mod provenance;
pub mod sbom;
pub mod signature;
pub mod vulnerabilities;

#[cfg(test)]
pub(crate) mod tests;
