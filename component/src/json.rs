//! The one strict JSON reader: a key that stands twice is refused, so that no two readers can see two documents in the
//! same bytes. RFC 8259 leaves the meaning of duplicate names open; signed documents cannot.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Reads one document. Nesting is capped at 128 by `serde_json`; size is the caller's to cap.
pub fn read(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict.deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// How many values a document may have: the marks that part them. One inside a text counts too; what is written as an escape
/// does not, so a text that is itself a document is counted again when it is read.
pub fn marks(bytes: &[u8]) -> usize {
    let is_mark = |byte: &&u8| matches!(byte, b',' | b':' | b'[' | b'{');
    bytes.iter().filter(is_mark).count()
}

/// The same of an object, with the value of its member `unread` as null: checked as strictly, and not kept.
pub fn read_without(bytes: &[u8], unread: &str) -> Result<Value, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Without { unread }.deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// The bytes of a member's value, as they stand in a document that [`read`] takes.
pub fn member<'b>(document: &'b [u8], path: &[&str]) -> Option<&'b [u8]> {
    path.iter().try_fold(document, |object, key| value_of(object, key))
}

fn value_of<'b>(object: &'b [u8], wanted: &str) -> Option<&'b [u8]> {
    let mut rest = object.trim_ascii_start().strip_prefix(b"{")?;
    loop {
        let (key, after) = first::<String>(rest)?;
        rest = after.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
        let (_, after) = first::<IgnoredAny>(rest)?;
        if key == wanted {
            return Some(&rest[..rest.len() - after.len()]);
        }
        rest = after.trim_ascii_start().strip_prefix(b",")?;
    }
}

/// The value that bytes begin with, and what follows it.
fn first<'b, T: Deserialize<'b>>(bytes: &'b [u8]) -> Option<(T, &'b [u8])> {
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<T>();
    let value = values.next()?.ok()?;
    Some((value, bytes.get(values.byte_offset()..)?))
}

struct Without<'u> {
    unread: &'u str,
}

impl<'de> DeserializeSeed<'de> for Without<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Without<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if map.contains_key(&key) {
                return Err(twice(&key));
            }
            let value = if key == self.unread {
                entries.next_value_seed(Checked)?;
                Value::Null
            } else {
                entries.next_value_seed(Strict)?
            };
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

/// As strict as [`Strict`], and keeps nothing.
struct Checked;

impl<'de> DeserializeSeed<'de> for Checked {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Checked {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<(), E> {
        Strict.visit_f64(value).map(drop)
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Checked)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let mut keys = BTreeSet::new();
        while let Some(key) = entries.next_key::<String>()? {
            entries.next_value_seed(Checked)?;
            if let Some(key) = keys.replace(key) {
                return Err(twice(&key));
            }
        }
        Ok(())
    }
}

fn twice<E: de::Error>(key: &str) -> E {
    de::Error::custom(format_args!("key `{key}` stands twice"))
}

struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Strict)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if map.contains_key(&key) {
                return Err(twice(&key));
            }
            let value = entries.next_value_seed(Strict)?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_stands_twice_is_refused_at_any_depth() {
        assert!(read(br#"{"a":1,"b":{"c":[{"d":1}]}}"#).is_ok());
        assert!(read(br#"{"a":1,"a":1}"#).is_err());
        assert!(read(br#"{"b":[{"d":1,"d":2}]}"#).is_err());
        assert!(read(br#"{"a":1,"\u0061":2}"#).is_err());
    }

    #[test]
    fn what_is_not_kept_is_read_as_strictly() {
        let read = |text: &str| read_without(text.as_bytes(), "p");
        assert_eq!(
            read(r#"{"a":[1],"p":{"b":{"c":1}}}"#).unwrap(),
            serde_json::json!({"a": [1], "p": null})
        );
        for wrong in [
            r#"{"p":{"b":1,"b":1}}"#,
            r#"{"p":[{"b":{"c":1,"\u0063":2}}]}"#,
            r#"{"p":1,"p":2}"#,
            r#"{"p":1e999}"#,
            r#"{"p":{}} {}"#,
            r#"{"p":{]}"#,
            "[]",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(read(&format!("{{\"p\":{}", "[".repeat(100_000))).is_err());
    }

    #[test]
    fn members_are_cut_out_unchanged() {
        let document = br#" { "a" : "}\"{" , "b\u0063" : { "d" :  [1, 2 ] , "e":1.50 } , "z":null }"#;
        let cut = |path: &[&str]| member(document, path).map(|bytes| std::str::from_utf8(bytes).unwrap());
        assert_eq!(cut(&["bc"]), Some(r#"{ "d" :  [1, 2 ] , "e":1.50 }"#));
        assert_eq!(cut(&["bc", "d"]), Some("[1, 2 ]"));
        assert_eq!(cut(&["bc", "e"]), Some("1.50"));
        assert_eq!(cut(&["a"]), Some(r#""}\"{""#));
        assert_eq!(cut(&["z"]), Some("null"));
        assert_eq!(cut(&["d"]), None);
        assert_eq!(cut(&["a", "d"]), None);
        assert_eq!(member(b"{}", &["a"]), None);
    }

    #[test]
    fn one_document_and_bounded_nesting() {
        assert!(read(b"{} {}").is_err());
        assert!(read("[".repeat(100_000).as_bytes()).is_err());
    }
}
