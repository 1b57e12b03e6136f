//! Equality, order and membership. Values of different kinds are never compared, not even by `!=`: the answer would be
//! `true` for a reason that nobody meant. Whole numbers and fractions are one kind, and compared exactly.

use std::cmp::Ordering;

use super::evaluate::{Steps, kind};
use super::refusal::Cause;
use super::value::{List, Map, Value, order_of_numbers};

pub(super) fn equal(left: &Value<'_>, right: &Value<'_>, steps: &mut Steps) -> Result<bool, Cause> {
    steps.take(1)?;
    match (left, right) {
        (Value::Boolean(left), Value::Boolean(right)) => Ok(left == right),
        (Value::List(left), Value::List(right)) => equal_lists(left, right, steps),
        (Value::Map(left), Value::Map(right)) => equal_maps(left, right, steps),
        _ => order(left, right, steps).map(Ordering::is_eq),
    }
}

fn equal_lists(left: &List<'_>, right: &List<'_>, steps: &mut Steps) -> Result<bool, Cause> {
    let mut same = left.len() == right.len();
    for at in 0..left.len().min(right.len()) {
        if let (Some(left), Some(right)) = (left.item(at), right.item(at)) {
            same &= equal(&left?, &right?, steps)?;
        }
    }
    Ok(same)
}

fn equal_maps(left: &Map<'_>, right: &Map<'_>, steps: &mut Steps) -> Result<bool, Cause> {
    let mut same = left.len() == right.len();
    steps.take_items(left.len())?;
    for key in left.keys() {
        steps.take_bytes(key.len())?;
        match (left.field(key), right.field(key)) {
            (Some(left), Some(right)) => same &= equal(&left?, &right?, steps)?,
            _ => same = false,
        }
    }
    Ok(same)
}

pub(super) fn order(left: &Value<'_>, right: &Value<'_>, steps: &mut Steps) -> Result<Ordering, Cause> {
    Ok(match (left, right) {
        (Value::Integer(left), Value::Integer(right)) => left.cmp(right),
        (Value::Double(left), Value::Double(right)) => left.partial_cmp(right).ok_or(Cause::Overflow)?,
        (Value::Integer(left), Value::Double(right)) => order_of_numbers(*left, *right),
        (Value::Double(left), Value::Integer(right)) => order_of_numbers(*right, *left).reverse(),
        (Value::Text(left), Value::Text(right)) => {
            let (left, right) = (left.as_str(), right.as_str());
            steps.take_bytes(left.len().min(right.len()))?;
            left.cmp(right)
        }
        (Value::Time(left), Value::Time(right)) | (Value::Span(left), Value::Span(right)) => left.cmp(right),
        _ => {
            let (left, right) = (left.noun(), right.noun());
            return Err(Cause::Kinds { left, right });
        }
    })
}

/// Every item is compared: one of another kind is a refusal wherever it stands.
pub(super) fn within(item: &Value<'_>, over: &Value<'_>, steps: &mut Steps) -> Result<bool, Cause> {
    match (item, over) {
        (_, Value::List(list)) => {
            let mut found = false;
            for at in 0..list.len() {
                if let Some(other) = list.item(at) {
                    found |= equal(item, &other?, steps)?;
                }
            }
            Ok(found)
        }
        (Value::Text(name), Value::Map(map)) => Ok(map.field(name.as_str()).is_some()),
        (other, Value::Map(_)) => Err(kind("a text", other)),
        (_, other) => Err(kind("a list or a map", other)),
    }
}
