//! The figures: how many images may pass, how severe what was found is, and what is inside.

use super::counts;
use super::findings::Found;
use super::markup::{Html, tag};
use super::plots::{Bar, bars};
use crate::emit::words;
use crate::run::Run;
use crate::say;
use crate::wit::basics::{Severity, Verdict};
use crate::wit::report::Effect;

pub const SEVERITIES: [Severity; 4] = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low];
pub const VERDICTS: [Verdict; 3] = [Verdict::Deny, Verdict::Undecided, Verdict::Allow];

pub fn section(run: &Run, found: &[Found]) -> Html {
    if run.images.is_empty() {
        return Html::default();
    }
    tag("section")
        .attribute("id", "overview")
        .attribute("aria-labelledby", "overview-title")
        .put(tag("h2").attribute("id", "overview-title").text("Overview"))
        .put(
            tag("div")
                .class("plots")
                .put(verdicts(run))
                .put(severities(found))
                .put(counts::figures(run)),
        )
        .into()
}

fn verdicts(run: &Run) -> Html {
    let counted = VERDICTS.map(|verdict| {
        let count = run.images.iter().filter(|image| image.verdict() == verdict).count();
        let word = words::verdict(verdict);
        Bar::plain(say![word], word, count)
    });
    bars(
        "plot-verdicts",
        "Images by verdict",
        &words::count(run.images.len(), "image"),
        &counted,
    )
}

/// What only informs, or is excepted, is drawn as an outline behind what stops.
fn severities(found: &[Found]) -> Html {
    let counted = SEVERITIES.map(|severity| {
        let count = |mild: bool| {
            let of = found.iter().map(|found| found.finding);
            of.filter(|finding| finding.severity == severity)
                .filter(|finding| matches!(finding.effect, Effect::Informs | Effect::Waived) == mild)
                .count()
        };
        let (stopping, mild) = (count(false), count(true));
        let word = words::severity(severity);
        Bar::noting(say![word], word, stopping, mild)
    });
    let mut note = words::count(found.len(), "finding");
    if counted.iter().any(|bar| bar.parts[1].1 > 0) {
        note.push(&say!["; outlined and noted: only informs, or is excepted"]);
    }
    bars("plot-severities", "Findings by severity", &note, &counted)
}
