//! GitLab CI. <https://docs.gitlab.com/ci/yaml/#image>

use super::finds::Finds;
use super::tree::{Id, Tree};
use crate::run::SightingKind;

/// Keys of the top level that are no job.
const NO_JOBS: [&str; 6] = ["image", "services", "include", "variables", "stages", "workflow"];
const REFERENCE: &str = "!reference";
/// Parts of the pipeline that are written elsewhere. `local` ones lie in the repository and are read there.
const ELSEWHERE: [&str; 4] = ["remote", "project", "template", "component"];

/// Keys of a job that no other file has below a key of its own.
const OF_JOBS: [&str; 6] = ["script", "trigger", "before_script", "after_script", "extends", "rules"];
/// How many references lead to each other, which is GitLab's own limit.
const DEPTH: usize = 10;

pub fn is_pipeline(tree: &Tree, document: Id) -> bool {
    let entries = tree.entries(document);
    let is_own = |key: &str| matches!(key, "stages" | "default" | "include" | "workflow") || key.starts_with('.');
    entries
        .iter()
        .any(|entry| is_own(entry.key) && tree.is_collection(entry.value))
        || entries.iter().any(|entry| {
            let mut parts = tree.entries(entry.value).into_iter();
            parts.any(|part| OF_JOBS.contains(&part.key))
        })
}

pub fn find(tree: &Tree, document: Id, finds: &mut Finds) {
    job(tree, document, document, finds);
    for entry in tree.entries(document) {
        match entry.key {
            "include" => include(tree, entry.value, finds),
            key if !NO_JOBS.contains(&key) => job(tree, document, entry.value, finds),
            _ => {}
        }
    }
}

fn job(tree: &Tree, document: Id, job: Id, finds: &mut Finds) {
    for entry in tree.entries(job) {
        match entry.key {
            "image" => image(tree, document, entry.value, DEPTH, finds),
            "services" => services(tree, document, entry.value, DEPTH, finds),
            _ => {}
        }
    }
}

/// A list, or a reference to one; an item may be a reference to an item or to a list.
fn services(tree: &Tree, document: Id, id: Id, depth: usize, finds: &mut Finds) {
    if tree.tag(id) == Some(REFERENCE) {
        if let Some((meant, depth)) = meant(tree, document, id, depth, finds) {
            services(tree, document, meant, depth, finds);
        }
    } else if tree.items(id).is_empty() {
        image(tree, document, id, depth, finds);
    } else if depth > 0 {
        let items = tree.items(id).iter();
        items.for_each(|item| services(tree, document, *item, depth - 1, finds));
    }
}

/// `image: ruby:3`, or `image: { name: ruby:3 }`, or `image: !reference [.job, image]`.
fn image(tree: &Tree, document: Id, id: Id, depth: usize, finds: &mut Finds) {
    if tree.tag(id) == Some(REFERENCE) {
        if let Some((meant, depth)) = meant(tree, document, id, depth, finds) {
            image(tree, document, meant, depth, finds);
        }
        return;
    }
    match tree.get(id, "name") {
        Some(name) if tree.tag(name) == Some(REFERENCE) => {
            if let Some((meant, depth)) = meant(tree, document, name, depth, finds) {
                image(tree, document, meant, depth, finds);
            }
        }
        Some(name) => finds.node(tree, name),
        None => finds.node(tree, id),
    }
}

/// What a reference leads to in this file, and how many more may follow.
fn meant(tree: &Tree, document: Id, id: Id, depth: usize, finds: &mut Finds) -> Option<(Id, usize)> {
    let path: Vec<&str> = tree.items(id).iter().filter_map(|key| tree.text(*key)).collect();
    let meant = path.iter().try_fold(document, |at, key| tree.get(at, key));
    let meant = meant.filter(|_| !path.is_empty()).zip(depth.checked_sub(1));
    if meant.is_none() && finds.claim(tree.at(id), &path.join(".")) {
        let hint = "it is not in this file: pass the merged pipeline (`glab ci config compile`) with `--files -`";
        finds.sighting(tree.at(id), SightingKind::Unresolved, &path.join("."), hint);
    }
    meant
}

fn include(tree: &Tree, include: Id, finds: &mut Finds) {
    let single = tree.items(include).is_empty().then_some(include);
    for one in tree.items(include).iter().copied().chain(single) {
        let scalar = tree.text(one).filter(|text| text.contains("://")).map(|_| one);
        let named = ELSEWHERE.iter().filter_map(|key| tree.get(one, key));
        for value in scalar.into_iter().chain(named) {
            let hint = "its jobs and their images are written elsewhere: pass the merged pipeline (`glab ci config \
                        compile`) with `--files -`, or leave it out with `--exclude-image`";
            let text = tree.text(value).unwrap_or_default();
            finds.sighting(tree.at(value), SightingKind::Unresolved, text, hint);
        }
    }
}
