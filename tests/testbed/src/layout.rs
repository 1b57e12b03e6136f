//! OCI image layouts in memory ([image-layout]): images, indexes, and writing them down.
//!
//! [image-layout]: https://github.com/opencontainers/image-spec/blob/main/image-layout.md

use crate::key::sha256_hex;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::{fs, io, path::Path};

pub const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
pub const OCI_LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
pub const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
pub const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
pub const DOCKER_CONFIG: &str = "application/vnd.docker.container.image.v1+json";
pub const DOCKER_LAYER: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";
pub const REF_NAME: &str = "org.opencontainers.image.ref.name";

/// An OCI descriptor, to be broken through its value where the methods do not reach.
#[derive(Clone, Debug, PartialEq)]
pub struct Descriptor(pub Value);

impl Descriptor {
    pub fn of(media_type: &str, bytes: &[u8]) -> Descriptor {
        let digest = format!("sha256:{}", sha256_hex(bytes));
        Descriptor(json!({ "mediaType": media_type, "digest": digest, "size": bytes.len() }))
    }

    /// `sha256:…`
    pub fn digest(&self) -> &str {
        self.0["digest"].as_str().unwrap()
    }

    /// The tag that stands for this digest: `sha256-…` and what follows it, `.sig` or nothing.
    pub fn derived_tag(&self, suffix: &str) -> String {
        self.digest().replacen(':', "-", 1) + suffix
    }

    pub fn with(mut self, field: &str, value: Value) -> Descriptor {
        self.0[field] = value;
        self
    }

    /// `linux/arm64`
    pub fn platform(self, platform: &str) -> Descriptor {
        let (os, architecture) = platform.split_once('/').unwrap();
        self.with("platform", json!({ "architecture": architecture, "os": os }))
    }

    pub fn annotation(mut self, name: &str, value: &str) -> Descriptor {
        self.0["annotations"][name] = json!(value);
        self
    }

    /// Media type, digest and size alone, as in a `subject`.
    pub fn bare(&self) -> Value {
        json!({ "mediaType": self.0["mediaType"], "digest": self.0["digest"], "size": self.0["size"] })
    }
}

#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// By digest, `sha256:…`. Bytes under a wrong digest are a matter of putting them here.
    pub blobs: BTreeMap<String, Vec<u8>>,
    /// The entries of `index.json`; a tag is an entry with a name.
    pub index: Vec<Descriptor>,
}

impl Layout {
    /// A layout with one image under a tag.
    pub fn with_image(tag: &str) -> (Layout, Descriptor) {
        let mut layout = Layout::default();
        let image = layout.image(tag, "linux/amd64");
        layout.tag(tag, &image);
        (layout, image)
    }

    pub fn blob(&mut self, media_type: &str, bytes: &[u8]) -> Descriptor {
        let descriptor = Descriptor::of(media_type, bytes);
        self.blobs.insert(descriptor.digest().to_owned(), bytes.to_vec());
        descriptor
    }

    /// Any manifest or index; the descriptor has its `mediaType`, or OCI's for manifests.
    pub fn manifest(&mut self, manifest: &Value) -> Descriptor {
        let media_type = manifest["mediaType"].as_str().unwrap_or(OCI_MANIFEST);
        self.blob(media_type, manifest.to_string().as_bytes())
    }

    /// An image whose bytes follow from `content`; the descriptor names the platform.
    pub fn image(&mut self, content: &str, platform: &str) -> Descriptor {
        self.image_of([OCI_MANIFEST, OCI_CONFIG, OCI_LAYER], content, platform)
    }

    /// The same in Docker's media types.
    pub fn docker_image(&mut self, content: &str, platform: &str) -> Descriptor {
        self.image_of([DOCKER_MANIFEST, DOCKER_CONFIG, DOCKER_LAYER], content, platform)
    }

    /// An image index.
    pub fn image_index(&mut self, children: &[Descriptor]) -> Descriptor {
        self.index_of(OCI_INDEX, children)
    }

    /// A Docker manifest list.
    pub fn docker_list(&mut self, children: &[Descriptor]) -> Descriptor {
        self.index_of(DOCKER_LIST, children)
    }

    /// The child that BuildKit adds for the provenance of another child of the same index.
    pub fn buildkit_attestation(&mut self, child: &Descriptor) -> Descriptor {
        let statement = json!({ "_type": crate::statement::V01, "subject": [], "predicate": child.digest() });
        let layer = self.blob(crate::signing::IN_TOTO, statement.to_string().as_bytes());
        let layer = layer.annotation("in-toto.io/predicate-type", "https://slsa.dev/provenance/v0.2");
        let config = self.blob(OCI_CONFIG, br#"{"architecture":"unknown","os":"unknown"}"#);
        self.manifest(&manifest(OCI_MANIFEST, &config, &[layer]))
            .platform("unknown/unknown")
            .annotation("vnd.docker.reference.type", "attestation-manifest")
            .annotation("vnd.docker.reference.digest", child.digest())
    }

    /// Names a manifest; a name that is there moves.
    pub fn tag(&mut self, name: &str, descriptor: &Descriptor) {
        self.untag(name);
        self.index
            .push(Descriptor(descriptor.bare()).annotation(REF_NAME, name));
    }

    pub fn untag(&mut self, name: &str) {
        self.index.retain(|entry| entry.0["annotations"][REF_NAME] != name);
    }

    pub fn tagged(&self, name: &str) -> Option<Descriptor> {
        self.index
            .iter()
            .find(|entry| entry.0["annotations"][REF_NAME] == name)
            .cloned()
    }

    /// The JSON stored under a descriptor.
    pub fn json(&self, descriptor: &Descriptor) -> Value {
        serde_json::from_slice(&self.blobs[descriptor.digest()]).unwrap()
    }

    /// The files of the layout by path.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let entries: Vec<&Value> = self.index.iter().map(|entry| &entry.0).collect();
        let index = json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries });
        let blob =
            |(digest, bytes): (&String, &Vec<u8>)| (format!("blobs/{}", digest.replacen(':', "/", 1)), bytes.clone());
        let mut files: BTreeMap<String, Vec<u8>> = self.blobs.iter().map(blob).collect();
        files.insert("oci-layout".to_owned(), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec());
        files.insert("index.json".to_owned(), index.to_string().into_bytes());
        files
    }

    pub fn write_directory(&self, directory: &Path) -> io::Result<()> {
        for (path, bytes) in self.files() {
            let path = directory.join(path);
            fs::create_dir_all(path.parent().unwrap())?;
            fs::write(path, bytes)?;
        }
        Ok(())
    }

    pub fn tar(&self) -> Vec<u8> {
        crate::tar::archive(&self.files())
    }

    fn image_of(&mut self, media_types: [&str; 3], content: &str, platform: &str) -> Descriptor {
        let [manifest_type, config_type, layer_type] = media_types;
        let layer = self.blob(layer_type, format!("layer of {content} for {platform}").as_bytes());
        let (os, architecture) = platform.split_once('/').unwrap();
        let root = json!({ "type": "layers", "diff_ids": [layer.digest()] });
        let config = json!({ "architecture": architecture, "os": os, "config": {}, "rootfs": root });
        let config = self.blob(config_type, config.to_string().as_bytes());
        self.manifest(&manifest(manifest_type, &config, &[layer]))
            .platform(platform)
    }

    fn index_of(&mut self, media_type: &str, children: &[Descriptor]) -> Descriptor {
        let children: Vec<&Value> = children.iter().map(|child| &child.0).collect();
        self.manifest(&json!({ "schemaVersion": 2, "mediaType": media_type, "manifests": children }))
    }
}

/// A manifest with this config and these layers.
pub fn manifest(media_type: &str, config: &Descriptor, layers: &[Descriptor]) -> Value {
    let layers: Vec<&Value> = layers.iter().map(|layer| &layer.0).collect();
    json!({ "schemaVersion": 2, "mediaType": media_type, "config": config.0, "layers": layers })
}
