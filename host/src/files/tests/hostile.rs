//! Large files that want their readers to look for ever: counted in steps.

use super::in_text;
use crate::files::finds::Finds;
use crate::files::kind::{self, Asked};
use crate::files::tree::Tree;
use crate::limits;

/// Each reference looks through all keys: 20,000 by 20,000 would be 400 million.
#[test]
fn references_without_end_are_unreadable() {
    let jobs: String = (0..20_000)
        .map(|number| format!("j{number}: {{script: a, image: !reference [z, image]}}\n"))
        .collect();
    let text = format!("{jobs}z: {{image: a:1}}\n");
    let tree = Tree::read(&text);
    let mut finds = Finds::new("x.yml");
    crate::files::gitlab::find(&tree, tree.documents[0], &mut finds);
    assert!(tree.is_exhausted());
    let most = limits::FILE_STEPS + limits::FILE_STEPS_PER_VALUE * 200_000;
    assert!(tree.steps() < most, "{}", tree.steps());
    assert!(in_text("x.yml", &text).contains("unreadable x.yml "));
}

#[test]
fn long_merges_are_unreadable() {
    let merged = vec!["*a"; 300_000].join(", ");
    let maps: String = (0..200).map(|number| format!("m{number}: {{<<: *l}}\n")).collect();
    let text = format!("apiVersion: v1\nkind: Pod\nx: &a {{b: 1}}\nl: &l [{merged}]\n{maps}");
    let tree = Tree::read(&text);
    for _ in 0..200 {
        let root = tree.documents[0];
        tree.entries(tree.get(root, "m1").unwrap_or(root));
    }
    assert!(tree.is_exhausted());
    assert!(tree.steps() < 10_000_000, "{}", tree.steps());
    assert!(in_text("a.yaml", &text).contains("unreadable a.yaml "));
}

/// As many documents as lines, and more places than anybody reads.
#[test]
fn many_documents_and_places_end() {
    let documents = "image: ghcr.io/a/b:1\n---\n".repeat(limits::FOUND_IN_FILES + 5);
    let mut finds = Finds::new("a.yaml");
    kind::find("a.yaml", &documents, Asked::Found, &[], &mut finds);
    assert_eq!(finds.sightings.len(), limits::FOUND_IN_FILES + 1);
    let last = finds.sightings.last().unwrap();
    assert!(last.text.starts_with("expected at most"), "{}", last.text);
}

#[test]
fn honest_large_files_are_read() {
    let pods =
        "- {apiVersion: v1, kind: Pod, spec: {containers: [{name: a, image: a:1, args: [x, y]}]}}\n".repeat(5_000);
    let seen = in_text("a.yaml", &format!("apiVersion: v1\nkind: List\nitems:\n{pods}"));
    assert_eq!(seen.lines().count(), 5_000);
    assert!(!seen.contains("unreadable"));
}
