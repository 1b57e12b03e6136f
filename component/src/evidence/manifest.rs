//! OCI and Docker manifests and indexes as strict JSON, within their budget (OCI image-spec, manifest.md, image-index.md).

use serde_json::Value;

use super::malformed;
use crate::wit::basics::ResultClass;
use crate::wit::evidence::Rejection;
use crate::{json, limits};

/// Every key of manifests, indexes and descriptors that somebody acts on.
const KEYS: [&str; 21] = [
    "annotations",
    "architecture",
    "artifactType",
    "config",
    "data",
    "digest",
    "features",
    "fsLayers",
    "history",
    "layers",
    "manifests",
    "mediaType",
    "os",
    "os.features",
    "os.version",
    "platform",
    "schemaVersion",
    "size",
    "subject",
    "urls",
    "variant",
];

pub fn read_manifest(bytes: &[u8]) -> Result<Value, Rejection> {
    if bytes.len() > limits::MANIFEST_BYTES {
        return Err(Rejection {
            class: ResultClass::BudgetExceeded,
            expected: Some(format!("at most {} bytes", limits::MANIFEST_BYTES)),
            found: Some(format!("{} bytes", bytes.len())),
            ..malformed("the manifest is larger than the budget".to_owned())
        });
    }
    let value = json::read(bytes).map_err(|error| malformed(format!("the manifest is not JSON: {error}")))?;
    if !value.is_object() {
        return Err(malformed("the manifest is not a JSON object".to_owned()));
    }
    one_spelling(&value)?;
    Ok(value)
}

/// Go's `encoding/json`, which most runtimes and registries read manifests with, takes a key in any case, and of several the
/// last: `Manifests` beside `manifests` is one index to this gate and another to them.
fn one_spelling(value: &Value) -> Result<(), Rejection> {
    match value {
        Value::Array(items) => items.iter().try_for_each(one_spelling),
        Value::Object(map) => map.iter().try_for_each(|(key, inner)| {
            if let Some(known) = KEYS.iter().find(|known| key != **known && folds_to(key, known)) {
                return Err(malformed(format!(
                    "the manifest has `{key}`, another spelling of `{known}`"
                )));
            }
            // The keys of annotations are their author's, and compared exactly by everybody.
            if key == "annotations" {
                Ok(())
            } else {
                one_spelling(inner)
            }
        }),
        _ => Ok(()),
    }
}

/// As Go folds: ASCII case, and the two letters outside ASCII whose other case lies in it.
fn folds_to(key: &str, known: &str) -> bool {
    let folded = key.chars().map(|letter| match letter {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        letter => letter.to_ascii_lowercase(),
    });
    folded.eq(known.chars().map(|letter| letter.to_ascii_lowercase()))
}
