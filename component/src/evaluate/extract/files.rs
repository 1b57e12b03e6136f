//! The bytes that are handed out of one document. Statement, predicate and report are the signed bytes, or a piece cut out
//! of them; nothing is written anew but the ignore file, and the text that cosign keeps in `Data`.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Document, Handout, triage};
use crate::evidence::{Content as Stored, Kind, Missing};
use crate::json;
use crate::verify::{self, Verified};
use crate::wit::basics::ResultClass;
use crate::wit::evidence::Rejection;
use crate::wit::extraction::{Content, File, Part};

/// Columns of PEM (RFC 7468, 2).
const PEM_WIDTH: usize = 64;

impl<'h, 'a> Handout<'h, 'a> {
    /// What was asked for first; of an image signature its parts after it.
    pub(super) fn files(&self, document: &Document<'h, 'a>) -> Result<Vec<File>, Rejection> {
        let part = self.selection.part;
        let file = |content: Content, bytes: Cow<'_, [u8]>| File {
            content,
            bytes: bytes.into_owned(),
        };
        let signature = document.piece.is_signature();
        let mut files = Vec::new();
        match part {
            Part::Raw => files.push(file(Content::Raw, Cow::Borrowed(self.stored(document)?))),
            Part::Statement => match self.payload(document)? {
                // A message signature is over the image's manifest: there is no document.
                payload if payload.is_empty() && signature => {}
                payload => files.push(file(Content::Statement, payload)),
            },
            Part::Predicate => {
                let payload = self.payload(document)?;
                files.push(file(Content::Predicate, unwrapped(predicate(document, &payload)?)));
            }
            Part::RawReport => {
                let payload = self.payload(document)?;
                let predicate = unwrapped(predicate(document, &payload)?);
                let result = json::member(&predicate, &["scanner", "result"]).map(<[u8]>::to_vec);
                files.push(file(Content::Report, result.map_or(predicate, Cow::Owned)));
            }
            Part::Trivyignore => {
                let payload = self.payload(document)?;
                let triage = triage::read(predicate(document, &payload)?).map_err(malformed)?;
                files.push(file(
                    Content::Trivyignore,
                    Cow::Owned(triage::ignore_file(&triage).into_bytes()),
                ));
            }
        }
        if part == Part::Statement && signature {
            files.extend(self.signature_files(document));
        }
        Ok(files)
    }

    fn stored(&self, document: &Document<'h, 'a>) -> Result<&'a [u8], Rejection> {
        let candidate = &document.piece.candidate;
        candidate
            .content
            .bytes()
            .ok_or_else(|| match self.store.read(&candidate.digest) {
                Err(Missing::Failure(failure)) => Rejection {
                    class: failure.class,
                    reason: failure.reason,
                    expected: None,
                    found: Some(failure.place),
                    hint: None,
                },
                _ => unsupported("its bytes are not at hand"),
            })
    }

    /// The signed bytes; of what nobody proved the bytes that would be signed, and of what nobody signed all of it.
    fn payload<'d>(&self, document: &'d Document<'h, 'a>) -> Result<Cow<'d, [u8]>, Rejection>
    where
        'h: 'd,
    {
        if let Some(verified) = document.verified() {
            return Ok(Cow::Borrowed(verified.payload()));
        }
        let candidate = &document.piece.candidate;
        match &candidate.content {
            Stored::Unsigned(..) | Stored::SimpleSigning(..) => self.stored(document).map(Cow::Borrowed),
            _ => {
                let target = &document.examined.target;
                let about = verify::Target {
                    digest: target.digest,
                    manifest: target.manifest,
                };
                let reading = self.prover.read(candidate, about);
                let signed = reading.signed.map_err(|rejection| Rejection {
                    hint: Some("`--raw` hands out the bytes as they are stored".to_owned()),
                    ..rejection
                })?;
                Ok(Cow::Owned(signed.facts.payload.to_vec()))
            }
        }
    }

    /// As cosign writes them.
    fn signature_files(&self, document: &Document<'h, 'a>) -> Vec<File> {
        let Some(proof) = document.verified().map(Verified::proof) else {
            return Vec::new();
        };
        let file = |content: Content, text: String| File {
            content,
            bytes: text.into_bytes(),
        };
        let mut files = vec![file(Content::Signature, STANDARD.encode(&proof.signature))];
        if let Some(certificate) = &proof.certificate {
            files.push(file(Content::Certificate, pem(certificate)));
            let root = proof.root.as_ref().and_then(|name| self.prover.roots.get(name));
            let chain = root.map(|root| root.chain_above(certificate)).unwrap_or_default();
            if !chain.is_empty() {
                files.push(file(Content::Chain, chain.into_iter().map(pem).collect()));
            }
        }
        if let Stored::Bundle(bytes) = document.piece.candidate.content {
            files.push(File {
                content: Content::Bundle,
                bytes: bytes.to_vec(),
            });
        }
        files
    }
}

/// Of a statement its predicate; a document that is no statement is all there is.
fn predicate<'p>(document: &Document<'_, '_>, payload: &'p [u8]) -> Result<&'p [u8], Rejection> {
    if matches!(document.piece.candidate.content, Stored::Unsigned(Kind::Document(_), _)) {
        return Ok(payload);
    }
    json::member(payload, &["predicate"]).ok_or_else(|| malformed("there is no `predicate`".to_owned()))
}

/// cosign keeps what is no JSON, and what it does not know, as `{"Data": "…", "Timestamp": "…"}`
/// (github.com/sigstore/cosign specs/COSIGN_PREDICATE_SPEC.md).
fn unwrapped(predicate: &[u8]) -> Cow<'_, [u8]> {
    let Some(data) = json::member(predicate, &["Data"]) else {
        return Cow::Borrowed(predicate);
    };
    let others = json::read_without(predicate, "Data").ok();
    let wraps = others
        .as_ref()
        .and_then(serde_json::Value::as_object)
        .is_some_and(|map| {
            let mut keys = map.keys();
            keys.all(|key| key == "Data" || key == "Timestamp")
        });
    match (wraps, serde_json::from_slice::<String>(data)) {
        (false, _) => Cow::Borrowed(predicate),
        (true, Ok(text)) => Cow::Owned(text.into_bytes()),
        (true, Err(_)) => Cow::Borrowed(data),
    }
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut lines = vec!["-----BEGIN CERTIFICATE-----"];
    let mut rest = text.as_str();
    while !rest.is_empty() {
        // invariant: base64 is ASCII, so every place is a character's
        let (line, after) = rest.split_at(rest.len().min(PEM_WIDTH));
        lines.push(line);
        rest = after;
    }
    lines.extend(["-----END CERTIFICATE-----", ""]);
    lines.join("\n")
}

fn malformed(reason: String) -> Rejection {
    Rejection {
        class: ResultClass::PredicateMalformed,
        reason,
        expected: None,
        found: None,
        hint: Some("`--statement` hands it out as it is".to_owned()),
    }
}

fn unsupported(reason: &str) -> Rejection {
    Rejection {
        class: ResultClass::UnsupportedFormat,
        reason: reason.to_owned(),
        expected: None,
        found: None,
        hint: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_unwrapped_only_where_it_is_cosigns() {
        let of = |text: &'static str| String::from_utf8(unwrapped(text.as_bytes()).into_owned()).unwrap();
        assert_eq!(of(r#"{"Data":"{\n \"a\": 1\n}","Timestamp":"t"}"#), "{\n \"a\": 1\n}");
        assert_eq!(of(r#"{"Data": { "a":1 } }"#), r#"{ "a":1 }"#);
        assert_eq!(of(r#"{"Data":"x","other":1}"#), r#"{"Data":"x","other":1}"#);
        assert_eq!(of(r#"{ "a" : 1 }"#), r#"{ "a" : 1 }"#);
        assert_eq!(of("[]"), "[]");
    }

    #[test]
    fn lines_of_pem_are_short() {
        assert_eq!(pem(&[0; 49]).lines().nth(1).map(str::len), Some(64));
    }
}
