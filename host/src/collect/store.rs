//! What is at hand and what is not, by digest. A body that is not its digest is not kept.

use std::collections::BTreeMap;

use crate::digest::Digest;
use crate::document::Document;
use crate::media_type;
use crate::source::{Fetched, could_not_look};
use crate::wit::basics::Failure;
use crate::wit::request::{Blob, Unreadable};

#[derive(Default)]
pub(super) struct Store {
    blobs: BTreeMap<Digest, Vec<u8>>,
    unreadable: BTreeMap<Digest, Failure>,
}

/// A source that names a digest beside the bytes, where it is another than theirs.
pub(super) fn contradiction(fetched: &Fetched) -> Option<Failure> {
    let claimed = fetched.claimed?;
    mismatch(claimed, fetched)
}

/// The bytes, if they are the ones that the digest names.
pub(super) fn matching(digest: Digest, fetched: Fetched) -> Result<Fetched, Failure> {
    match mismatch(digest, &fetched) {
        Some(failure) => Err(failure),
        None => Ok(fetched),
    }
}

fn mismatch(expected: Digest, fetched: &Fetched) -> Option<Failure> {
    let found = Digest::of(&fetched.content);
    (found != expected).then(|| {
        could_not_look(
            &fetched.place,
            format!("the bytes are not their digest: expected `{expected}`, found `{found}`"),
        )
    })
}

impl Store {
    pub(super) fn has(&self, digest: Digest) -> bool {
        self.blobs.contains_key(&digest) || self.unreadable.contains_key(&digest)
    }

    pub(super) fn document(&self, digest: Digest) -> Option<Document> {
        Document::parse(self.blobs.get(&digest)?, None).ok()
    }

    pub(super) fn admit(&mut self, digest: Digest, fetched: Fetched) {
        match mismatch(digest, &fetched) {
            Some(failure) => self.refuse(digest, failure),
            None => {
                self.unreadable.remove(&digest);
                self.blobs.insert(digest, fetched.content);
            }
        }
    }

    /// Content whose digest was compared by who found it; the manifest around it bounds its size.
    pub(super) fn admit_embedded(&mut self, digest: Digest, content: Vec<u8>) {
        self.blobs.insert(digest, content);
    }

    /// An image that a runtime could read otherwise than we do is not handed over.
    pub(super) fn admit_image(&mut self, digest: Digest, fetched: Fetched) {
        let refusal = Document::parse(&fetched.content, fetched.media_type.as_deref()).err();
        match (mismatch(digest, &fetched), refusal) {
            (None, Some(refusal)) => self.refuse(digest, could_not_look(&fetched.place, refusal)),
            _ => self.admit(digest, fetched),
        }
    }

    /// The same for a platform manifest, whose descriptor has a media type too.
    pub(super) fn admit_child(&mut self, digest: Digest, mut fetched: Fetched, described: &str) {
        let described = Some(described).filter(|described| !described.is_empty());
        match (fetched.media_type.as_deref().map(media_type::essence), described) {
            (Some(found), Some(described)) if found != media_type::essence(described) => {
                let reason = format!("expected the media type `{described}` of its descriptor, found `{found}`");
                self.refuse(digest, could_not_look(&fetched.place, reason));
            }
            (found, described) => {
                fetched.media_type = found.or(described.map(str::to_owned));
                self.admit_image(digest, fetched);
            }
        }
    }

    pub(super) fn refuse(&mut self, digest: Digest, failure: Failure) {
        if !self.blobs.contains_key(&digest) {
            self.unreadable.insert(digest, failure);
        }
    }

    pub(super) fn into_parts(self) -> (Vec<Blob>, Vec<Unreadable>) {
        let blobs = self.blobs.into_iter().map(|(digest, content)| Blob {
            digest: digest.to_string(),
            content,
        });
        let unreadable = self.unreadable.into_iter().map(|(digest, failure)| Unreadable {
            digest: digest.to_string(),
            failure,
        });
        (blobs.collect(), unreadable.collect())
    }
}
