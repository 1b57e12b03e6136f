//! Globs of three tokens. No classes, no alternatives: each would be a way across a `/` (`[!x]` matches `/` in others).

use std::fmt;
use std::str::FromStr;

use crate::limits;

/// `*` matches inside a segment (also nothing), `**` stands for any number of whole segments (also none), everything else is
/// literal; segments end at `/`. A text with an empty segment matches no glob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(String);

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GlobError {
    Empty,
    TooLong {
        found: usize,
        most: usize,
    },
    EmptySegment,
    /// `[ ] { } ? \` and control characters.
    NotAToken(char),
    GluedStars {
        segment: String,
    },
}

impl FromStr for Glob {
    type Err = GlobError;

    fn from_str(text: &str) -> Result<Self, GlobError> {
        if text.is_empty() {
            return Err(GlobError::Empty);
        }
        if text.len() > limits::PATTERN_BYTES {
            return Err(GlobError::TooLong {
                found: text.len(),
                most: limits::PATTERN_BYTES,
            });
        }
        let foreign = |c: &char| {
            matches!(c, '[' | ']' | '{' | '}' | '?' | '\\') || c.is_control() || (c.is_whitespace() && *c != ' ')
        };
        if let Some(found) = text.chars().find(foreign) {
            return Err(GlobError::NotAToken(found));
        }
        if text.trim() != text {
            return Err(GlobError::NotAToken(' '));
        }
        for segment in text.split('/') {
            if segment.is_empty() {
                return Err(GlobError::EmptySegment);
            }
            if segment.contains("**") && segment != "**" {
                return Err(GlobError::GluedStars {
                    segment: segment.to_owned(),
                });
            }
        }
        Ok(Self(text.to_owned()))
    }
}

impl Glob {
    /// In at most `pattern × text` steps: the last `**`, and inside a segment the last `*`, is the only one to go back to.
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<&str> = text.split('/').collect();
        let pattern: Vec<&str> = self.segments().collect();
        !text.contains(&"") && wildcard(&pattern, &text, |p| *p == "**", |p, t| segment_matches(p, t))
    }

    /// The same with ASCII case aside in the first `segments` segments.
    pub fn matches_ignoring_case(&self, text: &str, segments: usize) -> bool {
        Self(lower_first(&self.0, segments)).matches(&lower_first(text, segments))
    }

    /// Matches one text only: itself.
    pub fn is_literal(&self) -> bool {
        !self.0.contains('*')
    }

    /// Matches whatever has a right number of segments.
    pub fn is_anything(&self) -> bool {
        self.segments().all(|segment| matches!(segment, "*" | "**"))
    }

    /// The first segment, the owner in names like `owner/repository`, is not fixed.
    pub fn may_match_other_owner(&self) -> bool {
        self.segments().next().is_some_and(|owner| owner.contains('*'))
    }

    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }

    /// How many segments a match has; none where `**` leaves it open.
    pub fn length(&self) -> Option<usize> {
        (!self.segments().any(|segment| segment == "**")).then(|| self.segments().count())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn lower_first(text: &str, segments: usize) -> String {
    let lower = |(at, segment): (usize, &str)| {
        if at < segments {
            segment.to_ascii_lowercase()
        } else {
            segment.to_owned()
        }
    };
    text.split('/').enumerate().map(lower).collect::<Vec<_>>().join("/")
}

fn segment_matches(pattern: &str, text: &str) -> bool {
    wildcard(pattern.as_bytes(), text.as_bytes(), |p| *p == b'*', |p, t| p == t)
}

/// Whether `text` is `pattern`, where an element that `is_star` stands for any run of elements.
fn wildcard<P, T>(pattern: &[P], text: &[T], is_star: impl Fn(&P) -> bool, equal: impl Fn(&P, &T) -> bool) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while t < text.len() {
        if p < pattern.len() && is_star(&pattern[p]) {
            last_star = Some((p + 1, t));
            p += 1;
        } else if p < pattern.len() && equal(&pattern[p], &text[t]) {
            p += 1;
            t += 1;
        } else if let Some((after, taken)) = last_star {
            last_star = Some((after, taken + 1));
            p = after;
            t = taken + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(is_star)
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for GlobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("an empty pattern"),
            Self::TooLong { found, most } => {
                write!(f, "a pattern of {found} bytes, at most {most}")
            }
            Self::EmptySegment => f.write_str("a pattern with an empty segment (`/` at an end, or `//`)"),
            Self::NotAToken(found) => write!(f, "a pattern with `{}`", found.escape_default()),
            Self::GluedStars { segment } => {
                write!(f, "a pattern with `**` glued to text: `{segment}`")
            }
        }
    }
}

impl std::error::Error for GlobError {}

impl GlobError {
    pub fn hint(&self) -> &'static str {
        match self {
            Self::GluedStars { .. } => "`**` stands for whole segments: write `a/**` or `**/a`",
            _ => "a glob knows `*` inside a segment, `**` for whole segments, and literal text",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glob(text: &str) -> Glob {
        text.parse().unwrap()
    }

    #[test]
    fn stars_stay_in_their_segment() {
        assert!(glob("refs/tags/v*").matches("refs/tags/v1.2"));
        assert!(glob("refs/tags/v*").matches("refs/tags/v"));
        assert!(!glob("refs/tags/v*").matches("refs/tags/v1/evil"));
        assert!(!glob("refs/heads/release*").matches("refs/heads/release/1.x"));
        assert!(glob("a*b*c").matches("aXbXbc"));
        assert!(!glob("a*b*c").matches("aXcXb"));
        assert!(glob("*").matches("a") && !glob("*").matches("a/b"));
    }

    #[test]
    fn double_stars_take_whole_segments_also_none() {
        for name in ["ghcr.io/acme", "ghcr.io/acme/a", "ghcr.io/acme/a/b"] {
            assert!(glob("ghcr.io/acme/**").matches(name), "{name}");
        }
        assert!(!glob("ghcr.io/acme/**").matches("ghcr.io/acmeevil/a"));
        assert!(glob("**").matches("a/b/c"));
        assert!(glob("**/b/**/d").matches("a/b/c/b/x/d"));
        assert!(!glob("**/b/**/d").matches("a/c/d"));
        assert!(glob("a/**/b*").matches("a/bx"));
    }

    #[test]
    fn empty_segments_match_nothing() {
        assert!(!glob("**").matches(""));
        assert!(!glob("*").matches(""));
        assert!(!glob("a/*").matches("a/"));
        assert!(!glob("a/**").matches("a//b"));
    }

    #[test]
    fn other_tokens_are_refused() {
        for text in ["a[b]", "a{b,c}", "a?", "a\\*", " a", "a\u{a0}b", "a\n"] {
            assert!(matches!(text.parse::<Glob>(), Err(GlobError::NotAToken(_))), "{text}");
        }
        for text in ["a**", "**a/b", "a/***"] {
            assert!(
                matches!(text.parse::<Glob>(), Err(GlobError::GluedStars { .. })),
                "{text}"
            );
        }
        for text in ["/a", "a/", "a//b"] {
            assert_eq!(text.parse::<Glob>(), Err(GlobError::EmptySegment), "{text}");
        }
        assert_eq!("".parse::<Glob>(), Err(GlobError::Empty));
    }

    #[test]
    fn hostile_patterns_end_soon() {
        let stars = "**/a*a*a*a*a*/".repeat(100) + "b";
        assert!(!glob(&stars).matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/".repeat(200).trim_end_matches('/')));
    }

    #[test]
    fn case_is_set_aside_only_where_asked() {
        assert!(glob("Acme/API/x").matches_ignoring_case("acme/api/x", 2));
        assert!(!glob("Acme/API/x").matches_ignoring_case("acme/api/X", 2));
    }
}
