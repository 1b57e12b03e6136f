//! SPDX 2.2 and 2.3 as JSON (spdx.github.io/spdx-spec/v2.3). SPDX 3, which is JSON-LD, is recognised and not read.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Format, Package, Reading, Sbom, Stated, said};
use crate::predicate::{Malformed, field, items, list, optional, text, time};

const VERSIONS: [(&str, &str); 2] = [("SPDX-2.2", "2.2"), ("SPDX-2.3", "2.3")];

/// Version 3 names its JSON-LD context instead of a version: `https://spdx.org/rdf/3.0.1/spdx-context.jsonld`.
const CONTEXTS: &str = "https://spdx.org/rdf/";

pub(super) fn is_version_3(document: &Value) -> bool {
    context_3(document).is_some()
}

/// What follows in the name of the context: `3.0.1/spdx-context.jsonld`.
fn context_3(document: &Value) -> Option<&str> {
    let context = document.get("@context")?;
    let names = context.as_array().map_or(std::slice::from_ref(context), Vec::as_slice);
    let mut rests = names.iter().filter_map(|name| name.as_str()?.strip_prefix(CONTEXTS));
    rests.find(|rest| rest.starts_with("3."))
}

pub(super) fn read(document: &Value) -> Result<Reading<'_>, Malformed> {
    if let Some(rest) = context_3(document) {
        let version = rest.split('/').next().unwrap_or(rest);
        return Ok(unsupported(version));
    }
    let name = field(document, "spdxVersion", text)?;
    let Some((_, version)) = VERSIONS.into_iter().find(|(known, _)| *known == name) else {
        return match name.strip_prefix("SPDX-") {
            Some(version) => Ok(unsupported(version)),
            None => Err(Malformed::new("`SPDX-2.3` or `SPDX-2.2`", format!("`{name}`")).under("spdxVersion")),
        };
    };
    let creators = field(document, "creationInfo", |info| {
        field(info, "creators", |value| list(value, text))
    })?;
    let related = items(document, "relationships", |_| Ok(()))?;
    let described = described(document)?;
    let mut sbom = Sbom {
        format: Format::Spdx,
        version,
        authors: creators.iter().any(|creator| is_author(creator)),
        tools: creators.iter().any(|creator| creator.starts_with("Tool:")),
        context: false,
        relationships: !related.is_empty() || !described.is_empty(),
        subjects: Vec::new(),
        document,
    };
    items(document, "packages", |value| {
        if described.contains(field(value, "SPDXID", text)?) {
            sbom.subjects.extend(purls(value)?);
        }
        Ok(())
    })?;
    Ok(Reading::Sbom(sbom))
}

fn unsupported(version: &str) -> Reading<'static> {
    Reading::Unsupported {
        format: Format::Spdx,
        version: version.to_owned(),
    }
}

/// `Person: …` or `Organization: …`.
fn is_author(creator: &str) -> bool {
    let name = creator
        .strip_prefix("Person:")
        .or_else(|| creator.strip_prefix("Organization:"));
    said(name.map(str::trim)).is_some()
}

/// Identifiers of the elements that the document is about.
fn described(document: &Value) -> Result<BTreeSet<&str>, Malformed> {
    let mut described: BTreeSet<&str> = items(document, "documentDescribes", text)?.into_iter().collect();
    items(document, "relationships", |relationship| {
        let kind = field(relationship, "relationshipType", text)?;
        let from = field(relationship, "spdxElementId", text)?;
        let to = field(relationship, "relatedSpdxElement", text)?;
        match kind {
            "DESCRIBES" if from == "SPDXRef-DOCUMENT" => described.insert(to),
            "DESCRIBED_BY" if to == "SPDXRef-DOCUMENT" => described.insert(from),
            _ => false,
        };
        Ok(())
    })?;
    Ok(described)
}

pub(super) fn date(document: &Value) -> Result<Option<i64>, Malformed> {
    let created = |info| optional(info, "created", time);
    Ok(optional(document, "creationInfo", created)?.flatten())
}

pub(super) fn packages<'v>(document: &'v Value, each: &mut dyn FnMut(Package<'v>)) -> Result<(), Malformed> {
    items(document, "packages", |value| {
        each(package(value)?);
        Ok(())
    })?;
    Ok(())
}

fn package(value: &Value) -> Result<Package<'_>, Malformed> {
    let purls = purls(value)?;
    let references = items(value, "externalRefs", |reference| {
        field(reference, "referenceType", text)
    })?;
    let supplied = said(optional(value, "supplier", text)?).is_some();
    let declared = said(optional(value, "licenseDeclared", text)?);
    let concluded = said(optional(value, "licenseConcluded", text)?);
    let purpose = optional(value, "primaryPackagePurpose", text)?;
    let places = ["CONTAINER", "DEVICE", "FILE", "OPERATING-SYSTEM", "OPERATING_SYSTEM"];
    let is_image = purls
        .iter()
        .any(|purl| purl.starts_with("pkg:oci/") || purl.starts_with("pkg:docker/"));
    Ok(Package {
        name: field(value, "name", text)?,
        version: said(optional(value, "versionInfo", text)?),
        purls,
        identified: references.iter().any(|kind| identifies(kind)),
        supplied,
        produced: supplied || said(optional(value, "originator", text)?).is_some(),
        hashed: !items(value, "checksums", |_| Ok(()))?.is_empty(),
        licenses: licenses(declared, concluded),
        is_place: is_image || purpose.is_some_and(|purpose| places.contains(&purpose)),
    })
}

/// Both hold: what the maker declares and what the document's author concludes.
fn licenses<'v>(declared: Option<&'v str>, concluded: Option<&'v str>) -> Vec<Stated<'v>> {
    let concluded = concluded.filter(|concluded| declared != Some(concluded));
    declared.into_iter().chain(concluded).map(Stated::Expression).collect()
}

fn purls(package: &Value) -> Result<Vec<&str>, Malformed> {
    let references = items(package, "externalRefs", |reference| {
        Ok((
            field(reference, "referenceType", text)?,
            field(reference, "referenceLocator", text)?,
        ))
    })?;
    Ok(references
        .into_iter()
        .filter(|(kind, _)| *kind == "purl")
        .map(|(_, locator)| locator)
        .collect())
}

/// Types of SPDX 2.3, annex F, that name one piece of software.
fn identifies(reference_type: &str) -> bool {
    matches!(
        reference_type,
        "purl" | "cpe22Type" | "cpe23Type" | "swid" | "swh" | "gitoid"
    )
}
