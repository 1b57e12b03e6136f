//! One file per rule kind: its keys as values, and its demand in words.

pub mod attestation;
pub mod signature;
