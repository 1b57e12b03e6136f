//! What proven statements say: one parser for each format, without opinion. A field that a rule depends on and that cannot be
//! read is [`Malformed`] with its place, never a guess; fields that no rule reads are ignored, as the formats say.

use serde_json::{Map, Value};

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
}
