//! GitLab CI. <https://docs.gitlab.com/ci/yaml/#image>

use super::finds::Finds;
use super::tree::{Id, Tree};
use crate::run::SightingKind;

/// Keys of the top level that are no job.
const NO_JOBS: [&str; 6] = ["image", "services", "include", "variables", "stages", "workflow"];
/// Parts of the pipeline that are written elsewhere. `local` ones lie in the repository and are read there.
const ELSEWHERE: [&str; 4] = ["remote", "project", "template", "component"];

pub fn is_pipeline(tree: &Tree, document: Id) -> bool {
    let script = |id| tree.get(id, "script").or(tree.get(id, "trigger")).is_some();
    tree.get(document, "stages").is_some() || tree.entries(document).iter().any(|entry| script(entry.value))
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
            "image" => image(tree, document, entry.value, finds),
            "services" => {
                let services = tree.items(entry.value).iter();
                services.for_each(|service| image(tree, document, *service, finds));
                if tree.tag(entry.value) == Some("!reference") {
                    reference(tree, document, entry.value, finds);
                }
            }
            _ => {}
        }
    }
}

/// `image: ruby:3`, or `image: { name: ruby:3 }`, or `image: !reference [.job, image]`.
fn image(tree: &Tree, document: Id, id: Id, finds: &mut Finds) {
    if tree.tag(id) == Some("!reference") {
        return reference(tree, document, id, finds);
    }
    match tree.get(id, "name") {
        Some(name) => finds.node(tree, name),
        None => finds.node(tree, id),
    }
}

/// What it means is found where it stands, if it stands in this file.
fn reference(tree: &Tree, document: Id, id: Id, finds: &mut Finds) {
    let path: Vec<&str> = tree.items(id).iter().filter_map(|key| tree.text(*key)).collect();
    let meant = path.iter().try_fold(document, |at, key| tree.get(at, key));
    if meant.is_none() {
        let hint = "it stands in another file: pass the merged pipeline (`glab ci config compile`) with `--files -`";
        finds.sighting(tree.at(id), SightingKind::Unresolved, &path.join("."), hint);
    }
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
