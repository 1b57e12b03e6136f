//! Images and packages as components: <https://cyclonedx.org/docs/1.6/json/#components>.

use serde_json::{Value, json};

use super::{Component, property};
use crate::emit::uuid;
use crate::run::Image;
use crate::wit::contents::{Inventory, Package, Scan, Vulnerability};

/// What makes two packages of one target the same.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity<'r> {
    target: &'r str,
    purl: Option<&'r str>,
    /// Where a package URL has neither.
    name: &'r str,
    version: Option<&'r str>,
}

impl<'r> Identity<'r> {
    pub fn of_package(inventory: &'r Inventory, package: &'r Package) -> Self {
        let purl = package.purls.first().map(String::as_str);
        Self::new(&inventory.target, purl, &package.name, package.version.as_deref())
    }

    /// None where the scan does not say which package it is.
    pub fn of_vulnerable(scan: &'r Scan, one: &'r Vulnerability) -> Option<Self> {
        let purl = one.purl.as_deref();
        let name = one.package.as_deref().or(purl)?;
        Some(Self::new(&scan.target, purl, name, one.installed.as_deref()))
    }

    /// A package URL with a version says it all.
    fn new(target: &'r str, purl: Option<&'r str>, name: &'r str, version: Option<&'r str>) -> Self {
        Self {
            target,
            purl,
            name,
            version,
        }
    }

    pub fn reference(&self) -> String {
        let text = |text: Option<&'r str>| text.unwrap_or_default();
        uuid::of(&["component", self.target, text(self.purl), self.name, text(self.version)])
    }
}

pub(super) fn package(identity: &Identity<'_>, component: &Component<'_>) -> Value {
    let mut document = json!({
        "type": "library",
        "bom-ref": identity.reference(),
        "name": identity.name,
    });
    if let Some(version) = identity.version {
        document["version"] = json!(version);
    }
    if let Some(purl) = identity.purl {
        document["purl"] = json!(purl);
    }
    let licenses = component
        .package
        .map(|package| package.licenses.as_slice())
        .unwrap_or_default();
    if !licenses.is_empty() {
        document["licenses"] = self::licenses(licenses);
    }
    let mut properties = vec![property("portcullis:target", identity.target)];
    for inventory in &component.inventories {
        properties.push(property("portcullis:evidence", &inventory.evidence));
        properties.push(property("portcullis:signer", &inventory.signer));
        let rules = inventory.rules.iter();
        properties.extend(rules.map(|rule| property("portcullis:rule", rule)));
    }
    document["properties"] = json!(properties);
    document
}

/// One expression, or any number of names: the format has no way to say that two expressions hold.
fn licenses(licenses: &[String]) -> Value {
    match licenses {
        [one] if is_expression(one) => json!([{ "expression": one }]),
        all => all.iter().map(|name| json!({ "license": { "name": name } })).collect(),
    }
}

/// As far as it can be told without the list: identifiers between operators and brackets.
fn is_expression(text: &str) -> bool {
    let is_identifier = |word: &str| {
        !word.is_empty()
            && word
                .chars()
                .all(|character| character.is_ascii_alphanumeric() || ".-+:".contains(character))
    };
    let words: Vec<&str> = text.split([' ', '(', ')']).filter(|word| !word.is_empty()).collect();
    let alternates = words.iter().enumerate().all(|(at, word)| match at % 2 {
        0 => is_identifier(word),
        _ => matches!(*word, "AND" | "OR" | "WITH"),
    });
    alternates && words.len() % 2 == 1
}

pub(super) fn image(image: &Image) -> Value {
    let report = &image.report;
    let mut document = json!({
        "type": "container",
        "bom-ref": reference_of_image(image),
        "name": report.name,
    });
    if let Some(digest) = &report.digest {
        document["version"] = json!(digest);
        document["purl"] = json!(purl(&report.name, digest, report.tag.as_deref()));
    }
    document["properties"] = json!([property("portcullis:reference", &report.reference)]);
    document
}

pub(super) fn reference_of_image(image: &Image) -> String {
    let report = &image.report;
    uuid::of(&["image", &report.reference, report.digest.as_deref().unwrap_or_default()])
}

/// `pkg:oci/api@sha256%3A…?repository_url=ghcr.io%2Facme%2Fapi&tag=v1`
/// (<https://github.com/package-url/purl-spec/blob/main/types-doc/oci-definition.md>)
fn purl(name: &str, digest: &str, tag: Option<&str>) -> String {
    let last = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    let tag = tag.map(|tag| format!("&tag={}", encoded(tag))).unwrap_or_default();
    format!(
        "pkg:oci/{}@{}?repository_url={}{tag}",
        encoded(&last),
        encoded(digest),
        encoded(name)
    )
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'~' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_reads_as_an_expression_is_one() {
        for good in [
            "MIT",
            "GPL-2.0-only WITH Classpath-exception-2.0",
            "(MIT OR Apache-2.0) AND Zlib",
            "LicenseRef-x",
        ] {
            assert!(is_expression(good), "{good}");
        }
        for name in ["", "The Acme Licence", "MIT,BSD", "MIT OR", "OR MIT AND", "a\u{202e}b"] {
            assert!(!is_expression(name), "{name}");
        }
    }

    #[test]
    fn an_image_is_named_by_its_digest() {
        assert_eq!(
            purl("ghcr.io/acme/Api", "sha256:00", Some("v1&x")),
            "pkg:oci/api@sha256%3A00?repository_url=ghcr.io%2Facme%2FApi&tag=v1%26x"
        );
    }
}
