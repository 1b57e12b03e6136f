//! The variables of an expression and the fields that are known of them.

use super::kinds::{Kind, Record};

/// Where an expression stands, which decides its variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// `where:` of a rule about one kind of statement.
    Statement,
    /// `expression:` over all statements about an image.
    Image,
}

impl Scope {
    pub(super) fn variables(self) -> &'static [(&'static str, Kind)] {
        match self {
            Self::Statement => &OF_STATEMENT,
            Self::Image => &OF_IMAGE,
        }
    }
}

static OF_STATEMENT: [(&str, Kind); 5] = [
    ("statement", Kind::Record(&STATEMENT)),
    ("predicate", Kind::Any),
    ("signer", Kind::Record(&SIGNER)),
    ("image", Kind::Record(&IMAGE)),
    ("now", Kind::Time),
];

static OF_IMAGE: [(&str, Kind); 3] = [
    ("statements", Kind::List(&Kind::Record(&DOCUMENT))),
    ("image", Kind::Record(&IMAGE)),
    ("now", Kind::Time),
];

/// As in-toto writes it.
static STATEMENT: Record = Record {
    noun: "a statement",
    fields: &[
        ("_type", Kind::Text),
        ("subject", Kind::List(&Kind::Map)),
        ("predicateType", Kind::Text),
        ("predicate", Kind::Any),
    ],
};

static SIGNER: Record = Record {
    noun: "`signer`",
    fields: &[
        ("name", Kind::Text),
        ("kind", Kind::Text),
        ("issuer", Kind::Text),
        ("subject", Kind::Text),
        ("claims", Kind::Map),
        ("key", Kind::Text),
    ],
};

static IMAGE: Record = Record {
    noun: "`image`",
    fields: &[("name", Kind::Text), ("digest", Kind::Text), ("platform", Kind::Text)],
};

static DOCUMENT: Record = Record {
    noun: "an item of `statements`",
    fields: &[
        ("type", Kind::Text),
        ("short", Kind::Text),
        ("predicate", Kind::Any),
        ("signer", Kind::Record(&SIGNER)),
        ("statement", Kind::Record(&STATEMENT)),
    ],
};
