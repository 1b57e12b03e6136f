//! CycloneDX 1.4 to 1.7 as JSON (cyclonedx.org/docs/1.7/json).

use serde_json::Value;

use super::{Format, Package, Reading, Sbom, Stated, said};
use crate::predicate::{Malformed, field, items, list, object, optional, text, time};

const VERSIONS: [&str; 4] = ["1.4", "1.5", "1.6", "1.7"];

pub(super) fn read(document: &Value) -> Result<Reading<'_>, Malformed> {
    field(document, "bomFormat", |value| match text(value)? {
        "CycloneDX" => Ok(()),
        other => Err(Malformed::new("`CycloneDX`", format!("`{other}`"))),
    })?;
    let version = field(document, "specVersion", text)?;
    if !VERSIONS.contains(&version) {
        return Ok(Reading::Unsupported {
            format: Format::CycloneDx,
            version: version.to_owned(),
        });
    }
    let mut sbom = Sbom {
        format: Format::CycloneDx,
        version,
        authors: false,
        tools: false,
        context: false,
        relationships: !items(document, "dependencies", |_| Ok(()))?.is_empty(),
        subjects: Vec::new(),
        document,
    };
    optional(document, "metadata", |metadata| metadata_into(&mut sbom, metadata))?;
    Ok(Reading::Sbom(sbom))
}

fn metadata_into<'v>(sbom: &mut Sbom<'v>, metadata: &'v Value) -> Result<(), Malformed> {
    let named = |value| optional(value, "name", text).map(|name| said(name).is_some());
    sbom.authors =
        items(metadata, "authors", named)?.contains(&true) || optional(metadata, "manufacturer", named)? == Some(true);
    sbom.tools = optional(metadata, "tools", tools)?.unwrap_or(false);
    sbom.context = !items(metadata, "lifecycles", |_| Ok(()))?.is_empty();
    optional(metadata, "component", |component| {
        sbom.subjects.extend(optional(component, "purl", text)?);
        let version = optional(component, "version", text)?;
        sbom.subjects.extend(version.filter(|text| text.starts_with("sha256:")));
        Ok(())
    })?;
    Ok(())
}

/// A list until 1.4, since 1.5 also an object of components and services.
fn tools(value: &Value) -> Result<bool, Malformed> {
    let named = |value| optional(value, "name", text).map(|name| said(name).is_some());
    if value.is_array() {
        return Ok(list(value, named)?.contains(&true));
    }
    Ok(items(value, "components", named)?.contains(&true) || items(value, "services", named)?.contains(&true))
}

pub(super) fn date(document: &Value) -> Result<Option<i64>, Malformed> {
    let metadata = |metadata| optional(metadata, "timestamp", time);
    Ok(optional(document, "metadata", metadata)?.flatten())
}

pub(super) fn packages<'v>(document: &'v Value, each: &mut dyn FnMut(Package<'v>)) -> Result<(), Malformed> {
    optional(document, "metadata", |metadata| {
        optional(metadata, "component", |subject| described(subject, each))
    })?;
    nested(document, each)
}

/// What the document is about is the place of its packages; what is nested in it is one of them.
fn described<'v>(subject: &'v Value, each: &mut dyn FnMut(Package<'v>)) -> Result<(), Malformed> {
    each(Package {
        is_place: true,
        ..package(subject)?
    });
    nested(subject, each)
}

/// Recursive; the JSON reader's nesting limit bounds it.
fn nested<'v>(parent: &'v Value, each: &mut dyn FnMut(Package<'v>)) -> Result<(), Malformed> {
    items(parent, "components", |component| {
        each(package(component)?);
        nested(component, each)
    })?;
    Ok(())
}

fn package(component: &Value) -> Result<Package<'_>, Malformed> {
    let purl = said(optional(component, "purl", text)?);
    let named = |value| optional(value, "name", text).map(|name| said(name).is_some());
    let supplied = optional(component, "supplier", named)? == Some(true);
    let identified = purl.is_some()
        || said(optional(component, "cpe", text)?).is_some()
        || optional(component, "swid", object)?.is_some()
        || !items(component, "omniborId", text)?.is_empty()
        || !items(component, "swhid", text)?.is_empty();
    let produced = supplied
        || optional(component, "manufacturer", named)? == Some(true)
        || said(optional(component, "publisher", text)?).is_some();
    let licenses = items(component, "licenses", license)?;
    let kind = optional(component, "type", text)?;
    let places = ["container", "cryptographic-asset", "device", "file", "operating-system"];
    Ok(Package {
        name: field(component, "name", text)?,
        version: said(optional(component, "version", text)?),
        purls: purl.into_iter().collect(),
        identified,
        supplied,
        produced,
        hashed: !items(component, "hashes", |_| Ok(()))?.is_empty(),
        licenses: licenses.into_iter().flatten().collect(),
        is_place: kind.is_some_and(|kind| places.contains(&kind)),
    })
}

/// One entry of `licenses`: `{ expression }` or `{ license: { id | name } }`; one with more than one of them states them all.
fn license(entry: &Value) -> Result<Vec<Stated<'_>>, Malformed> {
    let expression = optional(entry, "expression", text)?.map(Stated::Expression);
    let named = optional(entry, "license", |license| {
        let id = optional(license, "id", text)?.map(Stated::Expression);
        let name = optional(license, "name", text)?.map(Stated::Name);
        Ok(id.into_iter().chain(name).collect::<Vec<_>>())
    })?;
    let stated: Vec<Stated> = expression.into_iter().chain(named.into_iter().flatten()).collect();
    match stated.is_empty() {
        true => Err(Malformed::new(
            "`expression`, or `license` with `id` or `name`",
            "neither",
        )),
        false => Ok(stated),
    }
}
