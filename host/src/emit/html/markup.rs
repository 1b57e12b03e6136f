//! HTML that no stranger can break: names of elements and attributes are literals of this program, every attribute is
//! quoted, and whatever else comes in passes [`escape`], after [`Safe`] has made it visible.
//! <https://html.spec.whatwg.org/multipage/syntax.html>

use std::fmt::Write as _;

use crate::untrusted::{Safe, Say};

/// Elements without an end tag.
const VOID: [&str; 3] = ["input", "link", "meta"];
/// Elements after which a line ends, so that people can read the source.
const BLOCKS: [&str; 28] = [
    "article", "dd", "desc", "details", "div", "fieldset", "figure", "footer", "form", "h1", "h2", "h3", "header",
    "li", "link", "main", "meta", "nav", "ol", "option", "p", "rect", "section", "summary", "svg", "table", "tr", "ul",
];

/// Finished markup.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// A literal of this program, as it is.
    pub fn literal(markup: &'static str) -> Self {
        Self(markup.to_owned())
    }

    pub fn text(piece: &(impl Say + ?Sized)) -> Self {
        let mut html = Self::default();
        escape(&piece.say(), &mut html.0);
        html
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// In bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn push(&mut self, more: impl Into<Html>) {
        self.0.push_str(&more.into().0);
    }
}

/// The one escape function: for text and for attribute values in double quotes alike.
fn escape(text: &Safe, out: &mut String) {
    for character in text.as_str().chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '`' => out.push_str("&#96;"),
            _ => out.push(character),
        }
    }
}

/// An element that is being written.
#[derive(Debug, Clone)]
#[must_use]
pub struct Element {
    name: &'static str,
    start: String,
    inside: Html,
}

pub fn tag(name: &'static str) -> Element {
    Element {
        name,
        start: format!("<{name}"),
        inside: Html::default(),
    }
}

impl Element {
    pub fn class(self, class: &'static str) -> Self {
        self.attribute("class", class)
    }

    pub fn attribute(mut self, name: &'static str, value: &(impl Say + ?Sized)) -> Self {
        self.start.push(' ');
        self.start.push_str(name);
        self.start.push_str("=\"");
        escape(&value.say(), &mut self.start);
        self.start.push('"');
        self
    }

    /// An attribute that is there or not.
    pub fn flag(mut self, name: &'static str, there: bool) -> Self {
        if there {
            // invariant: writing to a String does not fail
            let _ = write!(self.start, " {name}");
        }
        self
    }

    pub fn text(self, piece: &(impl Say + ?Sized)) -> Self {
        self.put(Html::text(piece))
    }

    pub fn put(mut self, child: impl Into<Html>) -> Self {
        self.inside.push(child);
        self
    }

    pub fn all<I: Into<Html>>(mut self, children: impl IntoIterator<Item = I>) -> Self {
        children.into_iter().for_each(|child| self.inside.push(child));
        self
    }
}

impl From<Element> for Html {
    fn from(element: Element) -> Self {
        let Element { name, start, inside } = element;
        let mut html = start;
        html.push('>');
        if !VOID.contains(&name) {
            html.push_str(&inside.0);
            html.push_str("</");
            html.push_str(name);
            html.push('>');
        }
        if BLOCKS.contains(&name) {
            html.push('\n');
        }
        Self(html)
    }
}

impl<I: Into<Html>> From<Option<I>> for Html {
    fn from(maybe: Option<I>) -> Self {
        maybe.map_or_else(Self::default, Into::into)
    }
}

impl<I: Into<Html>> FromIterator<I> for Html {
    fn from_iter<T: IntoIterator<Item = I>>(pieces: T) -> Self {
        let mut all = Self::default();
        pieces.into_iter().for_each(|piece| all.push(piece));
        all
    }
}
