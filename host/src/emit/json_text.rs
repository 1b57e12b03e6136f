//! JSON that may stand in a log. Its strings have exactly the value they had, but what a CI runner or a terminal would
//! obey is written as `\uXXXX`.

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};
use std::io::{self, Write};

use crate::untrusted::is_invisible;

/// Indented, with a newline at the end.
pub fn write_document(value: &impl Serialize, mut out: impl Write) -> io::Result<()> {
    let careful = Careful {
        layout: PrettyFormatter::new(),
        alphabet: Alphabet::Unicode,
    };
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, careful))?;
    out.write_all(b"\n")
}

/// One line of printable ASCII without a newline.
pub fn line(value: &impl Serialize) -> io::Result<String> {
    let mut line = Vec::new();
    let careful = Careful {
        layout: CompactFormatter,
        alphabet: Alphabet::Ascii,
    };
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut line, careful))?;
    String::from_utf8(line).map_err(io::Error::other)
}

#[derive(Clone, Copy, PartialEq)]
enum Alphabet {
    Unicode,
    Ascii,
}

struct Careful<F> {
    layout: F,
    alphabet: Alphabet,
}

impl<F> Careful<F> {
    /// `##` opens a command for GitHub, Azure Pipelines and TeamCity, `section_start` and `section_end` for GitLab.
    fn must_escape(&self, before: &str, character: char) -> bool {
        let foreign = self.alphabet == Alphabet::Ascii && !character.is_ascii();
        let command = match character {
            '#' => before.ends_with('#'),
            's' | 'e' => before.ends_with("section_"),
            _ => false,
        };
        foreign || command || character.is_control() || is_invisible(character)
    }
}

impl<F: Formatter> Formatter for Careful<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut written = 0;
        for (position, character) in fragment.char_indices() {
            if self.must_escape(&fragment[..position], character) {
                writer.write_all(&fragment.as_bytes()[written..position])?;
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
                written = position + character.len_utf8();
            }
        }
        writer.write_all(&fragment.as_bytes()[written..])
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.layout.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.layout.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::fixture::ATTACK;

    #[test]
    fn values_survive_and_commands_do_not() {
        let value = [ATTACK, "###[x]", "section_start", "é \u{1f600} \u{e0001}"];
        let mut document = Vec::new();
        write_document(&value, &mut document).unwrap();
        let document = String::from_utf8(document).unwrap();
        for command in ["##", "section_start", "\u{1b}", "\u{202e}", "\u{85}", "\r"] {
            assert!(!document.contains(command), "{command:?} in {document}");
        }
        assert!(document.contains("é \u{1f600}"));
        assert_eq!(serde_json::from_str::<Vec<String>>(&document).unwrap(), value);

        let line = line(&value).unwrap();
        assert!(line.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{line}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&line).unwrap(), value);
    }
}
