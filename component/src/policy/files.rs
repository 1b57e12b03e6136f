//! Files that the policy names: their paths, digests and bytes. What is in them never appears in a message (meaning 1).

use sha2::{Digest, Sha256};

use super::faults::quoted;
use super::lower::{Lower, Word};
use super::tree::Node;
use crate::wit::request::PolicySource;
use crate::wit::requirements::FileReference;

#[derive(Debug)]
pub(crate) struct Files<'s> {
    source: &'s PolicySource,
    missing: Vec<FileReference>,
}

impl<'s> Files<'s> {
    pub fn new(source: &'s PolicySource) -> Self {
        Self {
            source,
            missing: Vec::new(),
        }
    }

    /// Each path once.
    pub fn missing(&self) -> &[FileReference] {
        &self.missing
    }

    /// For files that are not needed after all.
    pub fn forget_since(&mut self, count: usize) {
        self.missing.truncate(count);
    }

    fn find(&self, path: &str) -> Option<&'s [u8]> {
        self.source
            .files
            .iter()
            .find(|file| file.name == path)
            .map(|file| file.content.as_slice())
    }

    fn is_missing(&mut self, reference: FileReference) {
        if !self.missing.iter().any(|known| known.path == reference.path) {
            self.missing.push(reference);
        }
    }
}

/// `sha256:` and 64 lower-case hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let hexadecimal = Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>();
    format!("sha256:{hexadecimal}")
}

impl<'s> Lower<'s> {
    /// The bytes of a file that `path` names, with the digest that `entry` may give beside it; none when there is an error
    /// or the file was not handed over, which `files` then knows.
    pub fn file(&mut self, path: Word, entry: Option<&Node>) -> Option<&'s [u8]> {
        let expected = self.expected_digest(entry);
        if !self.path_is_good(path) {
            return None;
        }
        if expected.is_none() && self.files.source.pinned.is_some() {
            let hint = "a pinned policy pins its files too: give `sha256` beside the file, or its content inline";
            self.faults
                .error_with_hint(path.place, format!("{} has no `sha256`", quoted(path.text)), hint);
        }
        let Some(content) = self.files.find(path.text) else {
            let line = path.place.line;
            self.files.is_missing(FileReference {
                path: path.text.to_owned(),
                line,
                sha256: expected,
            });
            return None;
        };
        let found = sha256(content);
        match expected {
            Some(expected) if expected != found => {
                let message = format!(
                    "{} has another digest: expected {expected}, found {found}",
                    quoted(path.text)
                );
                self.faults.error(path.place, message);
                None
            }
            _ => Some(content),
        }
    }

    fn expected_digest(&mut self, entry: Option<&Node>) -> Option<String> {
        let word = self.field(entry?, "sha256")?;
        let bare = Word {
            text: word.text.strip_prefix("sha256:").unwrap_or(word.text),
            place: word.place,
        };
        self.hexadecimal(bare, &[64]).map(|digits| format!("sha256:{digits}"))
    }

    /// Whether it stays inside a work tree is for the host to say, which knows the tree.
    fn path_is_good(&mut self, path: Word) -> bool {
        let fault = if path.text.trim().is_empty() {
            "an empty path"
        } else if path.text.chars().any(char::is_control) {
            "a path with a control character"
        } else if path.text.contains("://") || path.text.starts_with("oci:") {
            "a URL where a path is expected"
        } else {
            return true;
        };
        let hint = "a path from the policy to a file beside it; nothing is fetched";
        self.faults
            .error_with_hint(path.place, format!("{fault}: {}", quoted(path.text)), hint);
        false
    }
}

/// The file's name without its last extension.
pub(crate) fn stem(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}
