//! The content-addressed graph of what was handed in: from an image's digest to the pieces of evidence about it. Nothing
//! here is proven, except that bytes are what their digest says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::digest::Digest;
use crate::wit::basics::{Carrier, Failure, ResultClass};
use crate::wit::evidence::Rejection;
use crate::wit::request::{Descriptor, Lookup, NamedFile, Outcome};

mod manifest;
mod store;
mod unsigned;

pub use manifest::read_manifest;
pub use store::{Missing, Store};
pub use unsigned::Kind;

/// One piece of evidence, not yet proven.
#[derive(Debug)]
pub struct Candidate<'a> {
    /// The manifest or index that it was found at.
    pub subject: Digest,
    pub carrier: Carrier,
    /// The manifest that carries it.
    pub manifest: Option<Digest>,
    /// Which of the manifest's layers it is: several people's signatures of one payload are layers with one digest.
    pub layer: usize,
    pub digest: Digest,
    pub media_type: String,
    pub artifact_type: Option<String>,
    pub size: u64,
    pub content: Content<'a>,
    /// The predicate type that an annotation of the carrier states. The payload's own is the one that counts.
    pub stated_type: Option<String>,
    pub remarks: Vec<String>,
}

#[derive(Debug)]
pub enum Content<'a> {
    Bundle(&'a [u8]),
    /// A layer with cosign's annotations: simple signing payload.
    SimpleSigning(&'a [u8], BTreeMap<String, String>),
    /// A layer with cosign's annotations: DSSE envelope.
    Envelope(&'a [u8], BTreeMap<String, String>),
    /// Recognised, and signed by nobody; the bytes where they were asked for.
    Unsigned(Kind, Option<&'a [u8]>),
    /// Listed, and of a kind that nobody here can prove.
    Unknown,
    /// It can't be read, whatever it is.
    Broken(Rejection),
    /// Nobody could look.
    Unseen(Failure),
}

impl<'a> Content<'a> {
    /// As they are stored.
    pub fn bytes(&self) -> Option<&'a [u8]> {
        match self {
            Self::Bundle(bytes) | Self::SimpleSigning(bytes, _) | Self::Envelope(bytes, _) => Some(bytes),
            Self::Unsigned(_, bytes) => *bytes,
            Self::Unknown | Self::Broken(_) | Self::Unseen(_) => None,
        }
    }

    /// Nobody signed it, or nobody knows what it is: it is no evidence that could count.
    pub fn is_beside(&self) -> bool {
        matches!(self, Self::Unsigned(..) | Self::Unknown)
    }

    /// Bytes that reading it costs.
    pub fn size(&self) -> usize {
        match self {
            Self::Bundle(bytes) | Self::SimpleSigning(bytes, _) | Self::Envelope(bytes, _) => bytes.len(),
            Self::Unsigned(Kind::Statement, Some(bytes)) => bytes.len(),
            Self::Unsigned(..) | Self::Unknown | Self::Broken(_) | Self::Unseen(_) => 0,
        }
    }
}

pub const BUNDLE: &str = "application/vnd.dev.sigstore.bundle";
const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
const ENVELOPE: &str = "application/vnd.dsse.envelope.v1+json";
const COSIGN_ARTIFACT: &str = "application/vnd.dev.cosign.artifact";
const NOTATION: &str = "application/vnd.cncf.notary.signature";

/// Annotations that state the predicate type: of cosign's layers, of BuildKit's, and of cosign's manifests with bundles.
const STATED_TYPES: [&str; 3] = [
    "predicateType",
    "in-toto.io/predicate-type",
    "dev.sigstore.bundle.predicateType",
];

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
pub fn failures(lookups: &[Lookup], subject: Digest) -> impl Iterator<Item = (Carrier, &Failure)> {
    lookups
        .iter()
        .filter(move |one| Digest::parse(&one.subject) == Some(subject))
        .filter_map(|one| match &one.outcome {
            Outcome::Failed(failure) => Some((one.carrier, failure)),
            Outcome::Found(_) | Outcome::Absent(_) => None,
        })
}

struct Collector<'s, 'a> {
    store: &'s Store<'a>,
    subject: Digest,
    /// (manifest, layer, its digest): the referrers API and the fallback tag usually list the same.
    seen: BTreeSet<(Option<Digest>, usize, Digest)>,
    found: Vec<Candidate<'a>>,
}

impl<'a> Collector<'_, 'a> {
    fn descriptor(&mut self, carrier: Carrier, descriptor: &Descriptor) {
        let Some(digest) = Digest::parse(&descriptor.digest) else {
            let rejection = malformed(format!("`{}` is not a SHA-256 digest", descriptor.digest));
            let digest = Digest::of(descriptor.digest.as_bytes());
            return self.whole(carrier, descriptor, digest, Content::Broken(rejection), Vec::new());
        };
        if !self.store.knows(&digest) && !may_carry_evidence(carrier, descriptor.artifact_type.as_deref()) {
            let kind = descriptor.artifact_type.as_deref().and_then(unsigned::artifact);
            let content = kind.map_or(Content::Unknown, |kind| Content::Unsigned(kind, None));
            let remarks = notation_remark(descriptor.artifact_type.as_deref());
            return self.whole(carrier, descriptor, digest, content, remarks);
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
        for (number, layer) in layers.iter().enumerate() {
            let Some(media_type) = layer.get("mediaType").and_then(Value::as_str) else {
                continue;
            };
            let kind = match is_evidence(media_type) {
                true => None,
                false => match unsigned::layer(artifact_type.as_deref(), &manifest, number, layer) {
                    Some(kind) => Some(kind),
                    None => continue,
                },
            };
            recognised += 1;
            let found = self.layer(carrier, digest, layer, media_type, kind);
            self.push(Candidate {
                layer: number,
                artifact_type: artifact_type.clone(),
                stated_type: stated_type(layer).or_else(|| stated_type(&manifest)),
                remarks: remarks.clone(),
                ..found
            });
        }
        if recognised == 0 {
            let mut remarks = remarks;
            remarks.extend(notation_remark(artifact_type.as_deref()));
            let described = Descriptor {
                artifact_type,
                ..descriptor.clone()
            };
            self.whole(carrier, &described, digest, Content::Unknown, remarks);
        }
    }

    fn layer(
        &self,
        carrier: Carrier,
        manifest: Digest,
        layer: &Value,
        media_type: &str,
        unsigned: Option<Kind>,
    ) -> Candidate<'a> {
        let named = layer.get("digest").and_then(Value::as_str).unwrap_or_default();
        let (digest, content) = match Digest::parse(named) {
            None => {
                let rejection = malformed(format!("a layer's digest `{named}` is not a SHA-256 digest"));
                (manifest, Content::Broken(rejection))
            }
            Some(digest) => match unsigned {
                Some(kind) => (digest, self.unsigned_content(digest, kind)),
                None => (digest, self.layer_content(digest, layer, media_type)),
            },
        };
        Candidate {
            subject: self.subject,
            carrier,
            manifest: Some(manifest),
            layer: 0,
            digest,
            media_type: media_type.to_owned(),
            artifact_type: None,
            stated_type: None,
            size: layer.get("size").and_then(Value::as_u64).unwrap_or_default(),
            content,
            remarks: Vec::new(),
        }
    }

    /// Its bytes are fetched only where somebody asked for them, and nothing depends on them.
    fn unsigned_content(&self, digest: Digest, kind: Kind) -> Content<'a> {
        Content::Unsigned(kind, self.store.read(&digest).ok())
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
            layer: 0,
            digest: Digest::of(&file.content),
            media_type: BUNDLE.to_owned(),
            artifact_type: None,
            stated_type: None,
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
            layer: 0,
            digest,
            media_type: descriptor.media_type.clone(),
            artifact_type: descriptor.artifact_type.clone(),
            size: descriptor.size,
            content,
            stated_type: None,
            remarks,
        });
    }

    fn push(&mut self, candidate: Candidate<'a>) {
        if self
            .seen
            .insert((candidate.manifest, candidate.layer, candidate.digest))
        {
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

fn notation_remark(artifact_type: Option<&str>) -> Vec<String> {
    let recognised = "a Notation (Notary Project) signature: recognised, not verified by this version";
    match artifact_type {
        Some(NOTATION) => vec![recognised.to_owned()],
        _ => Vec::new(),
    }
}

fn stated_type(described: &Value) -> Option<String> {
    let annotations = described.get("annotations")?;
    let stated = STATED_TYPES.iter().find_map(|key| annotations.get(key)?.as_str())?;
    Some(stated.to_owned())
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

/// Whether a manifest that was not handed over may carry evidence: then nobody knows, and it is not "unsigned". The referrers
/// API states the manifest's own artifact type, or its config's; under a tag anybody wrote anything.
fn may_carry_evidence(carrier: Carrier, artifact_type: Option<&str>) -> bool {
    const UNSTATED: [&str; 3] = [
        "",
        "application/vnd.oci.empty.v1+json",
        "application/vnd.oci.image.config.v1+json",
    ];
    match artifact_type {
        Some(stated) if carrier == Carrier::Referrer => {
            is_evidence(stated) || stated.starts_with(COSIGN_ARTIFACT) || UNSTATED.contains(&stated)
        }
        _ => true,
    }
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
