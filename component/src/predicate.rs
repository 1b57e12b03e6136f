//! What proven statements say: one parser for each format, without opinion. A field that a rule depends on and that cannot be
//! read is [`Malformed`] with its place, never a guess; fields that no rule reads are ignored, as the formats say.

mod cyclonedx_components;
pub(crate) mod license;
pub(crate) mod purl;
pub(crate) mod sbom;
pub(crate) mod slsa;
pub(crate) mod triage;
pub(crate) mod vulnerability;

use serde_json::{Map, Value};

use crate::limits;

/// A predicate that is not what its format says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Malformed {
    /// JSON pointer (RFC 6901) into the predicate.
    pub place: String,
    pub expected: String,
    pub found: String,
}

impl Malformed {
    pub fn new(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            place: String::new(),
            expected: expected.into(),
            found: found.into(),
        }
    }

    /// The same, one step further out.
    pub fn under(mut self, step: &str) -> Self {
        let step = step.replace('~', "~0").replace('/', "~1");
        self.place.insert_str(0, &format!("/{step}"));
        self
    }

    fn kind(expected: &str, value: &Value) -> Self {
        Self::new(expected, noun(value))
    }
}

fn noun(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Text of a document for a message: one line, cut where it would fill the screen.
pub(crate) fn shown(text: &str) -> String {
    let mut short: String = text
        .chars()
        .take(limits::SHOWN_CHARACTERS)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().nth(limits::SHOWN_CHARACTERS).is_some() {
        short.push('…');
    }
    short
}

/// A field that must be there.
pub(crate) fn field<'v, T>(
    object: &'v Value,
    key: &str,
    read: impl FnOnce(&'v Value) -> Result<T, Malformed>,
) -> Result<T, Malformed> {
    match self::object(object)?.get(key) {
        Some(value) => read(value).map_err(|error| error.under(key)),
        None => Err(Malformed::new(format!("a field `{key}`"), "none")),
    }
}

/// A field that may be absent or null.
pub(crate) fn optional<'v, T>(
    object: &'v Value,
    key: &str,
    read: impl FnOnce(&'v Value) -> Result<T, Malformed>,
) -> Result<Option<T>, Malformed> {
    match self::object(object)?.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => read(value).map(Some).map_err(|error| error.under(key)),
    }
}

/// A list that may be absent or null, each item read.
pub(crate) fn items<'v, T>(
    object: &'v Value,
    key: &str,
    read: impl FnMut(&'v Value) -> Result<T, Malformed>,
) -> Result<Vec<T>, Malformed> {
    Ok(optional(object, key, |value| list(value, read))?.unwrap_or_default())
}

pub(crate) fn list<'v, T>(
    value: &'v Value,
    mut read: impl FnMut(&'v Value) -> Result<T, Malformed>,
) -> Result<Vec<T>, Malformed> {
    let items = value.as_array().ok_or_else(|| Malformed::kind("a list", value))?;
    let numbered = items.iter().enumerate();
    numbered
        .map(|(number, item)| read(item).map_err(|error| error.under(&number.to_string())))
        .collect()
}

pub(crate) fn object(value: &Value) -> Result<&Map<String, Value>, Malformed> {
    value.as_object().ok_or_else(|| Malformed::kind("an object", value))
}

pub(crate) fn text(value: &Value) -> Result<&str, Malformed> {
    value.as_str().ok_or_else(|| Malformed::kind("a text", value))
}

pub(crate) fn owned(value: &Value) -> Result<String, Malformed> {
    text(value).map(str::to_owned)
}

pub(crate) fn number(value: &Value) -> Result<f64, Malformed> {
    value.as_f64().ok_or_else(|| Malformed::kind("a number", value))
}

/// RFC 3339, as seconds since 1970-01-01T00:00:00Z.
pub(crate) fn time(value: &Value) -> Result<i64, Malformed> {
    let text = text(value)?;
    let time: Result<jiff::Timestamp, _> = text.parse();
    time.map(jiff::Timestamp::as_second)
        .map_err(|_| Malformed::new("a time of RFC 3339", format!("`{text}`")))
}

/// A time of RFC 3339, or a day, which is its first second; none where nothing is said: an empty text, and the time that Go
/// writes where it has none.
pub(crate) fn moment(value: &Value) -> Result<Option<i64>, Malformed> {
    let text = text(value)?;
    if text.is_empty() || text.starts_with("0001-01-01") {
        return Ok(None);
    }
    if let Some(day) = day(text) {
        return Ok(Some(day));
    }
    time(value).map(Some)
}

/// The first second of `2026-12-31`, in UTC.
pub(crate) fn day(text: &str) -> Option<i64> {
    let day: jiff::civil::Date = text.parse().ok().filter(|_| text.len() == 10)?;
    Some(day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
}

/// A document with one of its values, the one of that number, replaced by each kind of JSON; for tests of readers.
#[cfg(test)]
pub(crate) fn replaced(document: &Value, number: &mut usize) -> Option<Vec<Value>> {
    if *number == 0 {
        let deep = serde_json::from_str(&format!("{}{}", "[".repeat(100), "]".repeat(100))).ok()?;
        let kinds =
            serde_json::json!([null, true, -1, 1e300, "", "\u{0}\u{202e}%zz@:/", [], [null], [[]], {}, { "": {} }]);
        return Some(kinds.as_array()?.iter().cloned().chain([deep]).collect());
    }
    *number -= 1;
    match document {
        Value::Array(items) => items.iter().enumerate().find_map(|(at, item)| {
            let inner = replaced(item, number)?;
            let with = |one| {
                let mut items = items.clone();
                items[at] = one;
                Value::Array(items)
            };
            Some(inner.into_iter().map(with).collect())
        }),
        Value::Object(entries) => entries.iter().find_map(|(key, entry)| {
            let inner = replaced(entry, number)?;
            let with = |one| {
                let mut entries = entries.clone();
                entries.insert(key.clone(), one);
                Value::Object(entries)
            };
            Some(inner.into_iter().map(with).collect())
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_cannot_be_read_is_named_by_its_place() {
        let document = json!({ "a/b": [{ "c": 1 }, { "c": "x" }] });
        let read = |item| field(item, "c", owned);
        let error = items(&document, "a/b", read).unwrap_err();
        assert_eq!(
            (error.place.as_str(), error.expected.as_str(), error.found.as_str()),
            ("/a~1b/0/c", "a text", "a number")
        );
        assert_eq!(time(&json!("1970-01-01T00:01:00Z")), Ok(60));
        assert!(time(&json!("yesterday")).is_err());
    }

    #[test]
    fn a_day_and_no_time_at_all_are_moments() {
        assert_eq!(moment(&json!("1970-01-02")), Ok(Some(86_400)));
        assert_eq!(moment(&json!("1970-01-02T00:00:00.5Z")), Ok(Some(86_400)));
        assert_eq!(moment(&json!("0001-01-01T00:00:00Z")), Ok(None));
        assert_eq!(moment(&json!("")), Ok(None));
        for wrong in ["1970-02-30", "1970-1-2", "19700102", "02.01.1970", "never"] {
            assert!(moment(&json!(wrong)).is_err(), "{wrong}");
        }
    }
}
