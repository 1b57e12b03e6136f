//! [OCI image layouts](https://github.com/opencontainers/image-spec/blob/main/image-layout.md), as a folder or as one
//! tar file that is read in place, in the dialects of cosign, oras, skopeo, docker and containerd.
//!
//! Referrers are found by the `subject` of every manifest in `blobs/`, whether `index.json` lists it or not.

mod docker;
mod entries;
mod files;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::OnceLock;

use crate::digest::Digest;
use crate::document::Document;
use crate::limits;
use crate::reference::Reference;
use crate::source::{DerivedTag, Fetched, Found, Source, could_not_look, in_words, not_found};
use crate::wit::basics::Failure;
use crate::wit::request::Descriptor;
use entries::{Choice, Entries};
use files::{Files, FilesError};

#[derive(Debug)]
pub struct Layout {
    path: String,
    files: Files,
    entries: Entries,
    /// by the digest that they name as `subject`; read when first asked for
    referrers: OnceLock<Result<BTreeMap<Digest, Vec<Descriptor>>, String>>,
}

#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    #[error("layout `{path}`")]
    Files { path: String, source: FilesError },
    #[error(
        "layout `{path}`: expected `index.json`, found a `docker save` archive without it\n\
         hint: write it with docker 25 or later, or `skopeo copy docker-archive:FILE oci:FOLDER`"
    )]
    DockerArchive { path: String },
    #[error(
        "layout `{path}`: expected `index.json`, found none\nhint: name the folder or tar file that holds `index.json` and `blobs`"
    )]
    NoIndex { path: String },
    #[error("layout `{path}`: cannot read `{file}`: error in line {line}, column {column}")]
    Json {
        path: String,
        file: &'static str,
        line: usize,
        column: usize,
    },
    #[error("layout `{path}`: expected `imageLayoutVersion` 1.0.0, found `{found}`")]
    Version { path: String, found: String },
    #[error(
        "layout `{path}`: `manifest.json` and `index.json` disagree: {found}\nhint: two tools would load two images from it"
    )]
    Contradiction { path: String, found: String },
}

impl Layout {
    pub fn open(path: &Path) -> Result<Self, LayoutError> {
        let name = path.display().to_string();
        let failed = |source| LayoutError::Files {
            path: name.clone(),
            source,
        };
        let files = Files::open(path).map_err(failed)?;
        let json = |file, error: serde_json::Error| LayoutError::Json {
            path: name.clone(),
            file,
            line: error.line(),
            column: error.column(),
        };
        let saved = files.root("manifest.json").map_err(failed)?;
        let Some(index) = files.root("index.json").map_err(failed)? else {
            return Err(match saved {
                Some(_) => LayoutError::DockerArchive { path: name },
                None => LayoutError::NoIndex { path: name },
            });
        };
        if let Some(version) = files.root("oci-layout").map_err(failed)? {
            check_version(&version)
                .map_err(|error| json("oci-layout", error))?
                .map_or(Ok(()), |found| {
                    Err(LayoutError::Version {
                        path: name.clone(),
                        found,
                    })
                })?;
        }
        let entries = Entries::parse(&index).map_err(|error| json("index.json", error))?;
        if let Some(saved) = saved {
            let contradiction =
                docker::contradiction(&files, &entries, &saved).map_err(|error| json("manifest.json", error))?;
            contradiction.map_or(Ok(()), |found| {
                Err(LayoutError::Contradiction {
                    path: name.clone(),
                    found,
                })
            })?;
        }
        Ok(Self {
            path: name,
            files,
            entries,
            referrers: OnceLock::new(),
        })
    }

    fn blob_place(&self, digest: Digest) -> String {
        format!("{}/blobs/sha256/{}", self.path, digest.hex())
    }

    fn read(&self, digest: Digest, limit: u64, described: Option<&str>) -> Result<Fetched, Failure> {
        let place = self.blob_place(digest);
        let content = match self.files.blob(digest, limit) {
            Ok(Some(content)) => content,
            Ok(None) => return Err(could_not_look(place, "the layout does not have this blob")),
            Err(error @ FilesError::TooLarge { .. }) => return Err(crate::source::over_budget(place, error)),
            Err(error) => return Err(could_not_look(place, in_words(&error))),
        };
        Ok(Fetched {
            content,
            media_type: described.map(str::to_owned),
            claimed: Some(digest),
            place,
        })
    }

    /// Every manifest of the layout that has a subject.
    fn find_referrers(&self) -> Result<BTreeMap<Digest, Vec<Descriptor>>, FilesError> {
        let mut found: BTreeMap<Digest, Vec<Descriptor>> = BTreeMap::new();
        for digest in self.files.documents()? {
            let Some(content) = self.files.blob(digest, limits::MANIFEST_BYTES)? else {
                continue;
            };
            let Ok(document) = Document::parse(&content, None) else {
                continue;
            };
            let Some(subject) = document.subject else { continue };
            found.entry(subject).or_default().push(Descriptor {
                media_type: document.media_type,
                digest: digest.to_string(),
                size: u64::try_from(content.len()).unwrap_or(u64::MAX),
                artifact_type: document.artifact_type,
            });
        }
        Ok(found)
    }
}

/// The version where it is not the one there is.
fn check_version(content: &[u8]) -> Result<Option<String>, serde_json::Error> {
    #[derive(serde::Deserialize)]
    struct Version {
        #[serde(rename = "imageLayoutVersion")]
        version: String,
    }
    let Version { version } = serde_json::from_slice(content)?;
    Ok((version != "1.0.0").then_some(version))
}

impl Source for Layout {
    fn image(&self, reference: &Reference) -> Result<Fetched, Failure> {
        let place = format!("{}/index.json", self.path);
        if let Some(digest) = reference.digest() {
            if self.files.has(digest) {
                return self.read(digest, limits::MANIFEST_BYTES, self.entries.media_type(digest));
            }
            return Err(not_found(
                self.blob_place(digest),
                format!("expected the image `{digest}`, found {}", self.entries.in_words()),
            ));
        }
        match self.entries.image(reference) {
            Choice::One(entry) => self.read(entry.digest, limits::MANIFEST_BYTES, Some(&entry.media_type)),
            Choice::None => Err(not_found(
                place,
                format!("expected an image `{reference}`, found {}", self.entries.in_words()),
            )),
            Choice::Several(digests) => {
                let digests: Vec<String> = digests.iter().map(|digest| format!("`{digest}`")).collect();
                Err(could_not_look(
                    place,
                    format!("expected one image `{reference}`, found {}", digests.join(" and ")),
                ))
            }
        }
    }

    fn manifest(&self, _: &Reference, digest: Digest) -> Result<Fetched, Failure> {
        self.read(digest, limits::MANIFEST_BYTES, None)
    }

    fn blob(&self, _: &Reference, digest: Digest, size: u64) -> Result<Fetched, Failure> {
        self.read(digest, size, None)
    }

    fn derived(&self, _: &Reference, subject: Digest, tag: DerivedTag) -> Result<Found<Fetched>, Failure> {
        match self.entries.derived(subject, tag) {
            Choice::One(entry) => self
                .read(entry.digest, limits::MANIFEST_BYTES, Some(&entry.media_type))
                .map(Found::Here),
            Choice::None => Ok(Found::Absent(format!("no entry `{}` in index.json", tag.of(subject)))),
            Choice::Several(_) => Err(could_not_look(
                format!("{}/index.json", self.path),
                format!("expected one entry `{}`, found several", tag.of(subject)),
            )),
        }
    }

    fn referrers(&self, _: &Reference, subject: Digest) -> Result<Found<Vec<Descriptor>>, Failure> {
        let found = self
            .referrers
            .get_or_init(|| self.find_referrers().map_err(|error| in_words(&error)));
        match found {
            Ok(found) => Ok(Found::Here(found.get(&subject).cloned().unwrap_or_default())),
            Err(reason) => Err(could_not_look(format!("{}/blobs/sha256", self.path), reason)),
        }
    }

    /// Files are near: threads would cost more than they bring.
    fn parallel(&self) -> NonZeroUsize {
        NonZeroUsize::MIN
    }

    fn contacted(&self, _: &Reference) -> Vec<String> {
        Vec::new()
    }
}
