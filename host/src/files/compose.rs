//! Compose files. <https://github.com/compose-spec/compose-spec/blob/main/05-services.md>

use super::dockerfile;
use super::finds::{Finds, Places};
use super::tree::{At, Id, Tree};

/// What `additional_contexts` begins with where it means an image.
const CONTEXT: &str = "docker-image://";

pub fn is_compose(tree: &Tree, document: Id) -> bool {
    let services = tree
        .get(document, "services")
        .filter(|services| tree.is_mapping(*services));
    services.is_some_and(|services| {
        let mut services = tree.entries(services).into_iter();
        services.any(|service| {
            tree.get(service.value, "image")
                .or(tree.get(service.value, "build"))
                .is_some()
        })
    })
}

pub fn find(tree: &Tree, document: Id, finds: &mut Finds) {
    let services = tree.get(document, "services");
    for service in services.into_iter().flat_map(|services| tree.entries(services)) {
        for entry in tree.entries(service.value) {
            match entry.key {
                // with `build` too: it is pulled where the registry has it
                "image" => finds.node(tree, entry.value),
                "build" => build(tree, entry.value, finds),
                "volumes" => {
                    let of_image = |volume: &&Id| tree.text_of(**volume, "type") == Some("image");
                    let sources = tree.items(entry.value).iter().filter(of_image);
                    let sources = sources.filter_map(|volume| tree.get(*volume, "source"));
                    sources.for_each(|source| finds.node(tree, source));
                }
                _ => {}
            }
        }
    }
}

fn build(tree: &Tree, build: Id, finds: &mut Finds) {
    if let Some(inline) = tree.get(build, "dockerfile_inline")
        && let Some(text) = tree.text(inline)
    {
        let at = tree.at(inline);
        let places = match tree.is_literal(inline) {
            true => Places::Own,
            false => Places::OfText,
        };
        if finds.claim(at, text) {
            finds.inside(at, places, |finds| dockerfile::find(text, at, finds));
        }
    }
    let contexts = tree.get(build, "additional_contexts");
    for context in contexts.into_iter().flat_map(|contexts| tree.entries(contexts)) {
        if let Some(image) = tree.text(context.value).and_then(|text| text.strip_prefix(CONTEXT)) {
            finds.image(tree.at(context.value), image);
        }
    }
    for context in contexts.into_iter().flat_map(|contexts| tree.items(contexts)) {
        if let Some((_, image)) = tree.text(*context).and_then(|text| text.split_once(CONTEXT)) {
            let at: At = tree.at(*context);
            finds.image(at, image);
        }
    }
}
