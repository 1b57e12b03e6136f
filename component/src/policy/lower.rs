//! From the tree to values: what every part of the lowering needs. A value that cannot be made has an error in `faults`.

use std::fmt::Display;
use std::str::FromStr;

use super::faults::{Faults, Place, quoted};
use super::files::Files;
use super::shape::count;
use super::tree::{Kind, Node};
use crate::pattern::{Glob, GlobError, Regexp};

pub(crate) struct Lower<'s> {
    pub faults: Faults,
    pub files: Files<'s>,
}

/// A single value and where it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Word<'n> {
    pub text: &'n str,
    pub place: Place,
}

impl Lower<'_> {
    pub fn word<'n>(&mut self, node: &'n Node) -> Option<Word<'n>> {
        match &node.kind {
            Kind::Scalar { text, .. } => Some(Word {
                text,
                place: node.place,
            }),
            _ => {
                self.faults.ensure_error(node.place, "expected a single value");
                None
            }
        }
    }

    pub fn field<'n>(&mut self, node: &'n Node, key: &str) -> Option<Word<'n>> {
        self.word(node.get(key)?)
    }

    pub fn text(&mut self, node: &Node, key: &str) -> Option<String> {
        self.field(node, key).map(|word| word.text.to_owned())
    }

    pub fn words<'n>(&mut self, node: &'n Node) -> Vec<Word<'n>> {
        match &node.kind {
            Kind::Sequence(items) => items.iter().filter_map(|item| self.word(item)).collect(),
            _ => {
                self.faults.ensure_error(node.place, "expected a list");
                Vec::new()
            }
        }
    }

    pub fn glob(&mut self, node: &Node, key: &str) -> Option<Glob> {
        let word = self.field(node, key)?;
        self.parse(word, GlobError::hint)
    }

    pub fn regexp(&mut self, word: Word) -> Option<Regexp> {
        self.parse(word, crate::pattern::RegexpError::hint)
    }

    pub fn parse<T: FromStr<Err: Display>>(&mut self, word: Word, hint: fn(&T::Err) -> &'static str) -> Option<T> {
        match word.text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.faults.error_with_hint(word.place, error.to_string(), hint(&error));
                None
            }
        }
    }

    /// A text of digits only, so that it can be compared as text.
    pub fn digits(&mut self, node: &Node, key: &str) -> Option<String> {
        let word = self.field(node, key)?;
        if word.text.bytes().all(|b| b.is_ascii_digit()) && !word.text.starts_with('0') && word.text.len() <= 20 {
            return Some(word.text.to_owned());
        }
        self.faults.error_with_hint(
            word.place,
            format!("{} is no identifier", quoted(word.text)),
            "digits only",
        );
        None
    }

    /// A length of time, in seconds.
    pub fn duration(&mut self, node: &Node, key: &str) -> Option<i64> {
        let word = self.field(node, key)?;
        let seconds = seconds(word.text);
        if seconds.is_none() {
            let message = format!("{} is no length of time", quoted(word.text));
            self.faults.error_with_hint(
                word.place,
                message,
                "days, hours or minutes, such as `14d`, `12h`, `90m`",
            );
        }
        seconds
    }

    /// Lower-case hexadecimal of one of the lengths.
    pub fn hexadecimal(&mut self, word: Word, lengths: &[usize]) -> Option<String> {
        let digits = word.text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if digits && lengths.contains(&word.text.len()) {
            return Some(word.text.to_owned());
        }
        let lengths = lengths.iter().map(usize::to_string).collect::<Vec<_>>().join(" or ");
        let message = format!("{} is no digest", quoted(word.text));
        self.faults
            .error_with_hint(word.place, message, format!("{lengths} lower-case hexadecimal digits"));
        None
    }
}

/// A whole number from 1, in its only spelling, and its unit.
fn seconds(text: &str) -> Option<i64> {
    const UNITS: [(char, i64); 3] = [('d', 24 * 60 * 60), ('h', 60 * 60), ('m', 60)];
    let (unit, length) = UNITS.iter().find(|(unit, _)| text.ends_with(*unit))?;
    let number = i64::try_from(count(text.strip_suffix(*unit)?)?).ok()?;
    number.checked_mul(*length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_has_one_spelling() {
        let good = [("14d", 1_209_600), ("12h", 43_200), ("90m", 5_400)];
        assert_eq!(good.map(|(text, _)| seconds(text)), good.map(|(_, found)| Some(found)));
        for wrong in [
            "", "d", "0d", "-1d", "+1d", "1.5d", "1 d", "1D", "07d", "7", "7s", "7w", "1d12h", "9999999d", "٣d",
        ] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
