//! The content-addressed graph of what was handed in: from an image's digest to the pieces of evidence about it. Nothing
//! here is proven, except that bytes are what their digest says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::digest::Digest;
use crate::wit::basics::{Carrier, Failure, ResultClass};
use crate::wit::evidence::Rejection;
use crate::wit::request::{Descriptor, Lookup, NamedFile, Outcome, Request};
use crate::{json, limits};

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

/// One piece of evidence, not yet proven.
#[derive(Debug)]
pub struct Candidate<'a> {
    /// The manifest or index that it was found at.
    pub subject: Digest,
    pub carrier: Carrier,
    /// The manifest that carries it.
    pub manifest: Option<Digest>,
    pub digest: Digest,
    pub media_type: String,
    pub artifact_type: Option<String>,
    pub size: u64,
    pub content: Content<'a>,
    pub remarks: Vec<String>,
}

#[derive(Debug)]
pub enum Content<'a> {
    Bundle(&'a [u8]),
    /// A layer with cosign's annotations: simple signing payload.
    SimpleSigning(&'a [u8], BTreeMap<String, String>),
    /// A layer with cosign's annotations: DSSE envelope.
    Envelope(&'a [u8], BTreeMap<String, String>),
    /// Listed, and of a kind that nobody here can prove.
    Unknown,
    /// It can't be read, whatever it is.
    Broken(Rejection),
    /// Nobody could look.
    Unseen(Failure),
}

pub const BUNDLE: &str = "application/vnd.dev.sigstore.bundle";
const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
const ENVELOPE: &str = "application/vnd.dsse.envelope.v1+json";
const NOTATION: &str = "application/vnd.cncf.notary.signature";

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
    fn knows(&self, digest: &Digest) -> bool {
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

/// Every piece of evidence that `lookups` and `bundles` bring for `subject`, each once, in the order of the request.
pub fn candidates<'a>(
    store: &Store<'a>,
    lookups: &[Lookup],
    bundles: &'a [NamedFile],
    subject: Digest,
) -> Vec<Candidate<'a>> {
    let mut collector = Collector {
        store,
        subject,
        seen: BTreeSet::new(),
        found: Vec::new(),
    };
    for lookup in lookups
        .iter()
        .filter(|one| Digest::parse(&one.subject) == Some(subject))
    {
        if let Outcome::Found(descriptors) = &lookup.outcome {
            for descriptor in descriptors {
                collector.descriptor(lookup.carrier, descriptor);
            }
        }
    }
    for file in bundles {
        collector.file(file);
    }
    collector.found
}

/// What could not be looked at about `subject`.
pub fn failures(lookups: &[Lookup], subject: Digest) -> impl Iterator<Item = &Failure> {
    lookups
        .iter()
        .filter(move |one| Digest::parse(&one.subject) == Some(subject))
        .filter_map(|one| match &one.outcome {
            Outcome::Failed(failure) => Some(failure),
            Outcome::Found(_) | Outcome::Absent(_) => None,
        })
}

struct Collector<'s, 'a> {
    store: &'s Store<'a>,
    subject: Digest,
    /// (manifest, layer) pairs: the referrers API and the fallback tag usually list the same.
    seen: BTreeSet<(Option<Digest>, Digest)>,
    found: Vec<Candidate<'a>>,
}

impl<'a> Collector<'_, 'a> {
    fn descriptor(&mut self, carrier: Carrier, descriptor: &Descriptor) {
        let Some(digest) = Digest::parse(&descriptor.digest) else {
            let rejection = malformed(format!("`{}` is not a SHA-256 digest", descriptor.digest));
            let digest = Digest::of(descriptor.digest.as_bytes());
            return self.whole(carrier, descriptor, digest, Content::Broken(rejection), Vec::new());
        };
        if !self.store.knows(&digest) {
            return self.whole(carrier, descriptor, digest, Content::Unknown, Vec::new());
        }
        match self.store.read(&digest) {
            Ok(bytes) => self.manifest(carrier, descriptor, digest, bytes),
            Err(missing) => self.whole(carrier, descriptor, digest, missing.into_content(digest), Vec::new()),
        }
    }

    fn manifest(&mut self, carrier: Carrier, descriptor: &Descriptor, digest: Digest, bytes: &[u8]) {
        let manifest = match read_manifest(bytes) {
            Ok(manifest) => manifest,
            Err(rejection) => {
                return self.whole(carrier, descriptor, digest, Content::Broken(rejection), Vec::new());
            }
        };
        let remarks = self.subject_remarks(carrier, &manifest);
        let artifact_type = artifact_type(&manifest);
        let layers = manifest
            .get("layers")
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice);
        let mut recognised = 0;
        for layer in layers {
            let Some(media_type) = layer.get("mediaType").and_then(Value::as_str) else {
                continue;
            };
            if !is_evidence(media_type) {
                continue;
            }
            recognised += 1;
            self.layer(carrier, digest, layer, media_type, artifact_type.clone(), &remarks);
        }
        if recognised == 0 {
            let mut remarks = remarks;
            if artifact_type.as_deref() == Some(NOTATION) {
                remarks
                    .push("a Notation (Notary Project) signature: recognised, not verified by this version".to_owned());
            }
            let described = Descriptor {
                artifact_type,
                ..descriptor.clone()
            };
            self.whole(carrier, &described, digest, Content::Unknown, remarks);
        }
    }

    fn layer(
        &mut self,
        carrier: Carrier,
        manifest: Digest,
        layer: &Value,
        media_type: &str,
        artifact_type: Option<String>,
        remarks: &[String],
    ) {
        let named = layer.get("digest").and_then(Value::as_str).unwrap_or_default();
        let (digest, content) = match Digest::parse(named) {
            None => {
                let rejection = malformed(format!("a layer's digest `{named}` is not a SHA-256 digest"));
                (manifest, Content::Broken(rejection))
            }
            Some(digest) => (digest, self.layer_content(digest, layer, media_type)),
        };
        self.push(Candidate {
            subject: self.subject,
            carrier,
            manifest: Some(manifest),
            digest,
            media_type: media_type.to_owned(),
            artifact_type,
            size: layer.get("size").and_then(Value::as_u64).unwrap_or_default(),
            content,
            remarks: remarks.to_vec(),
        });
    }

    fn layer_content(&self, digest: Digest, layer: &Value, media_type: &str) -> Content<'a> {
        let bytes = match self.store.read(&digest) {
            Ok(bytes) => bytes,
            Err(missing) => return missing.into_content(digest),
        };
        if media_type.starts_with(BUNDLE) {
            return Content::Bundle(bytes);
        }
        match annotations(layer) {
            Some(annotations) if media_type == SIMPLE_SIGNING => Content::SimpleSigning(bytes, annotations),
            Some(annotations) => Content::Envelope(bytes, annotations),
            None => Content::Broken(malformed("a layer's annotations are not a map of strings".to_owned())),
        }
    }

    fn file(&mut self, file: &'a NamedFile) {
        self.push(Candidate {
            subject: self.subject,
            carrier: Carrier::File,
            manifest: None,
            digest: Digest::of(&file.content),
            media_type: BUNDLE.to_owned(),
            artifact_type: None,
            size: file.content.len() as u64,
            content: Content::Bundle(&file.content),
            remarks: vec![format!("from the file {}", file.name)],
        });
    }

    fn whole(
        &mut self,
        carrier: Carrier,
        descriptor: &Descriptor,
        digest: Digest,
        content: Content<'a>,
        remarks: Vec<String>,
    ) {
        self.push(Candidate {
            subject: self.subject,
            carrier,
            manifest: Some(digest),
            digest,
            media_type: descriptor.media_type.clone(),
            artifact_type: descriptor.artifact_type.clone(),
            size: descriptor.size,
            content,
            remarks,
        });
    }

    fn push(&mut self, candidate: Candidate<'a>) {
        if self.seen.insert((candidate.manifest, candidate.digest)) {
            self.found.push(candidate);
        }
    }

    /// A referrer's manifest says itself what it refers to. Another subject proves nothing either way: what counts is the
    /// digest inside the signed bytes.
    fn subject_remarks(&self, carrier: Carrier, manifest: &Value) -> Vec<String> {
        if !matches!(carrier, Carrier::Referrer | Carrier::ReferrersTag) {
            return Vec::new();
        }
        let named = manifest.pointer("/subject/digest").and_then(Value::as_str);
        match named {
            Some(digest) if Digest::parse(digest) == Some(self.subject) => Vec::new(),
            Some(digest) => vec![format!(
                "listed for this image, but its manifest names {digest} as subject"
            )],
            None => vec!["listed for this image, but its manifest names no subject".to_owned()],
        }
    }
}

impl Missing {
    fn into_content(self, digest: Digest) -> Content<'static> {
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

/// An OCI or Docker manifest as strict JSON, within its budget.
pub fn read_manifest(bytes: &[u8]) -> Result<Value, Rejection> {
    if bytes.len() > limits::MANIFEST_BYTES {
        return Err(malformed(format!(
            "the manifest has {} bytes, more than {}",
            bytes.len(),
            limits::MANIFEST_BYTES
        )));
    }
    match json::read(bytes) {
        Ok(value) if value.is_object() => Ok(value),
        Ok(_) => Err(malformed("the manifest is not a JSON object".to_owned())),
        Err(error) => Err(malformed(format!("the manifest is not JSON: {error}"))),
    }
}

pub fn malformed(reason: String) -> Rejection {
    Rejection {
        class: ResultClass::Malformed,
        reason,
        expected: None,
        found: None,
        hint: None,
    }
}

fn is_evidence(media_type: &str) -> bool {
    media_type.starts_with(BUNDLE) || media_type == SIMPLE_SIGNING || media_type == ENVELOPE
}

fn artifact_type(manifest: &Value) -> Option<String> {
    let stated = manifest.get("artifactType").and_then(Value::as_str);
    let config = manifest.pointer("/config/mediaType").and_then(Value::as_str);
    stated.or(config).map(str::to_owned)
}

/// None where they are there and are not a map of strings.
fn annotations(layer: &Value) -> Option<BTreeMap<String, String>> {
    match layer.get("annotations") {
        None | Some(Value::Null) => Some(BTreeMap::new()),
        Some(value) => value
            .as_object()?
            .iter()
            .map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
            .collect(),
    }
}
