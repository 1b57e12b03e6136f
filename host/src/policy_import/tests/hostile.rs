//! Text of strangers in every place of every source: what it says is kept, and it decides nothing.

use serde_json::json;

use super::*;

/// Texts that would do something if they were written as they are.
const HOSTILE: [&str; 14] = [
    "x\"\nunmatched: inform\n#",
    "x\r\nimages: []",
    "\\\" } \\",
    "a\u{85}b\u{2028}c\u{2029}d",
    "*alias &anchor !!tag {a: b} # c",
    "##[error]\u{1b}[2J\u{e0041}::stop-commands::x",
    "\u{feff}",
    "null",
    "- a\n- b",
    "|\n  block",
    "---\nversion: 2",
    "%YAML 1.1\n",
    "\0",
    "# comment",
];

/// Deterministic noise: printable, control and wide characters with YAML's own among them.
fn noise(seed: u64) -> String {
    let alphabet: Vec<char> = "ab:#-?[]{}&*!|>'\"%@`,\n\r\t \\\u{0}\u{1b}\u{85}\u{2028}\u{feff}é漢😀~=<"
        .chars()
        .collect();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap()
    };
    (0..next() % 40).map(|_| alphabet[next() % alphabet.len()]).collect()
}

fn texts() -> impl Iterator<Item = String> {
    HOSTILE.iter().map(|&text| text.to_owned()).chain((1..60).map(noise))
}

fn key() -> &'static str {
    include_str!("../../../../tests/fixtures/trust/lab.pub")
}

#[test]
fn the_platforms_texts_stay_texts() {
    let reader = Reader::new();
    for text in texts() {
        let source = json!({
            "integrations": [{
                "id": text, "name": text, text.clone(): text,
                "cosign": { "publicKeys": [{ "name": text, "publicKeyPemEnc": key() }, { "name": text, "publicKeyPemEnc": text }] },
                "cosignCertificates": [{
                    "certificateOidcIssuer": "^https://idp.example$", "certificateIdentity": text,
                    "certificatePemEnc": text, "certificateChainPemEnc": text,
                }],
                "transparencyLog": { "enabled": true, "validateOffline": true },
            }],
            "policies": [{
                "name": text, "severity": text, "remediation": text, "enforcementActions": ["FAIL_BUILD_ENFORCEMENT"],
                "exclusions": [{ "name": text, "image": { "name": text }, "expiration": text }],
                "policySections": [{ "policyGroups": [
                    { "fieldName": "Image Signature Verified By", "values": [{ "value": text }] },
                    { "fieldName": text },
                ] }],
            }],
        });
        let imported = reader.import(Format::Stackrox, &[input(&text, &source.to_string())]);
        let tree = parsed(&imported.text);
        let Tree::Object(entries) = &tree else { panic!() };
        let keys: Vec<&str> = entries.iter().map(|(key, _)| key.as_str()).collect();
        if text.is_empty() {
            continue;
        }
        assert_eq!(keys, ["version", "signers", "rules", "images"], "{}", imported.text);
        let Tree::Object(rules) = at(&tree, "rules") else {
            panic!()
        };
        assert_eq!(
            at(&rules[0].1, "remediation"),
            &Tree::Text(text.clone()),
            "{}",
            imported.text
        );
        assert!(
            !imported.text.contains('\u{1b}') && !imported.text.contains("##["),
            "{}",
            imported.text
        );
        assert!(!missing(&imported).is_empty());
    }
}

#[test]
fn texts_of_ignore_files_and_flags_stay_texts() {
    let reader = Reader::new();
    for text in texts().filter(|text| !text.is_empty()) {
        let entry = json!({ "vulnerabilities": [{ "id": text, "statement": text, "expired_at": "2026-12-31" }] });
        let given = Given {
            rule: Some("scanned".to_owned()),
            owner: Some(text.clone()),
            ..given()
        };
        let inputs = [input(".trivyignore.yaml", &entry.to_string())];
        let imported = import(Format::Trivyignore, &inputs, &given, &mut |text| reader.read(text)).unwrap();
        if imported.is_complete() {
            let tree = parsed(&imported.text);
            for key in ["id", "owner", "reason"] {
                assert_eq!(
                    at(&tree, &format!("exceptions/0/{key}")),
                    &Tree::Text(text.clone()),
                    "{text:?}"
                );
            }
        }
        let plain = [input(".trivyignore", &format!("# {text}\n{text} exp:2026-12-31\n"))];
        let imported = import(Format::Trivyignore, &plain, &given, &mut |text| reader.read(text)).unwrap();
        assert!(read::yaml(imported.text.as_bytes()).is_ok(), "{}", imported.text);
    }
}

#[test]
fn texts_of_cluster_image_policies_and_bundles_stay_texts() {
    let reader = Reader::new();
    for text in texts() {
        let source = json!({
            "apiVersion": "policy.sigstore.dev/v1beta1", "kind": "ClusterImagePolicy", "metadata": { "name": text },
            "spec": { "mode": text, "images": [{ "glob": text }, { "glob": "ghcr.io/acme/**" }], text.clone(): text, "authorities": [{
                "name": text, "key": { "data": key() },
                "attestations": [{ "name": text, "predicateType": text, "policy": { "data": text } }],
            }, {
                "keyless": { "url": text, "identities": [{ "issuer": text, "subjectRegExp": text }] },
            }] },
        });
        reader.import(Format::ClusterImagePolicy, &[input(&text, &source.to_string())]);
        let bundle = json!({ "schemaVersion": text, "cosignKeys": [{ "name": text, "publicKey": key() }, { "name": text, "publicKey": text }] });
        let imported = reader.import(Format::KeyBundle, &[input(&text, &bundle.to_string())]);
        assert!(imported.text.contains("BEGIN PUBLIC KEY"), "{}", imported.text);
    }
}

#[test]
fn bytes_that_are_nothing_fail() {
    let reader = Reader::new();
    let mut accepts = |text: &str| reader.read(text);
    for content in ["", "{", "[[[[", "\u{feff}", "a: &b *b", "{\"a\": 1, \"a\": 2}"] {
        for format in [
            Format::Stackrox,
            Format::KeyBundle,
            Format::ClusterImagePolicy,
            Format::Trivyignore,
        ] {
            let done = import(format, &[input("x.yaml", content)], &given(), &mut accepts);
            if let Ok(imported) = done {
                assert!(
                    !imported.is_complete() || content.is_empty() || content == "\u{feff}",
                    "{content}: {}",
                    imported.text
                );
            }
        }
    }
}

#[test]
fn more_than_the_component_could_be_asked_about_fails() {
    let reader = Reader::new();
    let many: String = (0..=limits::IMPORTED).map(|number| format!("CVE-{number}\n")).collect();
    let done = import(Format::Trivyignore, &[input("many", &many)], &given(), &mut |text| {
        reader.read(text)
    });
    assert!(matches!(done, Err(ImportError::TooMany { .. })));
}
