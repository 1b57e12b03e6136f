//! `portcullis.dev/list/v1`: a list as JSON; `docs/list.schema.json` is generated from it.

use serde::Serialize;
use std::io::{self, Write};

use crate::emit::json::evidence::Evidence;
use crate::emit::json::{Diagnostic, Unseen, UsedOption};
use crate::emit::json_text;
use crate::listing::Listing;

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
            failures: listing.failures.iter().map(Unseen::of).collect(),
            warnings: listing.warnings.iter().map(Diagnostic::of).collect(),
            weakenings: listing.weakenings.iter().map(UsedOption::of).collect(),
            contacted: listing.contacted.iter().map(String::as_str).collect(),
        }
    }
}
