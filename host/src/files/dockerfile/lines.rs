//! A Dockerfile's lines as instructions: directives, comments, continued lines, here-documents.
//! <https://docs.docker.com/reference/dockerfile/#format>

use crate::files::tree::At;

/// Characters with their places.
#[derive(Debug, Clone, Default)]
pub struct Word(Vec<(char, u32, u32)>);

#[derive(Debug, Clone)]
pub struct Instruction {
    /// in capitals
    pub keyword: String,
    pub words: Vec<Word>,
}

#[derive(Debug, Default)]
pub struct Lines {
    pub instructions: Vec<Instruction>,
    /// of `# syntax=`: images that read the file
    pub syntaxes: Vec<(At, String)>,
    /// a here-document that does not end
    pub unterminated: Option<At>,
}

impl Word {
    pub fn text(&self) -> String {
        self.0.iter().map(|(character, ..)| character).collect()
    }

    pub fn at(&self) -> At {
        let Some((_, line, column)) = self.0.first().copied() else {
            return At::default();
        };
        let end = match self.0.last() {
            Some((_, last, end)) if *last == line => end + 1,
            _ => 0,
        };
        At { line, column, end }
    }

    /// The rest behind `prefix`, in any case.
    pub fn after(&self, prefix: &str) -> Option<Self> {
        let start: String = self
            .0
            .iter()
            .take(prefix.len())
            .map(|(character, ..)| character)
            .collect();
        start
            .eq_ignore_ascii_case(prefix)
            .then(|| Self(self.0[prefix.len()..].to_vec()))
    }

    pub fn split(&self, separator: char) -> Vec<Self> {
        let parts = self.0.split(|(character, ..)| *character == separator);
        parts.map(|part| Self(part.to_vec())).collect()
    }
}

impl Instruction {
    /// The words that begin with `--`, before any other.
    pub fn flags(&self) -> impl Iterator<Item = &Word> {
        self.words.iter().take_while(|word| word.text().starts_with("--"))
    }

    /// What `ONBUILD` keeps for later.
    pub fn inner(&self) -> Option<Self> {
        let (keyword, words) = self.words.split_first()?;
        Some(Self {
            keyword: keyword.text().to_ascii_uppercase(),
            words: words.to_vec(),
        })
    }

    /// Words that open here-documents: `<<EOF`, `<<-"EOF"`, `3<<EOF`. The word that ends each, and whether tabs may stand
    /// before it.
    fn documents(&self) -> Vec<(String, bool)> {
        let inner = self.inner().filter(|_| self.keyword == "ONBUILD");
        let keyword = inner.as_ref().map_or(&self.keyword, |inner| &inner.keyword);
        if !["RUN", "COPY", "ADD"].contains(&keyword.as_str()) {
            return Vec::new();
        }
        let opened = |word: &Word| {
            let text = word.text();
            let rest = text
                .trim_start_matches(|character: char| character.is_ascii_digit())
                .strip_prefix("<<")?;
            let (rest, tabs) = rest.strip_prefix('-').map_or((rest, false), |rest| (rest, true));
            let name: String = rest
                .chars()
                .filter(|character| !['"', '\''].contains(character))
                .collect();
            (!name.is_empty() && !rest.contains('<')).then_some((name, tabs))
        };
        self.words.iter().filter_map(opened).collect()
    }
}

/// `origin` is where the text begins; all of its lines begin in that column.
pub fn read(text: &str, origin: At) -> Lines {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = Lines::default();
    let escape = directives(text, origin, &mut lines);
    let mut rest = text.lines().zip(origin.line..);
    let mut open = Word::default();
    while let Some((line, number)) = rest.next() {
        let trimmed = line.trim();
        if trimmed.starts_with('#') || trimmed.is_empty() {
            continue;
        }
        let placed = (origin.column..)
            .zip(line.chars())
            .map(|(column, character)| (character, number, column));
        open.0.extend(placed);
        if continues(&mut open, escape) {
            continue;
        }
        let Some(instruction) = instruction(&std::mem::take(&mut open), escape) else {
            continue;
        };
        for (end, tabs) in instruction.documents() {
            let ends = |line: &str| {
                if tabs {
                    line.trim_start_matches('\t') == end
                } else {
                    line == end
                }
            };
            if !rest.any(|(line, _)| ends(line)) {
                lines.unterminated = lines.unterminated.or(Some(At {
                    line: number,
                    ..At::default()
                }));
            }
        }
        lines.instructions.push(instruction);
    }
    lines.instructions.extend(instruction(&open, escape));
    lines
}

/// Comments before everything else may say which image reads the file, and which character continues a line.
fn directives(text: &str, origin: At, lines: &mut Lines) -> char {
    let mut escape = '\\';
    for (line, number) in text.lines().zip(origin.line..) {
        let Some(comment) = line
            .trim_start()
            .strip_prefix('#')
            .or_else(|| line.trim_start().strip_prefix("//"))
        else {
            break;
        };
        let Some((name, value)) = comment.split_once('=') else {
            continue;
        };
        let value = value.trim();
        match name.trim().to_ascii_lowercase().as_str() {
            "escape" if value == "`" => escape = '`',
            "syntax" => {
                let before = line.find(value).map_or(0, |start| line[..start].chars().count());
                let column = origin.column.saturating_add(u32::try_from(before).unwrap_or(u32::MAX));
                let end = column.saturating_add(u32::try_from(value.chars().count()).unwrap_or(u32::MAX));
                let at = At {
                    line: number,
                    column,
                    end,
                };
                lines.syntaxes.push((at, value.to_owned()));
            }
            _ => {}
        }
    }
    escape
}

/// The escape at its end, and blanks behind it, make the next line a part of it.
fn continues(line: &mut Word, escape: char) -> bool {
    let last = line
        .0
        .iter()
        .rposition(|(character, ..)| !matches!(character, ' ' | '\t'));
    match last.filter(|last| line.0[*last].0 == escape) {
        Some(last) => {
            line.0.truncate(last);
            true
        }
        None => false,
    }
}

fn instruction(line: &Word, escape: char) -> Option<Instruction> {
    let mut words = words(line, escape).into_iter();
    let keyword = words.next()?.text().to_ascii_uppercase();
    Some(Instruction {
        keyword,
        words: words.collect(),
    })
}

/// Parted at blanks outside of quotes.
fn words(line: &Word, escape: char) -> Vec<Word> {
    let (mut words, mut word, mut quote, mut escaped) = (Vec::new(), Word::default(), None, false);
    for piece in &line.0 {
        let character = piece.0;
        match quote {
            _ if escaped => escaped = false,
            Some(open) if character == open => quote = None,
            _ if character == escape && quote != Some('\'') => escaped = true,
            None if matches!(character, '"' | '\'') => quote = Some(character),
            None if character.is_whitespace() => {
                words.push(std::mem::take(&mut word));
                continue;
            }
            _ => {}
        }
        word.0.push(*piece);
    }
    words.push(word);
    words.retain(|word| !word.0.is_empty());
    words
}
