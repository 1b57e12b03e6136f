//! The entries of `index.json` and their names: [annotations of the image
//! specification](https://github.com/opencontainers/image-spec/blob/main/annotations.md), containerd's and cosign's.
//!
//! | written by | image | evidence |
//! |---|---|---|
//! | exports of registries, oras | `org.opencontainers.image.ref.name` is a tag | tags `sha256-<hex>[.sig\|.att\|.sbom]` |
//! | containerd, docker | also `io.containerd.image.name`, a full reference | |
//! | skopeo, buildkit | a tag, or a single entry without a name | |
//! | cosign save | `kind` is `dev.cosignproject.cosign/image` or `…/imageIndex` | `kind` is `…/sigs` or `…/atts` |

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::digest::Digest;
use crate::reference::Reference;
use crate::source::DerivedTag;

const NAME: &str = "org.opencontainers.image.ref.name";
const CONTAINERD_NAME: &str = "io.containerd.image.name";
const KIND: &str = "kind";
const COSIGN_KIND: &str = "dev.cosignproject.cosign/";

/// As many names as a message shows.
const SHOWN: usize = 10;

#[derive(Debug)]
pub(super) struct Entries(Vec<Entry>);

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) digest: Digest,
    pub(super) media_type: String,
    annotations: BTreeMap<String, String>,
}

/// The same digest under several entries is one answer.
pub(super) enum Choice<'a> {
    None,
    One(&'a Entry),
    Several(BTreeSet<Digest>),
}

#[derive(Deserialize)]
struct Index {
    manifests: Vec<RawEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawEntry {
    digest: String,
    #[serde(default)]
    media_type: String,
    #[serde(default)]
    annotations: Option<BTreeMap<String, String>>,
}

impl Entries {
    pub(super) fn parse(index: &[u8]) -> Result<Self, serde_json::Error> {
        let index: Index = serde_json::from_slice(index)?;
        let entry = |raw: RawEntry| {
            Some(Entry {
                digest: raw.digest.parse().ok()?,
                media_type: raw.media_type,
                annotations: raw.annotations.unwrap_or_default(),
            })
        };
        Ok(Self(index.manifests.into_iter().filter_map(entry).collect()))
    }

    pub(super) fn digests(&self) -> impl Iterator<Item = Digest> {
        self.0.iter().map(|entry| entry.digest)
    }

    /// Of the descriptor, where an entry has this digest.
    pub(super) fn media_type(&self, digest: Digest) -> Option<&str> {
        self.0
            .iter()
            .find(|entry| entry.digest == digest)
            .map(|entry| entry.media_type.as_str())
            .filter(|media_type| !media_type.is_empty())
    }

    /// By name; where the layout has no names at all, the one image that it has.
    pub(super) fn image(&self, reference: &Reference) -> Choice<'_> {
        let images = || self.0.iter().filter(|entry| entry.is_image());
        let named = choose(images().filter(|entry| entry.is_named(reference)));
        match named {
            Choice::None if images().all(|entry| entry.names().next().is_none()) => choose(images()),
            named => named,
        }
    }

    pub(super) fn derived(&self, subject: Digest, tag: DerivedTag) -> Choice<'_> {
        let name = tag.of(subject);
        let tagged = choose(
            self.0
                .iter()
                .filter(|entry| entry.names().any(|found| tag_of(found) == name)),
        );
        match (tagged, tag) {
            (Choice::None, DerivedTag::Signature) => self.saved_by_cosign(subject, "sigs"),
            (Choice::None, DerivedTag::Attestation) => self.saved_by_cosign(subject, "atts"),
            (tagged, _) => tagged,
        }
    }

    /// `cosign save` writes one image and its evidence beside it: several images are told apart by the name they share
    /// with it.
    fn saved_by_cosign(&self, subject: Digest, kind: &str) -> Choice<'_> {
        let Some(image) = self
            .0
            .iter()
            .find(|entry| entry.digest == subject && entry.cosign_kind().is_some() && entry.is_image())
        else {
            return Choice::None;
        };
        let name = image.annotations.get(NAME);
        choose(
            self.0
                .iter()
                .filter(|entry| entry.cosign_kind() == Some(kind) && entry.annotations.get(NAME) == name),
        )
    }

    /// What is there instead.
    pub(super) fn in_words(&self) -> String {
        let names: BTreeSet<&str> = self
            .0
            .iter()
            .filter(|entry| entry.is_image())
            .flat_map(Entry::names)
            .filter(|name| !is_derived(tag_of(name)))
            .collect();
        let more = names.len().saturating_sub(SHOWN);
        let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
        match (shown.is_empty(), more) {
            (true, _) => format!("{} entries without a name", self.0.len()),
            (false, 0) => shown.join(", "),
            (false, more) => format!("{} and {more} more", shown.join(", ")),
        }
    }
}

impl Entry {
    fn names(&self) -> impl Iterator<Item = &str> {
        [NAME, CONTAINERD_NAME]
            .into_iter()
            .filter_map(|key| self.annotations.get(key).map(String::as_str))
    }

    fn cosign_kind(&self) -> Option<&str> {
        self.annotations.get(KIND)?.strip_prefix(COSIGN_KIND)
    }

    fn is_image(&self) -> bool {
        self.cosign_kind()
            .is_none_or(|kind| kind == "image" || kind == "imageIndex")
    }

    /// A full reference has to be ours; a bare tag has to be our tag, since then the layout names no repository.
    fn is_named(&self, reference: &Reference) -> bool {
        let full: Vec<Reference> = self
            .names()
            .filter(|name| name.contains('/'))
            .filter_map(|name| name.parse().ok())
            .collect();
        if full.is_empty() {
            return reference.tag().is_some_and(|tag| self.names().any(|name| name == tag));
        }
        full.iter()
            .any(|full| full.name() == reference.name() && full.tag() == reference.tag())
    }
}

fn choose<'a>(entries: impl Iterator<Item = &'a Entry>) -> Choice<'a> {
    let entries: Vec<&Entry> = entries.collect();
    let digests: BTreeSet<Digest> = entries.iter().map(|entry| entry.digest).collect();
    match (entries.first(), digests.len()) {
        (Some(entry), 1) => Choice::One(entry),
        (Some(_), _) => Choice::Several(digests),
        (None, _) => Choice::None,
    }
}

/// The tag of a full reference, or the bare tag that it is.
fn tag_of(name: &str) -> &str {
    let last = name.rsplit('/').next().unwrap_or(name);
    last.rsplit(':').next().unwrap_or(last)
}

fn is_derived(tag: &str) -> bool {
    let hex = tag
        .strip_prefix("sha256-")
        .map(|rest| rest.split('.').next().unwrap_or(rest));
    hex.is_some_and(|hex| format!("sha256:{hex}").parse::<Digest>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    const B: &str = "sha256:74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b";

    fn entries(entries: &[(&str, &str)]) -> Entries {
        let entries: Vec<String> = entries
            .iter()
            .map(|(digest, annotations)| format!(r#"{{"digest":"{digest}","annotations":{annotations}}}"#))
            .collect();
        Entries::parse(format!(r#"{{"manifests":[{}]}}"#, entries.join(",")).as_bytes()).expect("an index")
    }

    fn image(entries: &Entries, written: &str) -> String {
        match entries.image(&written.parse().expect("a reference")) {
            Choice::One(entry) => entry.digest.to_string(),
            Choice::None => "none".to_owned(),
            Choice::Several(_) => "several".to_owned(),
        }
    }

    #[test]
    fn bare_tags_and_full_references() {
        let bare = entries(&[
            (A, r#"{"org.opencontainers.image.ref.name":"v1"}"#),
            (B, r#"{"org.opencontainers.image.ref.name":"v2"}"#),
        ]);
        assert_eq!(image(&bare, "r.example/a:v2"), B);
        assert_eq!(image(&bare, "r.example/a:v3"), "none");
        assert_eq!(bare.in_words(), "`v1`, `v2`");
        let full = entries(&[(
            A,
            r#"{"org.opencontainers.image.ref.name":"v1","io.containerd.image.name":"docker.io/library/a:v1"}"#,
        )]);
        assert_eq!(image(&full, "a:v1"), A);
        assert_eq!(image(&full, "r.example/a:v1"), "none");
        assert_eq!(
            image(
                &entries(&[(A, r#"{"org.opencontainers.image.ref.name":"r.example/a:v1"}"#)]),
                "r.example/a:v1"
            ),
            A
        );
        let twice = entries(&[
            (A, r#"{"org.opencontainers.image.ref.name":"v1"}"#),
            (B, r#"{"org.opencontainers.image.ref.name":"v1"}"#),
        ]);
        assert_eq!(image(&twice, "a:v1"), "several");
    }

    #[test]
    fn a_single_image_needs_no_name_but_two_do() {
        assert_eq!(image(&entries(&[(A, "null")]), "r.example/a:v1"), A);
        assert_eq!(
            image(&entries(&[(A, "null"), (B, "null")]), "r.example/a:v1"),
            "several"
        );
    }

    #[test]
    fn cosigns_kinds() {
        let saved = entries(&[
            (A, r#"{"kind":"dev.cosignproject.cosign/image"}"#),
            (B, r#"{"kind":"dev.cosignproject.cosign/sigs"}"#),
        ]);
        assert_eq!(image(&saved, "r.example/a:v1"), A);
        let subject = A.parse().expect("a digest");
        assert!(
            matches!(saved.derived(subject, DerivedTag::Signature), Choice::One(entry) if entry.digest.to_string() == B)
        );
        assert!(matches!(saved.derived(subject, DerivedTag::Attestation), Choice::None));
        assert!(matches!(
            saved.derived(B.parse().expect("a digest"), DerivedTag::Signature),
            Choice::None
        ));
    }
}
