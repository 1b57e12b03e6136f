//! Horizontal bars as inline SVG. Each has its title, its values as text, and the same in words for those who do not see it.
//! <https://www.w3.org/TR/SVG2/>

use super::markup::{Element, Html, tag};
use crate::say;
use crate::untrusted::Safe;

/// Pixels: letters keep their size however wide the page is, bars follow it in percent.
const ROW: usize = 36;
const BASELINE: usize = 13;
const BAR_TOP: usize = 20;
const BAR: usize = 8;
/// A bar of everything, in tenths of a percent.
const WHOLE: usize = 1000;
/// What is there is seen, however little it is.
const LEAST: usize = 8;
/// Characters of a label that stand beside its value without touching it.
const LABEL: usize = 34;

/// One bar.
#[derive(Debug, Clone)]
pub struct Bar {
    pub label: Safe,
    /// class and count, drawn one behind the other
    pub parts: Vec<(&'static str, usize)>,
    pub value: Safe,
}

impl Bar {
    pub fn plain(label: Safe, class: &'static str, count: usize) -> Self {
        Self {
            label,
            parts: vec![(class, count)],
            value: say![count],
        }
    }

    /// What does not count is drawn as an outline behind what does.
    pub fn noting(label: Safe, class: &'static str, counting: usize, noted: usize) -> Self {
        Self {
            label,
            parts: vec![(class, counting), ("mild", noted)],
            value: match (counting, noted) {
                (_, 0) => say![counting],
                (0, _) => say![noted, " noted"],
                _ => say![counting, " and ", noted, " noted"],
            },
        }
    }

    fn total(&self) -> usize {
        self.parts.iter().map(|(_, count)| count).sum()
    }
}

/// A figure; `id` is unique on the page, `note` says what was counted.
pub fn bars(id: &'static str, title: &'static str, note: &Safe, bars: &[Bar]) -> Html {
    let most = bars.iter().map(Bar::total).max().unwrap_or_default().max(1);
    let rows = bars
        .iter()
        .enumerate()
        .flat_map(|(place, bar)| draw(bar, place * ROW, most));
    let drawing = tag("svg")
        .attribute("width", "100%")
        .attribute("height", &(bars.len() * ROW).max(1))
        .attribute("role", "img")
        .attribute("aria-labelledby", &say![id, "-title ", id, "-words"])
        .put(tag("title").attribute("id", &say![id, "-title"]).text(title))
        .put(tag("desc").attribute("id", &say![id, "-words"]).text(&words(bars)))
        .all(rows);
    tag("figure")
        .put(
            tag("figcaption")
                .put(tag("strong").text(title))
                .put(tag("span").text(note)),
        )
        .put(drawing)
        .into()
}

fn words(bars: &[Bar]) -> Safe {
    Safe::join(bars.iter().map(|bar| say![bar.label, ": ", bar.value]), "; ")
}

/// Label and value on one line, the bar below.
fn draw(bar: &Bar, top: usize, most: usize) -> Vec<Element> {
    let label = tag("text")
        .attribute("x", &0)
        .attribute("y", &(top + BASELINE))
        .text(&short(&bar.label));
    let value = tag("text")
        .class("value")
        .attribute("x", "100%")
        .attribute("y", &(top + BASELINE))
        .text(&bar.value);
    let mut drawn = vec![label, value, rectangle("empty", 0, WHOLE, top + BAR_TOP)];
    let mut left = 0;
    for (class, count) in bar.parts.iter().filter(|(_, count)| *count > 0) {
        let width = (count * WHOLE / most).max(LEAST).min(WHOLE - left.min(WHOLE));
        drawn.push(rectangle(class, left, width, top + BAR_TOP));
        left += width;
    }
    drawn
}

fn rectangle(class: &'static str, left: usize, width: usize, top: usize) -> Element {
    let percent = |tenths: usize| say![tenths / 10, ".", tenths % 10, "%"];
    tag("rect")
        .class(class)
        .attribute("x", &percent(left))
        .attribute("y", &top)
        .attribute("width", &percent(width))
        .attribute("height", &BAR)
}

fn short(label: &Safe) -> Safe {
    match label.width() {
        0..=LABEL => label.clone(),
        _ => say![label.as_str().chars().take(LABEL - 1).collect::<String>(), "…"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_have_title_words_and_values() {
        let drawn = bars(
            "plot",
            "Findings",
            &say!["of all images"],
            &[
                Bar::plain(say!["critical"], "critical", 4),
                Bar::plain(say!["low"], "low", 0),
            ],
        );
        let drawn = drawn.as_str();
        for piece in [
            "aria-labelledby=\"plot-title plot-words\"",
            "<title id=\"plot-title\">Findings</title>",
            "<desc id=\"plot-words\">critical: 4; low: 0</desc>",
            "class=\"critical\" x=\"0.0%\" y=\"20\" width=\"100.0%\"",
            ">low</text>",
        ] {
            assert!(drawn.contains(piece), "{piece} in {drawn}");
        }
        assert!(!drawn.contains("class=\"low\""), "nothing is drawn of nothing");
    }

    #[test]
    fn little_is_seen_and_much_stays_inside() {
        let bar = Bar {
            label: say!["x".repeat(100)],
            parts: vec![("high", usize::from(u16::MAX)), ("low", 1)],
            value: say![1],
        };
        let drawn: Html = draw(&bar, 0, bar.total()).into_iter().collect();
        assert!(drawn.as_str().contains("width=\"99.9%\""), "{drawn:?}");
        assert!(
            drawn.as_str().contains("x=\"99.9%\" y=\"20\" width=\"0.1%\""),
            "{drawn:?}"
        );
        assert!(drawn.as_str().contains(&format!("{}…", "x".repeat(33))), "{drawn:?}");
    }

    #[test]
    fn nothing_to_draw_draws_nothing() {
        assert!(
            bars("plot", "Findings", &say!["none"], &[])
                .as_str()
                .contains("height=\"1\"")
        );
    }
}
