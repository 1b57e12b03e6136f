//! A look into a manifest or index, to know what to fetch next: [image
//! manifest](https://github.com/opencontainers/image-spec/blob/main/manifest.md), [image
//! index](https://github.com/opencontainers/image-spec/blob/main/image-index.md) and docker's counterparts. The
//! component reads the bytes again and judges them; here only documents that two readers could take for two different
//! images are refused.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::digest::Digest;
use crate::media_type::{self, OCI_INDEX, OCI_MANIFEST};
use crate::wit::request::Descriptor;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Document {
    pub(crate) media_type: String,
    pub(crate) shape: Shape,
    pub(crate) artifact_type: Option<String>,
    pub(crate) subject: Option<Digest>,
    pub(crate) annotations: BTreeMap<String, String>,
    /// layers of a manifest, manifests of an index; those with a digest other than sha256 cannot be named and are left
    /// out
    pub(crate) parts: Vec<Part>,
    /// of a manifest
    pub(crate) configuration: Option<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Manifest,
    Index,
}

/// A descriptor with what decides whether to follow it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) descriptor: Descriptor,
    pub(crate) digest: Digest,
    pub(crate) annotations: BTreeMap<String, String>,
    platform: Option<Platform>,
    /// base64
    data: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Platform {
    os: Option<String>,
    architecture: Option<String>,
}

/// Why a document is not taken for an image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("it is no JSON document of this kind: line {line}, column {column}")]
    Json { line: usize, column: usize },
    #[error("it is an image manifest of schema 1, which nobody can sign")]
    SchemaOne,
    #[error("expected `schemaVersion` 2, found {found}")]
    SchemaVersion { found: u64 },
    #[error("it is both an index (`manifests`) and a manifest (`{also}`): two readers would see two images")]
    TwoShapes { also: &'static str },
    #[error("it has neither `manifests` nor `layers`")]
    NoShape,
    #[error(
        "expected the media type `{body}` that the document has, found `{found}` as its Content-Type or in its descriptor"
    )]
    MediaType { body: String, found: String },
    #[error("expected the media type of {expected}, found `{found}`")]
    Shape { expected: &'static str, found: String },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    schema_version: Option<u64>,
    media_type: Option<String>,
    artifact_type: Option<String>,
    manifests: Option<Vec<RawPart>>,
    layers: Option<Vec<RawPart>>,
    config: Option<RawPart>,
    fs_layers: Option<IgnoredAny>,
    subject: Option<RawPart>,
    annotations: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawPart {
    media_type: Option<String>,
    digest: Option<String>,
    size: Option<u64>,
    artifact_type: Option<String>,
    annotations: Option<BTreeMap<String, String>>,
    platform: Option<Platform>,
    data: Option<String>,
}

impl Document {
    /// `declared`: the Content-Type of the answer, or the media type of the descriptor that led here.
    pub(crate) fn parse(content: &[u8], declared: Option<&str>) -> Result<Self, Refusal> {
        let raw: Raw = serde_json::from_slice(content).map_err(|error| Refusal::Json {
            line: error.line(),
            column: error.column(),
        })?;
        match raw.schema_version {
            Some(2) => {}
            Some(1) => return Err(Refusal::SchemaOne),
            None if raw.fs_layers.is_some() => return Err(Refusal::SchemaOne),
            None => return Err(Refusal::NoShape),
            Some(found) => return Err(Refusal::SchemaVersion { found }),
        }
        let shape = raw.shape()?;
        let media_type = agreed_media_type(raw.media_type.as_deref(), declared, shape)?;
        let of_configuration = raw.config.as_ref().and_then(|config| config.media_type.clone());
        let artifact_type = raw.artifact_type.or(of_configuration);
        let parts = raw.manifests.or(raw.layers).unwrap_or_default();
        Ok(Self {
            media_type,
            shape,
            artifact_type,
            subject: raw.subject.and_then(|subject| subject.digest?.parse().ok()),
            annotations: raw.annotations.unwrap_or_default(),
            parts: parts.into_iter().filter_map(RawPart::named).collect(),
            configuration: raw.config.and_then(RawPart::named),
        })
    }
}

/// The descriptors of a referrers answer. Registries leave out what the specification asks for here (`schemaVersion`,
/// and some write `null` for an empty list), so only the list itself is demanded.
pub(crate) fn listed(content: &[u8]) -> Result<Vec<Descriptor>, Refusal> {
    #[derive(Deserialize)]
    struct Page {
        #[serde(default, deserialize_with = "present")]
        manifests: Option<Option<Vec<RawPart>>>,
    }
    let page: Page = serde_json::from_slice(content).map_err(|error| Refusal::Json {
        line: error.line(),
        column: error.column(),
    })?;
    let parts = page.manifests.ok_or(Refusal::NoShape)?.unwrap_or_default();
    Ok(parts
        .into_iter()
        .filter_map(RawPart::named)
        .map(|part| part.descriptor)
        .collect())
}

/// Tells `null` from a key that is not there.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Vec<RawPart>>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl Raw {
    fn shape(&self) -> Result<Shape, Refusal> {
        match (&self.manifests, &self.layers, &self.config, &self.fs_layers) {
            (Some(_), None, None, None) => Ok(Shape::Index),
            (Some(_), Some(_), _, _) => Err(Refusal::TwoShapes { also: "layers" }),
            (Some(_), _, Some(_), _) => Err(Refusal::TwoShapes { also: "config" }),
            (_, _, _, Some(_)) => Err(Refusal::TwoShapes { also: "fsLayers" }),
            (None, None, None, None) => Err(Refusal::NoShape),
            (None, _, _, None) => Ok(Shape::Manifest),
        }
    }
}

impl RawPart {
    fn named(self) -> Option<Part> {
        let digest: Digest = self.digest?.parse().ok()?;
        let descriptor = Descriptor {
            media_type: self.media_type.unwrap_or_default(),
            digest: digest.to_string(),
            size: self.size.unwrap_or(0),
            artifact_type: self.artifact_type,
        };
        Some(Part {
            descriptor,
            digest,
            annotations: self.annotations.unwrap_or_default(),
            platform: self.platform,
            data: self.data,
        })
    }
}

/// A runtime goes by one of the two media types: they have to agree, and to fit the document.
fn agreed_media_type(body: Option<&str>, declared: Option<&str>, shape: Shape) -> Result<String, Refusal> {
    let body = body.map(str::to_owned);
    let declared = declared.map(media_type::essence);
    let found = match (body, declared) {
        (Some(body), Some(found)) if media_type::essence(&body) != found => {
            return Err(Refusal::MediaType { body, found });
        }
        (Some(body), _) => body,
        (None, Some(found)) => found,
        (None, None) => return Ok(if shape == Shape::Index { OCI_INDEX } else { OCI_MANIFEST }.to_owned()),
    };
    match shape {
        Shape::Index if !media_type::is_index(&found) => Err(Refusal::Shape {
            expected: "an index",
            found,
        }),
        Shape::Manifest if !media_type::is_manifest(&found) => Err(Refusal::Shape {
            expected: "a manifest",
            found,
        }),
        Shape::Index | Shape::Manifest => Ok(found),
    }
}

impl Part {
    /// BuildKit's attestation manifests are no platforms. Only a child that says so in every way is taken for one
    /// (unknown platform, annotation, a sibling that it is about), so that no runnable image can be dressed as one.
    /// <https://github.com/moby/buildkit/blob/master/docs/attestations/attestation-storage.md>
    pub(crate) fn is_buildkit_attestation(&self, siblings: &[Part]) -> bool {
        let unknown = |word: &Option<String>| word.as_deref() == Some("unknown");
        self.platform
            .as_ref()
            .is_some_and(|platform| unknown(&platform.os) && unknown(&platform.architecture))
            && self
                .annotations
                .get("vnd.docker.reference.type")
                .is_some_and(|kind| kind == "attestation-manifest")
            && self
                .annotations
                .get("vnd.docker.reference.digest")
                .is_some_and(|about| {
                    siblings
                        .iter()
                        .any(|sibling| sibling.digest != self.digest && sibling.descriptor.digest == *about)
                })
    }

    /// The platform that an attestation manifest of BuildKit's is about.
    pub(crate) fn attested(&self) -> Option<Digest> {
        self.annotations.get("vnd.docker.reference.digest")?.parse().ok()
    }

    /// "data: this property contains an embedded representation of the referenced content": a request less, where it is
    /// what the digest names. <https://github.com/opencontainers/image-spec/blob/main/descriptor.md#properties>
    pub(crate) fn embedded(&self) -> Option<Vec<u8>> {
        let content = STANDARD.decode(self.data.as_ref()?).ok()?;
        (Digest::of(&content) == self.digest).then_some(content)
    }

    pub(crate) fn has_platform(&self) -> bool {
        self.platform.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

    fn refusal(body: &str, declared: Option<&str>) -> String {
        Document::parse(body.as_bytes(), declared).map_or_else(
            |refusal| refusal.to_string(),
            |document| format!("{:?}", document.shape),
        )
    }

    #[test]
    fn refuses_documents_that_two_readers_see_differently() {
        let index = r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"#;
        assert_eq!(
            refusal(index, Some("application/vnd.oci.image.index.v1+json; charset=utf-8")),
            "Index"
        );
        assert!(
            refusal(index, Some(OCI_MANIFEST))
                .contains("expected the media type `application/vnd.oci.image.index.v1+json`")
        );
        assert!(refusal(r#"{"schemaVersion":2,"manifests":[],"layers":[]}"#, None).contains("both an index"));
        assert!(refusal(r#"{"schemaVersion":2,"manifests":[],"config":{}}"#, None).contains("`config`"));
        assert!(
            refusal(r#"{"schemaVersion":2,"layers":[]}"#, Some(OCI_INDEX))
                .contains("expected the media type of a manifest")
        );
        assert!(refusal(r#"{"schemaVersion":2,"manifests":[],"manifests":[]}"#, None).contains("no JSON document"));
        assert!(refusal(r#"{"schemaVersion":1,"fsLayers":[]}"#, None).contains("schema 1"));
        assert!(refusal(r#"{"schemaVersion":2}"#, None).contains("neither"));
    }

    #[test]
    fn embedded_data_counts_when_it_is_what_the_digest_names() {
        let embedded = |data: &str| {
            let body = format!(r#"{{"schemaVersion":2,"layers":[{{"digest":"{DIGEST}","size":2,"data":"{data}"}}]}}"#);
            Document::parse(body.as_bytes(), None).expect("a manifest").parts[0].embedded()
        };
        assert_eq!(embedded("e30="), Some(b"{}".to_vec()));
        assert_eq!(embedded("e31="), None);
        assert_eq!(embedded("!"), None);
    }

    #[test]
    fn only_a_complete_buildkit_attestation_is_no_platform() {
        let other = "sha256:74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b";
        let index = |platform: &str, about: &str| {
            format!(
                r#"{{"schemaVersion":2,"manifests":[{{"digest":"{other}"}},{{"digest":"{DIGEST}","platform":{platform},"annotations":
                {{"vnd.docker.reference.type":"attestation-manifest","vnd.docker.reference.digest":"{about}"}}}}]}}"#
            )
        };
        let skipped = |body: String| {
            let parts = Document::parse(body.as_bytes(), None).expect("an index").parts;
            parts[1].is_buildkit_attestation(&parts)
        };
        assert!(skipped(index(r#"{"os":"unknown","architecture":"unknown"}"#, other)));
        assert!(!skipped(index(r#"{"os":"linux","architecture":"amd64"}"#, other)));
        assert!(!skipped(index(r#"{"os":"unknown","architecture":"unknown"}"#, DIGEST)));
        assert!(!skipped(index("null", other)));
    }
}
