//! The cache of blobs: what it spares, and that it decides nothing.

use std::path::PathBuf;

use testbed::registry::{Fault, Registry};

use crate::support::{Answer, Portcullis, Scratch, fixture, portcullis};

fn call(registry: &Registry, scratch: &Scratch, more: &[&str]) -> Portcullis {
    let image = format!("{}/lab/new:v1", registry.host());
    let policy = scratch.policy("key");
    portcullis(
        ["check", &image, "--policy", &policy, "--format", "json"]
            .iter()
            .chain(more),
    )
}

fn cached(registry: &Registry, scratch: &Scratch) -> Answer {
    let folder = scratch.path.join("cache");
    call(registry, scratch, &["--cache-dir", folder.to_str().unwrap()]).answer()
}

fn files(scratch: &Scratch, folder: &str) -> Vec<PathBuf> {
    let listed = std::fs::read_dir(scratch.path.join(folder).join("blobs"));
    listed.map_or(Vec::new(), |listed| listed.map(|entry| entry.unwrap().path()).collect())
}

fn lab() -> (Registry, Scratch) {
    (Registry::start([("lab/new", fixture("key/new"))]), Scratch::new())
}

#[test]
fn the_second_time_nothing_immutable_is_fetched() {
    let (registry, scratch) = lab();
    let first = cached(&registry, &scratch);
    assert_eq!(first.judgement(), "0 allow verified");
    let (blobs, all) = (registry.count("/blobs/"), registry.requests().len());
    assert!(blobs > 0 && !files(&scratch, "cache").is_empty());
    let second = cached(&registry, &scratch);
    assert_eq!(second.judgement(), "0 allow verified");
    assert_eq!(registry.count("/blobs/"), blobs);
    let asked: Vec<String> = registry.requests()[all..]
        .iter()
        .map(|one| one.target.clone())
        .collect();
    assert!(
        asked.iter().any(|target| target.ends_with("/manifests/v1")),
        "the tag is never kept: {asked:?}"
    );
    assert!(
        asked.iter().any(|target| target.contains("/referrers/")),
        "nor are lists: {asked:?}"
    );
    assert_eq!(
        first.json()["images"][0]["evidence"],
        second.json()["images"][0]["evidence"]
    );
}

/// Whoever can write to the folder can make the gate fetch, and nothing else.
#[test]
fn a_falsified_cache_is_fetched_anew() {
    let (registry, scratch) = lab();
    cached(&registry, &scratch);
    let blobs = registry.count("/blobs/");
    for file in files(&scratch, "cache") {
        std::fs::write(file, b"{\"schemaVersion\":2,\"layers\":[]}").unwrap();
    }
    assert_eq!(cached(&registry, &scratch).judgement(), "0 allow verified");
    assert_eq!(registry.count("/blobs/"), 2 * blobs);
    assert_eq!(cached(&registry, &scratch).judgement(), "0 allow verified");
    assert_eq!(registry.count("/blobs/"), 2 * blobs, "kept anew");
}

/// Lists, tags and what is not there come from the registry alone: without it nothing is known.
#[test]
fn a_full_cache_and_a_registry_that_is_away_undecided() {
    let (registry, scratch) = lab();
    cached(&registry, &scratch);
    registry.fault(Fault::on("/v2/").status(503));
    assert_eq!(cached(&registry, &scratch).judgement(), "4 undecided discovery-failed");
}

#[test]
fn where_it_is_and_when_it_is_off() {
    let (registry, scratch) = lab();
    let home = scratch.path.join("xdg");
    let run = |more: &[&str], ci: bool| {
        let mut call = call(&registry, &scratch, more).variable("XDG_CACHE_HOME", &home);
        if ci {
            call = call.variable("CI", "true");
        }
        assert_eq!(call.answer().judgement(), "0 allow verified");
        files(&scratch, "xdg/portcullis").len()
    };
    assert_eq!(run(&["--no-cache"], false), 0);
    assert_eq!(run(&[], true), 0, "in a pipeline only where it is asked for");
    assert!(run(&[], false) > 0);
    let named = scratch.path.join("named");
    let call = call(&registry, &scratch, &[]).variable("CI", "true");
    let answer = call.variable("PORTCULLIS_CACHE_DIR", &named).answer();
    assert_eq!(answer.judgement(), "0 allow verified");
    assert!(!files(&scratch, "named").is_empty());
}
