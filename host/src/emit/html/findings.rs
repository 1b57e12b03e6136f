//! The findings of all images in one table, the most severe first.

use super::markup::{Element, Html, tag};
use super::piece::{self, code, cut, fit, paragraph};
use crate::emit::words;
use crate::run::{Image, Run};
use crate::say;
use crate::wit::report::{Effect, Finding, RuleResult};

/// Bytes of the table.
const TABLE: usize = 1_500_000;

/// A finding, and where it belongs.
pub struct Found<'r> {
    /// of the image, from 0
    number: usize,
    image: &'r Image,
    rule: &'r RuleResult,
    pub finding: &'r Finding,
}

/// Those that stop first, the most severe of them first; equal ones in the order of the report.
pub fn all(run: &Run) -> Vec<Found<'_>> {
    let images = run.images.iter().enumerate();
    let mut all: Vec<Found> = images
        .flat_map(|(number, image)| image.report.rules.iter().map(move |rule| (number, image, rule)))
        .flat_map(|(number, image, rule)| {
            rule.findings.iter().map(move |finding| Found {
                number,
                image,
                rule,
                finding,
            })
        })
        .collect();
    all.sort_by_key(|found| (found.finding.severity as u8, found.finding.effect as u8));
    all
}

pub fn section(found: &[Found]) -> Html {
    let section = tag("section")
        .attribute("id", "findings")
        .attribute("aria-labelledby", "findings-title")
        .put(tag("h2").attribute("id", "findings-title").text("Findings"));
    if found.is_empty() {
        return section
            .put(paragraph("soft", "No rule found anything to report."))
            .into();
    }
    let headings =
        ["Severity", "Finding", "Rule", "Image"].map(|heading| tag("th").attribute("scope", "col").text(heading));
    let (rows, left_out) = fit(TABLE, found.iter().map(row));
    let table = tag("table")
        .class("findings-table")
        .put(tag("thead").put(tag("tr").all(headings)))
        .put(tag("tbody").put(rows));
    section.put(table).put(cut(left_out, "finding")).into()
}

fn row(found: &Found) -> Element {
    let Found {
        number,
        image,
        rule,
        finding,
    } = found;
    let mut message = Html::from(tag("strong").text(&finding.id));
    message.push(Html::text(" "));
    message.push(tag("span").text(&finding.message));
    if let Some(platform) = &finding.platform {
        message.push(Html::text(&say![" (", platform, ")"]));
    }
    let mut severity = Html::from(piece::severity(finding.severity));
    severity.push(Html::text(" "));
    severity.push(tag("span").class("soft").text(piece::effect(finding.effect)));
    let reference = tag("a")
        .attribute("href", &say!["#image-", number])
        .put(code(&image.report.reference));
    let cell = |label: &'static str, content: Html| tag("td").attribute("data-label", label).put(content);
    tag("tr")
        .attribute("data-item", "finding")
        .attribute("data-image", number)
        .attribute("data-verdict", words::verdict(image.verdict()))
        .attribute("data-severity", words::severity(finding.severity))
        .flag("data-mild", matches!(finding.effect, Effect::Informs | Effect::Waived))
        .put(cell("Severity", severity))
        .put(cell("Finding", message))
        .put(cell("Rule", Html::text(&rule.rule)))
        .put(cell("Image", reference.into()))
}
