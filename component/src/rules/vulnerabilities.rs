//! `vulnerabilities`: what a scan found is below what the rule bears, or does not count by the word of whom the rule names
//! (docs/policy.md, meanings 4, 6, 7 and 16).
//!
//! Not monotone: an older report may know less, and a statement that takes an earlier one back may be withheld. So the rule
//! needs `max-age`, and takes the latest report.

mod decision;
mod origin;
mod told;
mod triaged;
mod wording;

use std::collections::{BTreeMap, BTreeSet};

use self::decision::Decision;
use self::triaged::{Answer, Signed, Statements};
use super::{About, Document, Effect, Judged, Objection};
use crate::limits;
use crate::policy::{Demanded, VulnerabilitiesRule};
use crate::predicate::Malformed;
use crate::predicate::vulnerability::{self, Fix, Level, Report, Vulnerability};
use crate::statement;

pub(crate) use told::scan;

/// Whether a document is a report that the rule looks at. One that is meant to be a report and cannot be read is.
pub(crate) fn is_meant(rule: &VulnerabilitiesRule, document: &Document<'_>) -> bool {
    let (predicate_type, predicate) = (document.predicate_type(), document.predicate());
    let format = vulnerability::format(predicate_type, predicate);
    // these types hold other things too; of any other that the policy names, a document must be a report that can be read
    let shared = matches!(statement::short_type(predicate_type), "custom" | "cyclonedx");
    let meant = !shared || vulnerability::is_report(predicate_type, predicate);
    meant && format.is_none_or(|format| rule.formats.contains(&format))
}

/// When the scan was made, as the report says itself.
pub(crate) fn date(document: &Document<'_>) -> Result<Option<i64>, Malformed> {
    Ok(vulnerability::read(document.predicate_type(), document.predicate())?.dated)
}

/// `beside` are the proven documents by the signers of the rule's `triage`, of all types and ages.
pub(crate) fn judge(
    rule: &VulnerabilitiesRule,
    document: &Document<'_>,
    beside: &[Document<'_>],
    about: &About<'_>,
) -> Result<Judged, Malformed> {
    let mut report = vulnerability::read(document.predicate_type(), document.predicate())?;
    let found = merged(std::mem::take(&mut report.findings));
    let statements = Statements::read(rule.triage.as_ref(), beside, about);
    let mut judgement = Judgement {
        rule,
        about,
        statements: &statements,
        counts: Counts::default(),
        matched: BTreeSet::new(),
        denied: Vec::new(),
        undecided: Vec::new(),
        unfixable: Vec::new(),
        notes: Vec::new(),
        shown: Vec::new(),
    };
    let mut objections: Vec<Objection> = origin::objection(rule, &report, about).into_iter().collect();
    objections.extend(gaps(rule, &report));
    for vulnerability in &found {
        judgement.weigh(vulnerability);
    }
    let mut remarks = origin::remarks(&report, about);
    let irrelevant = statements.irrelevant(&judgement.matched, &found, about);
    remarks.extend(judgement.remarks(&report, &found, &irrelevant));
    objections.extend(judgement.finish(irrelevant));
    Ok(Judged { objections, remarks })
}

/// What a report shows that it did not look at, so that it does not pass for one that found nothing.
fn gaps(rule: &VulnerabilitiesRule, report: &Report) -> Vec<Objection> {
    let effect = match rule.incomplete {
        Demanded::Required => Effect::Denies,
        Demanded::Reported => Effect::Informs,
    };
    let gap = |gap: &String| wording::gap(effect, report, gap);
    report.gaps.iter().map(gap).collect()
}

/// One for each vulnerability and package, worst first: a report has one for each place where it found the package.
fn merged(found: Vec<Vulnerability>) -> Vec<Vulnerability> {
    let mut by_name: BTreeMap<(String, String), Vulnerability> = BTreeMap::new();
    for one in found {
        let name = (one.id.clone(), wording::package(&one));
        match by_name.remove(&name) {
            Some(before) => by_name.insert(name, merge(before, one)),
            None => by_name.insert(name, one),
        };
    }
    let mut found: Vec<_> = by_name.into_values().collect();
    // stable, so by id and package among equals; unknown first
    found.sort_by_key(|one| std::cmp::Reverse(one.rated.level.unwrap_or(Level::Critical)));
    found
}

/// What either says that counts against the image.
fn merge(mut left: Vulnerability, right: Vulnerability) -> Vulnerability {
    let floor = left.rated.floor.max(right.rated.floor);
    let unknown = left.rated.level.is_none();
    if right.rated.level.is_none() || (!unknown && right.rated.level > left.rated.level) {
        left.rated = right.rated;
    }
    left.rated.floor = floor;
    left.published = left.published.zip(right.published).map(|(left, right)| left.min(right));
    left.known_exploited |= right.known_exploited;
    left.epss = left.epss.into_iter().chain(right.epss).reduce(f64::max);
    left.fix = match (left.fix, right.fix) {
        (fix @ Fix::Known(_), _) | (_, fix @ Fix::Known(_)) => fix,
        (Fix::Unsaid, _) | (_, Fix::Unsaid) => Fix::Unsaid,
        (Fix::Missing, Fix::Missing) => Fix::Missing,
    };
    let more: Vec<String> = right
        .aliases
        .into_iter()
        .filter(|alias| !left.aliases.contains(alias))
        .collect();
    left.aliases.extend(more);
    left
}

/// What becomes of a vulnerability, by the rule and by everybody's word.
#[derive(Debug)]
enum Fate<'s> {
    Excluded,
    Addressed(&'s Signed<'s>),
    Below,
    Unfixed,
    InGrace {
        until: i64,
    },
    /// It would deny, and what is said of it cannot be told.
    Unclear,
    FixUnsaid,
    Denied,
}

impl<'s> Fate<'s> {
    fn of(decision: Decision, answer: &Answer<'s>) -> Self {
        match (decision, answer) {
            (Decision::Excluded, _) => Self::Excluded,
            (_, Answer::Addressed(statement)) => Self::Addressed(statement),
            (Decision::Below, _) => Self::Below,
            (Decision::Unfixed, _) => Self::Unfixed,
            (Decision::InGrace { until }, _) => Self::InGrace { until },
            (Decision::Denied | Decision::FixUnsaid, Answer::Unclear { .. }) => Self::Unclear,
            (Decision::FixUnsaid, Answer::Unaddressed(_)) => Self::FixUnsaid,
            (Decision::Denied, Answer::Unaddressed(_)) => Self::Denied,
        }
    }
}

#[derive(Debug, Default)]
struct Counts {
    addressed: usize,
    unaddressed: usize,
    excluded: usize,
    below: usize,
    unfixed: usize,
    in_grace: usize,
}

impl Counts {
    fn add(&mut self, fate: &Fate<'_>) {
        self.unaddressed += usize::from(!matches!(fate, Fate::Excluded | Fate::Addressed(_)));
        match fate {
            Fate::Excluded => self.excluded += 1,
            Fate::Addressed(_) => self.addressed += 1,
            Fate::Below => self.below += 1,
            Fate::Unfixed => self.unfixed += 1,
            Fate::InGrace { .. } => self.in_grace += 1,
            Fate::Unclear | Fate::FixUnsaid | Fate::Denied => {}
        }
    }
}

struct Judgement<'a> {
    rule: &'a VulnerabilitiesRule,
    about: &'a About<'a>,
    statements: &'a Statements<'a>,
    counts: Counts,
    /// Numbers of the statements that were about something found.
    matched: BTreeSet<usize>,
    denied: Vec<Objection>,
    undecided: Vec<Objection>,
    /// What would deny if it has a fix, which the report does not say.
    unfixable: Vec<String>,
    notes: Vec<Objection>,
    /// What does not deny, and the rule wants to see.
    shown: Vec<Objection>,
}

impl Judgement<'_> {
    fn weigh(&mut self, one: &Vulnerability) {
        let (answer, matched) = self.statements.about(one, self.about);
        self.matched.extend(matched);
        let fate = Fate::of(decision::of(self.rule, one, self.about.now), &answer);
        self.counts.add(&fate);
        match fate {
            Fate::Excluded => {}
            Fate::Below | Fate::Unfixed => {
                let is_shown = |least: Level| decision::level(self.rule, one) >= least;
                if self.rule.inform_on.is_some_and(is_shown) {
                    self.shown.push(wording::shown(self.rule, one, &fate));
                }
            }
            Fate::Addressed(statement) => self.notes.push(wording::addressed(self.rule, one, statement)),
            Fate::InGrace { until } => self.notes.push(wording::in_grace(self.rule, one, until)),
            Fate::Unclear => self.undecided.push(wording::unclear(self.rule, one, &answer)),
            Fate::FixUnsaid => self.unfixable.push(one.id.clone()),
            Fate::Denied => self.denied.push(wording::denied(self.rule, one, &answer)),
        }
    }

    fn finish(mut self, irrelevant: Vec<Objection>) -> Vec<Objection> {
        if !self.unfixable.is_empty() {
            self.undecided.push(wording::fix_unsaid(self.rule, &self.unfixable));
        }
        self.notes.extend(self.statements.stale(&self.matched));
        self.notes.extend(irrelevant);
        let mut all = capped(self.denied, limits::DENIED_LISTED);
        all.extend(capped(self.undecided, limits::DENIED_LISTED));
        all.extend(capped(self.notes, limits::NOTES_LISTED));
        all.extend(capped(self.shown, limits::NOTES_LISTED));
        all
    }

    fn remarks(&self, report: &Report, found: &[Vulnerability], irrelevant: &[Objection]) -> Vec<String> {
        let mut remarks = vec![wording::found(found)];
        let counts = &self.counts;
        if self.rule.triage.is_some() {
            let (unaddressed, addressed) = (counts.unaddressed, counts.addressed);
            let irrelevant = irrelevant.len();
            remarks.push(format!(
                "{unaddressed} unaddressed, {addressed} addressed, {irrelevant} irrelevant"
            ));
        }
        for (count, what) in [
            (counts.below, format!("below {}", self.rule.fail_on)),
            (counts.unfixed, "without a known fix".to_owned()),
            (counts.in_grace, "in grace".to_owned()),
            (counts.excluded, "excluded by the policy".to_owned()),
            (report.hidden, "hidden by the scanner's own configuration".to_owned()),
        ] {
            if count > 0 {
                remarks.push(format!("{count} {what}"));
            }
        }
        remarks
    }
}

/// The first ones, and one more that stands for the rest with the same effect.
fn capped(mut objections: Vec<Objection>, most: usize) -> Vec<Objection> {
    let more = objections.len().saturating_sub(most);
    let rest = objections.get(most).map(|first| wording::more(first, more));
    objections.truncate(most);
    objections.extend(rest);
    objections
}

#[cfg(test)]
mod tests;
