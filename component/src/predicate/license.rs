//! The licence report of `https://aleph-alpha.com/attestations/license/v1`. Nobody specifies it; two shapes are known: a list
//! `licenses` of packages with their licences, and a whole SBOM. Any other is [`Report::NotUnderstood`], never an empty report.

use std::borrow::Cow;

use serde_json::Value;

use super::sbom::{self, Package, Reading, Stated};
use super::{Malformed, field, items, list, noun, optional, text};

#[derive(Debug)]
pub(crate) enum Report<'v> {
    Sbom(Reading<'v>),
    Licenses(Licenses<'v>),
    /// What it is instead.
    NotUnderstood(String),
}

/// `licenses: [ { package | name, version, license | licenses } ]`
#[derive(Debug)]
pub(crate) struct Licenses<'v> {
    report: &'v Value,
}

/// The report in a predicate; [`sbom::document`] tells what may lie around it.
pub(crate) fn document(predicate: &Value) -> Result<Cow<'_, Value>, Malformed> {
    sbom::document(predicate)
}

/// Reads what [`document`] gives.
pub(crate) fn read<'v>(predicate_type: &str, report: &'v Value) -> Result<Report<'v>, Malformed> {
    let is_sbom = ["bomFormat", "spdxVersion", "@context"]
        .iter()
        .any(|mark| report.get(mark).is_some());
    if is_sbom || sbom::of_type(predicate_type).is_some() {
        return sbom::read(predicate_type, report).map(Report::Sbom);
    }
    Ok(match report.get("licenses") {
        Some(Value::Array(entries)) if entries.iter().all(is_entry) => Report::Licenses(Licenses { report }),
        Some(Value::Array(_)) => Report::NotUnderstood("entries of `licenses` that name no package".to_owned()),
        Some(other) => Report::NotUnderstood(format!("`licenses` as {}", noun(other))),
        None => Report::NotUnderstood(keys(report)),
    })
}

fn is_entry(entry: &Value) -> bool {
    let named = ["package", "name"]
        .iter()
        .any(|key| entry.get(key).is_some_and(Value::is_string));
    let licensed = ["license", "licenses"].iter().any(|key| entry.get(key).is_some());
    named && licensed
}

fn keys(report: &Value) -> String {
    const MOST: usize = 10;
    let Some(fields) = report.as_object() else {
        return noun(report).to_owned();
    };
    let keys: Vec<String> = fields
        .keys()
        .take(MOST)
        .map(|key| format!("`{}`", super::shown(key)))
        .collect();
    match fields.len() {
        0 => "an object without fields".to_owned(),
        count if count > MOST => format!("an object with {} and {} more", keys.join(", "), count - MOST),
        _ => format!("an object with {}", keys.join(", ")),
    }
}

impl<'v> Licenses<'v> {
    pub fn packages(&self, mut each: impl FnMut(Package<'v>)) -> Result<(), Malformed> {
        items(self.report, "licenses", |entry| {
            each(package(entry)?);
            Ok(())
        })?;
        Ok(())
    }
}

fn package(entry: &Value) -> Result<Package<'_>, Malformed> {
    let name = match optional(entry, "package", text)? {
        Some(name) => name,
        None => field(entry, "name", text)?,
    };
    let one = optional(entry, "license", text)?;
    let several = optional(entry, "licenses", |value| match value {
        Value::String(text) => Ok(vec![text.as_str()]),
        _ => list(value, text),
    })?;
    let licenses = one.into_iter().chain(several.into_iter().flatten());
    let purl = optional(entry, "purl", text)?;
    Ok(Package {
        name,
        version: optional(entry, "version", text)?,
        purls: purl.or(name.starts_with("pkg:").then_some(name)).into_iter().collect(),
        licenses: licenses.map(Stated::Expression).collect(),
        ..Package::default()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TYPE: &str = "https://aleph-alpha.com/attestations/license/v1";

    fn packages(report: &Value) -> Vec<String> {
        let Report::Licenses(licenses) = read(TYPE, report).unwrap() else {
            return vec!["no list".to_owned()];
        };
        let mut packages = Vec::new();
        let shown = |package: Package| {
            let licenses: Vec<&str> = package.licenses.iter().map(|stated| stated.text()).collect();
            packages.push(format!("{} {}", package.name, licenses.join("+")));
        };
        licenses.packages(shown).unwrap();
        packages
    }

    fn not_understood(report: Value) -> String {
        match read(TYPE, &report).unwrap() {
            Report::NotUnderstood(found) => found,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn every_shape_of_the_list_is_read() {
        let report = json!({ "licenses": [
            { "package": "a", "version": "1", "license": "MIT" },
            { "name": "b", "licenses": ["MIT", "ISC"] },
            { "name": "c", "licenses": "MIT OR ISC" },
            { "name": "d", "licenses": [] },
            { "name": "e", "license": null },
        ] });
        assert_eq!(packages(&report), ["a MIT", "b MIT+ISC", "c MIT OR ISC", "d ", "e "]);
    }

    #[test]
    fn a_document_inside_is_read() {
        let cyclonedx = json!({ "bomFormat": "CycloneDX", "specVersion": "1.6" });
        assert!(matches!(read(TYPE, &cyclonedx), Ok(Report::Sbom(_))));
        let text = json!(cyclonedx.to_string());
        assert!(matches!(read(TYPE, &document(&text).unwrap()), Ok(Report::Sbom(_))));
        assert!(read("https://spdx.dev/Document", &json!({ "licenses": [] })).is_err());
    }

    #[test]
    fn other_shapes_are_not_understood() {
        assert_eq!(not_understood(json!({})), "an object without fields");
        assert_eq!(not_understood(json!({ "Results": [] })), "an object with `Results`");
        assert_eq!(not_understood(json!({ "licenses": {} })), "`licenses` as an object");
        for entry in [
            json!("MIT"),
            json!({ "license": "MIT" }),
            json!({ "package": 1, "license": "MIT" }),
            json!({ "name": "a" }),
        ] {
            let report = json!({ "licenses": [{ "name": "a", "license": "MIT" }, entry] });
            assert!(not_understood(report).contains("name no package"), "{entry}");
        }
        assert_eq!(not_understood(json!([])), "a list");
    }

    #[test]
    fn wrong_kinds_fail() {
        let report = json!({ "licenses": [{ "name": "a", "license": 1 }] });
        let Report::Licenses(licenses) = read(TYPE, &report).unwrap() else {
            panic!("a list");
        };
        assert_eq!(licenses.packages(|_| ()).unwrap_err().place, "/licenses/0/license");
    }
}
