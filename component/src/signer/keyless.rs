//! Any certificate by its issuer and its subject.

use super::{Identity, Keyless, Mismatch, Subject, TextMatch, mismatch};
use crate::pattern::mask_ref;

/// Which kind of subject an `identity` means. It is read off the policy's text, so that a subject of another kind with the
/// same text never matches: with `://` a URI; else with `@` an e-mail address; else with `!` a user name; else a URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubjectKind {
    Uri,
    Email,
    Username,
}

impl SubjectKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Uri => "a URI",
            Self::Email => "an e-mail address",
            Self::Username => "a user name",
        }
    }
}

impl TextMatch {
    pub fn subject_kind(&self) -> SubjectKind {
        let text = match self {
            Self::Exact(text) => text.clone(),
            Self::Regexp(regexp) => regexp.as_str().replace('\\', ""),
        };
        if text.contains("://") {
            SubjectKind::Uri
        } else if text.contains('@') {
            SubjectKind::Email
        } else if text.contains('!') {
            SubjectKind::Username
        } else {
            SubjectKind::Uri
        }
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::Exact(text) => text,
            Self::Regexp(regexp) => regexp.as_str(),
        }
    }

    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Exact(expected) => expected == text,
            Self::Regexp(regexp) => regexp.matches(text),
        }
    }

    /// A URI whose ref holds an `@` could move the `@` of a regular expression into the ref: a branch may be called
    /// `evil@refs/heads/main`. So it must also match when each `@` of the ref is something else.
    fn matches_uri(&self, uri: &str) -> bool {
        self.matches(uri) && (matches!(self, Self::Exact(_)) || self.matches(&mask_ref(uri)))
    }
}

impl Keyless {
    pub(super) fn recognises(&self, identity: &Identity) -> Result<(), Mismatch> {
        issuer(&self.issuer, identity)?;
        subject(&self.identity, identity)
    }
}

pub(super) fn issuer(wanted: &TextMatch, identity: &Identity) -> Result<(), Mismatch> {
    let found = identity.issuer.as_deref();
    if found.is_some_and(|issuer| wanted.matches(issuer)) {
        return Ok(());
    }
    Err(mismatch(0, "issuer", wanted.as_str().to_owned(), found))
}

pub(super) fn subject(wanted: &TextMatch, identity: &Identity) -> Result<(), Mismatch> {
    let (kind, matches) = match &identity.subject {
        Subject::Uri(uri) => (SubjectKind::Uri, wanted.matches_uri(uri)),
        Subject::Email(email) => (SubjectKind::Email, wanted.matches(email)),
        Subject::Username(name) => (SubjectKind::Username, wanted.matches(name)),
        Subject::Absent => return Err(mismatch(1, "identity", wanted.as_str().to_owned(), None)),
    };
    let expected = wanted.subject_kind();
    if kind == expected && matches {
        return Ok(());
    }
    let found = identity.subject.as_str();
    let near = mismatch(1, "identity", wanted.as_str().to_owned(), Some(found));
    Err(Mismatch {
        hint: hint(wanted, kind, expected, found),
        ..near
    })
}

fn hint(wanted: &TextMatch, kind: SubjectKind, expected: SubjectKind, found: &str) -> Option<String> {
    if kind != expected {
        return Some(format!(
            "the policy means {}, the certificate has {}",
            expected.as_str(),
            kind.as_str()
        ));
    }
    match wanted {
        TextMatch::Regexp(regexp) if regexp.matches(found) => Some(
            "the ref holds an `@`, which never counts for an `@` of a regular expression; use a structured signer"
                .to_owned(),
        ),
        TextMatch::Regexp(_) => Some("a regular expression is anchored at both ends".to_owned()),
        TextMatch::Exact(text) if text.eq_ignore_ascii_case(found) => {
            Some("they differ only in upper and lower case".to_owned())
        }
        TextMatch::Exact(_) => None,
    }
}
