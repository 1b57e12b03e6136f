//! What the functions do.

use super::evaluate::{Steps, kind};
use super::functions::Function;
use super::moment;
use super::refusal::Cause;
use super::value::{EXACT, Value};

/// The parser has counted the arguments.
pub(super) fn call<'a>(function: Function, arguments: &[Value<'a>], steps: &mut Steps) -> Result<Value<'a>, Cause> {
    let Some(first) = arguments.first() else {
        return Err(Cause::Absent("argument".to_owned()));
    };
    match function {
        Function::Size => size(first),
        Function::Contains => search(arguments, steps, |text, part| text.contains(part)),
        Function::StartsWith => search(arguments, steps, |text, part| text.starts_with(part)),
        Function::EndsWith => search(arguments, steps, |text, part| text.ends_with(part)),
        Function::LowerAscii => {
            let text = text(first)?;
            steps.take_bytes(text.len())?;
            Ok(Value::made(text.to_ascii_lowercase()))
        }
        Function::Integer => integer(first, steps),
        Function::Double => double(first, steps),
        Function::Text => match first {
            Value::Text(_) => Ok(first.clone()),
            Value::Integer(number) => Ok(Value::made(number.to_string())),
            Value::Double(number) => Ok(Value::made(number.to_string())),
            Value::Boolean(boolean) => Ok(Value::made(boolean.to_string())),
            other => Err(kind("a number", other)),
        },
        Function::Time => match first {
            Value::Time(_) => Ok(first.clone()),
            other => parsed(other, moment::TIME, steps, moment::time).map(Value::Time),
        },
        Function::Span => match first {
            Value::Span(_) => Ok(first.clone()),
            other => parsed(other, moment::SPAN, steps, moment::span).map(Value::Span),
        },
    }
}

/// Of lists and maps only: the length of a text that should have been a list would pass for an empty or a full one.
fn size<'a>(value: &Value<'a>) -> Result<Value<'a>, Cause> {
    let size = match value {
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        other => return Err(kind("a list or a map", other)),
    };
    i64::try_from(size).map(Value::Integer).map_err(|_| Cause::Overflow)
}

fn search<'a>(arguments: &[Value<'a>], steps: &mut Steps, found: fn(&str, &str) -> bool) -> Result<Value<'a>, Cause> {
    let [value, part] = arguments else {
        return Err(Cause::Absent("argument".to_owned()));
    };
    let (value, part) = (text(value)?, text(part)?);
    steps.take_bytes(value.len() + part.len())?;
    Ok(Value::Boolean(found(value, part)))
}

fn integer<'a>(value: &Value<'a>, steps: &mut Steps) -> Result<Value<'a>, Cause> {
    match value {
        Value::Integer(_) => Ok(value.clone()),
        Value::Double(number) if number.fract() == 0.0 && number.abs() < EXACT => Ok(Value::Integer(*number as i64)),
        Value::Double(_) => Err(kind("a whole number", value)),
        other => parsed(other, "a whole number", steps, |text| text.parse().ok()).map(Value::Integer),
    }
}

fn double<'a>(value: &Value<'a>, steps: &mut Steps) -> Result<Value<'a>, Cause> {
    match value {
        Value::Double(_) => Ok(value.clone()),
        Value::Integer(number) if number.unsigned_abs() < EXACT as u64 => Ok(Value::Double(*number as f64)),
        Value::Integer(_) => Err(Cause::LargeNumber),
        other => parsed(other, "a number", steps, finite).map(Value::Double),
    }
}

fn finite(text: &str) -> Option<f64> {
    let number = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E');
    let parsed: f64 = text.parse().ok().filter(|_| text.chars().all(number))?;
    parsed.is_finite().then_some(parsed)
}

fn parsed<T>(
    value: &Value<'_>,
    expected: &'static str,
    steps: &mut Steps,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, Cause> {
    let text = text(value)?;
    steps.take_bytes(text.len())?;
    parse(text).ok_or_else(|| Cause::NotOne {
        expected,
        found: text.chars().take(81).collect(),
    })
}

fn text<'v>(value: &'v Value<'_>) -> Result<&'v str, Cause> {
    match value {
        Value::Text(text) => Ok(text.as_str()),
        other => Err(kind("a text", other)),
    }
}
