//! What can be refused by looking at the tree: unknown names and fields, wrong arguments, kinds that can never agree.
//!
//! A kind that is certain is checked here; what a statement says has the kind [`Kind::Any`] until it is evaluated.

use super::error::{Error, ErrorCause};
use super::functions::Function;
use super::moment;
use super::tree::{Form, Node, Operator, Walk, WalkKind};

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// Not known before there is evidence.
    Any,
    Null,
    Boolean,
    Integer,
    Double,
    Text,
    List(&'static Kind),
    /// Texts to anything.
    Map,
    /// A map whose fields are known.
    Record(&'static Record),
    Time,
    Span,
}

#[derive(Debug, PartialEq)]
pub(super) struct Record {
    pub noun: &'static str,
    pub fields: &'static [(&'static str, Kind)],
}

impl Kind {
    pub fn noun(self) -> &'static str {
        match self {
            Self::Any => "anything",
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Integer | Self::Double => "a number",
            Self::Text => "a text",
            Self::List(_) => "a list",
            Self::Map | Self::Record(_) => "a map",
            Self::Time => "a time",
            Self::Span => "a duration",
        }
    }

    /// Whether a value of one kind can be one of the other.
    fn agrees(self, other: Self) -> bool {
        self == Self::Any || other == Self::Any || self.noun() == other.noun()
    }

    fn is(self, others: &[Self]) -> bool {
        self == Self::Any
            || others.iter().any(|other| match (self, other) {
                (Self::Integer, Self::Double) | (Self::Double, Self::Integer) => false,
                _ => self.agrees(*other),
            })
    }
}

/// The names of variables and what they hold.
pub(super) fn check(source: &str, node: &Node, variables: &[(&'static str, Kind)]) -> Result<(), Error> {
    let names = variables
        .iter()
        .map(|(name, kind)| ((*name).to_owned(), *kind))
        .collect();
    let mut checker = Checker {
        source,
        names,
        variables: variables.len(),
        reads: false,
    };
    let kind = checker.kind(node)?;
    if !kind.agrees(Kind::Boolean) {
        return Err(checker.error(node, ErrorCause::NotBoolean { found: kind.noun() }));
    }
    if !checker.reads {
        return Err(checker.error(node, ErrorCause::Constant));
    }
    Ok(())
}

struct Checker<'s> {
    source: &'s str,
    /// The innermost last.
    names: Vec<(String, Kind)>,
    /// So many of the names are variables; the rest is bound by macros.
    variables: usize,
    /// A variable was named.
    reads: bool,
}

impl Checker<'_> {
    fn error(&self, node: &Node, cause: ErrorCause) -> Error {
        Error::at(self.source, node.span.from, cause)
    }

    fn kind(&mut self, node: &Node) -> Result<Kind, Error> {
        match &node.form {
            Form::Null => Ok(Kind::Null),
            Form::Boolean(_) => Ok(Kind::Boolean),
            Form::Integer(_) => Ok(Kind::Integer),
            Form::Double(_) => Ok(Kind::Double),
            Form::Text(_) => Ok(Kind::Text),
            Form::List(items) => self.list(items),
            Form::Name(name) => self.name(node, name),
            Form::Field { of, name } => self.field(node, of, name),
            Form::Has { of, name } => self.field(node, of, name).map(|_| Kind::Boolean),
            Form::Index { of, at } => self.index(of, at),
            Form::Not(operand) => self.expect(operand, &[Kind::Boolean]),
            Form::Negative(operand) => self.expect(operand, &[Kind::Integer, Kind::Double, Kind::Span]),
            Form::And(operands) | Form::Or(operands) => {
                for operand in operands {
                    self.expect(operand, &[Kind::Boolean])?;
                }
                Ok(Kind::Boolean)
            }
            Form::Choice(parts) => self.choice(parts),
            Form::Binary { operator, sides } => self.binary(node, *operator, sides),
            Form::Call { signature, arguments } => {
                for (argument, kinds) in arguments.iter().zip(signature.takes) {
                    self.expect(argument, kinds)?;
                }
                self.literal(signature.function, arguments)?;
                Ok(signature.gives)
            }
            Form::Matches { text, .. } => self.expect(text, &[Kind::Text]).map(|_| Kind::Boolean),
            Form::Walk(walk) => self.walk(walk),
        }
    }

    fn expect(&mut self, node: &Node, kinds: &[Kind]) -> Result<Kind, Error> {
        let found = self.kind(node)?;
        if found.is(kinds) {
            return Ok(found);
        }
        let expected = kinds.first().map_or("nothing", |kind| kind.noun());
        let found = found.noun();
        Err(self.error(node, ErrorCause::Kind { expected, found }))
    }

    /// The kind of all items together.
    fn list(&mut self, items: &[Node]) -> Result<Kind, Error> {
        let mut all = Kind::Any;
        for item in items {
            let kind = self.kind(item)?;
            all = self.together(item, all, kind)?;
        }
        Ok(Kind::List(element(all)))
    }

    fn together(&self, node: &Node, left: Kind, right: Kind) -> Result<Kind, Error> {
        match (left, right) {
            (Kind::Any, other) => Ok(other),
            (kept, other) if kept == other || other == Kind::Any => Ok(kept),
            (kept, other) if kept.agrees(other) => Ok(Kind::Any),
            _ => {
                let (left, right) = (left.noun(), right.noun());
                Err(self.error(node, ErrorCause::Kinds { left, right }))
            }
        }
    }

    fn name(&mut self, node: &Node, name: &str) -> Result<Kind, Error> {
        match self.names.iter().position(|(known, _)| known == name) {
            Some(at) => {
                self.reads |= at < self.variables;
                Ok(self.names[at].1)
            }
            None => {
                let known = self.names.iter().map(|(known, _)| known.clone()).collect();
                let name = name.to_owned();
                Err(self.error(node, ErrorCause::UnknownName { name, known }))
            }
        }
    }

    fn field(&mut self, node: &Node, of: &Node, name: &str) -> Result<Kind, Error> {
        match self.expect(of, &[Kind::Map])? {
            Kind::Record(record) => self.record_field(node, record, name),
            _ => Ok(Kind::Any),
        }
    }

    fn record_field(&self, node: &Node, record: &'static Record, name: &str) -> Result<Kind, Error> {
        let known = record.fields.iter();
        match known.clone().find(|(known, _)| *known == name) {
            Some((_, kind)) => Ok(*kind),
            None => {
                let cause = ErrorCause::UnknownField {
                    name: name.to_owned(),
                    of: record.noun,
                    known: known.map(|(known, _)| *known).collect(),
                };
                Err(self.error(node, cause))
            }
        }
    }

    fn index(&mut self, of: &Node, at: &Node) -> Result<Kind, Error> {
        match self.expect(of, &[Kind::Map, Kind::List(&Kind::Any)])? {
            Kind::List(item) => self.expect(at, &[Kind::Integer]).map(|_| *item),
            Kind::Any => self.expect(at, &[Kind::Integer, Kind::Text]).map(|_| Kind::Any),
            Kind::Record(record) => {
                self.expect(at, &[Kind::Text])?;
                match &at.form {
                    Form::Text(name) => self.record_field(at, record, name),
                    _ => Ok(Kind::Any),
                }
            }
            _ => self.expect(at, &[Kind::Text]).map(|_| Kind::Any),
        }
    }

    fn choice(&mut self, [condition, then, otherwise]: &[Node; 3]) -> Result<Kind, Error> {
        self.expect(condition, &[Kind::Boolean])?;
        let left = self.kind(then)?;
        let right = self.kind(otherwise)?;
        let both = self.together(otherwise, left, right)?;
        Ok(if left == right { both } else { Kind::Any })
    }

    fn binary(&mut self, node: &Node, operator: Operator, [left, right]: &[Node; 2]) -> Result<Kind, Error> {
        let (l, r) = (self.kind(left)?, self.kind(right)?);
        let differ = || {
            let (left, right) = (l.noun(), r.noun());
            Err(Error::at(
                self.source,
                node.span.from,
                ErrorCause::Kinds { left, right },
            ))
        };
        match operator {
            Operator::Equal | Operator::Differs => match (l, r) {
                (Kind::Null, _) | (_, Kind::Null) => {
                    let other = if l == Kind::Null { r } else { l };
                    if other == Kind::Any {
                        Ok(Kind::Boolean)
                    } else {
                        differ()
                    }
                }
                _ if l.agrees(r) => Ok(Kind::Boolean),
                _ => differ(),
            },
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
                let ordered = [Kind::Integer, Kind::Double, Kind::Text, Kind::Time, Kind::Span];
                if l.agrees(r) && l.is(&ordered) && r.is(&ordered) {
                    Ok(Kind::Boolean)
                } else {
                    differ()
                }
            }
            Operator::In => match r {
                Kind::Any => Ok(Kind::Boolean),
                Kind::List(item) if l != Kind::Null && item.agrees(l) => Ok(Kind::Boolean),
                Kind::Map | Kind::Record(_) if l.is(&[Kind::Text]) => Ok(Kind::Boolean),
                _ => differ(),
            },
            _ => arithmetic(operator, l, r).map_or_else(differ, Ok),
        }
    }

    fn walk(&mut self, walk: &Walk) -> Result<Kind, Error> {
        let over = self.expect(&walk.over, &[Kind::List(&Kind::Any), Kind::Map])?;
        let item = match over {
            Kind::List(item) => *item,
            Kind::Map | Kind::Record(_) => Kind::Text,
            _ => Kind::Any,
        };
        if self.names.iter().any(|(known, _)| *known == walk.variable) {
            return Err(self.error(&walk.over, ErrorCause::Shadowed(walk.variable.clone())));
        }
        self.names.push((walk.variable.clone(), item));
        if let Some(condition) = &walk.condition {
            self.expect(condition, &[Kind::Boolean])?;
        }
        let result = walk.result.as_ref().map(|result| self.kind(result)).transpose()?;
        self.names.pop();
        Ok(match walk.kind {
            WalkKind::All | WalkKind::Exists | WalkKind::ExistsOne => Kind::Boolean,
            WalkKind::Filter => Kind::List(match over {
                Kind::List(item) => item,
                Kind::Map | Kind::Record(_) => &Kind::Text,
                _ => &Kind::Any,
            }),
            WalkKind::Map => Kind::List(element(result.unwrap_or(Kind::Any))),
        })
    }

    /// Times and durations that are written out must be ones.
    fn literal(&self, function: Function, arguments: &[Node]) -> Result<(), Error> {
        for argument in arguments {
            let Form::Text(text) = &argument.form else { continue };
            let expected = match function {
                Function::Time if moment::time(text).is_none() => moment::TIME,
                Function::Span if moment::span(text).is_none() => moment::SPAN,
                _ => continue,
            };
            return Err(self.error(argument, ErrorCause::Literal { expected }));
        }
        Ok(())
    }
}

fn arithmetic(operator: Operator, left: Kind, right: Kind) -> Option<Kind> {
    use Kind::{Any, Double, Integer, List, Span, Text, Time};
    Some(match (operator, left, right) {
        (_, Kind::Null | Kind::Boolean | Kind::Map | Kind::Record(_), _) => return None,
        (_, _, Kind::Null | Kind::Boolean | Kind::Map | Kind::Record(_)) => return None,
        (_, Integer, Integer) => Integer,
        (Operator::Remainder, Double, _) | (Operator::Remainder, _, Double) => return None,
        (_, Double, Double) => Double,
        (Operator::Add, Text, Text) => Text,
        (Operator::Add, List(_), List(_)) => List(&Any),
        (Operator::Add | Operator::Subtract, Time, Span) | (Operator::Add, Span, Time) => Time,
        (Operator::Subtract, Time, Time) | (Operator::Add | Operator::Subtract, Span, Span) => Span,
        (_, Any, _) | (_, _, Any) => Any,
        _ => return None,
    })
}

/// The kind as the item of a list; what is made here is never nested with a known kind inside.
fn element(kind: Kind) -> &'static Kind {
    match kind {
        Kind::Null => &Kind::Null,
        Kind::Boolean => &Kind::Boolean,
        Kind::Integer => &Kind::Integer,
        Kind::Double => &Kind::Double,
        Kind::Text => &Kind::Text,
        Kind::List(_) => &Kind::List(&Kind::Any),
        Kind::Map => &Kind::Map,
        Kind::Time => &Kind::Time,
        Kind::Span => &Kind::Span,
        Kind::Record(_) | Kind::Any => &Kind::Any,
    }
}
