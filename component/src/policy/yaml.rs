//! A strict subset of YAML 1.2 (<https://yaml.org/spec/1.2.2/>) as a tree with places: one document of mappings, sequences
//! and scalars, and nothing that says the same in two ways or vanishes on the way (null, duplicates, aliases, tags).

use std::collections::BTreeMap;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};

use super::faults::{Faults, Place, quoted};
use super::tree::{Entry, Kind, Node, Style};
use crate::limits;

/// The document's tree; none when it is not YAML, which then is an error in `faults`.
pub(crate) fn read(bytes: &[u8], faults: &mut Faults) -> Option<Node> {
    let text = decode(bytes, faults)?;
    let options = granit_parser::options! {
        strict_indentation: true,
        disallow_directives: true,
        emit_unresolved_aliases: true,
        flow_nesting_limit: limits::POLICY_NESTING,
        block_nesting_limit: limits::POLICY_NESTING,
    };
    let parser = Parser::new_from_str_with_options(text, options);
    Reader {
        parser,
        faults,
        nodes: 0,
    }
    .document()
    .ok()
}

fn decode<'a>(bytes: &'a [u8], faults: &mut Faults) -> Option<&'a str> {
    if bytes.len() > limits::POLICY_BYTES {
        let (found, most) = (bytes.len(), limits::POLICY_BYTES);
        faults.error(
            Place::DOCUMENT,
            format!("the policy has {found} bytes, at most {most} are read"),
        );
        return None;
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        let start = Place { line: 1, column: 1 };
        faults.error_with_hint(
            start,
            "the policy begins with a byte order mark",
            "save it as UTF-8 without BOM",
        );
        return None;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) => {
            let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let line = good.split('\n').count();
            let column = good.rsplit('\n').next().map_or(0, |last| last.chars().count());
            faults.error_with_hint(place_at(line, column), "the policy is not UTF-8", "save it as UTF-8");
            None
        }
    }
}

fn place_at(line: usize, column_from_zero: usize) -> Place {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Place {
        line: number(line),
        column: number(column_from_zero + 1),
    }
}

fn start(span: Span) -> Place {
    place_at(span.start.line(), span.start.col())
}

/// Reading cannot go on; the error is in the collection.
struct Stopped;

struct Reader<'t, 'f> {
    parser: Parser<'t, StrInput<'t>>,
    faults: &'f mut Faults,
    nodes: usize,
}

impl<'t> Reader<'t, '_> {
    fn document(mut self) -> Result<Node, Stopped> {
        let mut root = None;
        loop {
            let (event, span) = self.event()?;
            match event {
                Event::StreamEnd => break,
                Event::StreamStart | Event::DocumentEnd => {}
                Event::DocumentStart(..) if root.is_some() => {
                    self.faults
                        .error_with_hint(start(span), "a second document", "one file holds one policy");
                    return Err(Stopped);
                }
                Event::DocumentStart(..) => {}
                event => root = Some(self.node(event, start(span), 0)?),
            }
        }
        root.ok_or_else(|| {
            self.faults
                .error_with_hint(Place::DOCUMENT, "the policy is empty", "begin with `version: 1`");
            Stopped
        })
    }

    fn event(&mut self) -> Result<(Event<'t>, Span), Stopped> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(self.syntax(&error)),
            None => {
                self.faults.error(Place::DOCUMENT, "the policy ends too early");
                Err(Stopped)
            }
        }
    }

    fn syntax(&mut self, error: &ScanError) -> Stopped {
        let at = place_at(error.marker().line(), error.marker().col());
        let message = format!("not YAML: {}", error.kind());
        match error.kind() {
            ErrorKind::TabNotAllowed | ErrorKind::TabInBlockIndentation => {
                self.faults.error_with_hint(at, message, "indent with spaces");
            }
            ErrorKind::UnexpectedCharacter { .. } => {
                self.faults
                    .error_with_hint(at, message, "quote a text that begins with a special character");
            }
            _ => self.faults.error(at, message),
        }
        Stopped
    }

    fn node(&mut self, event: Event<'t>, place: Place, depth: usize) -> Result<Node, Stopped> {
        self.spend(place, depth)?;
        let refused = self.refuse_properties(&event, place);
        let mut node = match event {
            Event::MappingStart(..) => self.mapping(place, depth)?,
            Event::SequenceStart(..) => self.sequence(place, depth)?,
            Event::Scalar(text, style, ..) => self.scalar(place, &text, style),
            _ => self.alias(place),
        };
        if refused {
            node.kind = Kind::Refused;
        }
        Ok(node)
    }

    fn spend(&mut self, place: Place, depth: usize) -> Result<(), Stopped> {
        self.nodes += 1;
        if self.nodes > limits::POLICY_NODES {
            self.faults
                .error(place, format!("more than {} values", limits::POLICY_NODES));
            return Err(Stopped);
        }
        if depth > limits::POLICY_NESTING {
            self.faults
                .error(place, format!("nested deeper than {}", limits::POLICY_NESTING));
            return Err(Stopped);
        }
        Ok(())
    }

    fn refuse_properties(&mut self, event: &Event<'t>, place: Place) -> bool {
        let (anchor, tag): (usize, Option<&Tag>) = match event {
            Event::Scalar(_, _, anchor, tag)
            | Event::SequenceStart(_, anchor, tag)
            | Event::MappingStart(_, anchor, tag) => (*anchor, tag.as_deref()),
            _ => (0, None),
        };
        if anchor != 0 {
            self.faults.error_with_hint(
                place,
                "an anchor (`&name`)",
                "a policy has no anchors: repeat the value",
            );
        }
        if tag.is_some() {
            self.faults.error_with_hint(
                place,
                "a tag (`!name`)",
                "a policy has no tags: quote the value if it begins with `!`",
            );
        }
        anchor != 0 || tag.is_some()
    }

    fn alias(&mut self, place: Place) -> Node {
        let hint = "a policy has no aliases: repeat the value, or quote it if it begins with `*`";
        self.faults.error_with_hint(place, "an alias (`*name`)", hint);
        Node {
            place,
            kind: Kind::Refused,
        }
    }

    fn scalar(&mut self, place: Place, text: &str, style: ScalarStyle) -> Node {
        let plain = style == ScalarStyle::Plain;
        if plain && matches!(text, "" | "~" | "null" | "Null" | "NULL") {
            self.faults
                .error_with_hint(place, "a key or entry without a value", "give a value, or remove it");
            return Node {
                place,
                kind: Kind::Refused,
            };
        }
        let style = if plain { Style::Plain } else { Style::Quoted };
        Node {
            place,
            kind: Kind::Scalar {
                text: text.to_owned(),
                style,
            },
        }
    }

    fn sequence(&mut self, place: Place, depth: usize) -> Result<Node, Stopped> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.event()?;
            if matches!(event, Event::SequenceEnd) {
                return Ok(Node {
                    place,
                    kind: Kind::Sequence(items),
                });
            }
            items.push(self.node(event, start(span), depth + 1)?);
        }
    }

    fn mapping(&mut self, place: Place, depth: usize) -> Result<Node, Stopped> {
        let mut entries = Vec::new();
        let mut lines = BTreeMap::new();
        loop {
            let (event, span) = self.event()?;
            if matches!(event, Event::MappingEnd) {
                return Ok(Node {
                    place,
                    kind: Kind::Mapping(entries),
                });
            }
            let key = self.node(event, start(span), depth + 1)?;
            let (event, span) = self.event()?;
            let place = if span.is_empty() { key.place } else { start(span) };
            let value = self.node(event, place, depth + 1)?;
            if let Some(name) = self.key(&key, &mut lines) {
                entries.push(Entry {
                    key: name,
                    place: key.place,
                    value,
                });
            }
        }
    }

    fn key(&mut self, node: &Node, lines: &mut BTreeMap<String, u32>) -> Option<String> {
        let text = match &node.kind {
            Kind::Scalar { text, .. } => text,
            Kind::Refused => return None,
            _ => {
                self.faults
                    .error_with_hint(node.place, "a key that is no text", "a key is a single word");
                return None;
            }
        };
        if text == "<<" {
            let hint = "a policy has no merge keys: repeat the values";
            self.faults.error_with_hint(node.place, "a merge key (`<<`)", hint);
            return None;
        }
        if let Some(first) = lines.insert(text.clone(), node.place.line) {
            let message = format!("{} is there twice", quoted(text));
            self.faults
                .error_with_hint(node.place, message, format!("the one before is in line {first}"));
            return None;
        }
        Some(text.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &[u8]) -> Vec<(u32, u32, String)> {
        let mut faults = Faults::new("portcullis.yaml");
        read(text, &mut faults);
        match faults.finish() {
            Ok(_) => Vec::new(),
            Err(errors) => errors.into_iter().map(|e| (e.line, e.column, e.message)).collect(),
        }
    }

    fn assert_refused(text: &str, line: u32, column: u32, part: &str) {
        let errors = errors(text.as_bytes());
        let hit = errors
            .iter()
            .any(|(l, c, message)| (*l, *c) == (line, column) && message.contains(part));
        assert!(hit, "{text:?}: {errors:?}");
    }

    #[test]
    fn plain_documents_are_read() {
        assert_eq!(errors(b"# comment\na: { b: [c, 'd'] }\ne: |\n  text\n"), Vec::new());
    }

    #[test]
    fn what_vanishes_or_repeats_is_refused() {
        assert_refused("a:\nb: 1", 1, 1, "without a value");
        assert_refused("a: ~", 1, 4, "without a value");
        assert_refused("a: [b, ]\nc: null", 2, 4, "without a value");
        assert_refused("a: 1\nb: 2\na: 3", 3, 1, "`a` is there twice");
        assert_refused("a: 1\n'a': 3", 2, 1, "`a` is there twice");
        assert_refused("a: &x 1\nb: 2", 1, 7, "anchor");
        assert_refused("a: &x 1\nb: *x", 2, 4, "alias");
        assert_refused("a: *missing", 1, 4, "alias");
        assert_refused("a: !include x", 1, 13, "tag");
        assert_refused("a: !!str x", 1, 10, "tag");
        assert_refused("<<: { a: 1 }", 1, 1, "merge key");
        assert_refused("a: 1\n---\nb: 2", 2, 1, "second document");
        assert_refused("? [a]\n: 1", 1, 3, "no text");
        assert_refused("a:\n\t- b", 2, 2, "not YAML");
        assert_refused("%YAML 1.2\n---\na: 1", 1, 1, "not YAML");
        assert_refused("\u{feff}a: 1", 1, 1, "byte order mark");
        assert_refused("", 0, 0, "empty");
    }

    #[test]
    fn all_errors_are_found_at_once() {
        assert_eq!(errors(b"a:\nb: ~\nb: *x\nc: !t 1\n").len(), 5);
    }

    #[test]
    fn not_utf8_is_placed() {
        assert_eq!(errors(b"a: 1\nb: \xff"), [(2, 4, "the policy is not UTF-8".to_owned())]);
    }

    #[test]
    fn budgets_hold() {
        assert!(errors(&[b'['; 200])[0].2.contains("recursion limit"));
        assert!(errors("a: ".repeat(20).as_bytes())[0].2.contains("not YAML"));
        assert!(errors(&vec![b'a'; limits::POLICY_BYTES + 1])[0].2.contains("bytes"));
        let many = format!("[{}]", "a,".repeat(limits::POLICY_NODES + 1));
        assert!(errors(many.as_bytes())[0].2.contains("more than"));
    }
}
