//! Arithmetic. Nothing wraps, rounds to infinity or converts.

use super::evaluate::{Steps, kind};
use super::refusal::Cause;
use super::tree::Operator;
use super::value::{List, Value};

/// 9999-12-31T23:59:59Z, the last time that RFC 3339 can write, in nanoseconds; nothing sensible is further from 1970.
const FURTHEST: i128 = 253_402_300_799_000_000_000;

pub(super) fn negative<'a>(value: &Value<'a>) -> Result<Value<'a>, Cause> {
    match value {
        Value::Integer(number) => number.checked_neg().map(Value::Integer).ok_or(Cause::Overflow),
        Value::Double(number) => Ok(Value::Double(-number)),
        Value::Span(span) => Ok(Value::Span(-span)),
        other => Err(kind("a number", other)),
    }
}

pub(super) fn arithmetic<'a>(
    operator: Operator,
    left: &Value<'a>,
    right: &Value<'a>,
    steps: &mut Steps,
) -> Result<Value<'a>, Cause> {
    match (operator, left, right) {
        (_, Value::Integer(left), Value::Integer(right)) => integers(operator, *left, *right).map(Value::Integer),
        (_, Value::Double(left), Value::Double(right)) => doubles(operator, *left, *right).map(Value::Double),
        (Operator::Add, Value::Text(left), Value::Text(right)) => {
            let (left, right) = (left.as_str(), right.as_str());
            steps.take_bytes(left.len() + right.len())?;
            Ok(Value::made([left, right].concat()))
        }
        (Operator::Add, Value::List(left), Value::List(right)) => joined(left, right, steps),
        (Operator::Add, Value::Time(time), Value::Span(span))
        | (Operator::Add, Value::Span(span), Value::Time(time)) => bounded(time + span).map(Value::Time),
        (Operator::Subtract, Value::Time(time), Value::Span(span)) => bounded(time - span).map(Value::Time),
        (Operator::Subtract, Value::Time(left), Value::Time(right)) => bounded(left - right).map(Value::Span),
        (Operator::Add, Value::Span(left), Value::Span(right)) => bounded(left + right).map(Value::Span),
        (Operator::Subtract, Value::Span(left), Value::Span(right)) => bounded(left - right).map(Value::Span),
        _ => {
            let (left, right) = (left.noun(), right.noun());
            Err(Cause::Kinds { left, right })
        }
    }
}

fn integers(operator: Operator, left: i64, right: i64) -> Result<i64, Cause> {
    if right == 0 && matches!(operator, Operator::Divide | Operator::Remainder) {
        return Err(Cause::DivisionByZero);
    }
    let result = match operator {
        Operator::Add => left.checked_add(right),
        Operator::Subtract => left.checked_sub(right),
        Operator::Multiply => left.checked_mul(right),
        Operator::Divide => left.checked_div(right),
        _ => left.checked_rem(right),
    };
    result.ok_or(Cause::Overflow)
}

fn doubles(operator: Operator, left: f64, right: f64) -> Result<f64, Cause> {
    let result = match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide if right == 0.0 => return Err(Cause::DivisionByZero),
        Operator::Divide => left / right,
        _ => {
            return Err(Cause::Kind {
                expected: "a whole number",
                found: "a number with a fraction",
            });
        }
    };
    if result.is_finite() {
        Ok(result)
    } else {
        Err(Cause::Overflow)
    }
}

fn joined<'a>(left: &List<'a>, right: &List<'a>, steps: &mut Steps) -> Result<Value<'a>, Cause> {
    steps.take_items(left.len() + right.len())?;
    let items = |list: &List<'a>| (0..list.len()).filter_map(|at| list.item(at)).collect::<Vec<_>>();
    let both: Result<Vec<Value<'a>>, Cause> = items(left).into_iter().chain(items(right)).collect();
    both.map(Value::list)
}

/// No text is long enough to write a duration whose sum with another would wrap.
fn bounded(nanoseconds: i128) -> Result<i128, Cause> {
    if nanoseconds.abs() <= FURTHEST {
        Ok(nanoseconds)
    } else {
        Err(Cause::Overflow)
    }
}
