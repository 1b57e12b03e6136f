//! `sbom:` — an SBOM of the image, and what it must and must not list.

use std::fmt;

use crate::package::{Pattern, PatternError, Versions, VersionsError};
use crate::policy::TypeSet;
use crate::policy::faults::quoted;
use crate::policy::lower::{Lower, Word};
use crate::policy::tree::{Kind, Node};
use crate::predicate::sbom::Format;
use crate::rules::Effect;

#[derive(Debug, Clone)]
pub struct SbomRule {
    /// Those of the formats that count.
    pub(crate) types: TypeSet,
    /// At least one.
    pub(crate) formats: Vec<Format>,
    pub(crate) elements: Elements,
    pub(crate) subject: SubjectName,
    /// Must not be there.
    pub(crate) deny: Vec<PackageDemand>,
    /// Must be there.
    pub(crate) require: Vec<PackageDemand>,
    /// May be there in these versions only.
    pub(crate) pin: Vec<PackageDemand>,
}

/// Whether data fields are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Elements {
    NotAsked,
    Asked { standard: Standard, effect: Effect },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standard {
    Ntia2021,
    Cisa2025,
}

/// Whether the document itself must name the digest of the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SubjectName {
    Reported,
    Required,
}

#[derive(Debug, Clone)]
pub(crate) struct PackageDemand {
    pub package: Pattern,
    pub versions: Versions,
    pub reason: Option<String>,
}

impl Lower<'_> {
    pub fn sbom(&mut self, node: &Node) -> Option<SbomRule> {
        let elements = self.elements(node);
        let subject = match self.field(node, "subject").map(|word| word.text) {
            Some("required") => SubjectName::Required,
            _ => SubjectName::Reported,
        };
        let (deny, require, pin) = (
            self.packages(node, "deny"),
            self.packages(node, "require"),
            self.packages(node, "pin"),
        );
        let formats = self.formats(node);
        let names: Vec<&str> = formats.iter().map(|format| format.as_str()).collect();
        Some(SbomRule {
            types: TypeSet::named(&names),
            formats,
            elements,
            subject,
            deny: deny?,
            require: require?,
            pin: pin?,
        })
    }

    fn formats(&mut self, node: &Node) -> Vec<Format> {
        let both = [Format::CycloneDx, Format::Spdx];
        let Some(list) = node.get("format") else {
            return both.to_vec();
        };
        let words = self.words(list);
        let named = |format: &Format| words.iter().any(|word| word.text == format.as_str());
        both.into_iter().filter(named).collect()
    }

    fn elements(&mut self, node: &Node) -> Elements {
        let Some(asked) = node.get("minimum-elements") else {
            return Elements::NotAsked;
        };
        let (standard, missing) = match &asked.kind {
            Kind::Scalar { .. } => (self.word(asked), None),
            _ => (self.field(asked, "standard"), self.field(asked, "missing")),
        };
        Elements::Asked {
            standard: match standard.map(|word| word.text) {
                Some("cisa-2025") => Standard::Cisa2025,
                _ => Standard::Ntia2021,
            },
            effect: match missing.map(|word| word.text) {
                Some("inform") => Effect::Informs,
                _ => Effect::Denies,
            },
        }
    }

    /// None where an entry is wrong.
    fn packages(&mut self, node: &Node, key: &str) -> Option<Vec<PackageDemand>> {
        let Some(list) = node.get(key) else {
            return Some(Vec::new());
        };
        let Kind::Sequence(items) = &list.kind else {
            self.faults.ensure_error(list.place, "expected a list");
            return None;
        };
        let demands: Vec<Option<PackageDemand>> = items.iter().map(|item| self.package_demand(item)).collect();
        demands.into_iter().collect()
    }

    fn package_demand(&mut self, item: &Node) -> Option<PackageDemand> {
        if let Kind::Scalar { .. } = item.kind {
            let word = self.word(item)?;
            return Some(PackageDemand {
                package: self.package(word)?,
                versions: Versions::Any,
                reason: None,
            });
        }
        let word = self.field(item, "package")?;
        let package = self.package(word)?;
        let versions = match item.get("versions") {
            Some(versions) => self.versions(versions, &package)?,
            None => Versions::Any,
        };
        Some(PackageDemand {
            package,
            versions,
            reason: self.text(item, "reason"),
        })
    }

    pub(super) fn package(&mut self, word: Word) -> Option<Pattern> {
        let parsed: Result<Pattern, PatternError> = word.text.parse();
        parsed
            .map_err(|error| {
                let message = format!("{}: {error}", quoted(word.text));
                self.faults.error_with_hint(word.place, message, error.hint());
            })
            .ok()
    }

    fn versions(&mut self, node: &Node, package: &Pattern) -> Option<Versions> {
        let words = match node.kind {
            Kind::Scalar { .. } => vec![self.word(node)?],
            _ => self.words(node),
        };
        let ranges: Vec<&str> = words.iter().map(|word| word.text).collect();
        let read = |ranges: &[&str]| -> Result<Versions, VersionsError> {
            let versions = Versions::among(ranges)?;
            versions.check(package.kind())?;
            Ok(versions)
        };
        read(&ranges)
            .map_err(|error| self.faults.error_with_hint(node.place, error.to_string(), error.hint()))
            .ok()
    }
}

impl Standard {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ntia2021 => "ntia-2021",
            Self::Cisa2025 => "cisa-2025",
        }
    }
}

/// Without who signed it.
impl fmt::Display for SbomRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formats: Vec<String> = self.formats.iter().map(Format::to_string).collect();
        write!(f, "an SBOM as {}", formats.join(" or "))?;
        if self.subject == SubjectName::Required {
            f.write_str(", naming this image")?;
        }
        if let Elements::Asked { standard, effect } = self.elements {
            let weight = if effect == Effect::Informs { ", reported" } else { "" };
            write!(f, ", with the minimum elements {}{weight}", standard.as_str())?;
        }
        for (word, demands) in [
            ("without", &self.deny),
            ("with", &self.require),
            ("where there, with", &self.pin),
        ] {
            some(f, word, demands)?;
        }
        Ok(())
    }
}

fn some(f: &mut fmt::Formatter<'_>, word: &str, demands: &[PackageDemand]) -> fmt::Result {
    const SHOWN: usize = 5;
    if demands.is_empty() {
        return Ok(());
    }
    let shown: Vec<String> = demands.iter().take(SHOWN).map(PackageDemand::to_string).collect();
    write!(f, ", {word} {}", shown.join(", "))?;
    match demands.len().saturating_sub(SHOWN) {
        0 => Ok(()),
        more => write!(f, " and {more} more"),
    }
}

impl fmt::Display for PackageDemand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.versions {
            Versions::Any => write!(f, "`{}`", self.package),
            versions => write!(f, "`{}` {versions}", self.package),
        }
    }
}
