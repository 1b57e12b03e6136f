//! Text from strangers, and the one way in which it reaches a log, a terminal or a file.
//!
//! Identities, media types, answers of registries and documents are written by whoever pushed them. CI runners read
//! commands out of every line of a log: GitHub takes `::name::` after leading blanks and `##[name]` anywhere in a line,
//! Azure Pipelines `##vso[`, TeamCity `##teamcity[`, GitLab `section_start:`; terminals take ESC. Nothing of that
//! survives here, and a reader still sees that it was there.
//!
//! ```
//! use portcullis::{say, untrusted::Untrusted};
//!
//! assert_eq!(Untrusted("ok\n::stop-commands::x").to_string(), "ok\u{240a}: :stop-commands::x");
//! assert_eq!(say!["found ", 2, " of ", "##[error]"].as_str(), "found 2 of # #[error]");
//! ```

use std::fmt::{self, Display};

/// Longest piece that is shown, in characters. Identities measured in the wild stay below 300.
pub const LIMIT: usize = 600;

/// Text from outside. Its `Display` is safe in a log of any CI and in a terminal, on one line, and at most [`LIMIT`]
/// characters long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Untrusted<'a>(pub &'a str);

impl Display for Untrusted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut guard = Guard::default();
        let mut characters = self.0.chars();
        for character in characters.by_ref().take(LIMIT) {
            guard.pass(character, f)?;
        }
        match characters.count() {
            0 => Ok(()),
            more => write!(f, "… ({more} more)"),
        }
    }
}

/// One line that is safe to show. It is made by [`say!`](crate::say), which cleans every piece, whoever wrote it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Safe(String);

impl Safe {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In characters.
    pub fn width(&self) -> usize {
        self.0.chars().count()
    }

    /// Appends a piece; two harmless pieces cannot meet and become a command.
    pub fn push(&mut self, piece: &(impl Say + ?Sized)) {
        let shown = piece.say();
        let mut joined = String::with_capacity(self.0.len() + shown.0.len());
        let mut guard = Guard::default();
        for character in self.0.chars().chain(shown.0.chars()) {
            // invariant: writing to a String does not fail
            let _ = guard.pass(character, &mut joined);
        }
        self.0 = joined;
    }

    /// Pieces with something between them.
    pub fn join<P: Say>(pieces: impl IntoIterator<Item = P>, between: &'static str) -> Self {
        let mut all = Self::default();
        for (position, piece) in pieces.into_iter().enumerate() {
            if position > 0 {
                all.push(between);
            }
            all.push(&piece);
        }
        all
    }

    /// Words of at most `width` characters per line where a blank allows it; what has none stays whole.
    pub fn wrap(&self, width: usize) -> Vec<Safe> {
        let mut lines: Vec<String> = Vec::new();
        for word in self.0.split(' ').filter(|word| !word.is_empty()) {
            match lines.last_mut() {
                Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        lines.into_iter().map(Safe).collect()
    }
}

impl Display for Safe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What can become a piece of a [`Safe`] line.
pub trait Say {
    fn say(&self) -> Safe;
}

impl Say for str {
    fn say(&self) -> Safe {
        Safe(Untrusted(self).to_string())
    }
}

impl Say for String {
    fn say(&self) -> Safe {
        self.as_str().say()
    }
}

impl Say for Safe {
    fn say(&self) -> Safe {
        self.clone()
    }
}

impl<S: Say + ?Sized> Say for &S {
    fn say(&self) -> Safe {
        (**self).say()
    }
}

macro_rules! say_numbers {
    ($($number:ty),*) => {$(
        impl Say for $number {
            fn say(&self) -> Safe {
                Safe(self.to_string())
            }
        }
    )*};
}
say_numbers!(u8, i32, u32, u64, i64, usize);

/// A [`Safe`] line from pieces: literals, strings of strangers, numbers, other lines.
#[macro_export]
macro_rules! say {
    ($($piece:expr),* $(,)?) => {{
        #[allow(unused_mut)]
        let mut line = $crate::untrusted::Safe::default();
        $( line.push(&$piece); )*
        line
    }};
}

/// Passes characters on, one line's worth, and breaks what a log would obey. Passing its own output changes nothing.
#[derive(Debug, Default)]
struct Guard {
    /// the last characters that went out, newest last; long enough for `section_`
    recent: [char; 8],
    fresh: Fresh,
}

#[derive(Debug, Default, PartialEq, Eq, Clone, Copy)]
enum Fresh {
    /// a word begins here: this is where a line may be broken, and so where `::` may come to stand first
    #[default]
    Start,
    /// the word so far is one colon
    Colon,
    Inside,
}

impl Guard {
    fn pass(&mut self, character: char, out: &mut impl fmt::Write) -> fmt::Result {
        let shown = stand_in(character);
        if self.would_be_command(shown) {
            self.emit(' ', out)?;
        }
        self.emit(shown, out)
    }

    fn would_be_command(&self, next: char) -> bool {
        let last = self.recent[7];
        match next {
            ':' => self.fresh == Fresh::Colon,
            '#' => last == '#',
            's' | 'e' => self.recent == ['s', 'e', 'c', 't', 'i', 'o', 'n', '_'],
            _ => false,
        }
    }

    fn emit(&mut self, character: char, out: &mut impl fmt::Write) -> fmt::Result {
        self.recent.rotate_left(1);
        self.recent[7] = character;
        self.fresh = match (character, self.fresh) {
            (' ', _) => Fresh::Start,
            (':', Fresh::Start) => Fresh::Colon,
            _ if is_stand_in(character) => Fresh::Start,
            _ => Fresh::Inside,
        };
        out.write_char(character)
    }
}

/// Control pictures for ASCII controls, the replacement character for what is invisible or turns text around.
fn stand_in(character: char) -> char {
    match character {
        // invariant: U+2400 to U+241F are characters
        '\0'..='\u{1f}' => char::from_u32(0x2400 + character as u32).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        _ if is_invisible(character) => '\u{fffd}',
        _ if character.is_whitespace() => ' ',
        _ => character,
    }
}

fn is_stand_in(character: char) -> bool {
    matches!(character, '\u{2400}'..='\u{2421}' | '\u{fffd}')
}

/// C1 controls, line and paragraph separators, bidirectional controls, zero-width and tag characters
/// (Unicode: general categories Cc, Zl, Zp and Cf, the default ignorables that have been used to deceive).
pub(crate) fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{80}'..='\u{9f}'
            | '\u{ad}'
            | '\u{34f}'
            | '\u{600}'..='\u{605}'
            | '\u{61c}'
            | '\u{6dd}'
            | '\u{70f}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a runner would obey if it stood in a log.
    fn commands(line: &str) -> bool {
        line.trim_start().starts_with("::")
            || line.contains("##[")
            || line.contains("##vso[")
            || line.contains("##teamcity[")
            || line.contains("section_start")
            || line.contains("section_end")
            || line.chars().any(|c| c.is_control() || is_invisible(c))
    }

    #[test]
    fn commands_of_every_ci_are_broken() {
        for (hostile, shown) in [
            ("::error::x", ": :error::x"),
            ("  ::error::x", "  : :error::x"),
            ("\t::error::x", "\u{2409}: :error::x"),
            ("\u{a0}::error::x", " : :error::x"),
            ("a ::error::x", "a : :error::x"),
            ("a##[error]b", "a# #[error]b"),
            ("###[error]", "# # #[error]"),
            ("##vso[task.setvariable]x", "# #vso[task.setvariable]x"),
            ("##teamcity[x]", "# #teamcity[x]"),
            ("section_start:1:x\r\u{1b}[0K", "section_ start:1:x\u{240d}\u{241b}[0K"),
            ("section_end:1:x", "section_ end:1:x"),
            (
                "a\u{202e}b\u{200b}c\u{2028}d\u{85}e\u{7f}",
                "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}e\u{2421}",
            ),
            (
                "https://example.com:443/a::b [::1]",
                "https://example.com:443/a::b [::1]",
            ),
            (":::x", ": : :x"),
        ] {
            let safe = Untrusted(hostile).to_string();
            assert_eq!(safe, shown, "{hostile:?}");
            assert!(!commands(&safe), "{safe:?}");
            assert_eq!(Untrusted(&safe).to_string(), safe, "cleaning twice changes nothing");
        }
    }

    #[test]
    fn pieces_cannot_meet_and_become_a_command() {
        for line in [
            say![":", ":error::x"],
            say!["", " ", ":", ":", "error", "::x"],
            say!["#", "#", "[error]"],
            say!["a#", "#vso[x]"],
            say!["section", "_", "start:0:x"],
            say!["\n", ":", ":error::x"],
        ] {
            assert!(!commands(line.as_str()), "{line:?}");
        }
    }

    #[test]
    fn wrapped_lines_hold_no_command() {
        let line = say!["harmless words before ::error::x and ##[error] y"];
        for width in 1..40 {
            for part in line.wrap(width) {
                assert!(!commands(part.as_str()), "{part:?}");
            }
        }
    }

    #[test]
    fn every_character_comes_out_visible() {
        for character in (0..=0x10ffff).filter_map(char::from_u32) {
            let shown = Untrusted(&character.to_string()).to_string();
            assert!(
                !shown.chars().any(|c| c.is_control() || is_invisible(c)),
                "{:x}",
                character as u32
            );
        }
    }

    #[test]
    fn length_is_capped_and_told() {
        let shown = Untrusted(&"x".repeat(LIMIT + 7)).to_string();
        assert!(shown.ends_with("xx… (7 more)"), "{shown}");
        assert_eq!(Untrusted(&"x".repeat(LIMIT)).to_string().len(), LIMIT);
    }
}
