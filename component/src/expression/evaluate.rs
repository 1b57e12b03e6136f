//! Evaluation, strictly: what is absent, of the wrong kind or too large is a refusal, and nothing swallows one.
//!
//! `&&`, `||` and `?:` go from left to right and leave out what cannot matter; macros visit every item, so that the order of
//! a list never decides between an answer and a refusal. Each visit of a node is a step, long texts and lists are more.

use std::rc::Rc;

use super::call;
use super::compare;
use super::operate;
use super::refusal::Cause;
use super::token::Span;
use super::tree::{Form, Node, Operator, Walk, WalkKind};
use super::value::{List, Map, Text, Value};
use crate::limits;

/// A cause and the part of the expression that it is about.
pub(super) type Refused = (Span, Cause);

pub(super) struct Evaluation<'a> {
    /// The innermost last.
    names: Vec<(&'a str, Value<'a>)>,
    steps: Steps,
}

/// The budget: a counter, so that it decides the same on every machine.
pub(super) struct Steps {
    left: u64,
}

impl Steps {
    pub fn take(&mut self, count: u64) -> Result<(), Cause> {
        self.left = self.left.checked_sub(count).ok_or(Cause::Budget)?;
        Ok(())
    }

    /// For reading or making so many bytes.
    pub fn take_bytes(&mut self, bytes: usize) -> Result<(), Cause> {
        self.take(bytes as u64 / 16)
    }

    pub fn take_items(&mut self, items: usize) -> Result<(), Cause> {
        self.take(items as u64)
    }
}

impl<'a> Evaluation<'a> {
    pub fn new(variables: &[(&'static str, Value<'a>)]) -> Self {
        Self {
            names: variables.to_vec(),
            steps: Steps {
                left: limits::EXPRESSION_STEPS,
            },
        }
    }

    /// Refuses what is not true; of operands joined by `&&` it names the first that is not.
    pub fn demand(&mut self, node: &'a Node) -> Result<(), Refused> {
        if let Form::And(operands) = &node.form {
            return operands.iter().try_for_each(|operand| self.demand(operand));
        }
        match self.boolean(node)? {
            true => Ok(()),
            false => Err((node.span, Cause::False)),
        }
    }

    fn value(&mut self, node: &'a Node) -> Result<Value<'a>, Refused> {
        self.steps.take(1).map_err(|cause| (node.span, cause))?;
        match &node.form {
            Form::Null => Ok(Value::Null),
            Form::Boolean(boolean) => Ok(Value::Boolean(*boolean)),
            Form::Integer(number) => Ok(Value::Integer(*number)),
            Form::Double(number) => Ok(Value::Double(*number)),
            Form::Text(text) => Ok(Value::text(text)),
            Form::List(items) => self.values(items).map(Value::list),
            Form::Name(name) => self.name(name).map_err(|cause| (node.span, cause)),
            Form::Field { of, name } => {
                let found = self.map(of)?.field(name);
                let absent = || Err(Cause::Absent(name.clone()));
                found.unwrap_or_else(absent).map_err(|cause| (node.span, cause))
            }
            Form::Has { of, name } => Ok(Value::Boolean(self.map(of)?.field(name).is_some())),
            Form::Index { of, at } => self.index(node, of, at),
            Form::Not(operand) => self.boolean(operand).map(|boolean| Value::Boolean(!boolean)),
            Form::Negative(operand) => operate::negative(&self.value(operand)?).map_err(|cause| (node.span, cause)),
            Form::And(operands) => self.first(operands, false),
            Form::Or(operands) => self.first(operands, true),
            Form::Choice(parts) => {
                let [condition, then, otherwise] = &**parts;
                if self.boolean(condition)? {
                    self.value(then)
                } else {
                    self.value(otherwise)
                }
            }
            Form::Binary { operator, sides } => self.binary(node, *operator, sides),
            Form::Call { signature, arguments } => {
                let arguments = self.values(arguments)?;
                call::call(signature.function, &arguments, &mut self.steps).map_err(|cause| (node.span, cause))
            }
            Form::Matches { text, pattern } => {
                let text = self.text(text)?;
                // a step for each byte: an automaton may visit many states for one
                self.steps
                    .take_items(text.as_str().len())
                    .map_err(|cause| (node.span, cause))?;
                Ok(Value::Boolean(pattern.matches(text.as_str())))
            }
            Form::Walk(walk) => self.walk(walk),
        }
    }

    fn values(&mut self, nodes: &'a [Node]) -> Result<Vec<Value<'a>>, Refused> {
        nodes.iter().map(|node| self.value(node)).collect()
    }

    /// The checker has seen that there is one.
    fn name(&self, name: &str) -> Result<Value<'a>, Cause> {
        let found = self.names.iter().rev().find(|(known, _)| *known == name);
        found
            .map(|(_, value)| value.clone())
            .ok_or_else(|| Cause::Absent(name.to_owned()))
    }

    /// Whether one of the operands is `wanted`; the rest is not evaluated then.
    fn first(&mut self, operands: &'a [Node], wanted: bool) -> Result<Value<'a>, Refused> {
        for operand in operands {
            if self.boolean(operand)? == wanted {
                return Ok(Value::Boolean(wanted));
            }
        }
        Ok(Value::Boolean(!wanted))
    }

    fn index(&mut self, node: &'a Node, of: &'a Node, at: &'a Node) -> Result<Value<'a>, Refused> {
        let (over, key) = (self.value(of)?, self.value(at)?);
        let found = match (&over, &key) {
            (Value::List(list), Value::Integer(index)) => {
                let item = usize::try_from(*index).ok().and_then(|index| list.item(index));
                let (index, length) = (*index, list.len());
                item.unwrap_or(Err(Cause::OutOfRange { index, length }))
            }
            (Value::Map(map), Value::Text(name)) => {
                let name = name.as_str();
                map.field(name)
                    .unwrap_or_else(|| Err(Cause::Absent(name.chars().take(80).collect())))
            }
            (Value::List(_), other) => return Err((at.span, kind("a whole number", other))),
            (Value::Map(_), other) => return Err((at.span, kind("a text", other))),
            (other, _) => return Err((of.span, kind("a list or a map", other))),
        };
        found.map_err(|cause| (node.span, cause))
    }

    fn binary(&mut self, node: &'a Node, operator: Operator, sides: &'a [Node; 2]) -> Result<Value<'a>, Refused> {
        let [left_node, right_node] = sides;
        let (left, right) = (self.value(left_node)?, self.value(right_node)?);
        let null_is_written = [left_node, right_node]
            .iter()
            .any(|side| matches!(side.form, Form::Null));
        let steps = &mut self.steps;
        let result = match operator {
            Operator::Equal | Operator::Differs if null_is_written => {
                let both = matches!((&left, &right), (Value::Null, Value::Null));
                Ok(Value::Boolean(both == (operator == Operator::Equal)))
            }
            Operator::Equal => compare::equal(&left, &right, steps).map(Value::Boolean),
            Operator::Differs => compare::equal(&left, &right, steps).map(|same| Value::Boolean(!same)),
            Operator::Less => compare::order(&left, &right, steps).map(|order| Value::Boolean(order.is_lt())),
            Operator::LessOrEqual => compare::order(&left, &right, steps).map(|order| Value::Boolean(order.is_le())),
            Operator::Greater => compare::order(&left, &right, steps).map(|order| Value::Boolean(order.is_gt())),
            Operator::GreaterOrEqual => compare::order(&left, &right, steps).map(|order| Value::Boolean(order.is_ge())),
            Operator::In => compare::within(&left, &right, steps).map(Value::Boolean),
            _ => operate::arithmetic(operator, &left, &right, steps),
        };
        result.map_err(|cause| (node.span, cause))
    }

    fn walk(&mut self, walk: &'a Walk) -> Result<Value<'a>, Refused> {
        let over = match self.value(&walk.over)? {
            Value::List(list) => list,
            Value::Map(map) => List::Made(map.keys().into_iter().map(Value::text).collect()),
            other => return Err((walk.over.span, kind("a list or a map", &other))),
        };
        let mut taken = 0;
        let mut results = Vec::new();
        for at in 0..over.len() {
            // invariant: `at` is below the length
            let Some(item) = over.item(at) else { break };
            let item = item.map_err(|cause| (walk.over.span, cause))?;
            self.names.push((&walk.variable, item.clone()));
            let takes = walk
                .condition
                .as_ref()
                .map_or(Ok(true), |condition| self.boolean(condition))?;
            if takes {
                taken += 1;
                match &walk.result {
                    Some(result) => results.push(self.value(result)?),
                    None if walk.kind == WalkKind::Filter => results.push(item),
                    None => {}
                }
            }
            self.names.pop();
        }
        Ok(match walk.kind {
            WalkKind::All => Value::Boolean(taken == over.len()),
            WalkKind::Exists => Value::Boolean(taken > 0),
            WalkKind::ExistsOne => Value::Boolean(taken == 1),
            WalkKind::Filter | WalkKind::Map => Value::List(List::Made(Rc::from(results))),
        })
    }

    fn boolean(&mut self, node: &'a Node) -> Result<bool, Refused> {
        match self.value(node)? {
            Value::Boolean(boolean) => Ok(boolean),
            other => Err((node.span, kind("a boolean", &other))),
        }
    }

    fn map(&mut self, node: &'a Node) -> Result<Map<'a>, Refused> {
        match self.value(node)? {
            Value::Map(map) => Ok(map),
            other => Err((node.span, kind("a map", &other))),
        }
    }

    fn text(&mut self, node: &'a Node) -> Result<Text<'a>, Refused> {
        match self.value(node)? {
            Value::Text(text) => Ok(text),
            other => Err((node.span, kind("a text", &other))),
        }
    }
}

pub(super) fn kind(expected: &'static str, found: &Value<'_>) -> Cause {
    Cause::Kind {
        expected,
        found: found.noun(),
    }
}
