//! Policies in the documents are right, and pipelines use inputs that exist.

use portcullis::component::Component;
use portcullis::wit::request::{NamedFile, PolicySource};
use serde_json::Value;

use super::markdown::{blocks, documents, read};

const POLICY_KEYS: [&str; 9] = [
    "version",
    "signers",
    "trust",
    "rules",
    "images",
    "mirrors",
    "check",
    "unmatched",
    "undecided",
];
/// 2026-11-23
const NOW: i64 = 1_795_392_000;

/// Keys in the first column.
fn top_keys(yaml: &str) -> Vec<&str> {
    let first_column = |line: &&str| line.starts_with(|first: char| first.is_ascii_alphabetic());
    yaml.lines()
        .filter(first_column)
        .filter_map(|line| Some(line.split_once(':')?.0))
        .collect()
}

/// A fragment of a policy with what it leaves out.
fn complete(fragment: &str) -> String {
    let keys = top_keys(fragment);
    let missing = |key: &str| !keys.contains(&key);
    let first_below = |key: &str, otherwise: &str| {
        let mut lines = fragment
            .lines()
            .skip_while(|line| !line.starts_with(&format!("{key}:")))
            .skip(1);
        lines.next().map_or(otherwise.to_owned(), |line| {
            line.split_once(':').unwrap().0.trim().to_owned()
        })
    };
    let mut whole = fragment.to_owned();
    if missing("version") {
        whole.insert_str(0, "version: 1\n");
    }
    if missing("signers") {
        whole.push_str("signers:\n");
        for name in ["release", "alice", "bob"] {
            let identity = format!(
                "  {name}: {{ keyless: {{ issuer: 'https://idp.example', identity: {name}@acme.example }} }}\n"
            );
            whole.push_str(&identity);
        }
    }
    if missing("rules") {
        whole.push_str(&format!(
            "rules:\n  signed: {{ signature: {{ by: {} }} }}\n",
            first_below("signers", "release")
        ));
    }
    if missing("images") {
        whole.push_str(&format!(
            "images:\n  - {{ match: '**', rules: [{}] }}\n",
            first_below("rules", "signed")
        ));
    }
    whole
}

#[test]
fn policies_are_right_and_pipelines_use_inputs_that_exist() {
    let component = Component::load().unwrap();
    let mut policies = 0;
    for block in documents().iter().flat_map(|document| blocks(document, "yaml")) {
        let keys = top_keys(&block.text);
        if keys.is_empty() || !keys.iter().all(|key| POLICY_KEYS.contains(key)) {
            check_pipeline(&block.place, &block.text);
            continue;
        }
        policies += 1;
        let content = complete(&block.text).into_bytes();
        let document = NamedFile {
            name: block.place,
            content,
        };
        let nothing = || Vec::new();
        let policy = PolicySource {
            document,
            pinned: None,
            files: nothing(),
            kept_roots: Vec::new(),
            trust_override: nothing(),
        };
        if let Err(error) = component.requirements(&policy, &["ghcr.io/acme/api".to_owned()], NOW) {
            panic!(
                "{}: {error:?}\n{}",
                policy.document.name,
                String::from_utf8_lossy(&policy.document.content)
            );
        }
    }
    assert!(policies > 10, "{policies}");
    for file in ["examples/github/gate.yml", "examples/gitlab/gate.yml"] {
        check_pipeline(file, &read(file));
    }
}

/// Every use of the action and of the GitLab component gives inputs that they have.
fn check_pipeline(place: &str, yaml: &str) {
    let pipeline: Value = serde_saphyr::from_str(yaml).unwrap_or_else(|error| panic!("{place}: {error}"));
    let action: Value = serde_saphyr::from_str(&read("action.yml")).unwrap();
    let template = read("templates/gate/template.yml");
    let component: Value = serde_saphyr::from_str(template.split_once("\n---\n").unwrap().0).unwrap();
    walk(&pipeline, &mut |map| {
        let word = |key: &str| map.get(key).and_then(Value::as_str).unwrap_or_default();
        let (given, known) = if word("uses").starts_with("portcullis-dev/portcullis@") {
            (&map["with"], &action["inputs"])
        } else if word("component").contains("/portcullis/gate@") {
            (&map["inputs"], &component["spec"]["inputs"])
        } else {
            return;
        };
        for name in given.as_object().unwrap().keys() {
            assert!(known.get(name).is_some(), "{place}: `{name}` is no input");
        }
    });
}

fn walk(value: &Value, visit: &mut impl FnMut(&serde_json::Map<String, Value>)) {
    match value {
        Value::Object(map) => {
            visit(map);
            map.values().for_each(|value| walk(value, visit));
        }
        Value::Array(list) => list.iter().for_each(|value| walk(value, visit)),
        _ => {}
    }
}
