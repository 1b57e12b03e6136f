//! Where bytes come from: a registry or an image layout. A source answers what it was asked and has no opinion.

use std::num::NonZeroUsize;

use crate::digest::Digest;
use crate::limits;
use crate::reference::Reference;
use crate::wit::basics::{Carrier, Failure, ResultClass};
use crate::wit::request::Descriptor;

/// Bytes as they came, and what they were said to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    pub content: Vec<u8>,
    /// the Content-Type of the answer, or the media type of a layout's descriptor
    pub media_type: Option<String>,
    /// the digest that the source gave with the bytes, where nobody asked by digest
    pub claimed: Option<Digest>,
    /// for messages, such as `GET https://ghcr.io/v2/acme/api/manifests/v1`
    pub place: String,
}

impl Fetched {
    pub(crate) fn bytes(&self) -> usize {
        self.content.len()
    }
}

/// A look-up that may find nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found<T> {
    Here(T),
    /// the source's answer, in words
    Absent(String),
    /// the same from a source that answers so where something is hidden from us too: it means "absent" only to one who
    /// was let in before
    Hidden(String),
}

/// cosign's tags and the referrers fallback tag, all derived from the subject's digest.
/// <https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DerivedTag {
    Referrers,
    Signature,
    Attestation,
    Sbom,
}

impl DerivedTag {
    pub(crate) fn of(self, subject: Digest) -> String {
        let suffix = match self {
            Self::Referrers => "",
            Self::Signature => ".sig",
            Self::Attestation => ".att",
            Self::Sbom => ".sbom",
        };
        format!("sha256-{}{suffix}", subject.hex())
    }

    pub(crate) fn carried_by(carrier: Carrier) -> Option<Self> {
        match carrier {
            Carrier::ReferrersTag => Some(Self::Referrers),
            Carrier::SignatureTag => Some(Self::Signature),
            Carrier::AttestationTag => Some(Self::Attestation),
            Carrier::SbomTag => Some(Self::Sbom),
            Carrier::Referrer | Carrier::Index | Carrier::File => None,
        }
    }
}

pub trait Source: Sync {
    /// The manifest that the reference names, by its digest where it has one, else by its tag.
    fn image(&self, reference: &Reference) -> Result<Fetched, Failure>;

    fn manifest(&self, reference: &Reference, digest: Digest) -> Result<Fetched, Failure>;

    /// At most `size` bytes.
    fn blob(&self, reference: &Reference, digest: Digest, size: u64) -> Result<Fetched, Failure>;

    fn derived(&self, reference: &Reference, subject: Digest, tag: DerivedTag) -> Result<Found<Fetched>, Failure>;

    /// Everything that names the subject as its `subject`.
    fn referrers(&self, reference: &Reference, subject: Digest) -> Result<Found<Vec<Descriptor>>, Failure>;

    /// How many requests may be under way at once.
    fn parallel(&self) -> NonZeroUsize;

    /// How many manifests that may carry evidence are fetched for one image.
    fn candidates(&self) -> usize {
        limits::CANDIDATES
    }

    /// Every host that was spoken to about this image, sorted.
    fn contacted(&self, reference: &Reference) -> Vec<String>;
}

pub(crate) fn could_not_look(place: impl Into<String>, reason: impl ToString) -> Failure {
    Failure {
        class: ResultClass::DiscoveryFailed,
        place: place.into(),
        reason: reason.to_string(),
    }
}

pub(crate) fn not_found(place: impl Into<String>, reason: impl ToString) -> Failure {
    Failure {
        class: ResultClass::ImageNotFound,
        place: place.into(),
        reason: reason.to_string(),
    }
}

pub(crate) fn over_budget(place: impl Into<String>, reason: impl ToString) -> Failure {
    Failure {
        class: ResultClass::BudgetExceeded,
        place: place.into(),
        reason: reason.to_string(),
    }
}

/// An error and what led to it in one line, hints last.
pub(crate) fn in_words(error: &dyn std::error::Error) -> String {
    let (mut words, mut hints) = (String::new(), String::new());
    let mut next = Some(error);
    while let Some(cause) = next {
        let text = cause.to_string();
        let (told, hint) = text.split_once("\nhint: ").unwrap_or((&text, ""));
        words.push_str(if words.is_empty() { "" } else { ": " });
        words.push_str(told);
        if !hint.is_empty() {
            hints.push_str(&format!("\nhint: {hint}"));
        }
        next = cause.source();
    }
    (words + &hints).replace('\n', "; ")
}

/// The same, with the hints apart.
pub(crate) fn in_words_and_hint(error: &dyn std::error::Error) -> (String, Option<String>) {
    let words = in_words(error);
    match words.split_once("; hint: ") {
        Some((message, hint)) => (message.to_owned(), Some(hint.to_owned())),
        None => (words, None),
    }
}
