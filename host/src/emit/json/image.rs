//! One image in the JSON report: what was demanded, and the answer.

use serde::Serialize;

use super::evidence::{Evidence, Rejection};
use super::mention::Mention;
use super::word::{Carrier, Class, Effect, Mode, Severity, Verdict};
use super::{Diagnostic, Unseen, words};
use crate::emit::trust;
use crate::run;
use crate::wit::trust::TrustedRoot;
use crate::wit::{report, requirements};

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct Image<'a> {
    /// as the user wrote it
    reference: &'a str,
    /// normalised `registry/repository`
    name: &'a str,
    /// the name that the policy knows it by, where it is a mirror: what exceptions and signatures name
    origin: Option<&'a str>,
    /// repositories in which evidence was looked for besides its own
    evidence_repositories: Vec<&'a str>,
    tag: Option<&'a str>,
    /// null where the reference could not be resolved
    digest: Option<&'a str>,
    verdict: Verdict,
    /// `name@digest` of what was proven; empty unless the verdict is `allow`
    pinned: Vec<&'a str>,
    /// where files name it; empty where only the command line does
    mentions: Vec<Mention<'a>>,
    enforced: Vec<Enforced<'a>>,
    /// kinds of places that were looked at
    carriers: Vec<Carrier>,
    rules: Vec<Rule<'a>>,
    targets: Vec<Target<'a>>,
    evidence: Vec<Evidence<'a>>,
    /// where nobody could look
    failures: Vec<Unseen<'a>>,
    warnings: Vec<Diagnostic<'a>>,
    roots: Vec<Root<'a>>,
    /// SHA-256 of the policy that judged
    policy: &'a str,
    /// of the evaluation, RFC 3339
    time: String,
}

/// A rule as it was to be enforced.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
struct Enforced<'a> {
    rule: &'a str,
    kind: &'a str,
    line: u32,
    mode: Mode,
    /// the day from which it is enforced; until then it informs
    enforce_from: Option<&'a str>,
    severity: Severity,
    /// in words
    demand: &'a str,
    platforms: Vec<&'a str>,
}

/// What a rule says.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
struct Rule<'a> {
    rule: &'a str,
    kind: &'a str,
    /// in the policy; 0 for what is no rule of the policy
    line: u32,
    mode: Mode,
    /// the day from which it is enforced, where that is still to come
    enforce_from: Option<&'a str>,
    severity: Severity,
    verdict: Verdict,
    class: Class,
    demand: &'a str,
    accepted: Vec<Acceptance<'a>>,
    findings: Vec<Finding<'a>>,
    remediation: Option<&'a str>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
struct Acceptance<'a> {
    target: &'a str,
    signer: &'a str,
    /// digest
    evidence: &'a str,
    remarks: Vec<&'a str>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
struct Finding<'a> {
    effect: Effect,
    /// what it is about, stable from run to run, and what an exception names
    id: &'a str,
    class: Class,
    severity: Severity,
    target: Option<&'a str>,
    platform: Option<&'a str>,
    message: &'a str,
    expected: &'a str,
    found: &'a str,
    /// nearest first
    near_misses: Vec<NearMiss<'a>>,
    hint: Option<&'a str>,
    /// digest
    evidence: Option<&'a str>,
    /// the entry of the policy's `exceptions` that lets it through
    exception: Option<Exception<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
struct Exception<'a> {
    /// in the policy
    line: u32,
    owner: &'a str,
    reason: &'a str,
    ticket: Option<&'a str>,
    /// the last day it holds, UTC
    expires: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
struct NearMiss<'a> {
    /// of the evidence
    digest: &'a str,
    signer: &'a str,
    rejection: Rejection<'a>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
struct Target<'a> {
    digest: &'a str,
    platform: Option<&'a str>,
    media_type: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
struct Root<'a> {
    name: &'a str,
    digest: &'a str,
    /// `embedded` in the program, `refreshed` by `portcullis trust update`, or a `file` of the user's
    source: &'static str,
    /// of the TUF metadata that it was found by
    versions: Option<Versions>,
    /// it was the newest at this time, RFC 3339; null where that cannot be proven
    as_of: Option<String>,
    /// until then its repository vouches that there is no newer one, RFC 3339
    expires: Option<String>,
}

/// An embedded root has the version of the root metadata that refreshing begins at.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
struct Versions {
    root: u64,
    timestamp: Option<u64>,
    snapshot: Option<u64>,
    targets: Option<u64>,
}

impl<'a> Root<'a> {
    fn of(root: &'a TrustedRoot) -> Self {
        Self {
            name: &root.name,
            digest: &root.digest,
            source: trust::source(root.source),
            versions: root.versions.as_ref().map(|versions| Versions {
                root: versions.root,
                timestamp: versions.timestamp,
                snapshot: versions.snapshot,
                targets: versions.targets,
            }),
            as_of: root.as_of.map(words::time),
            expires: root.expires.map(words::time),
        }
    }
}

impl<'a> Image<'a> {
    pub fn of(image: &'a run::Image) -> Self {
        let report = &image.report;
        let pinned = match image.verdict() {
            crate::wit::basics::Verdict::Allow => all(&report.pinned),
            _ => Vec::new(),
        };
        Self {
            reference: &report.reference,
            name: &report.name,
            origin: image.requirements.origin.as_deref(),
            evidence_repositories: all(&image.requirements.evidence),
            tag: report.tag.as_deref(),
            digest: report.digest.as_deref(),
            verdict: image.verdict().into(),
            pinned,
            mentions: image.mentions.iter().map(Mention::of).collect(),
            enforced: image.requirements.rules.iter().map(Enforced::of).collect(),
            carriers: image
                .requirements
                .carriers
                .iter()
                .map(|carrier| (*carrier).into())
                .collect(),
            rules: report.rules.iter().map(Rule::of).collect(),
            targets: report.targets.iter().map(Target::of).collect(),
            evidence: report.evidence.iter().map(Evidence::of).collect(),
            failures: report.failures.iter().map(Unseen::of).collect(),
            warnings: report.warnings.iter().map(Diagnostic::of).collect(),
            roots: report.roots.iter().map(Root::of).collect(),
            policy: &report.policy,
            time: words::time(report.time),
        }
    }
}

impl<'a> Enforced<'a> {
    fn of(rule: &'a requirements::EnforcedRule) -> Self {
        Self {
            rule: &rule.rule,
            kind: &rule.kind,
            line: rule.line,
            mode: rule.mode.into(),
            enforce_from: rule.enforce_from.as_deref(),
            severity: rule.severity.into(),
            demand: &rule.demand,
            platforms: all(&rule.platforms),
        }
    }
}

impl<'a> Rule<'a> {
    fn of(rule: &'a report::RuleResult) -> Self {
        Self {
            rule: &rule.rule,
            kind: &rule.kind,
            line: rule.line,
            mode: rule.mode.into(),
            enforce_from: rule.enforce_from.as_deref(),
            severity: rule.severity.into(),
            verdict: rule.verdict.into(),
            class: rule.class.into(),
            demand: &rule.demand,
            accepted: rule.accepted.iter().map(Acceptance::of).collect(),
            findings: rule.findings.iter().map(Finding::of).collect(),
            remediation: rule.remediation.as_deref(),
        }
    }
}

impl<'a> Acceptance<'a> {
    fn of(accepted: &'a report::Acceptance) -> Self {
        Self {
            target: &accepted.target,
            signer: &accepted.signer,
            evidence: &accepted.evidence,
            remarks: all(&accepted.remarks),
        }
    }
}

impl<'a> Finding<'a> {
    fn of(finding: &'a report::Finding) -> Self {
        Self {
            effect: finding.effect.into(),
            id: &finding.id,
            class: finding.class.into(),
            severity: finding.severity.into(),
            target: finding.target.as_deref(),
            platform: finding.platform.as_deref(),
            message: &finding.message,
            expected: &finding.expected,
            found: &finding.found,
            near_misses: finding.near_misses.iter().map(NearMiss::of).collect(),
            hint: finding.hint.as_deref(),
            evidence: finding.evidence.as_deref(),
            exception: finding.exception.as_ref().map(|exception| Exception {
                line: exception.line,
                owner: &exception.owner,
                reason: &exception.reason,
                ticket: exception.ticket.as_deref(),
                expires: &exception.expires,
            }),
        }
    }
}

impl<'a> NearMiss<'a> {
    fn of(near: &'a report::NearMiss) -> Self {
        Self {
            digest: &near.digest,
            signer: &near.signer,
            rejection: Rejection::of(&near.rejection),
        }
    }
}

impl<'a> Target<'a> {
    fn of(target: &'a report::Target) -> Self {
        Self {
            digest: &target.digest,
            platform: target.platform.as_deref(),
            media_type: &target.media_type,
        }
    }
}

fn all(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}
