//! `docker save` of version 25 and later writes an OCI layout with docker's older `manifest.json` beside it. Who loads
//! the archive may read either: they have to describe the same images.
//! <https://github.com/moby/moby/blob/master/image/tarexport/tarexport.go>

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::entries::Entries;
use super::files::Files;
use crate::digest::Digest;
use crate::limits;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Saved {
    config: String,
    #[serde(default)]
    layers: Vec<String>,
}

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    manifests: Vec<Named>,
    config: Option<Named>,
    #[serde(default)]
    layers: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    digest: String,
}

/// What `manifest.json` names that no manifest of `index.json` has, in words.
pub(super) fn contradiction(
    files: &Files,
    entries: &Entries,
    saved: &[u8],
) -> Result<Option<String>, serde_json::Error> {
    let saved: Vec<Saved> = serde_json::from_slice(saved)?;
    let images = images(files, entries);
    Ok(saved.into_iter().find_map(|saved| {
        let layers: Vec<&str> = saved.layers.iter().map(|path| digits(path)).collect();
        match images.get(digits(&saved.config)) {
            None => Some(format!("`{}` is the config of no image in `index.json`", saved.config)),
            Some(found) if *found != layers => Some(format!(
                "the image with the config `{}` has other layers in `index.json`",
                saved.config
            )),
            Some(_) => None,
        }
    }))
}

/// Layers by config, of every manifest that `index.json` leads to.
fn images(files: &Files, entries: &Entries) -> BTreeMap<String, Vec<String>> {
    let mut images = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut left: Vec<Digest> = entries.digests().collect();
    while let Some(digest) = left.pop() {
        if !seen.insert(digest) {
            continue;
        }
        let Ok(Some(content)) = files.blob(digest, limits::MANIFEST_BYTES) else {
            continue;
        };
        let Ok(manifest) = serde_json::from_slice::<Manifest>(&content) else {
            continue;
        };
        left.extend(
            manifest
                .manifests
                .iter()
                .filter_map(|named| named.digest.parse::<Digest>().ok()),
        );
        if let Some(config) = manifest.config {
            images.insert(
                digits(&config.digest).to_owned(),
                manifest
                    .layers
                    .iter()
                    .map(|layer| digits(&layer.digest).to_owned())
                    .collect(),
            );
        }
    }
    images
}

/// The hexadecimal part of `sha256:<hex>`, `blobs/sha256/<hex>` or docker's own `<hex>.json` and `<hex>/layer.tar`.
fn digits(name: &str) -> &str {
    let name = name.trim_end_matches(".json").trim_end_matches("/layer.tar");
    name.rsplit(['/', ':']).next().unwrap_or(name)
}
