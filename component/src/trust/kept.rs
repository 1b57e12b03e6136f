//! What is kept of a refreshed root between runs: the files of the TUF repository that it rests on, by their paths, in one
//! JSON document. Whoever can write there can take it away or bring back an older state, and no more: it is verified again
//! from the initial root on (docs/trust.md).

use serde_json::{Map, Value};

use super::tuf::{Files, fault};
use crate::json;
use crate::limits;
use crate::wit::trust::{Fault, FaultKind};

const FORMAT: &str = "portcullis-tuf-1";

#[derive(Debug)]
pub struct Kept {
    files: Map<String, Value>,
}

impl Kept {
    pub fn read(content: &[u8]) -> Result<Self, Fault> {
        let malformed = |reason: String| fault(FaultKind::Malformed, "", reason);
        if content.len() > limits::KEPT_BYTES {
            let reason = format!("more than {} bytes", limits::KEPT_BYTES);
            return Err(fault(FaultKind::TooLarge, "", reason));
        }
        let value = json::read(content).map_err(|error| malformed(format!("it is not JSON: {error}")))?;
        let Value::Object(mut document) = value else {
            return Err(malformed("it is no JSON object".to_owned()));
        };
        if document.get("format").and_then(Value::as_str) != Some(FORMAT) {
            return Err(malformed(format!("its `format` is not `{FORMAT}`")));
        }
        match document.remove("files") {
            Some(Value::Object(files)) if files.values().all(Value::is_string) => Ok(Self { files }),
            _ => Err(malformed("its `files` are not texts by path".to_owned())),
        }
    }

    pub fn files(&self) -> Files<'_> {
        let mut files = Files::new();
        for (path, text) in &self.files {
            files.insert(path, text.as_str().map(str::as_bytes));
        }
        files
    }

    /// The bytes to keep.
    pub fn write(files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, Fault> {
        let mut texts = Map::new();
        for (path, bytes) in files {
            let text = String::from_utf8(bytes.clone())
                .map_err(|_| fault(FaultKind::Malformed, path, "it is not UTF-8".to_owned()))?;
            texts.insert(path.clone(), Value::String(text));
        }
        let document = serde_json::json!({ "format": FORMAT, "files": texts });
        let mut content = format!("{document:#}").into_bytes();
        content.push(b'\n');
        if content.len() > limits::KEPT_BYTES {
            let reason = format!("the files together have more than {} bytes", limits::KEPT_BYTES);
            return Err(fault(FaultKind::TooLarge, "", reason));
        }
        Ok(content)
    }
}
