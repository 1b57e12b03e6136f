//! Attaching evidence to an image in a layout: as a referrer ([distribution-spec]) or under cosign's derived tags.
//!
//! [distribution-spec]: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers

use crate::layout::{Descriptor, Layout, OCI_CONFIG, OCI_INDEX, OCI_MANIFEST, manifest};
use crate::legacy::LegacyLayer;
use serde_json::{Value, json};

pub const EMPTY: &str = "application/vnd.oci.empty.v1+json";
pub const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
pub const COSIGN_SIGNATURE: &str = "application/vnd.dev.cosign.artifact.sig.v1+json";

impl Layout {
    /// A bundle as cosign 3 attaches it, with the layer in the bundle's own media type.
    pub fn attach_bundle(&mut self, subject: &Descriptor, bundle: &Value) -> Descriptor {
        let media_type = bundle["mediaType"].as_str().unwrap_or(BUNDLE);
        self.attach(subject, media_type, bundle.to_string().as_bytes())
    }

    /// Any one layer under an artifact type, with an empty config: garbage bundles, other tools' evidence.
    pub fn attach(&mut self, subject: &Descriptor, artifact_type: &str, bytes: &[u8]) -> Descriptor {
        let layer = self.blob(artifact_type, bytes);
        let config = self.blob(EMPTY, b"{}");
        let mut manifest = manifest(OCI_MANIFEST, &config, &[layer]);
        manifest["artifactType"] = json!(artifact_type);
        self.attach_manifest(subject, manifest)
    }

    /// Simple signing as a referrer, the way `cosign sign` did it with `COSIGN_EXPERIMENTAL=1` and OCI 1.1.
    pub fn attach_simple_signing(&mut self, subject: &Descriptor, layers: &[LegacyLayer]) -> Descriptor {
        let manifest = self.legacy_manifest(COSIGN_SIGNATURE, layers);
        self.attach_manifest(subject, manifest)
    }

    /// Any manifest as a referrer: sets its `subject`, stores it, lists it under the fallback tag.
    pub fn attach_manifest(&mut self, subject: &Descriptor, mut manifest: Value) -> Descriptor {
        manifest["subject"] = subject.bare();
        let descriptor = self.manifest(&manifest);
        self.list_referrer(subject, &descriptor);
        descriptor
    }

    /// `sha256-….sig`
    pub fn attach_signatures(&mut self, subject: &Descriptor, layers: &[LegacyLayer]) -> Descriptor {
        self.attach_legacy(subject, ".sig", layers)
    }

    /// `sha256-….att`
    pub fn attach_attestations(&mut self, subject: &Descriptor, layers: &[LegacyLayer]) -> Descriptor {
        self.attach_legacy(subject, ".att", layers)
    }

    /// Adds to the index of the fallback tag `sha256-…`, whose descriptors say little: cosign writes the config's type.
    pub fn list_referrer(&mut self, subject: &Descriptor, referrer: &Descriptor) {
        let tag = subject.derived_tag("");
        let mut listed = match self.tagged(&tag) {
            Some(index) => self.json(&index),
            None => json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [] }),
        };
        let artifact_type = self.json(referrer)["config"]["mediaType"].take();
        let entry = Descriptor(referrer.bare()).with("artifactType", artifact_type);
        listed["manifests"].as_array_mut().unwrap().push(entry.0);
        let index = self.manifest(&listed);
        self.tag(&tag, &index);
    }

    fn attach_legacy(&mut self, subject: &Descriptor, suffix: &str, layers: &[LegacyLayer]) -> Descriptor {
        let manifest = self.legacy_manifest(OCI_CONFIG, layers);
        let descriptor = self.manifest(&manifest);
        self.tag(&subject.derived_tag(suffix), &descriptor);
        descriptor
    }

    fn legacy_manifest(&mut self, config_type: &str, layers: &[LegacyLayer]) -> Value {
        let layers: Vec<Descriptor> = layers
            .iter()
            .map(|layer| {
                self.blob(&layer.media_type, &layer.bytes)
                    .with("annotations", json!(layer.annotations))
            })
            .collect();
        let digests: Vec<&str> = layers.iter().map(Descriptor::digest).collect();
        let root = json!({ "type": "layers", "diff_ids": digests });
        let config = json!({ "architecture": "", "os": "", "config": {}, "rootfs": root });
        let config = self.blob(config_type, config.to_string().as_bytes());
        manifest(OCI_MANIFEST, &config, &layers)
    }
}
