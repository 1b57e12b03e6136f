//! The policy: `portcullis.yaml` as a value that is right by construction (docs/policy.md).
//!
//! Reading it is all or nothing: either a [`Policy`], whose names all resolve, or every error found, each with its place.

mod certificate;
mod certificates;
mod check;
mod day;
mod demand;
mod enforced;
mod exceptions;
pub(crate) mod faults;
mod files;
mod images;
mod interchange;
mod keyless;
pub(crate) mod kinds;
mod logs;
mod lower;
mod mirrors;
mod pem;
mod pipelines;
mod public_keys;
mod read;
mod requirements;
mod rules;
mod schema;
mod shape;
mod signers;
mod structured;
mod table;
pub(crate) mod tree;
mod trust;
mod types;
mod weakenings;
pub(crate) mod yaml;

use std::collections::BTreeMap;

use crate::signer::Signer;
use crate::trust::Origin;
use crate::wit::basics::{Mode, Severity};
use crate::wit::diagnostics::Diagnostic;

pub use day::Day;
pub(crate) use demand::duration;
pub use demand::{DatedBy, Demand, Select};
pub use enforced::Enforced;
pub(crate) use exceptions::is_too_long;
pub use exceptions::{Exception, ExceptionImage};
pub use kinds::attestation::AttestationRule;
pub use kinds::attestations::{AttestationsRule, Which};
pub use kinds::base_image::BaseImageRule;
pub use kinds::expression::ExpressionRule;
pub use kinds::licenses::LicensesRule;
pub use kinds::provenance::{LevelDemand, MaterialDemand, ProvenanceRule};
pub use kinds::sbom::SbomRule;
pub use kinds::signature::{DockerReference, SignatureForm, SignatureRule};
pub use kinds::vulnerabilities::{Demanded, TriageDemand, VulnerabilitiesRule};
pub(crate) use mirrors::normalised;
pub use mirrors::{ImageNames, Mirror};
pub use requirements::requirements;
pub use schema::schema;
pub use types::{TypeNames, TypeSet};

#[derive(Debug)]
pub struct Policy {
    pub signers: BTreeMap<String, Signer>,
    /// By name; `trust-override` replaces them all. The default `sigstore` is left out when no signer is proven under it.
    pub roots: BTreeMap<String, RootFile>,
    pub rules: BTreeMap<String, Rule>,
    pub images: Vec<ImageEntry>,
    pub mirrors: Vec<Mirror>,
    pub unmatched: Unmatched,
    /// `Inform` never covers a `signature` or `provenance` rule.
    pub undecided: Undecided,
    pub exceptions: Vec<Exception>,
    /// Names of the user's own for predicate types.
    pub types: TypeNames,
    /// What is checked when the command line names no image.
    pub check: Vec<crate::wit::requirements::CheckedImage>,
    /// Loose patterns and switched-off checks: shown at every check.
    pub warnings: Vec<Diagnostic>,
}

/// A `trusted_root.json` and the name under which signers and reports know it.
#[derive(Debug)]
pub struct RootFile {
    pub name: String,
    /// Where it came from, for messages: its path, or the name of a well-known one.
    pub file: String,
    pub content: Vec<u8>,
    pub origin: Origin,
}

#[derive(Debug, Clone)]
pub struct Rule {
    pub name: String,
    pub line: u32,
    pub kind: RuleKind,
    pub severity: Severity,
    pub remediation: Option<String>,
    /// The rule's own, over what the entries of `images` say.
    pub mode: Option<Mode>,
    pub platforms: Option<Platforms>,
    /// Until this day it informs.
    pub enforce_from: Option<Day>,
}

#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "a policy has a handful of rules")]
pub enum RuleKind {
    Signature(SignatureRule),
    /// Of attestations: which ones count, and what each must say.
    Attested(Demand, Check),
    /// Of what the annotations of the image's manifest say it was built on.
    Annotated(BaseImageRule),
    /// Every attestation, or one of each type.
    Attestations(AttestationsRule),
}

/// What a rule asks of one attestation: one variant for each kind of rule.
#[derive(Debug, Clone)]
pub enum Check {
    Attestation(AttestationRule),
    Vulnerabilities(Box<VulnerabilitiesRule>),
    /// Of all attestations together.
    Expression(ExpressionRule),
    Sbom(SbomRule),
    Licenses(LicensesRule),
    BaseImage(BaseImageRule),
    Provenance(ProvenanceRule),
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

#[derive(Debug, Clone)]
pub struct ImageEntry {
    pub line: u32,
    pub pattern: crate::pattern::Glob,
    pub rules: Vec<String>,
    /// None: the rule's own, else `index`.
    pub platforms: Option<Platforms>,
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
