//! `values.yaml` of Helm charts: `repository` with `registry`, `tag` and `digest` beside it, and whole references under
//! `image`. What a chart makes of them is its own affair: rendered output says it exactly.
//! <https://helm.sh/docs/chart_best_practices/pods/#images>

use super::finds::{Finds, compose};
use super::tree::{Entry, Id, Tree};
use crate::run::SightingKind;

/// Of an image.
const PARTS: [&str; 5] = ["registry", "repository", "name", "tag", "digest"];
/// Charts that use a common registry read it from one of these below `global`.
const GLOBAL: [&str; 3] = ["imageRegistry", "registry", "image"];

pub fn find(tree: &Tree, document: Id, finds: &mut Finds) {
    global(tree, document, finds);
    for node in tree.below(&[document], |_, _| false) {
        if is_image(tree, node) {
            parts(tree, node, finds);
        }
        for entry in tree.entries(node) {
            if entry.key == "image" {
                finds.node(tree, entry.value);
            }
            if entry.key.to_ascii_lowercase().ends_with("image") {
                partial(tree, entry, finds);
            }
        }
    }
}

/// One file of values may change a part of what another one says: `image: { tag: … }`.
fn partial(tree: &Tree, entry: Entry, finds: &mut Finds) {
    let id = entry.value;
    if is_image(tree, id) || !PARTS.iter().any(|key| tree.get(id, key).is_some()) {
        return;
    }
    if tree.text_of(id, "repository").is_some() {
        return parts(tree, id, finds);
    }
    let of = |key: &&str| tree.text_of(id, key).map(|text| format!("{key}: {}", text.trim()));
    let text: Vec<String> = PARTS.iter().filter_map(of).collect();
    let (at, text) = (tree.at(id), format!("{} {{ {} }}", entry.key, text.join(", ")));
    if finds.claim(at, &text) {
        let hint = "a part of an image, the rest of which is elsewhere: pass `helm template` with `--files -`";
        finds.sighting(at, SightingKind::Unresolved, &text, hint);
    }
}

/// `{ repository: …, tag: … }`.
pub fn is_image(tree: &Tree, id: Id) -> bool {
    let has = |key| tree.get(id, key).is_some();
    tree.text_of(id, "repository").is_some() && (has("tag") || has("digest") || has("registry") || has("pullPolicy"))
}

pub fn parts(tree: &Tree, id: Id, finds: &mut Finds) {
    let Some(repository) = tree.get(id, "repository") else {
        return;
    };
    let part = |key| tree.text_of(id, key).unwrap_or_default().trim();
    let text = whole(tree, id);
    let at = tree.at(repository);
    if part("tag").is_empty() && part("digest").is_empty() {
        if !finds.claim(at, &text) {
            return;
        }
        let hint = "without `tag` and `digest` the chart decides, usually by its `appVersion`: write one, or pass \
                    `helm template` with `--files -`";
        return finds.sighting(at, SightingKind::Unresolved, &text, hint);
    }
    finds.image(at, &text);
}

/// What the parts are together.
pub fn whole(tree: &Tree, id: Id) -> String {
    let part = |key| tree.text_of(id, key).unwrap_or_default().trim();
    compose(part("registry"), part("repository"), part("tag"), part("digest"))
}

fn global(tree: &Tree, document: Id, finds: &mut Finds) {
    let Some(global) = tree.get(document, "global") else {
        return;
    };
    let scopes = [Some(global), tree.get(global, GLOBAL[2])];
    let registries = scopes
        .into_iter()
        .flatten()
        .flat_map(|scope| GLOBAL[..2].iter().filter_map(move |key| tree.get(scope, key)));
    for registry in registries {
        if let Some(text) = tree.text(registry).filter(|text| !text.trim().is_empty()) {
            let hint =
                "a common registry, which the chart may put before its images: pass `helm template` with `--files -`";
            finds.sighting(tree.at(registry), SightingKind::Unresolved, text, hint);
        }
    }
}
