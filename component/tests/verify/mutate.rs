//! Every small change to a piece of evidence: bytes, truncations, JSON fields, and the same again inside base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portcullis_component::digest::Digest;
use portcullis_component::wit::request::{Outcome, Request};
use serde_json::{Value, json};

/// A change in words, and the changed document.
pub type Variant = (String, Vec<u8>);

pub fn variants(bytes: &[u8]) -> Vec<Variant> {
    let mut all = raw(bytes);
    if let Ok(document) = serde_json::from_slice::<Value>(bytes) {
        all.extend(fields(&document));
    }
    all
}

/// One bit of every byte, every length of a few, and a byte more.
fn raw(bytes: &[u8]) -> Vec<Variant> {
    let flipped = (0..bytes.len()).map(|at| {
        let mut changed = bytes.to_vec();
        changed[at] ^= 1 << (at % 8);
        (format!("bit {} of byte {at}", at % 8), changed)
    });
    let cut = (0..bytes.len()).step_by(1 + bytes.len() / 20);
    let truncated = cut.map(|length| (format!("the first {length} bytes"), bytes[..length].to_vec()));
    let longer = ("a byte more".to_owned(), [bytes, b"x"].concat());
    flipped.chain(truncated).chain([longer]).collect()
}

fn fields(document: &Value) -> Vec<Variant> {
    let mut all = Vec::new();
    for pointer in pointers(document) {
        let value = document.pointer(&pointer).unwrap();
        for (change, replacement) in replacements(value) {
            let mut changed = document.clone();
            *changed.pointer_mut(&pointer).unwrap() = replacement;
            all.push((format!("{pointer}: {change}"), changed.to_string().into_bytes()));
        }
        if !pointer.is_empty() {
            let mut changed = document.clone();
            testbed::json::remove(&mut changed, &pointer);
            all.push((format!("{pointer}: dropped"), changed.to_string().into_bytes()));
            let parent = pointer.rsplit_once('/').unwrap().0;
            if document.pointer(parent).is_some_and(Value::is_object) {
                let twice = testbed::json::with_duplicate_key(document, &pointer, json!("x"));
                all.push((format!("{pointer}: twice"), twice.into_bytes()));
            }
        }
    }
    all
}

fn replacements(value: &Value) -> Vec<(String, Value)> {
    let mut all: Vec<(String, Value)> = [json!(null), json!(""), json!(0), json!([]), json!({}), json!(true)]
        .into_iter()
        .filter(|other| other != value)
        .map(|other| (format!("is {other}"), other))
        .collect();
    match value {
        Value::Array(items) => {
            let twice = items.iter().chain(items).cloned().collect::<Vec<_>>();
            all.push(("every item twice".to_owned(), json!(twice)));
        }
        Value::Number(number) => all.push(("one more".to_owned(), json!(number.as_u64().unwrap_or_default() + 1))),
        Value::String(text) => all.extend(texts(text)),
        _ => {}
    }
    all
}

fn texts(text: &str) -> Vec<(String, Value)> {
    let mut all = vec![
        ("upper case".to_owned(), json!(text.to_uppercase())),
        ("a letter more".to_owned(), json!(format!("{text}x"))),
        ("a blank before".to_owned(), json!(format!(" {text}"))),
    ];
    if let Ok(number) = text.parse::<i64>() {
        all.push(("one more".to_owned(), json!((number + 1).to_string())));
    }
    // Documents inside the document: base64 of anything, JSON as text.
    match STANDARD.decode(text) {
        Ok(inner) if inner.len() > 3 => {
            let encoded = variants(&inner)
                .into_iter()
                .map(|(change, bytes)| (change, json!(STANDARD.encode(bytes))));
            all.extend(encoded.map(|(change, value)| (format!("base64, {change}"), value)));
        }
        _ if text.starts_with('{') => {
            let inner = variants(text.as_bytes()).into_iter();
            let text = inner.filter_map(|(change, bytes)| Some((change, String::from_utf8(bytes).ok()?)));
            all.extend(text.map(|(change, text)| (format!("text, {change}"), json!(text))));
        }
        _ => {}
    }
    all.retain(|(_, other)| other != &json!(text));
    all
}

fn pointers(document: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut below = |key: &str, value: &Value| {
        let key = key.replace('~', "~0").replace('/', "~1");
        found.extend(pointers(value).iter().map(|pointer| format!("/{key}{pointer}")));
    };
    match document {
        Value::Object(map) => map.iter().for_each(|(key, value)| below(key, value)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(at, value)| below(&at.to_string(), value)),
        _ => {}
    }
    found
}

/// The bytes under their old digest: the registry lies.
pub fn replaced(request: &Request, digest: &str, content: Vec<u8>) -> Request {
    let mut request = request.clone();
    for blob in request.blobs.iter_mut().filter(|blob| blob.digest == digest) {
        blob.content.clone_from(&content);
    }
    request
}

/// Real evidence names its bytes over three documents; garbage may name itself in a circle, which never comes to rest.
const REWRITES: usize = 50;

/// The bytes under their own digest, and every document that names them rewritten: the attacker can write.
pub fn rewritten(request: &Request, digest: &str, content: Vec<u8>) -> Request {
    let mut request = request.clone();
    let mut pending = vec![(digest.to_owned(), content)];
    for _ in 0..REWRITES {
        let Some((old, content)) = pending.pop() else { break };
        let new = Digest::of(&content).to_string();
        for blob in &mut request.blobs {
            if blob.digest == old {
                (blob.digest, blob.content) = (new.clone(), content.clone());
            } else if let Ok(text) = std::str::from_utf8(&blob.content)
                && text.contains(&old)
            {
                pending.push((blob.digest.clone(), text.replace(&old, &new).into_bytes()));
            }
        }
        rename(&mut request, &old, &new);
    }
    request
}

fn rename(request: &mut Request, old: &str, new: &str) {
    let swap = |digest: &mut String| {
        if digest == old {
            new.clone_into(digest);
        }
    };
    request.image.resolved.iter_mut().for_each(swap);
    for lookup in &mut request.lookups {
        swap(&mut lookup.subject);
        if let Outcome::Found(found) = &mut lookup.outcome {
            found.iter_mut().for_each(|descriptor| swap(&mut descriptor.digest));
        }
    }
}
