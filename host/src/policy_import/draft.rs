//! A policy on its way from another format: what will be written, each part with what has to be said about it.

use std::collections::BTreeSet;

use super::notes::{Note, Notes, Pointer};

#[derive(Debug, Default)]
pub struct Draft {
    /// about the source as a whole
    pub notes: Vec<Note>,
    pub signers: Vec<Part<Signer>>,
    pub rules: Vec<Part<Rule>>,
    pub images: Vec<Part<Entry>>,
    pub exceptions: Vec<Part<Exception>>,
}

/// A part of the policy, or the place where one would be.
#[derive(Debug)]
pub struct Part<T> {
    /// of the source
    pub at: Pointer,
    /// none: it cannot be said, and the notes say why
    pub value: Option<T>,
    pub notes: Vec<Note>,
}

#[derive(Debug, Clone)]
pub struct Signer {
    pub name: String,
    pub recognises: Recognises,
    pub log: Log,
    pub ct_log: CtLog,
}

#[derive(Debug, Clone)]
pub enum Recognises {
    /// PEM
    Key(String),
    Keyless {
        issuer: Match,
        identity: Match,
    },
    Certificate {
        issuer: Match,
        identity: Match,
        /// PEM
        leaf: Option<String>,
        /// PEM
        chain: Option<String>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    Exactly(String),
    /// anchored at both ends
    Regexp(String),
}

/// `transparency-log`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Log {
    pub required: Required,
    pub url: Option<String>,
    /// PEM
    pub key: Option<String>,
}

/// `ct-log`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CtLog {
    pub required: Required,
    /// PEM
    pub key: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Required {
    #[default]
    Yes,
    No,
}

#[derive(Debug, Clone)]
pub struct Rule {
    pub name: String,
    pub demand: Demand,
    /// names of signers, any of which will do
    pub by: Vec<String>,
    pub severity: Option<&'static str>,
    pub remediation: Option<String>,
}

#[derive(Debug, Clone)]
pub enum Demand {
    Signature,
    Attestation(String),
}

/// Of `images`.
#[derive(Debug, Clone)]
pub struct Entry {
    pub glob: String,
    /// names of rules
    pub rules: Vec<String>,
    pub mode: Mode,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Enforce,
    Inform,
}

#[derive(Debug, Clone)]
pub struct Exception {
    pub rule: String,
    pub image: String,
    pub id: String,
    pub aliases: Vec<String>,
    pub owner: String,
    pub reason: String,
    /// `2026-12-31`
    pub expires: String,
}

impl<T> Part<T> {
    /// With everything that was noted since the part before.
    pub fn new(at: Pointer, value: Option<T>, notes: &mut Notes) -> Self {
        let notes = notes.take();
        Self { at, value, notes }
    }
}

impl Draft {
    pub fn all_notes(&self) -> impl Iterator<Item = &Note> {
        let of_signers = self.signers.iter().flat_map(|part| &part.notes);
        let of_rules = self.rules.iter().flat_map(|part| &part.notes);
        let of_images = self.images.iter().flat_map(|part| &part.notes);
        let of_exceptions = self.exceptions.iter().flat_map(|part| &part.notes);
        let parts = of_signers.chain(of_rules).chain(of_images).chain(of_exceptions);
        self.notes.iter().chain(parts)
    }
}

pub fn push_once(names: &mut Vec<String>, name: String) {
    if !names.contains(&name) {
        names.push(name);
    }
}

/// Names of one kind: from what people wrote, each once.
#[derive(Debug, Default)]
pub struct Names(BTreeSet<String>);

/// Longest name that is made; a number may follow.
const LONGEST: usize = 60;

impl Names {
    /// Letters, digits and `-`, from `written`, else from `otherwise`.
    pub fn fresh(&mut self, written: &str, otherwise: &str) -> String {
        let base = slug(written).unwrap_or_else(|| otherwise.to_owned());
        let numbered = (2..).map(|number| format!("{base}-{number}"));
        let mut candidates = std::iter::once(base.clone()).chain(numbered);
        // invariant: the set is finite and the candidates are not
        let name = candidates.find(|name| !self.0.contains(name)).unwrap_or(base);
        self.0.insert(name.clone());
        name
    }
}

fn slug(written: &str) -> Option<String> {
    let mut slug = String::new();
    for character in written.chars().take(LONGEST) {
        match character.to_ascii_lowercase() {
            kept if kept.is_ascii_lowercase() || kept.is_ascii_digit() => slug.push(kept),
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    let slug = slug.trim_end_matches('-');
    slug.starts_with(|c: char| c.is_ascii_lowercase())
        .then(|| slug.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_and_each_is_there_once() {
        let mut names = Names::default();
        let mut fresh = |written: &str| names.fresh(written, "signer");
        assert_eq!(fresh("Release Key (2024)"), "release-key-2024");
        assert_eq!(fresh("release key: 2024"), "release-key-2024-2");
        assert_eq!(fresh("äöü\n"), "signer");
        assert_eq!(fresh("42"), "signer-2");
        assert_eq!(fresh(&"x".repeat(1_000)).len(), LONGEST);
    }
}
