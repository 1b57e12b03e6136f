//! SBOMs of two formats as one model: who describes what, and which packages with which versions and licences.
//!
//! Plain readers of the fields that rules read. `spdx-rs` 0.5 follows SPDX 2.2.1 and reads licences with a recursive parser
//! that a document of 200 KB overflows, and adds 200 KB to the component; `cyclonedx-bom` 0.8 ends at CycloneDX 1.5; both copy a
//! document that here stays borrowed, package by package.

mod cyclonedx;
mod spdx;

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

use super::{Malformed, object};
use crate::{json, limits};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    CycloneDx,
    Spdx,
}

/// What a predicate turned out to be.
#[derive(Debug)]
pub(crate) enum Reading<'v> {
    Sbom(Sbom<'v>),
    /// A known format in a version that is not read: sound, for all that is known, and of no use here.
    Unsupported {
        format: Format,
        version: String,
    },
}

#[derive(Debug)]
pub(crate) struct Sbom<'v> {
    pub format: Format,
    /// Of the format, such as `1.6` or `2.3`.
    pub version: &'v str,
    /// People and organisations who made the document.
    pub authors: bool,
    pub tools: bool,
    /// The document tells at which point of the software's life it was made.
    pub context: bool,
    /// How packages belong together is said somewhere.
    pub relationships: bool,
    /// Names of what the document describes: digests (`sha256:…`) and package URLs.
    pub subjects: Vec<&'v str>,
    document: &'v Value,
}

/// A package or whatever else the document lists. Cheap to make, so documents of a million packages are never held twice.
#[derive(Debug, Default)]
pub(crate) struct Package<'v> {
    pub name: &'v str,
    pub version: Option<&'v str>,
    pub purls: Vec<&'v str>,
    /// It has an identifier besides its name: a package URL, CPE, SWID, SWHID or OmniBOR.
    pub identified: bool,
    /// Somebody is named as its supplier.
    pub supplied: bool,
    /// Somebody is named as its supplier or maker.
    pub produced: bool,
    pub hashed: bool,
    /// All of them hold.
    pub licenses: Vec<Stated<'v>>,
    /// A file, an operating system, a container, a device: where packages lie, and none itself.
    pub is_place: bool,
}

/// What a document says of a package's licence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stated<'v> {
    /// An SPDX expression, which may be one identifier.
    Expression(&'v str),
    /// A name without a known meaning, unless it is an identifier.
    Name(&'v str),
}

impl<'v> Stated<'v> {
    pub fn text(self) -> &'v str {
        match self {
            Self::Expression(text) | Self::Name(text) => text,
        }
    }
}

/// The document in a predicate: the predicate itself, or what older versions of cosign made of it, a text or an object
/// `{ "Data": … }` around either.
pub(crate) fn document(predicate: &Value) -> Result<Cow<'_, Value>, Malformed> {
    match predicate {
        Value::String(text) => Ok(Cow::Owned(parsed(text)?)),
        Value::Object(fields) if is_wrapper(fields) => match &fields["Data"] {
            Value::String(text) => parsed(text).map(Cow::Owned).map_err(|error| error.under("Data")),
            data => Ok(Cow::Borrowed(data)),
        },
        other => Ok(Cow::Borrowed(other)),
    }
}

fn is_wrapper(fields: &serde_json::Map<String, Value>) -> bool {
    fields.contains_key("Data") && fields.keys().all(|key| matches!(key.as_str(), "Data" | "Timestamp"))
}

fn parsed(text: &str) -> Result<Value, Malformed> {
    if json::marks(text.as_bytes()) > limits::JSON_MARKS {
        return Err(Malformed::new(format!("at most {} values", limits::JSON_MARKS), "more"));
    }
    json::read(text.as_bytes()).map_err(|_| {
        let found = match text.trim_start().starts_with("SPDXVersion:") {
            true => "SPDX in its tag-value form",
            false => "a text that is no JSON",
        };
        Malformed::new("an SBOM as JSON", found)
    })
}

/// Reads the head of a document, as [`document`] gives it; [`Sbom::packages`] reads the rest.
pub(crate) fn read<'v>(predicate_type: &str, document: &'v Value) -> Result<Reading<'v>, Malformed> {
    let format = format_of(document)?;
    let expected = of_type(predicate_type);
    match expected {
        Some(expected) if expected != format => Err(Malformed::new(expected.to_string(), format.to_string())),
        _ => match format {
            Format::CycloneDx => cyclonedx::read(document),
            Format::Spdx => spdx::read(document),
        },
    }
}

/// The format that a predicate type promises.
pub(super) fn of_type(predicate_type: &str) -> Option<Format> {
    match crate::statement::short_type(predicate_type) {
        "cyclonedx" => Some(Format::CycloneDx),
        "spdx" => Some(Format::Spdx),
        _ => None,
    }
}

/// By the marks that each format asks for.
fn format_of(document: &Value) -> Result<Format, Malformed> {
    let fields = object(document)?;
    let cyclonedx = fields.get("bomFormat").is_some();
    let spdx = fields.get("spdxVersion").is_some() || spdx::is_version_3(document);
    match (cyclonedx, spdx) {
        (true, false) => Ok(Format::CycloneDx),
        (false, true) => Ok(Format::Spdx),
        (true, true) => Err(Malformed::new(
            "one format",
            "`bomFormat` and `spdxVersion` in one document",
        )),
        (false, false) => Err(Malformed::new("`bomFormat` or `spdxVersion`", "neither")),
    }
}

impl<'v> Sbom<'v> {
    /// Every package, nested ones too, in the document's order.
    pub fn packages(&self, mut each: impl FnMut(Package<'v>)) -> Result<(), Malformed> {
        match self.format {
            Format::CycloneDx => cyclonedx::packages(self.document, &mut each),
            Format::Spdx => spdx::packages(self.document, &mut each),
        }
    }

    /// When the document says it was made, in seconds since 1970-01-01T00:00:00Z.
    pub fn date(&self) -> Result<Option<i64>, Malformed> {
        match self.format {
            Format::CycloneDx => cyclonedx::date(self.document),
            Format::Spdx => spdx::date(self.document),
        }
    }
}

impl Format {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CycloneDx => "cyclonedx",
            Self::Spdx => "spdx",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CycloneDx => "CycloneDX",
            Self::Spdx => "SPDX",
        })
    }
}

/// A text that is there and says something.
fn said(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty() && !matches!(*text, "NOASSERTION" | "NONE"))
}

#[cfg(test)]
mod tests;
