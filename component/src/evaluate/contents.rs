//! What the documents that rules counted say is inside the image. It is collected when a rule has been decided, by reading
//! the document once more: nothing that decides knows of it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::weigh::Weigher;
use crate::digest::Digest;
use crate::limits;
use crate::rules::told::{Budget, Source};
use crate::verify::Verified;
use crate::wit::contents::{Contents, Inventory, Scan};
use crate::wit::report::RuleResult;
use crate::wit::request::Breadth;

/// Target and evidence.
type Place = (String, String);

#[derive(Debug)]
pub(super) struct Ledger {
    breadth: Breadth,
    told: RefCell<Told>,
}

#[derive(Debug)]
pub(super) struct Told {
    pub packages: Budget,
    pub vulnerabilities: Budget,
    /// One for each document, whatever number of rules counts it.
    inventories: BTreeMap<Place, Inventory>,
    /// By each rule's own view.
    scans: BTreeMap<(Place, String), Scan>,
    /// Which rules have told which document.
    by: BTreeSet<(Place, String)>,
}

impl Ledger {
    pub fn new(breadth: Breadth) -> Self {
        Self {
            breadth,
            told: RefCell::new(Told {
                packages: Budget::of(limits::PACKAGES_TOLD),
                vulnerabilities: Budget::of(limits::VULNERABILITIES_TOLD),
                inventories: BTreeMap::new(),
                scans: BTreeMap::new(),
                by: BTreeSet::new(),
            }),
        }
    }

    /// Whoever called has decided by these documents.
    pub fn tell<'v>(&self, weigher: &Weigher<'_>, documents: impl Iterator<Item = &'v Verified>) {
        if self.breadth == Breadth::Contents {
            let told = &mut self.told.borrow_mut();
            documents.for_each(|document| weigher.tell(document, told));
        }
    }

    /// Of what was told, what the rules' results rest on: one that is dropped for another way to satisfy it is not told.
    pub fn contents(self, rules: &[RuleResult]) -> Option<Contents> {
        if self.breadth == Breadth::Verdict {
            return None;
        }
        let Told {
            mut inventories,
            mut scans,
            by,
            ..
        } = self.told.into_inner();
        let mut contents = Contents {
            inventories: Vec::new(),
            scans: Vec::new(),
        };
        let mut counted = BTreeMap::<Place, Vec<String>>::new();
        for rule in rules {
            let told = |place: &Place| by.contains(&(place.clone(), rule.rule.clone()));
            for place in places(rule).into_iter().filter(told) {
                contents.scans.extend(scans.remove(&(place.clone(), rule.rule.clone())));
                counted.entry(place).or_default().push(rule.rule.clone());
            }
        }
        for (place, rules) in counted {
            let inventory = inventories.remove(&place);
            contents
                .inventories
                .extend(inventory.map(|one| Inventory { rules, ..one }));
        }
        Some(contents)
    }
}

impl Told {
    /// Whether this document's packages are still to be told.
    pub fn is_new(&self, source: Source<'_>) -> bool {
        !self.inventories.contains_key(&place(source.target, source.evidence))
    }

    pub fn counted(&mut self, source: Source<'_>) {
        self.by
            .insert((place(source.target, source.evidence), source.rule.to_owned()));
    }

    pub fn inventory(&mut self, source: Source<'_>, inventory: Inventory) {
        self.inventories
            .insert(place(source.target, source.evidence), inventory);
    }

    pub fn scan(&mut self, source: Source<'_>, scan: Scan) {
        let place = place(source.target, source.evidence);
        self.scans.insert((place, source.rule.to_owned()), scan);
    }
}

fn place(target: Digest, evidence: Digest) -> Place {
    (target.to_string(), evidence.to_string())
}

/// What a result names: evidence that it accepted, and evidence that it objects to.
fn places(rule: &RuleResult) -> BTreeSet<Place> {
    let accepted = rule
        .accepted
        .iter()
        .map(|one| (one.target.clone(), one.evidence.clone()));
    let objected = rule.findings.iter();
    let objected = objected.filter_map(|one| Some((one.target.clone()?, one.evidence.clone()?)));
    accepted.chain(objected).collect()
}
