//! Go's regular expressions, which are searched for anywhere in a text, as ones that must fit the whole of it.

use super::draft::Match;

/// A pattern for the whole text.
#[derive(Debug, PartialEq, Eq)]
pub struct Anchored {
    pub matching: Match,
    /// it is open at an end, where the source is
    pub open: bool,
}

/// Matches the same texts, anchored at both ends.
pub fn anchored(source: &str) -> Anchored {
    let begins = source.starts_with('^');
    let ends = source.ends_with('$') && !source.ends_with("\\$");
    let inside = source.strip_prefix('^').unwrap_or(source);
    let inside = if ends {
        inside.strip_suffix('$').unwrap_or(inside)
    } else {
        inside
    };
    // an alternative has anchors of its own: `^a|b$` is not `^(a|b)$`
    let (matching, open) = match (begins && ends, source.contains('|')) {
        (true, false) if is_literal(inside) => (Match::Exactly(inside.replace('\\', "")), false),
        (true, false) => (Match::Regexp(inside.to_owned()), false),
        (false, false) if begins => (Match::Regexp(format!("(?:{inside}).*")), true),
        (false, false) if ends => (Match::Regexp(format!(".*(?:{inside})")), true),
        _ => (Match::Regexp(format!(".*(?:{source}).*")), true),
    };
    Anchored { matching, open }
}

/// Nothing but itself: what could mean something is escaped.
fn is_literal(source: &str) -> bool {
    let mut characters = source.chars();
    while let Some(character) = characters.next() {
        let literal = match character {
            '\\' => characters.next().is_some_and(|escaped| escaped.is_ascii_punctuation()),
            other => !"^$.|?*+()[]{}".contains(other),
        };
        if !literal {
            return false;
        }
    }
    !source.contains("\\\\")
}

/// Accepts every text.
pub fn is_anything(source: &str) -> bool {
    let inside = source.trim_start_matches('^').trim_end_matches('$');
    matches!(inside, "" | ".*" | ".+" | "(.*)" | "(?:.*)" | "(.+)")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anchored(source: &str) -> Match {
        super::anchored(source).matching
    }

    fn regexp(text: &str) -> Match {
        Match::Regexp(text.to_owned())
    }

    #[test]
    fn what_is_searched_for_anywhere_fits_the_whole() {
        assert_eq!(anchored("https://a.example"), regexp(".*(?:https://a.example).*"));
        assert_eq!(anchored("^https://a"), regexp("(?:https://a).*"));
        assert_eq!(anchored("@a\\.example$"), regexp(".*(?:@a\\.example)"));
        assert_eq!(anchored("^https://.*$"), regexp("https://.*"));
        assert_eq!(anchored("^a|b$"), regexp(".*(?:^a|b$).*"));
        assert_eq!(anchored("a\\$"), regexp(".*(?:a\\$).*"));
        assert_eq!(
            anchored("^https://a\\.example/x$"),
            Match::Exactly("https://a.example/x".to_owned())
        );
        assert_eq!(anchored("^https://a.example$"), regexp("https://a.example"));
    }

    #[test]
    fn anything_is_recognised() {
        for source in [".*", "^.*$", ".+", "(.*)", "^$"] {
            assert!(is_anything(source), "{source}");
        }
        assert!(!is_anything(".*@acme.example"));
    }
}
