//! What was handed in, by digest: bytes that hash to it, or why they are not there.

use std::collections::BTreeMap;

use super::Content;
use crate::digest::Digest;
use crate::wit::basics::{Failure, ResultClass};
use crate::wit::evidence::Rejection;
use crate::wit::request::Request;

/// Bytes by digest, each hashed once.
#[derive(Debug)]
pub struct Store<'a> {
    blobs: BTreeMap<Digest, Result<&'a [u8], Digest>>,
    unreadable: BTreeMap<Digest, &'a Failure>,
}

/// Why bytes are not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// They hash to something else.
    Mismatch {
        found: Digest,
    },
    Failure(Failure),
}

impl<'a> Store<'a> {
    pub fn new(request: &'a Request) -> Self {
        let mut blobs = BTreeMap::new();
        for blob in &request.blobs {
            let Some(named) = Digest::parse(&blob.digest) else {
                continue;
            };
            let found = Digest::of(&blob.content);
            let entry = if found == named {
                Ok(blob.content.as_slice())
            } else {
                Err(found)
            };
            blobs.insert(named, entry);
        }
        let unreadable = request
            .unreadable
            .iter()
            .filter_map(|one| Some((Digest::parse(&one.digest)?, &one.failure)))
            .collect();
        Self { blobs, unreadable }
    }

    pub fn read(&self, digest: &Digest) -> Result<&'a [u8], Missing> {
        match self.blobs.get(digest) {
            Some(Ok(bytes)) => Ok(bytes),
            Some(Err(found)) => Err(Missing::Mismatch { found: *found }),
            None => Err(Missing::Failure(self.failure(digest))),
        }
    }

    /// Whether anything is known of these bytes: handed over, or named as unreadable.
    pub fn knows(&self, digest: &Digest) -> bool {
        self.blobs.contains_key(digest) || self.unreadable.contains_key(digest)
    }

    fn failure(&self, digest: &Digest) -> Failure {
        self.unreadable
            .get(digest)
            .copied()
            .cloned()
            .unwrap_or_else(|| Failure {
                class: ResultClass::DiscoveryFailed,
                place: digest.to_string(),
                reason: "named by a manifest and not handed over".to_owned(),
            })
    }
}

impl Missing {
    pub(super) fn into_content(self, digest: Digest) -> Content<'static> {
        match self {
            Self::Failure(failure) => Content::Unseen(failure),
            Self::Mismatch { found } => Content::Broken(Rejection {
                class: ResultClass::DigestMismatch,
                reason: "the bytes are not what the digest names".to_owned(),
                expected: Some(digest.to_string()),
                found: Some(found.to_string()),
                hint: Some("the registry, a proxy or the layout altered them: fetch the evidence anew".to_owned()),
            }),
        }
    }
}
