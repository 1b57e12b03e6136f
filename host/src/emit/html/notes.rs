//! What went wrong, what weakens the check, what to be warned about, and what stands behind the answer.

use super::markup::{Element, Html, tag};
use super::piece::{Facts, code, list, time};
use crate::emit::{text, words};
use crate::run::{Fault, Run};
use crate::say;
use crate::untrusted::Safe;
use crate::wit::diagnostics::Diagnostic;
use crate::wit::report::TrustedRoot;

/// Bytes of each list.
const LIST: usize = 200_000;

/// Why there is no answer.
pub fn faults(run: &Run) -> Html {
    let faults = run.faults.iter().map(fault);
    titled("faults", "Errors", list("notes-list", LIST, "error", faults))
}

/// What makes the gate let through more than it would.
pub fn weakenings(run: &Run) -> Html {
    let weakenings = run.weakenings.iter().map(|weakening| {
        let mut html = Html::from(code(&weakening.option));
        html.push(Html::text(&say![": ", text::effect(weakening)]));
        html
    });
    titled(
        "weakened",
        "Weakened by",
        list("notes-list", LIST, "weakening", weakenings),
    )
}

pub fn warnings(run: &Run) -> Html {
    let warnings = run.all_warnings().into_iter().map(diagnostic);
    titled("warnings", "Warnings", list("notes-list", LIST, "warning", warnings))
}

/// What files name and nobody judged.
pub fn sightings(run: &Run) -> Html {
    let sightings = run.sightings.iter().map(|sighting| {
        let mut head = tag("p").put(tag("strong").text(sighting.kind.word())).text(" ");
        if !sighting.text.is_empty() {
            head = head.put(code(&sighting.text)).text(" ");
        }
        let mut html = Html::from(head.put(tag("span").text(sighting.kind.meaning())));
        let hint = (!sighting.hint.is_empty()).then(|| tag("p").class("soft").text(&say!["Hint: ", sighting.hint]));
        html.push(hint);
        let place = sighting.place.to_string();
        html.push((!place.is_empty()).then(|| tag("p").class("soft").put(code(&place))));
        html
    });
    titled(
        "unjudged",
        "In files, not judged",
        list("notes-list", LIST, "place", sightings),
    )
}

/// Digests of the policy, the trusted roots and the judge, and who was spoken to.
pub fn provenance(run: &Run) -> Html {
    let unknown = "unknown".to_owned();
    let hosts = match run.contacted.is_empty() {
        true => Html::text("none: no network was used"),
        false => list("plain", LIST, "host", run.contacted.iter().map(code)),
    };
    let facts = Facts::default()
        .text("portcullis", &run.tool.version)
        .code("component", run.tool.component.as_ref().unwrap_or(&unknown))
        .code("policy", &run.policy.file)
        .code("its digest", run.policy.digest.as_ref().unwrap_or(&unknown))
        .put(
            "trusted roots",
            list("plain", LIST, "root", roots(run).into_iter().map(root)),
        )
        .put("hosts contacted", hosts)
        .put("files read", list("plain", LIST, "file", run.files.iter().map(code)))
        .put("judged as of", judged(run));
    titled("provenance", "Made with", facts.into())
}

/// Of every image, each once.
fn roots(run: &Run) -> Vec<&TrustedRoot> {
    let mut roots: Vec<&TrustedRoot> = Vec::new();
    for root in run.images.iter().flat_map(|image| &image.report.roots) {
        let known = roots
            .iter()
            .any(|known| known.name == root.name && known.digest == root.digest);
        if !known {
            roots.push(root);
        }
    }
    roots
}

fn root(root: &TrustedRoot) -> Html {
    let mut html = Html::text(&say![root.name, " "]);
    html.push(code(&root.digest));
    html
}

/// The time that all images were judged at.
pub fn judged(run: &Run) -> Option<Element> {
    run.images.first().map(|image| time(image.report.time))
}

fn titled(id: &'static str, title: &'static str, content: Html) -> Html {
    if content.is_empty() {
        return content;
    }
    let labelled = say![id, "-title"];
    tag("section")
        .attribute("id", id)
        .attribute("aria-labelledby", &labelled)
        .put(tag("h2").attribute("id", &labelled).text(title))
        .put(content)
        .into()
}

fn fault(fault: &Fault) -> Html {
    match fault {
        Fault::Usage { message, hint } => hinted(&say![message], hint.as_ref()),
        Fault::Policy(error) => diagnostic(error),
        Fault::Bug { image, place } => hinted(&words::bug_in_full(image, place), None),
    }
}

fn diagnostic(diagnostic: &Diagnostic) -> Html {
    let mut html = hinted(&say![diagnostic.message], diagnostic.hint.as_ref());
    html.push(tag("p").class("soft").put(code(&text::place(diagnostic))));
    html
}

fn hinted(message: &Safe, hint: Option<&String>) -> Html {
    let mut html = Html::from(tag("p").text(message));
    html.push(hint.map(|hint| tag("p").class("soft").text(&say!["Hint: ", hint])));
    html
}
