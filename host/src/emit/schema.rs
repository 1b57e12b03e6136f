//! As much of JSON Schema as the generated schemas use; any other keyword fails the test.

use serde_json::Value;

/// Panics with the place where `document` does not fit.
pub fn assert_valid(schema: &Value, document: &Value) {
    check(schema, schema, document, "$");
}

fn check(root: &Value, schema: &Value, value: &Value, place: &str) {
    let Some(keywords) = schema.as_object() else {
        return assert_eq!(schema, &Value::Bool(true), "{place}");
    };
    for (keyword, argument) in keywords {
        match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" | "format" => {}
            "$ref" => check(root, resolve(root, argument), value, place),
            "type" => assert!(
                types(argument).any(|name| is(value, name)),
                "{place}: {value} is not {argument}"
            ),
            "enum" => assert!(
                argument.as_array().unwrap().contains(value),
                "{place}: {value} is not in {argument}"
            ),
            "const" => assert_eq!(argument, value, "{place}"),
            "minimum" => assert!(value.is_null() || value.as_f64() >= argument.as_f64(), "{place}"),
            "maximum" => assert!(value.is_null() || value.as_f64() <= argument.as_f64(), "{place}"),
            "items" => each(value).for_each(|item| check(root, argument, item, &format!("{place}[]"))),
            "anyOf" => assert!(any_fits(root, argument, value, place), "{place}: {value}"),
            "required" => each(argument)
                .for_each(|key| assert!(value.get(key.as_str().unwrap()).is_some(), "{place}.{key} is missing")),
            "properties" => properties(root, argument, value, place),
            "additionalProperties" => known_only(keywords, argument, value, place),
            other => panic!("{place}: keyword `{other}` is not checked"),
        }
    }
}

fn properties(root: &Value, schemas: &Value, value: &Value, place: &str) {
    for (key, schema) in schemas.as_object().unwrap() {
        if let Some(value) = value.get(key) {
            check(root, schema, value, &format!("{place}.{key}"));
        }
    }
}

fn known_only(keywords: &serde_json::Map<String, Value>, argument: &Value, value: &Value, place: &str) {
    assert_eq!(argument, &Value::Bool(false));
    for key in value.as_object().unwrap().keys() {
        assert!(keywords["properties"].get(key).is_some(), "{place}.{key} is unknown");
    }
}

/// Of the two alternatives of an optional field.
fn any_fits(root: &Value, schemas: &Value, value: &Value, place: &str) -> bool {
    let (null, other): (Vec<_>, Vec<_>) = each(schemas).partition(|schema| schema["type"] == "null");
    assert_eq!((null.len(), other.len()), (1, 1), "{place}");
    if !value.is_null() {
        check(root, other[0], value, place);
    }
    true
}

fn resolve<'s>(root: &'s Value, reference: &Value) -> &'s Value {
    let path = reference.as_str().unwrap().strip_prefix('#').unwrap();
    root.pointer(path).unwrap()
}

fn types(argument: &Value) -> impl Iterator<Item = &str> {
    let one = argument.as_str().into_iter();
    one.chain(each(argument).filter_map(Value::as_str))
}

fn each(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn is(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("type `{other}`"),
    }
}
