//! Words and signs of an expression, as CEL's grammar has them (github.com/cel-expr/cel-spec doc/langdef.md, "Syntax").

use super::error::{Error, ErrorCause};

/// Bytes of the source, from and to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub from: usize,
    pub to: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Word(String),
    /// Without its sign, which is an operator.
    Integer(u64),
    Double(f64),
    Text(String),
    Sign(&'static str),
    End,
}

/// Longer signs stand before their beginnings.
const SIGNS: [&str; 22] = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "+", "-", "*", "/", "%", "(", ")", "[", "]", ".", ",", "?", ":",
];

pub(super) struct Tokens<'s> {
    source: &'s str,
    at: usize,
}

impl<'s> Tokens<'s> {
    pub fn of(source: &'s str) -> Self {
        Self { source, at: 0 }
    }

    pub fn next(&mut self) -> Result<(Token, Span), Error> {
        self.skip_blank();
        let from = self.at;
        let token = self.token()?;
        Ok((token, Span { from, to: self.at }))
    }

    fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn skip_blank(&mut self) {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
            self.at += blank;
            if !self.rest().starts_with("//") {
                return;
            }
            self.at += self.rest().find('\n').unwrap_or(self.rest().len());
        }
    }

    fn token(&mut self) -> Result<Token, Error> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Ok(Token::End);
        };
        if let Some(quoted) = rest.strip_prefix('r').filter(|rest| rest.starts_with(['\'', '"'])) {
            self.at += 1;
            return self.text(quoted, true);
        }
        if matches!(first, '\'' | '"') {
            return self.text(rest, false);
        }
        if first.is_ascii_alphabetic() || first == '_' {
            return self.word();
        }
        if first.is_ascii_digit() {
            return self.number();
        }
        match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            Some(sign) => {
                self.at += sign.len();
                Ok(Token::Sign(sign))
            }
            None => Err(self.error(ErrorCause::Character(first))),
        }
    }

    fn word(&mut self) -> Result<Token, Error> {
        let rest = self.rest();
        let length = rest.find(|c: char| !word_part(c)).unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or_default();
        if matches!(word, "b" | "br" | "rb") && rest[length..].starts_with(['\'', '"']) {
            return Err(self.error(ErrorCause::NotSupported("bytes")));
        }
        self.at += length;
        Ok(Token::Word(word.to_owned()))
    }

    fn number(&mut self) -> Result<Token, Error> {
        let rest = self.rest();
        let digits = |from: usize| {
            let tail = rest.get(from..).unwrap_or_default();
            from + tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len())
        };
        let mut end = digits(0);
        let whole = end;
        if rest[end..].starts_with('.') && digits(end + 1) > end + 1 {
            end = digits(end + 1);
        }
        if let Some(exponent) = rest[end..].strip_prefix(['e', 'E']) {
            let signed = usize::from(exponent.starts_with(['+', '-']));
            if digits(end + 1 + signed) > end + 1 + signed {
                end = digits(end + 1 + signed);
            }
        }
        let text = rest.get(..end).unwrap_or_default();
        let token = if end == whole {
            text.parse().map(Token::Integer).ok()
        } else {
            text.parse()
                .ok()
                .filter(|number: &f64| number.is_finite())
                .map(Token::Double)
        };
        let ends_here = !rest[end..].starts_with(word_part);
        match token.filter(|_| ends_here) {
            Some(token) => {
                self.at += end;
                Ok(token)
            }
            None => Err(self.error(ErrorCause::Number)),
        }
    }

    /// `quoted` begins with the quotation mark.
    fn text(&mut self, quoted: &'s str, raw: bool) -> Result<Token, Error> {
        let mut characters = quoted.char_indices();
        let mark = characters.next().map_or('"', |(_, mark)| mark);
        if quoted.chars().take(3).filter(|c| *c == mark).count() == 3 {
            return Err(self.error(ErrorCause::NotSupported("a text in three quotation marks")));
        }
        let mut text = String::new();
        while let Some((at, character)) = characters.next() {
            match character {
                _ if character == mark => {
                    self.at += at + 1;
                    return Ok(Token::Text(text));
                }
                '\n' | '\r' => break,
                '\\' if !raw => text.push(escaped(&mut characters).ok_or_else(|| self.error(ErrorCause::Escape))?),
                _ => text.push(character),
            }
        }
        Err(self.error(ErrorCause::TextWithoutEnd))
    }

    fn error(&self, cause: ErrorCause) -> Error {
        Error::at(self.source, self.at, cause)
    }
}

fn word_part(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

fn escaped(characters: &mut std::str::CharIndices<'_>) -> Option<char> {
    let digits = match characters.next()?.1 {
        'n' => return Some('\n'),
        't' => return Some('\t'),
        'r' => return Some('\r'),
        same @ ('\\' | '\'' | '"' | '`' | '?') => return Some(same),
        'x' | 'X' => 2,
        'u' => 4,
        'U' => 8,
        _ => return None,
    };
    let mut code = 0_u32;
    for _ in 0..digits {
        code = code.checked_mul(16)?.checked_add(characters.next()?.1.to_digit(16)?)?;
    }
    char::from_u32(code)
}
