//! A document as a tree: what [`super::yaml`] reads, [`super::shape`] checks, and the lowering takes apart.

use super::faults::{Place, did_you_mean};

#[derive(Debug)]
pub(crate) struct Node {
    pub place: Place,
    pub kind: Kind,
}

#[derive(Debug)]
pub(crate) enum Kind {
    /// In the document's order, each key once.
    Mapping(Vec<Entry>),
    Sequence(Vec<Node>),
    Scalar {
        text: String,
        style: Style,
    },
    /// Refused; the error is in the collection already.
    Refused,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Quoted,
}

#[derive(Debug)]
pub(crate) struct Entry {
    pub key: String,
    pub place: Place,
    pub value: Node,
}

impl Node {
    /// The entries of a mapping; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Mapping(entries) => entries,
            _ => &[],
        }
    }

    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// Whether it is this single value.
    pub fn is_word(&self, word: &str) -> bool {
        matches!(&self.kind, Kind::Scalar { text, .. } if text == word)
    }

    /// What it is, for messages.
    pub fn noun(&self) -> &'static str {
        match self.kind {
            Kind::Mapping(_) => "a mapping",
            Kind::Sequence(_) => "a list",
            Kind::Scalar { .. } | Kind::Refused => "a single value",
        }
    }
}

/// A hint for one of several words, else the list of them.
pub(crate) fn one_of(found: &str, words: &[&str]) -> String {
    did_you_mean(found, words.iter().copied()).unwrap_or_else(|| format!("one of {}", listed(words)))
}

/// Words for a message, each in backticks; of many the first ones.
pub(crate) fn listed<S: AsRef<str>>(words: &[S]) -> String {
    const MOST: usize = 20;
    let mut text = words
        .iter()
        .take(MOST)
        .map(|word| format!("`{}`", word.as_ref()))
        .collect::<Vec<_>>()
        .join(", ");
    if words.len() > MOST {
        text.push_str(&format!(" and {} more", words.len() - MOST));
    }
    text
}
