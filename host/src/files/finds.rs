//! What one file holds: images with their places, and what cannot be judged as one.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::{At, Id, Tree};
use crate::limits;
use crate::reference::Reference;
use crate::run::{Mention, Place, Sighting, SightingKind};

/// Collects what the readers of one file find.
#[derive(Debug)]
pub struct Finds<'f> {
    file: &'f str,
    pub images: Vec<(Reference, Mention)>,
    pub sightings: Vec<Sighting>,
    /// places, and what was said of each: by aliases and merge keys one place is a part of several images
    claimed: BTreeMap<(u32, u32), BTreeSet<String>>,
    is_full: bool,
}

/// Where what was found inside of a text is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Places {
    /// its lines are lines of the file
    Own,
    /// where the text begins
    OfText,
}

impl<'f> Finds<'f> {
    pub fn new(file: &'f str) -> Self {
        Self {
            file,
            images: Vec::new(),
            sightings: Vec::new(),
            claimed: BTreeMap::new(),
            is_full: false,
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
        if !self.claim(at, text) || text.is_empty() {
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
                if self.has_room() {
                    self.images.push((reference, mention));
                }
            }
            Err(error) => {
                let words = crate::source::in_words(&error);
                self.sighting(at, SightingKind::Invalid, text, &words);
            }
        }
    }

    /// This place means `text`; whether nobody had said just that before.
    pub fn claim(&mut self, at: At, text: &str) -> bool {
        let texts = self.claimed.entry((at.line, at.column)).or_default();
        texts.insert(text.to_owned())
    }

    /// Somebody has said something about this place.
    pub fn is_claimed(&self, at: At) -> bool {
        self.claimed.contains_key(&(at.line, at.column))
    }

    /// For what stands in a text of this file.
    pub fn nested(&self) -> Self {
        Self::new(self.file)
    }

    /// What `read` finds in a text of its own that stands at `at`; its places are no claims on those around it.
    pub fn inside(&mut self, at: At, places: Places, read: impl FnOnce(&mut Self)) {
        let mut inner = self.nested();
        read(&mut inner);
        let own = self.place(at);
        let placed = |place: Place| match places {
            Places::Own => place,
            Places::OfText => own.clone(),
        };
        for (reference, mention) in inner.images {
            if self.has_room() {
                let place = placed(mention.place);
                self.images.push((reference, Mention { place, ..mention }));
            }
        }
        for sighting in inner.sightings {
            if self.has_room() {
                let place = placed(sighting.place);
                self.sightings.push(Sighting { place, ..sighting });
            }
        }
    }

    /// Where there is more than anybody reads, the rest is one sighting.
    fn has_room(&mut self) -> bool {
        let most = limits::FOUND_IN_FILES;
        if self.images.len() + self.sightings.len() < most {
            return true;
        }
        if !self.is_full {
            self.is_full = true;
            self.sightings.push(Sighting {
                place: self.place(At::default()),
                kind: SightingKind::Unreadable,
                text: format!("expected at most {most} places that name images, found more"),
                hint: String::new(),
            });
        }
        false
    }

    pub fn sighting(&mut self, at: At, kind: SightingKind, text: &str, hint: &str) {
        if !self.has_room() {
            return;
        }
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

/// The rest behind `scheme`, in any case.
pub fn without<'t>(scheme: &str, text: &'t str) -> Option<&'t str> {
    let (start, rest) = text.trim_start().split_at_checked(scheme.len())?;
    start.eq_ignore_ascii_case(scheme).then_some(rest)
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
