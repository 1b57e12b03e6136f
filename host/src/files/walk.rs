//! Which files there are below what the command line names: in a stable order, bounded, never out of it by a link.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::glob;
use crate::limits;

/// What git keeps for itself: it takes no file into a commit from there. Other tools' folders it does take.
const NEVER: &str = ".git";

/// What is below a path that was named.
#[derive(Debug, Default)]
pub struct Walked {
    pub files: Vec<PathBuf>,
    /// left out by a glob, by which
    pub excluded: Vec<(PathBuf, String)>,
    /// what could not be gone into, and why
    pub unread: Vec<(PathBuf, String)>,
}

pub struct Walk<'a> {
    exclude: &'a [String],
    /// whether a file of this name is one to read
    wanted: fn(&Path) -> bool,
    walked: Walked,
    entries: usize,
}

impl<'a> Walk<'a> {
    pub fn new(exclude: &'a [String], wanted: fn(&Path) -> bool) -> Self {
        Self {
            exclude,
            wanted,
            walked: Walked::default(),
            entries: 0,
        }
    }

    /// A file that is named is read whatever it is called.
    pub fn add(&mut self, path: &Path) -> io::Result<()> {
        let root = path.canonicalize()?;
        if fs::metadata(path)?.is_dir() {
            self.folder(path, &root, 0);
        } else if !self.is_excluded(path) {
            self.walked.files.push(path.to_owned());
        }
        Ok(())
    }

    pub fn finish(self) -> Walked {
        self.walked
    }

    fn folder(&mut self, folder: &Path, root: &Path, depth: usize) {
        if self.is_excluded(folder) {
            return;
        }
        if depth > limits::FILE_FOLDERS {
            return self.unread(
                folder,
                format!("expected at most {} folders in each other", limits::FILE_FOLDERS),
            );
        }
        let entries = match fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
            Ok(entries) => entries,
            Err(error) => return self.unread(folder, error.to_string()),
        };
        let mut names: Vec<_> = entries.into_iter().map(|entry| entry.file_name()).collect();
        names.sort();
        for name in names {
            self.entries += 1;
            if self.entries == limits::FILE_ENTRIES {
                self.unread(
                    folder,
                    format!("expected at most {} files and folders", limits::FILE_ENTRIES),
                );
            }
            if self.entries >= limits::FILE_ENTRIES {
                return;
            }
            if name != NEVER {
                self.entry(&shown(folder, &name), root, depth);
            }
        }
    }

    fn entry(&mut self, path: &Path, root: &Path, depth: usize) {
        let kind = match fs::symlink_metadata(path) {
            Ok(metadata) => metadata.file_type(),
            Err(error) => return self.unread(path, error.to_string()),
        };
        if kind.is_symlink() {
            self.link(path, root);
        } else if kind.is_dir() {
            self.folder(path, root, depth + 1);
        } else if (self.wanted)(path) && !self.is_excluded(path) {
            match kind.is_file() {
                true => self.walked.files.push(path.to_owned()),
                false => self.unread(path, "expected a file, found something else".to_owned()),
            }
        }
    }

    /// What it leads to is read where it is, if that is below the same root.
    fn link(&mut self, path: &Path, root: &Path) {
        let target = path.canonicalize();
        let folder = target.as_ref().is_ok_and(|target| target.is_dir());
        let within = |target: &Path| match target.strip_prefix(root) {
            Ok(below) => below.iter().all(|part| part != NEVER),
            Err(_) => false,
        };
        let inside = target.as_ref().is_ok_and(|target| within(target));
        if !folder && !(self.wanted)(path) || folder && inside || self.is_excluded(path) {
            return;
        }
        match target {
            Ok(_) if inside => self.walked.files.push(path.to_owned()),
            Ok(_) => self.unread(
                path,
                "a link that leads out of what was named: name its target too".to_owned(),
            ),
            Err(error) => self.unread(path, error.to_string()),
        }
    }

    fn is_excluded(&mut self, path: &Path) -> bool {
        let text = path.to_string_lossy();
        let glob = self
            .exclude
            .iter()
            .find(|glob| glob::matches(glob.strip_prefix("./").unwrap_or(glob), &text));
        match glob {
            Some(glob) => self.walked.excluded.push((path.to_owned(), glob.clone())),
            None => return false,
        }
        true
    }

    fn unread(&mut self, path: &Path, why: String) {
        self.walked.unread.push((path.to_owned(), why));
    }
}

/// Without the `./` that the current folder would add.
fn shown(folder: &Path, name: &std::ffi::OsStr) -> PathBuf {
    match folder == Path::new(".") || folder == Path::new("./") {
        true => PathBuf::from(name),
        false => folder.strip_prefix("./").unwrap_or(folder).join(name),
    }
}
