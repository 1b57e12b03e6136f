//! What the component wants to see of an image that another one was built on: its manifest, its platforms' and their
//! configurations, and what was looked up about it. It all goes into the request of the image that is judged.

use super::{Depth, Places, Store, Walk};
use crate::digest::Digest;
use crate::limits;
use crate::reference::Reference;
use crate::source::{Source, over_budget};
use crate::wit::basics::Carrier;
use crate::wit::request::{Blob, Lookup, Unreadable};
use crate::wit::requirements::ImageRequirements;

/// What is added to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    pub blobs: Vec<Blob>,
    pub lookups: Vec<Lookup>,
    pub unreadable: Vec<Unreadable>,
    pub contacted: Vec<String>,
}

/// `reference` has a digest: what a tag names today says nothing of what was built on.
pub fn collect_base(source: &dyn Source, reference: &Reference, digest: Digest, carriers: &[Carrier]) -> Beside {
    let mut walk = Walk {
        source,
        places: Places::new(reference, &[]),
        depth: Depth::Signed,
        store: Store::default(),
        budget: super::Budget::default(),
    };
    let lookups = match source.image(reference) {
        Ok(fetched) => {
            walk.store.admit_image(digest, fetched);
            let platforms = ImageRequirements {
                name: reference.name(),
                origin: None,
                evidence: Vec::new(),
                rules: Vec::new(),
                carriers: carriers.to_vec(),
                children: true,
            };
            let manifests = walk.subjects(digest, &platforms);
            walk.fetch_configurations(&manifests);
            let mut lookups = walk.look_up(&[digest], carriers);
            walk.fetch_candidates(&mut lookups);
            lookups.into_iter().map(|one| one.lookup).collect()
        }
        Err(failure) => {
            walk.store.refuse(digest, failure);
            Vec::new()
        }
    };
    let (blobs, unreadable) = walk.store.into_parts();
    Beside {
        blobs,
        lookups,
        unreadable,
        contacted: source.contacted(reference),
    }
}

impl Walk<'_> {
    fn fetch_configurations(&mut self, manifests: &[Digest]) {
        let documents = manifests.iter().filter_map(|digest| self.store.document(*digest));
        let configurations: Vec<_> = documents.filter_map(|document| document.configuration).collect();
        for configuration in configurations {
            let (digest, size) = (configuration.digest, configuration.descriptor.size);
            if self.store.has(digest) {
                continue;
            }
            if let Some(content) = configuration.embedded() {
                self.store.admit_embedded(digest, content);
                continue;
            }
            let limit = limits::CONFIGURATION_BYTES;
            let fetched = if size > limit {
                let reason = format!("expected a configuration of at most {limit} bytes, found {size}");
                Err(over_budget(digest.to_string(), reason))
            } else {
                self.source.blob(self.places.own(), digest, size)
            };
            match fetched {
                Ok(fetched) => self.store.admit(digest, fetched),
                Err(failure) => self.store.refuse(digest, failure),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Layout;
    use crate::scratch::Scratch;
    use crate::wit::request::Outcome;

    const CARRIERS: [Carrier; 3] = [Carrier::Referrer, Carrier::ReferrersTag, Carrier::SignatureTag];

    fn descriptor(media_type: &str, content: &str) -> String {
        let digest = Digest::of(content.as_bytes());
        format!(
            r#"{{"mediaType":"{media_type}","digest":"{digest}","size":{}}}"#,
            content.len()
        )
    }

    fn manifest(config: &str) -> String {
        let config = descriptor("application/vnd.oci.image.config.v1+json", config);
        format!(r#"{{"schemaVersion":2,"config":{config},"layers":[]}}"#)
    }

    /// A layout of these documents, whose `index.json` lists the first one.
    fn layout(documents: &[&str]) -> Scratch {
        let kind = if documents[0].contains("manifests") {
            "index"
        } else {
            "manifest"
        };
        let listed = descriptor(&format!("application/vnd.oci.image.{kind}.v1+json"), documents[0]);
        let index = format!(r#"{{"schemaVersion":2,"manifests":[{listed}]}}"#);
        let name = |content: &str| format!("blobs/sha256/{}", Digest::of(content.as_bytes()).hex());
        let names: Vec<String> = documents.iter().map(|content| name(content)).collect();
        let mut files: Vec<(&str, &[u8])> = vec![("index.json", index.as_bytes())];
        files.extend(
            names
                .iter()
                .map(String::as_str)
                .zip(documents.iter().map(|content| content.as_bytes())),
        );
        Scratch::with(&files)
    }

    fn collected(scratch: &Scratch, digest: Digest) -> Beside {
        let layout = Layout::open(&scratch.path).expect("a layout");
        let reference: Reference = format!("r.example/base@{digest}").parse().expect("a reference");
        collect_base(&layout, &reference, digest, &CARRIERS)
    }

    #[test]
    fn platforms_and_configurations_come_with_it() {
        let (amd64, arm64) = (
            r#"{"created":"1970-01-01T00:00:01Z"}"#,
            r#"{"created":"1970-01-01T00:00:02Z"}"#,
        );
        let manifests = [manifest(amd64), manifest(arm64)];
        let entries = manifests
            .each_ref()
            .map(|one| descriptor("application/vnd.oci.image.manifest.v1+json", one));
        let index = format!(r#"{{"schemaVersion":2,"manifests":[{}]}}"#, entries.join(","));
        let documents = [index.as_str(), &manifests[0], &manifests[1], amd64, arm64];
        let scratch = layout(&documents);
        let digest = Digest::of(index.as_bytes());
        let beside = collected(&scratch, digest);
        let found: Vec<&str> = beside.blobs.iter().map(|blob| blob.digest.as_str()).collect();
        for document in documents {
            let digest = Digest::of(document.as_bytes()).to_string();
            assert!(found.contains(&digest.as_str()), "{document}");
        }
        assert_eq!(beside.unreadable, []);
        let lookups: Vec<_> = beside
            .lookups
            .iter()
            .map(|one| (one.subject.clone(), one.carrier))
            .collect();
        assert_eq!(lookups, CARRIERS.map(|carrier| (digest.to_string(), carrier)));
        assert!(
            !beside
                .lookups
                .iter()
                .any(|one| matches!(one.outcome, Outcome::Failed(_)))
        );
    }

    #[test]
    fn what_cannot_be_had_is_said() {
        let lone = manifest("{}");
        let scratch = layout(&[&lone]);
        let configuration = Digest::of(b"{}").to_string();
        let refused = |beside: &Beside| {
            beside
                .unreadable
                .iter()
                .map(|one| one.digest.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            refused(&collected(&scratch, Digest::of(lone.as_bytes()))),
            [configuration]
        );
        let absent = Digest::of(b"absent");
        let beside = collected(&scratch, absent);
        assert_eq!((refused(&beside), beside.lookups.len()), (vec![absent.to_string()], 0));
    }
}
