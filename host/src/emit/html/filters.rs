//! The controls that narrow the page. They are hidden until the script, which alone makes them work, shows them.

use super::markup::{Element, Html, tag};
use super::overview::{SEVERITIES, VERDICTS};
use crate::emit::words;
use crate::run::Run;
use crate::say;

/// Images in the list of choices; the text field finds the others.
const CHOICES: usize = 500;

pub fn form(run: &Run) -> Html {
    if run.images.is_empty() {
        return Html::default();
    }
    let verdicts = VERDICTS.map(words::verdict);
    let severities = SEVERITIES.map(words::severity);
    tag("form")
        .attribute("id", "filters")
        .attribute("role", "search")
        .attribute("aria-label", "Narrow the page")
        .flag("hidden", true)
        .put(boxes("Verdict", "verdict", &verdicts))
        .put(boxes("Severity", "severity", &severities))
        .put(images(run))
        .put(text())
        .put(tag("output").attribute("aria-live", "polite"))
        .into()
}

fn boxes(legend: &'static str, name: &'static str, values: &[&'static str]) -> Element {
    let boxes = values.iter().map(|value| {
        let input = tag("input")
            .attribute("type", "checkbox")
            .attribute("name", name)
            .attribute("value", value);
        tag("label").put(input).text(value)
    });
    tag("fieldset").put(tag("legend").text(legend)).all(boxes)
}

fn images(run: &Run) -> Element {
    let all = tag("option").attribute("value", "").text("all");
    let each = run
        .images
        .iter()
        .enumerate()
        .take(CHOICES)
        .map(|(number, image)| tag("option").attribute("value", &number).text(&image.report.reference));
    let select = tag("select").attribute("name", "image").put(all).all(each);
    tag("label").class("field").put(tag("span").text("Image")).put(select)
}

fn text() -> Element {
    let input = tag("input")
        .attribute("type", "search")
        .attribute("name", "text")
        .attribute("autocomplete", "off")
        .attribute("spellcheck", "false");
    tag("label")
        .class("field")
        .put(tag("span").text(&say!["Text"]))
        .put(input)
}
