//! The command line as values. What weakens the check comes from here or from the policy, never from the environment:
//! an earlier step of a job can set variables.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use crate::ci::Environment;
use crate::collect::Depth;
use crate::emit::{Detail, Format};
use crate::files::FileOptions;
use crate::run::Weakening;
use crate::wit::basics::Mode;
use crate::wit::extraction::{Choice, Part, Trust};

mod definition;
mod error;
mod evidence;
mod extract;
mod files;
pub mod flags_policy;
mod identity;
#[cfg(test)]
mod man;
mod output;
mod policy;
mod read;
mod shells;
mod trust;

pub use error::UsageError;
pub use identity::{Attested, Flags, Identity, TextMatch};
pub use policy::{PolicyCommand, PolicyImport};

/// The policy that is read where the command line names none.
pub const DEFAULT_POLICY: &str = "portcullis.yaml";

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Check(Box<Check>),
    List(Box<List>),
    Extract(Box<Extract>),
    Policy(PolicyCommand),
    Trust(Box<TrustCommand>),
    /// text for standard output and exit 0: help or version
    Show(String),
}

/// `portcullis check`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub images: Images,
    pub policy: PolicyChoice,
    pub evidence: EvidenceOptions,
    pub mode: Mode,
    pub format: Option<Format>,
    pub reports: Vec<ReportFile>,
    /// on the pull request of a GitHub job
    pub comment: bool,
    pub detail: Detail,
    pub action: CheckAction,
    /// base64, as cosign writes it
    pub output_signature: Option<PathBuf>,
    /// PEM, as cosign writes it
    pub output_certificate: Option<PathBuf>,
    pub weakenings: Vec<Weakening>,
}

/// `portcullis list`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    pub image: String,
    /// none: whatever identity the trusted roots prove
    pub policy: Option<PolicyChoice>,
    pub evidence: EvidenceOptions,
    pub format: ListFormat,
    pub depth: Depth,
    pub detail: Detail,
    pub weakenings: Vec<Weakening>,
}

/// `portcullis extract`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extract {
    pub image: String,
    /// none: nobody is trusted, and `trust` says that this does not matter
    pub policy: Option<PolicyChoice>,
    pub evidence: EvidenceOptions,
    /// empty: every type
    pub types: Vec<String>,
    /// none: exactly one for standard output or a file, all for a directory
    pub choice: Option<Choice>,
    pub part: Part,
    pub trust: Trust,
    /// file or directory; none: standard output
    pub output: Option<PathBuf>,
    /// base64, as cosign writes it
    pub output_signature: Option<PathBuf>,
    /// PEM, as cosign writes it
    pub output_certificate: Option<PathBuf>,
    pub detail: Detail,
    pub weakenings: Vec<Weakening>,
}

impl Extract {
    /// More than one document may come of it.
    pub fn may_be_several(&self) -> bool {
        self.types.len() != 1 || self.choice == Some(Choice::All)
    }
}

/// `portcullis trust`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustCommand {
    pub action: TrustAction,
    /// empty: those that the action means
    pub names: Vec<String>,
    /// initial TUF root metadata of a repository of the user's own
    pub root: Option<PathBuf>,
    /// file of an exported root; none: standard output
    pub output: Option<PathBuf>,
    pub cache: Option<PathBuf>,
    pub registry: RegistryOptions,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrustAction {
    Update {
        /// in place of the address that is known for the name
        mirror: Option<String>,
    },
    List,
    Show,
    Export,
}

/// What names images; where nothing does, the policy may.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Images {
    pub references: Vec<String>,
    /// one reference per line, `#` begins a comment; `-` is standard input
    pub file: Option<PathBuf>,
    /// of the repository, in which images are looked for
    pub files: FileOptions,
    /// how many images there must be, all together
    pub expected: Option<usize>,
}

impl Images {
    /// Nothing of the command line says which.
    pub fn is_empty(&self) -> bool {
        self.references.is_empty() && self.file.is_none() && self.files.paths.is_empty()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckAction {
    Check,
    /// write the policy that the flags stand for, and check nothing
    PrintPolicy,
}

/// Who decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyChoice {
    File {
        path: PathBuf,
        /// `sha256:…` that its bytes must have
        digest: Option<String>,
    },
    /// a policy of their own: see [`flags_policy`]
    Flags(Flags),
}

/// Where evidence comes from, and what proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceOptions {
    /// OCI image layout, directory or tar; then no registry is asked
    pub layout: Option<PathBuf>,
    /// detached bundles; then no registry is asked
    pub bundles: Vec<PathBuf>,
    /// in place of the policy's `trust`
    pub trusted_root: Option<PathBuf>,
    /// seconds since 1970; only with a layout
    pub now: Option<i64>,
    pub jobs: Option<NonZeroUsize>,
    /// cache folder below which refreshed trusted roots are kept
    pub kept_roots: Option<PathBuf>,
    pub registry: RegistryOptions,
}

/// How registries are spoken to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegistryOptions {
    /// `host[:port]` that may be spoken to without TLS
    pub insecure: Vec<String>,
    /// PEM, in addition to the machine's own roots
    pub ca_file: Option<PathBuf>,
    /// PEM, for registries that want to know who asks
    pub client: Option<ClientCertificate>,
    /// `host[:port]` on loopback that speaks TLS
    pub secure: Vec<String>,
    /// hosts of token services that may have the credentials of a registry elsewhere
    pub token_hosts: Vec<String>,
    /// repositories in which evidence is looked for besides the images' own
    pub evidence: Vec<String>,
    /// none: nothing is kept
    pub cache: Option<PathBuf>,
    /// requests to one host
    pub requests: Option<NonZeroUsize>,
    /// manifests that may carry evidence, for one image
    pub candidates: Option<NonZeroUsize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ListFormat {
    #[default]
    Table,
    Json,
}

/// `--report FORMAT=FILE`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportFile {
    pub format: Format,
    /// printable: it may be named in a log and in a step's outputs
    pub path: String,
}

/// What surrounds the call, read by the caller.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    pub environment: Environment,
    /// [`DEFAULT_POLICY`] where the current directory has it
    pub default_policy: Option<PathBuf>,
}

/// Reads `arguments`, the program's name first.
pub fn parse(
    arguments: impl IntoIterator<Item = OsString>,
    surroundings: &Surroundings,
) -> Result<Command, UsageError> {
    output::colour(&surroundings.environment)?;
    let mut definition = definition::command();
    let matches = match definition.try_get_matches_from_mut(arguments) {
        Ok(matches) => matches,
        Err(error) if !error.use_stderr() => return Ok(Command::Show(error.to_string())),
        Err(error) => return Err(UsageError::from(&error)),
    };
    match matches.subcommand() {
        Some(("check", matches)) => Ok(Command::Check(Box::new(read::check(matches, surroundings)?))),
        Some(("extract", matches)) => Ok(Command::Extract(Box::new(extract::extract(matches, surroundings)?))),
        Some(("completions", matches)) => Ok(Command::Show(shells::script(matches.get_one("shell"))?)),
        Some(("policy", matches)) => Ok(Command::Policy(policy::policy(matches)?)),
        Some(("list", matches)) => Ok(Command::List(Box::new(read::list(matches, surroundings)?))),
        Some(("trust", matches)) => Ok(Command::Trust(Box::new(trust::trust(
            matches,
            &surroundings.environment,
        )?))),
        // An empty variable in a script must not be a job that succeeds and checks nothing.
        _ => Err(UsageError::NoCommand),
    }
}

/// The format that a command line asks for, as far as it can be told of one that is not understood: its error is then
/// told in that format.
pub fn format_of(arguments: &[OsString], environment: &Environment) -> Option<Format> {
    let texts: Vec<_> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    let joined = texts.iter().filter_map(|text| text.strip_prefix("--format="));
    let apart = texts
        .windows(2)
        .filter(|pair| pair[0] == "--format")
        .map(|pair| pair[1]);
    let named = joined
        .chain(apart)
        .next()
        .or_else(|| environment.variable("PORTCULLIS_FORMAT"));
    named.and_then(Format::named)
}

#[cfg(test)]
mod tests;
