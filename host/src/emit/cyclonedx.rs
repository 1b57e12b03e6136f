//! CycloneDX 1.6: the packages and vulnerabilities that verified documents name, with who said so.
//! <https://cyclonedx.org/docs/1.6/json/>; properties for GitLab:
//! <https://docs.gitlab.com/development/sec/cyclonedx_property_taxonomy/>

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{inside, json_text, uuid, words};
use crate::run::{Image, Run};
use crate::untrusted::Safe;
use crate::wit::contents::{Contents, Inventory, Package, Scan, Vulnerability};

mod component;
mod vulnerability;

use component::Identity;

pub fn emit(run: &Run, out: &mut impl Write) -> io::Result<()> {
    json_text::write_document(&document(run), out)
}

fn document(run: &Run) -> Value {
    let gaps = inside::gaps(run);
    let bills: Vec<Bill> = run.images.iter().map(Bill::of).collect();
    let mut metadata = json!({
        "tools": { "components": [{ "type": "application", "name": "portcullis", "version": run.tool.version }] },
        "properties": properties(run, &bills, &gaps),
    });
    if let Some(image) = run.images.first() {
        metadata["timestamp"] = json!(words::time(image.report.time));
    }
    // one image is what the document is about; of several each holds its own packages
    let components: Vec<Value> = match bills.as_slice() {
        [bill] => {
            metadata["component"] = component::image(bill.image);
            bill.components()
        }
        bills => bills.iter().map(Bill::nested).collect(),
    };
    let aggregate = if gaps.is_empty() { "unknown" } else { "incomplete" };
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": serial_number(run),
        "version": 1,
        "metadata": metadata,
        "components": components,
        "vulnerabilities": bills.iter().flat_map(Bill::vulnerabilities).collect::<Vec<_>>(),
        "compositions": [{ "aggregate": aggregate }],
    })
}

/// The same check gives the same number: by what was judged, by what, and when.
fn serial_number(run: &Run) -> String {
    let mut parts = vec!["cyclonedx", run.policy.digest.as_deref().unwrap_or_default()];
    let times: Vec<String> = run.images.iter().map(|image| image.report.time.to_string()).collect();
    for (image, time) in run.images.iter().zip(&times) {
        let report = &image.report;
        parts.extend([
            report.reference.as_str(),
            report.digest.as_deref().unwrap_or_default(),
            time,
        ]);
        if let Some(contents) = &report.contents {
            parts.extend(contents.inventories.iter().map(|one| one.evidence.as_str()));
            parts.extend(contents.scans.iter().flat_map(|one| [one.evidence.as_str(), &one.rule]));
        }
    }
    format!("urn:uuid:{}", uuid::of(&parts))
}

fn property(name: &str, value: &str) -> Value {
    json!({ "name": name, "value": value })
}

/// What GitLab reads of the one image, and what of the whole is missing.
fn properties(run: &Run, bills: &[Bill<'_>], gaps: &[Safe]) -> Vec<Value> {
    let mut properties = vec![
        property("gitlab:meta:schema_version", "1"),
        property("portcullis:verdict", words::verdict(run.verdict())),
    ];
    properties.extend(gaps.iter().map(|gap| property("portcullis:gap", gap.as_str())));
    if let [bill] = bills {
        let report = &bill.image.report;
        properties.push(property("gitlab:container_scanning:image:name", &report.name));
        let tag = report.tag.as_ref().or(report.digest.as_ref());
        properties.extend(tag.map(|tag| property("gitlab:container_scanning:image:tag", tag)));
        if let Some(system) = bill.system() {
            let (name, version) = system.split_once(' ').unwrap_or((system, ""));
            properties.push(property("gitlab:container_scanning:operating_system:name", name));
            properties.push(property("gitlab:container_scanning:operating_system:version", version));
        }
    }
    properties
}

/// Of one image: each package once, whatever number of documents names it.
struct Bill<'r> {
    image: &'r Image,
    components: BTreeMap<Identity<'r>, Component<'r>>,
}

/// A package, and the documents that name it.
#[derive(Default)]
struct Component<'r> {
    package: Option<&'r Package>,
    inventories: Vec<&'r Inventory>,
}

impl<'r> Bill<'r> {
    fn of(image: &'r Image) -> Self {
        let mut components: BTreeMap<Identity<'r>, Component<'r>> = BTreeMap::new();
        let contents = || image.report.contents.iter();
        for inventory in contents().flat_map(|contents| &contents.inventories) {
            for package in &inventory.packages {
                let component = components.entry(Identity::of_package(inventory, package)).or_default();
                component.package = component.package.or(Some(package));
                if !component.inventories.iter().any(|one| std::ptr::eq(*one, inventory)) {
                    component.inventories.push(inventory);
                }
            }
        }
        for scan in contents().flat_map(|contents| &contents.scans) {
            for identity in scan
                .vulnerabilities
                .iter()
                .filter_map(|one| Identity::of_vulnerable(scan, one))
            {
                components.entry(identity).or_default();
            }
        }
        Self { image, components }
    }

    fn components(&self) -> Vec<Value> {
        let all = self.components.iter();
        all.map(|(identity, one)| component::package(identity, one)).collect()
    }

    fn nested(&self) -> Value {
        let mut image = component::image(self.image);
        image["components"] = json!(self.components());
        image
    }

    fn vulnerabilities(&self) -> impl Iterator<Item = Value> {
        let scans = self.contents().flat_map(|contents| &contents.scans);
        let all = scans.flat_map(|scan| scan.vulnerabilities.iter().map(move |one| (scan, one)));
        let mut seen = BTreeMap::<String, u32>::new();
        all.map(move |(scan, one)| {
            // a report may have one vulnerability twice for a package that it does not name
            let reference = vulnerability::reference(scan, one);
            let number = seen
                .entry(reference.clone())
                .and_modify(|number| *number += 1)
                .or_insert(1);
            let reference = if *number == 1 {
                reference
            } else {
                format!("{reference}-{number}")
            };
            vulnerability::of(scan, one, &reference, &self.affected(scan, one))
        })
    }

    /// `bom-ref` of what has the vulnerability; the image where no package is named.
    fn affected(&self, scan: &Scan, one: &Vulnerability) -> String {
        let package = Identity::of_vulnerable(scan, one);
        package.map_or_else(
            || component::reference_of_image(self.image),
            |identity| identity.reference(),
        )
    }

    fn contents(&self) -> impl Iterator<Item = &'r Contents> + use<'r> {
        self.image.report.contents.iter()
    }

    fn system(&self) -> Option<&'r str> {
        let scans = self.contents().flat_map(|contents| &contents.scans);
        scans.filter_map(|scan| scan.system.as_deref()).next()
    }
}

#[cfg(test)]
mod tests;
