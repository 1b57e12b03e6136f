//! Calls: functions with their receivers, and the macros, taken apart as they are read.

use super::Parser;
use crate::expression::error::{Error, ErrorCause};
use crate::expression::functions::{SIGNATURES, Style};
use crate::expression::token::Span;
use crate::expression::tree::{Form, Node, Walk, WalkKind};
use crate::pattern::{Regexp, is_anchored};

impl Parser<'_> {
    pub(super) fn has(&self, arguments: Vec<Node>, whole: Span, at: Span) -> Result<Node, Error> {
        let [argument] = self.arguments("has", "one field", arguments, at)?;
        match argument.form {
            Form::Field { of, name } => self.node(whole, Form::Has { of, name }),
            _ => Err(Error::at(self.source, argument.span.from, ErrorCause::HasNoField)),
        }
    }

    pub(super) fn call(
        &self,
        name: &str,
        receiver: Option<Node>,
        arguments: Vec<Node>,
        span: Span,
        at: Span,
    ) -> Result<Node, Error> {
        let Some(signature) = SIGNATURES.iter().find(|signature| signature.name == name) else {
            let receiver = matches!(name, "matches" | "has") || WalkKind::of(name).is_some();
            let cause = if receiver {
                let usage = "text.matches('^…$')`, `list.all(item, condition)`, `has(predicate.field)";
                ErrorCause::Receiver { name: "a macro", usage }
            } else {
                ErrorCause::UnknownFunction(name.to_owned())
            };
            return Err(Error::at(self.source, at.from, cause));
        };
        let wrong = match signature.style {
            Style::Free => receiver.is_some(),
            Style::Method => receiver.is_none(),
            Style::Either => false,
        };
        if wrong {
            let cause = ErrorCause::Receiver {
                name: signature.name,
                usage: signature.usage,
            };
            return Err(Error::at(self.source, at.from, cause));
        }
        let arguments: Vec<Node> = receiver.into_iter().chain(arguments).collect();
        if arguments.len() != signature.takes.len() {
            let cause = ErrorCause::Receiver {
                name: signature.name,
                usage: signature.usage,
            };
            return Err(Error::at(self.source, at.from, cause));
        }
        self.node(span, Form::Call { signature, arguments })
    }

    pub(super) fn matches(&self, text: Node, arguments: Vec<Node>, span: Span, at: Span) -> Result<Node, Error> {
        let [argument] = self.arguments("matches", "one pattern", arguments, at)?;
        let refused = |cause| Error::at(self.source, argument.span.from, cause);
        let Form::Text(pattern) = &argument.form else {
            return Err(refused(ErrorCause::PatternNotLiteral));
        };
        let compiled: Regexp = pattern.parse().map_err(|error| refused(ErrorCause::Pattern(error)))?;
        if !is_anchored(pattern) {
            return Err(refused(ErrorCause::PatternNotAnchored));
        }
        let (text, pattern) = (Box::new(text), Box::new(compiled));
        self.node(span, Form::Matches { text, pattern })
    }

    pub(super) fn walk(
        &self,
        kind: WalkKind,
        name: String,
        over: Node,
        arguments: Vec<Node>,
        span: Span,
        at: Span,
    ) -> Result<Node, Error> {
        let found = arguments.len();
        let mut arguments = arguments.into_iter();
        let (variable, second, third) = match (kind, found) {
            (WalkKind::Map, 2 | 3) | (_, 2) => (arguments.next(), arguments.next(), arguments.next()),
            _ => {
                let expected = match kind {
                    WalkKind::Map => "a name, perhaps a condition, and a value",
                    _ => "a name and a condition",
                };
                return Err(Error::at(
                    self.source,
                    at.from,
                    ErrorCause::Arguments { name, expected, found },
                ));
            }
        };
        let Some(Form::Name(variable)) = variable.map(|node| node.form) else {
            return Err(Error::at(self.source, at.to, ErrorCause::NoVariable));
        };
        let (condition, result) = match (kind, third) {
            (WalkKind::Map, None) => (None, second),
            (_, third) => (second, third),
        };
        let walk = Walk {
            kind,
            over,
            variable,
            condition,
            result,
        };
        self.node(span, Form::Walk(Box::new(walk)))
    }

    fn arguments(&self, name: &str, expected: &'static str, found: Vec<Node>, at: Span) -> Result<[Node; 1], Error> {
        found.try_into().map_err(|found: Vec<Node>| {
            let cause = ErrorCause::Arguments {
                name: name.to_owned(),
                expected,
                found: found.len(),
            };
            Error::at(self.source, at.from, cause)
        })
    }
}
