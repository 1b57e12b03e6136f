//! `portcullis.dev/extract/v1`: the `index.json` of a directory of evidence; `docs/extract.schema.json` is generated from it.

use serde::Serialize;
use std::io::{self, Write};

use crate::emit::json::evidence::{Evidence, Rejection};
use crate::emit::json::word::Content;
use crate::emit::json::{Unseen, UsedOption};
use crate::emit::{json_text, words};
use crate::extract::{Extracted, Written};
use crate::wit::evidence::Principal;
use crate::wit::extraction::{self, Standing};

/// Name and version of the format. Fields are only added to a version; their meaning stays.
pub const SCHEMA: &str = "portcullis.dev/extract/v1";

pub fn emit(extracted: &Extracted, out: &mut impl Write) -> io::Result<()> {
    json_text::write_document(&Document::of(extracted), out)
}

#[derive(Serialize)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(title = "index.json of portcullis extract", deny_unknown_fields)
)]
pub(super) struct Document<'a> {
    /// `portcullis.dev/extract/v1`
    schema: &'static str,
    /// as the user wrote it
    reference: &'a str,
    /// normalised `registry/repository`
    name: &'a str,
    /// null where the reference could not be resolved
    digest: Option<&'a str>,
    files: Vec<File<'a>>,
    /// found, and not handed out
    left_out: Vec<LeftOut<'a>>,
    /// where nobody could look
    failures: Vec<Unseen<'a>>,
    /// options in use that weaken what is handed out
    weakenings: Vec<UsedOption<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
struct File<'a> {
    /// in this directory
    file: String,
    /// of its bytes
    digest: &'a str,
    size: usize,
    content: Content,
    /// short type
    r#type: &'a str,
    verified: bool,
    /// name in the policy; null where nobody proved it
    signer: Option<&'a str>,
    /// SHA-256 of the key's SubjectPublicKeyInfo, where a key signed
    key: Option<&'a str>,
    /// the certificate's subject, where a certificate signed
    identity: Option<&'a str>,
    issuer: Option<&'a str>,
    /// RFC 3339
    not_before: Option<String>,
    /// RFC 3339
    not_after: Option<String>,
    /// why it is not verified
    rejection: Option<Rejection<'a>>,
    evidence: Evidence<'a>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
struct LeftOut<'a> {
    rejection: Rejection<'a>,
    evidence: Evidence<'a>,
}

impl<'a> Document<'a> {
    fn of(extracted: &'a Extracted) -> Self {
        let extraction = &extracted.extraction;
        Self {
            schema: SCHEMA,
            reference: &extracted.reference,
            name: &extracted.name,
            digest: extraction.digest.as_deref(),
            files: extracted
                .written
                .iter()
                .map(|written| File::of(written, &extraction.items[written.item]))
                .collect(),
            left_out: extraction.uncounted.iter().map(LeftOut::of).collect(),
            failures: extraction.failures.iter().map(Unseen::of).collect(),
            weakenings: extracted.weakenings.iter().map(UsedOption::of).collect(),
        }
    }
}

impl<'a> File<'a> {
    fn of(written: &'a Written, item: &'a extraction::Item) -> Self {
        let name = written.path.as_ref().and_then(|path| path.file_name());
        let (proven, rejection) = match &item.standing {
            Standing::Verified(proven) => (Some(proven), None),
            Standing::Unverified(rejection) => (None, Some(Rejection::of(rejection))),
        };
        let principal = proven.map(|proven| &proven.principal);
        let certificate = principal.and_then(|principal| match principal {
            Principal::Certificate(certificate) => Some(certificate),
            Principal::Key(_) => None,
        });
        let time = |seconds: Option<i64>| seconds.map(words::time);
        Self {
            file: name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            digest: &written.digest,
            size: written.size,
            content: written.content.into(),
            r#type: &item.evidence.short_type,
            verified: proven.is_some(),
            signer: proven.and_then(|proven| proven.signer.as_deref()),
            key: principal.and_then(|principal| match principal {
                Principal::Key(digest) => Some(digest.as_str()),
                Principal::Certificate(_) => None,
            }),
            identity: certificate.map(|certificate| certificate.subject.as_str()),
            issuer: certificate.map(|certificate| certificate.issuer.as_str()),
            not_before: time(proven.and_then(|proven| proven.time.earliest)),
            not_after: time(proven.and_then(|proven| proven.time.latest)),
            rejection,
            evidence: Evidence::of(&item.evidence),
        }
    }
}

impl<'a> LeftOut<'a> {
    fn of(one: &'a extraction::Uncounted) -> Self {
        Self {
            rejection: Rejection::of(&one.rejection),
            evidence: Evidence::of(&one.evidence),
        }
    }
}

#[cfg(test)]
mod tests;
