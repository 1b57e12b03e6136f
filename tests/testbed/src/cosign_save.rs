//! The dialect of layouts that `cosign save` writes: kinds instead of names, referrers in the blobs but not listed.

use crate::layout::{Descriptor, Layout, OCI_INDEX, REF_NAME};
use serde_json::Value;

impl Layout {
    pub fn cosign_save(&self) -> Layout {
        let entry = |entry: &Descriptor| {
            let name = entry.0["annotations"][REF_NAME].as_str().unwrap_or_default();
            let kind = kind(name, &entry.0["mediaType"])?;
            let kind = format!("dev.cosignproject.cosign/{kind}");
            Some(Descriptor(entry.bare()).annotation("kind", &kind))
        };
        Layout {
            blobs: self.blobs.clone(),
            index: self.index.iter().filter_map(entry).collect(),
        }
    }
}

fn kind(name: &str, media_type: &Value) -> Option<&'static str> {
    if !name.starts_with("sha256-") {
        return Some(if media_type == OCI_INDEX { "imageIndex" } else { "image" });
    }
    match name.rsplit_once('.') {
        Some((_, "sig")) => Some("sigs"),
        Some((_, "att")) => Some("atts"),
        _ => None, // the fallback tag of the referrers
    }
}
