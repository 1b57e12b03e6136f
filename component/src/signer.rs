//! Who is meant: a named way to recognise who signed, and what it demands of the proof (docs/policy.md, meaning 5 and 18).

mod buildkite;
mod canary;
mod certificate;
mod circleci;
mod compare;
mod github;
mod gitlab;
mod keyless;
pub(crate) mod triggers;

use std::collections::BTreeMap;

use crate::chain::Chain;
use crate::pattern::{Glob, Regexp};
use compare::{exact, glob, mismatch, one_of};

pub(crate) use canary::{Looseness, looseness_of_identity, looseness_of_issuer};
pub use keyless::SubjectKind;

pub const GITHUB_ISSUER: &str = "https://token.actions.githubusercontent.com";
pub const GITLAB_ISSUER: &str = "https://gitlab.com";
pub const GITHUB_SERVER: &str = "https://github.com";
pub const GOOGLE_ISSUER: &str = "https://accounts.google.com";

#[derive(Debug, Clone)]
pub struct Signer {
    pub name: String,
    /// In the policy.
    pub line: u32,
    pub recognises: Recognises,
    pub log: LogDemand,
    pub ct: CtDemand,
    /// Keys of logs that are this signer's alone.
    pub logs: OwnLogs,
    /// The one trusted root that its evidence is proven under; none for a key that does without the log.
    pub root: Option<String>,
}

#[derive(Debug, Clone)]
pub enum Recognises {
    Github(Box<Github>),
    Gitlab(Box<Gitlab>),
    Buildkite(Buildkite),
    Circleci(Circleci),
    Keyless(Keyless),
    Certificate(Box<Certificate>),
    /// At least one.
    Keys(Vec<PublicKey>),
}

/// A certificate by issuer and subject, under authorities that the policy may bring, or this one certificate.
#[derive(Debug, Clone)]
pub struct Certificate {
    pub issuer: Wanted,
    pub identity: Wanted,
    /// No other certificate counts.
    pub leaf: Option<PinnedLeaf>,
    /// In place of the authorities of the trusted root.
    pub chain: Option<Chain>,
}

#[derive(Debug, Clone)]
pub enum Wanted {
    Text(TextMatch),
    /// The certificate has none.
    Absent,
}

#[derive(Debug, Clone)]
pub struct PinnedLeaf {
    pub der: Vec<u8>,
    /// SubjectPublicKeyInfo, DER.
    pub spki: Vec<u8>,
}

/// Logs that only this signer's evidence is proven with, in place of those of its trusted root. Keys are
/// SubjectPublicKeyInfo, DER.
#[derive(Debug, Clone, Default)]
pub struct OwnLogs {
    pub ct_key: Option<Vec<u8>>,
    pub log_key: Option<Vec<u8>>,
    /// Base URL of the one log that counts.
    pub log_url: Option<String>,
}

/// What a signer demands of the transparency log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogDemand {
    /// A promise (SET) or an inclusion proof.
    Entry,
    InclusionProof,
    /// `transparency-log: { required: false }`; `line` is where the policy says so.
    Waived {
        line: u32,
    },
}

/// What a signer demands of the certificate transparency log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CtDemand {
    Required,
    /// `ct-log: { required: false }`; `line` is where the policy says so.
    Waived {
        line: u32,
    },
}

#[derive(Debug, Clone)]
pub struct PublicKey {
    pub name: String,
    /// SubjectPublicKeyInfo, DER, in the one encoding that a key has.
    pub spki: Vec<u8>,
    pub in_use: InUse,
}

/// When a key counts, in seconds since 1970: from `start`, before `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InUse {
    pub start: i64,
    pub end: i64,
}

impl InUse {
    pub const ALWAYS: Self = Self {
        start: i64::MIN,
        end: i64::MAX,
    };

    pub fn holds(self, time: i64) -> bool {
        self.start <= time && time < self.end
    }
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
    /// Such as `https://github.com`.
    pub server: String,
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
    /// `group/project//path/of/the/file.yml`
    pub config: Option<String>,
    pub config_reference: Option<Glob>,
    pub config_digest: Option<String>,
    pub environment: Option<Glob>,
    pub runner: Option<String>,
    pub visibility: Option<String>,
    pub project_id: Option<String>,
    pub namespace_id: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Buildkite {
    /// `organization/pipeline`
    pub pipeline: Glob,
    pub triggers: Vec<String>,
    pub runner: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Circleci {
    pub organization: String,
    pub project: String,
    pub pipeline_definition: Option<String>,
    /// As the certificate has it.
    pub repository: Option<String>,
    pub reference: Option<Glob>,
}

/// What a certificate proved about who signed. Only `verify` makes one, from a certificate whose chain it has checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub subject: Subject,
    pub issuer: Option<String>,
    pub claims: BTreeMap<Claim, String>,
}

/// The one subject alternative name; the kinds never match each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    Uri(String),
    Email(String),
    /// `OtherName` of Fulcio's user-name type (1.3.6.1.4.1.57264.1.7)
    Username(String),
    Absent,
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

/// The condition that an identity does not meet: the first one in the order in which they are tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// Key of the policy, such as `ref`.
    pub field: &'static str,
    pub expected: String,
    pub found: String,
    pub hint: Option<String>,
    /// Conditions that held before this one: of two mismatches, the nearer miss has more.
    pub held: usize,
}

impl Claim {
    pub const ALL: [Self; 15] = [
        Self::BuildSignerUri,
        Self::BuildSignerDigest,
        Self::RunnerEnvironment,
        Self::SourceRepositoryUri,
        Self::SourceRepositoryDigest,
        Self::SourceRepositoryRef,
        Self::SourceRepositoryIdentifier,
        Self::SourceRepositoryOwnerUri,
        Self::SourceRepositoryOwnerIdentifier,
        Self::BuildConfigUri,
        Self::BuildConfigDigest,
        Self::BuildTrigger,
        Self::RunInvocationUri,
        Self::SourceRepositoryVisibility,
        Self::DeploymentEnvironment,
    ];

    /// As Fulcio's table names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::BuildSignerUri => "build-signer-uri",
            Self::BuildSignerDigest => "build-signer-digest",
            Self::RunnerEnvironment => "runner-environment",
            Self::SourceRepositoryUri => "source-repository-uri",
            Self::SourceRepositoryDigest => "source-repository-digest",
            Self::SourceRepositoryRef => "source-repository-ref",
            Self::SourceRepositoryIdentifier => "source-repository-identifier",
            Self::SourceRepositoryOwnerUri => "source-repository-owner-uri",
            Self::SourceRepositoryOwnerIdentifier => "source-repository-owner-identifier",
            Self::BuildConfigUri => "build-config-uri",
            Self::BuildConfigDigest => "build-config-digest",
            Self::BuildTrigger => "build-trigger",
            Self::RunInvocationUri => "run-invocation-uri",
            Self::SourceRepositoryVisibility => "source-repository-visibility",
            Self::DeploymentEnvironment => "deployment-environment",
        }
    }
}

impl Signer {
    /// Whether the certificate's identity is this signer's. A `key` signer recognises no certificate.
    pub fn recognises(&self, identity: &Identity) -> Result<(), Mismatch> {
        match &self.recognises {
            Recognises::Github(github) => github.recognises(identity),
            Recognises::Gitlab(gitlab) => gitlab.recognises(identity),
            Recognises::Buildkite(buildkite) => buildkite.recognises(identity),
            Recognises::Circleci(circleci) => circleci.recognises(identity),
            Recognises::Keyless(keyless) => keyless.recognises(identity),
            Recognises::Certificate(certificate) => certificate.recognises(identity),
            Recognises::Keys(_) => {
                let found = format!("a certificate for `{}`", identity.subject.as_str());
                Err(mismatch(0, "key", "a signature by the key".to_owned(), Some(&found)))
            }
        }
    }

    pub fn keys(&self) -> &[PublicKey] {
        match &self.recognises {
            Recognises::Keys(keys) => keys,
            _ => &[],
        }
    }

    /// The one certificate that counts.
    pub fn pinned(&self) -> Option<&PinnedLeaf> {
        match &self.recognises {
            Recognises::Certificate(certificate) => certificate.leaf.as_ref(),
            _ => None,
        }
    }

    /// Its certificates come from Fulcio and live minutes, so that a proven time is also not long after the signing.
    pub fn is_short_lived(&self) -> bool {
        match &self.recognises {
            Recognises::Keys(_) => false,
            Recognises::Certificate(certificate) => certificate.is_of_the_root(),
            _ => true,
        }
    }
}

impl Subject {
    pub fn as_str(&self) -> &str {
        match self {
            Self::Uri(text) | Self::Email(text) | Self::Username(text) => text,
            Self::Absent => "",
        }
    }
}

impl Identity {
    /// Absent and empty are the same: neither ever matches.
    fn claim(&self, claim: Claim) -> Option<&str> {
        self.claims
            .get(&claim)
            .map(String::as_str)
            .filter(|text| !text.is_empty())
    }

    /// The build signer URI, when the certificate's subject is a URI and says the same.
    fn build_signer(&self, held: usize) -> Result<&str, Mismatch> {
        let Subject::Uri(subject) = &self.subject else {
            return Err(mismatch(
                held,
                "workflow",
                "a URI as subject".to_owned(),
                Some(self.subject.as_str()),
            ));
        };
        match self.claim(Claim::BuildSignerUri) {
            Some(uri) if uri == subject => Ok(uri),
            found => Err(mismatch(
                held,
                "workflow",
                format!("the claim `build-signer-uri` to be the subject `{subject}`"),
                found,
            )),
        }
    }
}

#[cfg(test)]
mod tests;
