//! SLSA provenance, v0.2 and v1 (slsa.dev/provenance/v0.2, slsa.dev/provenance/v1; v1.1 and v1.2 have v1's predicate type):
//! who built, by which instructions, from what.

mod source;
mod v02;
mod v1;

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Malformed, items, object, optional, text};

pub(crate) use source::{Checkout, Source};

pub(crate) const V1: &str = "https://slsa.dev/provenance/v1";
pub(crate) const V0_2: &str = "https://slsa.dev/provenance/v0.2";

#[derive(Debug)]
pub(crate) struct Provenance<'v> {
    /// Empty where the builder names itself not, as BuildKit does by default.
    pub builder: &'v str,
    pub build_type: &'v str,
    /// `externalParameters`; of v0.2 `invocation.parameters`.
    pub external_parameters: &'v Value,
    pub source: Source,
    /// `resolvedDependencies`; of v0.2 `materials`.
    pub materials: Vec<Material<'v>>,
    /// For the reader: no rule depends on it.
    pub invocation: Option<&'v str>,
}

/// What the build took in, bound by its digests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Material<'v> {
    /// Empty where only a digest is given.
    pub uri: &'v str,
    /// Algorithm to value, as written.
    pub digests: BTreeMap<&'v str, &'v str>,
}

/// Reads the predicate of a statement of this type.
pub(crate) fn read<'v>(predicate_type: &str, predicate: &'v Value) -> Result<Provenance<'v>, Malformed> {
    match predicate_type {
        V1 => v1::read(predicate),
        V0_2 => v02::read(predicate),
        other => Err(unsupported(other)),
    }
}

/// When the build ended, as the statement says: seconds since 1970-01-01T00:00:00Z.
pub(crate) fn finished(predicate_type: &str, predicate: &Value) -> Result<Option<i64>, Malformed> {
    match predicate_type {
        V1 => v1::finished(predicate),
        V0_2 => v02::finished(predicate),
        other => Err(unsupported(other)),
    }
}

fn unsupported(predicate_type: &str) -> Malformed {
    Malformed::new(
        format!("SLSA provenance, `{V1}` or `{V0_2}`"),
        format!("`{predicate_type}`"),
    )
}

fn materials<'v>(object: &'v Value, key: &str) -> Result<Vec<Material<'v>>, Malformed> {
    items(object, key, |item| {
        Ok(Material {
            uri: optional(item, "uri", text)?.unwrap_or_default(),
            digests: digests(item)?,
        })
    })
}

fn digests(descriptor: &Value) -> Result<BTreeMap<&str, &str>, Malformed> {
    let read = |value| {
        let entries = object(value)?.iter();
        entries
            .map(|(algorithm, value)| Ok((algorithm.as_str(), text(value).map_err(|error| error.under(algorithm))?)))
            .collect()
    };
    Ok(optional(descriptor, "digest", read)?.unwrap_or_default())
}

#[cfg(test)]
mod tests;
