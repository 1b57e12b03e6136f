//! Links on the page of a GitLab job: to the run that built an image, and to the document of the rule that denies one.
//! <https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsannotations>

use serde_json::{Value, json};
use std::io::{self, Write};

use super::rule::page;
use super::{json_text, words};
use crate::run::{Image, Run};
use crate::say;
use crate::untrusted::Safe;
use crate::wit::basics::Verdict;
use crate::wit::evidence::Principal;

/// GitLab takes a file of 80 KiB with 20 links.
const LINKS: usize = 20;
/// In characters: what fits into its columns.
const LABEL: usize = 255;
const URL: usize = 1_000;

pub fn emit(run: &Run, out: &mut impl Write) -> io::Result<()> {
    let of_images = run.images.iter().filter_map(of_image);
    let links: Vec<Value> = of_run(run).into_iter().chain(of_images).take(LINKS).collect();
    json_text::write_document(&json!({ "portcullis": links }), out)
}

fn of_run(run: &Run) -> Option<Value> {
    let page = format!("{}/blob/main/docs/cli.md", env!("CARGO_PKG_REPOSITORY"));
    link(&super::text::verdict_line(run), &page)
}

/// To the rule that denies it first; of one that may pass to what its certificate proves.
fn of_image(image: &Image) -> Option<Value> {
    let verdict = image.verdict();
    let label = say![words::verdict(verdict), ": ", image.report.reference];
    match verdict {
        Verdict::Allow => {
            let accepted = image.report.rules.iter().flat_map(|rule| &rule.accepted);
            let mut proofs = accepted.filter_map(|accepted| words::proof_of(&image.report, accepted));
            proofs.find_map(|proof| match &proof.principal {
                Principal::Certificate(certificate) => certificate
                    .claims
                    .iter()
                    .find(|(name, _)| name == "run-invocation-uri")
                    .and_then(|(_, url)| link(&label, url)),
                Principal::Key(_) => None,
            })
        }
        Verdict::Deny | Verdict::Undecided => {
            let rule = image.report.rules.iter().find(|rule| rule.verdict == verdict)?;
            let page = page(rule);
            let label = say![label, " (", rule.rule, ": ", words::class(rule.class), ")"];
            link(&label, &format!("{}/blob/main/{page}", env!("CARGO_PKG_REPOSITORY")))
        }
    }
}

/// Only what leads to a web page: a claim is text of whoever signed.
fn link(label: &Safe, url: &str) -> Option<Value> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/?#=&%:@+,".contains(&byte);
    let is_page = url.starts_with("https://") && url.len() <= URL && url.bytes().all(plain);
    let label: String = label.as_str().chars().take(LABEL).collect();
    is_page.then(|| json!({ "external_link": { "label": label, "url": url } }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::expected::assert_expected;
    use crate::emit::fixture;

    fn rendered(run: &Run) -> String {
        let mut out = Vec::new();
        emit(run, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn with_claim(url: &str) -> Run {
        let mut run = fixture::run();
        for evidence in &mut run.images[0].report.evidence {
            for attempt in &mut evidence.attempts {
                if let crate::wit::evidence::Outcome::Verified(proof) = &mut attempt.outcome
                    && let Principal::Certificate(certificate) = &mut proof.principal
                {
                    certificate.claims = vec![("run-invocation-uri".to_owned(), url.to_owned())];
                }
            }
        }
        run
    }

    #[test]
    fn file_is_as_expected() {
        let run = with_claim("https://github.com/acme/api/actions/runs/7/attempts/1");
        assert_expected("src/emit/expected/gitlab-annotations.json", &rendered(&run));
    }

    #[test]
    fn links_of_strangers_lead_to_web_pages_or_nowhere() {
        for url in [
            "javascript:alert(1)",
            "http://e.example",
            "https://e.example/\"onclick=",
            "https://e.example/ x",
            "data:x",
        ] {
            assert!(!rendered(&with_claim(url)).contains("ghcr.io/acme/api"), "{url}");
        }
        fixture::assert_harmless_log(&rendered(&fixture::hostile()));
    }

    #[test]
    fn it_has_gitlabs_shape_and_stays_below_its_limits() {
        let mut run = fixture::hostile();
        run.images = (0..100).map(|_| fixture::hostile().images[1].clone()).collect();
        let text = rendered(&run);
        assert!(text.len() < 80 << 10);
        let document: Value = serde_json::from_str(&text).unwrap();
        let links = document["portcullis"].as_array().unwrap();
        assert_eq!((links.len(), document.as_object().unwrap().len()), (LINKS, 1));
        for link in links {
            assert_eq!(link.as_object().unwrap().len(), 1);
            assert!(link["external_link"]["label"].as_str().unwrap().chars().count() <= LABEL);
            assert!(link["external_link"]["url"].as_str().unwrap().starts_with("https://"));
        }
    }
}
