//! docs/policy.md, docs/rules/ and docs/portcullis.schema.json against the code: every example is read, every key is explained, and no key
//! can be mistyped, emptied, doubled or aliased away (`policy-null-typo-untagged_error`).
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use portcullis_component::policy::{Policy, requirements, schema};
use portcullis_component::wit::diagnostics::Diagnostic;
use portcullis_component::wit::request::{NamedFile, PolicySource};
use serde_json::Value;

fn docs(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name)
}

const REGO: &str = "package signature\ndefault allow = false\nallow { input.predicateType }\n";

/// Every file that the examples name, each key another one.
fn source(document: &str) -> PolicySource {
    let file = |name: &str, content: Vec<u8>| NamedFile {
        name: name.to_owned(),
        content,
    };
    let keys = [
        "keys/ops.pub",
        "keys/first.pub",
        "keys/second.pub",
        "keys/alice.pub",
        "keys/bob.pub",
        "keys/rekor.pub",
        "keys/ctfe.pub",
    ];
    let mut files: Vec<NamedFile> = (0u8..)
        .zip(keys)
        .map(|(number, name)| file(name, ed25519(number)))
        .collect();
    files.push(file("trust/corp.json", b"{}".to_vec()));
    for name in ["policy.rego", "policies/approval.rego"] {
        files.push(file(name, REGO.into()));
    }
    let [leaf, chain] = corp();
    files.push(file("keys/corp-leaf.pem", leaf.into_bytes()));
    files.push(file("keys/corp-chain.pem", chain.into_bytes()));
    PolicySource {
        document: file("portcullis.yaml", document.as_bytes().to_vec()),
        pinned: None,
        files,
        kept_roots: Vec::new(),
        trust_override: Vec::new(),
    }
}

/// The certificate that a company's authority issued, and the chain above it.
fn corp() -> [String; 2] {
    use testbed::{Authority, CODE_SIGNING, CertificateRequest};
    let root = Authority::self_signed(CertificateRequest::ca("corp-root"));
    let issuing = root.authority(CertificateRequest::ca("corp-issuing").extended_key_usage(&[CODE_SIGNING]));
    let person = CertificateRequest::email("release@corp.example", "https://idp.corp.example");
    [issuing.issue(person).pem(), format!("{}{}", issuing.pem(), root.pem())]
}

fn ed25519(number: u8) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut der = vec![0x30, 42, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 33, 0];
    der.extend([number; 32]);
    der.push(0);
    let mut body: String = der
        .chunks(3)
        .flat_map(|three| {
            let bits = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
            [18, 12, 6, 0].map(|shift| char::from(DIGITS[(bits >> shift & 63) as usize]))
        })
        .collect();
    body.replace_range(body.len() - 1.., "=");
    format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n").into_bytes()
}

/// The digest that an example gives cannot be that of a stub.
fn without_digests(example: &str) -> String {
    let [leaf, _] = corp();
    let example = &example.replace("LEAF-DIGEST", &sha2_of(leaf.as_bytes()));
    let placeholder = "9a1a0b0a33c1a0ea6a5a5c9c4b1c8f1b9d1b8c9b0e1f2a3b4c5d6e7f80910111";
    let corp = sha2_of(b"{}");
    example
        .replace(&format!(", sha256: {placeholder}"), &format!(", sha256: {corp}"))
        .replace(&format!("sha256: {placeholder}"), "name: second")
}

fn sha2_of(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

const WORKFLOW: &str = "acme/api/.github/workflows/release.yml";

fn complete(example: &str) -> String {
    let mut document = without_digests(example);
    let first = document.split(':').next().unwrap_or_default();
    if rule_kinds().iter().any(|kind| kind == first) {
        let indented = document.lines().map(|line| format!("    {line}\n")).collect::<String>();
        document = format!("rules:\n  example:\n{indented}");
    }
    if !document.contains("version:") {
        document.insert_str(0, "version: 1\n");
    }
    if !document.contains("signers:") {
        let key = |name: &str, file: &str| format!("  {name}: {{ key: keys/{file}.pub }}\n");
        document += &format!(
            "\nsigners:\n  release: {{ github: {{ repository: acme/api, workflow: {WORKFLOW}, ref: refs/tags/v* }} }}\n{}{}{}",
            key("ops", "ops"),
            key("alice", "first"),
            key("bob", "second")
        );
    }
    if document.contains("images:") && !document.contains("rules:\n") {
        document += "\nrules:\n  signed: { signature: { by: release } }\n";
    }
    document
}

/// What explains the policy's keys: docs/policy.md, and a page for each kind of rule.
fn pages() -> String {
    let read = |name: &str| std::fs::read_to_string(docs(name)).unwrap();
    let kinds = rule_kinds();
    let rules = kinds.iter().map(|kind| read(&format!("rules/{kind}.md")));
    std::iter::once(read("policy.md"))
        .chain(rules)
        .collect::<Vec<_>>()
        .join("\n")
}

/// As the schema has them: what a rule has exactly one of.
fn rule_kinds() -> Vec<String> {
    let rule = &schema()["properties"]["rules"]["additionalProperties"];
    let choices = rule["allOf"][0]["oneOf"].as_array().unwrap().clone();
    choices
        .iter()
        .map(|one| one["required"][0].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn every_kind_has_a_heading_a_row_and_a_page() {
    let rules = std::fs::read_to_string(docs("rules.md")).unwrap();
    for kind in rule_kinds() {
        assert!(rules.contains(&format!("\n## `{kind}`\n")), "{kind}");
        assert!(rules.contains(&format!("\n| `{kind}` |")), "{kind}");
        let page = std::fs::read_to_string(docs(&format!("rules/{kind}.md"))).unwrap();
        assert!(page.starts_with(&format!("# `{kind}`\n")), "{kind}");
    }
}

fn examples() -> Vec<String> {
    let text = pages();
    let blocks = text
        .split("```yaml\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap().to_owned());
    blocks.collect()
}

fn errors(document: &str) -> Vec<Diagnostic> {
    Policy::read(&source(document)).err().unwrap_or_default()
}

#[test]
fn every_example_is_read() {
    assert!(examples().len() > 8);
    for example in examples() {
        let document = complete(&example);
        assert_eq!(errors(&document), [], "{document}");
    }
}

#[test]
fn the_vendors_example_is_read() {
    let path = docs("../examples/vendor/portcullis.yaml");
    let document = std::fs::read_to_string(path).unwrap();
    assert_eq!(errors(&document), []);
    let policy = Policy::read(&source(&document)).unwrap();
    let rules = policy.for_image(&portcullis_component::policy::ImageNames::of(
        "registry.example/vendor/studio",
    ));
    let kinds: Vec<_> = rules.iter().map(|one| one.rule.kind.name()).collect();
    assert_eq!(
        kinds,
        ["signature", "provenance", "sbom", "vulnerabilities", "licenses"]
    );
}

#[test]
fn the_schema_is_the_one_in_docs() {
    let path = docs("portcullis.schema.json");
    let text = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
    if std::env::var_os("PORTCULLIS_REGENERATE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let found: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert!(
        found == schema(),
        "write it anew: PORTCULLIS_REGENERATE=1 cargo test -p portcullis-component --test policy_document"
    );
}

#[test]
fn every_key_is_explained() {
    let text = pages();
    for key in schema_keys() {
        assert!(
            text.contains(&format!("`{key}")) || text.contains(&format!("{key}:")),
            "neither docs/policy.md nor docs/rules/ explains `{key}`"
        );
    }
}

fn schema_keys() -> BTreeSet<String> {
    fn walk(value: &Value, keys: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => {
                if let Some(Value::Object(properties)) = map.get("properties") {
                    keys.extend(properties.keys().cloned());
                }
                map.values().for_each(|inner| walk(inner, keys));
            }
            Value::Array(items) => items.iter().for_each(|inner| walk(inner, keys)),
            _ => {}
        }
    }
    let mut keys = BTreeSet::new();
    walk(&schema(), &mut keys);
    keys
}

/// Each supported key on a line of its own.
fn everything() -> String {
    without_digests(include_str!("policy/everything.yaml"))
}

/// Keys that the user chooses.
const CHOSEN: [&str; 4] = ["any-annotation", "approval", "/inputs/environment", "https"];

struct Line<'t> {
    number: usize,
    indent: usize,
    key: &'t str,
}

fn key_lines(document: &str) -> Vec<Line<'_>> {
    let line = |(number, text): (usize, &'_ str)| -> Option<(usize, usize, usize)> {
        let start = text.find(|c: char| c != ' ' && c != '-')?;
        let end = start + text[start..].find(':')?;
        (end + 1 == text.len() || text.as_bytes()[end + 1] == b' ').then_some((number, start, end))
    };
    let lines: Vec<&str> = document.lines().collect();
    lines
        .iter()
        .enumerate()
        .filter_map(|(number, text)| {
            line((number, text)).map(|(number, indent, end)| Line {
                number,
                indent,
                key: &text[indent..end],
            })
        })
        .collect()
}

/// The document with the value of the key on this line, and all that is nested under it, replaced.
fn with_value(document: &str, line: &Line, value: &str) -> String {
    let lines: Vec<&str> = document.lines().collect();
    let mut changed: Vec<String> = lines[..line.number].iter().map(|&text| text.to_owned()).collect();
    let start = &lines[line.number][..line.indent + line.key.len() + 1];
    changed.push(format!("{start}{value}"));
    changed.extend(lines[end_of(&lines, line)..].iter().map(|&text| text.to_owned()));
    changed.join("\n")
}

fn end_of(lines: &[&str], line: &Line) -> usize {
    let nested = |text: &&str| text.find(|c: char| c != ' ').is_some_and(|indent| indent > line.indent);
    line.number + 1 + lines[line.number + 1..].iter().take_while(|text| nested(text)).count()
}

fn with_typo(document: &str, line: &Line) -> String {
    let mut lines: Vec<String> = document.lines().map(str::to_owned).collect();
    lines[line.number].insert(line.indent + line.key.len(), 'x');
    lines.join("\n")
}

fn with_duplicate(document: &str, line: &Line) -> String {
    let lines: Vec<&str> = document.lines().collect();
    let end = end_of(&lines, line);
    let mut block: Vec<String> = lines[line.number..end].iter().map(|&text| text.to_owned()).collect();
    block[0] = format!("{}{}", " ".repeat(line.indent), &block[0][line.indent..]);
    let mut changed: Vec<String> = lines[..end].iter().map(|&text| text.to_owned()).collect();
    changed.extend(block);
    changed.extend(lines[end..].iter().map(|&text| text.to_owned()));
    changed.join("\n")
}

#[test]
fn policy_null_typo_untagged_error() {
    let everything = everything();
    let everything = everything.as_str();
    assert_eq!(errors(everything), []);
    let lines = key_lines(everything);
    let mut found: BTreeSet<String> = lines.iter().map(|line| line.key.to_owned()).collect();
    // An entry with it is an error until something was fetched: `tests/trust/age.rs` has those.
    found.insert("tuf".to_owned());
    assert_eq!(
        schema_keys().difference(&found).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "not in everything.yaml"
    );
    for line in &lines {
        let mut cases = vec![
            ("null", "without a value", with_value(everything, line, "")),
            ("tilde", "without a value", with_value(everything, line, " ~")),
            ("empty list", "", with_value(everything, line, " []")),
            ("empty mapping", "", with_value(everything, line, " {}")),
            ("empty text", "", with_value(everything, line, " ''")),
            ("alias", "an alias", with_value(everything, line, " *nothing")),
            ("tag", "a tag", with_value(everything, line, " !include x")),
            ("duplicate", "is there twice", with_duplicate(everything, line)),
        ];
        if !CHOSEN.contains(&line.key) {
            cases.push(("typo", " no ", with_typo(everything, line)));
        }
        for (what, message, document) in cases {
            let errors = errors(&document);
            let place = format!("{what} of `{}` in line {}:\n{document}", line.key, line.number + 1);
            assert!(!errors.is_empty(), "{place}");
            assert!(
                errors.iter().any(|error| error.message.contains(message)),
                "{errors:?}\n{place}"
            );
            assert!(
                !errors.iter().any(|error| error.message.contains("not YAML")),
                "{errors:?}\n{place}"
            );
        }
    }
}

#[test]
fn reading_never_panics() {
    let examples: Vec<String> = examples()
        .iter()
        .map(|example| complete(example))
        .chain([everything()])
        .collect();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let pieces: [&[u8]; 16] = [
        b":", b"- ", b"[", b"]", b"{", b"}", b"&a ", b"*a", b"!", b"\n", b"  ", b"\t", b"\xff", b"'", b"| ", b"**",
    ];
    for round in 0..2_000 {
        let mut bytes = examples[round % examples.len()].clone().into_bytes();
        for _ in 0..=random(4) {
            let at = random(bytes.len());
            match random(4) {
                0 => bytes[at] = random(256) as u8,
                1 => drop(bytes.splice(at..at, pieces[random(pieces.len())].iter().copied())),
                2 => drop(bytes.drain(at..(at + random(30)).min(bytes.len()))),
                _ => bytes.truncate(at.max(1)),
            }
            if bytes.is_empty() {
                bytes.push(b'a');
            }
        }
        let mut source = source("");
        source.document.content = bytes;
        let _ = Policy::read(&source);
        let _ = requirements(&source, &["ghcr.io/acme/api".to_owned()]);
    }
}
