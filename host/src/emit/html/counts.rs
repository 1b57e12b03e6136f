//! Figures about what is inside all images: vulnerabilities by severity and by age, licences by packages.

use std::collections::{BTreeMap, BTreeSet};

use super::inside::rating;
use super::markup::Html;
use super::plots::{Bar, bars};
use crate::emit::words;
use crate::run::Run;
use crate::say;
use crate::untrusted::Safe;
use crate::wit::contents::{Contents, Package, Rating, State, Vulnerability};

const DAY: i64 = 86_400;
/// Ends of the ages, in days.
const AGES: [(i64, &str); 4] = [
    (7, "up to a week"),
    (30, "up to 30 days"),
    (90, "up to 90 days"),
    (365, "up to a year"),
];
/// Licences with a bar of their own.
const LICENCES: usize = 8;

/// Nothing of what is not there.
pub fn figures(run: &Run) -> Html {
    let mut html = vulnerabilities(run);
    html.push(licences(run));
    html
}

fn contents(run: &Run) -> impl Iterator<Item = (usize, i64, &Contents)> {
    let reports = run.images.iter().map(|image| &image.report).enumerate();
    reports.filter_map(|(number, report)| Some((number, report.time, report.contents.as_ref()?)))
}

/// One vulnerability of one package of one image.
struct Known<'r> {
    vulnerability: &'r Vulnerability,
    /// of the verdict
    now: i64,
    /// for one of the rules at least
    counts: bool,
}

/// What several rules or scans see is one.
fn known(run: &Run) -> Vec<Known<'_>> {
    let mut all: BTreeMap<_, Known> = BTreeMap::new();
    for (number, now, contents) in contents(run) {
        for scan in &contents.scans {
            for one in &scan.vulnerabilities {
                let key = (number, &scan.target, &one.id, &one.package, &one.installed);
                let counts = matches!(one.state, State::Denies | State::Unclear(_));
                all.entry(key)
                    .and_modify(|known| known.counts |= counts)
                    .or_insert(Known {
                        vulnerability: one,
                        now,
                        counts,
                    });
            }
        }
    }
    all.into_values().collect()
}

fn vulnerabilities(run: &Run) -> Html {
    let known = known(run);
    if known.is_empty() {
        return Html::default();
    }
    let all = match known.len() {
        1 => say!["1 vulnerability"],
        many => say![many, " vulnerabilities"],
    };
    let outlined = match known.iter().all(|one| one.counts) {
        true => "",
        false => "; outlined and noted: does not deny",
    };
    let ratings = [
        Rating::Critical,
        Rating::High,
        Rating::Medium,
        Rating::Low,
        Rating::Negligible,
        Rating::Unknown,
    ];
    let by_rating = ratings.map(|wanted| {
        let word = rating(wanted);
        bar(
            say![word],
            word,
            known.iter().filter(|one| one.vulnerability.rating == wanted),
        )
    });
    let ages = AGES.map(|(_, words)| words).into_iter().chain(["older", "no date"]);
    let by_age: Vec<Bar> = ages
        .enumerate()
        .map(|(place, words)| bar(say![words], "count", known.iter().filter(|one| age(one) == place)))
        .collect();
    let mut html = bars(
        "plot-ratings",
        "Vulnerabilities by severity",
        &say![all, outlined],
        &by_rating,
    );
    html.push(bars(
        "plot-ages",
        "Vulnerabilities by age",
        &say!["since they were published", outlined],
        &by_age,
    ));
    html
}

/// Place in [`AGES`], or after it: older, without a date.
fn age(known: &Known) -> usize {
    let Some(published) = known.vulnerability.published else {
        return AGES.len() + 1;
    };
    let days = known.now.saturating_sub(published) / DAY;
    AGES.iter().position(|(end, _)| days <= *end).unwrap_or(AGES.len())
}

fn bar<'k>(label: Safe, class: &'static str, of: impl Iterator<Item = &'k Known<'k>>) -> Bar {
    let (counting, noted): (Vec<_>, Vec<_>) = of.partition(|one| one.counts);
    Bar::noting(label, class, counting.len(), noted.len())
}

/// Packages by licence, as the documents write it; those of one name and version in one image are one.
fn licences(run: &Run) -> Html {
    let (mut seen, mut packages): (BTreeSet<_>, BTreeMap<Safe, usize>) = Default::default();
    let mut none = 0_usize;
    let inventories = contents(run).flat_map(|(number, _, contents)| {
        let inventories = contents.inventories.iter();
        inventories.flat_map(move |inventory| inventory.packages.iter().map(move |package| (number, package)))
    });
    for (number, package) in inventories {
        let Package {
            name,
            version,
            licenses,
            purls,
        } = package;
        if !seen.insert((number, name, version, licenses, purls)) {
            continue;
        }
        match licenses.is_empty() {
            true => none += 1,
            false => *packages.entry(Safe::join(licenses, ", ")).or_default() += 1,
        }
    }
    if seen.is_empty() {
        return Html::default();
    }
    let mut most: Vec<(Safe, usize)> = packages.into_iter().collect();
    most.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let others = most.split_off(most.len().min(LICENCES));
    let mut drawn: Vec<Bar> = most
        .into_iter()
        .map(|(licence, count)| Bar::plain(licence, "count", count))
        .collect();
    if !others.is_empty() {
        let count = others.iter().map(|(_, count)| count).sum();
        drawn.push(Bar::plain(words::count(others.len(), "other licence"), "count", count));
    }
    if none > 0 {
        drawn.push(Bar::plain(say!["no licence told"], "undecided", none));
    }
    bars(
        "plot-licences",
        "Packages by licence",
        &words::count(seen.len(), "package"),
        &drawn,
    )
}
