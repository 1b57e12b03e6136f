//! Trivy's ignore files (<https://trivy.dev/docs/configuration/filtering/>): `.trivyignore.yaml`, and `.trivyignore` brought to
//! the same form. They name no image: they hold for the one that they were signed for, or for the packages that they list.

use serde_json::{Value, json};

use super::{Packages, Scope, Statement, Status, Triage};
use crate::predicate::purl::Purl;
use crate::predicate::{Malformed, field, items, moment, optional, text};

pub(super) fn is(document: &Value) -> bool {
    const SECTIONS: [&str; 4] = ["vulnerabilities", "misconfigurations", "secrets", "licenses"];
    let object = document.as_object();
    document.get("vulnerabilities").is_some_and(Value::is_array)
        && object.is_some_and(|object| object.keys().all(|key| SECTIONS.contains(&key.as_str())))
}

pub(super) fn read(document: &Value) -> Result<Triage, Malformed> {
    Ok(Triage {
        format: "trivyignore",
        statements: items(document, "vulnerabilities", statement)?,
    })
}

/// `paths` limits it to files that a report does not name for every package: nothing is then known to be meant.
fn statement(entry: &Value) -> Result<Statement, Malformed> {
    let purls = items(entry, "purls", |purl| {
        let written = text(purl)?;
        Purl::parse(written).ok_or_else(|| Malformed::new("a package URL", format!("`{written}`")))
    })?;
    let limited = !items(entry, "paths", text)?.is_empty();
    let packages = match (limited, entry.get("purls")) {
        (false, None) => Packages::All,
        (false, Some(_)) => Packages::These(purls),
        (true, _) => Packages::These(Vec::new()),
    };
    Ok(Statement {
        vulnerability: field(entry, "id", text)?.trim().to_owned(),
        aliases: Vec::new(),
        scope: Scope::Subject(packages),
        status: Status::Accepted,
        reason: optional(entry, "statement", text)?.map(str::to_owned),
        dated: None,
        expires: optional(entry, "expired_at", |day| {
            moment(day)?.ok_or_else(|| Malformed::new("a day", "none"))
        })?,
    })
}

/// `.trivyignore`: an id in a line, perhaps `exp:2026-12-31`, comments after `#`. None where the lines are something else.
pub(super) fn lines(text: &str) -> Option<Value> {
    let mut entries = Vec::new();
    for line in text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let mut words = line.split_whitespace();
        let id = words.next().filter(|id| is_id(id))?;
        let expiry = words.find_map(|word| word.strip_prefix("exp:"));
        entries.push(match expiry {
            Some(day) => json!({ "id": id, "expired_at": day }),
            None => json!({ "id": id }),
        });
    }
    let vulnerability = |entry: &Value| {
        entry["id"]
            .as_str()
            .is_some_and(|id| id.starts_with("CVE-") || id.starts_with("GHSA-"))
    };
    entries
        .iter()
        .any(vulnerability)
        .then(|| json!({ "vulnerabilities": entries }))
}

/// As of vulnerabilities, misconfigurations and secrets: a hyphen and nothing that is not in a name.
fn is_id(word: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    word.contains('-') && word.bytes().all(allowed)
}
