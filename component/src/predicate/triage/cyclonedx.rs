//! CycloneDX VEX: vulnerabilities with an `analysis` (<https://cyclonedx.org/docs/1.6/json/#vulnerabilities_items_analysis>).

use serde_json::Value;

use super::{Packages, Product, Scope, Statement, Status, Triage, own_date};
use crate::predicate::cyclonedx_components::Components;
use crate::predicate::{Malformed, field, items, list, optional, owned, text};

pub(super) fn is(document: &Value) -> bool {
    let entries = document.get("vulnerabilities").and_then(Value::as_array);
    document.get("bomFormat").and_then(Value::as_str) == Some("CycloneDX")
        && entries.is_some_and(|entries| entries.iter().any(|entry| entry.get("analysis").is_some()))
}

pub(super) fn read(document: &Value) -> Result<Triage, Malformed> {
    let components = Components::read(document)?;
    let inherited = document
        .get("metadata")
        .and_then(|metadata| own_date(metadata, "timestamp"));
    let statements = field(document, "vulnerabilities", |entries| {
        list(entries, |entry| statement(entry, &components, inherited))
    })?;
    Ok(Triage {
        format: "CycloneDX VEX",
        statements: statements.into_iter().flatten().collect(),
    })
}

/// None for an entry without an analysis: it states a vulnerability and nothing about it.
fn statement(entry: &Value, components: &Components, inherited: Option<i64>) -> Result<Option<Statement>, Malformed> {
    let analysed = optional(entry, "analysis", |analysis| {
        let dated = own_date(analysis, "lastUpdated").or(own_date(analysis, "firstIssued"));
        let said = |key| {
            Ok(optional(analysis, key, text)?
                .filter(|text| !text.is_empty())
                .map(str::to_owned))
        };
        let (justification, detail): (Option<String>, Option<String>) = (said("justification")?, said("detail")?);
        let reason = justification.or(detail);
        Ok((status(analysis, reason.is_some())?, reason, dated))
    })?;
    let Some((status, reason, dated)) = analysed else {
        return Ok(None);
    };
    Ok(Some(Statement {
        vulnerability: field(entry, "id", owned)?,
        aliases: items(entry, "references", |reference| field(reference, "id", owned))?,
        scope: Scope::Products(items(entry, "affects", |affects| product(affects, components))?),
        status,
        reason,
        dated: dated.or(inherited),
        expires: None,
    }))
}

fn status(analysis: &Value, justified: bool) -> Result<Status, Malformed> {
    Ok(match optional(analysis, "state", text)? {
        Some("not_affected" | "false_positive") if justified => Status::NotAffected,
        Some("not_affected" | "false_positive") => Status::Unjustified,
        Some("resolved" | "resolved_with_pedigree") => Status::Fixed,
        Some("exploitable") => Status::Affected,
        Some("in_triage") | None => Status::UnderInvestigation,
        Some(other) => return Err(Malformed::new("a state of CycloneDX", format!("`{other}`")).under("state")),
    })
}

/// `versions` limits it; a range has no one reading, and limits it to nothing.
fn product(affects: &Value, components: &Components) -> Result<Product, Malformed> {
    let reference = field(affects, "ref", text)?;
    let mut product = Product::named(reference);
    product.is(components.package(reference).purl);
    if components.is_root(reference) {
        product.images.extend(components.image());
    }
    product.packages = Packages::All;
    product.versions = optional(affects, "versions", |versions| {
        list(versions, |version| optional(version, "version", owned))
    })?
    .map(|versions| versions.into_iter().flatten().collect());
    Ok(product)
}
