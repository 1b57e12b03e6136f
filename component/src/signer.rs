//! Who is meant: a named way to recognise who signed, and what it demands of the proof.

use std::collections::BTreeMap;

use crate::pattern::{Glob, Regexp};

#[derive(Debug, Clone)]
pub struct Signer {
    pub name: String,
    /// In the policy.
    pub line: u32,
    pub recognises: Recognises,
    pub log: LogDemand,
    pub ct: CtDemand,
    /// The one trusted root that its evidence is proven under; none for a key that does without the log.
    pub root: Option<String>,
}

#[derive(Debug, Clone)]
pub enum Recognises {
    Github(Box<Github>),
    Gitlab(Box<Gitlab>),
    Keyless(Keyless),
    Keys(Vec<PublicKey>),
}

/// What a signer demands of the transparency log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogDemand {
    /// A promise (SET) or an inclusion proof.
    Entry,
    InclusionProof,
    /// `transparency-log: { required: false }`; `line` is where the policy says so.
    Waived { line: u32 },
}

#[derive(Debug, Clone)]
pub struct PublicKey {
    pub name: String,
    /// SubjectPublicKeyInfo, DER.
    pub spki: Vec<u8>,
}

/// Issuer and subject as the certificate has them.
#[derive(Debug, Clone)]
pub struct Keyless {
    pub issuer: TextMatch,
    pub identity: TextMatch,
}

#[derive(Debug, Clone)]
pub enum TextMatch {
    Exact(String),
    Regexp(Regexp),
}

#[derive(Debug, Clone)]
pub struct Github {
    pub issuer: String,
    /// `owner/repository`, of the source
    pub repository: Glob,
    /// `owner/repository/.github/workflows/file.yml`
    pub workflow: Glob,
    pub reference: Option<Glob>,
    pub environment: Option<Glob>,
    pub workflow_reference: Option<Glob>,
    pub workflow_digest: Option<String>,
    pub triggers: Vec<String>,
    pub runner: Option<String>,
    pub visibility: Option<String>,
    pub repository_id: Option<String>,
    pub owner_id: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Gitlab {
    pub issuer: String,
    pub project: Glob,
    pub reference: Glob,
    pub triggers: Vec<String>,
}

/// What a certificate proved about who signed. Only `verify` makes one, from a certificate whose chain it has checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub subject: Subject,
    pub issuer: String,
    pub claims: BTreeMap<Claim, String>,
}

/// The one subject alternative name; the kinds never match each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    Uri(String),
    Email(String),
    /// `OtherName` of Fulcio's user-name type (1.3.6.1.4.1.57264.1.7)
    Username(String),
}

/// Fulcio's certificate extensions (github.com/sigstore/fulcio docs/oid-info.md); the number is the last arc of
/// 1.3.6.1.4.1.57264.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Claim {
    BuildSignerUri = 9,
    BuildSignerDigest = 10,
    RunnerEnvironment = 11,
    SourceRepositoryUri = 12,
    SourceRepositoryDigest = 13,
    SourceRepositoryRef = 14,
    SourceRepositoryIdentifier = 15,
    SourceRepositoryOwnerUri = 16,
    SourceRepositoryOwnerIdentifier = 17,
    BuildConfigUri = 18,
    BuildConfigDigest = 19,
    BuildTrigger = 20,
    RunInvocationUri = 21,
    SourceRepositoryVisibility = 22,
    DeploymentEnvironment = 23,
}

/// The condition that an identity does not meet: the nearest one, for the reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// Key of the policy, such as `ref`.
    pub field: &'static str,
    pub expected: String,
    pub found: String,
    pub hint: Option<String>,
}

/// What a signer demands of the certificate transparency log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CtDemand {
    Required,
    /// `ct-log: { required: false }`; `line` is where the policy says so.
    Waived { line: u32 },
}
impl Claim { pub const ALL:[Claim;1]=[Claim::BuildSignerUri]; pub fn name(&self)->&'static str{""} }
impl std::fmt::Display for Identity { fn fmt(&self,_:&mut std::fmt::Formatter<'_>)->std::fmt::Result{Ok(())}}
impl Recognises { pub fn recognises(&self,_:&Identity)->Result<(),Mismatch>{Ok(())}}
