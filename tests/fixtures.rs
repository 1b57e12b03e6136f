//! `tests/fixtures/expected.tsv` through the program: images that the real cosign signed, as directory, as archive and
//! from a registry with and without the referrers API. Exit code, verdict and class are the same on every way.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use support::{Answer, Expected, NOW, Scratch, fixture, fixtures, portcullis};
use testbed::registry::{Referrers, Registry};

/// Every line of the table, judged in some way.
fn every_line(judge: impl Fn(&Expected) -> Answer) {
    let wrong: Vec<String> = Expected::all()
        .iter()
        .filter_map(|line| {
            let answer = judge(line);
            let (found, expected) = (answer.judgement(), line.judgement());
            let pinned = answer.json()["pinned"].as_array().unwrap().len();
            let right = found == expected && (pinned > 0) == (line.exit == 0) && answer.stderr.is_empty();
            (!right).then(|| format!("{}: expected {expected}, found {found}\n{}", line.layout, answer.stdout))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn check_layout(line: &Expected, layout: &str) -> Answer {
    let policy = fixtures().join(format!("policies/{}.yaml", line.policy));
    let policy = policy.to_str().unwrap();
    let arguments = [
        "check",
        &line.image,
        "--policy",
        policy,
        "--layout",
        layout,
        "--now",
        NOW,
    ];
    portcullis(arguments.into_iter().chain(["--format", "json"])).answer()
}

fn check_registry(line: &Expected, referrers: Referrers) -> Answer {
    let (scratch, name) = (Scratch::new(), line.repository());
    let registry = Registry::start([(name.split_once(':').unwrap().0, fixture(&line.layout))]);
    registry.referrers(referrers);
    let image = format!("{}/{name}", registry.host());
    let policy = scratch.policy(&line.policy);
    portcullis(["check", &image, "--policy", &policy, "--format", "json"]).answer()
}

/// Without a registry no host is contacted.
#[test]
fn as_directories() {
    every_line(|line| {
        let answer = check_layout(line, fixtures().join(&line.layout).to_str().unwrap());
        assert_eq!(answer.json()["contacted"], serde_json::json!([]));
        answer
    });
}

#[test]
fn as_archives() {
    let scratch = Scratch::new();
    every_line(|line| {
        let archive = scratch.write(&format!("{}.tar", line.layout), fixture(&line.layout).tar());
        check_layout(line, &archive)
    });
}

#[test]
fn from_a_registry_with_the_referrers_api() {
    every_line(|line| check_registry(line, Referrers::Served));
}

#[test]
fn from_a_registry_with_one_referrer_on_a_page() {
    every_line(|line| check_registry(line, Referrers::Paged(1)));
}

#[test]
fn from_a_registry_without_the_referrers_api() {
    every_line(|line| check_registry(line, Referrers::Unsupported));
}

/// The fallback tag holds the truth.
#[test]
fn from_a_registry_whose_referrers_api_answers_an_empty_list() {
    every_line(|line| check_registry(line, Referrers::Empty));
}
