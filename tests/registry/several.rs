//! Several images in one call: the exit code of the worst, each image once and in the order in which it was named.

use testbed::registry::Registry;

use crate::support::{Scratch, fixture, portcullis};

#[test]
fn the_worst_decides() {
    let repositories =
        ["new", "unsigned", "legacy"].map(|name| (format!("lab/{name}"), fixture(&format!("key/{name}"))));
    let registry = Registry::start(
        repositories
            .iter()
            .map(|(name, layout)| (name.as_str(), layout.clone())),
    );
    let scratch = Scratch::new();
    let policy = scratch.policy("key");
    for (images, judgement) in [
        (&["new", "legacy"][..], "0 allow"),
        (&["new", "unsigned"], "1 deny"),
        (&["new", "missing", "unsigned"], "1 deny"),
        (&["new", "missing"], "4 undecided"),
        (&["missing"], "4 undecided"),
        (&["new", "new", "legacy", "new"], "0 allow"),
    ] {
        let references: Vec<String> = images
            .iter()
            .map(|name| format!("{}/lab/{name}:v1", registry.host()))
            .collect();
        let reports: Vec<serde_json::Value> = ["1", "8"]
            .map(|jobs| {
                let arguments = ["check", "--policy", &policy, "--format", "json", "--jobs", jobs];
                let answer = portcullis(arguments.into_iter().chain(references.iter().map(String::as_str))).answer();
                assert!(
                    answer.judgement().starts_with(judgement),
                    "{images:?}: {}",
                    answer.stdout
                );
                let mut report = answer.json();
                for image in report["images"].as_array_mut().unwrap() {
                    image["time"].take();
                }
                report
            })
            .to_vec();
        assert_eq!(reports[0], reports[1], "as many at once as there are");
        let listed = reports[0]["images"].as_array().unwrap();
        let mut once = references.clone();
        once.dedup();
        once.truncate(listed.len());
        let named: Vec<&str> = listed
            .iter()
            .map(|image| image["reference"].as_str().unwrap())
            .collect();
        assert_eq!(named, once);
    }
}
