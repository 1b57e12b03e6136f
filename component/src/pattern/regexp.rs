//! Regular expressions, anchored at both ends and without flags, so that what is written is what is matched.

use std::fmt;
use std::str::FromStr;

use regex_syntax::ast::{self, AssertionKind, Ast, GroupKind};
use regex_syntax::hir::literal::Extractor;

use crate::limits;

/// Anchored at both ends, without flags.
#[derive(Debug, Clone)]
pub struct Regexp {
    source: String,
    compiled: regex::Regex,
    prefixes: Option<Vec<Prefix>>,
}

/// What a match begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prefix {
    pub text: String,
    /// It is the whole match.
    pub whole: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegexpError {
    TooLong {
        found: usize,
        most: usize,
    },
    /// `(?i)`, `(?m:…)` and the like: each changes what the rest means.
    Flag,
    Syntax(ast::ErrorKind),
    /// Parses, but asks for what is not built in, such as a class of Unicode's scripts.
    NotSupported,
    TooComplex,
}

impl FromStr for Regexp {
    type Err = RegexpError;

    fn from_str(source: &str) -> Result<Self, RegexpError> {
        if source.len() > limits::PATTERN_BYTES {
            return Err(RegexpError::TooLong {
                found: source.len(),
                most: limits::PATTERN_BYTES,
            });
        }
        let tree = ast::parse::ParserBuilder::new()
            .nest_limit(limits::REGEXP_NESTING)
            .build()
            .parse(source)
            .map_err(|error| RegexpError::Syntax(error.kind().clone()))?;
        // invariant: the visitor's output is its verdict, and visiting itself cannot fail
        if ast::visit(&tree, FlagSeeker).is_err() {
            return Err(RegexpError::Flag);
        }
        let compiled = regex::RegexBuilder::new(&format!(r"\A(?:{source})\z"))
            .size_limit(limits::REGEXP_COMPILED_BYTES)
            .nest_limit(limits::REGEXP_NESTING + 2)
            .build()
            .map_err(|error| match error {
                regex::Error::Syntax(_) => RegexpError::NotSupported,
                _ => RegexpError::TooComplex,
            })?;
        Ok(Self {
            source: source.to_owned(),
            compiled,
            prefixes: prefixes(source),
        })
    }
}

/// Whether the source itself says where a match begins and ends: `^…$`. It then finds in a text what matches the whole of it.
pub(crate) fn is_anchored(source: &str) -> bool {
    let tree = ast::parse::Parser::new().parse(source);
    let Ok(Ast::Concat(parts)) = &tree else {
        return false;
    };
    let kind = |part: Option<&Ast>| match part {
        Some(Ast::Assertion(assertion)) => Some(assertion.kind.clone()),
        _ => None,
    };
    matches!(
        kind(parts.asts.first()),
        Some(AssertionKind::StartLine | AssertionKind::StartText)
    ) && matches!(
        kind(parts.asts.last()),
        Some(AssertionKind::EndLine | AssertionKind::EndText)
    )
}

struct FlagSeeker;

impl ast::Visitor for FlagSeeker {
    type Output = ();
    type Err = ();

    fn finish(self) -> Result<(), ()> {
        Ok(())
    }

    fn visit_pre(&mut self, node: &Ast) -> Result<(), ()> {
        match node {
            Ast::Flags(_) => Err(()),
            Ast::Group(group) => match &group.kind {
                GroupKind::NonCapturing(flags) if !flags.items.is_empty() => Err(()),
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }
}

fn prefixes(source: &str) -> Option<Vec<Prefix>> {
    let tree = regex_syntax::parse(source).ok()?;
    let literals = Extractor::new().limit_literal_len(512).limit_total(1024).extract(&tree);
    let whole = |literal: &regex_syntax::hir::literal::Literal| {
        let text = String::from_utf8_lossy(literal.as_bytes()).into_owned();
        Prefix {
            text,
            whole: literal.is_exact(),
        }
    };
    Some(literals.literals()?.iter().map(whole).collect())
}

impl Regexp {
    pub fn matches(&self, text: &str) -> bool {
        self.compiled.is_match(text)
    }

    /// Every match begins with one of these; none where that cannot be said.
    pub fn prefixes(&self) -> Option<&[Prefix]> {
        self.prefixes.as_deref()
    }

    /// As written, without the anchors.
    pub fn as_str(&self) -> &str {
        &self.source
    }
}

impl fmt::Display for Regexp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl fmt::Display for RegexpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { found, most } => {
                write!(f, "a regular expression of {found} bytes, at most {most}")
            }
            Self::Flag => f.write_str("a regular expression with flags"),
            Self::Syntax(reason) => write!(f, "not a regular expression: {reason}"),
            Self::NotSupported => f.write_str("a regular expression with a class that is not supported"),
            Self::TooComplex => write!(
                f,
                "a regular expression of more than {} bytes compiled",
                limits::REGEXP_COMPILED_BYTES
            ),
        }
    }
}

impl std::error::Error for RegexpError {}

impl RegexpError {
    pub fn hint(&self) -> &'static str {
        match self {
            Self::TooLong { .. } | Self::TooComplex => "use a structured signer, or several signers",
            Self::Flag => "`(?i)` and the like are not allowed; group with `(…)` or `(?:…)`",
            Self::Syntax(_) | Self::NotSupported => {
                "the syntax is that of Rust's `regex` crate; escape literal dots as `\\.`"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regexp(source: &str) -> Regexp {
        source.parse().unwrap()
    }

    #[test]
    fn both_ends_are_anchored() {
        assert!(!regexp("a|b").matches("ab") && regexp("a|b").matches("b"));
        assert!(!regexp("^a|b$").matches("xb"));
        assert!(!regexp("a").matches("a\n"));
    }

    #[test]
    fn flags_are_refused_wherever_they_stand() {
        for source in ["(?i)a", "a(?m:^b$)", "((?s).)", "x(?-u:a)"] {
            assert_eq!(source.parse::<Regexp>().err(), Some(RegexpError::Flag), "{source}");
        }
        for source in [r"a\(?", "[(?i)]", "(?:a)", "(a)"] {
            assert!(source.parse::<Regexp>().is_ok(), "{source}");
        }
    }

    #[test]
    fn a_group_cannot_be_closed_early() {
        assert!(matches!("a)|(?:.*".parse::<Regexp>(), Err(RegexpError::Syntax(_))));
    }

    #[test]
    fn large_expressions_are_refused() {
        assert_eq!(r"\w{1000}{100}".parse::<Regexp>().err(), Some(RegexpError::TooComplex));
        assert!("(".repeat(200).parse::<Regexp>().is_err());
        assert!(("(".repeat(100) + &")".repeat(100)).parse::<Regexp>().is_err());
    }

    #[test]
    fn prefixes_are_what_every_match_begins_with() {
        let prefix = |text: &str, whole| Prefix {
            text: text.to_owned(),
            whole,
        };
        assert_eq!(
            regexp("a/(b|c)/.*").prefixes(),
            Some(&[prefix("a/b/", false), prefix("a/c/", false)][..])
        );
        assert_eq!(regexp("abc").prefixes(), Some(&[prefix("abc", true)][..]));
        assert_eq!(regexp(".*b").prefixes(), None);
    }
}
