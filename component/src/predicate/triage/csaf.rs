//! CSAF 2.0 VEX (<https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html>, 4.5 profile 5).

mod tree;

use std::collections::BTreeMap;

use serde_json::Value;

use self::tree::Tree;
use super::{Scope, Statement, Status, Triage, own_date};
use crate::predicate::{Malformed, field, items, optional, owned, text};

pub(super) fn is(document: &Value) -> bool {
    let head = &document["document"];
    head.get("csaf_version").is_some() && head.get("category").and_then(Value::as_str) == Some("csaf_vex")
}

pub(super) fn read(document: &Value) -> Result<Triage, Malformed> {
    let tree = Tree::read(document)?;
    let tracking = document.pointer("/document/tracking");
    let dated = tracking.and_then(|tracking| own_date(tracking, "current_release_date"));
    let statements = items(document, "vulnerabilities", |vulnerability| {
        statements(vulnerability, &tree, dated)
    })?;
    Ok(Triage {
        format: "CSAF VEX",
        statements: statements.into_iter().flatten().collect(),
    })
}

/// 3.2.3.9, what each list says; `recommended` says nothing about a vulnerability.
const STATUSES: [(&str, Status); 7] = [
    ("known_not_affected", Status::NotAffected),
    ("fixed", Status::Fixed),
    ("first_fixed", Status::Fixed),
    ("known_affected", Status::Affected),
    ("first_affected", Status::Affected),
    ("last_affected", Status::Affected),
    ("under_investigation", Status::UnderInvestigation),
];

fn statements(vulnerability: &Value, tree: &Tree, dated: Option<i64>) -> Result<Vec<Statement>, Malformed> {
    let others = items(vulnerability, "ids", |id| field(id, "text", owned))?;
    let cve = optional(vulnerability, "cve", owned)?;
    let mut names = cve.into_iter().chain(others);
    let Some(name) = names.next() else {
        return Err(Malformed::new("`cve` or `ids`", "neither"));
    };
    let aliases: Vec<String> = names.collect();
    let mut why = BTreeMap::new();
    reasons(vulnerability, "flags", "label", |_| true, tree, &mut why)?;
    let impacts = |threat: &Value| threat.get("category").and_then(Value::as_str) == Some("impact");
    reasons(vulnerability, "threats", "details", impacts, tree, &mut why)?;
    let listed = optional(vulnerability, "product_status", |lists| {
        let read = |(key, status)| Ok((status, items(lists, key, owned)?));
        STATUSES.into_iter().map(read).collect::<Result<Vec<_>, Malformed>>()
    })?;
    let mut found = Vec::new();
    for (status, product) in listed
        .into_iter()
        .flatten()
        .flat_map(|(status, products)| products.into_iter().map(move |product| (status, product)))
    {
        let reason = why.get(&product);
        let unjustified = status == Status::NotAffected && reason.is_none();
        found.push(Statement {
            vulnerability: name.clone(),
            aliases: aliases.clone(),
            scope: Scope::Products(vec![tree.product(&product)]),
            status: if unjustified { Status::Unjustified } else { status },
            reason: reason.cloned(),
            dated,
            expires: None,
        });
    }
    Ok(found)
}

/// What flags or threats say of products.
fn reasons(
    vulnerability: &Value,
    key: &str,
    word: &str,
    counts: impl Fn(&Value) -> bool,
    tree: &Tree,
    why: &mut BTreeMap<String, String>,
) -> Result<(), Malformed> {
    items(vulnerability, key, |entry| {
        if !counts(entry) {
            return Ok(());
        }
        let reason = field(entry, word, text)?;
        let mut products = items(entry, "product_ids", owned)?;
        for group in items(entry, "group_ids", text)? {
            products.extend(tree.group(group).iter().cloned());
        }
        why.extend(products.into_iter().map(|product| (product, reason.to_owned())));
        Ok(())
    })?;
    Ok(())
}
