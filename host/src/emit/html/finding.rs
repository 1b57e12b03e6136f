//! A finding with what was expected, what came near, what to do, and the exception that covers it.

use super::evidence;
use super::markup::{Element, Html, tag};
use super::piece::{self, Facts, cut, fit};
use crate::emit::{text, words};
use crate::run::Image;
use crate::say;
use crate::wit::report::{Finding, NearMiss};

/// Bytes of one rule's findings.
const FINDINGS: usize = 250_000;
/// Bytes of one finding's near misses.
const NEAR_MISSES: usize = 30_000;
/// Near misses that are not folded.
const NEAREST: usize = 3;

pub fn list(findings: impl IntoIterator<Item = Element>) -> Html {
    let (shown, left_out) = fit(FINDINGS, findings);
    let mut html = Html::from((!shown.is_empty()).then(|| tag("ul").class("findings").put(shown)));
    html.push(cut(left_out, "finding"));
    html
}

pub fn full(image: &Image, number: usize, finding: &Finding) -> Element {
    let heading = tag("p")
        .put(piece::severity(finding.severity))
        .text(&say![" "])
        .put(tag("strong").text(&finding.id))
        .text(&say![" ", piece::effect(finding.effect)]);
    let about = match &finding.platform {
        Some(platform) => say![finding.message, " (", platform, ")"],
        None => say![finding.message],
    };
    let evidence = finding
        .evidence
        .as_deref()
        .map(|digest| evidence::link(&image.report, number, digest));
    let facts = Facts::default()
        .text("expected", &finding.expected)
        .text("found", &finding.found)
        .put("near misses", near_misses(image, number, &finding.near_misses))
        .put("evidence", evidence)
        .put(
            "exception",
            finding
                .exception
                .as_ref()
                .map(|exception| Html::text(&words::exception(exception))),
        )
        .text("hint", finding.hint.as_deref().unwrap_or_default());
    tag("li").put(heading).put(tag("p").text(&about)).put(facts)
}

/// The nearest are seen at once, the others are folded.
fn near_misses(image: &Image, number: usize, near: &[NearMiss]) -> Html {
    let item = |near: &NearMiss| {
        tag("li")
            .text(&say![
                text::near_miss_reason(near),
                " (",
                words::class(near.rejection.class),
                ", "
            ])
            .put(evidence::link(&image.report, number, &near.digest))
            .text(")")
    };
    let (nearest, others) = near.split_at(near.len().min(NEAREST));
    if nearest.is_empty() {
        return Html::default();
    }
    let mut html = Html::from(tag("ul").class("plain").all(nearest.iter().map(item)));
    if !others.is_empty() {
        let (shown, left_out) = fit(NEAR_MISSES, others.iter().map(item));
        let summary = tag("summary").text(&say![others.len(), " more"]);
        let more = tag("details").put(summary).put(tag("ul").class("plain").put(shown));
        html.push(more.put(cut(left_out, "attempt")));
    }
    html
}
