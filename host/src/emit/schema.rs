//! As much of JSON Schema as the generated schemas and those of consumers use; any other keyword fails the test.

use serde_json::{Map, Value};

/// Panics with the place where `document` does not fit.
pub fn assert_valid(schema: &Value, document: &Value) {
    if let Err(fault) = check(schema, schema, document, "$") {
        panic!("{fault}");
    }
}

/// Panics where `document` does not fit a schema of `tests/schemas`.
pub fn assert_fits(name: &str, document: &Value) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/schemas");
    let schema = std::fs::read_to_string(path.join(name)).unwrap();
    assert_valid(&serde_json::from_str(&schema).unwrap(), document);
}

type Fit = Result<(), String>;

fn check(root: &Value, schema: &Value, value: &Value, place: &str) -> Fit {
    let Some(keywords) = schema.as_object() else {
        assert!(schema.is_boolean(), "{place}: {schema}");
        return fits(schema == &Value::Bool(true), || format!("{place} may not be there"));
    };
    keywords
        .iter()
        .try_for_each(|(keyword, argument)| keyword_holds(root, keywords, (keyword, argument), value, place))
}

fn keyword_holds(
    root: &Value,
    keywords: &Map<String, Value>,
    (keyword, argument): (&str, &Value),
    value: &Value,
    place: &str,
) -> Fit {
    let told = || format!("{place}: {value} does not fit `{keyword}`: {argument}");
    let at_least = |found: Option<usize>| fits(found.is_none_or(|found| found as f64 >= number(argument)), told);
    match keyword {
        "$schema" | "$id" | "$defs" | "definitions" | "title" | "description" | "format" | "default" => Ok(()),
        "$ref" => check(root, resolve(root, argument), value, place),
        "type" => fits(types(argument).any(|name| is(value, name)), told),
        "enum" => fits(argument.as_array().unwrap().contains(value), told),
        "const" => fits(argument == value, told),
        "minimum" => fits(value.as_f64().is_none_or(|value| value >= number(argument)), told),
        "maximum" => fits(value.as_f64().is_none_or(|value| value <= number(argument)), told),
        "minItems" => at_least(value.as_array().map(Vec::len)),
        "minLength" => at_least(value.as_str().map(str::len)),
        "uniqueItems" => fits(are_unique(value), told),
        "items" => each(value).try_for_each(|item| check(root, argument, item, &format!("{place}[]"))),
        "anyOf" => fits(fitting(root, argument, value, place) > 0, told),
        "oneOf" => fits(fitting(root, argument, value, place) == 1, told),
        "required" => each(argument)
            .try_for_each(|key| fits(!value.is_object() || value.get(key.as_str().unwrap()).is_some(), told)),
        "properties" => properties(root, argument, value, place),
        "additionalProperties" => others(root, keywords, argument, value, place),
        other => panic!("{place}: keyword `{other}` is not checked"),
    }
}

fn fits(holds: bool, told: impl FnOnce() -> String) -> Fit {
    if holds { Ok(()) } else { Err(told()) }
}

fn number(argument: &Value) -> f64 {
    argument.as_f64().unwrap()
}

fn are_unique(value: &Value) -> bool {
    let items: Vec<&Value> = each(value).collect();
    items.iter().enumerate().all(|(at, item)| !items[..at].contains(item))
}

fn properties(root: &Value, schemas: &Value, value: &Value, place: &str) -> Fit {
    let known = schemas.as_object().unwrap().iter();
    known
        .filter_map(|(key, schema)| Some((key, schema, value.get(key)?)))
        .try_for_each(|(key, schema, value)| check(root, schema, value, &format!("{place}.{key}")))
}

/// What `properties` does not name.
fn others(root: &Value, keywords: &Map<String, Value>, argument: &Value, value: &Value, place: &str) -> Fit {
    let known = |key: &str| keywords.get("properties").is_some_and(|known| known.get(key).is_some());
    let all = value.as_object().into_iter().flatten();
    all.filter(|(key, _)| !known(key))
        .try_for_each(|(key, value)| check(root, argument, value, &format!("{place}.{key}")))
}

fn fitting(root: &Value, schemas: &Value, value: &Value, place: &str) -> usize {
    each(schemas)
        .filter(|schema| check(root, schema, value, place).is_ok())
        .count()
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
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("type `{other}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_does_not_fit_is_found() {
        let schema = json!({ "type": "object", "properties": { "a": { "type": "array", "minItems": 1,
            "uniqueItems": true, "items": { "anyOf": [{ "type": "null" }, { "minimum": 2, "type": "integer" }] } } },
            "required": ["a"], "additionalProperties": { "type": "string" } });
        assert_valid(&schema, &json!({ "a": [2, null], "b": "x" }));
        for wrong in [
            json!([]),
            json!({}),
            json!({ "a": [] }),
            json!({ "a": [2, 2] }),
            json!({ "a": [1] }),
            json!({ "a": [2], "b": 1 }),
        ] {
            assert!(check(&schema, &schema, &wrong, "$").is_err(), "{wrong}");
        }
    }
}
