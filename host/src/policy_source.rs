//! The policy and the files that it names, as bytes. Contents never appear in a message.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::args::{PolicyChoice, flags_policy};
use crate::limits;
use crate::wit::request::{NamedFile, PolicySource};
use crate::wit::requirements::FileReference;

/// Why a file could not be handed over.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("cannot read {what} `{}`", path.display())]
    Unreadable {
        what: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error("{what} `{}`: expected a file, found something else", path.display())]
    NotAFile { what: &'static str, path: PathBuf },
    #[error("{what} `{}`: expected at most {limit} bytes, found more", path.display())]
    TooLarge {
        what: &'static str,
        path: PathBuf,
        limit: u64,
    },
    #[error("the policy names `{path}`, which lies outside the work tree `{}`\nhint: copy it into the repository, so that a change of it is reviewed", tree.display())]
    Outside { path: String, tree: PathBuf },
}

/// Where the policy is, and how paths in it are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    folder: PathBuf,
    /// The git work tree that named files must stay in.
    tree: Option<PathBuf>,
}

/// The policy without the files that it names, and the place that those count from.
pub fn open(choice: &PolicyChoice) -> Result<(PolicySource, Place), FileError> {
    match choice {
        PolicyChoice::File { path, digest } => {
            let content = read("policy", path, limits::POLICY_BYTES)?;
            Ok((
                source(path.display().to_string(), content, digest.clone()),
                Place::of(path)?,
            ))
        }
        // Paths of the command line are the user's own: they count from the current folder and may be anywhere.
        PolicyChoice::Flags(flags) => {
            let document = flags_policy::document(flags);
            let place = Place {
                folder: PathBuf::new(),
                tree: None,
            };
            Ok((
                source(flags_policy::NAME.to_owned(), document.into_bytes(), None),
                place,
            ))
        }
    }
}

fn source(name: String, content: Vec<u8>, pinned: Option<String>) -> PolicySource {
    PolicySource {
        document: NamedFile { name, content },
        pinned,
        files: Vec::new(),
        kept_roots: Vec::new(),
        trust_override: Vec::new(),
    }
}

/// A source for looking without a policy.
pub fn none() -> PolicySource {
    source(String::new(), Vec::new(), None)
}

/// `--trusted-root FILE`
pub fn trusted_root(path: &Path) -> Result<NamedFile, FileError> {
    let content = read("trusted root", path, limits::POLICY_FILE_BYTES)?;
    Ok(NamedFile {
        name: path.display().to_string(),
        content,
    })
}

/// A file of another program, to be imported.
pub fn imported(path: &Path) -> Result<Vec<u8>, FileError> {
    read("file", path, limits::IMPORT_BYTES)
}

/// `--root FILE` of `portcullis trust`
pub fn initial_root(path: &Path) -> Result<Vec<u8>, FileError> {
    read("TUF root metadata", path, limits::POLICY_FILE_BYTES)
}

/// A PEM file for speaking to registries.
pub fn pem(what: &'static str, path: &Path) -> Result<Vec<u8>, FileError> {
    read(what, path, limits::POLICY_FILE_BYTES)
}

impl Place {
    fn of(policy: &Path) -> Result<Self, FileError> {
        let unreadable = |source| FileError::Unreadable {
            what: "policy",
            path: policy.to_owned(),
            source,
        };
        let real = policy.canonicalize().map_err(unreadable)?;
        let tree = real.ancestors().skip(1).find(|folder| folder.join(".git").exists());
        let folder = policy.parent().unwrap_or(Path::new("")).to_owned();
        Ok(Self {
            folder,
            tree: tree.map(Path::to_owned),
        })
    }

    /// A file that the policy names. Links are followed before it is decided whether it stays inside.
    pub fn named_file(&self, wanted: &FileReference) -> Result<NamedFile, FileError> {
        let path = self.folder.join(&wanted.path);
        if let Some(tree) = &self.tree {
            let unreadable = |source| FileError::Unreadable {
                what: "file",
                path: path.clone(),
                source,
            };
            if !path.canonicalize().map_err(unreadable)?.starts_with(tree) {
                return Err(FileError::Outside {
                    path: wanted.path.clone(),
                    tree: tree.clone(),
                });
            }
        }
        let content = read("file", &path, limits::POLICY_FILE_BYTES)?;
        Ok(NamedFile {
            name: wanted.path.clone(),
            content,
        })
    }
}

fn read(what: &'static str, path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    let unreadable = |source| FileError::Unreadable {
        what,
        path: path.to_owned(),
        source,
    };
    // Looked at before it is opened: a FIFO would wait for a writer.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(FileError::NotAFile {
            what,
            path: path.to_owned(),
        });
    }
    let mut content = Vec::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(limit + 1).read_to_end(&mut content).map_err(unreadable)?;
    if content.len() as u64 > limit {
        return Err(FileError::TooLarge {
            what,
            path: path.to_owned(),
            limit,
        });
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    fn wanted(path: &str) -> FileReference {
        FileReference {
            path: path.to_owned(),
            line: 1,
            sha256: None,
        }
    }

    #[test]
    fn named_files_stay_inside_the_work_tree_with_links_followed() {
        let scratch = Scratch::with(&[
            ("repository/.git/HEAD", b""),
            ("repository/gate/portcullis.yaml", b"version: 1\n"),
            ("repository/ops.pub", b"key"),
            ("secret", b"s"),
        ]);
        let tree = scratch.path.join("repository");
        std::os::unix::fs::symlink("../../secret", tree.join("gate/link.pub")).unwrap();
        let place = Place::of(&tree.join("gate/portcullis.yaml")).unwrap();
        assert_eq!(place.named_file(&wanted("../ops.pub")).unwrap().content, b"key");
        for outside in ["../../secret", "link.pub"] {
            let error = place.named_file(&wanted(outside)).unwrap_err();
            assert!(matches!(error, FileError::Outside { .. }), "{error}");
        }
        assert!(matches!(
            place.named_file(&wanted("..")),
            Err(FileError::NotAFile { .. })
        ));
    }

    #[test]
    fn sizes_are_capped() {
        let large = vec![b' '; usize::try_from(limits::POLICY_BYTES).unwrap() + 1];
        let scratch = Scratch::with(&[("p.yaml", large.as_slice())]);
        let choice = PolicyChoice::File {
            path: scratch.path.join("p.yaml"),
            digest: None,
        };
        assert!(matches!(open(&choice), Err(FileError::TooLarge { .. })));
    }
}
