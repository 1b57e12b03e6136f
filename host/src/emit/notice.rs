//! What there is to say about a run, one by one and ranked: the findings, faults and warnings that a pipeline's own
//! formats show at a line of a file.

use super::words;
use crate::run::{FLAGS, Fault, Image, Run, Source, Weakening};
use crate::say;
use crate::untrusted::Safe;
use crate::wit::basics::{Mode, Severity, Verdict};
use crate::wit::diagnostics::{Diagnostic, Level as DiagnosticLevel};
use crate::wit::report::{Effect, Finding, RuleResult};

/// How loud it is; the loudest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Error,
    Warning,
    Notice,
}

/// One thing to say.
#[derive(Debug, Clone)]
pub struct Notice<'r> {
    pub level: Level,
    pub severity: Severity,
    pub subject: Subject<'r>,
    /// of the policy or the file that is wrong; empty where there is none
    pub file: &'r str,
    /// from 1; 0 where there is none
    pub line: u32,
    pub title: Safe,
    pub message: Safe,
}

/// What it is about: this, and nothing that changes from run to run, makes a fingerprint.
#[derive(Debug, Clone)]
pub enum Subject<'r> {
    Finding {
        image: &'r Image,
        rule: &'r RuleResult,
        finding: Option<&'r Finding>,
    },
    Fault {
        kind: &'static str,
        text: &'r str,
    },
    Warning(&'r Diagnostic),
    Weakening(&'r Weakening),
}

/// The loudest and most severe first; equal ones in the order of the report.
pub fn notices(run: &Run) -> Vec<Notice<'_>> {
    let findings = run.images.iter().flat_map(|image| of_image(run, image));
    let warnings = run.all_warnings().into_iter().map(of_warning);
    let weakenings = run.weakenings.iter().map(|weakening| of_weakening(run, weakening));
    let mut notices: Vec<_> = run
        .faults
        .iter()
        .map(of_fault)
        .chain(findings)
        .chain(warnings)
        .chain(weakenings)
        .collect();
    notices.sort_by_key(|notice| (notice.level, notice.severity as u8));
    notices
}

fn of_image<'r>(run: &'r Run, image: &'r Image) -> impl Iterator<Item = Notice<'r>> {
    image.report.rules.iter().flat_map(move |rule| {
        let findings = rule.findings.iter().map(Some);
        // a refusal is told even where the report does not explain it
        let bare = (rule.findings.is_empty() && rule.verdict != Verdict::Allow).then_some(None);
        findings
            .chain(bare)
            .map(move |finding| of_rule(run, image, rule, finding))
    })
}

fn of_rule<'r>(run: &'r Run, image: &'r Image, rule: &'r RuleResult, finding: Option<&'r Finding>) -> Notice<'r> {
    Notice {
        level: level(run, image, rule, finding),
        severity: finding.map_or(rule.severity, |finding| finding.severity),
        subject: Subject::Finding { image, rule, finding },
        file: file(&run.policy.file),
        line: rule.line,
        title: title(rule, finding),
        message: message(image, rule, finding),
    }
}

/// `deny: scanned (CVE-2026-0001)`.
fn title(rule: &RuleResult, finding: Option<&Finding>) -> Safe {
    let word = match finding.map(|finding| finding.effect) {
        None | Some(Effect::Denies | Effect::LeavesUndecided) => words::verdict(rule.verdict),
        Some(effect) => words::effect(effect),
    };
    let id = match finding {
        Some(finding) => say![finding.id],
        None => say![words::class(rule.class)],
    };
    say![word, ": ", rule.rule, " (", id, ")"]
}

/// Flags are no file that could be pointed at.
fn file(name: &str) -> &str {
    if name == FLAGS { "" } else { name }
}

/// What informs is at most a warning; what could not be found out is an error exactly where it stops the job.
fn level(run: &Run, image: &Image, rule: &RuleResult, finding: Option<&Finding>) -> Level {
    let severity = match finding {
        Some(finding) if matches!(finding.effect, Effect::Informs | Effect::Waived) => return Level::Notice,
        Some(finding) => finding.severity,
        None => rule.severity,
    };
    if rule.verdict == Verdict::Undecided {
        return if image.blocks(rule) {
            Level::Error
        } else {
            Level::Warning
        };
    }
    let informs = run.mode == Mode::Inform || rule.mode == Mode::Inform;
    match severity {
        Severity::Critical | Severity::High if !informs => Level::Error,
        Severity::Low => Level::Notice,
        _ => Level::Warning,
    }
}

fn message(image: &Image, rule: &RuleResult, finding: Option<&Finding>) -> Safe {
    let reference = &image.report.reference;
    let Some(finding) = finding else {
        return say![reference, ": ", rule.demand];
    };
    let mut message = say![reference, ": ", finding.message];
    if let Some(platform) = &finding.platform {
        message.push(&say![" (", platform, ")"]);
    }
    for (label, text) in [("; expected ", &finding.expected), ("; found ", &finding.found)] {
        if !text.is_empty() {
            message.push(&say![label, text]);
        }
    }
    if let Some(near) = finding.near_misses.first() {
        message.push(&say!["; near miss: ", super::text::near_miss(near)]);
    }
    if let Some(exception) = &finding.exception {
        message.push(&say!["; ", words::exception(exception)]);
    }
    for hint in finding.hint.iter().chain(&rule.remediation) {
        message.push(&say!["; hint: ", hint]);
    }
    message
}

fn of_fault(fault: &Fault) -> Notice<'_> {
    let (kind, text, hint) = match fault {
        Fault::Usage { message, hint } => ("usage", message, hint.as_ref()),
        Fault::Policy(error) => ("policy", &error.message, error.hint.as_ref()),
        Fault::Bug { place, .. } => ("bug", place, None),
    };
    let (file, line, level) = match fault {
        Fault::Policy(error) => (file(&error.file), error.line, of_diagnostic(error)),
        Fault::Usage { .. } | Fault::Bug { .. } => ("", 0, Level::Error),
    };
    let mut message = match fault {
        Fault::Bug { image, place } => say![image, ": ", place],
        Fault::Usage { .. } | Fault::Policy(_) => say![text],
    };
    if let Some(hint) = hint {
        message.push(&say!["; hint: ", hint]);
    }
    let title = match fault {
        Fault::Usage { .. } => "portcullis was not called correctly",
        Fault::Policy(_) => "the policy is wrong",
        Fault::Bug { .. } => "bug in portcullis",
    };
    Notice {
        level,
        severity: Severity::Critical,
        subject: Subject::Fault { kind, text },
        file,
        line,
        title: say![title],
        message,
    }
}

fn of_diagnostic(diagnostic: &Diagnostic) -> Level {
    match diagnostic.level {
        DiagnosticLevel::Error => Level::Error,
        DiagnosticLevel::Warning => Level::Warning,
    }
}

fn of_warning(warning: &Diagnostic) -> Notice<'_> {
    let mut message = say![warning.message];
    if let Some(hint) = &warning.hint {
        message.push(&say!["; hint: ", hint]);
    }
    Notice {
        level: of_diagnostic(warning),
        severity: Severity::Medium,
        subject: Subject::Warning(warning),
        file: file(&warning.file),
        line: warning.line,
        title: say!["policy warning"],
        message,
    }
}

/// Whoever sees only this format sees that the check was weakened.
fn of_weakening<'r>(run: &'r Run, weakening: &'r Weakening) -> Notice<'r> {
    let (file, line) = match weakening.source {
        Source::CommandLine => ("", 0),
        Source::Policy(line) => (file(&run.policy.file), line),
    };
    Notice {
        level: Level::Notice,
        severity: Severity::Low,
        subject: Subject::Weakening(weakening),
        file,
        line,
        title: say!["weakened"],
        message: say![weakening.option, ": ", super::text::effect(weakening)],
    }
}
