//! What looks like an image and that nobody claimed: a key that is called so with a value that reads like a reference.
//! Nobody may think that it was judged.

use std::collections::BTreeSet;

use super::finds::{Finds, is_templated, without};
use super::tree::{At, Id, Tree};
use super::{helm_values, kubernetes};
use crate::reference::Reference;
use crate::run::SightingKind;

const HINT: &str = "name its path with `--image-path` to have it judged, or leave it out with `--exclude-image`";

/// How much is known of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// its kind names images: what is under `image` is one
    Known,
    /// any document: only what can hardly be anything else
    Unknown,
}

/// How many texts in each other are read: a chart's values in a manifest in a ConfigMap.
const DEPTH: usize = 2;

pub fn find(tree: &Tree, document: Id, certainty: Certainty, finds: &mut Finds) {
    below(tree, document, certainty, DEPTH, finds);
}

fn below(tree: &Tree, document: Id, certainty: Certainty, depth: usize, finds: &mut Finds) {
    for node in tree.below(&[document], |parent, key| kubernetes::is_report(tree, parent, key)) {
        if certainty == Certainty::Known && helm_values::is_image(tree, node) {
            repository(tree, node, finds);
        }
        for entry in tree.entries(node) {
            let (key, value) = (entry.key, entry.value);
            tree.items(value)
                .iter()
                .filter(|_| key == "images")
                .for_each(|item| scalar(tree, "from", *item, certainty, finds));
            if key == "services" {
                services(tree, value, certainty, finds);
            }
            scalar(tree, key, value, certainty, finds);
        }
        // somebody has read the text already
        if finds.is_claimed(tree.at(node)) {
            continue;
        }
        let said = embedded(tree, node, finds);
        if let Some(depth) = depth.checked_sub(1) {
            read(tree, node, (certainty, depth), &said, finds);
        }
    }
}

/// `services: [postgres:16, { name: redis:8 }]`.
fn services(tree: &Tree, list: Id, certainty: Certainty, finds: &mut Finds) {
    for item in tree.items(list) {
        let item = tree.get(*item, "name").unwrap_or(*item);
        scalar(tree, "image", item, certainty, finds);
    }
}

fn scalar(tree: &Tree, key: &str, value: Id, certainty: Certainty, finds: &mut Finds) {
    let (Some(text), at) = (tree.text(value), tree.at(value)) else {
        return;
    };
    if finds.is_claimed(at) || !names_images(key) {
        return;
    }
    if looks_like_image(key, text, certainty) {
        finds.claim(at, text);
        finds.sighting(at, SightingKind::Unclaimed, text, HINT);
    } else if certainty == Certainty::Known && key == "image" && is_templated(text) {
        finds.image(at, text);
    }
}

/// The parts of an image in the values of a chart that a manifest carries.
fn repository(tree: &Tree, node: Id, finds: &mut Finds) {
    if let Some(repository) = tree.get(node, "repository")
        && let text = helm_values::whole(tree, node)
        && finds.claim(tree.at(repository), &text)
    {
        finds.sighting(tree.at(repository), SightingKind::Unclaimed, &text, HINT);
    }
}

fn names_images(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key.ends_with("image") || matches!(key.as_str(), "from" | "uses")
}

pub fn looks_like_image(key: &str, text: &str, certainty: Certainty) -> bool {
    let text = text.trim();
    let named = without("docker://", text).unwrap_or(text);
    let Ok(reference) = named.parse::<Reference>() else {
        return false;
    };
    let host = named
        .split_once('/')
        .is_some_and(|(host, _)| host.contains(['.', ':']) || host == "localhost");
    let exact = named != text || reference.digest().is_some() || host;
    match key.to_ascii_lowercase().as_str() {
        "image" if certainty == Certainty::Known => true,
        // `runs-on` names and file names are no images, a tag makes one
        key if key.ends_with("image") => exact || named.contains(':'),
        _ => exact,
    }
}

/// A text that is a document itself; but what its lines said is said.
fn read(tree: &Tree, node: Id, (certainty, depth): (Certainty, usize), said: &BTreeSet<String>, finds: &mut Finds) {
    let may_be = |text: &&str| text.contains('\n') || text.contains(": ") || text.trim_start().starts_with(['{', '[']);
    let Some(text) = tree.text(node).filter(may_be) else {
        return;
    };
    let inner = Tree::read(text);
    let mut own = finds.nested();
    for document in inner
        .documents
        .iter()
        .filter(|document| inner.is_collection(**document))
    {
        below(&inner, *document, certainty, depth, &mut own);
    }
    if inner.is_exhausted() {
        own.sighting(
            At::default(),
            SightingKind::Unreadable,
            "a text larger than can be looked at",
            HINT,
        );
    }
    for sighting in own.sightings {
        if !said.contains(&sighting.text) {
            finds.sighting(tree.at(node), sighting.kind, &sighting.text, &sighting.hint);
        }
    }
}

/// Lines of a text in the document, such as a manifest in a ConfigMap; the images that they name.
fn embedded(tree: &Tree, node: Id, finds: &mut Finds) -> BTreeSet<String> {
    let mut said = BTreeSet::new();
    let Some(text) = tree.text(node).filter(|text| text.contains('\n')) else {
        return said;
    };
    for (number, line) in text.lines().enumerate() {
        let Some((key, value)) = key_and_value(line) else {
            continue;
        };
        let place = At {
            line: tree
                .at(node)
                .line
                .saturating_add(u32::try_from(number).unwrap_or(u32::MAX)),
            column: 0,
            end: 0,
        };
        if names_images(key) && looks_like_image(key, value, Certainty::Unknown) && !finds.is_claimed(place) {
            finds.claim(place, value);
            finds.sighting(place, SightingKind::Unclaimed, value, HINT);
            said.insert(value.to_owned());
        }
    }
    said
}

/// `- image: "nginx:1.27" # why` is `image` and `nginx:1.27`.
pub fn key_and_value(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start().trim_start_matches("- ").trim_start();
    let (key, value) = line.split_once(':')?;
    let value = value.split(" #").next().unwrap_or_default().trim();
    let quotes = ['"', '\''];
    Some((
        key.trim().trim_matches(quotes),
        value.trim_end_matches(',').trim_matches(quotes),
    ))
}
