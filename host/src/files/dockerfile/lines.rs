//! A Dockerfile's lines as instructions: directives, comments, continued lines, here-documents. Where builders differ in
//! what they read, it is said and nothing is swallowed.
//! <https://docs.docker.com/reference/dockerfile/#format>

use super::word::{Instruction, Word, instruction};
use crate::files::tree::At;

#[derive(Debug, Default)]
pub struct Lines {
    pub instructions: Vec<Instruction>,
    /// of `# syntax=`: images that read the file
    pub syntaxes: Vec<(At, String)>,
    /// what may be read otherwise, and why
    pub doubts: Vec<(At, &'static str)>,
}

const ESCAPED: &str = "two escapes at the end of a line: builders differ in whether it goes on";
const UNTERMINATED: &str = "a here-document without its end: nobody knows where instructions go on";
const NAME: &str = "a here-document whose name is quoted in parts: builders differ in where it ends";
const DIRECTIVE: &str = "`escape` behind a directive that is not known: builders differ in whether it holds";
const JSON: &str = "it begins with `{`, which may be a directive in JSON that says who reads it";

/// `origin` is where the text begins; all of its lines begin in that column.
pub fn read(text: &str, origin: At) -> Lines {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = Lines::default();
    let escape = directives(text, origin, &mut lines);
    let mut rest = text.lines().map(unended).zip(origin.line..);
    let mut open = Word::default();
    while let Some((line, number)) = rest.next() {
        let trimmed = line.trim();
        if trimmed.starts_with('#') || trimmed.is_empty() {
            continue;
        }
        let (line, goes_on) = match end(line, escape) {
            End::Line => (line, false),
            End::Continued(line) => (line, true),
            End::Escaped => {
                lines.doubt(number, ESCAPED);
                (line, false)
            }
        };
        open.push(line, number, origin.column);
        if goes_on {
            continue;
        }
        let Some(instruction) = instruction(&std::mem::take(&mut open), escape) else {
            continue;
        };
        match &instruction.documents {
            Some(documents) => {
                for document in documents {
                    if !rest.any(|(line, _)| document.ends(line)) {
                        lines.doubt(number, UNTERMINATED);
                    }
                }
            }
            None => lines.doubt(number, NAME),
        }
        lines.instructions.push(instruction);
    }
    lines.instructions.extend(instruction(&open, escape));
    lines
}

impl Lines {
    fn doubt(&mut self, line: u32, why: &'static str) {
        let at = At { line, ..At::default() };
        self.doubts.push((at, why));
    }
}

/// Builders take any number of carriage returns for a part of the line's end.
fn unended(line: &str) -> &str {
    line.trim_end_matches('\r')
}

/// Comments before everything else may say which image reads the file, and which character continues a line: the latter
/// only before the first line that is no directive.
fn directives(text: &str, origin: At, lines: &mut Lines) -> char {
    let mut escape = '\\';
    let mut so_far = Directive::Known;
    for (line, number) in text.lines().map(unended).zip(origin.line..) {
        let trimmed = line.trim_start();
        if trimmed.starts_with('{') {
            lines.doubt(number, JSON);
        }
        let Some(comment) = trimmed.strip_prefix('#').or_else(|| trimmed.strip_prefix("//")) else {
            break;
        };
        so_far = so_far.max(Directive::of(trimmed));
        let Some((name, value)) = comment.split_once('=') else {
            continue;
        };
        let value = value.trim();
        match (name.trim().to_ascii_lowercase().as_str(), so_far) {
            ("escape", Directive::Known) if value == "`" => escape = '`',
            ("escape", Directive::Unknown) => lines.doubt(number, DIRECTIVE),
            ("syntax", _) => lines
                .syntaxes
                .push((place(line, value, number, origin), value.to_owned())),
            _ => {}
        }
    }
    escape
}

/// What the lines before the first instruction are, from the best to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Directive {
    Known,
    /// it has the form of one
    Unknown,
    /// a comment: there are no directives behind it
    Comment,
}

impl Directive {
    fn of(line: &str) -> Self {
        let parts = line.strip_prefix('#').and_then(|comment| comment.split_once('='));
        match parts.map(|(name, value)| (name.trim().to_ascii_lowercase(), value)) {
            Some((name, _)) if ["syntax", "escape", "check"].contains(&name.as_str()) => Self::Known,
            Some((name, value)) if is_name(&name) && !value.trim().is_empty() => Self::Unknown,
            _ => Self::Comment,
        }
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic()) && name.chars().all(|one| one.is_ascii_alphanumeric())
}

fn place(line: &str, value: &str, number: u32, origin: At) -> At {
    let before = line.find(value).map_or(0, |start| line[..start].chars().count());
    let column = origin.column.saturating_add(u32::try_from(before).unwrap_or(u32::MAX));
    let end = column.saturating_add(u32::try_from(value.chars().count()).unwrap_or(u32::MAX));
    At {
        line: number,
        column,
        end,
    }
}

enum End<'l> {
    Line,
    /// without its escape
    Continued(&'l str),
    /// the escape before the last one takes its meaning, for some
    Escaped,
}

/// The escape at its end, and blanks behind it, make the next line a part of it.
fn end(line: &str, escape: char) -> End<'_> {
    match line.trim_end_matches([' ', '\t']).strip_suffix(escape) {
        Some(before) if before.ends_with(escape) => End::Escaped,
        Some(before) => End::Continued(before),
        None => End::Line,
    }
}
