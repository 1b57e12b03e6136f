//! What is inside the images of a run, as far as it is known: what the formats about contents have in common.

use super::words;
use crate::run::{Fault, Image, Run};
use crate::say;
use crate::untrusted::Safe;
use crate::wit::basics::Verdict;
use crate::wit::contents::{Contents, Rating, State};

/// Why what is told may be less than what there is; empty: it is all that the documents say. No document about contents may
/// look complete that is not: who reads it sees an image without faults.
pub fn gaps(run: &Run) -> Vec<Safe> {
    let mut gaps: Vec<Safe> = run.faults.iter().map(of_fault).collect();
    if run.images.is_empty() {
        gaps.push(say!["no image was checked"]);
    }
    gaps.extend(run.images.iter().flat_map(of_image));
    if gaps.is_empty() && run.verdict() == Verdict::Undecided {
        gaps.push(say!["the check could not find out whether everything may pass"]);
    }
    gaps
}

fn of_fault(fault: &Fault) -> Safe {
    match fault {
        Fault::Usage { message, .. } => say!["the check failed: ", message],
        Fault::Policy(diagnostic) => say!["the policy is wrong: ", diagnostic.message],
        Fault::Bug { image, place } => say!["Portcullis failed: ", words::bug(image, place)],
    }
}

fn of_image(image: &Image) -> Vec<Safe> {
    let report = &image.report;
    let Some(contents) = &report.contents else {
        return vec![say![report.reference, ": what is inside could not be told"]];
    };
    let mut gaps = Vec::new();
    if report.verdict == Verdict::Undecided {
        gaps.push(say![report.reference, ": the check could not find out"]);
    }
    let (packages, vulnerabilities) = left_out(contents);
    for (count, noun) in [(packages, "packages"), (vulnerabilities, "vulnerabilities")] {
        if count > 0 {
            gaps.push(say![
                report.reference,
                ": ",
                count,
                " ",
                noun,
                " beyond the limit are left out"
            ]);
        }
    }
    gaps
}

fn left_out(contents: &Contents) -> (u64, u64) {
    let packages = contents.inventories.iter().map(|one| u64::from(one.left_out));
    let vulnerabilities = contents.scans.iter().map(|one| u64::from(one.left_out));
    (packages.sum(), vulnerabilities.sum())
}

/// Images of which no rule counted a scan: nothing is known of their vulnerabilities.
pub fn unscanned(run: &Run) -> impl Iterator<Item = &Image> {
    let scanned = |image: &&Image| image.report.contents.as_ref().is_some_and(|one| !one.scans.is_empty());
    run.images.iter().filter(move |image| !scanned(image))
}

/// What a vulnerability means by the rule, in one word.
pub fn state(state: &State) -> &'static str {
    match state {
        State::Denies => "denies",
        State::Unclear(_) => "unclear",
        State::Addressed => "addressed",
        State::Excepted(_) => "excepted",
        State::BelowThreshold => "below-threshold",
        State::InGrace(_) => "in-grace",
        State::Excluded => "excluded",
        State::NotFixable => "not-fixable",
    }
}

pub fn rating(rating: Rating) -> &'static str {
    match rating {
        Rating::Critical => "critical",
        Rating::High => "high",
        Rating::Medium => "medium",
        Rating::Low => "low",
        Rating::Negligible => "negligible",
        Rating::Unknown => "unknown",
    }
}

/// An address that a viewer may make a link of; none for anything else that a stranger wrote.
pub fn link(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let is_plain = |character: char| character.is_ascii_graphic() && !"\"'<>\\`{}|^()[]#".contains(character);
    (!rest.is_empty() && url.len() <= 2_000 && rest.chars().all(is_plain)).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::fixture;

    #[test]
    fn gap_of_each_kind_is_named() {
        let run = fixture::run();
        let gaps: Vec<String> = gaps(&run).iter().map(ToString::to_string).collect();
        assert_eq!(
            gaps,
            [
                "ghcr.io/acme/web:latest: 3 packages beyond the limit are left out",
                "ghcr.io/acme/web:latest: 2 vulnerabilities beyond the limit are left out",
                "quay.io/acme/db:16: the check could not find out",
            ]
        );
        let failed = Run::failed(Vec::new(), Default::default());
        assert_eq!(super::gaps(&failed)[0].as_str(), "no image was checked");
        let mut untold = fixture::run();
        untold.images.truncate(1);
        assert!(super::gaps(&untold)[0].as_str().contains("whether everything may pass"));
        untold.sightings.clear();
        assert!(super::gaps(&untold).is_empty());
        untold.images[0].report.contents = None;
        assert!(super::gaps(&untold)[0].as_str().ends_with("could not be told"));
    }

    #[test]
    fn what_is_no_plain_address_is_no_link() {
        assert!(link("https://avd.example/nvd/cve-2026-0001?a=b").is_some());
        for wrong in [
            "javascript:alert(1)",
            "https://",
            "https://a b",
            "https://a\n",
            "https://a/\u{202e}",
            "https://a/)![x](https://b",
            "ftp://a",
        ] {
            assert_eq!(link(wrong), None, "{wrong}");
        }
    }
}
