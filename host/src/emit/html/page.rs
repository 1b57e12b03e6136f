//! The page around everything: head, verdict, contents, and the parts in the order in which they matter.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::markup::{Element, Html, tag};
use super::piece::{cut, paragraph};
use super::{demands, filters, findings, image, inside, notes, overview, timeline};
use crate::emit::{text, words};
use crate::run::{FLAGS, Image, Run};
use crate::say;
use crate::untrusted::Safe;
use crate::wit::basics::Verdict;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// Bytes of all images; the worst come first.
const IMAGES: usize = 5_000_000;
/// Bytes of what is inside of all images, and of one.
const INSIDE: usize = 3_000_000;
const INSIDE_ONE: usize = 500_000;
/// Bytes of the images that have no more room than a line.
const BRIEF: usize = 1_000_000;

pub fn document(run: &Run) -> Html {
    let mut document = Html::literal("<!doctype html>\n");
    document.push(tag("html").attribute("lang", "en").put(head(run)).put(body(run)));
    document.push(Html::literal("\n"));
    document
}

/// Nothing may be loaded or sent, and no style or script runs but these two.
fn policy() -> Safe {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    say![
        "default-src 'none'; style-src 'sha256-",
        hash(STYLE),
        "'; script-src 'sha256-",
        hash(SCRIPT),
        // for the icon below: a browser asks the server for one where none is named
        "'; img-src data:; base-uri 'none'; form-action 'none'"
    ]
}

fn head(run: &Run) -> Element {
    let named = |name: &'static str, content: &Safe| tag("meta").attribute("name", name).attribute("content", content);
    tag("head")
        .put(tag("meta").attribute("charset", "utf-8"))
        .put(
            tag("meta")
                .attribute("http-equiv", "Content-Security-Policy")
                .attribute("content", &policy()),
        )
        .put(named("viewport", &say!["width=device-width, initial-scale=1"]))
        .put(named("color-scheme", &say!["light dark"]))
        .put(named("referrer", &say!["no-referrer"]))
        .put(named("robots", &say!["noindex"]))
        .put(tag("link").attribute("rel", "icon").attribute("href", "data:,"))
        .put(tag("title").text(&say!["Portcullis: ", text::verdict_line(run)]))
        .put(tag("style").put(Html::literal(STYLE)))
}

fn body(run: &Run) -> Element {
    let found = findings::all(run);
    let parts = [
        notes::faults(run),
        notes::weakenings(run),
        notes::sightings(run),
        overview::section(run, &found),
        filters::form(run),
        images(run),
        findings::section(&found),
        timeline::section(run),
        demands::section(run),
        notes::warnings(run),
        notes::provenance(run),
    ];
    tag("body")
        .put(
            tag("a")
                .class("skip")
                .attribute("href", "#content")
                .text("Skip to the content"),
        )
        .put(header(run))
        .put(contents(run))
        .put(tag("main").attribute("id", "content").all(parts))
        .put(footer())
        .put(tag("script").put(Html::literal(SCRIPT)))
}

fn header(run: &Run) -> Element {
    let verdict = run.verdict();
    let word = match verdict {
        Verdict::Allow => "Allowed",
        Verdict::Deny => "Denied",
        Verdict::Undecided => "Undecided",
    };
    let mut about = Html::default();
    if !run.policy.file.is_empty() {
        let by = if run.policy.file == FLAGS {
            "by flags of the "
        } else {
            "by "
        };
        about.push(Html::text(&say!["Judged ", by, run.policy.file]));
    }
    if let Some(time) = notes::judged(run) {
        about.push(Html::text(" as of "));
        about.push(time);
    }
    let about = (!about.is_empty()).then(|| tag("p").class("soft").put(about));
    tag("header")
        .attribute("class", &say!["verdict-", words::verdict(verdict)])
        .put(gate(verdict))
        .put(
            tag("div")
                .put(tag("p").class("brand").text("Portcullis"))
                .put(tag("h1").text(word))
                .put(paragraph("summary", &text::summary(run)))
                .put(about),
        )
}

/// A gate: down where it denies, up where it allows, half-way where nobody knows.
fn gate(verdict: Verdict) -> Element {
    let bars = match verdict {
        Verdict::Allow => "M16 8v8M24 5v9M32 8v8M11 14h26",
        Verdict::Undecided => "M16 8v18M24 5v19M32 8v18M11 14h26M11 22h26",
        Verdict::Deny => "M16 8v34M24 5v35M32 8v34M11 14h26M11 23h26M11 32h26",
    };
    let path = |class: &'static str, d: &'static str| tag("path").class(class).attribute("d", d);
    tag("svg")
        .class("gate")
        .attribute("viewBox", "0 0 48 48")
        .attribute("aria-hidden", "true")
        .put(path("bars", bars))
        .put(path("arch", "M8 45V19a16 16 0 0 1 32 0v26"))
        .put(path("ground", "M3 45h42"))
}

/// Links to the parts that are there.
fn contents(run: &Run) -> Element {
    let there = |id: &'static str, title: &'static str, there: bool| {
        there.then(|| tag("li").put(tag("a").attribute("href", &say!["#", id]).text(title)))
    };
    let some = !run.images.is_empty();
    let links = [
        there("faults", "Errors", !run.faults.is_empty()),
        there("weakened", "Weakened by", !run.weakenings.is_empty()),
        there("unjudged", "In files, not judged", !run.sightings.is_empty()),
        there("overview", "Overview", some),
        there("images", "Images", some),
        there("findings", "Findings", true),
        there("signed", "Who signed what when", true),
        there("demands", "What was demanded", some),
        there("warnings", "Warnings", !run.all_warnings().is_empty()),
        there("provenance", "Made with", true),
    ];
    tag("nav")
        .attribute("aria-label", "On this page")
        .put(tag("ul").all(links.into_iter().flatten()))
}

/// Those that are denied first, then those that nobody could judge; each group in the order of the report.
fn images(run: &Run) -> Html {
    let mut sorted: Vec<(usize, &Image)> = run.images.iter().enumerate().collect();
    sorted.sort_by_key(|(_, image)| match image.verdict() {
        Verdict::Deny => 0,
        Verdict::Undecided => 1,
        Verdict::Allow => 2,
    });
    if sorted.is_empty() {
        return Html::default();
    }
    let (mut shown, mut full, mut inside_left, mut left_out) = (Html::default(), true, INSIDE, 0);
    for (number, image) in sorted {
        if full {
            let inside = inside::of(image, number, inside_left.min(INSIDE_ONE));
            inside_left = inside_left.saturating_sub(inside.len());
            let section = image::full(run, image, number, inside);
            full = shown.len() + section.len() <= IMAGES + INSIDE;
            if full {
                shown.push(section);
                continue;
            }
        }
        let line = image::brief(image, number);
        match shown.len() + line.len() <= IMAGES + INSIDE + BRIEF {
            true => shown.push(line),
            false => left_out += 1,
        }
    }
    tag("section")
        .attribute("id", "images")
        .attribute("aria-labelledby", "images-title")
        .put(tag("h2").attribute("id", "images-title").text("Images"))
        .put(shown)
        .put(cut(left_out, "image"))
        .into()
}

fn footer() -> Element {
    tag("footer").put(paragraph(
        "soft",
        "This page stands alone: it loads nothing and sends nothing. What strangers wrote, such as identities and media \
         types, is shown with invisible characters made visible.",
    ))
}
