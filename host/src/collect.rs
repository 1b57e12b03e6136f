//! From an image reference to what `evaluate` needs to see of it: the image, what was looked up, and the bytes that
//! were found.
//!
//! Nothing is left out in silence: what could not be looked at is in `lookups` as `failed` or in `unreadable`.
//! After the tag has been resolved everything is asked for by digest, and every byte string is hashed here too.
//!
//! ```no_run
//! use portcullis::auth::Environment;
//! use portcullis::collect::{Depth, collect};
//! use portcullis::reference::Reference;
//! use portcullis::registry::{Registry, Settings};
//! use portcullis::wit::basics::Carrier;
//! use portcullis::wit::requirements::ImageRequirements;
//!
//! let reference: Reference = "ghcr.io/acme/api:v1".parse()?;
//! let registry = Registry::new(Settings::new(Environment::from_process()));
//! let carriers = vec![Carrier::Referrer, Carrier::ReferrersTag, Carrier::SignatureTag];
//! let requirements = ImageRequirements {
//!     name: reference.name(),
//!     origin: None,
//!     evidence: Vec::new(),
//!     rules: Vec::new(),
//!     carriers,
//!     children: false,
//! };
//! let collected = collect(&registry, &reference, &requirements, Depth::Signed);
//! println!("{:?}, {} blobs", collected.image.resolved, collected.blobs.len());
//! # Ok::<(), portcullis::reference::ReferenceError>(())
//! ```

mod base;
mod budget;
mod candidates;
mod depth;
mod places;
mod store;
#[cfg(test)]
mod tests;

use crate::digest::Digest;
use crate::document::{Document, Part, Shape};
use crate::limits;
use crate::reference::Reference;
use crate::source::{DerivedTag, Fetched, Found, Source, could_not_look, over_budget};
use crate::wit::basics::{Carrier, Failure};
use crate::wit::request::{Blob, Descriptor, Image, Lookup, Outcome, Unreadable};
use crate::wit::requirements::ImageRequirements;
pub use base::{Beside, collect_base};
use budget::Budget;
pub use depth::Depth;
use places::{Place, Places};
use store::Store;

/// The part of a request that comes from a registry or layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collected {
    pub image: Image,
    /// by digest
    pub blobs: Vec<Blob>,
    /// by subject (the image, then its platforms as the index lists them) and carrier
    pub lookups: Vec<Lookup>,
    /// by digest
    pub unreadable: Vec<Unreadable>,
    /// every host that was spoken to
    pub contacted: Vec<String>,
}

/// The order in which carriers are asked and reported.
const CARRIERS: [Carrier; 5] = [
    Carrier::Referrer,
    Carrier::ReferrersTag,
    Carrier::SignatureTag,
    Carrier::AttestationTag,
    Carrier::SbomTag,
];

/// What a listed descriptor is counted as: its digest, two media types and their places in memory.
const LISTED_BYTES: usize = 256;

pub fn collect(
    source: &dyn Source,
    reference: &Reference,
    requirements: &ImageRequirements,
    depth: Depth,
) -> Collected {
    let mut walk = Walk {
        source,
        places: Places::new(reference, &requirements.evidence),
        depth,
        store: Store::default(),
        budget: Budget::default(),
    };
    let resolved = source.image(reference).map(|fetched| walk.admit_image(fetched));
    let lookups = match &resolved {
        Ok(image) => {
            let subjects = walk.subjects(*image, requirements);
            let mut lookups = walk.look_up(&subjects, &requirements.carriers);
            if requirements.carriers.contains(&Carrier::Index) {
                lookups.extend(walk.attached_in_indexes(&subjects));
            }
            walk.fetch_candidates(&mut lookups);
            lookups.into_iter().map(|one| one.lookup).collect()
        }
        Err(_) => Vec::new(),
    };
    let contacted = walk.places.contacted(source);
    let (blobs, unreadable) = walk.store.into_parts();
    Collected {
        image: Image {
            reference: reference.written().to_owned(),
            name: reference.name(),
            tag: reference.tag().map(str::to_owned),
            resolved: resolved.map(|digest| digest.to_string()),
        },
        blobs,
        lookups,
        unreadable,
        contacted,
    }
}

/// The way through one image, and what was picked up on it.
struct Walk<'a> {
    source: &'a dyn Source,
    places: Places<'a>,
    depth: Depth,
    store: Store,
    budget: Budget,
}

enum Answer {
    Listed(Vec<Descriptor>),
    Tagged(Fetched),
    Absent(String),
    Hidden(String),
}

/// A look-up, and where.
struct Looked {
    place: Place,
    lookup: Lookup,
}

impl Answer {
    /// Whoever read the image was let in, and what is hidden there is not there. Elsewhere nobody knows.
    fn in_place(self, place: Place, reference: &Reference) -> Result<Self, Failure> {
        match self {
            Self::Hidden(answer) if place == Place::OWN => Ok(Self::Absent(answer)),
            Self::Hidden(answer) => Err(could_not_look(reference.name(), answer)),
            answer => Ok(answer),
        }
    }
}

impl Walk<'_> {
    /// The digest that the image goes by from here on: the reference's, else the source's word, else the body's.
    fn admit_image(&mut self, fetched: Fetched) -> Digest {
        let named = self.places.own().digest().or(fetched.claimed);
        let digest = named.unwrap_or_else(|| Digest::of(&fetched.content));
        self.store.admit_image(digest, fetched);
        digest
    }

    /// The image, and its platforms where the rules ask for them.
    fn subjects(&mut self, image: Digest, requirements: &ImageRequirements) -> Vec<Digest> {
        let mut subjects = vec![image];
        let mut level = vec![image];
        for _ in 0..if requirements.children { limits::NESTING } else { 0 } {
            let children = self.children(&level, &mut subjects);
            let fetch = |child: &Part| self.source.manifest(self.places.own(), child.digest);
            let fetched = self
                .budget
                .map(&children, self.source.parallel(), fetch, Fetched::bytes);
            for (child, fetched) in children.iter().zip(fetched) {
                match fetched {
                    Ok(fetched) => self
                        .store
                        .admit_child(child.digest, fetched, &child.descriptor.media_type),
                    Err(failure) => self.store.refuse(child.digest, failure),
                }
            }
            level = children.into_iter().map(|child| child.digest).collect();
        }
        subjects
    }

    /// What the indexes of one level name for the first time.
    fn children(&mut self, indexes: &[Digest], subjects: &mut Vec<Digest>) -> Vec<Part> {
        let documents = indexes.iter().filter_map(|index| self.store.document(*index));
        let named = documents
            .filter(|document| document.shape == Shape::Index)
            .flat_map(|document| {
                let runnable = |part: &&Part| !part.is_buildkit_attestation(&document.parts);
                document.parts.iter().filter(runnable).cloned().collect::<Vec<_>>()
            });
        let mut children = Vec::new();
        for child in named.collect::<Vec<_>>() {
            if subjects.contains(&child.digest) {
                continue;
            }
            if subjects.len() > limits::CHILDREN {
                let reason = format!("expected at most {} platforms, found more", limits::CHILDREN);
                self.store
                    .refuse(child.digest, over_budget(child.digest.to_string(), reason));
                continue;
            }
            subjects.push(child.digest);
            children.push(child);
        }
        children
    }

    /// What BuildKit attached to the platforms: it lies in the index itself, and nobody has to be asked for it.
    fn attached_in_indexes(&self, subjects: &[Digest]) -> Vec<Looked> {
        let mut attached: Vec<(Digest, Vec<Descriptor>)> = Vec::new();
        let documents = subjects.iter().filter_map(|subject| self.store.document(*subject));
        for index in documents.filter(|document| document.shape == Shape::Index) {
            for part in index
                .parts
                .iter()
                .filter(|part| part.is_buildkit_attestation(&index.parts))
            {
                let Some(about) = part.attested().filter(|about| subjects.contains(about)) else {
                    continue;
                };
                match attached.iter_mut().find(|(known, _)| *known == about) {
                    Some((_, descriptors)) => descriptors.push(part.descriptor.clone()),
                    None => attached.push((about, vec![part.descriptor.clone()])),
                }
            }
        }
        let lookup = |(subject, descriptors): (Digest, Vec<Descriptor>)| Looked {
            place: Place::OWN,
            lookup: Lookup {
                subject: subject.to_string(),
                carrier: Carrier::Index,
                outcome: Outcome::Found(descriptors),
            },
        };
        attached.into_iter().map(lookup).collect()
    }

    /// In the image's own repository first, then in the others.
    fn look_up(&mut self, subjects: &[Digest], wanted: &[Carrier]) -> Vec<Looked> {
        let carriers: Vec<Carrier> = CARRIERS
            .into_iter()
            .filter(|carrier| wanted.contains(carrier))
            .collect();
        let of_subject = |subject: &Digest| carriers.iter().map(|carrier| (*subject, *carrier)).collect::<Vec<_>>();
        let asked: Vec<(Digest, Carrier)> = subjects.iter().flat_map(of_subject).collect();
        let in_place = |place: Place| asked.iter().map(move |(subject, carrier)| (place, *subject, *carrier));
        let questions: Vec<(Place, Digest, Carrier)> = self.places.all().flat_map(in_place).collect();
        let question = |(place, subject, carrier): &(Place, Digest, Carrier)| {
            let reference = self.places.reference(*place)?;
            let found = ask(self.source, reference, *subject, *carrier)?;
            found.in_place(*place, reference)
        };
        let bytes = |answer: &Answer| match answer {
            Answer::Tagged(fetched) => fetched.bytes(),
            Answer::Listed(descriptors) => descriptors.len() * LISTED_BYTES,
            Answer::Absent(_) | Answer::Hidden(_) => 0,
        };
        let answers = self.budget.map(&questions, self.source.parallel(), question, bytes);
        let lookup = |((place, subject, carrier), answer): ((Place, Digest, Carrier), _)| Looked {
            place,
            lookup: Lookup {
                subject: subject.to_string(),
                carrier,
                outcome: outcome(&mut self.store, subject, carrier, answer),
            },
        };
        questions.into_iter().zip(answers).map(lookup).collect()
    }
}

fn ask(source: &dyn Source, reference: &Reference, subject: Digest, carrier: Carrier) -> Result<Answer, Failure> {
    match DerivedTag::carried_by(carrier) {
        Some(tag) => source.derived(reference, subject, tag).map(|found| match found {
            Found::Here(fetched) => Answer::Tagged(fetched),
            Found::Absent(answer) => Answer::Absent(answer),
            Found::Hidden(answer) => Answer::Hidden(answer),
        }),
        None => source.referrers(reference, subject).map(|found| match found {
            Found::Here(descriptors) => Answer::Listed(descriptors),
            Found::Absent(answer) => Answer::Absent(answer),
            Found::Hidden(answer) => Answer::Hidden(answer),
        }),
    }
}

fn outcome(store: &mut Store, subject: Digest, carrier: Carrier, answer: Result<Answer, Failure>) -> Outcome {
    match answer {
        Ok(Answer::Listed(descriptors)) => Outcome::Found(descriptors),
        Ok(Answer::Absent(answer) | Answer::Hidden(answer)) => Outcome::Absent(answer),
        Ok(Answer::Tagged(fetched)) if carrier == Carrier::ReferrersTag => fallback_index(subject, &fetched),
        Ok(Answer::Tagged(fetched)) => tagged_manifest(store, fetched),
        Err(failure) => Outcome::Failed(failure),
    }
}

/// Distribution specification, "Unavailable Referrers API": the tag holds an index of the referrers. Registries answer
/// other things under it: GitLab the subject itself, so that the children of an index would appear as its referrers.
fn fallback_index(subject: Digest, fetched: &Fetched) -> Outcome {
    if let Some(failure) = store::contradiction(fetched) {
        return Outcome::Failed(failure);
    }
    if Digest::of(&fetched.content) == subject {
        return Outcome::Absent("the registry answers with the image itself".to_owned());
    }
    match Document::parse(&fetched.content, fetched.media_type.as_deref()) {
        Ok(document) if document.shape == Shape::Manifest => {
            Outcome::Absent("the tag names a manifest, not an index of referrers".to_owned())
        }
        Ok(document) if document.parts.iter().any(|part| part.has_platform()) => {
            Outcome::Absent("the tag names an index of platforms, not of referrers".to_owned())
        }
        Ok(document) if document.parts.len() > limits::LISTED => Outcome::Failed(over_budget(
            &fetched.place,
            format!(
                "expected at most {} referrers, found {}",
                limits::LISTED,
                document.parts.len()
            ),
        )),
        Ok(document) => Outcome::Found(document.parts.into_iter().map(|part| part.descriptor).collect()),
        Err(refusal) => Outcome::Failed(could_not_look(&fetched.place, refusal)),
    }
}

/// What a `.sig`, `.att` or `.sbom` tag names is found, and its bytes are at hand already.
fn tagged_manifest(store: &mut Store, fetched: Fetched) -> Outcome {
    if let Some(failure) = store::contradiction(&fetched) {
        return Outcome::Failed(failure);
    }
    let digest = Digest::of(&fetched.content);
    let document = Document::parse(&fetched.content, None).ok();
    let media_type = document
        .as_ref()
        .map(|document| document.media_type.clone())
        .or_else(|| fetched.media_type.clone())
        .unwrap_or_default();
    let size = u64::try_from(fetched.content.len()).unwrap_or(u64::MAX);
    store.admit(digest, fetched);
    Outcome::Found(vec![Descriptor {
        media_type,
        digest: digest.to_string(),
        size,
        artifact_type: document.and_then(|document| document.artifact_type),
    }])
}
