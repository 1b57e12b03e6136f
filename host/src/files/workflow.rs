//! Workflows and actions of GitHub, and of Forgejo and Gitea, which read the same.
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax>

use super::finds::{Finds, without};
use super::kind;
use super::tree::{Id, Tree};
use crate::run::SightingKind;

const DOCKER: &str = "docker://";

pub fn is_workflow(tree: &Tree, document: Id) -> bool {
    tree.get(document, "on").is_some() && tree.get(document, "jobs").is_some()
}

pub fn is_action(tree: &Tree, document: Id) -> bool {
    let runs = tree.get(document, "runs");
    runs.is_some_and(|runs| tree.get(runs, "using").is_some())
}

pub fn find(tree: &Tree, document: Id, finds: &mut Finds) {
    let jobs = tree.get(document, "jobs");
    for job in jobs.into_iter().flat_map(|jobs| tree.entries(jobs)) {
        if let Some(container) = tree.get(job.value, "container") {
            image(tree, container, finds);
        }
        let services = tree.get(job.value, "services");
        for service in services.into_iter().flat_map(|services| tree.entries(services)) {
            image(tree, service.value, finds);
        }
        steps(tree, job.value, finds);
    }
}

pub fn find_in_action(tree: &Tree, document: Id, finds: &mut Finds) {
    let Some(runs) = tree.get(document, "runs") else {
        return;
    };
    steps(tree, runs, finds);
    let Some(image) = tree.get(runs, "image") else {
        return;
    };
    let Some(text) = tree.text(image) else {
        return;
    };
    match without(DOCKER, text) {
        Some(reference) => finds.image(tree.at(image), reference),
        None if !kind::names_dockerfile(text) && finds.claim(tree.at(image), text) => {
            let expected = "expected `docker://` and a reference, or a Dockerfile of the repository";
            finds.sighting(tree.at(image), SightingKind::Invalid, text, expected);
        }
        // it is built
        None => drop(finds.claim(tree.at(image), "")),
    }
}

/// `container: node:22`, or `container: { image: node:22 }`; expressions may stand for either.
fn image(tree: &Tree, container: Id, finds: &mut Finds) {
    match tree.get(container, "image") {
        Some(named) => without_scheme(tree, named, finds),
        None => without_scheme(tree, container, finds),
    }
}

fn without_scheme(tree: &Tree, id: Id, finds: &mut Finds) {
    if let Some(text) = tree.text(id) {
        finds.image(tree.at(id), without(DOCKER, text).unwrap_or(text));
    }
}

fn steps(tree: &Tree, job: Id, finds: &mut Finds) {
    let steps = tree.get(job, "steps");
    for step in steps.into_iter().flat_map(|steps| tree.items(steps)) {
        if let Some(uses) = tree.get(*step, "uses")
            && let Some(reference) = tree.text(uses).and_then(|text| without(DOCKER, text))
        {
            finds.image(tree.at(uses), reference);
        }
    }
}
