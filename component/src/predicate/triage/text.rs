//! Triage that is kept as a text file, as JSON: `triage.toml`, `.trivyignore.yaml`, `.trivyignore`.

use serde_json::{Map, Value};
use toml::de::{DeArray, DeTable, DeValue};

use super::trivyignore;
use crate::policy::{faults::Faults, tree, yaml};
use crate::predicate::Malformed;

/// None where the text is none of them.
pub(super) fn read(text: &str) -> Option<Result<Value, Malformed>> {
    let begins = |mark: &str| text.lines().any(|line| line.trim_start().starts_with(mark));
    if begins("[trivy.") || begins("[[triaged_cves]]") {
        return Some(from_toml(text));
    }
    if text.lines().any(|line| line.trim_end() == "vulnerabilities:") {
        return Some(from_yaml(text));
    }
    trivyignore::lines(text).map(Ok)
}

/// `toml` bounds the nesting.
fn from_toml(text: &str) -> Result<Value, Malformed> {
    match DeTable::parse(text) {
        Ok(table) => Ok(Value::Object(self::table(table.get_ref()))),
        Err(error) => Err(Malformed::new("TOML", error.message().to_owned())),
    }
}

fn table(table: &DeTable<'_>) -> Map<String, Value> {
    let entries = table.iter();
    entries
        .map(|(key, entry)| (key.get_ref().to_string(), value(entry.get_ref())))
        .collect()
}

fn list(array: &DeArray<'_>) -> Vec<Value> {
    array.iter().map(|item| value(item.get_ref())).collect()
}

/// Numbers as they are written: no reader of triage counts with them.
fn value(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => Value::String(number.to_string()),
        DeValue::Float(number) => Value::String(number.to_string()),
        DeValue::Boolean(truth) => Value::Bool(*truth),
        DeValue::Datetime(time) => Value::String(time.to_string()),
        DeValue::Array(array) => Value::Array(list(array)),
        DeValue::Table(table) => Value::Object(self::table(table)),
    }
}

/// By the strict reader of policies: no aliases, no tags, each key once, bounded.
fn from_yaml(text: &str) -> Result<Value, Malformed> {
    let mut faults = Faults::new("");
    let root = yaml::read(text.as_bytes(), &mut faults);
    match (root, faults.finish()) {
        (Some(root), Ok(_)) => Ok(node(&root)),
        (_, Err(errors)) => {
            let first = errors
                .first()
                .map(|error| format!("line {}: {}", error.line, error.message));
            Err(Malformed::new("YAML", first.unwrap_or_default()))
        }
        (None, Ok(_)) => Err(Malformed::new("YAML", "something else")),
    }
}

fn node(node: &tree::Node) -> Value {
    match &node.kind {
        tree::Kind::Mapping(entries) => {
            let entries = entries.iter();
            Value::Object(
                entries
                    .map(|entry| (entry.key.clone(), self::node(&entry.value)))
                    .collect(),
            )
        }
        tree::Kind::Sequence(items) => Value::Array(items.iter().map(self::node).collect()),
        tree::Kind::Scalar { text, .. } => Value::String(text.clone()),
        tree::Kind::Refused => Value::Null,
    }
}
