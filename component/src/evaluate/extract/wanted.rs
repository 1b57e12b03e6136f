//! What is asked for: one question for each type.

use super::Document;
use crate::policy::{TypeNames, TypeSet};
use crate::statement;
use crate::wit::basics::Carrier;
use crate::wit::diagnostics::{Diagnostic, Error, Level};
use crate::wit::extraction::{Choice, Selection};

/// Name of any SBOM, whatever its format.
const SBOM: &str = "sbom";
const SBOMS: [&str; 3] = [SBOM, "cyclonedx", "spdx"];

/// Of a digest, so that a prefix is no guess.
const DIGITS: std::ops::RangeInclusive<usize> = 12..=64;

pub(super) struct Question {
    pub asked: String,
    wanted: Wanted,
}

enum Wanted {
    Types(TypeSet),
    Sbom,
    /// What has this short type.
    Short,
    /// There was nothing to ask for.
    Anything,
}

impl Question {
    pub fn takes(&self, document: &Document<'_, '_>, names: &TypeNames) -> bool {
        let short = document.piece.short_type(names);
        let predicate_type = document.piece.predicate_type.as_deref();
        match &self.wanted {
            Wanted::Types(types) => match predicate_type {
                Some(one) => types.contains(one),
                None => types.has_name(short),
            },
            Wanted::Sbom => {
                let short = match predicate_type {
                    Some(one) => statement::short_type(one),
                    None => short,
                };
                SBOMS.contains(&short)
            }
            Wanted::Short => short == self.asked,
            Wanted::Anything => true,
        }
    }

    /// Whether what could not be seen at this carrier may be what is asked for: tags of older tools hold one kind each.
    pub fn concerns(&self, carrier: Option<Carrier>, unsigned_too: bool) -> bool {
        let signature = match &self.wanted {
            Wanted::Types(types) => types.contains(statement::COSIGN_SIGN),
            Wanted::Short => self.asked == "signature",
            Wanted::Sbom => false,
            Wanted::Anything => return true,
        };
        match carrier {
            Some(Carrier::SignatureTag) => signature,
            Some(Carrier::AttestationTag) => !signature,
            Some(Carrier::SbomTag | Carrier::Index) => !signature && unsigned_too,
            _ => true,
        }
    }
}

/// What the user wrote must mean something.
pub(super) fn check(selection: &Selection, names: &TypeNames) -> Result<(), Error> {
    let mut wrong: Vec<_> = selection
        .types
        .iter()
        .filter(|word| wanted(word, names).is_none())
        .map(|word| {
            let known: Vec<_> = statement::short_types().collect();
            let hint = format!("a predicate type (a URI), `sbom`, or one of {}", known.join(", "));
            usage("--type", format!("`{word}` is no predicate type"), hint)
        })
        .collect();
    if let Choice::Digest(digest) = &selection.choice
        && !is_prefix(digest)
    {
        let hint = "`sha256:` and at least 12 lower-case hexadecimal digits".to_owned();
        wrong.push(usage("--select", format!("`{digest}` names no evidence"), hint));
    }
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(Error::Policy(wrong)),
    }
}

fn is_prefix(digest: &str) -> bool {
    let hex = digest.strip_prefix("sha256:").unwrap_or_default();
    let lower_case = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    DIGITS.contains(&hex.len()) && hex.bytes().all(lower_case)
}

fn usage(file: &str, message: String, hint: String) -> Diagnostic {
    Diagnostic {
        level: Level::Error,
        file: file.to_owned(),
        line: 0,
        column: 0,
        message,
        hint: Some(hint),
    }
}

fn wanted(word: &str, names: &TypeNames) -> Option<Wanted> {
    match word {
        SBOM => Some(Wanted::Sbom),
        _ => names.meant(word).map(Wanted::Types),
    }
}

/// Of every type that there is where none is named.
pub(super) fn questions(selection: &Selection, names: &TypeNames, documents: &[Document<'_, '_>]) -> Vec<Question> {
    if !selection.types.is_empty() {
        let question = |word: &String| {
            Some(Question {
                asked: word.clone(),
                wanted: wanted(word, names)?,
            })
        };
        return selection.types.iter().filter_map(question).collect();
    }
    let mut questions: Vec<Question> = Vec::new();
    for document in documents.iter().filter(|one| one.is_known()) {
        let asked = document.piece.short_type(names);
        if questions.iter().all(|one| one.asked != asked) {
            questions.push(Question {
                asked: asked.to_owned(),
                wanted: Wanted::Short,
            });
        }
    }
    if questions.is_empty() {
        questions.push(Question {
            asked: String::new(),
            wanted: Wanted::Anything,
        });
    }
    questions
}

impl Document<'_, '_> {
    /// It is of some type; what nobody can read, or nobody knows, is of none.
    fn is_known(&self) -> bool {
        use crate::evidence::Content;
        self.piece.predicate_type.is_some()
            || self.piece.is_signature()
            || matches!(self.piece.candidate.content, Content::Unsigned(..))
    }
}
