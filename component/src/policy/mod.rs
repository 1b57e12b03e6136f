//! The policy: `portcullis.yaml` as a value that is right by construction (docs/policy.md).
//!
//! Reading it is all or nothing: either a [`Policy`], whose names all resolve, or every error found, each with its place.

mod enforced;
mod faults;
mod files;
mod images;
mod keyless;
mod lower;
mod pem;
mod public_keys;
mod read;
mod requirements;
mod rules;
mod schema;
mod shape;
mod signers;
mod structured;
mod table;
mod tree;
mod trust;
mod yaml;

use std::collections::BTreeMap;

use crate::signer::Signer;
use crate::wit::basics::{Mode, Severity};
use crate::wit::diagnostics::Diagnostic;

pub use enforced::Enforced;
pub use requirements::requirements;
pub use schema::schema;

#[derive(Debug)]
pub struct Policy {
    pub signers: BTreeMap<String, Signer>,
    /// By name; `trust-override` replaces them all. The default `sigstore` is left out when no signer is proven under it.
    pub roots: BTreeMap<String, RootFile>,
    pub rules: BTreeMap<String, Rule>,
    pub images: Vec<ImageEntry>,
    pub unmatched: Unmatched,
    /// `Inform` never covers a `signature` rule.
    pub undecided: Undecided,
    /// Loose patterns and switched-off checks: shown at every check.
    pub warnings: Vec<Diagnostic>,
}

/// A `trusted_root.json` and the name under which signers and reports know it.
#[derive(Debug)]
pub struct RootFile {
    pub name: String,
    pub content: Vec<u8>,
    /// Line of the policy that names it; 0 for one given on the command line.
    pub line: u32,
}

#[derive(Debug, Clone)]
pub struct Rule {
    pub name: String,
    pub line: u32,
    pub kind: RuleKind,
    pub severity: Severity,
    pub remediation: Option<String>,
}

#[derive(Debug, Clone)]
pub enum RuleKind {
    Signature(SignatureRule),
}

#[derive(Debug, Clone)]
pub struct SignatureRule {
    pub by: SignerSet,
    /// Every one must be there with this value, in the signed bytes.
    pub annotations: BTreeMap<String, String>,
    pub docker_reference: DockerReference,
    pub forms: Vec<SignatureForm>,
}

/// `by:` — names of signers, all of which exist.
#[derive(Debug, Clone)]
pub enum SignerSet {
    AnyOf(Vec<String>),
    AllOf(Vec<String>),
    /// 1 <= `count` <= `of.len()`
    AtLeast {
        count: usize,
        of: Vec<String>,
    },
}

/// Whether `critical.identity.docker-reference` of a simple signing payload must be the image's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DockerReference {
    Reported,
    Required,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SignatureForm {
    SimpleSigning,
    /// A bundle whose statement has the predicate type `https://sigstore.dev/cosign/sign/v1`.
    Statement,
    /// A message signature over the manifest: only where a rule asks for it, because a job that signs every file of a
    /// folder also signs a file that holds a manifest.
    Message,
}

#[derive(Debug, Clone)]
pub struct ImageEntry {
    pub line: u32,
    pub pattern: crate::pattern::Glob,
    pub rules: Vec<String>,
    pub platforms: Platforms,
    pub mode: Mode,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Platforms {
    Index,
    Every,
    IndexOrEvery,
    /// `os/architecture[/variant]`, at least one
    Listed(Vec<String>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmatched {
    Deny,
    Inform,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undecided {
    Block,
    Inform,
}

#[cfg(test)]
mod tests;
