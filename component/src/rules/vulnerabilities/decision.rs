//! What a vulnerability means by the rule alone, before anyone's triage.

use crate::policy::VulnerabilitiesRule;
use crate::predicate::vulnerability::{Fix, Level, Vulnerability};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// Its package is not counted.
    Excluded,
    /// Of what the rule bears.
    Below,
    /// It counts, and has no fix, and the rule is about those that have one.
    Unfixed,
    /// As before, and the report does not say whether there is a fix.
    FixUnsaid,
    /// Its publication is so recent that it does not deny yet.
    InGrace {
        /// The last second of it.
        until: i64,
    },
    Denied,
}

pub(super) fn of(rule: &VulnerabilitiesRule, one: &Vulnerability, now: i64) -> Decision {
    if excluded(rule, one) {
        return Decision::Excluded;
    }
    let level = level(rule, one);
    if !counts(rule, one, level) {
        return Decision::Below;
    }
    if let Some(until) = grace(rule, one, level, now).filter(|_| !exploited(rule, one)) {
        return Decision::InGrace { until };
    }
    match one.fix {
        Fix::Missing if rule.fixable_only => Decision::Unfixed,
        Fix::Unsaid if rule.fixable_only => Decision::FixUnsaid,
        _ => Decision::Denied,
    }
}

/// Unknown is what the rule says that it is, and no less than what somebody says.
pub(super) fn level(rule: &VulnerabilitiesRule, one: &Vulnerability) -> Level {
    let unknown = || one.rated.floor.map_or(rule.unknown, |floor| floor.max(rule.unknown));
    one.rated.level.unwrap_or_else(unknown)
}

fn counts(rule: &VulnerabilitiesRule, one: &Vulnerability, level: Level) -> bool {
    level >= rule.fail_on || exploited(rule, one) || likely(rule, one)
}

pub(super) fn exploited(rule: &VulnerabilitiesRule, one: &Vulnerability) -> bool {
    rule.fail_on_kev && one.known_exploited
}

pub(super) fn likely(rule: &VulnerabilitiesRule, one: &Vulnerability) -> bool {
    rule.fail_on_epss.zip(one.epss).is_some_and(|(most, epss)| epss >= most)
}

fn excluded(rule: &VulnerabilitiesRule, one: &Vulnerability) -> bool {
    let spellings = one
        .package
        .purl
        .as_ref()
        .map(|purl| purl.spellings())
        .unwrap_or_default();
    let excluded = |spelling: &String| rule.exclude.iter().any(|glob| glob.matches(spelling));
    spellings.iter().any(excluded)
}

/// The end of the grace, while it lasts. A date that is missing or lies ahead gives none.
fn grace(rule: &VulnerabilitiesRule, one: &Vulnerability, level: Level, now: i64) -> Option<i64> {
    let (length, published) = (rule.grace.get(&level)?, one.published?);
    let until = published.checked_add(*length)?;
    (published <= now && now <= until).then_some(until)
}
