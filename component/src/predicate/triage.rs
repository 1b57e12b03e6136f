//! Triage: what people say of vulnerabilities, that they are accepted, fixed, or do not matter here. From every format into one
//! model.

mod csaf;
mod cyclonedx;
mod openvex;
mod text;
mod trivyignore;
mod vendor;

use std::borrow::Cow;

use serde_json::Value;

use super::purl::Purl;
use super::vulnerability::CUSTOM_TYPES;
use super::{Malformed, moment};
use crate::digest::Digest;
use crate::{json, statement};

/// Built-in names of the types that triage is looked for in. CycloneDX and the custom type hold other things too.
pub(crate) const SHORT_TYPES: [&str; 4] = ["triage", "openvex", "cyclonedx", "custom"];

/// CSAF's own name of its format, with which it is attested (AMPEL, vexctl).
pub(crate) const TYPES: [&str; 1] = ["https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json"];

/// Of these a document must be readable triage.
const ALWAYS: [&str; 2] = ["triage", "openvex"];

/// The statements of one document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Triage {
    /// For the reader: `OpenVEX`.
    pub format: &'static str,
    pub statements: Vec<Statement>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Statement {
    pub vulnerability: String,
    pub aliases: Vec<String>,
    pub scope: Scope,
    pub status: Status,
    /// Justification, description, and by whom: for the reader.
    pub reason: Option<String>,
    /// The document's own word for when it was made.
    pub dated: Option<i64>,
    /// The last second at which it holds.
    pub expires: Option<i64>,
}

/// What a statement is about.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scope {
    /// It names no product, and so the image that it was signed for.
    Subject(Packages),
    Products(Vec<Product>),
}

/// Which packages of an image.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Packages {
    All,
    These(Vec<Purl>),
}

/// A product has several names; any of them will do.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Product {
    /// As the document writes it, for the reader.
    pub name: String,
    pub images: Vec<Digest>,
    pub purls: Vec<Purl>,
    /// Of the product: its subcomponents.
    pub packages: Packages,
    /// Versions of the package that the statement is limited to.
    pub versions: Option<Vec<String>>,
}

impl Product {
    /// By a name that may be a package URL.
    fn named(name: &str) -> Self {
        let mut product = Self {
            name: name.to_owned(),
            images: Vec::new(),
            purls: Vec::new(),
            packages: Packages::All,
            versions: None,
        };
        product.is(Purl::parse(name));
        product
    }

    fn is(&mut self, purl: Option<Purl>) {
        self.images.extend(purl.as_ref().and_then(Purl::image));
        self.purls.extend(purl);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    NotAffected,
    Fixed,
    /// Looked at, and lived with.
    Accepted,
    Affected,
    UnderInvestigation,
    /// `not_affected` without a word why, which the VEX formats do not admit.
    Unjustified,
}

impl Status {
    pub fn suppresses(self) -> bool {
        matches!(self, Self::NotAffected | Self::Fixed | Self::Accepted)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAffected => "not affected",
            Self::Fixed => "fixed",
            Self::Accepted => "accepted",
            Self::Affected => "affected",
            Self::UnderInvestigation => "under investigation",
            Self::Unjustified => "not affected, without a justification",
        }
    }
}

/// Whether the vendor's triage, with this word in `acceptance`, means a vulnerability that is lived with.
pub(crate) fn vendor_accepts(acceptance: &str) -> bool {
    vendor::accepts(acceptance)
}

/// Whether a document is of a format, and its reader.
type Is = fn(&Value) -> bool;
type Read = fn(&Value) -> Result<Triage, Malformed>;

/// None where the statement is no triage.
pub(crate) fn read(predicate_type: &str, predicate: &Value) -> Result<Option<Triage>, Malformed> {
    let document = unwrapped(predicate_type, predicate)?;
    let readers: [(Is, Read); 5] = [
        (openvex::is, openvex::read),
        (csaf::is, csaf::read),
        (cyclonedx::is, cyclonedx::read),
        (vendor::is, vendor::read),
        (trivyignore::is, trivyignore::read),
    ];
    if let Some((_, read)) = readers.iter().find(|(is, _)| is(&document)) {
        return read(&document).map(Some);
    }
    let is_known = ALWAYS.contains(&statement::short_type(predicate_type));
    if is_known {
        return Err(Malformed::new(
            "`trivy`, `triaged_cves`, OpenVEX, CSAF or CycloneDX VEX",
            "none of them",
        ));
    }
    Ok(None)
}

/// A date of the document's own. Only a rule that takes its word reads it, and takes none that is not exact: tools write times
/// without an offset.
fn own_date(value: &Value, key: &str) -> Option<i64> {
    moment(value.get(key)?).ok().flatten()
}

/// The document itself, or what is in `Data` of cosign's custom type: JSON, `triage.toml`, `.trivyignore`, `.trivyignore.yaml`.
fn unwrapped<'v>(predicate_type: &str, predicate: &'v Value) -> Result<Cow<'v, Value>, Malformed> {
    let data = predicate.get("Data").filter(|_| CUSTOM_TYPES.contains(&predicate_type));
    let text = match (data, predicate) {
        (Some(Value::String(text)), _) | (None, Value::String(text)) => text,
        (Some(data), _) => return Ok(Cow::Borrowed(data)),
        (None, predicate) => return Ok(Cow::Borrowed(predicate)),
    };
    if let Ok(document) = json::read(text.as_bytes()) {
        return Ok(Cow::Owned(document));
    }
    match self::text::read(text) {
        Some(document) => document.map(Cow::Owned).map_err(|error| match data {
            Some(_) => error.under("Data"),
            None => error,
        }),
        None => Ok(Cow::Borrowed(predicate)),
    }
}

#[cfg(test)]
mod tests;
