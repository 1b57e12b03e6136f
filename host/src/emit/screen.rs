//! Lines for people: columns, wrapping, colours. It takes [`Safe`] text only, so nothing else can reach a terminal.

use std::io::{self, Write};

use crate::terminal::Colour;
use crate::untrusted::Safe;

/// How to draw; decided by the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// columns
    pub width: usize,
    pub colour: Colour,
    pub detail: Detail,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Detail {
    /// what denies, and nothing else
    Quiet,
    #[default]
    Normal,
    /// the proofs in full
    Verbose,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            width: crate::terminal::WIDTH,
            colour: Colour::Never,
            detail: Detail::Normal,
        }
    }
}

/// What a piece of a line is; the colour follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    Plain,
    Strong,
    Faint,
    Good,
    Bad,
    Doubt,
}

impl Paint {
    /// SGR parameters of ECMA-48.
    fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Strong => Some("1"),
            Self::Faint => Some("2"),
            Self::Good => Some("1;32"),
            Self::Bad => Some("1;31"),
            Self::Doubt => Some("1;33"),
        }
    }
}

/// A painted piece of a line.
pub type Piece = (Safe, Paint);

/// Draws lines onto a writer.
pub struct Screen<'w, W: Write> {
    out: &'w mut W,
    style: Style,
}

impl<'w, W: Write> Screen<'w, W> {
    pub fn new(out: &'w mut W, style: Style) -> Self {
        Self { out, style }
    }

    pub fn blank(&mut self) -> io::Result<()> {
        self.out.write_all(b"\n")
    }

    /// Pieces on one line, whatever its width; blanks at its end are left out.
    pub fn line(&mut self, indent: usize, pieces: &[Piece]) -> io::Result<()> {
        let full = |(text, _): &Piece| !text.as_str().trim().is_empty();
        let pieces = &pieces[..pieces.iter().rposition(full).map_or(0, |last| last + 1)];
        let mut line = Safe::default();
        pieces.iter().for_each(|(text, _)| line.push(text));
        write!(self.out, "{:indent$}", "")?;
        // Two pieces that are harmless alone were mended where they meet: then the line is shown as one.
        let whole = line.as_str().len() == pieces.iter().map(|(text, _)| text.as_str().len()).sum::<usize>();
        match whole {
            true => pieces.iter().try_for_each(|piece| self.paint(piece))?,
            false => self.paint(&(line, Paint::Plain))?,
        }
        self.blank()
    }

    /// A label in its column and text beside it, wrapped to the width.
    pub fn entry(&mut self, indent: usize, label: &Piece, column: usize, text: &Piece) -> io::Result<()> {
        let start = indent + column.max(label.0.width() + 1);
        let room = self.style.width.saturating_sub(start).max(24);
        let mut lines = text.0.wrap(room).into_iter();
        let first = lines.next().unwrap_or_default();
        let gap = " ".repeat(start - indent - label.0.width());
        self.line(
            indent,
            &[label.clone(), (crate::say![gap], Paint::Plain), (first, text.1)],
        )?;
        lines.try_for_each(|line| self.line(start, &[(line, text.1)]))
    }

    fn paint(&mut self, (text, paint): &Piece) -> io::Result<()> {
        match (self.style.colour, paint.code()) {
            (Colour::Always, Some(code)) => write!(self.out, "\u{1b}[{code}m{text}\u{1b}[0m"),
            _ => write!(self.out, "{text}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::say;

    fn drawn(style: Style, draw: impl FnOnce(&mut Screen<Vec<u8>>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        draw(&mut Screen::new(&mut out, style)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn text_wraps_beside_its_label() {
        let style = Style {
            width: 40,
            ..Style::default()
        };
        let text = say!["a hint that is longer than what fits beside its label"];
        let shown = drawn(style, |screen| {
            screen.entry(2, &(say!["hint"], Paint::Faint), 8, &(text, Paint::Plain))
        });
        assert_eq!(
            shown,
            "  hint    a hint that is longer than\n          what fits beside its label\n"
        );
    }

    #[test]
    fn pieces_that_meet_are_mended() {
        let pieces = [(say![":"], Paint::Good), (say![":error::x"], Paint::Plain)];
        assert_eq!(
            drawn(Style::default(), |screen| screen.line(2, &pieces)),
            "  : :error::x\n"
        );
    }

    #[test]
    fn colour_only_when_asked() {
        let pieces = [(say!["deny"], Paint::Bad), (say![" x"], Paint::Plain)];
        let coloured = Style {
            colour: Colour::Always,
            ..Style::default()
        };
        assert_eq!(
            drawn(coloured, |screen| screen.line(0, &pieces)),
            "\u{1b}[1;31mdeny\u{1b}[0m x\n"
        );
        assert_eq!(drawn(Style::default(), |screen| screen.line(0, &pieces)), "deny x\n");
    }
}
