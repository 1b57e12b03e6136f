//! OpenVEX (github.com/openvex/spec OPENVEX-SPEC.md, v0.2.0; v0.0.1 writes names where it has objects).

use serde_json::Value;

use super::{Packages, Product, Scope, Statement, Status, Triage, own_date};
use crate::digest::Digest;
use crate::predicate::purl::Purl;
use crate::predicate::{Malformed, field, items, list, object, optional, owned, text};

pub(super) fn is(document: &Value) -> bool {
    let context = document.get("@context").and_then(Value::as_str);
    context.is_some_and(|context| context == "https://openvex.dev/ns" || context.starts_with("https://openvex.dev/ns/"))
}

pub(super) fn read(document: &Value) -> Result<Triage, Malformed> {
    let inherited = dated(document);
    let statements = field(document, "statements", |statements| {
        list(statements, |statement| self::statement(statement, inherited))
    })?;
    Ok(Triage {
        format: "OpenVEX",
        statements,
    })
}

/// A statement inherits what it does not say itself.
fn dated(value: &Value) -> Option<i64> {
    own_date(value, "last_updated").or(own_date(value, "timestamp"))
}

fn statement(value: &Value, inherited: Option<i64>) -> Result<Statement, Malformed> {
    let (vulnerability, aliases) = field(value, "vulnerability", |vulnerability| match vulnerability {
        Value::String(name) => Ok((name.clone(), Vec::new())),
        described => Ok((field(described, "name", owned)?, items(described, "aliases", owned)?)),
    })?;
    let said = |key| Ok(optional(value, key, text)?.filter(|text| !text.is_empty()));
    let (justification, impact, notes) = (said("justification")?, said("impact_statement")?, said("status_notes")?);
    let status = match field(value, "status", text)? {
        "not_affected" if justification.is_none() && impact.is_none() => Status::Unjustified,
        "not_affected" => Status::NotAffected,
        "fixed" => Status::Fixed,
        "affected" => Status::Affected,
        "under_investigation" => Status::UnderInvestigation,
        other => {
            let expected = "not_affected, affected, fixed or under_investigation";
            return Err(Malformed::new(expected, format!("`{other}`")).under("status"));
        }
    };
    Ok(Statement {
        vulnerability,
        aliases,
        scope: scope(value)?,
        status,
        reason: justification.or(impact).or(notes).map(str::to_owned),
        dated: dated(value).or(inherited),
        expires: None,
    })
}

/// Without `products` the encapsulating document has them: the subject of the in-toto statement.
fn scope(value: &Value) -> Result<Scope, Malformed> {
    let outer = subcomponents(value)?;
    let products = optional(value, "products", |products| {
        list(products, |product| self::product(product, &outer))
    })?;
    Ok(products.map_or(Scope::Subject(outer), Scope::Products))
}

fn subcomponents(value: &Value) -> Result<Packages, Malformed> {
    let found = optional(value, "subcomponents", |found| list(found, component))?;
    Ok(match found {
        Some(found) if !found.is_empty() => {
            Packages::These(found.into_iter().flat_map(|product| product.purls).collect())
        }
        _ => Packages::All,
    })
}

fn product(value: &Value, outer: &Packages) -> Result<Product, Malformed> {
    let mut product = component(value)?;
    product.packages = match value {
        Value::Object(_) => subcomponents(value)?,
        _ => Packages::All,
    };
    if product.packages == Packages::All {
        product.packages = outer.clone();
    }
    Ok(product)
}

fn component(value: &Value) -> Result<Product, Malformed> {
    if let Value::String(name) = value {
        return Ok(Product::named(name));
    }
    object(value)?;
    let mut product = Product::named(optional(value, "@id", text)?.unwrap_or("a product without a name"));
    optional(value, "identifiers", |identifiers| {
        product.is(optional(identifiers, "purl", text)?.and_then(Purl::parse));
        Ok(())
    })?;
    optional(value, "hashes", |hashes| {
        product
            .images
            .extend(optional(hashes, "sha-256", text)?.and_then(Digest::from_hex));
        Ok(())
    })?;
    Ok(product)
}
