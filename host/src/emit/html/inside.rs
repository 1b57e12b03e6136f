//! What the documents that counted say is inside an image: packages with their licences, and vulnerabilities with what the
//! rule makes of them.

use super::evidence;
use super::markup::{Element, Html, tag};
use super::piece::{code, cut, day, fit, time};
use crate::emit::words;
use crate::run::Image;
use crate::say;
use crate::untrusted::Safe;
use crate::wit::contents::{Fix, Inventory, Package, Rating, Scan, State, Triage, TriageStatus, Vulnerability};

/// All of it for one image, in at most about `bytes`, folded.
pub fn of(image: &Image, number: usize, bytes: usize) -> Html {
    let Some(contents) = &image.report.contents else {
        return Html::default();
    };
    let (mut html, mut left) = (Html::default(), bytes);
    for scan in &contents.scans {
        let shown = self::scan(image, number, scan, left);
        left = left.saturating_sub(shown.len());
        html.push(shown);
    }
    for inventory in &contents.inventories {
        let shown = self::inventory(image, number, inventory, left);
        left = left.saturating_sub(shown.len());
        html.push(shown);
    }
    html
}

fn scan(image: &Image, number: usize, scan: &Scan, bytes: usize) -> Html {
    let scanner = scan.scanner.as_deref().unwrap_or(&scan.format);
    let count = match scan.vulnerabilities.len() {
        1 => say!["1 vulnerability"],
        many => say![many, " vulnerabilities"],
    };
    let mut about = say!["for the rule ", scan.rule, ", by ", scan.signer];
    if let Some(system) = &scan.system {
        about.push(&say![", ", system]);
    }
    let (rows, cut_here) = fit(bytes, scan.vulnerabilities.iter().map(vulnerability));
    let table = table(["Severity", "Vulnerability", "Package", "Published", "State"], rows);
    document(
        &say![scanner, ": ", count],
        origin(image, number, &about, &scan.evidence, scan.made),
        (!scan.vulnerabilities.is_empty()).then_some(table),
        left_out(cut_here, scan.left_out, "row"),
    )
}

fn inventory(image: &Image, number: usize, inventory: &Inventory, bytes: usize) -> Html {
    let rules = Safe::join(&inventory.rules, ", ");
    let about = match inventory.rules.len() {
        1 => say!["for the rule ", rules, ", by ", inventory.signer],
        _ => say!["for the rules ", rules, ", by ", inventory.signer],
    };
    let (rows, cut_here) = fit(bytes, inventory.packages.iter().map(package));
    let table = table(["Package", "Version", "Licences", "Package URL"], rows);
    document(
        &say![
            inventory.format,
            ": ",
            words::count(inventory.packages.len(), "package")
        ],
        origin(image, number, &about, &inventory.evidence, inventory.made),
        (!inventory.packages.is_empty()).then_some(table),
        left_out(cut_here, inventory.left_out, "row"),
    )
}

fn document(title: &Safe, origin: Element, table: Option<Element>, rest: Html) -> Html {
    tag("details")
        .class("inside")
        .put(tag("summary").put(tag("strong").text(title)))
        .put(origin)
        .put(table)
        .put(rest)
        .into()
}

/// Who says so, when it was made, and the evidence.
fn origin(image: &Image, number: usize, about: &Safe, evidence: &str, made: Option<i64>) -> Element {
    let mut origin = tag("p").class("soft").text(about).text(", ");
    if let Some(made) = made {
        origin = origin.text("made ").put(time(made)).text(", ");
    }
    origin.put(evidence::link(&image.report, number, evidence))
}

/// Of what the page has no room for, and of what the report itself does not tell.
fn left_out(cut_here: usize, untold: u32, noun: &'static str) -> Html {
    let untold = (untold > 0).then(|| {
        let text = say![
            "And ",
            untold,
            " more that no report tells: the document itself has them."
        ];
        tag("p").class("cut").text(&text)
    });
    let mut html = Html::from(cut(cut_here, noun));
    html.push(untold);
    html
}

fn table<const N: usize>(headings: [&'static str; N], rows: Html) -> Element {
    let headings = headings.map(|heading| tag("th").attribute("scope", "col").text(heading));
    tag("table")
        .put(tag("thead").put(tag("tr").all(headings)))
        .put(tag("tbody").put(rows))
}

fn cell(label: &'static str, content: impl Into<Html>) -> Element {
    tag("td").attribute("data-label", label).put(content)
}

fn package(package: &Package) -> Element {
    let licenses = match package.licenses.is_empty() {
        true => Html::from(tag("span").class("soft").text("none told")),
        false => Html::text(&Safe::join(&package.licenses, ", ")),
    };
    let purls: Html = package.purls.iter().map(code).collect();
    tag("tr")
        .put(cell("Package", tag("strong").text(&package.name)))
        .put(cell(
            "Version",
            Html::text(package.version.as_deref().unwrap_or_default()),
        ))
        .put(cell("Licences", licenses))
        .put(cell("Package URL", purls))
}

fn vulnerability(vulnerability: &Vulnerability) -> Element {
    let mut id = Html::from(tag("strong").text(&vulnerability.id));
    if !vulnerability.aliases.is_empty() {
        id.push(Html::text(" "));
        id.push(
            tag("span")
                .class("soft")
                .text(&Safe::join(&vulnerability.aliases, ", ")),
        );
    }
    let published = match vulnerability.published {
        Some(published) => Html::from(day(published)),
        None => tag("span").class("soft").text("no date").into(),
    };
    tag("tr")
        .put(cell("Severity", rated(vulnerability)))
        .put(cell("Vulnerability", id))
        .put(cell("Package", Html::text(&affected(vulnerability))))
        .put(cell("Published", published))
        .put(cell("State", state(vulnerability)))
}

fn rated(vulnerability: &Vulnerability) -> Html {
    let word = rating(vulnerability.rating);
    let word = tag("span").attribute("class", &say!["severity ", word]).text(word);
    let mut html = Html::from(word);
    if let Some(tenths) = vulnerability.score {
        html.push(Html::text(&say![" ", tenths / 10, ".", tenths % 10]));
    }
    if vulnerability.known_exploited {
        html.push(Html::text(" "));
        html.push(tag("span").class("counts-not").text("exploited"));
    }
    html
}

pub fn rating(rating: Rating) -> &'static str {
    match rating {
        Rating::Critical => "critical",
        Rating::High => "high",
        Rating::Medium => "medium",
        Rating::Low => "low",
        Rating::Negligible => "negligible",
        Rating::Unknown => "unknown",
    }
}

/// `zlib1g 1.2.13, fixed in 1.2.14`.
fn affected(vulnerability: &Vulnerability) -> Safe {
    let mut text = say![vulnerability.package.as_deref().unwrap_or("unknown package")];
    if let Some(installed) = &vulnerability.installed {
        text.push(&say![" ", installed]);
    }
    match &vulnerability.fix {
        Fix::Unsaid => {}
        Fix::Missing => text.push(", no fix is known"),
        Fix::Known(versions) if versions.is_empty() => text.push(", a fix is known"),
        Fix::Known(versions) => text.push(&say![", fixed in ", Safe::join(versions, ", ")]),
    }
    text
}

fn state(vulnerability: &Vulnerability) -> Html {
    let plain = |text: &str| tag("span").class("soft").text(text).into();
    let mut html = match &vulnerability.state {
        State::Denies => tag("span").class("counts-not").text("denies").into(),
        State::Unclear(why) => tag("span").class("counts-not").text(&say!["unclear: ", why]).into(),
        State::Addressed => plain("addressed"),
        State::Excepted(exception) => Html::text(&words::exception(exception)),
        State::BelowThreshold => plain("below the threshold"),
        State::InGrace(until) => {
            let until = Html::from(day(*until));
            let mut html: Html = plain("in grace until ");
            html.push(until);
            html
        }
        State::Excluded => plain("its package is not counted"),
        State::NotFixable => plain("no fix is known"),
    };
    if let Some(triage) = &vulnerability.triage {
        html.push(Html::text("; "));
        html.push(Html::text(&triaged(triage)));
    }
    html
}

/// `not affected, by security (OpenVEX): vulnerable_code_not_present`.
fn triaged(triage: &Triage) -> Safe {
    let status = match triage.status {
        TriageStatus::NotAffected => "not affected",
        TriageStatus::Fixed => "fixed",
        TriageStatus::Accepted => "accepted",
        TriageStatus::Affected => "affected",
        TriageStatus::UnderInvestigation => "under investigation",
    };
    let mut text = say![status, ", by ", triage.signer, " (", triage.format, ")"];
    if let Some(reason) = &triage.reason {
        text.push(&say![": ", reason]);
    }
    text
}
