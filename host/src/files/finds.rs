//! What one file holds: images with their places, and what cannot be judged as one.

use std::collections::BTreeSet;

use super::tree::{At, Id, Tree};
use crate::reference::Reference;
use crate::run::{Mention, Place, Sighting, SightingKind};

/// Collects what the readers of one file find.
#[derive(Debug)]
pub struct Finds<'f> {
    file: &'f str,
    pub images: Vec<(Reference, Mention)>,
    pub sightings: Vec<Sighting>,
    claimed: BTreeSet<(u32, u32)>,
}

impl<'f> Finds<'f> {
    pub fn new(file: &'f str) -> Self {
        Self {
            file,
            images: Vec::new(),
            sightings: Vec::new(),
            claimed: BTreeSet::new(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.images.is_empty() && self.sightings.is_empty()
    }

    /// The scalar `id` names an image.
    pub fn node(&mut self, tree: &Tree, id: Id) {
        if let Some(text) = tree.text(id) {
            self.image(tree.at(id), text);
        }
    }

    /// The place names the image `text`. Once is enough where aliases mean it many times.
    pub fn image(&mut self, at: At, text: &str) {
        let text = text.trim();
        if !self.claim(at) || text.is_empty() {
            return;
        }
        if is_templated(text) {
            return self.sighting(at, SightingKind::Unresolved, text, RENDER);
        }
        match text.parse::<Reference>() {
            Ok(reference) => {
                let mention = Mention {
                    place: self.place(at),
                    text: text.to_owned(),
                };
                self.images.push((reference, mention));
            }
            Err(error) => {
                let words = crate::source::in_words(&error);
                self.sighting(at, SightingKind::Invalid, text, &words);
            }
        }
    }

    /// Nobody else need say anything about this place; whether nobody had before.
    pub fn claim(&mut self, at: At) -> bool {
        self.claimed.insert((at.line, at.column))
    }

    pub fn is_claimed(&self, at: At) -> bool {
        self.claimed.contains(&(at.line, at.column))
    }

    pub fn sighting(&mut self, at: At, kind: SightingKind, text: &str, hint: &str) {
        self.sightings.push(Sighting {
            place: self.place(at),
            kind,
            text: text.to_owned(),
            hint: hint.to_owned(),
        });
    }

    fn place(&self, at: At) -> Place {
        Place {
            file: self.file.to_owned(),
            line: at.line,
            column: at.column,
            end_column: at.end,
        }
    }
}

const RENDER: &str = "render it first (`helm template`, `kustomize build`, `docker compose config`) and pass that with \
                      `--files -`, or leave it out with `--exclude-image`";

/// Something else puts a value in here: no reference has any of these.
pub fn is_templated(text: &str) -> bool {
    text.contains('$') || text.contains("{{") || text.contains("{%") || text.contains("<%")
}

/// `[registry/]repository[:tag][@digest]`; the digest with its algorithm.
pub fn compose(registry: &str, repository: &str, tag: &str, digest: &str) -> String {
    let mut text = String::new();
    if !registry.is_empty() {
        text.push_str(registry);
        text.push('/');
    }
    text.push_str(repository);
    if !tag.is_empty() {
        text.push(':');
        text.push_str(tag);
    }
    if !digest.is_empty() {
        text.push('@');
        text.push_str(digest);
    }
    text
}
