//! One image: its verdict, what each rule demanded and found, where nobody could look, and its evidence.

use super::markup::{Element, Html, tag};
use super::piece::{self, Facts, code, cut, fit, list, paragraph};
use super::{evidence, finding};
use crate::emit::words;
use crate::run::{Image, Run};
use crate::say;
use crate::untrusted::Safe;
use crate::wit::basics::{Mode, Severity, Verdict};
use crate::wit::report::{Acceptance, Report, RuleResult};

/// Bytes of one image's rules.
const RULES: usize = 400_000;
/// Bytes of what one rule accepted, and of an image's failures and references.
const LIST: usize = 60_000;
/// On a page with more images none is unfolded.
const FEW: usize = 8;
/// Rules named in the line that is always seen.
const NAMED: usize = 3;

/// All of it, folded; `inside` is what its documents say.
pub fn full(run: &Run, image: &Image, number: usize, inside: Html) -> Html {
    let open = run.images.len() <= FEW && image.verdict() != Verdict::Allow;
    let (rules, left_out) = fit(
        RULES,
        image.report.rules.iter().map(|result| rule(run, image, number, result)),
    );
    let bare = image
        .report
        .rules
        .is_empty()
        .then(|| paragraph("weak", "No rule: nothing was evaluated."));
    let evidence = evidence::tree(image, number);
    let heading = (!evidence.is_empty()).then(|| tag("h4").text("Evidence"));
    frame(image, number, open)
        .put(facts(image))
        .put(bare)
        .put(rules)
        .put(cut(left_out, "rule"))
        .put(unseen(&image.report))
        .put(heading)
        .put(evidence)
        .put((!inside.is_empty()).then(|| tag("h4").text("Inside, by documents that counted")))
        .put(inside)
        .into()
}

/// What there is room for on a page with very many images.
pub fn brief(image: &Image, number: usize) -> Html {
    let text = "Left out to keep this page small: a JSON report of the run has all about this image.";
    frame(image, number, false).put(paragraph("cut", text)).into()
}

fn frame(image: &Image, number: usize, open: bool) -> Element {
    let verdict = image.verdict();
    let heading = tag("h3").put(code(&image.report.reference));
    let summary = tag("summary")
        .put(piece::verdict(verdict))
        .put(heading)
        .put(tag("span").class("soft").text(&gist(image)));
    tag("details")
        .class("image")
        .attribute("id", &say!["image-", number])
        .attribute("data-item", "image")
        .attribute("data-image", &number)
        .attribute("data-verdict", words::verdict(verdict))
        .attribute("data-severity", &severities(image))
        .flag("open", open)
        .put(summary)
}

/// `signed: identity-mismatch`: what refuses, or how much allows.
fn gist(image: &Image) -> Safe {
    let refusing: Vec<&RuleResult> = image
        .report
        .rules
        .iter()
        .filter(|rule| rule.verdict != Verdict::Allow)
        .collect();
    if refusing.is_empty() {
        return words::count(image.report.rules.len(), "rule");
    }
    let named = refusing
        .iter()
        .take(NAMED)
        .map(|rule| say![rule.rule, ": ", words::outcome(rule)]);
    let mut gist = Safe::join(named, "; ");
    if refusing.len() > NAMED {
        gist.push(&say!["; and ", refusing.len() - NAMED, " more"]);
    }
    gist
}

/// Those that its findings have, for the filter.
fn severities(image: &Image) -> Safe {
    let findings = || image.report.rules.iter().flat_map(|rule| &rule.findings);
    let there = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low]
        .into_iter()
        .filter(|severity| findings().any(|finding| finding.severity == *severity));
    Safe::join(there.map(words::severity), " ")
}

fn facts(image: &Image) -> Html {
    let report = &image.report;
    let pinned = match image.verdict() {
        Verdict::Allow => list("plain", LIST, "reference", report.pinned.iter().map(code)),
        Verdict::Deny | Verdict::Undecided => Html::default(),
    };
    // else it stands at the root of the tree
    let digest = report.digest.as_deref().filter(|_| report.targets.is_empty());
    Facts::default()
        .code("digest", digest.unwrap_or_default())
        .put("pinned", pinned)
        .put("named in", mentions(image))
        .into()
}

/// Places in files, with what is written there where that is not the reference itself.
fn mentions(image: &Image) -> Html {
    let mentions = image.mentions.iter().map(|mention| {
        let mut html = Html::from(code(&mention.place.to_string()));
        if mention.text != image.report.reference {
            html.push(Html::text(" as "));
            html.push(code(&mention.text));
        }
        html
    });
    list("plain", LIST, "place", mentions)
}

fn rule(run: &Run, image: &Image, number: usize, rule: &RuleResult) -> Element {
    let heading = tag("h4")
        .put(piece::verdict(rule.verdict))
        .text(&say![" "])
        .put(tag("span").text(&rule.rule));
    let class = match rule.verdict {
        Verdict::Allow => None,
        _ => Some(tag("span").class("class").text(words::class(rule.class))),
    };
    let accepted = rule.accepted.iter().map(|accepted| acceptance(image, number, accepted));
    let findings = rule
        .findings
        .iter()
        .map(|finding| finding::full(image, number, finding));
    let remedy = rule
        .remediation
        .as_ref()
        .map(|remedy| paragraph("remedy", &say!["Remedy: ", remedy]));
    tag("section")
        .class("rule")
        .put(heading.text(&say![" "]).put(class))
        .put(paragraph("demand", &say!["Demanded: ", rule.demand]))
        .put(paragraph("soft", &weight(run, rule)))
        .put(list("accepted", LIST, "signature", accepted))
        .put(finding::list(findings))
        .put(remedy)
}

/// `critical, enforced, portcullis.yaml:42`.
fn weight(run: &Run, rule: &RuleResult) -> Safe {
    let mode = match (rule.mode, &rule.enforce_from) {
        (Mode::Enforce, _) => say!["enforced"],
        (Mode::Inform, None) => say!["informs only"],
        (Mode::Inform, Some(day)) => say!["informs until ", day],
    };
    let mut weight = say![words::severity(rule.severity), ", ", mode];
    if !run.policy.file.is_empty() {
        weight.push(&say![", ", run.policy.file]);
    }
    if rule.line > 0 {
        weight.push(&say![":", rule.line]);
    }
    weight
}

/// Who satisfied the rule, and when.
fn acceptance(image: &Image, number: usize, accepted: &Acceptance) -> Html {
    let mut html = Html::text("Accepted: ");
    html.push(tag("strong").text(&accepted.signer));
    if let Some(proof) = words::proof_of(&image.report, accepted) {
        html.push(Html::text(&say![", ", words::when(proof), ", "]));
        html.push(code(&words::who(proof)));
    }
    html.push(Html::text(", "));
    html.push(evidence::link(&image.report, number, &accepted.evidence));
    html.push(piece::notes(&accepted.remarks));
    html
}

fn unseen(report: &Report) -> Html {
    if report.failures.is_empty() {
        return Html::default();
    }
    let failures = report.failures.iter().map(|failure| {
        let mut html = Html::text(&say![words::class(failure.class), ": ", failure.reason, ": "]);
        html.push(code(&failure.place));
        html
    });
    let mut html = Html::from(tag("h4").text("Not seen"));
    html.push(list("plain", LIST, "place", failures));
    html
}
