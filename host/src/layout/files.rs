//! The files of a layout, in a folder or in a tar file. Blob paths are only made from digests that have been read as
//! such; nothing is unpacked, and nothing outside of the layout is opened: a blob that is a link is no blob.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::digest::Digest;
use crate::limits;

#[derive(Debug)]
pub(super) enum Files {
    Folder(PathBuf),
    Archive(Archive),
}

#[derive(Debug)]
pub(super) struct Archive {
    file: Mutex<File>,
    /// where each file begins and how long it is
    places: BTreeMap<String, (u64, u64)>,
}

#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    #[error("cannot read `{name}`")]
    Io { name: String, source: std::io::Error },
    #[error("expected a folder or a tar file, found neither")]
    Kind,
    #[error("expected a tar file, found a compressed one\nhint: unpack it first")]
    Compressed,
    #[error("expected `{name}` once, found it twice in the archive")]
    Twice { name: String },
    #[error("expected at most {expected} files, found more")]
    TooMany { expected: usize },
    #[error("expected at most {expected} bytes, found {found}")]
    TooLarge { expected: u64, found: u64 },
}

impl Files {
    pub(super) fn open(path: &Path) -> Result<Self, FilesError> {
        let failed = |source| FilesError::Io {
            name: path.display().to_string(),
            source,
        };
        let metadata = std::fs::metadata(path).map_err(failed)?;
        if metadata.is_dir() {
            return Ok(Self::Folder(path.to_owned()));
        }
        if !metadata.is_file() {
            return Err(FilesError::Kind);
        }
        Archive::read(File::open(path).map_err(failed)?).map(Self::Archive)
    }

    /// A file beside `blobs`.
    pub(super) fn root(&self, name: &str) -> Result<Option<Vec<u8>>, FilesError> {
        self.content(name, limits::LAYOUT_INDEX_BYTES)
    }

    pub(super) fn blob(&self, digest: Digest, limit: u64) -> Result<Option<Vec<u8>>, FilesError> {
        self.content(&blob_name(digest), limit)
    }

    pub(super) fn has(&self, digest: Digest) -> bool {
        match self {
            Self::Folder(folder) => folder
                .join(blob_name(digest))
                .symlink_metadata()
                .is_ok_and(|metadata| metadata.is_file()),
            Self::Archive(archive) => archive.places.contains_key(&blob_name(digest)),
        }
    }

    /// Every blob that may be a manifest: a JSON object of a manifest's size, in the order of digests.
    pub(super) fn documents(&self) -> Result<Vec<Digest>, FilesError> {
        let mut documents = Vec::new();
        for digest in self.blobs()? {
            if self.begins_as_object(digest)? {
                documents.push(digest);
            }
        }
        Ok(documents)
    }

    fn blobs(&self) -> Result<Vec<Digest>, FilesError> {
        let mut blobs: Vec<Digest> = match self {
            Self::Archive(archive) => archive
                .places
                .keys()
                .filter_map(|name| digest_of(name.strip_prefix("blobs/sha256/")?))
                .collect(),
            Self::Folder(folder) => {
                let folder = folder.join("blobs/sha256");
                let failed = |source| FilesError::Io {
                    name: folder.display().to_string(),
                    source,
                };
                let mut blobs = Vec::new();
                for (count, entry) in std::fs::read_dir(&folder).map_err(failed)?.enumerate() {
                    if count >= limits::LAYOUT_ENTRIES {
                        return Err(FilesError::TooMany {
                            expected: limits::LAYOUT_ENTRIES,
                        });
                    }
                    blobs.extend(entry.map_err(failed)?.file_name().to_str().and_then(digest_of));
                }
                blobs
            }
        };
        blobs.sort_unstable();
        Ok(blobs)
    }

    fn begins_as_object(&self, digest: Digest) -> Result<bool, FilesError> {
        let name = blob_name(digest);
        let mut first = [0; 1];
        let failed = |source| FilesError::Io {
            name: name.clone(),
            source,
        };
        match self {
            Self::Folder(folder) => {
                let path = folder.join(&name);
                let metadata = path.symlink_metadata().map_err(failed)?;
                let of_size = metadata.is_file() && (2..=limits::MANIFEST_BYTES).contains(&metadata.len());
                if of_size {
                    File::open(&path)
                        .and_then(|mut file| file.read_exact(&mut first))
                        .map_err(failed)?;
                }
                Ok(of_size && first == *b"{")
            }
            Self::Archive(archive) => {
                let Some((position, size)) = archive.places.get(&name) else {
                    return Ok(false);
                };
                let of_size = (2..=limits::MANIFEST_BYTES).contains(size);
                if of_size {
                    archive.read_at(*position, &mut first).map_err(failed)?;
                }
                Ok(of_size && first == *b"{")
            }
        }
    }

    fn content(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, FilesError> {
        let failed = |source| FilesError::Io {
            name: name.to_owned(),
            source,
        };
        match self {
            Self::Folder(folder) => {
                let path = folder.join(name);
                let found = match path.symlink_metadata() {
                    Ok(metadata) if metadata.is_file() => metadata.len(),
                    Ok(_) => return Ok(None),
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
                    Err(error) => return Err(failed(error)),
                };
                within(limit, found)?;
                std::fs::read(path).map(Some).map_err(failed)
            }
            Self::Archive(archive) => {
                let Some((position, size)) = archive.places.get(name) else {
                    return Ok(None);
                };
                let mut content = vec![0; within(limit, *size)?];
                archive.read_at(*position, &mut content).map_err(failed)?;
                Ok(Some(content))
            }
        }
    }
}

impl Archive {
    fn read(mut file: File) -> Result<Self, FilesError> {
        let failed = |source| FilesError::Io {
            name: "archive".to_owned(),
            source,
        };
        if is_compressed(&mut file).map_err(failed)? {
            return Err(FilesError::Compressed);
        }
        let mut places = BTreeMap::new();
        let mut archive = tar::Archive::new(&mut file);
        for entry in archive.entries_with_seek().map_err(failed)? {
            // What cannot be read from its beginning on, and not for the system's reasons, is no archive.
            let entry = entry.map_err(|source| match source.raw_os_error() {
                None if places.is_empty() => FilesError::Kind,
                _ => failed(source),
            })?;
            if !entry.header().entry_type().is_file() {
                continue;
            }
            let path = entry.path_bytes();
            let name = String::from_utf8_lossy(path.strip_prefix(b"./").unwrap_or(&path)).into_owned();
            if places.len() >= limits::LAYOUT_ENTRIES {
                return Err(FilesError::TooMany {
                    expected: limits::LAYOUT_ENTRIES,
                });
            }
            // Readers differ in which of two they take.
            if places
                .insert(name.clone(), (entry.raw_file_position(), entry.size()))
                .is_some()
            {
                return Err(FilesError::Twice { name });
            }
        }
        Ok(Self {
            file: Mutex::new(file),
            places,
        })
    }

    fn read_at(&self, position: u64, content: &mut [u8]) -> std::io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(position))?;
        file.read_exact(content)
    }
}

/// gzip, zstd, xz and bzip2 by their first bytes.
fn is_compressed(file: &mut File) -> std::io::Result<bool> {
    let mut first = Vec::new();
    file.by_ref().take(4).read_to_end(&mut first)?;
    file.seek(SeekFrom::Start(0))?;
    Ok([&b"\x1f\x8b"[..], b"\x28\xb5\x2f\xfd", b"\xfd7zX", b"BZh"]
        .iter()
        .any(|magic| first.starts_with(magic)))
}

fn within(limit: u64, found: u64) -> Result<usize, FilesError> {
    let too_large = FilesError::TooLarge { expected: limit, found };
    if found > limit {
        Err(too_large)
    } else {
        usize::try_from(found).map_err(|_| too_large)
    }
}

fn blob_name(digest: Digest) -> String {
    format!("blobs/sha256/{}", digest.hex())
}

fn digest_of(name: &str) -> Option<Digest> {
    format!("sha256:{name}").parse().ok()
}
