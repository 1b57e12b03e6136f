//! What a rule is judged on: the image that the reference names, or the platform manifests of its index (OCI image-spec,
//! image-index.md).

use serde_json::Value;

use crate::digest::Digest;
use crate::evidence::{Missing, Store, malformed, read_manifest};
use crate::limits;
use crate::policy::Platforms;
use crate::wit::basics::{Failure, ResultClass};
use crate::wit::evidence::Rejection;

/// A manifest or index by digest, read.
#[derive(Debug, Clone)]
pub struct Image<'a> {
    pub digest: Digest,
    /// None where only the digest is known.
    pub manifest: Option<&'a [u8]>,
    pub media_type: String,
    shape: Shape,
}

#[derive(Debug, Clone)]
enum Shape {
    Manifest,
    Index(Vec<Child>),
    /// Only the digest is known, so nobody can say.
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Child {
    digest: Digest,
    platform: String,
}

/// Something to find evidence for.
#[derive(Debug, Clone)]
pub struct Target<'a> {
    pub digest: Digest,
    pub platform: Option<String>,
    /// None where only the digest is known.
    pub manifest: Option<&'a [u8]>,
    pub media_type: String,
}

#[derive(Debug)]
pub enum Error {
    /// The document can't be judged, whoever signed it.
    Refused(Rejection),
    /// Nobody could look.
    Unseen(Failure),
}

const INDEXES: [&str; 2] = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
];

impl<'a> Target<'a> {
    /// Whatever has this digest, an image or not: for looking, never for judging.
    pub fn anything(store: &Store<'a>, digest: Digest) -> Self {
        Self {
            digest,
            platform: None,
            manifest: store.read(&digest).ok(),
            media_type: String::new(),
        }
    }
}

/// Where one rule of several ways is satisfied.
#[derive(Debug)]
pub enum Scope<'a> {
    /// Each of them.
    All(Vec<Target<'a>>),
    /// The image itself, or each of the platforms, where they could be looked at.
    Either(Target<'a>, Result<Vec<Target<'a>>, Error>),
}

impl<'a> Image<'a> {
    pub fn read(store: &Store<'a>, digest: Digest) -> Result<Self, Error> {
        let manifest = store.read(&digest).map_err(|missing| match missing {
            Missing::Failure(failure) => Error::Unseen(failure),
            Missing::Mismatch { found } => Error::Refused(Rejection {
                class: ResultClass::DigestMismatch,
                reason: "the image's manifest is not what its digest names".to_owned(),
                expected: Some(digest.to_string()),
                found: Some(found.to_string()),
                hint: None,
            }),
        })?;
        let document = read_manifest(manifest).map_err(|rejection| match rejection.class {
            ResultClass::BudgetExceeded => Error::Unseen(over_budget(digest, &rejection.reason)),
            _ => Error::Refused(rejection),
        })?;
        let children = children(&document).map_err(Error::Refused)?;
        let media_type = match document.get("mediaType").and_then(Value::as_str) {
            Some(stated) => stated.to_owned(),
            None if children.is_some() => INDEXES[0].to_owned(),
            None => "application/vnd.oci.image.manifest.v1+json".to_owned(),
        };
        if INDEXES.contains(&media_type.as_str()) != children.is_some() {
            let reason = format!("its media type `{media_type}` is not of the shape that it has");
            return Err(Error::Refused(malformed(reason)));
        }
        Ok(Self {
            digest,
            manifest: Some(manifest),
            media_type,
            shape: children.map_or(Shape::Manifest, Shape::Index),
        })
    }

    /// An image of which nothing is known but its digest, as with detached bundles alone.
    pub fn by_digest(digest: Digest) -> Self {
        Self {
            digest,
            manifest: None,
            media_type: String::new(),
            shape: Shape::Unknown,
        }
    }

    pub fn itself(&self) -> Target<'a> {
        Target {
            digest: self.digest,
            platform: None,
            manifest: self.manifest,
            media_type: self.media_type.clone(),
        }
    }

    /// The targets of a rule. On a plain manifest every choice of platforms means itself.
    pub fn scope(&self, store: &Store<'a>, platforms: &Platforms) -> Result<Scope<'a>, Error> {
        let itself = || Ok(Scope::All(vec![self.itself()]));
        match (&self.shape, platforms) {
            (Shape::Manifest, _) | (_, Platforms::Index) => itself(),
            (_, Platforms::IndexOrEvery) => Ok(Scope::Either(self.itself(), self.platforms(store, 1))),
            (_, Platforms::Every) => self.platforms(store, 1).map(Scope::All),
            (_, Platforms::Listed(wanted)) => listed(self.platforms(store, 1)?, wanted).map(Scope::All),
        }
    }

    /// The image itself and, where it is an index, what of its platform manifests is known.
    pub fn kin(&self, store: &Store<'a>) -> Vec<Digest> {
        let platforms = match &self.shape {
            Shape::Index(_) => self.platforms(store, 1).unwrap_or_default(),
            Shape::Manifest | Shape::Unknown => Vec::new(),
        };
        std::iter::once(self.digest)
            .chain(platforms.iter().map(|one| one.digest))
            .collect()
    }

    fn platforms(&self, store: &Store<'a>, depth: usize) -> Result<Vec<Target<'a>>, Error> {
        let Shape::Index(children) = &self.shape else {
            return Err(Error::Unseen(unknown_shape(self.digest)));
        };
        let mut targets = Vec::new();
        for child in children {
            let image = Image::read(store, child.digest)?;
            if let Shape::Manifest = image.shape {
                let platform = Some(child.platform.clone());
                targets.push(Target {
                    platform,
                    ..image.itself()
                });
            } else if depth >= limits::INDEX_DEPTH {
                return Err(Error::Unseen(over_budget(
                    child.digest,
                    "an index inside an index inside an index",
                )));
            } else {
                targets.extend(image.platforms(store, depth + 1)?);
            }
            if targets.len() > limits::PLATFORMS {
                return Err(Error::Unseen(over_budget(
                    self.digest,
                    "too many platforms in one index",
                )));
            }
        }
        if targets.is_empty() {
            return Err(Error::Refused(malformed("the index holds no platform".to_owned())));
        }
        Ok(targets)
    }
}

fn unknown_shape(digest: Digest) -> Failure {
    Failure {
        class: ResultClass::DiscoveryFailed,
        place: digest.to_string(),
        reason: "its platforms are not known: nothing but its digest was handed over".to_owned(),
    }
}

fn listed<'a>(all: Vec<Target<'a>>, wanted: &[String]) -> Result<Vec<Target<'a>>, Error> {
    let has = |platform: &String| all.iter().any(|target| is_meant(target, platform));
    if let Some(missing) = wanted.iter().find(|platform| !has(platform)) {
        let found: Vec<_> = all.iter().filter_map(|target| target.platform.clone()).collect();
        return Err(Error::Refused(Rejection {
            expected: Some(missing.clone()),
            found: Some(found.join(", ")),
            ..malformed("the index lacks a platform that the policy lists".to_owned())
        }));
    }
    let chosen = |target: &Target<'a>| wanted.iter().any(|platform| is_meant(target, platform));
    Ok(all.into_iter().filter(chosen).collect())
}

/// A platform without a variant stands for each of its variants: builders write `linux/arm64` and `linux/arm64/v8` of the same.
fn is_meant(target: &Target<'_>, platform: &str) -> bool {
    let found = target
        .platform
        .as_deref()
        .and_then(|found| found.strip_prefix(platform));
    found.is_some_and(|variant| variant.is_empty() || (variant.starts_with('/') && platform.matches('/').count() == 1))
}

fn over_budget(digest: Digest, reason: &str) -> Failure {
    Failure {
        class: ResultClass::BudgetExceeded,
        place: digest.to_string(),
        reason: reason.to_owned(),
    }
}

/// None for a plain manifest. A document that is both (CVE-2021-41190) is one image to this gate and another to a runtime.
fn children(document: &Value) -> Result<Option<Vec<Child>>, Rejection> {
    let Some(manifests) = document.get("manifests") else {
        if document.get("schemaVersion").and_then(Value::as_u64) == Some(1) {
            return Err(malformed(
                "a Docker schema 1 manifest names no digest of its layers' order: unsupported".to_owned(),
            ));
        }
        return Ok(None);
    };
    if document.get("config").is_some() || document.get("layers").is_some() || document.get("fsLayers").is_some() {
        return Err(malformed("the document is an index and a manifest at once".to_owned()));
    }
    let entries = manifests
        .as_array()
        .ok_or_else(|| malformed("`manifests` is not a list".to_owned()))?;
    let digests: Vec<_> = entries
        .iter()
        .filter_map(|entry| entry.get("digest")?.as_str())
        .collect();
    entries
        .iter()
        .filter(|entry| !is_attestation(entry, &digests))
        .map(child)
        .collect::<Result<_, _>>()
        .map(Some)
}

/// BuildKit's attestation manifests are the only entries that are no platform: unknown/unknown, said to be one, and about a
/// sibling. Anything else counts, so that nothing runnable can hide behind a label.
fn is_attestation(entry: &Value, siblings: &[&str]) -> bool {
    let text = |pointer: &str| entry.pointer(pointer).and_then(Value::as_str);
    let own = text("/digest").unwrap_or_default();
    text("/platform/os") == Some("unknown")
        && text("/platform/architecture") == Some("unknown")
        && text("/annotations/vnd.docker.reference.type") == Some("attestation-manifest")
        && text("/annotations/vnd.docker.reference.digest").is_some_and(|one| one != own && siblings.contains(&one))
}

fn child(entry: &Value) -> Result<Child, Rejection> {
    let text = |pointer: &str| entry.pointer(pointer).and_then(Value::as_str);
    let named = text("/digest").unwrap_or_default();
    let digest = Digest::parse(named).ok_or_else(|| malformed(format!("an index entry's digest is `{named}`")))?;
    let parts = [
        text("/platform/os"),
        text("/platform/architecture"),
        text("/platform/variant"),
    ];
    let platform = parts.into_iter().flatten().collect::<Vec<_>>().join("/");
    let platform = if platform.is_empty() {
        "unknown".to_owned()
    } else {
        platform
    };
    Ok(Child { digest, platform })
}
