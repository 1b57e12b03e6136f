//! Requests from OCI image layouts on disk, without the host: every blob, and a look-up per carrier.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use portcullis_component::wit::basics::{Carrier, Mode};
use portcullis_component::wit::request::{
    Blob, Breadth, Descriptor, Image, Lookup, NamedFile, Outcome, PolicySource, Request,
};
use serde_json::Value;

pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures")
}

/// 2026-11-22T23:00:00Z, an hour after the fixtures were signed.
pub const NOW: i64 = 1_795_388_400;

pub fn policy(path: &Path) -> PolicySource {
    let content = fs::read(path).unwrap();
    let text = String::from_utf8(content.clone()).unwrap();
    let folder = path.parent().unwrap();
    let named = text
        .split_whitespace()
        .map(|word| word.trim_end_matches(['}', ']', ',']))
        .filter(|word| word.starts_with("../"));
    PolicySource {
        document: NamedFile {
            name: path.file_name().unwrap().to_str().unwrap().to_owned(),
            content,
        },
        pinned: None,
        files: named
            .map(|name| NamedFile {
                name: name.to_owned(),
                content: fs::read(folder.join(name)).unwrap(),
            })
            .collect(),
        kept_roots: Vec::new(),
        trust_override: Vec::new(),
    }
}

/// `reference` is `registry/repository:tag`; the tag is looked up in the layout.
pub fn request(layout: &Path, reference: &str, policy: PolicySource) -> Request {
    let blobs: BTreeMap<String, Vec<u8>> = fs::read_dir(layout.join("blobs/sha256"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            (
                format!("sha256:{}", entry.file_name().to_str().unwrap()),
                fs::read(entry.path()).unwrap(),
            )
        })
        .collect();
    let index: Value = serde_json::from_slice(&fs::read(layout.join("index.json")).unwrap()).unwrap();
    let (name, tag) = reference.rsplit_once(':').unwrap();
    let tagged = |tag: &str| {
        index["manifests"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["annotations"]["org.opencontainers.image.ref.name"] == tag)
    };
    let digest = tagged(tag).unwrap()["digest"].as_str().unwrap().to_owned();
    let mut lookups = Vec::new();
    for subject in [vec![digest.clone()], children(&blobs[&digest])].concat() {
        let hex = subject.strip_prefix("sha256:").unwrap();
        for (carrier, tag) in [
            (Carrier::ReferrersTag, format!("sha256-{hex}")),
            (Carrier::SignatureTag, format!("sha256-{hex}.sig")),
            (Carrier::AttestationTag, format!("sha256-{hex}.att")),
        ] {
            let Some(entry) = tagged(&tag) else { continue };
            let found = match carrier {
                Carrier::ReferrersTag => descriptors(&blobs[entry["digest"].as_str().unwrap()]),
                _ => vec![descriptor(entry)],
            };
            lookups.push(Lookup {
                subject: subject.clone(),
                carrier,
                outcome: Outcome::Found(found),
            });
        }
    }
    Request {
        policy,
        mode: Mode::Enforce,
        image: Image {
            reference: reference.to_owned(),
            name: name.to_owned(),
            tag: Some(tag.to_owned()),
            resolved: Ok(digest),
        },
        time: NOW,
        blobs: blobs
            .into_iter()
            .map(|(digest, content)| Blob { digest, content })
            .collect(),
        lookups,
        unreadable: Vec::new(),
        bundles: Vec::new(),
        breadth: Breadth::Verdict,
    }
}

fn children(manifest: &[u8]) -> Vec<String> {
    let value: Value = serde_json::from_slice(manifest).unwrap();
    let children = value["manifests"].as_array().into_iter().flatten();
    children.map(|one| one["digest"].as_str().unwrap().to_owned()).collect()
}

fn descriptors(index: &[u8]) -> Vec<Descriptor> {
    let value: Value = serde_json::from_slice(index).unwrap();
    value["manifests"].as_array().unwrap().iter().map(descriptor).collect()
}

fn descriptor(value: &Value) -> Descriptor {
    Descriptor {
        media_type: value["mediaType"].as_str().unwrap().to_owned(),
        digest: value["digest"].as_str().unwrap().to_owned(),
        size: value["size"].as_u64().unwrap(),
        artifact_type: value["artifactType"].as_str().map(str::to_owned),
    }
}

/// The class as docs/verification.md writes it.
pub fn class(class: portcullis_component::wit::basics::ResultClass) -> String {
    let mut words = String::new();
    for letter in format!("{class:?}").trim_start_matches("ResultClass::").chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push('-');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}
