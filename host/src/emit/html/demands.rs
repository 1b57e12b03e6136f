//! What the policy demands of which images; images with the same rules share an entry.

use super::markup::{Element, Html, tag};
use super::piece::{self, code, cut, fit};
use crate::run::Run;
use crate::say;
use crate::untrusted::Safe;
use crate::wit::basics::Mode;
use crate::wit::requirements::EnforcedRule;

/// Bytes of all groups, and of the names in one.
const GROUPS: usize = 500_000;
const NAMES: usize = 30_000;
/// Names that are not folded.
const FEW: usize = 6;

pub fn section(run: &Run) -> Html {
    let groups = crate::emit::text::groups(&run.images);
    if groups.is_empty() {
        return Html::default();
    }
    let (shown, left_out) = fit(GROUPS, groups.iter().map(|(rules, names)| group(run, rules, names)));
    tag("section")
        .attribute("id", "demands")
        .attribute("aria-labelledby", "demands-title")
        .put(tag("h2").attribute("id", "demands-title").text("What was demanded"))
        .put(shown)
        .put(cut(left_out, "group"))
        .into()
}

fn group(run: &Run, rules: &[EnforcedRule], names: &[&str]) -> Element {
    let heading = tag("div").class("soft").text("of ").put(listed(names));
    if rules.is_empty() {
        let none = tag("p").class("weak").text("No rule: no entry of `images` matches.");
        return tag("div").class("group").put(none).put(heading);
    }
    let headings =
        ["Rule", "Demand", "Severity", "Mode", "Line"].map(|heading| tag("th").attribute("scope", "col").text(heading));
    let table = tag("table")
        .put(tag("thead").put(tag("tr").all(headings)))
        .put(tag("tbody").all(rules.iter().map(|rule| row(run, rule))));
    tag("div").class("group").put(table).put(heading)
}

fn row(run: &Run, rule: &EnforcedRule) -> Element {
    let mut demand = say![rule.demand];
    if rule.platforms != ["index"] {
        demand.push(&say!["; platforms: ", Safe::join(&rule.platforms, ", ")]);
    }
    let mode = match (run.mode, rule.mode, &rule.enforce_from) {
        (Mode::Inform, _, _) | (_, Mode::Inform, _) => say!["informs only"],
        (_, Mode::Enforce, Some(day)) => say!["enforced from ", day],
        (_, Mode::Enforce, None) => say!["enforced"],
    };
    let cell = |label: &'static str, content: Html| tag("td").attribute("data-label", label).put(content);
    tag("tr")
        .put(cell("Rule", tag("strong").text(&rule.rule).into()))
        .put(cell("Demand", Html::text(&demand)))
        .put(cell("Severity", piece::severity(rule.severity).into()))
        .put(cell("Mode", Html::text(&mode)))
        .put(cell("Line", Html::text(&rule.line)))
}

fn listed(names: &[&str]) -> Html {
    let (first, others) = names.split_at(names.len().min(FEW));
    let separated = |names: &[&str]| {
        let names = names.iter().enumerate().map(|(place, name)| {
            let comma = if place > 0 { ", " } else { "" };
            let mut html = Html::text(comma);
            html.push(code(name));
            html
        });
        fit(NAMES, names)
    };
    let mut html = separated(first).0;
    if !others.is_empty() {
        let (shown, left_out) = separated(others);
        let more = tag("summary").text(&say!["and ", others.len(), " more"]);
        html.push(
            tag("details")
                .class("more")
                .put(more)
                .put(shown)
                .put(cut(left_out, "name")),
        );
    }
    html
}
