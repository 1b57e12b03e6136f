//! `images` of a kustomization. <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/>

use super::finds::{Finds, compose};
use super::tree::{Id, Tree};
use crate::run::SightingKind;

pub fn find(tree: &Tree, document: Id, finds: &mut Finds) {
    let images = tree.get(document, "images");
    for image in images.into_iter().flat_map(|images| tree.items(images)) {
        one(tree, *image, finds);
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
