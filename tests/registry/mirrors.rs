//! Evidence in another repository, and copies that are judged as their origin.

use testbed::Layout;
use testbed::registry::{Fault, Registry};

use crate::support::{Answer, Scratch, fixture, portcullis};

/// `key/new` without anything about it, as a proxy cache has it.
fn bare() -> Layout {
    let mut layout = fixture("key/new");
    let image = layout.tagged("v1").unwrap();
    let manifest = layout.json(&image);
    let parts = manifest["layers"]
        .as_array()
        .unwrap()
        .iter()
        .chain([&manifest["config"]]);
    let mut kept: Vec<String> = parts.map(|part| part["digest"].as_str().unwrap().to_owned()).collect();
    kept.push(image.digest().to_owned());
    layout.blobs.retain(|digest, _| kept.contains(digest));
    layout.index.retain(|entry| entry.digest() == image.digest());
    layout
}

fn lab() -> Registry {
    Registry::start([("cache/new", bare()), ("signatures", fixture("key/new"))])
}

fn check(registry: &Registry, policy: &str, more: &[&str]) -> Answer {
    let image = format!("{}/cache/new:v1", registry.host());
    let arguments = ["check", &image, "--policy", policy, "--format", "json"];
    portcullis(arguments.iter().chain(more)).answer()
}

/// The rules name `registry.example/lab/*` alone; of `MIRROR` it is said that it holds copies.
fn mirrored(scratch: &Scratch, registry: &Registry, evidence: &str) -> String {
    let policy = std::fs::read_to_string(scratch.policy("key")).unwrap();
    let policy = policy.replace("match: '**'", "match: registry.example/lab/*");
    let host = registry.host();
    let mirrors = format!("mirrors: [{{ origin: registry.example/lab/*, mirror: '{host}/cache/*'{evidence} }}]\n");
    scratch.write("policies/mirrors.yaml", policy + &mirrors)
}

#[test]
fn an_evidence_repository_by_flag() {
    let (scratch, registry) = (Scratch::new(), lab());
    let policy = scratch.policy("key");
    assert_eq!(check(&registry, &policy, &[]).judgement(), "1 deny unsigned");
    let elsewhere = format!("{}/signatures", registry.host());
    let answer = check(&registry, &policy, &["--evidence-repository", &elsewhere]);
    assert_eq!(answer.judgement(), "0 allow verified", "{}", answer.stdout);
    assert_eq!(
        answer.json()["images"][0]["evidence_repositories"],
        serde_json::json!([elsewhere])
    );
    let image = format!("{}/cache/new:v1", registry.host());
    let listed = portcullis(["list", &image, "--evidence-repository", &elsewhere, "--format", "json"]).answer();
    assert_ne!(listed.json()["evidence"], serde_json::json!([]));
}

#[test]
fn a_mirror_is_judged_as_its_origin() {
    let (scratch, registry) = (Scratch::new(), lab());
    let elsewhere = format!("{}/signatures", registry.host());
    let policy = mirrored(&scratch, &registry, &format!(", evidence: '{elsewhere}'"));
    let answer = check(&registry, &policy, &[]);
    assert_eq!(answer.judgement(), "0 allow verified", "{}", answer.stdout);
    let image = answer.json()["images"][0].clone();
    assert_eq!(image["origin"], "registry.example/lab/new");
    assert_eq!(image["name"], format!("{}/cache/new", registry.host()));
    let pinned = image["pinned"][0].as_str().unwrap().to_owned();
    assert!(
        pinned.starts_with(&format!("{}/cache/new@sha256:", registry.host())),
        "{pinned}"
    );
    let reference = format!("{}/cache/new:v1", registry.host());
    let text = portcullis(["check", &reference, "--policy", &policy, "--format", "text"])
        .answer()
        .stdout;
    assert!(
        text.contains("registry.example/lab/new") && text.contains(&elsewhere),
        "{text}"
    );
}

/// No rule of the origin is got rid of by way of its mirror, and nothing found is told with where else to look.
#[test]
fn a_bare_copy_fail() {
    let (scratch, registry) = (Scratch::new(), lab());
    let answer = check(&registry, &mirrored(&scratch, &registry, ""), &[]);
    assert_eq!(answer.judgement(), "1 deny unsigned");
    assert!(
        answer
            .stdout
            .contains("mirrors and proxy caches seldom have the evidence"),
        "{}",
        answer.stdout
    );
}

#[test]
fn an_evidence_repository_that_does_not_answer_undecided() {
    let (scratch, registry) = (Scratch::new(), lab());
    let elsewhere = format!("{}/signatures", registry.host());
    for status in [403, 503] {
        registry.clear_faults();
        registry.fault(Fault::on("/v2/signatures/").status(status));
        let answer = check(
            &registry,
            &scratch.policy("key"),
            &["--evidence-repository", &elsewhere],
        );
        assert_eq!(
            answer.judgement(),
            "4 undecided discovery-failed",
            "{status}: {}",
            answer.stdout
        );
    }
}

#[test]
fn names_that_are_no_repository_error() {
    let (scratch, registry) = (Scratch::new(), lab());
    for name in ["https://r.example/a", "r.example/a:v1", "r.example/A", ""] {
        let answer = check(&registry, &scratch.policy("key"), &["--evidence-repository", name]);
        assert_eq!(answer.exit, Some(2), "{name}: {}", answer.stdout);
    }
    assert_eq!(registry.requests().len(), 0);
}
