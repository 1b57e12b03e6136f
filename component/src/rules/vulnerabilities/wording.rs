//! The words for what the rule objects to.

use std::collections::BTreeMap;

use super::triaged::{Answer, Signed, Stale};
use super::{Fate, decision};
use crate::limits;
use crate::policy::VulnerabilitiesRule;
use crate::predicate::vulnerability::{Fix, Level, Report, Vulnerability};
use crate::rules::{About, Effect, Objection};
use crate::wit::basics::Severity;

/// What a package is called; by it two findings are the same.
pub(super) fn package(one: &Vulnerability) -> String {
    let package = &one.package;
    let name = package.name.as_deref().unwrap_or("a package without a name");
    match (&package.purl, &package.installed) {
        (Some(purl), _) => purl.to_string(),
        (None, Some(installed)) => format!("{name} {installed}"),
        (None, None) => name.to_owned(),
    }
}

fn about(rule: &VulnerabilitiesRule, one: &Vulnerability, effect: Effect) -> Objection {
    let level = match one.rated.level {
        Some(level) => level.to_string(),
        None => format!("unknown severity, counted as {}", decision::level(rule, one)),
    };
    Objection {
        effect,
        id: Some(one.id.clone()),
        aliases: one.aliases.clone(),
        message: format!("`{}` ({level}) in `{}`", short(&one.id), short(&package(one))),
        expected: demand(rule, one),
        found: facts(one),
        severity: Some(severity(decision::level(rule, one))),
        hint: None,
    }
}

pub(super) fn denied(rule: &VulnerabilitiesRule, one: &Vulnerability, answer: &Answer<'_>) -> Objection {
    let mut objection = about(rule, one, Effect::Denies);
    if let Answer::Unaddressed(Some(signed)) = answer {
        objection.found.push_str(&format!(", {}", said(signed)));
    }
    objection.hint = Some(match &one.fix {
        Fix::Known(versions) => match versions.first() {
            Some(version) => format!("update to {} or later", short(version)),
            None => "a fixed version exists: update".to_owned(),
        },
        Fix::Missing | Fix::Unsaid => {
            "no fix is known: have it triaged, or give it an exception that expires".to_owned()
        }
    });
    objection
}

pub(super) fn in_grace(rule: &VulnerabilitiesRule, one: &Vulnerability, until: i64) -> Objection {
    let mut objection = about(rule, one, Effect::Informs);
    objection.found.push_str(&format!(", its grace ends on {}", day(until)));
    objection
}

/// Below the threshold, or without a fix: it does not deny, and the rule wants it shown.
pub(super) fn shown(rule: &VulnerabilitiesRule, one: &Vulnerability, fate: &Fate<'_>) -> Objection {
    let why = match fate {
        Fate::Unfixed => "it has no fix",
        _ => "it is below the threshold",
    };
    let mut objection = about(rule, one, Effect::Informs);
    objection.expected = format!("none at or above {}", rule.fail_on);
    objection.found.push_str(&format!(", and does not deny: {why}"));
    objection
}

pub(super) fn addressed(rule: &VulnerabilitiesRule, one: &Vulnerability, statement: &Signed<'_>) -> Objection {
    let mut objection = about(rule, one, Effect::Informs);
    objection.found.push_str(&format!(", {}", said(statement)));
    objection
}

pub(super) fn unclear(rule: &VulnerabilitiesRule, one: &Vulnerability, answer: &Answer<'_>) -> Objection {
    let mut objection = about(rule, one, Effect::LeavesUndecided);
    if let Answer::Unclear { reason } = answer {
        objection.found.push_str(&format!(", {}", short(reason)));
    }
    objection.hint = Some("sign that triage anew in a form that can be read".to_owned());
    objection
}

pub(super) fn fix_unsaid(rule: &VulnerabilitiesRule, ids: &[String]) -> Objection {
    let first: Vec<String> = ids.iter().take(5).map(|id| format!("`{}`", short(id))).collect();
    let more = if ids.len() > first.len() { ", …" } else { "" };
    Objection {
        expected: format!(
            "for each vulnerability at or above {} whether there is a fix",
            rule.fail_on
        ),
        found: format!("{} without that: {}{more}", ids.len(), first.join(", ")),
        hint: Some("attest the scanner's own JSON, such as Trivy's or Grype's, or leave out `fixable-only`".to_owned()),
        ..whole(
            Effect::LeavesUndecided,
            "the rule says `fixable-only`, and the report does not say what has a fix",
        )
    }
}

pub(super) fn another_image(about: &About<'_>, found: &str) -> Objection {
    Objection {
        expected: about.digest.to_string(),
        found: short(found),
        id: Some("another-image".to_owned()),
        hint: Some("scan the image by its digest, and attest that report".to_owned()),
        ..whole(Effect::Denies, "the report is of another image")
    }
}

pub(super) fn image_not_named(about: &About<'_>, found: &str) -> Objection {
    Objection {
        expected: match about.config {
            Some(config) => format!("{}, or the image id {config}", about.digest),
            None => about.digest.to_string(),
        },
        found: found.to_owned(),
        id: Some("image-not-named".to_owned()),
        hint: Some("scan the image by its digest; a report of an archive or a folder names none".to_owned()),
        ..whole(
            Effect::Denies,
            "the report does not name this image, and the rule says `names-image: required`",
        )
    }
}

pub(super) fn gap(effect: Effect, report: &Report, gap: &str) -> Objection {
    Objection {
        expected: "a scan of all packages of the image".to_owned(),
        found: if report.covered.is_empty() {
            "a report that says nothing of what it looked at".to_owned()
        } else {
            format!("a report on {}", short(&report.covered.join(", ")))
        },
        id: Some("incomplete".to_owned()),
        hint: Some("an image without packages needs `incomplete: inform` in the rule".to_owned()),
        ..whole(effect, &short(gap))
    }
}

pub(super) fn stale(signed: &Signed<'_>, stale: Stale) -> Objection {
    let (expected, found) = match stale {
        Stale::Old { age, most } => (format!("at most {} old", length(most)), length(age)),
        Stale::ManySubjects { subjects } => ("1 subject".to_owned(), format!("{subjects} subjects")),
        Stale::Undated => ("a time that is proven".to_owned(), "none".to_owned()),
        Stale::Expired { since } => (
            "a statement that holds today".to_owned(),
            format!("it held until {}", day(since)),
        ),
    };
    Objection {
        id: Some(signed.statement.vulnerability.clone()),
        expected,
        found,
        hint: Some("look at it again, and sign the triage anew".to_owned()),
        ..whole(
            Effect::Informs,
            &format!(
                "what {} by `{}` says of it no longer counts",
                signed.format, signed.signer
            ),
        )
    }
}

/// `other` is a product that the statement names instead.
pub(super) fn irrelevant(signed: &Signed<'_>, other: Option<&str>, about: &About<'_>) -> Objection {
    let id = short(&signed.statement.vulnerability);
    let (message, expected, found) = match other {
        Some(product) => (
            format!(
                "what {} by `{}` says of `{id}` is about another product",
                signed.format, signed.signer
            ),
            format!("{}, or a package URL of the report", about.digest),
            format!("`{}`", short(product)),
        ),
        None => (
            format!(
                "{} by `{}` has `{id}`, which the report does not",
                signed.format, signed.signer
            ),
            "a vulnerability that was found".to_owned(),
            signed.statement.status.as_str().to_owned(),
        ),
    };
    Objection {
        id: Some(signed.statement.vulnerability.clone()),
        expected,
        found,
        ..whole(Effect::Informs, &message)
    }
}

pub(super) fn more(first: &Objection, count: usize) -> Objection {
    Objection {
        expected: first.expected.clone(),
        found: format!("{count} more"),
        severity: first.severity,
        ..whole(first.effect, &format!("and {count} more, not listed"))
    }
}

/// About the whole report.
fn whole(effect: Effect, message: &str) -> Objection {
    Objection {
        effect,
        id: None,
        aliases: Vec::new(),
        message: message.to_owned(),
        expected: String::new(),
        found: String::new(),
        severity: None,
        hint: None,
    }
}

/// `Trivy 0.58.1 on 2026-11-22, of debian 12.8, python-pkg`
pub(super) fn scan(report: &Report) -> String {
    let scanner = report.scanner.as_deref().unwrap_or(report.format.as_str());
    let dated = report
        .dated
        .map(|dated| format!(" on {}", day(dated)))
        .unwrap_or_default();
    let covered = match report.covered.as_slice() {
        [] => String::new(),
        covered => format!(", of {}", short(&covered.join(", "))),
    };
    format!("{}{dated}{covered}", short(scanner))
}

/// `3 found: 1 critical, 1 medium, 1 low`
pub(super) fn found(found: &[Vulnerability]) -> String {
    let mut counts: BTreeMap<Option<Level>, usize> = BTreeMap::new();
    for one in found {
        *counts.entry(one.rated.level).or_default() += 1;
    }
    let word = |level: &Option<Level>| level.map_or("of unknown severity", Level::as_str);
    let counted: Vec<String> = counts
        .iter()
        .rev()
        .map(|(level, count)| format!("{count} {}", word(level)))
        .collect();
    match counted.as_slice() {
        [] => "nothing found".to_owned(),
        counted => format!("{} found: {}", found.len(), counted.join(", ")),
    }
}

fn demand(rule: &VulnerabilitiesRule, one: &Vulnerability) -> String {
    let fix = if rule.fixable_only { " with a fix" } else { "" };
    if decision::level(rule, one) >= rule.fail_on {
        return format!("none at or above {}{fix}", rule.fail_on);
    }
    match rule.fail_on_epss {
        Some(most) if !decision::exploited(rule, one) => format!("none{fix} with an EPSS of {most} or more"),
        _ => format!("none{fix} that is known to be exploited"),
    }
}

fn facts(one: &Vulnerability) -> String {
    let mut facts = Vec::new();
    if let Some(source) = &one.rated.source {
        facts.push(format!("severity by {}", short(source)));
    }
    if let Some(score) = one.rated.score {
        facts.push(format!("CVSS {score}"));
    }
    if let Some(installed) = &one.package.installed {
        facts.push(format!("installed {}", short(installed)));
    }
    facts.push(match &one.fix {
        Fix::Known(versions) if versions.is_empty() => "fixed".to_owned(),
        Fix::Known(versions) => format!("fixed in {}", short(&versions.join(", "))),
        Fix::Missing => "no known fix".to_owned(),
        Fix::Unsaid => "a fix is neither said nor denied".to_owned(),
    });
    facts.extend(one.published.map(|published| format!("published {}", day(published))));
    if one.known_exploited {
        facts.push("known to be exploited".to_owned());
    }
    facts.extend(one.epss.map(|epss| format!("EPSS {epss}")));
    facts.join(", ")
}

/// `accepted by vendor (triage): minizip is not built`
fn said(signed: &Signed<'_>) -> String {
    let reason = signed
        .statement
        .reason
        .as_deref()
        .map(|reason| format!(": {}", short(reason)));
    let stale = if signed.stale.is_some() {
        ", which no longer counts"
    } else {
        ""
    };
    format!(
        "{} by `{}` ({}{stale}){}",
        signed.statement.status.as_str(),
        signed.signer,
        signed.format,
        reason.unwrap_or_default()
    )
}

fn severity(level: Level) -> Severity {
    match level {
        Level::Critical => Severity::Critical,
        Level::High => Severity::High,
        Level::Medium => Severity::Medium,
        Level::Low | Level::Negligible => Severity::Low,
    }
}

pub(super) fn short(text: &str) -> String {
    let mut characters = text.chars();
    let mut short: String = characters.by_ref().take(limits::QUOTED_CHARACTERS).collect();
    if characters.next().is_some() {
        short.push('…');
    }
    short
}

fn day(seconds: i64) -> String {
    match jiff::Timestamp::from_second(seconds) {
        Ok(time) => time.to_zoned(jiff::tz::TimeZone::UTC).date().to_string(),
        Err(_) => "a day beyond the calendar".to_owned(),
    }
}

/// In the largest whole unit.
fn length(seconds: i64) -> String {
    match seconds {
        days if days >= 2 * 86_400 => format!("{} days", days / 86_400),
        hours if hours >= 2 * 3_600 => format!("{} hours", hours / 3_600),
        minutes => format!("{} minutes", minutes / 60),
    }
}
