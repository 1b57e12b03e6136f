//! The JSON Schema of the policy (draft 2020-12), from the one table of keys, so that an editor knows what this version reads.

use serde_json::{Map, Value, json};

use super::table::{Group, Key, Mapping, POLICY, Shape, Status, Text};

const NAME: &str = "^[A-Za-z0-9._-]{1,100}$";

/// docs/portcullis.schema.json.
pub fn schema() -> Value {
    let mut root = mapping(&POLICY);
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    root["title"] = json!("Portcullis policy (portcullis.yaml)");
    root
}

fn mapping(table: &Mapping) -> Value {
    let supported = |key: &&Key| matches!(key.status, Status::Required | Status::Optional);
    let keys: Vec<&Key> = table.all_keys().filter(supported).collect();
    let properties: Map<String, Value> = keys.iter().map(|key| (key.name.to_owned(), documented(key))).collect();
    let required: Vec<&str> = keys
        .iter()
        .filter(|key| matches!(key.status, Status::Required))
        .map(|key| key.name)
        .collect();
    let mut schema = json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "minProperties": 1,
    });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    let groups: Vec<Value> = table.groups.iter().map(|group| self::group(group, &keys)).collect();
    if !groups.is_empty() {
        schema["allOf"] = json!(groups);
    }
    schema
}

fn documented(key: &Key) -> Value {
    let mut schema = shape(&key.shape);
    schema["description"] = json!(key.doc);
    schema
}

fn group(group: &Group, keys: &[&Key]) -> Value {
    let (Group::ExactlyOne(names) | Group::AtLeastOne(names) | Group::Together(names)) = group;
    let names: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| keys.iter().any(|key| key.name == *name))
        .collect();
    let each: Vec<Value> = names.iter().map(|name| json!({ "required": [name] })).collect();
    match group {
        Group::ExactlyOne(_) => json!({ "oneOf": each }),
        Group::AtLeastOne(_) => json!({ "anyOf": each }),
        Group::Together(_) => {
            let all: Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), json!(names))).collect();
            json!({ "dependentRequired": all })
        }
    }
}

fn shape(shape: &Shape) -> Value {
    match shape {
        Shape::Version => json!({ "const": 1 }),
        Shape::Boolean => json!({ "type": "boolean" }),
        Shape::Count => json!({ "type": "integer", "minimum": 1 }),
        Shape::Word(words) => json!({ "enum": words }),
        Shape::Text(text) => self::text(*text),
        Shape::List(inner) => {
            json!({ "type": "array", "minItems": 1, "uniqueItems": true, "items": self::shape(inner) })
        }
        Shape::Mapping(table) => mapping(table),
        Shape::Named(inner) => json!({
            "type": "object",
            "minProperties": 1,
            "propertyNames": { "pattern": NAME },
            "additionalProperties": self::shape(inner),
        }),
        Shape::Texts => json!({
            "type": "object",
            "minProperties": 1,
            "additionalProperties": self::text(Text::Free),
        }),
        Shape::Either(shapes) => {
            json!({ "oneOf": shapes.iter().map(self::shape).collect::<Vec<_>>() })
        }
    }
}

/// YAML reads digits as a number where no quotes say otherwise; the policy takes them as they are written.
fn text(text: Text) -> Value {
    match text {
        Text::Free => json!({ "type": ["string", "number", "boolean"], "minLength": 1 }),
        Text::Name => json!({ "type": "string", "pattern": NAME }),
        Text::Glob => json!({ "type": "string", "pattern": r"^[^\[\]{}?\\]+$" }),
        Text::Sha256 => json!({ "type": "string", "pattern": "^(sha256:)?[0-9a-f]{64}$" }),
        Text::Digits => json!({ "type": ["string", "integer"], "pattern": "^[1-9][0-9]{0,19}$" }),
        Text::CommitDigest => {
            json!({ "type": ["string", "number"], "pattern": "^([0-9a-f]{40}|[0-9a-f]{64})$" })
        }
        Text::HttpsUrl => {
            json!({ "type": "string", "pattern": "^https://[a-z0-9._:/-]*[a-z0-9._:-]$" })
        }
        Text::Platform => {
            json!({ "type": "string", "pattern": "^[a-z0-9._-]+/[a-z0-9._-]+(/[a-z0-9._-]+)?$" })
        }
        Text::Day => json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }),
        Text::Duration => json!({ "type": "string", "pattern": "^[1-9][0-9]{0,5}[dhm]$" }),
    }
}
