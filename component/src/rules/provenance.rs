//! `provenance`: who built it, by which instructions, from what (docs/policy.md, meaning 15).
//!
//! Monotone: it asks only whether a provenance with all this exists, so withholding some can only deny.

mod builder;
mod level;
mod source;

use serde_json::Value;

use super::{About, Document, Effect, Judged, Objection};
use crate::policy::{MaterialDemand, ProvenanceRule};
use crate::predicate::Malformed;
use crate::predicate::slsa::{self, Provenance};
use crate::signer::Claim;
use crate::wit::evidence::CertificateIdentity;

pub(crate) fn judge(rule: &ProvenanceRule, document: &Document<'_>, _: &About<'_>) -> Result<Judged, Malformed> {
    let provenance = slsa::read(document.predicate_type(), document.predicate())?;
    let mut judged = Judged::default();
    remark_run(&provenance, document, &mut judged);
    judged
        .objections
        .extend(builder::judge(rule, &provenance, document.identity()));
    source::judge(rule, &provenance, document.identity(), &mut judged);
    judged.objections.extend(build_type(rule, &provenance));
    for (path, expected) in &rule.external_parameters {
        judged.objections.extend(parameter(path, expected, &provenance));
    }
    for demand in &rule.materials {
        judged.objections.extend(material(demand, &provenance));
    }
    if let Some(demand) = &rule.level {
        level::judge(demand, &provenance, document.identity(), &mut judged);
    }
    Ok(judged)
}

/// When the build ended, as the statement says.
pub(crate) fn date(document: &Document<'_>) -> Result<Option<i64>, Malformed> {
    slsa::finished(document.predicate_type(), document.predicate())
}

fn remark_run(provenance: &Provenance<'_>, document: &Document<'_>, judged: &mut Judged) {
    judged.remarks.push(match (provenance.builder, document.identity()) {
        ("", _) => "the statement names no builder".to_owned(),
        (builder, Some(_)) => format!("built by `{}`", cut(builder)),
        (builder, None) => format!(
            "built by `{}`, as the statement says: a key certifies no builder",
            cut(builder)
        ),
    });
    if let Some(run) = provenance.invocation.filter(|run| !run.is_empty()) {
        judged.remarks.push(format!("run `{}`", cut(run)));
    }
}

fn build_type(rule: &ProvenanceRule, provenance: &Provenance<'_>) -> Option<Objection> {
    let expected = rule.build_type.as_ref()?;
    let found = provenance.build_type;
    (expected != found).then(|| differs("build-type", "build type", format!("`{expected}`"), Some(found)))
}

/// A text is compared as it is, a number or a truth value as JSON writes it; nothing equals a list or an object.
fn parameter(path: &str, expected: &str, provenance: &Provenance<'_>) -> Option<Objection> {
    let found = provenance.external_parameters.pointer(path);
    let text = match found {
        Some(Value::String(text)) => Some(text.clone()),
        Some(value @ (Value::Number(_) | Value::Bool(_))) => Some(value.to_string()),
        _ => None,
    };
    if text.as_deref() == Some(expected) {
        return None;
    }
    let found = match (&text, found) {
        (Some(text), _) => format!("`{}`", cut(text)),
        (None, None) => "none".to_owned(),
        (None, Some(Value::Null)) => "null".to_owned(),
        (None, Some(_)) => "a list or an object".to_owned(),
    };
    let message = format!("the external parameter `{path}` differs");
    Some(objection(path, message, format!("`{expected}`"), found, None))
}

fn material(demand: &MaterialDemand, provenance: &Provenance<'_>) -> Option<Objection> {
    let named = || provenance.materials.iter().filter(|one| demand.uri.matches(one.uri));
    let has_digest = |one: &&slsa::Material<'_>| match &demand.digest {
        Some((algorithm, value)) => one.digests.get(algorithm.as_str()) == Some(&value.as_str()),
        None => true,
    };
    if named().any(|one| has_digest(&one)) {
        return None;
    }
    let found = match named().next() {
        Some(near) => format!("`{}` with {}", cut(near.uri), digests(near)),
        None => format!("none of {} materials has this URI", provenance.materials.len()),
    };
    let hint = (!provenance.materials.is_empty() && named().next().is_none())
        .then(|| "a URI is compared as it is written; `*` does not cross a `/`".to_owned());
    Some(objection(
        &demand.uri.to_string(),
        "a material is not there".to_owned(),
        format!("`{demand}`"),
        found,
        hint,
    ))
}

fn digests(material: &slsa::Material<'_>) -> String {
    const MOST: usize = 3;
    let named = material.digests.iter().take(MOST);
    let texts: Vec<String> = named.map(|(name, value)| cut(&format!("{name}:{value}"))).collect();
    if texts.is_empty() {
        "no digest".to_owned()
    } else {
        texts.join(", ")
    }
}

/// What the certificate says; empty is as good as absent, and neither ever matches.
fn claim(identity: &CertificateIdentity, claim: Claim) -> Option<&str> {
    let found = identity.claims.iter().find(|(name, _)| name == claim.name());
    found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
}

/// `found` as the statement has it.
fn differs(id: &str, noun: &str, expected: String, found: Option<&str>) -> Objection {
    let found = match found {
        None | Some("") => "none: the statement does not say".to_owned(),
        Some(found) => format!("`{}`", cut(found)),
    };
    objection(id, format!("the {noun} differs"), expected, found, None)
}

/// `id` is what an exception names: the key of the policy, or the condition that always holds.
fn objection(id: &str, message: String, expected: String, found: String, hint: Option<String>) -> Objection {
    Objection {
        effect: Effect::Denies,
        id: Some(id.to_owned()),
        aliases: Vec::new(),
        message,
        expected,
        found,
        severity: None,
        hint,
    }
}

fn case_hint(expected: &str, found: &str) -> Option<String> {
    (expected != found && expected.eq_ignore_ascii_case(found))
        .then(|| "they differ only in upper and lower case".to_owned())
}

/// Text of the statement, short enough for a line of a report.
fn cut(text: &str) -> String {
    const LONGEST: usize = 300;
    if text.chars().nth(LONGEST).is_none() {
        return text.to_owned();
    }
    text.chars().take(LONGEST).chain(['…']).collect()
}

#[cfg(test)]
mod tests;
