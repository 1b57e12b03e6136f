//! `portcullis.dev/list/v1`: a list as JSON; `docs/list.schema.json` is generated from it.

use serde::Serialize;
use std::io::{self, Write};

use crate::emit::json::evidence::Evidence;
use crate::emit::json::{Diagnostic, Unseen, UsedOption};
use crate::emit::json_text;
use crate::listing::{self, Listing};

/// Name and version of the format. Fields are only added to a version; their meaning stays.
pub const SCHEMA: &str = "portcullis.dev/list/v1";

pub fn emit(listing: &Listing, out: &mut impl Write) -> io::Result<()> {
    json_text::write_document(&Document::of(listing), out)
}

#[derive(Serialize)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(title = "Output of portcullis list", deny_unknown_fields)
)]
pub(super) struct Document<'a> {
    /// `portcullis.dev/list/v1`
    schema: &'static str,
    /// as the user wrote it
    reference: &'a str,
    /// normalised `registry/repository`
    name: &'a str,
    /// null where the reference could not be resolved
    digest: Option<&'a str>,
    evidence: Vec<Evidence<'a>>,
    /// the beginning of what is not recognised; empty without `--inspect`
    strangers: Vec<Stranger<'a>>,
    /// where nobody could look
    failures: Vec<Unseen<'a>>,
    warnings: Vec<Diagnostic<'a>>,
    /// options in use that weaken what is proven
    weakenings: Vec<UsedOption<'a>>,
    /// hosts that were contacted
    contacted: Vec<&'a str>,
}

impl<'a> Document<'a> {
    fn of(listing: &'a Listing) -> Self {
        Self {
            schema: SCHEMA,
            reference: &listing.reference,
            name: &listing.name,
            digest: listing.digest.as_deref(),
            evidence: listing.evidence.iter().map(Evidence::of).collect(),
            strangers: listing.strangers.iter().map(Stranger::of).collect(),
            failures: listing.failures.iter().map(Unseen::of).collect(),
            warnings: listing.warnings.iter().map(Diagnostic::of).collect(),
            weakenings: listing.weakenings.iter().map(UsedOption::of).collect(),
            contacted: listing.contacted.iter().map(String::as_str).collect(),
        }
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
struct Stranger<'a> {
    manifest: Beginning<'a>,
    /// of its first layer; null where it was not fetched
    layer: Option<Beginning<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
struct Beginning<'a> {
    digest: &'a str,
    /// the first bytes; what is no UTF-8 is replaced
    text: String,
    /// how many more bytes there are
    left_out: usize,
}

impl<'a> Stranger<'a> {
    fn of(stranger: &'a listing::Stranger) -> Self {
        Self {
            manifest: Beginning::of(&stranger.manifest),
            layer: stranger.layer.as_ref().map(Beginning::of),
        }
    }
}

impl<'a> Beginning<'a> {
    fn of(beginning: &'a listing::Beginning) -> Self {
        Self {
            digest: &beginning.digest,
            text: String::from_utf8_lossy(&beginning.bytes).into_owned(),
            left_out: beginning.left_out,
        }
    }
}
