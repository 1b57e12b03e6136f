//! Packages that must not, must, or may only be there in certain versions. What cannot be compared counts against the image.

use super::super::listed::{self, Listed};
use super::super::{Effect, Objection};
use crate::package::{Inside, Purl};
use crate::policy::SbomRule;
use crate::policy::kinds::sbom::PackageDemand;
use crate::predicate::sbom::Package;
use crate::predicate::shown;

pub(super) struct Packages<'p> {
    rule: &'p SbomRule,
    /// For each entry of `require`.
    required: Vec<Required>,
}

#[derive(Debug, Clone)]
enum Required {
    Absent,
    /// There, and not in a version that is wanted.
    Near(String),
    Met,
}

/// What a package is known by.
struct Known<'v> {
    purls: Vec<Purl>,
    /// Without a package URL that can be read, only the name is left.
    nameless: bool,
    package: &'v Package<'v>,
}

/// How a package stands to an entry of `deny` or `pin`.
enum Match<'k> {
    Other,
    Version(&'k Purl, Inside),
    NameOnly,
}

impl<'p> Packages<'p> {
    pub fn new(rule: &'p SbomRule) -> Self {
        Self {
            rule,
            required: vec![Required::Absent; rule.require.len()],
        }
    }

    pub fn look_at(&mut self, package: &Package<'_>, listed: &mut Listed) {
        let rule = self.rule;
        if rule.deny.is_empty() && rule.require.is_empty() && rule.pin.is_empty() {
            return;
        }
        let known = Known::of(package);
        for demand in &rule.deny {
            if let Some(objection) = denied(demand, &known) {
                listed.push(objection);
            }
        }
        for demand in &rule.pin {
            if let Some(objection) = unpinned(demand, &known) {
                listed.push(objection);
            }
        }
        for (demand, required) in rule.require.iter().zip(&mut self.required) {
            known.require(demand, required);
        }
    }

    pub fn finish(self, listed: &mut Listed) {
        for (demand, required) in self.rule.require.iter().zip(self.required) {
            let found = match required {
                Required::Met => continue,
                Required::Near(version) => version,
                Required::Absent => "no such package, or none with a package URL".to_owned(),
            };
            listed.push(Objection {
                message: "a required package is not in the image".to_owned(),
                expected: demand.to_string(),
                ..objection(demand, listed::id(demand.package.as_str()), found)
            });
        }
    }
}

impl<'v> Known<'v> {
    fn of(package: &'v Package<'v>) -> Self {
        let purls: Vec<Purl> = package.purls.iter().filter_map(|purl| Purl::read(purl)).collect();
        Self {
            nameless: !package.is_place && (purls.is_empty() || purls.len() < package.purls.len()),
            purls,
            package,
        }
    }

    fn stands(&self, demand: &PackageDemand) -> Match<'_> {
        let caught = self.purls.iter().filter(|purl| demand.package.catches(purl));
        let judged: Vec<(&Purl, Inside)> = caught.map(|purl| (purl, self.inside(demand, purl))).collect();
        let worst = [Inside::Yes, Inside::CannotSay, Inside::No]
            .into_iter()
            .find_map(|wanted| judged.iter().find(|(_, inside)| *inside == wanted));
        match worst {
            Some(&(purl, inside)) => Match::Version(purl, inside),
            None if self.nameless && demand.package.could_mean(self.package.name) => Match::NameOnly,
            None => Match::Other,
        }
    }

    /// A package URL names the version in the ecosystem's spelling; without one in it, the package's own counts.
    fn inside(&self, demand: &PackageDemand, purl: &Purl) -> Inside {
        demand.versions.contain(self.version(purl), purl.ecosystem())
    }

    fn version<'s>(&'s self, purl: &'s Purl) -> Option<&'s str> {
        purl.version.as_deref().or(self.package.version)
    }

    fn require(&self, demand: &PackageDemand, required: &mut Required) {
        for purl in self.purls.iter().filter(|purl| demand.package.names(purl)) {
            match (self.inside(demand, purl), &required) {
                (Inside::Yes, _) => *required = Required::Met,
                (_, Required::Absent) => *required = Required::Near(self.named(purl)),
                _ => {}
            }
        }
    }

    fn named(&self, purl: &Purl) -> String {
        match self.version(purl) {
            Some(version) => format!("`{}` {}", shown(&purl.package()), shown(version)),
            None => format!("`{}` without a version", shown(&purl.package())),
        }
    }

    fn id(&self, purl: &Purl) -> Option<String> {
        match self.version(purl) {
            Some(version) => listed::id(&format!("{}@{version}", purl.package())),
            None => listed::id(&purl.package()),
        }
    }
}

fn denied(demand: &PackageDemand, known: &Known<'_>) -> Option<Objection> {
    match known.stands(demand) {
        Match::Other | Match::Version(_, Inside::No) => None,
        Match::Version(purl, Inside::Yes) => Some(Objection {
            message: "a denied package is in the image".to_owned(),
            expected: format!("no {demand}"),
            ..objection(demand, known.id(purl), known.named(purl))
        }),
        Match::Version(purl, Inside::CannotSay) => Some(not_comparable(demand, known, purl)),
        Match::NameOnly => Some(name_only(demand, known)),
    }
}

fn unpinned(demand: &PackageDemand, known: &Known<'_>) -> Option<Objection> {
    match known.stands(demand) {
        Match::Other | Match::Version(_, Inside::Yes) => None,
        Match::Version(purl, Inside::No) => Some(Objection {
            message: "a pinned package is in the image in another version".to_owned(),
            expected: demand.to_string(),
            ..objection(demand, known.id(purl), known.named(purl))
        }),
        Match::Version(purl, Inside::CannotSay) => Some(not_comparable(demand, known, purl)),
        Match::NameOnly => Some(name_only(demand, known)),
    }
}

fn not_comparable(demand: &PackageDemand, known: &Known<'_>, purl: &Purl) -> Objection {
    Objection {
        message: "cannot compare the version of a package".to_owned(),
        expected: format!("a version that can be compared with {demand}"),
        ..objection(demand, known.id(purl), known.named(purl))
    }
}

fn name_only(demand: &PackageDemand, known: &Known<'_>) -> Objection {
    let name = shown(known.package.name);
    Objection {
        message: "cannot compare a package that has no package URL".to_owned(),
        expected: format!("a package URL, to tell it from {demand}"),
        hint: Some("use a tool that writes package URLs for every package".to_owned()),
        ..objection(
            demand,
            listed::id(known.package.name),
            format!("`{name}`, by its name alone"),
        )
    }
}

fn objection(demand: &PackageDemand, id: Option<String>, found: String) -> Objection {
    Objection {
        effect: Effect::Denies,
        id,
        aliases: Vec::new(),
        message: String::new(),
        expected: String::new(),
        found,
        severity: None,
        hint: demand.reason.clone(),
    }
}
