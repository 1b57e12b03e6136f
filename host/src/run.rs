//! All that one call of the command found out: what the renderers show and the exit code is made of.

use crate::wit::basics::{Mode, Verdict};
use crate::wit::diagnostics::Diagnostic;
use crate::wit::report::{Report, RuleResult};
use crate::wit::requirements::{self, ImageRequirements};

mod mention;

pub use mention::{Mention, Place, Sighting, SightingKind};

/// One call of `portcullis check`.
#[derive(Debug, Clone)]
pub struct Run {
    pub policy: Policy,
    /// of the command line; what the policy informs about is in its rules
    pub mode: Mode,
    /// options in use that weaken the check
    pub weakenings: Vec<Weakening>,
    /// one for each image, in the order in which they were named
    pub images: Vec<Image>,
    /// files that were read to find images, in that order
    pub files: Vec<String>,
    /// what was found in them beside images that could be judged; most of it leaves the run undecided
    pub sightings: Vec<Sighting>,
    /// why there is no report, or why one is missing
    pub faults: Vec<Fault>,
    /// about the policy as a whole
    pub warnings: Vec<Diagnostic>,
    /// hosts that were contacted, sorted; empty: no network at all
    pub contacted: Vec<String>,
    /// what stands behind the answer
    pub tool: Tool,
}

/// One image: what was demanded of it, and the answer.
#[derive(Debug, Clone)]
pub struct Image {
    pub requirements: ImageRequirements,
    pub report: Report,
    /// where files name it, in the order of the files; empty for one that only the command line names
    pub mentions: Vec<Mention>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// as the user named it; [`FLAGS`] where flags stand for it; empty where there is none
    pub file: String,
    /// `sha256:…` of its bytes
    pub digest: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tool {
    pub version: String,
    /// `sha256:…` of the portable component's code
    pub component: Option<String>,
}

/// An option that makes the gate let through more, or believe more, than its defaults would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weakening {
    /// as it was given, such as `--mode inform`
    pub option: String,
    pub source: Source,
    pub effect: String,
}

impl From<requirements::Weakening> for Weakening {
    fn from(of_policy: requirements::Weakening) -> Self {
        Self {
            option: of_policy.what,
            source: Source::Policy(of_policy.line),
            effect: of_policy.effect,
        }
    }
}

/// Where an option came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    CommandLine,
    /// line of the policy
    Policy(u32),
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// the command was not understood
    Usage { message: String, hint: Option<String> },
    /// the policy, or a file that it names, is wrong
    Policy(Diagnostic),
    /// Portcullis itself failed while it judged `image`
    Bug { image: String, place: String },
}

impl Run {
    /// A run that ended before an image was looked at.
    pub fn failed(faults: Vec<Fault>, tool: Tool) -> Self {
        Self {
            policy: Policy::default(),
            mode: Mode::Enforce,
            weakenings: Vec::new(),
            images: Vec::new(),
            files: Vec::new(),
            sightings: Vec::new(),
            faults,
            warnings: Vec::new(),
            contacted: Vec::new(),
            tool,
        }
    }

    /// Everything to be warned about, each once.
    pub fn all_warnings(&self) -> Vec<&Diagnostic> {
        let mut all: Vec<&Diagnostic> = Vec::new();
        let of_images = self.images.iter().flat_map(|image| &image.report.warnings);
        for warning in self.warnings.iter().chain(of_images) {
            if !all.contains(&warning) {
                all.push(warning);
            }
        }
        all
    }

    /// Pinned references of the images that may pass.
    pub fn pinned(&self) -> Vec<&str> {
        let allowed = self.images.iter().filter(|image| image.verdict() == Verdict::Allow);
        allowed
            .flat_map(|image| image.report.pinned.iter().map(String::as_str))
            .collect()
    }
}

impl Image {
    /// The mode that the policy gives a rule, whatever the command line says.
    pub fn policy_mode(&self, rule: &RuleResult) -> Mode {
        let known = self.requirements.rules.iter().find(|known| known.rule == rule.rule);
        match known {
            // still to come, so the policy itself lets it inform
            Some(_) if rule.enforce_from.is_some() => Mode::Inform,
            Some(known) => known.mode,
            None if rule.kind == IMAGE => self.mode_of_all_rules(),
            None => rule.mode,
        }
    }

    /// The image itself cannot be had: that matters as much as the strictest of its rules.
    fn mode_of_all_rules(&self) -> Mode {
        let rules = &self.requirements.rules;
        match !rules.is_empty() && rules.iter().all(|rule| rule.mode == Mode::Inform) {
            true => Mode::Inform,
            false => Mode::Enforce,
        }
    }
}

/// Name of the policy that flags stand for.
pub const FLAGS: &str = "command line";
/// Kind of what is reported about an image that no entry of the policy matches.
pub const UNMATCHED: &str = "unmatched";
/// Kind of what is reported about an image that could not be had or is not one.
pub const IMAGE: &str = "image";
