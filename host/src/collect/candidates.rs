//! Fetches the manifests that the look-ups name and, of those, the layers that may be evidence: what a manifest holds
//! is decided by the manifest, since registries write what they like into the artifact type of a descriptor.

use std::collections::{BTreeMap, BTreeSet};

use super::{Depth, Looked, Place, Places, Store, Walk, store};
use crate::digest::Digest;
use crate::document::{Part, Shape};
use crate::limits;
use crate::parallel;
use crate::reference::Reference;
use crate::source::{Fetched, could_not_look, over_budget};
use crate::wit::basics::{Carrier, Failure};
use crate::wit::request::{Lookup, Outcome};

/// A manifest that may carry evidence, and where it was listed.
struct Candidate {
    digest: Digest,
    places: Vec<Place>,
}

/// A layer that may be evidence, and where its manifest was listed.
struct Layer {
    part: Part,
    places: Vec<Place>,
}

impl Walk<'_> {
    pub(super) fn fetch_candidates(&mut self, lookups: &mut [Looked]) {
        let candidates = candidates(lookups, self.depth);
        self.fetch_manifests(&candidates);
        for lookup in lookups.iter_mut() {
            refuse_foreign_index(&self.store, &mut lookup.lookup);
        }
        self.fetch_layers(&candidates);
    }

    fn fetch_manifests(&mut self, candidates: &[Candidate]) {
        let missing: Vec<&Candidate> = candidates
            .iter()
            .filter(|candidate| !self.store.has(candidate.digest))
            .collect();
        let (within, beyond) = missing.split_at(missing.len().min(self.source.candidates()));
        let fetch = |candidate: &&Candidate| {
            first_of(&self.places, &candidate.places, candidate.digest, |reference| {
                self.source.manifest(reference, candidate.digest)
            })
        };
        let fetched = self.budget.map(within, self.source.parallel(), fetch, Fetched::bytes);
        for (candidate, fetched) in within.iter().zip(fetched) {
            match fetched {
                Ok(fetched) => self.store.admit(candidate.digest, fetched),
                Err(failure) => self.store.refuse(candidate.digest, failure),
            }
        }
        for Candidate { digest, .. } in beyond {
            let limit = self.source.candidates();
            let reason = format!(
                "expected at most {limit} manifests that may carry evidence, found {}",
                missing.len()
            );
            self.store.refuse(*digest, over_budget(digest.to_string(), reason));
        }
    }

    fn fetch_layers(&mut self, candidates: &[Candidate]) {
        let layers = affordable_layers(&mut self.store, candidates, self.depth);
        let fetch = |layer: &Layer| {
            first_of(&self.places, &layer.places, layer.part.digest, |reference| {
                self.source
                    .blob(reference, layer.part.digest, layer.part.descriptor.size)
            })
        };
        let fetched = parallel::map(&layers, self.source.parallel(), fetch);
        for (layer, fetched) in layers.iter().zip(fetched) {
            match fetched {
                Ok(fetched) => self.store.admit(layer.part.digest, fetched),
                Err(failure) => self.store.refuse(layer.part.digest, failure),
            }
        }
    }
}

/// From the first place that has the bytes; what the first one of all said where none has them.
fn first_of(
    all: &Places,
    places: &[Place],
    digest: Digest,
    fetch: impl Fn(&Reference) -> Result<Fetched, Failure>,
) -> Result<Fetched, Failure> {
    let mut first = None;
    for place in places {
        let fetched = all.reference(*place).and_then(&fetch);
        match fetched.and_then(|fetched| store::matching(digest, fetched)) {
            Ok(fetched) => return Ok(fetched),
            Err(failure) => first = first.or(Some(failure)),
        }
    }
    Err(first.unwrap_or_else(|| could_not_look(digest.to_string(), "it was listed nowhere")))
}

/// In the order of the look-ups, and by digest in each: the same however a registry orders its answer.
fn candidates(lookups: &[Looked], depth: Depth) -> Vec<Candidate> {
    let mut seen: BTreeMap<Digest, usize> = BTreeMap::new();
    let mut candidates: Vec<Candidate> = Vec::new();
    for Looked { place, lookup } in lookups {
        let Outcome::Found(descriptors) = &lookup.outcome else {
            continue;
        };
        let wanted: BTreeSet<Digest> = descriptors
            .iter()
            .filter(|descriptor| {
                lookup.carrier != Carrier::Referrer || depth.wants_manifest(descriptor.artifact_type.as_deref())
            })
            .filter_map(|descriptor| descriptor.digest.parse().ok())
            .collect();
        for digest in wanted {
            let number = *seen.entry(digest).or_insert(candidates.len());
            match candidates.get_mut(number) {
                Some(known) if known.places.contains(place) => {}
                Some(known) => known.places.push(*place),
                None => candidates.push(Candidate {
                    digest,
                    places: vec![*place],
                }),
            }
        }
    }
    candidates
}

/// Distribution specification: a referrer has a `subject`. Where all manifests of a fallback index could be read and
/// none has one, it is somebody's index that happens to have this tag.
fn refuse_foreign_index(store: &Store, lookup: &mut Lookup) {
    let Outcome::Found(descriptors) = &lookup.outcome else {
        return;
    };
    if lookup.carrier != Carrier::ReferrersTag || descriptors.is_empty() {
        return;
    }
    let foreign = descriptors.iter().all(|descriptor| {
        let document = descriptor.digest.parse().ok().and_then(|digest| store.document(digest));
        document.is_some_and(|document| document.subject.is_none())
    });
    if foreign {
        lookup.outcome = Outcome::Absent(
            "no manifest in the index under this tag has a subject: it is no index of referrers".to_owned(),
        );
    }
}

/// The budgets are spent by the sizes that the manifests state, in the order of the candidates, before anything is
/// fetched.
fn affordable_layers(store: &mut Store, candidates: &[Candidate], depth: Depth) -> Vec<Layer> {
    let mut seen = BTreeSet::new();
    let mut left = limits::EVIDENCE_BYTES_PER_IMAGE;
    let mut layers = Vec::new();
    for candidate in candidates {
        let Some(document) = store
            .document(candidate.digest)
            .filter(|document| document.shape == Shape::Manifest)
        else {
            continue;
        };
        let wanted = depth.layers(document).into_iter();
        for layer in wanted.filter(|layer| !store.has(layer.digest)).collect::<Vec<_>>() {
            if !seen.insert(layer.digest) {
                continue;
            }
            if let Some(content) = layer.embedded() {
                store.admit_embedded(layer.digest, content);
                continue;
            }
            let size = layer.descriptor.size;
            let excess = if size > limits::EVIDENCE_BYTES {
                Some(format!(
                    "expected at most {} bytes of evidence in one piece, found {size}",
                    limits::EVIDENCE_BYTES
                ))
            } else if size > left {
                Some(format!(
                    "expected at most {} bytes of evidence about one image",
                    limits::EVIDENCE_BYTES_PER_IMAGE
                ))
            } else if layers.len() >= limits::PIECES {
                Some(format!(
                    "expected at most {} pieces of evidence about one image",
                    limits::PIECES
                ))
            } else {
                None
            };
            match excess {
                Some(reason) => store.refuse(layer.digest, over_budget(layer.digest.to_string(), reason)),
                None => {
                    left -= size;
                    layers.push(Layer {
                        part: layer,
                        places: candidate.places.clone(),
                    });
                }
            }
        }
    }
    layers
}
