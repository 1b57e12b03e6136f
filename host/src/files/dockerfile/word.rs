//! An instruction's words with their places: its flags, what is behind them, the here-documents that it opens.

use crate::files::tree::At;

/// Characters with their places.
#[derive(Debug, Clone, Default)]
pub struct Word(Vec<Piece>);

/// Its line and column.
type Piece = (char, u32, u32);

#[derive(Debug, Clone)]
pub struct Instruction {
    /// in capitals
    pub keyword: String,
    /// behind the flags
    pub words: Vec<Word>,
    /// that begin with `--`, without their quotes
    pub flags: Vec<Word>,
    /// what `ONBUILD` keeps for later, itself no `ONBUILD`
    pub kept: Option<Box<Instruction>>,
    /// that it opens; nothing where it cannot be said which
    pub documents: Option<Vec<Document>>,
}

/// What ends a here-document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    name: String,
    /// tabs may stand before it
    tabs: bool,
}

impl Document {
    pub fn ends(&self, line: &str) -> bool {
        match self.tabs {
            true => line.trim_start_matches('\t') == self.name,
            false => line == self.name,
        }
    }
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

    /// A line's text goes on with this one.
    pub fn push(&mut self, text: &str, line: u32, column: u32) {
        let placed = (column..).zip(text.chars());
        self.0
            .extend(placed.map(|(column, character)| (character, line, column)));
    }

    /// The rest behind `prefix`, in any case.
    pub fn after(&self, prefix: &str) -> Option<Self> {
        let start = self.0.iter().take(prefix.len()).map(|(character, ..)| character);
        let start: String = start.collect();
        start
            .eq_ignore_ascii_case(prefix)
            .then(|| Self(self.0[prefix.len()..].to_vec()))
    }

    /// Fields between commas; the quotes of CSV are no part of them.
    pub fn fields(&self) -> Vec<Self> {
        let parts = self.0.split(|(character, ..)| *character == ',');
        let bare = |part: &[Piece]| {
            part.iter()
                .filter(|(character, ..)| *character != '"')
                .copied()
                .collect()
        };
        parts.map(|part| Self(bare(part))).collect()
    }
}

/// Nothing for a line without words.
pub fn instruction(line: &Word, escape: char) -> Option<Instruction> {
    let mut own = parts(&line.0, escape)?;
    if own.keyword == "ONBUILD" {
        let rest = line.0.iter().skip_while(|piece| piece.0.is_whitespace());
        let rest: Vec<_> = rest.skip(own.keyword.len()).copied().collect();
        own.kept = parts(&rest, escape)
            .filter(|kept| kept.keyword != "ONBUILD")
            .map(Box::new);
        if let Some(kept) = &mut own.kept {
            own.documents = kept.documents.take();
        }
    }
    Some(own)
}

fn parts(line: &[Piece], escape: char) -> Option<Instruction> {
    let line = trimmed(line);
    let end = line.iter().position(|piece| piece.0.is_whitespace());
    let (keyword, rest) = line.split_at(end.unwrap_or(line.len()));
    if keyword.is_empty() {
        return None;
    }
    let keyword = Word(keyword.to_vec()).text().to_ascii_uppercase();
    let behind = rest;
    let (flags, rest) = flags(behind);
    let before = &behind[..behind.len() - rest.len()];
    let words = match keyword.as_str() {
        "FROM" | "ARG" => words(rest, escape).0,
        _ => Vec::new(),
    };
    let documents = match keyword.as_str() {
        "RUN" | "COPY" | "ADD" => documents(before, rest),
        _ => Some(Vec::new()),
    };
    Some(Instruction {
        keyword,
        words,
        flags,
        kept: None,
        documents,
    })
}

fn trimmed(line: &[Piece]) -> &[Piece] {
    let blanks = line.iter().take_while(|piece| piece.0.is_whitespace()).count();
    &line[blanks..]
}

/// `<<EOF`, `<<-"EOF"`, `3<<EOF`; not in the JSON form. Whatever the file's escape is, these are read as a shell would.
fn documents(flags: &[Piece], rest: &[Piece]) -> Option<Vec<Document>> {
    let text = Word(rest.to_vec()).text();
    let flags = Word(flags.to_vec()).text();
    let in_flags = flags.contains("<<");
    if !in_flags && !text.contains("<<") || serde_json::from_str::<Vec<String>>(text.trim()).is_ok() {
        return Some(Vec::new());
    }
    let (words, is_closed) = words(rest, '\\');
    let opening: Vec<_> = words.iter().filter_map(|word| opening(&word.text())).collect();
    let is_doubtful = !is_closed || text.contains("${") || text.starts_with('[') || flags.contains('\\');
    if in_flags || is_doubtful && !opening.is_empty() {
        return None;
    }
    opening.into_iter().collect()
}

/// Whether the word opens a here-document, and which if that can be said.
fn opening(text: &str) -> Option<Option<Document>> {
    let numbered = text.trim_start_matches(|character: char| character.is_ascii_digit());
    let rest = numbered.strip_prefix("<<")?;
    let (rest, tabs) = rest.strip_prefix('-').map_or((rest, false), |rest| (rest, true));
    if rest.is_empty() || rest.contains('<') {
        return None;
    }
    let quoted = |quote: char| rest.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    let name = quoted('"').or_else(|| quoted('\'')).unwrap_or(rest);
    let plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-');
    let is_plain = !name.is_empty() && name.chars().all(plain);
    Some(is_plain.then(|| Document {
        name: name.to_owned(),
        tabs,
    }))
}

/// The words that begin with `--`, and what is behind them. Quotes are no part of a flag, and a backslash (whatever the
/// file's escape is) only says that the next character has no meaning.
fn flags(rest: &[Piece]) -> (Vec<Word>, &[Piece]) {
    let mut flags = Vec::new();
    let mut rest = trimmed(rest);
    while let [('-', ..), ('-', ..), ..] = rest {
        let (mut flag, mut quote, mut taken) = (Word::default(), None, 0);
        while let Some(piece) = rest.get(taken) {
            taken += 1;
            match (piece.0, quote) {
                ('\\', _) => {
                    flag.0.extend(rest.get(taken));
                    taken += 1;
                }
                (character, Some(open)) if character == open => quote = None,
                (character @ ('"' | '\''), None) => quote = Some(character),
                (character, None) if character.is_whitespace() => break,
                _ => flag.0.push(*piece),
            }
        }
        flags.push(flag);
        rest = trimmed(rest.get(taken..).unwrap_or_default());
    }
    (flags, rest)
}

/// Parted at blanks outside of quotes, and whether all quotes are closed.
fn words(line: &[Piece], escape: char) -> (Vec<Word>, bool) {
    let (mut words, mut word, mut quote, mut escaped) = (Vec::new(), Word::default(), None, false);
    for piece in line {
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
    (words, quote.is_none())
}
