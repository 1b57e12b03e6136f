//! Fetches the manifests that the look-ups name and, of those, the layers that may be evidence: what a manifest holds
//! is decided by the manifest, since registries write what they like into the artifact type of a descriptor.

use std::collections::BTreeSet;

use super::{Depth, Store, Walk};
use crate::digest::Digest;
use crate::document::{Part, Shape};
use crate::limits;
use crate::parallel;
use crate::source::{Fetched, over_budget};
use crate::wit::basics::Carrier;
use crate::wit::request::{Lookup, Outcome};

impl Walk<'_> {
    pub(super) fn fetch_candidates(&mut self, lookups: &mut [Lookup]) {
        let candidates = candidates(lookups, self.depth);
        self.fetch_manifests(&candidates);
        for lookup in lookups.iter_mut() {
            refuse_foreign_index(&self.store, lookup);
        }
        self.fetch_layers(&candidates);
    }

    fn fetch_manifests(&mut self, candidates: &[Digest]) {
        let missing: Vec<Digest> = candidates
            .iter()
            .copied()
            .filter(|digest| !self.store.has(*digest))
            .collect();
        let (within, beyond) = missing.split_at(missing.len().min(limits::CANDIDATES));
        let fetch = |digest: &Digest| self.source.manifest(self.reference, *digest);
        let fetched = self.budget.map(within, self.source.parallel(), fetch, Fetched::bytes);
        for (digest, fetched) in within.iter().zip(fetched) {
            match fetched {
                Ok(fetched) => self.store.admit(*digest, fetched),
                Err(failure) => self.store.refuse(*digest, failure),
            }
        }
        for digest in beyond {
            let limit = limits::CANDIDATES;
            let reason = format!(
                "expected at most {limit} manifests that may carry evidence, found {}",
                missing.len()
            );
            self.store.refuse(*digest, over_budget(digest.to_string(), reason));
        }
    }

    fn fetch_layers(&mut self, candidates: &[Digest]) {
        let layers = affordable_layers(&mut self.store, candidates, self.depth);
        let fetch = |layer: &Part| self.source.blob(self.reference, layer.digest, layer.descriptor.size);
        let fetched = parallel::map(&layers, self.source.parallel(), fetch);
        for (layer, fetched) in layers.iter().zip(fetched) {
            match fetched {
                Ok(fetched) => self.store.admit(layer.digest, fetched),
                Err(failure) => self.store.refuse(layer.digest, failure),
            }
        }
    }
}

/// In the order of the look-ups, and by digest in each: the same however a registry orders its answer.
fn candidates(lookups: &[Lookup], depth: Depth) -> Vec<Digest> {
    let mut seen = BTreeSet::new();
    let mut candidates = Vec::new();
    for lookup in lookups {
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
        candidates.extend(wanted.into_iter().filter(|digest| seen.insert(*digest)));
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
fn affordable_layers(store: &mut Store, candidates: &[Digest], depth: Depth) -> Vec<Part> {
    let mut seen = BTreeSet::new();
    let mut left = limits::EVIDENCE_BYTES_PER_IMAGE;
    let mut layers = Vec::new();
    for candidate in candidates {
        let Some(document) = store
            .document(*candidate)
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
                    layers.push(layer);
                }
            }
        }
    }
    layers
}
