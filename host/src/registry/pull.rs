//! What `collect` asks of a registry, each as one GET: ["Pulling manifests", "Pulling blobs", "Listing
//! Referrers"](https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pull).

use std::num::NonZeroUsize;
use std::sync::PoisonError;

use ureq::http::header;

use super::answers::Call;
use super::transport::Answer;
use super::{Place, Registry, referrers};
use crate::digest::Digest;
use crate::document::Document;
use crate::limits;
use crate::media_type;
use crate::reference::Reference;
use crate::source::{DerivedTag, Fetched, Found, Source, could_not_look, in_words, over_budget};
use crate::wit::basics::Failure;
use crate::wit::request::Descriptor;

impl Source for Registry {
    fn image(&self, reference: &Reference) -> Result<Fetched, Failure> {
        let name = reference
            .digest()
            .map(|digest| digest.to_string())
            .or_else(|| reference.tag().map(str::to_owned))
            .unwrap_or_default();
        let place = self.place(
            reference,
            Call::Image,
            &format!("manifests/{name}"),
            limits::MANIFEST_BYTES,
        )?;
        Ok(fetched(&place, self.content(&place)?))
    }

    fn manifest(&self, reference: &Reference, digest: Digest) -> Result<Fetched, Failure> {
        if let Some(kept) = self.kept_manifest(digest) {
            return Ok(kept);
        }
        let place = self.place(
            reference,
            Call::Manifest,
            &format!("manifests/{digest}"),
            limits::MANIFEST_BYTES,
        )?;
        let manifest = fetched(&place, self.content(&place)?);
        // The Content-Type is the registry's word, and is not kept: what is said again later is what the body says.
        let says = Document::parse(&manifest.content, None)
            .ok()
            .map(|document| document.media_type);
        let told = manifest.media_type.as_deref().map(media_type::essence);
        if says.is_some() && says == told {
            self.keep(digest, &manifest);
        }
        Ok(manifest)
    }

    fn blob(&self, reference: &Reference, digest: Digest, size: u64) -> Result<Fetched, Failure> {
        if let Some(content) = self.kept(digest, size) {
            return Ok(of_cache(content, None));
        }
        let place = self.place(reference, Call::Blob, &format!("blobs/{digest}"), size)?;
        let blob = fetched(&place, self.content(&place)?);
        self.keep(digest, &blob);
        Ok(blob)
    }

    fn derived(&self, reference: &Reference, subject: Digest, tag: DerivedTag) -> Result<Found<Fetched>, Failure> {
        let place = self.place(
            reference,
            Call::DerivedTag,
            &format!("manifests/{}", tag.of(subject)),
            limits::MANIFEST_BYTES,
        )?;
        Ok(match self.get(&place)? {
            Found::Here(answer) => Found::Here(fetched(&place, answer)),
            Found::Absent(answer) => Found::Absent(answer),
            Found::Hidden(answer) => Found::Hidden(answer),
        })
    }

    fn referrers(&self, reference: &Reference, subject: Digest) -> Result<Found<Vec<Descriptor>>, Failure> {
        let mut place = self.place(
            reference,
            Call::Referrers,
            &format!("referrers/{subject}"),
            limits::MANIFEST_BYTES,
        )?;
        let (mut listed, mut before) = (Vec::new(), Vec::new());
        loop {
            let here = format!("GET {}", place.url);
            let answer = match self.get(&place)? {
                Found::Here(answer) => answer,
                // A first page that is not there is an answer; a later one is a hole.
                Found::Absent(answer) if before.is_empty() => return Ok(Found::Absent(answer)),
                Found::Absent(answer) | Found::Hidden(answer) => return Err(could_not_look(here, answer)),
            };
            if before.is_empty() && !referrers::is_index(&answer) {
                return Ok(Found::Absent("200 OK, but no index: not supported".to_owned()));
            }
            listed.extend(referrers::descriptors(&answer).map_err(|error| could_not_look(&here, in_words(&error)))?);
            if before.len() >= limits::PAGES || listed.len() > limits::LISTED {
                let reason = format!(
                    "expected at most {} pages and {} referrers, found more",
                    limits::PAGES,
                    limits::LISTED
                );
                return Err(over_budget(here, reason));
            }
            let next = referrers::next(&answer, &place.url, &before)
                .map_err(|error| could_not_look(&here, in_words(&error)))?;
            let Some(next) = next else {
                return Ok(Found::Here(listed));
            };
            before.push(std::mem::replace(&mut place.url, next));
        }
    }

    fn parallel(&self) -> NonZeroUsize {
        self.settings.parallel
    }

    fn candidates(&self) -> usize {
        self.settings.candidates
    }

    fn contacted(&self, reference: &Reference) -> Vec<String> {
        let contacted = self.contacted.lock().unwrap_or_else(PoisonError::into_inner);
        contacted
            .get(&reference.name())
            .into_iter()
            .flatten()
            .cloned()
            .collect()
    }
}

impl Registry {
    fn kept(&self, digest: Digest, most: u64) -> Option<Vec<u8>> {
        self.settings.cache.as_ref()?.read(digest, most)
    }

    fn kept_manifest(&self, digest: Digest) -> Option<Fetched> {
        let content = self.kept(digest, limits::MANIFEST_BYTES)?;
        let media_type = Document::parse(&content, None).ok()?.media_type;
        Some(of_cache(content, Some(media_type)))
    }

    fn keep(&self, digest: Digest, fetched: &Fetched) {
        if let Some(cache) = &self.settings.cache {
            cache.write(digest, &fetched.content);
        }
    }
}

fn of_cache(content: Vec<u8>, media_type: Option<String>) -> Fetched {
    Fetched {
        content,
        media_type,
        claimed: None,
        place: "the cache".to_owned(),
    }
}

fn fetched(place: &Place, answer: Answer) -> Fetched {
    let claimed = answer
        .headers
        .get("docker-content-digest")
        .and_then(|value| value.to_str().ok()?.parse().ok());
    Fetched {
        media_type: answer.header(header::CONTENT_TYPE).map(str::to_owned),
        claimed,
        place: format!("GET {}", place.url),
        content: answer.body,
    }
}
