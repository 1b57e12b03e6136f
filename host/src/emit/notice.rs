//! What there is to say about a run, one by one and ranked: the findings, faults and warnings that a pipeline's own
//! formats show at a line of a file.

use super::words;
use crate::run::{FLAGS, Fault, Image, Mention, Place, Run, Sighting, SightingKind, Source, Weakening};
use crate::say;
use crate::untrusted::Safe;
use crate::wit::basics::{Mode, Severity, Verdict};
use crate::wit::diagnostics::{Diagnostic, Level as DiagnosticLevel};
use crate::wit::report::{Effect, Finding, RuleResult};

/// Of one image, as long as it has no more findings: files may name it in thousands of places, and scanners find thousands
/// of things in it. No platform shows as many.
const NOTICES: usize = 20_000;

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
    /// of the file that names the image, else the policy or the file that is wrong; empty where there is none
    pub file: &'r str,
    /// from 1; 0 where there is none
    pub line: u32,
    /// from 1, in characters; 0 where it is not known
    pub column: u32,
    /// of the character after the last one, on the same line; 0 where it is not known
    pub end_column: u32,
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
        /// the place of the image that this one is about; the same finding is told at each of them
        mention: Option<&'r Mention>,
    },
    /// what stands in a file and could not be judged
    Sighting(&'r Sighting),
    Fault {
        kind: &'static str,
        text: &'r str,
    },
    Warning(&'r Diagnostic),
    Weakening(&'r Weakening),
}

/// The loudest and most severe first. Of equal ones each finding's first place comes before any second one, so that a
/// cap hides places rather than findings; else they are in the order of the report.
pub fn notices(run: &Run) -> Vec<Notice<'_>> {
    let mut notices: Vec<_> = all(run)
        .map(|(rank, notice)| (notice.level, notice.severity as u8, rank, notice))
        .collect();
    notices.sort_by_key(|(level, severity, rank, _)| (*level, *severity, *rank));
    notices.into_iter().map(|(_, _, _, notice)| notice).collect()
}

/// For formats that have no other word for it: a file without entries would read as if all were well.
pub fn notices_or_none(run: &Run) -> Vec<Notice<'_>> {
    let mut notices = notices(run);
    if notices.is_empty() && run.verdict() != Verdict::Allow {
        notices.push(Notice {
            level: Level::Error,
            severity: Severity::Critical,
            subject: Subject::Fault {
                kind: "undecided",
                text: "",
            },
            file: "",
            line: 0,
            column: 0,
            end_column: 0,
            title: say!["nothing was decided"],
            message: say!["the run has not come to an end, or had no image"],
        });
    }
    notices
}

/// Each with its number among the places of the same finding.
fn all(run: &Run) -> impl Iterator<Item = (usize, Notice<'_>)> {
    let findings = run.images.iter().flat_map(|image| of_image(run, image));
    let warnings = run.all_warnings().into_iter().map(of_warning);
    let weakenings = run.weakenings.iter().map(|weakening| of_weakening(run, weakening));
    let sightings = run.sightings.iter().map(of_sighting);
    let once = |notice| (0, notice);
    let faults = run.faults.iter().map(of_fault);
    faults
        .chain(sightings)
        .map(once)
        .chain(findings)
        .chain(warnings.chain(weakenings).map(once))
}

fn of_image<'r>(run: &'r Run, image: &'r Image) -> impl Iterator<Item = (usize, Notice<'r>)> {
    let findings: usize = image.report.rules.iter().map(|rule| rule.findings.len().max(1)).sum();
    let places = (NOTICES / findings.max(1)).max(1);
    image.report.rules.iter().flat_map(move |rule| {
        let findings = rule.findings.iter().map(Some);
        // a refusal is told even where the report does not explain it
        let bare = (rule.findings.is_empty() && rule.verdict != Verdict::Allow).then_some(None);
        findings
            .chain(bare)
            .flat_map(move |finding| of_rule(run, image, rule, finding, places))
    })
}

/// One at each of the first `places` that name the image; at the rule's own line where there is none.
fn of_rule<'r>(
    run: &'r Run,
    image: &'r Image,
    rule: &'r RuleResult,
    finding: Option<&'r Finding>,
    places: usize,
) -> impl Iterator<Item = (usize, Notice<'r>)> {
    let more = image.mentions.len().saturating_sub(places);
    let nowhere = image.mentions.is_empty().then_some(None);
    let mentions = image.mentions.iter().take(places).map(Some).chain(nowhere);
    let notice = move |mention: Option<&'r Mention>| Notice {
        level: level(run, image, rule, finding),
        severity: finding.map_or(rule.severity, |finding| finding.severity),
        subject: Subject::Finding {
            image,
            rule,
            finding,
            mention,
        },
        file: mention.map_or(file(&run.policy.file), |mention| &mention.place.file),
        line: mention.map_or(rule.line, |mention| mention.place.line),
        column: mention.map_or(0, |mention| mention.place.column),
        end_column: mention.map_or(0, |mention| mention.place.end_column),
        title: title(rule, finding),
        message: placed(message(image, rule, finding), run, rule, mention, more),
    };
    mentions.map(notice).enumerate()
}

/// Where the notice is not at the rule, it says where the rule is; and how many places have no notice of their own.
fn placed(mut message: Safe, run: &Run, rule: &RuleResult, mention: Option<&Mention>, more: usize) -> Safe {
    let policy = file(&run.policy.file);
    if mention.is_some() && !policy.is_empty() && rule.line > 0 {
        message.push(&say!["; rule at ", policy, ":", rule.line]);
    }
    if more > 0 {
        message.push(&say!["; named in ", more, " more places"]);
    }
    message
}

/// What cannot be judged stops the job, so it is as loud as a denial.
fn of_sighting(sighting: &Sighting) -> Notice<'_> {
    let Place {
        file: name,
        line,
        column,
        end_column,
    } = &sighting.place;
    let level = match sighting.kind {
        SightingKind::Excluded => Level::Notice,
        SightingKind::Nothing => Level::Warning,
        _ => Level::Error,
    };
    Notice {
        level,
        severity: match level {
            Level::Error => Severity::High,
            Level::Warning => Severity::Medium,
            Level::Notice => Severity::Low,
        },
        subject: Subject::Sighting(sighting),
        file: file(name),
        line: *line,
        column: *column,
        end_column: *end_column,
        title: sighting_title(sighting.kind),
        message: words::sighting(sighting),
    }
}

fn sighting_title(kind: SightingKind) -> Safe {
    match kind.leaves_undecided() {
        true => say![words::verdict(Verdict::Undecided), ": ", kind.word()],
        false => say![kind.word()],
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
    let (file, line, column, level) = match fault {
        Fault::Policy(error) => (file(&error.file), error.line, error.column, of_diagnostic(error)),
        Fault::Usage { .. } | Fault::Bug { .. } => ("", 0, 0, Level::Error),
    };
    let mut message = match fault {
        Fault::Bug { image, place } => words::bug(image, place),
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
        column,
        end_column: 0,
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
        column: warning.column,
        end_column: 0,
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
        column: 0,
        end_column: 0,
        title: say!["weakened"],
        message: say![weakening.option, ": ", super::text::effect(weakening)],
    }
}
