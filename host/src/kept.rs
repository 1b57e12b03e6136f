//! The folder of kept trusted roots: one file each, exchanged as a whole, so that processes may run at the same time.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::limits;
use crate::wit::trust::Kept;

const FOLDER: &str = "trust";
const ENDING: &str = ".json";

/// The kept roots below a cache folder, which need not be there yet.
#[derive(Debug, Clone)]
pub struct KeptRoots {
    folder: PathBuf,
}

/// Held while a root is exchanged; the lock ends with it.
#[derive(Debug)]
pub struct Exchange {
    path: PathBuf,
    folder: PathBuf,
    _lock: File,
}

#[derive(Debug, thiserror::Error)]
pub enum KeptError {
    #[error("cannot {what} `{}`", path.display())]
    Unusable {
        what: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error("`{}` has more than {limit} bytes\nhint: no trusted root is that large: remove the file, or give `--no-cache`", path.display())]
    TooLarge { path: PathBuf, limit: u64 },
    #[error(
        "`{name}` cannot be the name of a trusted root that is kept\nhint: letters, digits, `.`, `_` and `-`, a letter or digit first, 100 at the most"
    )]
    Name { name: String },
}

impl KeptRoots {
    pub fn below(cache: &Path) -> Self {
        Self {
            folder: cache.join(FOLDER),
        }
    }

    /// None where nothing is kept under this name.
    pub fn read(&self, name: &str) -> Result<Option<Kept>, KeptError> {
        // A name that could not be written is not looked for.
        let Ok(path) = self.path(name) else {
            return Ok(None);
        };
        let failed = |source| unusable("read", &path, source);
        // Looked at before it is opened: a FIFO would wait for a writer.
        match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
            Ok(found) if !found.is_file() => {
                return Err(failed(io::Error::other("expected a file, found something else")));
            }
            Ok(_) => {}
        }
        let mut content = Vec::new();
        let file = File::open(&path).map_err(failed)?;
        file.take(limits::KEPT_BYTES + 1)
            .read_to_end(&mut content)
            .map_err(failed)?;
        if content.len() as u64 > limits::KEPT_BYTES {
            return Err(KeptError::TooLarge {
                path,
                limit: limits::KEPT_BYTES,
            });
        }
        Ok(Some(Kept {
            name: name.to_owned(),
            place: path.display().to_string(),
            content,
        }))
    }

    /// Of every root that is kept, in order.
    pub fn names(&self) -> Result<Vec<String>, KeptError> {
        let failed = |source| unusable("read", &self.folder, source);
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed)?,
        };
        let mut names = Vec::new();
        for entry in entries.take(limits::KEPT_ROOTS) {
            let file = entry.map_err(failed)?.file_name();
            let name = file.to_str().and_then(|file| file.strip_suffix(ENDING));
            names.extend(name.filter(|name| is_name(name)).map(str::to_owned));
        }
        names.sort();
        Ok(names)
    }

    /// Waits for others who exchange the same root.
    pub fn exchange(&self, name: &str) -> Result<Exchange, KeptError> {
        let path = self.path(name)?;
        create_private(&self.folder).map_err(|source| unusable("create", &self.folder, source))?;
        let lock = path.with_extension("lock");
        let locked = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&lock)
            .and_then(|file| file.lock().map(|()| file));
        Ok(Exchange {
            _lock: locked.map_err(|source| unusable("lock", &lock, source))?,
            folder: self.folder.clone(),
            path,
        })
    }

    fn path(&self, name: &str) -> Result<PathBuf, KeptError> {
        match is_name(name) {
            true => Ok(self.folder.join(format!("{name}{ENDING}"))),
            false => Err(KeptError::Name { name: name.to_owned() }),
        }
    }
}

impl Exchange {
    /// All of it or nothing: whoever reads meanwhile sees the old file or the new one, also after a crash.
    pub fn write(&self, content: &[u8]) -> Result<(), KeptError> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let temporary = self.path.with_extension(format!("{}-{number}.new", std::process::id()));
        let written = write_new(&temporary, content)
            .and_then(|()| fs::rename(&temporary, &self.path))
            .and_then(|()| File::open(&self.folder)?.sync_all());
        written.map_err(|source| {
            drop(fs::remove_file(&temporary));
            unusable("write", &self.path, source)
        })
    }
}

fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    // One that a crash left behind, of a process with this number.
    drop(fs::remove_file(path));
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

#[cfg(unix)]
fn create_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn create_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// It becomes a file's name.
fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=100).contains(&name.len()) && name.bytes().all(allowed) && name.as_bytes()[0].is_ascii_alphanumeric()
}

fn unusable(what: &'static str, path: &Path, source: io::Error) -> KeptError {
    KeptError::Unusable {
        what,
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn what_is_written_is_read_and_private() {
        let scratch = Scratch::with(&[]);
        let kept = KeptRoots::below(&scratch.path.join("cache"));
        assert_eq!(kept.names().unwrap(), [""; 0]);
        assert!(kept.read("sigstore").unwrap().is_none());
        for content in [b"one", b"two"] {
            kept.exchange("sigstore").unwrap().write(content).unwrap();
            assert_eq!(kept.read("sigstore").unwrap().unwrap().content, content);
        }
        assert_eq!(kept.names().unwrap(), ["sigstore"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(scratch.path.join("cache/trust"))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o700);
        }
    }

    #[test]
    fn names_that_are_paths_error() {
        let kept = KeptRoots::below(Path::new("/nowhere"));
        for name in ["", "..", "../x", "a/b", ".hidden", "-x", "ä"] {
            assert!(matches!(kept.exchange(name), Err(KeptError::Name { .. })), "{name}");
            assert!(kept.read(name).unwrap().is_none(), "{name}");
        }
    }

    #[test]
    fn what_is_no_small_file_error() {
        let large = vec![b' '; usize::try_from(limits::KEPT_BYTES).unwrap() + 1];
        let scratch = Scratch::with(&[("trust/large.json", large.as_slice()), ("trust/folder.json/x", b"")]);
        let kept = KeptRoots::below(&scratch.path);
        assert!(matches!(kept.read("large"), Err(KeptError::TooLarge { .. })));
        assert!(matches!(kept.read("folder"), Err(KeptError::Unusable { .. })));
    }

    #[test]
    fn many_writers_leave_one_whole_file() {
        let scratch = Scratch::with(&[]);
        let kept = KeptRoots::below(&scratch.path);
        std::thread::scope(|scope| {
            for letter in b'a'..b'i' {
                let kept = kept.clone();
                scope.spawn(move || {
                    for _ in 0..5 {
                        kept.exchange("corp").unwrap().write(&[letter; 10_000]).unwrap();
                    }
                });
            }
            for _ in 0..50 {
                if let Some(found) = kept.read("corp").unwrap() {
                    assert_eq!(found.content, [found.content[0]; 10_000]);
                }
            }
        });
        let left: Vec<_> = fs::read_dir(scratch.path.join("trust")).unwrap().collect();
        assert_eq!(left.len(), 2, "the file and its lock: {left:?}");
    }
}
