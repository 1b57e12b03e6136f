//! The tree of evidence: what was found at the image and at each of its platforms, and what it proves.

use std::ptr;

use super::markup::{Element, Html, tag};
use super::piece::{Facts, code, cut, fit, list, notes};
use super::proof;
use crate::emit::words;
use crate::run::Image;
use crate::say;
use crate::untrusted::Safe;
use crate::wit::evidence::{Evidence, Form, Outcome};
use crate::wit::report::Report;

/// Bytes of one image's tree.
const TREE: usize = 400_000;
/// Bytes of the attempts on one piece.
const ATTEMPTS: usize = 60_000;

/// `image-3-evidence-7`: where a piece stands on the page.
fn place(image: usize, piece: usize) -> Safe {
    say!["image-", image, "-evidence-", piece]
}

/// A short digest that leads to the piece, where there is one.
pub fn link(report: &Report, image: usize, digest: &str) -> Element {
    let shown = code(&words::short_digest(digest)).attribute("title", digest);
    match report.evidence.iter().position(|evidence| evidence.digest == digest) {
        Some(piece) => tag("a").attribute("href", &say!["#", place(image, piece)]).put(shown),
        None => shown,
    }
}

/// Nothing where neither an image nor evidence is known.
pub fn tree(image: &Image, number: usize) -> Html {
    let report = &image.report;
    let (mut branches, mut left) = (Vec::new(), TREE);
    let mut left_out = 0;
    for (title, pieces) in subjects(report) {
        let shown = pieces.iter().map(|evidence| leaf(report, number, evidence));
        let (shown, missing) = fit(left, shown);
        left = left.saturating_sub(shown.len());
        left_out += missing;
        branches.push(branch(title, &shown, pieces.is_empty()));
    }
    if branches.is_empty() {
        return Html::default();
    }
    let mut html = Html::from(tag("ul").class("tree").all(branches));
    html.push(cut(left_out, "piece"));
    html
}

/// The image first, then its platforms, then whatever else evidence was found at.
fn subjects(report: &Report) -> Vec<(Html, Vec<&Evidence>)> {
    let at = |digest: &str| {
        report
            .evidence
            .iter()
            .filter(|evidence| evidence.subject == digest)
            .collect()
    };
    let known = report.targets.iter().map(|target| {
        let words = match &target.platform {
            Some(platform) => say![platform],
            None => say!["the image itself"],
        };
        (title(&words, &target.digest, &target.media_type), at(&target.digest))
    });
    let mut subjects: Vec<(Html, Vec<&Evidence>)> = known.collect();
    let mut others: Vec<&str> = Vec::new();
    for evidence in &report.evidence {
        let judged = report.targets.iter().any(|target| target.digest == evidence.subject);
        if !judged && !others.contains(&evidence.subject.as_str()) {
            others.push(&evidence.subject);
        }
    }
    subjects.extend(
        others
            .into_iter()
            .map(|digest| (title(&say!["not judged itself"], digest, ""), at(digest))),
    );
    subjects
}

fn title(words: &Safe, digest: &str, media_type: &str) -> Html {
    let media_type = (!media_type.is_empty()).then(|| tag("span").class("soft").text(media_type));
    [
        Html::from(tag("strong").text(words)),
        Html::text(&say![" "]),
        code(digest).into(),
        Html::text(&say![" "]),
        media_type.into(),
    ]
    .into_iter()
    .collect()
}

fn branch(title: Html, leaves: &Html, empty: bool) -> Element {
    let leaves = match empty {
        true => Html::from(tag("p").class("soft").text("nothing was found here")),
        false => tag("ul").put(leaves.clone()).into(),
    };
    tag("li").put(tag("p").class("subject").put(title)).put(leaves)
}

fn leaf(report: &Report, image: usize, evidence: &Evidence) -> Element {
    let piece = report.evidence.iter().position(|known| ptr::eq(known, evidence));
    let summary = tag("summary")
        .put(tag("strong").text(&evidence.short_type))
        .text(&say![" "])
        .put(standing(evidence))
        .text(&say![" "])
        .put(code(&words::short_digest(&evidence.digest)));
    let attempts = list(
        "attempts",
        ATTEMPTS,
        "attempt",
        evidence.attempts.iter().map(proof::attempt),
    );
    tag("li")
        .attribute("id", &place(image, piece.unwrap_or_default()))
        .put(tag("details").put(summary).put(facts(evidence)).put(attempts))
}

/// Who signed it and when, or why it does not count.
fn standing(evidence: &Evidence) -> Element {
    let verified = words::proofs(evidence).next();
    if let Some((signer, proof)) = verified {
        let by = match signer {
            Some(signer) => say![signer, ", ", words::who(proof)],
            None => words::who(proof),
        };
        let text = say!["signed by ", by, ", ", words::when(proof)];
        return tag("span").class("counts").text(&text);
    }
    let why = evidence.attempts.iter().find_map(|attempt| match &attempt.outcome {
        Outcome::Rejected(rejection) => Some(words::class(rejection.class)),
        Outcome::Verified(_) => None,
    });
    // what was tried against nobody may well be signed
    let untried = if evidence.form == Form::Other {
        "unsigned"
    } else {
        "no rule asks for it"
    };
    let text = say!["does not count: ", why.unwrap_or(untried)];
    tag("span").class("counts-not").text(&text)
}

fn facts(evidence: &Evidence) -> Html {
    let facts = Facts::default()
        .code("digest", &evidence.digest)
        .text(
            "found as",
            &say![words::carrier(evidence.carrier), ", ", words::form(evidence.form)],
        )
        .text("size", &words::size(evidence.size))
        .code("manifest", evidence.manifest.as_deref().unwrap_or_default())
        .code("media type", &evidence.media_type)
        .code("artifact type", evidence.artifact_type.as_deref().unwrap_or_default())
        .code("predicate type", evidence.predicate_type.as_deref().unwrap_or_default());
    let mut html = Html::from(facts);
    html.push(notes(&evidence.remarks));
    html
}
