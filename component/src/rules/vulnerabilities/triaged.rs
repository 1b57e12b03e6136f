//! What is said of a vulnerability by whom the rule names. The newest statement about a vulnerability and a product counts,
//! by the time that is proven and never by the one that it gives itself; of equally new ones the one that suppresses least.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use super::wording;
use crate::limits;
use crate::policy::{DatedBy, TriageDemand};
use crate::predicate::triage::{self, Packages, Product, Scope, Statement};
use crate::predicate::vulnerability::{Package, Vulnerability};
use crate::rules::{About, Document, Objection};

#[derive(Debug, Default)]
pub(super) struct Statements<'d> {
    all: Vec<Signed<'d>>,
    /// Numbers of statements by each name of their vulnerability.
    by_name: BTreeMap<String, Vec<usize>>,
    unreadable: Vec<Unreadable<'d>>,
    compared: Cell<usize>,
}

#[derive(Debug)]
pub(super) struct Signed<'d> {
    pub statement: Statement,
    pub signer: &'d str,
    pub format: &'static str,
    /// Upper end of the proven time; none where nothing proves one.
    order: Option<i64>,
    pub stale: Option<Stale>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stale {
    /// Seconds since it was made, and how many it may be.
    Old { age: i64, most: i64 },
    /// Nothing says how old it is, and the rule limits that.
    Undated,
    /// Its own last second is over.
    Expired { since: i64 },
    /// It was signed for several images at once, so nobody can say which it means.
    ManySubjects { subjects: usize },
}

/// Triage that cannot be read may take back what was said before it.
#[derive(Debug)]
struct Unreadable<'d> {
    signer: &'d str,
    order: Option<i64>,
    reason: String,
}

#[derive(Debug)]
pub(super) enum Answer<'s> {
    /// With the statement that says so, or that does not count.
    Unaddressed(Option<&'s Signed<'s>>),
    Addressed(&'s Signed<'s>),
    /// What is said of it cannot be told.
    Unclear {
        reason: String,
    },
}

impl<'d> Statements<'d> {
    /// Without a demand nobody's word counts.
    pub fn read(demand: Option<&TriageDemand>, beside: &'d [Document<'_>], about: &About<'_>) -> Self {
        let mut statements = Self::default();
        for document in beside.iter().filter(|_| demand.is_some()) {
            let (signer, order) = (document.signer(), document.time().latest);
            match triage::read(document.predicate_type(), document.predicate()) {
                Ok(None) => {}
                Ok(Some(found)) => {
                    for statement in found.statements {
                        let stale = demand.and_then(|demand| stale(demand, document, &statement, about.now));
                        statements.add(Signed {
                            statement,
                            signer,
                            format: found.format,
                            order,
                            stale,
                        });
                    }
                }
                Err(error) => statements.unreadable.push(Unreadable {
                    signer,
                    order,
                    reason: format!("{}: expected {}, found {}", error.place, error.expected, error.found),
                }),
            }
        }
        statements
    }

    fn add(&mut self, signed: Signed<'d>) {
        let number = self.all.len();
        let names: BTreeSet<&String> = std::iter::once(&signed.statement.vulnerability)
            .chain(&signed.statement.aliases)
            .collect();
        for name in names {
            self.by_name.entry(name.clone()).or_default().push(number);
        }
        self.all.push(signed);
    }

    /// The answer, and the numbers of the statements that are about this.
    pub fn about(&self, one: &Vulnerability, about: &About<'_>) -> (Answer<'_>, BTreeSet<usize>) {
        let of = |name: &str| self.by_name.get(name).into_iter().flatten().copied();
        let mut numbers: Vec<usize> = names(one).into_iter().flat_map(of).collect();
        // what takes a statement back may go by any name of the same
        let suppresses = |number: &usize| self.all[*number].statement.status.suppresses();
        let others = one.aliases.iter().flat_map(|alias| of(alias));
        numbers.extend(others.filter(|number| !suppresses(number)));
        self.compared.set(self.compared.get().saturating_add(numbers.len()));
        if !numbers.is_empty() && self.compared.get() > limits::STATEMENTS_COMPARED {
            let reason = format!(
                "more than {} statements are to be compared",
                limits::STATEMENTS_COMPARED
            );
            return (Answer::Unclear { reason }, BTreeSet::new());
        }
        let meant: BTreeSet<usize> = numbers
            .into_iter()
            .filter(|number| applies(&self.all[*number].statement.scope, &one.package, about))
            .collect();
        let meant_ones = || meant.iter().map(|number| &self.all[*number]);
        let newest = meant_ones().filter_map(|signed| signed.order).max();
        let last = |signed: &&Signed<'_>| signed.order.is_none() || signed.order == newest;
        let against = meant_ones().filter(last).find(|signed| !signed.counts());
        let answer = match (against, meant_ones().find(last)) {
            (None, Some(statement)) => self.unless_unreadable(statement),
            (against, _) => Answer::Unaddressed(against),
        };
        (answer, meant)
    }

    fn unless_unreadable<'s>(&'s self, statement: &'s Signed<'s>) -> Answer<'s> {
        let before = |unreadable: &&Unreadable<'_>| match (unreadable.order, statement.order) {
            (Some(unreadable), Some(order)) => unreadable < order,
            _ => false,
        };
        match self.unreadable.iter().find(|unreadable| !before(unreadable)) {
            Some(unreadable) => Answer::Unclear {
                reason: format!(
                    "triage by `{}` that may take that back cannot be read: {}",
                    unreadable.signer, unreadable.reason
                ),
            },
            None => Answer::Addressed(statement),
        }
    }

    /// What no longer counts, of the statements that are about something found.
    pub fn stale(&self, matched: &BTreeSet<usize>) -> Vec<Objection> {
        let matched = matched.iter().map(|number| &self.all[*number]);
        matched
            .filter_map(|signed| Some(wording::stale(signed, signed.stale?)))
            .collect()
    }

    /// Statements about nothing that was found, once for each vulnerability.
    pub fn irrelevant(&self, matched: &BTreeSet<usize>, found: &[Vulnerability], about: &About<'_>) -> Vec<Objection> {
        let found: BTreeSet<&str> = found.iter().flat_map(names).collect();
        let mut listed = BTreeMap::new();
        for (number, signed) in self.all.iter().enumerate() {
            if matched.contains(&number) || listed.contains_key(&signed.statement.vulnerability) {
                continue;
            }
            let other = products(&signed.statement.scope)
                .iter()
                .filter(|product| {
                    found.contains(signed.statement.vulnerability.as_str()) || is_elsewhere(product, about)
                })
                .map(|product| product.name.as_str())
                .next();
            listed.insert(
                &signed.statement.vulnerability,
                wording::irrelevant(signed, other, about),
            );
        }
        listed.into_values().collect()
    }
}

impl Signed<'_> {
    pub fn counts(&self) -> bool {
        self.statement.status.suppresses() && self.stale.is_none()
    }
}

/// The primary name; and where that is a database's own, the one CVE that it stands for. One advisory for several CVEs is not
/// answered by what is said of one of them.
fn names(one: &Vulnerability) -> Vec<&str> {
    let mut cves = one.aliases.iter().filter(|alias| alias.starts_with("CVE-"));
    let (first, second) = (cves.next(), cves.next());
    let other = first.filter(|_| second.is_none() && !one.id.starts_with("CVE-"));
    std::iter::once(&one.id).chain(other).map(String::as_str).collect()
}

fn products(scope: &Scope) -> &[Product] {
    match scope {
        Scope::Subject(_) => &[],
        Scope::Products(products) => products,
    }
}

fn applies(scope: &Scope, package: &Package, about: &About<'_>) -> bool {
    match scope {
        Scope::Subject(packages) => has(packages, package),
        Scope::Products(products) => products.iter().any(|product| is_about(product, package, about)),
    }
}

/// The product is this image, and the package one of those that are meant; or the product is the package.
fn is_about(product: &Product, package: &Package, about: &About<'_>) -> bool {
    let version = |versions: &Vec<String>| {
        package
            .installed
            .as_ref()
            .is_some_and(|installed| versions.contains(installed))
    };
    if !product.versions.as_ref().is_none_or(version) || !has(&product.packages, package) {
        return false;
    }
    let is_package = package
        .purl
        .as_ref()
        .is_some_and(|package| product.purls.iter().any(|purl| !purl.is_image() && purl.names(package)));
    is_this(product, about) || is_package
}

fn is_this(product: &Product, about: &About<'_>) -> bool {
    product
        .images
        .iter()
        .any(|image| *image == about.digest || Some(*image) == about.config)
}

/// It cannot be a package of this image either.
fn is_elsewhere(product: &Product, about: &About<'_>) -> bool {
    !is_this(product, about) && product.purls.iter().all(|purl| purl.is_image())
}

fn has(packages: &Packages, package: &Package) -> bool {
    match packages {
        Packages::All => true,
        Packages::These(these) => {
            let package = package.purl.as_ref();
            package.is_some_and(|package| these.iter().any(|purl| purl.names(package)))
        }
    }
}

fn stale(demand: &TriageDemand, document: &Document<'_>, statement: &Statement, now: i64) -> Option<Stale> {
    let subjects = document.statement()["subject"].as_array().map_or(0, Vec::len);
    if subjects > 1 {
        return Some(Stale::ManySubjects { subjects });
    }
    if let Some(expires) = statement.expires.filter(|expires| now > *expires) {
        return Some(Stale::Expired { since: expires });
    }
    let most = demand.demand.max_age?;
    match made(demand, document, statement, now) {
        Some(made) if now.saturating_sub(made) <= most => None,
        Some(made) => Some(Stale::Old {
            age: now.saturating_sub(made),
            most,
        }),
        None => Some(Stale::Undated),
    }
}

/// The lower end of the proven time. Where there is none and the rule takes the statement's word, its date, which must not be
/// later than the earliest verified time.
fn made(demand: &TriageDemand, document: &Document<'_>, statement: &Statement, now: i64) -> Option<i64> {
    let proven = document.time();
    let latest = proven.latest.unwrap_or(now).min(now);
    let own = statement
        .dated
        .filter(|dated| demand.demand.dated_by == DatedBy::Payload && *dated <= latest);
    proven.earliest.or(own)
}
