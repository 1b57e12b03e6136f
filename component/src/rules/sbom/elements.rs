//! Minimum elements of an SBOM: NTIA 2021 ("The Minimum Elements For a Software Bill of Materials", data fields) and the draft
//! of CISA that follows it ("2025 Minimum Elements for a Software Bill of Materials").

use super::super::listed::Listed;
use super::super::{Effect, Objection};
use crate::policy::kinds::sbom::{Elements, Standard};
use crate::predicate::sbom::{Package, Sbom};
use crate::predicate::{Malformed, shown};

/// A data field by the standard's name, and whether it is there.
type OfPackage = (&'static str, fn(&Package<'_>) -> bool);
type OfDocument = (&'static str, fn(&Sbom<'_>) -> bool);

static NTIA_PACKAGE: [OfPackage; 4] = [
    ("supplier-name", |package| package.supplied),
    ("component-name", |package| !package.name.trim().is_empty()),
    ("version", |package| package.version.is_some()),
    ("unique-identifier", |package| package.identified),
];

/// NTIA counts a tool as an author.
static NTIA_DOCUMENT: [OfDocument; 2] = [
    ("author", |sbom| sbom.authors || sbom.tools),
    ("dependency-relationship", |sbom| sbom.relationships),
];

static CISA_PACKAGE: [OfPackage; 6] = [
    ("software-producer", |package| package.produced),
    ("component-name", |package| !package.name.trim().is_empty()),
    ("component-version", |package| package.version.is_some()),
    ("software-identifier", |package| package.identified),
    ("component-hash", |package| package.hashed),
    ("license", |package| !package.licenses.is_empty()),
];

static CISA_DOCUMENT: [OfDocument; 4] = [
    ("sbom-author", |sbom| sbom.authors),
    ("tool-name", |sbom| sbom.tools),
    ("dependency-relationship", |sbom| sbom.relationships),
    ("generation-context", |sbom| sbom.context),
];

/// What a document lacks of the elements that a rule asks for.
pub(super) enum Missing {
    NotAsked,
    Asked {
        standard: Standard,
        effect: Effect,
        of_document: Vec<&'static str>,
        of_packages: Vec<Lack>,
        packages: usize,
    },
}

/// Packages without one element.
pub(super) struct Lack {
    element: OfPackage,
    count: usize,
    first: Vec<String>,
}

impl Missing {
    pub fn new(asked: &Elements, sbom: &Sbom<'_>) -> Result<Self, Malformed> {
        let Elements::Asked { standard, effect } = asked else {
            return Ok(Self::NotAsked);
        };
        let (document, package): (&[OfDocument], &[OfPackage]) = match standard {
            Standard::Ntia2021 => (&NTIA_DOCUMENT, &NTIA_PACKAGE),
            Standard::Cisa2025 => (&CISA_DOCUMENT, &CISA_PACKAGE),
        };
        let lacking = document
            .iter()
            .filter(|(_, is_there)| !is_there(sbom))
            .map(|(name, _)| *name);
        let undated = sbom.date()?.is_none().then_some("timestamp");
        Ok(Self::Asked {
            standard: *standard,
            effect: *effect,
            of_document: lacking.chain(undated).collect(),
            of_packages: package.iter().map(|element| Lack::new(*element)).collect(),
            packages: 0,
        })
    }

    /// Files and operating systems have none of these fields in most tools, and are no components here.
    pub fn look_at(&mut self, package: &Package<'_>) {
        if let Self::Asked {
            of_packages, packages, ..
        } = self
            && !package.is_place
        {
            *packages += 1;
            of_packages.iter_mut().for_each(|lack| lack.look_at(package));
        }
    }

    /// One objection for each element, not for each package: a tool leaves a field out everywhere or nowhere.
    pub fn finish(self, listed: &mut Listed) {
        let Self::Asked {
            standard,
            effect,
            of_document,
            of_packages,
            packages,
        } = self
        else {
            return;
        };
        for name in of_document {
            listed.push(objection(standard, effect, name, "nowhere in the document".to_owned()));
        }
        for lack in of_packages.into_iter().filter(|lack| lack.count > 0) {
            let found = format!("not in {} of {packages} packages: {}", lack.count, lack.names());
            listed.push(objection(standard, effect, lack.element.0, found));
        }
    }
}

impl Lack {
    fn new(element: OfPackage) -> Self {
        Self {
            element,
            count: 0,
            first: Vec::new(),
        }
    }

    fn look_at(&mut self, package: &Package<'_>) {
        const SHOWN: usize = 3;
        let (_, is_there) = self.element;
        if is_there(package) {
            return;
        }
        self.count += 1;
        if self.first.len() < SHOWN {
            self.first.push(format!("`{}`", shown(package.name)));
        }
    }

    fn names(&self) -> String {
        let names = self.first.join(", ");
        match self.count - self.first.len() {
            0 => names,
            more => format!("{names} and {more} more"),
        }
    }
}

fn objection(standard: Standard, effect: Effect, element: &str, found: String) -> Objection {
    Objection {
        effect,
        id: Some(format!("{}:{element}", standard.as_str())),
        aliases: Vec::new(),
        message: format!("the SBOM lacks `{element}`, a minimum element of {}", standard.as_str()),
        expected: format!("`{element}`"),
        found,
        severity: None,
        hint: (element == "generation-context")
            .then(|| "CycloneDX since 1.5 has `metadata.lifecycles` for it; SPDX 2 has no field".to_owned()),
    }
}
