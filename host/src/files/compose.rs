//! Compose files. <https://github.com/compose-spec/compose-spec/blob/main/05-services.md>

use super::dockerfile;
use super::finds::{Finds, Places, without};
use super::tree::{At, Id, Tree};
use super::unclaimed::{Certainty, looks_like_image};
use crate::reference::Reference;
use crate::run::SightingKind;

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
    included(tree, document, finds);
    let services = tree.get(document, "services");
    for service in services.into_iter().flat_map(|services| tree.entries(services)) {
        for entry in tree.entries(service.value) {
            match entry.key {
                // with `build` too: it is pulled where the registry has it
                "image" => finds.node(tree, entry.value),
                "build" => {
                    context(tree, tree.get(entry.value, "context").unwrap_or(entry.value), finds);
                    build(tree, entry.value, finds);
                }
                "extends" => {
                    let file = tree.get(entry.value, "file");
                    file.into_iter().for_each(|file| elsewhere(tree, file, finds));
                }
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

/// `include`: paths, URLs, or mappings with `path`, one or several.
fn included(tree: &Tree, document: Id, finds: &mut Finds) {
    for item in tree
        .get(document, "include")
        .iter()
        .flat_map(|include| tree.items(*include))
    {
        let path = tree.get(*item, "path").unwrap_or(*item);
        match tree.items(path) {
            [] => elsewhere(tree, path, finds),
            paths => paths.iter().for_each(|path| elsewhere(tree, *path, finds)),
        }
    }
}

/// A context that is fetched brings a Dockerfile of its own.
fn context(tree: &Tree, context: Id, finds: &mut Finds) {
    let remote = |text: &&str| text.contains("://") || text.starts_with("git@") || text.starts_with("github.com/");
    if tree.text(context).filter(remote).is_some() {
        elsewhere(tree, context, finds);
    }
}

/// What another file brings, here or elsewhere, is not in this one.
fn elsewhere(tree: &Tree, node: Id, finds: &mut Finds) {
    let (at, text) = (tree.at(node), tree.text(node).unwrap_or_default());
    if finds.claim(at, text) {
        let hint = "it may bring further images: pass `docker compose config` with `--files -`";
        finds.sighting(at, SightingKind::Unresolved, text, hint);
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
    if let Some(arguments) = tree.get(build, "args") {
        self::arguments(tree, arguments, finds);
    }
    let contexts = tree.get(build, "additional_contexts");
    for context in contexts.into_iter().flat_map(|contexts| tree.entries(contexts)) {
        if let Some(image) = tree.text(context.value).and_then(|text| without(CONTEXT, text)) {
            finds.image(tree.at(context.value), image);
        }
    }
    for context in contexts.into_iter().flat_map(|contexts| tree.items(contexts)) {
        let value = tree.text(*context).and_then(|text| text.split_once('='));
        if let Some(image) = value.and_then(|(_, value)| without(CONTEXT, value)) {
            let at: At = tree.at(*context);
            finds.image(at, image);
        }
    }
}

/// They take the place of the defaults of `ARG`, from which a Dockerfile's images are made.
fn arguments(tree: &Tree, arguments: Id, finds: &mut Finds) {
    let mapped = tree
        .entries(arguments)
        .into_iter()
        .map(|entry| (entry.key, entry.value));
    for (key, value) in mapped {
        if let Some(text) = tree.text(value) {
            argument(key, text, tree.at(value), finds);
        }
    }
    for item in tree.items(arguments) {
        if let Some((key, text)) = tree.text(*item).and_then(|text| text.split_once('=')) {
            argument(key, text, tree.at(*item), finds);
        }
    }
}

fn argument(key: &str, text: &str, at: At, finds: &mut Finds) {
    let key = key.to_ascii_lowercase();
    let is_named = key.ends_with("image") || key.ends_with("base") || key.ends_with("from");
    let is_image =
        is_named && text.parse::<Reference>().is_ok() || looks_like_image("argument", text, Certainty::Unknown);
    if is_image && finds.claim(at, text) {
        let hint = "it takes the place of a default of `ARG`, and may be an image: leave it out with `--exclude-image` if \
                    it is none, or pass what is built";
        finds.sighting(at, SightingKind::Unclaimed, text, hint);
    }
}
