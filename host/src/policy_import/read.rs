//! JSON and YAML of others as [`Tree`]s: each key once, no aliases, bounded in bytes, values and nesting.

use std::collections::BTreeSet;
use std::fmt;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, StrInput};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::tree::Tree;
use crate::limits;

/// Why a source cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("not JSON")]
    Json(#[from] serde_json::Error),
    #[error("not YAML: line {line}: {reason}")]
    Yaml { line: usize, reason: String },
    #[error("line {line}: an alias, a tag or an anchor\nhint: write the value out")]
    Alias { line: usize },
    #[error("line {line}: a key that is no text")]
    Key { line: usize },
    #[error("line {line}: `{key}` is there twice")]
    Twice { line: usize, key: String },
    #[error("more than {limit} values")]
    TooMany { limit: usize },
    #[error("not UTF-8")]
    NotText,
}

/// One document.
pub fn json(content: &[u8]) -> Result<Tree, ReadError> {
    // the text has a byte for each value, so what may be read bounds what is made of it
    Ok(serde_json::from_slice(content)?)
}

/// Every document that is not empty.
pub fn yaml(content: &[u8]) -> Result<Vec<Tree>, ReadError> {
    let text = std::str::from_utf8(content).map_err(|_| ReadError::NotText)?;
    let options = granit_parser::options! {
        emit_unresolved_aliases: true,
        flow_nesting_limit: limits::IMPORT_NESTING,
        block_nesting_limit: limits::IMPORT_NESTING,
    };
    let mut reader = Reader {
        parser: Parser::new_from_str_with_options(text, options),
        values: 0,
    };
    let mut documents = Vec::new();
    loop {
        let (event, line) = reader.event()?;
        match event {
            Event::StreamEnd => return Ok(documents),
            Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
            event => documents.extend(Some(reader.value(event, line)?).filter(|tree| *tree != Tree::Null)),
        }
    }
}

struct Reader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    values: usize,
}

impl<'t> Reader<'t> {
    fn event(&mut self) -> Result<(Event<'t>, usize), ReadError> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, span.start.line())),
            Some(Err(error)) => Err(ReadError::from(&error)),
            None => Ok((Event::StreamEnd, 0)),
        }
    }

    /// Nesting is bounded by the parser.
    fn value(&mut self, event: Event<'t>, line: usize) -> Result<Tree, ReadError> {
        self.values += 1;
        if self.values > limits::IMPORT_VALUES {
            let limit = limits::IMPORT_VALUES;
            return Err(ReadError::TooMany { limit });
        }
        match event {
            Event::Scalar(text, style, 0, None) => Ok(scalar(&text, style)),
            Event::SequenceStart(_, 0, None) => self.sequence(),
            Event::MappingStart(_, 0, None) => self.mapping(),
            _ => Err(ReadError::Alias { line }),
        }
    }

    fn sequence(&mut self) -> Result<Tree, ReadError> {
        let mut items = Vec::new();
        loop {
            match self.event()? {
                (Event::SequenceEnd, _) => return Ok(Tree::List(items)),
                (event, line) => items.push(self.value(event, line)?),
            }
        }
    }

    fn mapping(&mut self) -> Result<Tree, ReadError> {
        let (mut entries, mut seen) = (Vec::new(), BTreeSet::new());
        loop {
            let (event, line) = self.event()?;
            let key = match event {
                Event::MappingEnd => return Ok(Tree::Object(entries)),
                Event::Scalar(text, _, 0, None) => text.into_owned(),
                _ => return Err(ReadError::Key { line }),
            };
            if !seen.insert(key.clone()) {
                return Err(ReadError::Twice { line, key });
            }
            let (event, line) = self.event()?;
            entries.push((key, self.value(event, line)?));
        }
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Tree {
    match (style, text) {
        (ScalarStyle::Plain, "" | "~" | "null" | "Null" | "NULL") => Tree::Null,
        (ScalarStyle::Plain, "true" | "True" | "TRUE") => Tree::Boolean(true),
        (ScalarStyle::Plain, "false" | "False" | "FALSE") => Tree::Boolean(false),
        _ => Tree::Text(text.to_owned()),
    }
}

impl From<&ScanError> for ReadError {
    fn from(error: &ScanError) -> Self {
        Self::Yaml {
            line: error.marker().line(),
            reason: error.kind().to_string(),
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reading)
    }
}

struct Reading;

impl<'de> Visitor<'de> for Reading {
    type Value = Tree;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let (mut entries, mut seen) = (Vec::new(), BTreeSet::new());
        while let Some(key) = access.next_key::<String>()? {
            if !seen.insert(key.clone()) {
                return Err(A::Error::custom(format_args!("`{key}` is there twice")));
            }
            entries.push((key, access.next_value()?));
        }
        Ok(Tree::Object(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_yaml_say_the_same() {
        let from_json = json(br#"{"a": [1, true, null, "x"], "b": {"c": "1.0"}}"#).unwrap();
        let from_yaml = yaml(b"a: [1, true, ~, x]\nb: { c: 1.0 }\n").unwrap();
        assert_eq!(vec![from_json], from_yaml);
        assert_eq!(yaml(b"---\n---\na: 1\n---\n- b\n").unwrap().len(), 2);
    }

    #[test]
    fn what_two_readers_see_differently_fails() {
        assert!(json(br#"{"a": 1, "a": 2}"#).is_err());
        for text in ["a: 1\na: 2", "a: &x 1\nb: *x", "a: !t 1", "[a]: 1", "a: *x"] {
            assert!(yaml(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn budgets_hold() {
        assert!(json(&[b'['; 100_000]).is_err());
        assert!(yaml(&[b'['; 100_000]).is_err());
        assert!(yaml("- ".repeat(1_000).as_bytes()).is_err());
        let many = format!("[{}]", "a,".repeat(limits::IMPORT_VALUES + 1));
        assert!(matches!(yaml(many.as_bytes()), Err(ReadError::TooMany { .. })));
    }
}
