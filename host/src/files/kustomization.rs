//! `images` and patches of a kustomization, and what it brings from elsewhere. <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/>

use super::finds::{Finds, Places, compose};
use super::kubernetes;
use super::tree::{At, Id, Tree};
use crate::run::SightingKind;

/// Lists of what is built on.
const REMOTE: [&str; 4] = ["resources", "components", "bases", "helmCharts"];
/// Lists of patches.
const PATCHES: [&str; 3] = ["patches", "patchesStrategicMerge", "patchesJson6902"];

pub fn find(tree: &Tree, document: Id, finds: &mut Finds) {
    let images = tree.get(document, "images");
    for image in images.into_iter().flat_map(|images| tree.items(images)) {
        one(tree, *image, finds);
    }
    for key in REMOTE {
        let list = tree.get(document, key);
        list.into_iter()
            .flat_map(|list| tree.items(list))
            .for_each(|item| remote(tree, *item, finds));
    }
    for key in PATCHES {
        let list = tree.get(document, key);
        list.into_iter()
            .flat_map(|list| tree.items(list))
            .for_each(|item| patch(tree, *item, finds));
    }
}

/// What is below a URL, or a chart, is not in these files.
fn remote(tree: &Tree, item: Id, finds: &mut Finds) {
    let is_remote = |text: &&str| {
        let host = text.split_once('/').map_or("", |(host, _)| host);
        let is_path = text.starts_with(['.', '/']);
        text.contains("://") || text.contains("?ref=") || text.contains('@') || !is_path && host.contains('.')
    };
    let written = tree.text(item).filter(is_remote);
    let chart = tree.text_of(item, "name").filter(|_| tree.is_mapping(item));
    if let Some(text) = written.or(chart)
        && finds.claim(tree.at(item), text)
    {
        let hint = "what it brings is elsewhere: pass `kustomize build` with `--files -`";
        finds.sighting(tree.at(item), SightingKind::Unresolved, text, hint);
    }
}

/// `{ patch: text }`, or the text; a file is read where it lies.
fn patch(tree: &Tree, item: Id, finds: &mut Finds) {
    let inline = tree.get(item, "patch").unwrap_or(item);
    let Some(text) = tree.text(inline).filter(|text| text.contains(['\n', '{', '['])) else {
        return;
    };
    let at = tree.at(inline);
    if !finds.claim(at, text) {
        return;
    }
    let inner = Tree::read(text);
    finds.inside(at, Places::OfText, |finds| {
        for document in &inner.documents {
            operations(&inner, *document, finds);
            kubernetes::find(&inner, *document, finds);
        }
        if let Some((_, why)) = &inner.error {
            finds.sighting(At::default(), SightingKind::Unreadable, why, "mend the patch");
        }
        if inner.is_exhausted() {
            finds.sighting(
                At::default(),
                SightingKind::Unreadable,
                "a patch larger than can be looked at",
                "",
            );
        }
    });
}

/// Of JSON patches: `[{ op: replace, path: /spec/containers/0/image, value: … }]`.
/// <https://www.rfc-editor.org/rfc/rfc6902>
pub fn operations(tree: &Tree, list: Id, finds: &mut Finds) {
    for operation in tree.items(list) {
        let path = tree.text_of(*operation, "path").unwrap_or_default();
        let (Some(_), Some(value)) = (tree.get(*operation, "op"), tree.get(*operation, "value")) else {
            continue;
        };
        if path.to_ascii_lowercase().ends_with("image") {
            finds.node(tree, value);
        }
        kubernetes::find(tree, value, finds);
        // the value may be a container, or a list of them
        for container in tree.items(value).iter().chain([&value]) {
            if path.to_ascii_lowercase().contains("containers")
                && let Some(image) = tree.get(*container, "image")
            {
                finds.node(tree, image);
            }
        }
    }
}

fn one(tree: &Tree, image: Id, finds: &mut Finds) {
    let part = |key| tree.text_of(image, key).unwrap_or_default().trim();
    let Some(name) = tree.get(image, "newName").or(tree.get(image, "name")) else {
        return;
    };
    let text = compose("", tree.text(name).unwrap_or_default(), part("newTag"), part("digest"));
    let at = tree.at(name);
    if part("newTag").is_empty() && part("digest").is_empty() {
        if !finds.claim(at, &text) {
            return;
        }
        let hint = "the tag is the manifest's: write `newTag` or `digest`, or pass `kustomize build` with `--files -`";
        return finds.sighting(at, SightingKind::Unresolved, &text, hint);
    }
    finds.image(at, &text);
}
