//! YAML and JSON as trees with places: every document of a file, aliases as the node that they mean, merge keys followed.
//! <https://yaml.org/spec/1.2.2/>; JSON is a part of it. Aliases cost nothing: a node is there once, however often it is
//! meant.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use granit_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};

use crate::limits;

/// A node of a [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id(usize);

/// A piece of a line: from 1, in characters; `end` is the column behind the last one, 0 where it ends on another line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    pub line: u32,
    pub column: u32,
    pub end: u32,
}

impl At {
    /// The beginning of a file.
    pub const START: Self = Self {
        line: 1,
        column: 1,
        end: 0,
    };
}

#[derive(Debug)]
struct Node {
    at: At,
    kind: Kind,
    tag: Option<String>,
    /// a block (`|`), whose lines are lines of the file
    is_literal: bool,
}

#[derive(Debug)]
enum Kind {
    Scalar(String),
    /// a plain scalar that is no value, such as `~`
    Null,
    Sequence(Vec<Id>),
    Mapping(Vec<(Id, Id)>),
    /// an alias of something that is not complete or not there
    Unknown,
}

/// All documents of a file, as far as it could be read.
#[derive(Debug, Default)]
pub struct Tree {
    nodes: Vec<Node>,
    pub documents: Vec<Id>,
    /// keys that are there for the second time
    pub duplicates: Vec<(At, String)>,
    /// why not all of it could be read
    pub error: Option<(At, String)>,
    steps: Cell<usize>,
}

/// An entry of a mapping.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'t> {
    pub key: &'t str,
    pub value: Id,
}

impl Tree {
    pub fn read(text: &str) -> Self {
        let options = granit_parser::options! {
            emit_unresolved_aliases: true,
            flow_nesting_limit: limits::FILE_NESTING,
            block_nesting_limit: limits::FILE_NESTING,
        };
        let mut reader = Reader {
            lines: text.split('\n').collect(),
            parser: Parser::new_from_str_with_options(text, options),
            tree: Self::default(),
            anchors: BTreeMap::new(),
        };
        if let Err(error) = reader.documents() {
            reader.tree.error = Some(error);
        }
        reader.tree
    }

    pub fn at(&self, id: Id) -> At {
        self.nodes[id.0].at
    }

    /// The text of a scalar that has one.
    pub fn text(&self, id: Id) -> Option<&str> {
        match &self.nodes[id.0].kind {
            Kind::Scalar(text) => Some(text),
            _ => None,
        }
    }

    pub fn tag(&self, id: Id) -> Option<&str> {
        self.nodes[id.0].tag.as_deref()
    }

    /// Whether the lines of the scalar are lines of the file.
    pub fn is_literal(&self, id: Id) -> bool {
        self.nodes[id.0].is_literal
    }

    pub fn is_mapping(&self, id: Id) -> bool {
        matches!(self.nodes[id.0].kind, Kind::Mapping(_))
    }

    /// A mapping or a sequence.
    pub fn is_collection(&self, id: Id) -> bool {
        matches!(self.nodes[id.0].kind, Kind::Mapping(_) | Kind::Sequence(_))
    }

    /// Empty for what is no sequence.
    pub fn items(&self, id: Id) -> &[Id] {
        match &self.nodes[id.0].kind {
            Kind::Sequence(items) => items,
            _ => &[],
        }
    }

    /// Entries of a mapping and of what its merge keys (`<<`) mean, its own first; empty for what is none, and where more
    /// was looked at than may be.
    pub fn entries(&self, id: Id) -> Vec<Entry<'_>> {
        if !self.is_mapping(id) {
            return Vec::new();
        }
        let mut entries: Vec<Entry> = Vec::new();
        let (mut waiting, mut seen) = (vec![id], BTreeSet::new());
        while let Some(id) = waiting.pop() {
            self.charge(1);
            if self.is_exhausted() || !seen.insert(id) {
                continue;
            }
            match &self.nodes[id.0].kind {
                Kind::Mapping(pairs) => {
                    self.charge(pairs.len());
                    for (key, value) in pairs {
                        match self.text(*key) {
                            Some("<<") => waiting.push(*value),
                            Some(key) => entries.push(Entry { key, value: *value }),
                            None => {}
                        }
                    }
                }
                Kind::Sequence(items) => {
                    self.charge(items.len());
                    waiting.extend(items.iter().rev());
                }
                _ => {}
            }
        }
        entries
    }

    /// The first value under `key`, merged ones last.
    pub fn get(&self, id: Id, key: &str) -> Option<Id> {
        let mut entries = self.entries(id).into_iter();
        entries.find(|entry| entry.key == key).map(|entry| entry.value)
    }

    fn charge(&self, steps: usize) {
        self.steps.set(self.steps.get().saturating_add(steps));
    }

    /// How much was looked at.
    #[cfg(test)]
    pub fn steps(&self) -> usize {
        self.steps.get()
    }

    /// The scalar under `key`.
    pub fn text_of(&self, id: Id, key: &str) -> Option<&str> {
        self.get(id, key).and_then(|value| self.text(value))
    }

    /// Whoever wrote the file made it larger by its merge keys and references than can be looked at.
    pub fn is_exhausted(&self) -> bool {
        let most = limits::FILE_STEPS_PER_VALUE.saturating_mul(self.nodes.len());
        self.steps.get() > most.saturating_add(limits::FILE_STEPS)
    }

    /// Every node below `roots` and themselves, once, in the order of the file; `skip` says what not to go into.
    pub fn below(&self, roots: &[Id], skip: impl Fn(Id, &str) -> bool) -> Vec<Id> {
        let (mut found, mut waiting) = (Vec::new(), roots.iter().rev().copied().collect::<Vec<_>>());
        // not as large as the file: it may have as many documents as values
        let mut seen = BTreeSet::new();
        while let Some(id) = waiting.pop() {
            if !seen.insert(id) {
                continue;
            }
            found.push(id);
            match &self.nodes[id.0].kind {
                Kind::Sequence(items) => waiting.extend(items.iter().rev()),
                Kind::Mapping(pairs) => {
                    let skipped = |key: &Id| self.text(*key).is_some_and(|key| skip(id, key));
                    let values = pairs.iter().rev().filter(|(key, _)| !skipped(key));
                    waiting.extend(values.map(|(_, value)| *value));
                }
                _ => {}
            }
        }
        found
    }
}

type Error = (At, String);

struct Reader<'t> {
    lines: Vec<&'t str>,
    parser: Parser<'t, StrInput<'t>>,
    tree: Tree,
    anchors: BTreeMap<usize, Id>,
}

impl<'t> Reader<'t> {
    fn documents(&mut self) -> Result<(), Error> {
        loop {
            let (event, span) = self.event()?;
            match event {
                Event::StreamEnd => return Ok(()),
                Event::StreamStart | Event::DocumentEnd | Event::DocumentStart(..) => {}
                event => {
                    let root = self.node(event, span)?;
                    self.tree.documents.push(root);
                }
            }
        }
    }

    fn event(&mut self) -> Result<(Event<'t>, Span), Error> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => {
                let mark = *error.marker();
                Err((at(Span::empty(mark)), format!("not YAML: {}", error.kind())))
            }
            None => Err((At::default(), "it ends too early".to_owned())),
        }
    }

    /// Recursion ends where the parser's nesting limits do.
    fn node(&mut self, event: Event<'t>, span: Span) -> Result<Id, Error> {
        if self.tree.nodes.len() >= limits::FILE_NODES {
            return Err((
                at(span),
                format!("expected at most {} values, found more", limits::FILE_NODES),
            ));
        }
        let (anchor, tag) = properties(&event);
        let style = event.scalar().map(|(_, style)| style);
        let kind = match event {
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(meant) => return Ok(*meant),
                None => Kind::Unknown,
            },
            Event::MappingStart(..) => self.mapping()?,
            Event::SequenceStart(..) => self.sequence()?,
            Event::Scalar(text, style, ..) => match (style, &*text) {
                (ScalarStyle::Plain, "" | "~" | "null" | "Null" | "NULL") => Kind::Null,
                _ => Kind::Scalar(text.into_owned()),
            },
            _ => Kind::Unknown,
        };
        let id = Id(self.tree.nodes.len());
        let at = self.indented(at(span), style);
        let is_literal = style == Some(ScalarStyle::Literal);
        self.tree.nodes.push(Node {
            at,
            kind,
            tag,
            is_literal,
        });
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
        Ok(id)
    }

    /// A block's text begins behind the indentation of its first line.
    fn indented(&self, at: At, style: Option<ScalarStyle>) -> At {
        let block = matches!(style, Some(ScalarStyle::Literal | ScalarStyle::Folded));
        let line = self.lines.get((at.line as usize).saturating_sub(1)).filter(|_| block);
        let blanks = line.map_or(0, |line| line.len() - line.trim_start_matches(' ').len());
        At {
            column: at.column.max(u32::try_from(blanks + 1).unwrap_or(u32::MAX)),
            ..at
        }
    }

    fn sequence(&mut self) -> Result<Kind, Error> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.event()?;
            if matches!(event, Event::SequenceEnd) {
                return Ok(Kind::Sequence(items));
            }
            items.push(self.node(event, span)?);
        }
    }

    /// Of two values under one key both are kept: whichever a reader takes, it is looked at.
    fn mapping(&mut self) -> Result<Kind, Error> {
        let mut pairs = Vec::new();
        let mut keys = BTreeSet::new();
        loop {
            let (event, span) = self.event()?;
            if matches!(event, Event::MappingEnd) {
                return Ok(Kind::Mapping(pairs));
            }
            let key = self.node(event, span)?;
            let (event, span) = self.event()?;
            let value = self.node(event, span)?;
            if let Some(text) = self.tree.text(key)
                && text != "<<"
                && !keys.insert(text.to_owned())
            {
                let duplicate = (self.tree.at(key), text.to_owned());
                self.tree.duplicates.push(duplicate);
            }
            pairs.push((key, value));
        }
    }
}

fn properties(event: &Event) -> (usize, Option<String>) {
    match event {
        Event::Scalar(_, _, anchor, tag)
        | Event::SequenceStart(_, anchor, tag)
        | Event::MappingStart(_, anchor, tag) => (*anchor, tag.as_deref().map(Tag::original)),
        _ => (0, None),
    }
}

fn at(span: Span) -> At {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    At {
        line: number(span.start.line()),
        column: number(span.start.col().saturating_add(1)),
        end: match span.end.line() == span.start.line() && span.end.col() > span.start.col() {
            true => number(span.end.col().saturating_add(1)),
            false => 0,
        },
    }
}
