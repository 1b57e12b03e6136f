//! The components of a CycloneDX document by their `bom-ref`: what its vulnerabilities and its VEX statements point at.

use std::collections::BTreeMap;

use serde_json::Value;

use super::purl::{Purl, decoded};
use super::vulnerability::Package;
use super::{Malformed, items, optional, text};
use crate::digest::Digest;

#[derive(Debug)]
pub(crate) struct Components {
    by_reference: BTreeMap<String, Package>,
    count: usize,
    /// The component that the document is about.
    root: Option<String>,
    image: Option<Digest>,
    image_id: Option<Digest>,
}

impl Components {
    /// Nesting is as deep as JSON is read: [`crate::json::read`] bounds it.
    pub fn read(document: &Value) -> Result<Self, Malformed> {
        let mut components = Self {
            by_reference: BTreeMap::new(),
            count: 0,
            root: None,
            image: None,
            image_id: None,
        };
        optional(document, "metadata", |metadata| {
            optional(metadata, "component", |root| {
                components.root = optional(root, "bom-ref", text)?.map(str::to_owned);
                components.describe(root)?;
                components.add(root)
            })
        })?;
        items(document, "components", |component| {
            components.count += 1;
            components.add(component)
        })?;
        Ok(components)
    }

    /// The image's digest is in its package URL, in its version (Grype) or in a property (Trivy), where it is anywhere.
    fn describe(&mut self, root: &Value) -> Result<(), Malformed> {
        let property = |name: &str| {
            let found = items(root, "properties", |property| {
                let is_meant = optional(property, "name", text)? == Some(name);
                Ok(optional(property, "value", text)?.filter(|_| is_meant))
            })?;
            Ok(found.into_iter().flatten().next())
        };
        let purl = optional(root, "purl", text)?
            .and_then(Purl::parse)
            .and_then(|purl| purl.image());
        let version = optional(root, "version", text)?.and_then(Digest::parse);
        let repository: Option<&str> = property("aquasecurity:trivy:RepoDigest")?;
        let repository = repository.and_then(|name| Digest::parse(name.rsplit_once('@')?.1));
        self.image = purl.or(version).or(repository);
        self.image_id = property("aquasecurity:trivy:ImageID")?.and_then(Digest::parse);
        Ok(())
    }

    fn add(&mut self, component: &Value) -> Result<(), Malformed> {
        let written = |key| {
            Ok(optional(component, key, text)?
                .filter(|text| !text.is_empty())
                .map(str::to_owned))
        };
        let package = Package {
            name: written("name")?,
            purl: optional(component, "purl", text)?.and_then(Purl::parse),
            installed: written("version")?,
        };
        if let Some(reference) = written("bom-ref")?
            && self.by_reference.insert(reference.clone(), package).is_some()
        {
            return Err(Malformed::new("a `bom-ref` of its own", format!("`{reference}` twice")));
        }
        items(component, "components", |inner| self.add(inner))?;
        Ok(())
    }

    /// At the top level.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Of the manifest of the image that the document is about.
    pub fn image(&self) -> Option<Digest> {
        self.image
    }

    /// Of its configuration.
    pub fn image_id(&self) -> Option<Digest> {
        self.image_id
    }

    /// Whether `reference` is the component that the document is about.
    pub fn is_root(&self, reference: &str) -> bool {
        self.root.as_deref() == Some(reference)
    }

    /// What `reference` points at: a component of this document; else, where it is a package URL itself or a BOM-Link
    /// (`urn:cdx:…#…`) that ends in one, what that says. A reference to nothing is a package with that name.
    pub fn package(&self, reference: &str) -> Package {
        if let Some(package) = self.by_reference.get(reference) {
            return package.clone();
        }
        let linked = reference.strip_prefix("urn:cdx:").and_then(|link| link.split_once('#'));
        let target = linked.map_or_else(|| Some(reference.to_owned()), |(_, fragment)| decoded(fragment));
        Package {
            name: Some(reference.to_owned()),
            purl: target.as_deref().and_then(Purl::parse),
            installed: None,
        }
    }
}
