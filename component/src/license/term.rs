//! One licence: as an entry of a policy, and as a leaf of an expression.

use std::fmt;

use spdx::expression::{ExprNode, ExpressionReq};
use spdx::{AdditionItem, LicenseItem, LicenseReq};

use super::list::{self, is_license};
use crate::limits;

/// An entry of `allow`, `deny` or an exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// As the policy writes it.
    text: String,
    meaning: Meaning,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Meaning {
    License(Leaf),
    /// Compared with a whole text, exactly.
    Name,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TermError {
    NotListed,
    /// More than one licence.
    Expression,
    Length,
}

/// One licence without choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leaf {
    /// Of the SPDX list, without `-only` and `-or-later`; else the reference in full.
    license: String,
    /// This version or any later one.
    later: bool,
    /// What stands behind `WITH`.
    addition: Option<Addition>,
    origin: Origin,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Addition {
    /// An exception of the SPDX list.
    Listed(String),
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// The SPDX list of licences.
    List,
    /// `LicenseRef-…`, whose text somebody has.
    Reference,
    Nowhere,
}

impl Term {
    /// `AGPL-3.0-only`, `Apache-2.0+`, `GPL-2.0-only WITH Classpath-exception-2.0`, `LicenseRef-acme`.
    pub fn license(text: &str) -> Result<Self, TermError> {
        if text.len() > limits::PATTERN_BYTES {
            return Err(TermError::Length);
        }
        let expression = list::parse(text).ok_or(TermError::NotListed)?;
        let mut nodes = expression.iter();
        let (Some(ExprNode::Req(requirement)), None) = (nodes.next(), nodes.next()) else {
            return Err(TermError::Expression);
        };
        let leaf = Leaf::of(requirement, expression.as_ref());
        if !leaf.is_entry() {
            return Err(TermError::NotListed);
        }
        Ok(Self {
            text: text.to_owned(),
            meaning: Meaning::License(leaf),
        })
    }

    /// A text that documents give where no identifier exists.
    pub fn name(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            meaning: Meaning::Name,
        }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn is_name(&self, text: &str) -> bool {
        self.meaning == Meaning::Name && self.text == text
    }

    /// An `-or-later` licence can be taken in the version that is allowed. An exception to a licence is part of what is allowed.
    pub(super) fn allows(&self, leaf: &Leaf) -> bool {
        self.covers(leaf, |own, other| own == other && other != Some(&Addition::Unknown))
    }

    /// A denied licence is denied with any exception to it, and so is its `-or-later`.
    pub(super) fn denies(&self, leaf: &Leaf) -> bool {
        self.covers(leaf, |own, other| own.is_none() || own == other)
    }

    fn covers(&self, leaf: &Leaf, additions: impl Fn(Option<&Addition>, Option<&Addition>) -> bool) -> bool {
        let own = match &self.meaning {
            Meaning::License(own) => own,
            // a name of one word can stand for a licence in an expression
            Meaning::Name => {
                return leaf.origin == Origin::Nowhere && leaf.addition.is_none() && leaf.license == self.text;
            }
        };
        own.license.eq_ignore_ascii_case(&leaf.license)
            && (own.later == leaf.later || leaf.later)
            && additions(own.addition.as_ref(), leaf.addition.as_ref())
    }

    /// The `-only` licence that this `-or-later` entry does not speak of.
    pub(crate) fn unmentioned_only(&self) -> Option<String> {
        let Meaning::License(leaf) = &self.meaning else {
            return None;
        };
        let only = format!("{}-only", leaf.license);
        (leaf.later && leaf.addition.is_none() && spdx::license_id(&only).is_some()).then_some(only)
    }
}

impl Leaf {
    /// `expression` is the text that the requirement was parsed from. The parser keeps a word that it does not know as a
    /// reference; the text tells them apart.
    pub fn of(requirement: &ExpressionReq, expression: &str) -> Self {
        let LicenseReq { license, addition } = &requirement.req;
        let addition = addition.as_ref().map(|addition| match addition {
            AdditionItem::Spdx(id) => Addition::Listed(id.name.to_owned()),
            AdditionItem::Other(_) => Addition::Unknown,
        });
        match license {
            LicenseItem::Spdx { id, or_later } if is_license(id.name) => Self::listed(id.name, *or_later, addition),
            _ => Self::unlisted(requirement, expression, addition),
        }
    }

    fn unlisted(requirement: &ExpressionReq, expression: &str, addition: Option<Addition>) -> Self {
        let span = requirement.span.start as usize..requirement.span.end as usize;
        let word = expression.get(span).unwrap_or_default();
        let is_reference = word.starts_with("LicenseRef-") || word.starts_with("DocumentRef-");
        Self {
            license: word.to_owned(),
            later: false,
            addition,
            origin: if is_reference {
                Origin::Reference
            } else {
                Origin::Nowhere
            },
        }
    }

    fn listed(name: &str, later: bool, addition: Option<Addition>) -> Self {
        let joined = JOINED.iter().find(|(old, _, _)| *old == name);
        let (name, addition) = match joined {
            Some((_, license, exception)) => (*license, addition.or(Some(Addition::Listed((*exception).to_owned())))),
            None => (name, addition),
        };
        let (license, later) = match (name.strip_suffix("-or-later"), name.strip_suffix("-only")) {
            (Some(license), _) => (license, true),
            (None, Some(license)) => (license, later),
            (None, None) => (name.trim_end_matches('+'), later || name.ends_with('+')),
        };
        Self {
            license: license.to_owned(),
            later,
            addition,
            origin: Origin::List,
        }
    }

    /// Neither the list nor SPDX says what it permits.
    pub fn is_unknown(&self) -> bool {
        self.origin != Origin::List || self.addition == Some(Addition::Unknown)
    }

    /// It can be compared, so a policy may name it.
    fn is_entry(&self) -> bool {
        self.origin != Origin::Nowhere && self.addition != Some(Addition::Unknown)
    }
}

/// Older identifiers of a licence together with its exception.
const JOINED: [(&str, &str, &str); 7] = [
    ("GPL-2.0-with-GCC-exception", "GPL-2.0", "GCC-exception-2.0"),
    ("GPL-2.0-with-autoconf-exception", "GPL-2.0", "Autoconf-exception-2.0"),
    ("GPL-2.0-with-bison-exception", "GPL-2.0", "Bison-exception-2.2"),
    ("GPL-2.0-with-classpath-exception", "GPL-2.0", "Classpath-exception-2.0"),
    ("GPL-2.0-with-font-exception", "GPL-2.0", "Font-exception-2.0"),
    ("GPL-3.0-with-GCC-exception", "GPL-3.0", "GCC-exception-3.1"),
    ("GPL-3.0-with-autoconf-exception", "GPL-3.0", "Autoconf-exception-3.0"),
];

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for TermError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotListed => "not on the SPDX list of licences",
            Self::Expression => "more than one licence",
            Self::Length => "too long for a licence",
        })
    }
}

impl std::error::Error for TermError {}

impl TermError {
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotListed => {
                "an identifier of spdx.org/licenses, `LicenseRef-…`, or `{ name: … }` for a text that documents give"
            }
            Self::Expression => "each licence is an entry of its own; packages say what may be chosen",
            Self::Length => "the identifier of one licence",
        }
    }
}
