//! Kubernetes manifests: pod specs wherever they are, so of every kind that has a pod template, lists and own kinds
//! included. <https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#PodSpec>

use super::finds::Finds;
use super::tree::{Id, Tree};

/// Lists of containers: of pods, and of Tekton's tasks.
const LISTS: [&str; 5] = [
    "containers",
    "initContainers",
    "ephemeralContainers",
    "steps",
    "sidecars",
];
/// A container alone: of Argo's workflows and Tekton's tasks.
const SINGLE: [&str; 3] = ["container", "script", "stepTemplate"];

pub fn is_manifest(tree: &Tree, document: Id) -> bool {
    tree.text_of(document, "apiVersion").is_some() && tree.text_of(document, "kind").is_some()
}

/// What the cluster reports of an object is no part of what it is told to run.
pub fn is_report(tree: &Tree, parent: Id, key: &str) -> bool {
    key == "status" && is_manifest(tree, parent)
}

pub fn find(tree: &Tree, document: Id, finds: &mut Finds) {
    for node in tree.below(&[document], |parent, key| is_report(tree, parent, key)) {
        for entry in tree.entries(node) {
            match entry.key {
                key if LISTS.contains(&key) => {
                    tree.items(entry.value)
                        .iter()
                        .for_each(|container| image(tree, *container, finds));
                }
                key if SINGLE.contains(&key) => image(tree, entry.value, finds),
                "volumes" => {
                    for volume in tree.items(entry.value) {
                        let reference = tree
                            .get(*volume, "image")
                            .and_then(|image| tree.get(image, "reference"));
                        reference.into_iter().for_each(|reference| finds.node(tree, reference));
                    }
                }
                _ => {}
            }
        }
    }
}

/// Each `image` that is there: of two under one key readers take either.
fn image(tree: &Tree, container: Id, finds: &mut Finds) {
    let entries = tree.entries(container).into_iter().filter(|entry| entry.key == "image");
    entries.for_each(|entry| finds.node(tree, entry.value));
}
