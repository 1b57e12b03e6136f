//! One file per rule kind. A rule is given what was proven and says whether it holds; it never sees what was not.

mod attestation;
pub(crate) mod base_image;
mod check;
mod condition;
mod document;
pub(crate) mod expression;
pub(crate) mod licenses;
mod listed;
pub(crate) mod provenance;
pub(crate) mod sbom;
pub(crate) mod signature;
mod signer_set;
pub(crate) mod told;
pub(crate) mod vulnerabilities;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::digest::Digest;
use crate::evidence::read_manifest;
use crate::verify::Verified;
use crate::wit::basics::Severity;

pub(crate) use document::Document;
pub(crate) use signer_set::{satisfied, too_few};

/// What a rule says of one target.
#[derive(Debug)]
pub(crate) enum Judgement<'v> {
    /// Satisfied, by these.
    Holds(Vec<&'v Verified>),
    /// What was proven does not satisfy it.
    Fails {
        /// What is nearest: proven, by the right signer, and still not counted.
        uncounted: Vec<Uncounted<'v>>,
    },
}

/// Proven and not counted, with the reason.
#[derive(Debug)]
pub(crate) struct Uncounted<'v> {
    pub verified: &'v Verified,
    pub rejection: crate::wit::evidence::Rejection,
}

/// What is known of a target and of the moment, beside the documents about it.
#[derive(Debug, Clone)]
pub(crate) struct About<'a> {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub now: i64,
    /// Normalised `registry/repository`.
    pub image: &'a str,
    /// Of the target: image, index or platform manifest.
    pub digest: Digest,
    /// Such as `linux/arm64/v8`; none for the image that the reference names.
    pub platform: Option<&'a str>,
    /// Of the target's configuration, where its manifest names one: what scanners call the image's id.
    pub config: Option<Digest>,
    /// The image that the reference names and, where it is an index, its platform manifests: names under which a document
    /// may rightly know this target.
    pub kin: &'a [Digest],
    /// Of the target's manifest.
    pub annotations: &'a BTreeMap<String, String>,
}

/// What a rule says of one document.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Judged {
    /// The document satisfies the rule when none of them denies or leaves it undecided.
    pub objections: Vec<Objection>,
    /// For the reader where it counts: "2 unaddressed, 1 addressed, 1 irrelevant".
    pub remarks: Vec<String>,
}

/// Something in a document that the rule does not admit, or that a reader should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Objection {
    pub effect: Effect,
    /// What it is about, as an exception names it: `CVE-2026-0001`, a purl, a licence; stable from run to run.
    pub id: Option<String>,
    /// Other names of the same; an exception for one of them does not hold unless the policy lists it as an alias.
    pub aliases: Vec<String>,
    /// Lower case, no full stop.
    pub message: String,
    pub expected: String,
    pub found: String,
    /// Its own, where it differs from the rule's: of a vulnerability, say.
    pub severity: Option<Severity>,
    pub hint: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effect {
    /// The document does not satisfy the rule.
    Denies,
    /// It cannot be said whether it does.
    LeavesUndecided,
    /// Reported, and no more: within its grace, triaged, below the threshold.
    Informs,
}

/// What a target's manifest says of its configuration and annotations; nothing where it is not known.
pub(crate) fn of_manifest(manifest: Option<&[u8]>) -> (Option<Digest>, BTreeMap<String, String>) {
    let Some(document) = manifest.and_then(|bytes| read_manifest(bytes).ok()) else {
        return (None, BTreeMap::new());
    };
    let config = document
        .pointer("/config/digest")
        .and_then(Value::as_str)
        .and_then(Digest::parse);
    let annotations = document.get("annotations").and_then(Value::as_object);
    let texts = annotations.into_iter().flatten();
    let texts = texts.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
    (config, texts.collect())
}
