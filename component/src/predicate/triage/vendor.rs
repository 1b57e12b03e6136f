//! Aleph Alpha's triage (`https://aleph-alpha.com/attestations/triage/v1`): a map of accepted vulnerabilities under `trivy`, or
//! a list under `triaged_cves`. It names no product: it holds for the image that it was signed for.

use serde_json::Value;

use super::{Packages, Scope, Statement, Status, Triage, own_date};
use crate::predicate::{Malformed, field, items, object, optional, text};

/// Words in `acceptance` that say that the vulnerability was looked at and is not accepted.
const NOT_ACCEPTED: [&str; 19] = [
    "unaccepted",
    "unacceptable",
    "affected",
    "exploitable",
    "under investigation",
    "under_investigation",
    "in triage",
    "in_triage",
    "todo",
    "tbd",
    "rejected",
    "declined",
    "denied",
    "not accepted",
    "not-accepted",
    "no",
    "false",
    "open",
    "pending",
];

pub(super) fn is(document: &Value) -> bool {
    document.get("trivy").is_some_and(Value::is_object) || document.get("triaged_cves").is_some_and(Value::is_array)
}

pub(super) fn read(document: &Value) -> Result<Triage, Malformed> {
    let mapped = optional(document, "trivy", |map| {
        let entries = object(map)?.iter();
        entries
            .map(|(id, entry)| statement(id, entry).map_err(|error| error.under(id)))
            .collect::<Result<Vec<_>, _>>()
    })?;
    let listed = items(document, "triaged_cves", |entry| {
        statement(field(entry, "cve", text)?, entry)
    })?;
    Ok(Triage {
        format: "triage",
        statements: mapped.into_iter().flatten().chain(listed).collect(),
    })
}

fn statement(id: &str, entry: &Value) -> Result<Statement, Malformed> {
    object(entry)?;
    let id = id.trim();
    if id.is_empty() {
        return Err(Malformed::new("an id", "an empty text"));
    }
    let said = |key| {
        entry
            .get(key)
            .and_then(Value::as_str)
            .filter(|text| !text.trim().is_empty())
    };
    let reason: Vec<&str> = [said("acceptance"), said("description"), said("triaged_by")]
        .into_iter()
        .flatten()
        .collect();
    Ok(Statement {
        vulnerability: id.to_owned(),
        aliases: Vec::new(),
        scope: Scope::Subject(Packages::All),
        status: status(entry.get("acceptance")),
        reason: (!reason.is_empty()).then(|| reason.join(", ")),
        dated: own_date(entry, "date"),
        expires: None,
    })
}

/// Whether an entry with this word is one to live with.
pub(super) fn accepts(acceptance: &str) -> bool {
    status(Some(&Value::from(acceptance))).suppresses()
}

/// Its being there says that it was triaged, unless a word takes that back.
fn status(acceptance: Option<&Value>) -> Status {
    match acceptance {
        Some(Value::Bool(false)) => Status::Affected,
        Some(Value::String(word)) if NOT_ACCEPTED.contains(&word.trim().to_ascii_lowercase().as_str()) => {
            Status::Affected
        }
        None | Some(Value::Null | Value::Bool(true) | Value::String(_)) => Status::Accepted,
        Some(_) => Status::Affected,
    }
}
