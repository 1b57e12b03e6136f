//! Values of an expression. What the evidence says is borrowed from it; only what the expression makes is owned.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value as Json;

use super::refusal::Cause;

#[derive(Debug, Clone)]
pub(crate) enum Value<'a> {
    Null,
    Boolean(bool),
    Integer(i64),
    /// Finite.
    Double(f64),
    Text(Text<'a>),
    List(List<'a>),
    Map(Map<'a>),
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    Time(i128),
    /// Nanoseconds.
    Span(i128),
}

#[derive(Debug, Clone)]
pub(crate) enum Text<'a> {
    Of(&'a str),
    Made(Rc<str>),
}

#[derive(Debug, Clone)]
pub(crate) enum List<'a> {
    Of(&'a [Json]),
    Made(Rc<[Value<'a>]>),
}

#[derive(Debug, Clone)]
pub(crate) enum Map<'a> {
    Of(&'a serde_json::Map<String, Json>),
    Made(Rc<BTreeMap<&'a str, Value<'a>>>),
}

impl<'a> Value<'a> {
    pub fn of_json(json: &'a Json) -> Result<Self, Cause> {
        Ok(match json {
            Json::Null => Self::Null,
            Json::Bool(boolean) => Self::Boolean(*boolean),
            Json::Number(number) => number_of(number)?,
            Json::String(text) => Self::text(text),
            Json::Array(items) => Self::List(List::Of(items)),
            Json::Object(fields) => Self::Map(Map::Of(fields)),
        })
    }

    pub fn text(text: &'a str) -> Self {
        Self::Text(Text::Of(text))
    }

    /// A text that nobody else keeps.
    pub fn made(text: String) -> Self {
        Self::Text(Text::Made(text.into()))
    }

    /// A map that is not a part of a statement.
    pub fn map(fields: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        Self::Map(Map::Made(Rc::new(fields.into_iter().collect())))
    }

    pub fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::List(List::Made(items.into_iter().collect()))
    }

    /// For messages.
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "a boolean",
            Self::Integer(_) => "a whole number",
            Self::Double(_) => "a number with a fraction",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
            Self::Time(_) => "a time",
            Self::Span(_) => "a duration",
        }
    }
}

/// Whole numbers of 64 bits stay what they are. A larger one has lost digits on its way through a double, so it is nothing that
/// can be compared.
fn number_of<'a>(number: &serde_json::Number) -> Result<Value<'a>, Cause> {
    if let Some(integer) = number.as_i64() {
        return Ok(Value::Integer(integer));
    }
    match number.as_f64() {
        Some(double) if !number.is_u64() && (double.fract() != 0.0 || double.abs() < EXACT) => {
            Ok(Value::Double(double))
        }
        _ => Err(Cause::LargeNumber),
    }
}

/// 2^53: the whole numbers below it are all doubles.
pub(super) const EXACT: f64 = 9_007_199_254_740_992.0;

impl Text<'_> {
    pub fn as_str(&self) -> &str {
        match self {
            Self::Of(text) => text,
            Self::Made(text) => text,
        }
    }
}

impl<'a> List<'a> {
    pub fn len(&self) -> usize {
        match self {
            Self::Of(items) => items.len(),
            Self::Made(items) => items.len(),
        }
    }

    /// None beyond the end.
    pub fn item(&self, at: usize) -> Option<Result<Value<'a>, Cause>> {
        match self {
            Self::Of(items) => items.get(at).map(Value::of_json),
            Self::Made(items) => items.get(at).cloned().map(Ok),
        }
    }
}

impl<'a> Map<'a> {
    pub fn len(&self) -> usize {
        match self {
            Self::Of(fields) => fields.len(),
            Self::Made(fields) => fields.len(),
        }
    }

    /// None where there is no such field.
    pub fn field(&self, name: &str) -> Option<Result<Value<'a>, Cause>> {
        match self {
            Self::Of(fields) => fields.get(name).map(Value::of_json),
            Self::Made(fields) => fields.get(name).cloned().map(Ok),
        }
    }

    pub fn keys(&self) -> Vec<&'a str> {
        match self {
            Self::Of(fields) => fields.keys().map(String::as_str).collect(),
            Self::Made(fields) => fields.keys().copied().collect(),
        }
    }
}

/// Exact: neither side is rounded to the other's kind.
pub(super) fn order_of_numbers(integer: i64, double: f64) -> Ordering {
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    if double >= BEYOND {
        return Ordering::Less;
    }
    if double < -BEYOND {
        return Ordering::Greater;
    }
    let fraction = double.fract();
    integer
        .cmp(&(double.trunc() as i64))
        .then_with(|| 0.0_f64.partial_cmp(&fraction).unwrap_or(Ordering::Equal))
}
