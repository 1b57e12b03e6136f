//! Blobs and manifests that were fetched before, by their digest. Nothing that can change is kept: no tags, no lists of
//! referrers, and nothing that was not there.
//!
//! A file is named by the digest of its content, which is hashed again whenever it is read: whoever changes the folder
//! can make this program fetch, and nothing else. The cache is a convenience, so what goes wrong with it is no error.

mod folder;
#[cfg(test)]
mod tests;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use crate::digest::Digest;
use crate::limits;
pub use folder::folder;

/// Readers and writers may be several processes: files appear whole, by a rename, and vanish whole.
#[derive(Debug)]
pub struct Cache {
    blobs: PathBuf,
    /// bytes that it may hold
    limit: u64,
    /// bytes that it holds, as far as this process knows; none before it wrote something
    held: Mutex<Option<u64>>,
}

impl Cache {
    /// In a folder that need not be there yet.
    pub fn new(folder: &Path, limit: u64) -> Self {
        Self {
            blobs: folder.join("blobs"),
            limit,
            held: Mutex::new(None),
        }
    }

    /// What is there under this digest, if it is that, and at most `most` bytes. Anything else is removed.
    pub fn read(&self, digest: Digest, most: u64) -> Option<Vec<u8>> {
        let path = self.path(digest);
        // a pipe would be waited for
        let metadata = fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file)?;
        if metadata.len() > most {
            return None;
        }
        let mut file = File::open(&path).ok()?;
        let mut content = Vec::new();
        Read::by_ref(&mut file).take(most + 1).read_to_end(&mut content).ok()?;
        if Digest::of(&content) != digest {
            drop(fs::remove_file(&path));
            return None;
        }
        // The oldest are the first to go.
        drop(file.set_modified(SystemTime::now()));
        Some(content)
    }

    /// Keeps what is its digest.
    pub fn write(&self, digest: Digest, content: &[u8]) {
        let bytes = u64::try_from(content.len()).unwrap_or(u64::MAX);
        if bytes <= self.limit / 4 && Digest::of(content) == digest && self.place(digest, content).is_ok() {
            self.account(bytes);
        }
    }

    /// The name is made of the digest's bytes, in hexadecimal.
    fn path(&self, digest: Digest) -> PathBuf {
        self.blobs.join(digest.hex())
    }

    fn place(&self, digest: Digest, content: &[u8]) -> io::Result<()> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        create_private(&self.blobs)?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let part = self.blobs.join(format!("{PART}{}-{number}", std::process::id()));
        let written = private()
            .open(&part)
            .and_then(|mut file| file.write_all(content))
            .and_then(|()| fs::rename(&part, self.path(digest)));
        if written.is_err() {
            drop(fs::remove_file(&part));
        }
        written
    }

    fn account(&self, bytes: u64) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let now = match *held {
            Some(before) => before.saturating_add(bytes),
            None => self.entries().iter().map(|entry| entry.bytes).sum(),
        };
        *held = Some(if now > self.limit { self.evict() } else { now });
    }

    /// Removes the least recently used until a tenth is free again; gives what is left.
    fn evict(&self) -> u64 {
        let mut entries = self.entries();
        entries.sort_by_key(|entry| entry.used);
        let mut held: u64 = entries.iter().map(|entry| entry.bytes).sum();
        for entry in entries {
            if held <= self.limit / 10 * 9 {
                break;
            }
            // Another process may have removed it: then it is gone all the same.
            drop(fs::remove_file(&entry.path));
            held = held.saturating_sub(entry.bytes);
        }
        held
    }

    /// Whatever lies there, also what a process left behind that was ended while it wrote.
    fn entries(&self) -> Vec<Entry> {
        let Ok(listed) = fs::read_dir(&self.blobs) else {
            return Vec::new();
        };
        let entry = |one: fs::DirEntry| {
            let metadata = one.metadata().ok()?;
            Some(Entry {
                path: one.path(),
                bytes: metadata.len(),
                used: metadata.modified().ok()?,
            })
        };
        listed.flatten().take(limits::CACHE_ENTRIES).filter_map(entry).collect()
    }
}

struct Entry {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
}

/// Beginning of the name of a file that is being written; no digest begins so.
const PART: &str = "part-";

/// What was pulled with somebody's credentials is for nobody else to read.
#[cfg(unix)]
fn private() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    options
}

#[cfg(not(unix))]
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    options
}

#[cfg(unix)]
fn create_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn create_private(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).create(folder)
}
