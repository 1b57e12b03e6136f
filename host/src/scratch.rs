//! A temporary folder for one test, removed at its end.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

#[derive(Debug)]
pub(crate) struct Scratch {
    pub(crate) path: PathBuf,
}

impl Scratch {
    pub(crate) fn with(files: &[(&str, &[u8])]) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "portcullis-{}-{}",
            std::process::id(),
            NUMBER.fetch_add(1, Ordering::Relaxed)
        );
        let scratch = Self {
            path: std::env::temp_dir().join(name),
        };
        std::fs::create_dir_all(&scratch.path).expect("a temporary folder");
        for (name, content) in files {
            let path = scratch.path.join(name);
            std::fs::create_dir_all(path.parent().expect("inside of the folder")).expect("a folder");
            std::fs::write(path, content).expect("written");
        }
        scratch
    }

    pub(crate) fn file(&self) -> PathBuf {
        let (_, file) = std::fs::read_dir(&self.path)
            .expect("readable")
            .enumerate()
            .next()
            .expect("a file");
        file.expect("readable").path()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.path));
    }
}
