//! The images of a call, each once, whoever names it: arguments, a list, files of the repository, the policy.

use std::collections::BTreeMap;
use std::io::Read;

use crate::args::Images;
use crate::files;
use crate::image_list;
use crate::inquiry::usage;
use crate::reference::{Reference, ReferenceError};
use crate::run::{Fault, Mention, Place, Sighting, SightingKind};
use crate::source::in_words_and_hint;
use crate::wit::diagnostics::{Diagnostic, Level};
use crate::wit::requirements::CheckedImage;

/// An image to be judged, and everywhere it is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub reference: Reference,
    pub mentions: Vec<Mention>,
}

/// All of them, and what was found beside them.
#[derive(Debug, Default)]
pub struct AllNamed {
    pub images: Vec<Named>,
    pub files: Vec<String>,
    pub sightings: Vec<Sighting>,
    /// places in `images` by the normalised reference
    known: BTreeMap<String, usize>,
}

impl AllNamed {
    /// What the command line names, in the order: arguments, list, files.
    pub fn of(images: &Images, input: &mut dyn Read) -> Result<Self, Vec<Fault>> {
        let mut all = Self::default();
        let listed = image_list::references(images, input)?;
        let beside = !(images.references.is_empty() && images.files.paths.is_empty());
        if images.file.is_some() && beside && listed.iter().all(|(_, mention)| mention.is_none()) {
            all.sightings
                .push(about_all(SightingKind::Nothing, String::new(), NOTHING_LISTED));
        }
        for (reference, mention) in listed {
            all.add(reference, mention);
        }
        if images.files.paths.is_empty() {
            return Ok(all);
        }
        let found = files::find(&images.files, input).map_err(|error| vec![usage(&error)])?;
        if found.images.is_empty() && !found.sightings.iter().any(|sighting| sighting.kind.leaves_undecided()) {
            all.sightings
                .push(about_all(SightingKind::Nothing, String::new(), NOTHING));
        }
        all.files = found.files;
        all.sightings.extend(found.sightings);
        for (reference, mention) in found.images {
            all.add(reference, Some(mention));
        }
        Ok(all)
    }

    /// What the policy names itself, with its lines.
    pub fn of_policy(file: &str, check: &[CheckedImage]) -> Result<Self, Vec<Fault>> {
        let mut all = Self::default();
        let mut faults = Vec::new();
        for image in check {
            match image.reference.parse() {
                Ok(reference) => all.add(reference, Some(in_policy(file, image))),
                Err(error) => faults.push(Fault::Policy(no_reference(file, image, &error))),
            }
        }
        if faults.is_empty() { Ok(all) } else { Err(faults) }
    }

    /// Two ways to write one reference are one image.
    pub fn add(&mut self, reference: Reference, mention: Option<Mention>) {
        let position = *self.known.entry(reference.to_string()).or_insert(self.images.len());
        if position == self.images.len() {
            self.images.push(Named {
                reference,
                mentions: Vec::new(),
            });
        }
        self.images[position].mentions.extend(mention);
    }

    pub fn references(&self) -> Vec<Reference> {
        self.images.iter().map(|named| named.reference.clone()).collect()
    }

    /// Whoever expects a number wants to know when an image has gone unnoticed.
    pub fn count(&mut self, expected: Option<usize>) {
        let found = self.images.len();
        if let Some(expected) = expected.filter(|expected| *expected != found) {
            let text = format!("expected {expected}, found {found}");
            let hint = "change `--expect-images`, or find out where the difference comes from";
            self.sightings.push(about_all(SightingKind::Miscounted, text, hint));
        }
    }
}

fn in_policy(file: &str, image: &CheckedImage) -> Mention {
    let width = u32::try_from(image.reference.chars().count()).unwrap_or(u32::MAX);
    Mention {
        place: Place {
            file: file.to_owned(),
            line: image.line,
            column: image.column,
            end_column: image.column.saturating_add(width),
        },
        text: image.reference.clone(),
    }
}

fn no_reference(file: &str, image: &CheckedImage, error: &ReferenceError) -> Diagnostic {
    let (message, hint) = in_words_and_hint(error);
    Diagnostic {
        level: Level::Error,
        file: file.to_owned(),
        line: image.line,
        column: image.column,
        message,
        hint,
    }
}

const NOTHING_LISTED: &str = "the list of images names none; leave it out, or see why it is empty";
const NOTHING: &str = "manifests, Compose files, Dockerfiles and pipelines are read; `--image-path` names other places";

fn about_all(kind: SightingKind, text: String, hint: &str) -> Sighting {
    Sighting {
        place: Place::default(),
        kind,
        text,
        hint: hint.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_image_in_ten_spellings_and_places_is_one() {
        let mut all = AllNamed::default();
        let mention = |line| Mention {
            place: Place {
                line,
                ..Place::default()
            },
            text: String::new(),
        };
        for (line, written) in (1..).zip([
            "alpine",
            "docker.io/alpine:latest",
            "index.docker.io/library/alpine",
            "alpine:3",
        ]) {
            all.add(written.parse().unwrap(), Some(mention(line)));
        }
        let lines = |named: &Named| {
            named
                .mentions
                .iter()
                .map(|mention| mention.place.line)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            all.images.iter().map(lines).collect::<Vec<_>>(),
            [vec![1, 2, 3], vec![4]]
        );
    }

    #[test]
    fn another_number_than_expected_undecided() {
        for (expected, sightings) in [(None, 0), (Some(1), 0), (Some(0), 1), (Some(2), 1)] {
            let mut all = AllNamed::default();
            all.add("alpine".parse().unwrap(), None);
            all.count(expected);
            assert_eq!(all.sightings.len(), sightings, "{expected:?}");
            assert!(all.sightings.iter().all(|sighting| sighting.kind.leaves_undecided()));
        }
    }
}
