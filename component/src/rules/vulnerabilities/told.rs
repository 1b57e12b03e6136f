//! What a scan found, for the report: each vulnerability with what the rule and everybody's word make of it.

use super::decision;
use super::triaged::{Answer, Signed, Statements};
use super::{Fate, merged, origin, wording};
use crate::policy::VulnerabilitiesRule;
use crate::predicate::triage::Status;
use crate::predicate::vulnerability::{self, Level, Vulnerability};
use crate::rules::told::{Budget, Source};
use crate::rules::{About, Document};
use crate::wit::basics::Exception;
use crate::wit::contents;
use crate::wit::contents::{Rating, Scan, State, Triage, TriageStatus};

/// None where the report cannot be read, and where it is of another image: that says nothing of this one. `excepted` finds
/// the exception that covers an id.
pub(crate) fn scan(
    rule: &VulnerabilitiesRule,
    document: &Document<'_>,
    beside: &[Document<'_>],
    about: &About<'_>,
    excepted: &dyn Fn(&str) -> Option<Exception>,
    source: Source<'_>,
    budget: &mut Budget,
) -> Option<Scan> {
    let mut report = vulnerability::read(document.predicate_type(), document.predicate()).ok()?;
    if origin::objection(rule, &report, about).is_some() {
        return None;
    }
    let statements = Statements::read(rule.triage.as_ref(), beside, about);
    let (mut vulnerabilities, mut left_out) = (Vec::new(), 0_u32);
    for one in merged(std::mem::take(&mut report.findings)) {
        let (answer, _) = statements.about(&one, about);
        let state = state(rule, &one, &answer, about.now, excepted);
        let told = told(one, state, triage(&answer));
        if budget.takes(texts(&told)) {
            vulnerabilities.push(told);
        } else {
            left_out = left_out.saturating_add(1);
        }
    }
    Some(Scan {
        target: source.target.to_string(),
        evidence: source.evidence.to_string(),
        signer: source.signer.to_owned(),
        rule: source.rule.to_owned(),
        format: report.format.to_string(),
        scanner: report.scanner.map(|scanner| wording::short(&scanner)),
        made: report.dated,
        system: report.system.map(|system| wording::short(&system)),
        vulnerabilities,
        left_out,
    })
}

fn state(
    rule: &VulnerabilitiesRule,
    one: &Vulnerability,
    answer: &Answer<'_>,
    now: i64,
    excepted: &dyn Fn(&str) -> Option<Exception>,
) -> State {
    match Fate::of(decision::of(rule, one, now), answer) {
        Fate::Excluded => State::Excluded,
        Fate::Addressed(_) => State::Addressed,
        Fate::Below => State::BelowThreshold,
        Fate::Unfixed => State::NotFixable,
        Fate::InGrace { until } => State::InGrace(until),
        Fate::Unclear => State::Unclear(match answer {
            Answer::Unclear { reason } => wording::short(reason),
            Answer::Addressed(_) | Answer::Unaddressed(_) => String::new(),
        }),
        Fate::FixUnsaid => State::Unclear("the report does not say whether there is a fix".to_owned()),
        Fate::Denied => excepted(&one.id).map_or(State::Denies, State::Excepted),
    }
}

fn triage(answer: &Answer<'_>) -> Option<Triage> {
    let signed: &Signed<'_> = match answer {
        Answer::Addressed(signed) => signed,
        Answer::Unaddressed(signed) => signed.as_ref().filter(|signed| signed.stale.is_none())?,
        Answer::Unclear { .. } => return None,
    };
    Some(Triage {
        status: match signed.statement.status {
            // what it says without a reason is not believed, and so it is still to be looked at
            Status::UnderInvestigation | Status::Unjustified => TriageStatus::UnderInvestigation,
            Status::NotAffected => TriageStatus::NotAffected,
            Status::Fixed => TriageStatus::Fixed,
            Status::Accepted => TriageStatus::Accepted,
            Status::Affected => TriageStatus::Affected,
        },
        signer: signed.signer.to_owned(),
        format: signed.format.to_owned(),
        reason: signed.statement.reason.clone(),
    })
}

fn told(one: Vulnerability, state: State, triage: Option<Triage>) -> contents::Vulnerability {
    contents::Vulnerability {
        id: one.id,
        aliases: one.aliases,
        rating: match one.rated.level {
            Some(Level::Critical) => Rating::Critical,
            Some(Level::High) => Rating::High,
            Some(Level::Medium) => Rating::Medium,
            Some(Level::Low) => Rating::Low,
            Some(Level::Negligible) => Rating::Negligible,
            None => Rating::Unknown,
        },
        rated_by: one.rated.source,
        score: one.rated.score.map(tenths),
        known_exploited: one.known_exploited,
        package: one.package.name,
        purl: one.package.purl.map(|purl| purl.to_string()),
        installed: one.package.installed,
        fix: match one.fix {
            vulnerability::Fix::Unsaid => contents::Fix::Unsaid,
            vulnerability::Fix::Missing => contents::Fix::Missing,
            vulnerability::Fix::Known(versions) => contents::Fix::Known(versions),
        },
        published: one.published,
        modified: one.details.modified,
        url: one.details.url,
        state,
        triage,
    }
}

/// Scores are above 0 and at most 10: no other is kept.
fn tenths(score: f64) -> u8 {
    (0..=100_u8)
        .min_by(|left, right| {
            let distance = |tenths: &u8| (f64::from(*tenths) - score * 10.0).abs();
            distance(left).total_cmp(&distance(right))
        })
        .unwrap_or_default()
}

fn texts(one: &contents::Vulnerability) -> impl Iterator<Item = &str> {
    let fixes = match &one.fix {
        contents::Fix::Known(versions) => versions.as_slice(),
        contents::Fix::Unsaid | contents::Fix::Missing => &[],
    };
    let reason = one.triage.as_ref().and_then(|triage| triage.reason.as_deref());
    let optional = [
        one.rated_by.as_deref(),
        one.package.as_deref(),
        one.purl.as_deref(),
        one.installed.as_deref(),
        one.url.as_deref(),
        reason,
    ];
    let several = one.aliases.iter().chain(fixes).chain([&one.id]);
    several.map(String::as_str).chain(optional.into_iter().flatten())
}
