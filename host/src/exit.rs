//! What the process answers: the verdict over all images and the exit code. No format or flag of the output changes it.

use crate::run::{Fault, IMAGE, Image, Run, SightingKind, UNMATCHED};
use crate::wit::basics::{Mode, Verdict};
use crate::wit::report::RuleResult;

/// Exit codes, one meaning each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// every image may pass, or what denies only informs
    Allow = 0,
    /// an enforced rule denies
    Deny = 1,
    /// the command line or the policy is wrong
    Usage = 2,
    /// no rule was evaluated
    Nothing = 3,
    /// could not find out
    Undecided = 4,
    /// Portcullis failed; never a verdict
    Bug = 70,
}

impl Exit {
    pub fn code(self) -> u8 {
        self as u8
    }

    /// In words, for people.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Allow => "allowed",
            Self::Deny => "denied",
            Self::Usage => "usage or policy error",
            Self::Nothing => "nothing was checked",
            Self::Undecided => "could not find out",
            Self::Bug => "bug in portcullis",
        }
    }
}

/// Rule kinds that `undecided: inform` never covers, and what stands for all rules of an image.
const NEVER_SOFTENED: [&str; 4] = ["signature", "provenance", IMAGE, UNMATCHED];

impl Run {
    pub fn exit(&self) -> Exit {
        let images = || self.images.iter();
        if self.faults.iter().any(|fault| matches!(fault, Fault::Bug { .. })) {
            Exit::Bug
        } else if !self.faults.is_empty() {
            Exit::Usage
        } else if self.mode == Mode::Enforce && images().any(Image::denies) {
            Exit::Deny
        } else if images().any(Image::blocks_undecided) || self.has_unjudged() {
            Exit::Undecided
        } else if !images().any(Image::was_evaluated) || images().any(Image::was_passed_over) || self.names_nothing() {
            Exit::Nothing
        } else {
            Exit::Allow
        }
    }

    /// The truth about all images: `--mode inform` changes the exit code, never this.
    pub fn verdict(&self) -> Verdict {
        let verdicts = || self.images.iter().map(Image::verdict);
        let complete = self.faults.is_empty()
            && !self.has_unjudged()
            && !self.names_nothing()
            && self.images.iter().any(Image::was_evaluated);
        if verdicts().any(|verdict| verdict == Verdict::Deny) {
            Verdict::Deny
        } else if complete && verdicts().all(|verdict| verdict == Verdict::Allow) {
            Verdict::Allow
        } else {
            Verdict::Undecided
        }
    }
}

impl Run {
    /// `--files` was given and found none: what it was to check was not, however good the arguments beside it are.
    fn names_nothing(&self) -> bool {
        let mut sightings = self.sightings.iter();
        sightings.any(|sighting| sighting.kind == SightingKind::Nothing)
    }

    /// A file names what may be an image and was not judged: nothing lets that pass.
    fn has_unjudged(&self) -> bool {
        self.sightings.iter().any(|sighting| sighting.kind.leaves_undecided())
    }
}

impl Image {
    /// The worse of what the report says and what its rules say under the policy's own mode.
    pub fn verdict(&self) -> Verdict {
        let rules = || self.report.rules.iter();
        let says = |verdict| {
            self.report.verdict == verdict || rules().any(|rule| rule.verdict == verdict && self.enforces(rule))
        };
        if says(Verdict::Deny) {
            Verdict::Deny
        } else if says(Verdict::Undecided)
            || rules().any(|rule| rule.verdict == Verdict::Undecided)
            || rules().next().is_none()
        {
            Verdict::Undecided
        } else {
            Verdict::Allow
        }
    }

    /// An enforced rule denies; so does a denial that no rule explains.
    fn denies(&self) -> bool {
        let denying = || self.report.rules.iter().filter(|rule| rule.verdict == Verdict::Deny);
        denying().any(|rule| rule.mode == Mode::Enforce)
            || (self.report.verdict == Verdict::Deny && denying().next().is_none())
    }

    /// A rule is undecided and nothing lets it pass; so is an image about which there is nothing but failures.
    fn blocks_undecided(&self) -> bool {
        let rules = &self.report.rules;
        rules.iter().any(|rule| self.blocks(rule)) || (rules.is_empty() && !self.report.failures.is_empty())
    }

    /// Whether an undecided rule stops the job. `--mode inform` has no say in it; `undecided: inform` shows as an
    /// undecided rule in mode inform, and is believed only for the kinds that it may cover.
    pub fn blocks(&self, rule: &RuleResult) -> bool {
        let softened = !NEVER_SOFTENED.contains(&rule.kind.as_str()) || self.policy_mode(rule) == Mode::Inform;
        rule.verdict == Verdict::Undecided && (rule.mode == Mode::Enforce || !softened)
    }

    fn enforces(&self, rule: &RuleResult) -> bool {
        rule.mode == Mode::Enforce || self.policy_mode(rule) == Mode::Enforce
    }

    /// Rules are about it, and none of them found anything to judge: another image does not speak for it.
    fn was_passed_over(&self) -> bool {
        !self.requirements.rules.is_empty() && self.report.rules.is_empty()
    }

    /// A rule of the policy had its say.
    pub fn was_evaluated(&self) -> bool {
        self.report.rules.iter().any(|rule| rule.kind != UNMATCHED)
    }
}

#[cfg(test)]
mod tests;
