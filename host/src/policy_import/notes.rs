//! What an import has to say: where something stands in the source, and what became of it.

use crate::say;
use crate::untrusted::Safe;

/// A place in the source: a JSON pointer (RFC 6901), a line, or a document and a pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointer(String);

/// One remark, for a comment at its place in the output and for standard error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub level: Level,
    /// the source and the place in it
    pub at: Safe,
    pub text: Safe,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// cannot be said in a policy, so it is not in the output
    Missing,
    /// is in the output, and means what it says there
    Changed,
}

#[derive(Debug, Default)]
pub struct Notes(Vec<Note>);

impl Pointer {
    /// The whole of a source, by the name that messages use.
    pub fn of(source: &str) -> Self {
        Self(format!("{source}#"))
    }

    pub fn line(source: &str, line: usize) -> Self {
        Self(format!("{source}:{line}"))
    }

    pub fn document(source: &str, number: usize) -> Self {
        Self(format!("{source}, document {number}#"))
    }

    pub fn key(&self, key: &str) -> Self {
        Self(format!("{}/{}", self.0, key.replace('~', "~0").replace('/', "~1")))
    }

    pub fn at(&self, position: usize) -> Self {
        Self(format!("{}/{position}", self.0))
    }
}

impl Notes {
    pub fn missing(&mut self, at: &Pointer, text: Safe) {
        self.push(Level::Missing, at, text);
    }

    pub fn changed(&mut self, at: &Pointer, text: Safe) {
        self.push(Level::Changed, at, text);
    }

    /// A value of another kind than this version of the format has.
    pub fn wrong<T>(&mut self, at: &Pointer, expected: &'static str, found: &'static str) -> Option<T> {
        self.missing(at, say!["expected ", expected, ", found ", found]);
        None
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn take(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.0)
    }

    fn push(&mut self, level: Level, at: &Pointer, text: Safe) {
        let at = say![at.0];
        self.0.push(Note { level, at, text });
    }
}
