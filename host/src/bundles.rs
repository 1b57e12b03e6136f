//! Detached bundles: one JSON document per file, or one per line as `gh attestation download` and `cosign download`
//! write them.

use std::path::{Path, PathBuf};

use serde::de::IgnoredAny;

use crate::limits;
use crate::wit::request::NamedFile;

#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error("cannot read bundle file `{}`", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("bundle file `{name}`: expected at most {expected} bytes, found {found}")]
    TooLarge { name: String, expected: u64, found: u64 },
    #[error("bundle file `{name}`: expected at most {expected} lines, found {found}")]
    TooManyLines {
        name: String,
        expected: usize,
        found: usize,
    },
    #[error("bundle file `{name}` is empty: expected a JSON document")]
    Empty { name: String },
}

pub fn read(path: &Path) -> Result<Vec<NamedFile>, BundleError> {
    let unreadable = |source| BundleError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let name = path.display().to_string();
    let found = std::fs::metadata(path).map_err(unreadable)?.len();
    if found > limits::BUNDLE_FILE_BYTES {
        return Err(BundleError::TooLarge {
            name,
            expected: limits::BUNDLE_FILE_BYTES,
            found,
        });
    }
    split(&name, std::fs::read(path).map_err(unreadable)?)
}

/// Content that is one JSON document, or none at all, stays whole: the component says what is wrong with it.
pub fn split(name: &str, content: Vec<u8>) -> Result<Vec<NamedFile>, BundleError> {
    let lines: Vec<(usize, &[u8])> = content
        .split(|byte| *byte == b'\n')
        .enumerate()
        .map(|(position, line)| (position + 1, line.trim_ascii()))
        .filter(|(_, line)| !line.is_empty())
        .collect();
    if lines.is_empty() {
        return Err(BundleError::Empty { name: name.to_owned() });
    }
    if !name.ends_with(".jsonl") && (lines.len() == 1 || !is_json(lines[0].1)) {
        return within(name.to_owned(), content).map(|file| vec![file]);
    }
    if lines.len() > limits::BUNDLE_LINES {
        return Err(BundleError::TooManyLines {
            name: name.to_owned(),
            expected: limits::BUNDLE_LINES,
            found: lines.len(),
        });
    }
    lines
        .into_iter()
        .map(|(number, line)| within(format!("{name}:{number}"), line.to_vec()))
        .collect()
}

fn is_json(line: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(line).is_ok()
}

fn within(name: String, content: Vec<u8>) -> Result<NamedFile, BundleError> {
    let found = u64::try_from(content.len()).unwrap_or(u64::MAX);
    if found > limits::EVIDENCE_BYTES {
        return Err(BundleError::TooLarge {
            name,
            expected: limits::EVIDENCE_BYTES,
            found,
        });
    }
    Ok(NamedFile { name, content })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(name: &str, content: &str) -> Vec<String> {
        split(name, content.into())
            .expect("bundles")
            .into_iter()
            .map(|file| file.name)
            .collect()
    }

    #[test]
    fn lines_have_their_number_and_documents_stay_whole() {
        assert_eq!(names("b.json", "{\n \"a\": 1\n}\n"), ["b.json"]);
        assert_eq!(names("b.json", "{}"), ["b.json"]);
        assert_eq!(names("b.jsonl", "{}\n\n{}\n"), ["b.jsonl:1", "b.jsonl:3"]);
        assert_eq!(names("b.jsonl", "{}\r\n"), ["b.jsonl:1"]);
        assert_eq!(names("attestations", "{}\n{}\n"), ["attestations:1", "attestations:2"]);
        assert_eq!(names("b.json", "no json"), ["b.json"]);
        assert!(matches!(
            split("b.json", b"\n \n".to_vec()),
            Err(BundleError::Empty { .. })
        ));
    }
}
