//! Breaking a JSON document by pointer, also in ways a [`Value`] cannot hold.

use serde_json::Value;

/// Replaces or adds the value at a JSON pointer, whose parent exists: `set(&mut bundle, "/mediaType", json!(""))`.
pub fn set(document: &mut Value, pointer: &str, value: Value) {
    let (parent, key) = parent(document, pointer);
    match parent {
        Value::Array(array) if key == "-" => array.push(value),
        Value::Array(array) => array[key.parse::<usize>().unwrap()] = value,
        parent => parent[key.as_str()] = value,
    }
}

/// Removes and returns the value at a JSON pointer. Panics if there is none: a test that breaks nothing tests nothing.
pub fn remove(document: &mut Value, pointer: &str) -> Value {
    let (parent, key) = parent(document, pointer);
    match parent {
        Value::Array(array) => array.remove(key.parse().unwrap()),
        Value::Object(object) => object.remove(&key).unwrap_or_else(|| panic!("nothing at `{pointer}`")),
        _ => panic!("nothing at `{pointer}`"),
    }
}

/// The document as text with the key at `pointer` written a second time, after the first, with this value.
pub fn with_duplicate_key(document: &Value, pointer: &str, second: Value) -> String {
    const PLACEHOLDER: &str = "\u{10ffff} duplicate";
    let mut document = document.clone();
    assert!(document.pointer(pointer).is_some(), "nothing at `{pointer}`");
    let (parent, key) = parent(&mut document, pointer);
    parent[PLACEHOLDER] = second;
    document.to_string().replacen(PLACEHOLDER, &key, 1)
}

fn parent<'a>(document: &'a mut Value, pointer: &str) -> (&'a mut Value, String) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = document
        .pointer_mut(parent)
        .unwrap_or_else(|| panic!("nothing at `{parent}`"));
    (parent, key.replace("~1", "/").replace("~0", "~"))
}
