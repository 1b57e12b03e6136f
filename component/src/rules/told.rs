//! What a document that counts says is inside the image, for the report. It decides nothing, and is bounded: what does not
//! fit is counted.

use super::Document;
use crate::digest::Digest;
use crate::limits;
use crate::predicate::license::{self, Report};
use crate::predicate::sbom::{self, Reading};
use crate::wit::contents::{Inventory, Package};

/// What is told, and by whom.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'s> {
    pub target: Digest,
    pub evidence: Digest,
    pub signer: &'s str,
    pub rule: &'s str,
}

/// What is left to be told of one kind, over all documents about one image.
#[derive(Debug)]
pub(crate) struct Budget {
    entries: usize,
    bytes: usize,
}

impl Budget {
    pub fn of(entries: usize) -> Self {
        Self {
            entries,
            bytes: limits::TOLD_BYTES,
        }
    }

    /// Whether one more entry with these texts fits.
    pub fn takes<'t>(&mut self, texts: impl IntoIterator<Item = &'t str>) -> bool {
        let bytes: usize = texts.into_iter().map(str::len).sum();
        let fits = self.entries > 0 && bytes <= self.bytes && bytes <= limits::TOLD_ENTRY_BYTES;
        if fits {
            self.entries -= 1;
            self.bytes -= bytes;
        }
        fits
    }
}

/// The packages of an SBOM or a licence report. None where it cannot be read: then it counts for nothing.
pub(crate) fn inventory(document: &Document<'_>, source: Source<'_>, budget: &mut Budget) -> Option<Inventory> {
    let inner = license::document(document.predicate()).ok()?;
    let report = license::read(document.predicate_type(), &inner).ok()?;
    let (mut packages, mut left_out) = (Vec::new(), 0_u32);
    let each = |package: sbom::Package<'_>| {
        let texts = package.purls.iter().copied().chain(package.version);
        let texts = texts.chain(package.licenses.iter().map(|stated| stated.text()));
        if package.is_place {
        } else if budget.takes(texts.chain([package.name])) {
            packages.push(told(&package));
        } else {
            left_out = left_out.saturating_add(1);
        }
    };
    let (format, made) = match report {
        Report::Licenses(report) => {
            report.packages(each).ok()?;
            ("licence report".to_owned(), None)
        }
        Report::Sbom(Reading::Sbom(sbom)) => {
            sbom.packages(each).ok()?;
            (format!("{} {}", sbom.format, sbom.version), sbom.date().ok().flatten())
        }
        Report::Sbom(Reading::Unsupported { .. }) | Report::NotUnderstood(_) => return None,
    };
    Some(Inventory {
        target: source.target.to_string(),
        evidence: source.evidence.to_string(),
        signer: source.signer.to_owned(),
        rules: Vec::new(),
        format,
        made,
        packages,
        left_out,
    })
}

fn told(package: &sbom::Package<'_>) -> Package {
    Package {
        name: package.name.to_owned(),
        version: package.version.map(str::to_owned),
        purls: package.purls.iter().map(|&purl| purl.to_owned()).collect(),
        licenses: package.licenses.iter().map(|stated| stated.text().to_owned()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused_and_takes_nothing() {
        let mut budget = Budget::of(2);
        let long = "x".repeat(limits::TOLD_ENTRY_BYTES);
        assert!(!budget.takes([long.as_str(), "x"]));
        assert!(budget.takes(["a"]));
        assert!(budget.takes([]));
        assert!(!budget.takes(["a"]));
        let mut budget = Budget { entries: 9, bytes: 3 };
        assert!(!budget.takes(["ab", "cd"]));
        assert!(budget.takes(["ab", "c"]));
        assert!(!budget.takes(["a"]));
    }
}
