//! Where files name images, and what stands in them that could not be judged as one.

use std::fmt::{self, Display};

/// A piece of one line of a file. Lines and columns count from 1, columns in characters; 0 is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// as the user named it, or as it was found below what the user named; `-` is standard input; empty: nowhere
    pub file: String,
    pub line: u32,
    pub column: u32,
    /// of the character after the last one, on the same line
    pub end_column: u32,
}

/// A place that names an image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mention {
    pub place: Place,
    /// as it is written there; where several values make the reference, the whole of it
    pub text: String,
}

/// Something in a file that may be an image and is not judged as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    pub place: Place,
    pub kind: SightingKind,
    /// as it is written there
    pub text: String,
    /// what to do about it
    pub hint: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SightingKind {
    /// an image whose reference is known only elsewhere: a template, a variable
    Unresolved,
    /// an image whose reference is not one
    Invalid,
    /// looks like an image, in a place that nobody knows to name one
    Unclaimed,
    /// two values under one key: readers differ in which one they take
    DuplicateKey,
    /// a file, or a part of it, that cannot be read
    Unreadable,
    /// not as many images as expected
    Miscounted,
    /// left out because the command line says so
    Excluded,
    /// there is no image in any file
    Nothing,
}

impl SightingKind {
    pub const ALL: [Self; 8] = [
        Self::Unresolved,
        Self::Invalid,
        Self::Unclaimed,
        Self::DuplicateKey,
        Self::Unreadable,
        Self::Miscounted,
        Self::Excluded,
        Self::Nothing,
    ];

    /// In every format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unresolved => "unresolved",
            Self::Invalid => "invalid",
            Self::Unclaimed => "unclaimed",
            Self::DuplicateKey => "duplicate-key",
            Self::Unreadable => "unreadable",
            Self::Miscounted => "miscounted",
            Self::Excluded => "excluded",
            Self::Nothing => "nothing",
        }
    }

    /// In words, for people.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Unresolved => "this image cannot be known from the file",
            Self::Invalid => "this is no image reference",
            Self::Unclaimed => "this looks like an image, and nothing says that it is one",
            Self::DuplicateKey => "this key is there twice, and readers differ in which one they take",
            Self::Unreadable => "this cannot be read",
            Self::Miscounted => "not as many images as expected",
            Self::Excluded => "excluded, so not judged",
            Self::Nothing => "no image is named there",
        }
    }

    /// Nobody knows what would run: the run is undecided, whatever the images say.
    pub fn leaves_undecided(self) -> bool {
        !matches!(self, Self::Excluded | Self::Nothing)
    }
}

/// `deploy/api.yaml:12:16`, as far as it is known.
impl Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (0, _) => write!(f, "{}", self.file),
            (line, 0) => write!(f, "{}:{line}", self.file),
            (line, column) => write!(f, "{}:{line}:{column}", self.file),
        }
    }
}
