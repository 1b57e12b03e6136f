//! What each source has that a policy cannot say, and what of it is said.

use serde_json::{Value, json};

use super::*;

fn key(name: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/trust");
    std::fs::read_to_string(path.join(name)).unwrap()
}

fn stackrox(source: &Value) -> Imported {
    Reader::new().import(Format::Stackrox, &[input("s.json", &source.to_string())])
}

fn cluster(spec: &Value) -> Imported {
    let source = json!({
        "apiVersion": "policy.sigstore.dev/v1alpha1", "kind": "ClusterImagePolicy", "metadata": { "name": "p" }, "spec": spec,
    });
    Reader::new().import(Format::ClusterImagePolicy, &[input("c.yaml", &source.to_string())])
}

fn assert_missing(imported: &Imported, expected: &[(&str, &str)]) {
    let found = missing(imported);
    assert_eq!(found.len(), expected.len(), "{found:#?}\n{}", imported.text);
    for (place, words) in expected {
        let told = found.iter().any(|one| one.starts_with(place) && one.contains(words));
        assert!(told, "{place}, {words}: {found:#?}");
        assert!(imported.text.contains("NOT IMPORTED: "));
    }
}

fn integration(certificates: &Value, log: &Value) -> Value {
    json!({ "id": "i", "name": "n", "cosign": { "publicKeys": [{ "name": "k", "publicKeyPemEnc": key("lab.pub") }] },
            "cosignCertificates": certificates, "transparencyLog": log })
}

#[test]
fn ignored_without_expiry_gets_none_invented() {
    let text = "CVE-1\n# why\nCVE-2 exp:2026-11-23\n# why\nCVE-3 exp:2027-11-26\nCVE-4 exp:soon\nCVE-5 exp:2026-12-31\n\
                # why\nCVE-6 exp:2026-12-31\n# why\nCVE-6 exp:2026-12-31\n";
    let imported = Reader::new().import(Format::Trivyignore, &[input("i", text)]);
    assert_missing(
        &imported,
        &[
            ("i:1", "`CVE-1` has no expiry"),
            ("i:3", "`CVE-2`: it ended with 2026-11-22"),
            ("i:5", "more than 366 days"),
            ("i:6", "`soon` is no date"),
            ("i:7", "`CVE-5` has no reason"),
            ("i:11", "`CVE-6` is there before"),
        ],
    );
    assert_eq!(imported.text.matches("expires:").count(), 1);
    assert!(imported.text.contains("id: \"CVE-6\"") && imported.text.contains("expires: 2026-12-30"));
}

#[test]
fn ignored_in_part_is_said() {
    let source = json!({
        "vulnerabilities": [
            { "id": "CVE-1", "paths": ["a"], "statement": "w", "expired_at": "2026-12-31" },
            { "id": "CVE-2", "purls": ["pkg:a"], "statement": "w", "expired_at": "2026-12-31" },
            { "id": "CVE-3", "statement": "w", "expired_at": "2026-12-31T00:00:00Z", "colour": "red" },
            { "statement": "w" },
        ],
        "misconfigurations": [{ "id": "AVD-1" }], "secrets": [{ "id": "s" }], "licenses": [{ "id": "MIT" }], "other": [1],
    });
    let imported = Reader::new().import(Format::Trivyignore, &[input("i.yaml", &source.to_string())]);
    assert_missing(
        &imported,
        &[
            ("i.yaml#/vulnerabilities/0/paths", "only for some of its files"),
            ("i.yaml#/vulnerabilities/1/purls", "only for some of its packages"),
            ("i.yaml#/vulnerabilities/2/colour", "not known"),
            ("i.yaml#/vulnerabilities/3", "no `id`"),
            ("i.yaml#/misconfigurations/0", "not about a vulnerability"),
            ("i.yaml#/secrets/0", "not about a vulnerability"),
            ("i.yaml#/licenses/0", "not about a vulnerability"),
            ("i.yaml#/other", "not known"),
        ],
    );
    assert_eq!(imported.text.matches("- rule:").count(), 1);
}

#[test]
fn anybody_is_never_imported() {
    let certificates = json!([
        { "certificateOidcIssuer": ".*", "certificateIdentity": "^a@acme.example$" },
        { "certificateOidcIssuer": "^https://idp.example$", "certificateIdentity": "^.*$" },
        { "certificateIdentity": "^a@acme.example$" },
        { "certificateOidcIssuer": "https://", "certificateIdentity": "github.com" },
        { "certificateOidcIssuer": "https://idp.example", "certificateIdentity": "(?i)a@acme.example" },
    ]);
    let imported = stackrox(&integration(
        &certificates,
        &json!({ "enabled": true, "validateOffline": true }),
    ));
    let place = |number: usize, key: &str| format!("s.json#/cosignCertificates/{number}{key}");
    let expected = [
        (place(0, "/certificateOidcIssuer"), "accepts everybody"),
        (place(1, "/certificateIdentity"), "accepts everybody"),
        (place(2, "/certificateOidcIssuer"), "a certificate of anybody would do"),
        (
            place(3, ""),
            "a policy cannot say it: this issuer accepts anyone; this identity accepts anyone",
        ),
        (place(4, ""), "flags"),
    ];
    let expected: Vec<(&str, &str)> = expected.iter().map(|(place, words)| (place.as_str(), *words)).collect();
    assert_missing(&imported, &expected);
    assert!(!imported.text.contains("keyless:"), "{}", imported.text);
}

#[test]
fn logs_are_as_the_platform_asks_for_them() {
    let certificates = json!([{ "certificateOidcIssuer": "^https://idp.example$", "certificateIdentity": "^a@acme.example$",
        "certificateTransparencyLog": { "enabled": true } }]);
    let without = stackrox(&integration(
        &certificates,
        &json!({ "enabled": false, "url": "https://rekor.sigstore.dev" }),
    ));
    let tree = parsed(&without.text);
    assert_eq!(
        at(&tree, "signers/n-k/transparency-log/required"),
        &Tree::Boolean(false)
    );
    assert!(
        without.text.contains("does without the transparency log"),
        "{}",
        without.text
    );
    let with = stackrox(&integration(&certificates, &json!({ "enabled": true })));
    assert!(
        !with.text.contains("required: false") && with.is_complete(),
        "{}",
        with.text
    );
    assert!(
        with.notes[0].text.as_str().contains("the signature must bring it"),
        "{}",
        with.text
    );
}

#[test]
fn one_key_has_one_name_and_the_stricter_demand() {
    let lax = integration(&json!([]), &json!(null));
    let mut strict = integration(&json!([]), &json!({ "enabled": true, "validateOffline": true }));
    strict["id"] = json!("j");
    let imported = stackrox(&json!({ "integrations": [lax, strict] }));
    assert_missing(
        &imported,
        &[("s.json#/integrations/1/cosign/publicKeys/0", "the stricter one holds")],
    );
    assert_eq!(imported.text.matches("BEGIN PUBLIC KEY").count(), 1);
    assert!(!imported.text.contains("required: false"), "{}", imported.text);
}

#[test]
fn what_a_policy_of_the_platform_cannot_become_is_said() {
    let group = |name: &str, value: &str| json!({ "fieldName": name, "values": [{ "value": value }] });
    let signed = json!({ "policyGroups": [group("Image Signature Verified By", "i"), group("Image Remote", "acme")] });
    let digest = format!("quay.io/acme/tool:1@sha256:{}", "9".repeat(64));
    let imported = stackrox(&json!({
        "integrations": [integration(&json!([]), &json!({ "enabled": true, "validateOffline": true }))],
        "policies": [
            { "name": "A", "severity": "LOW_SEVERITY", "scope": [{ "cluster": "c" }], "policySections": [signed],
              "exclusions": [
                { "name": "e", "image": { "name": digest }, "expiration": "2026-12-31T00:00:00Z" },
                { "name": "e", "image": { "name": digest } },
                { "name": "e", "image": { "name": "nginx" }, "expiration": "2026-12-31T00:00:00Z" },
                { "name": "e", "deployment": { "name": "d" } },
              ] },
            { "name": "B", "disabled": true, "policySections": [signed] },
            { "name": "C", "policySections": [{ "policyGroups": [group("CVE", "CVE-1")] }] },
            { "name": "D", "policySections": [{ "policyGroups": [group("Image Signature Verified By", "gone")] }] },
            { "name": "E", "policySections": [{ "policyGroups": [{ "fieldName": "Image Signature Verified By", "negate": true }] }] },
        ],
    }));
    assert_missing(
        &imported,
        &[
            ("s.json#/policies/0/scope", "clusters and namespaces"),
            (
                "s.json#/policies/0/policySections/0/policyGroups/1",
                "`Image Remote` narrows it",
            ),
            ("s.json#/policies/0/exclusions/1", "no expiry"),
            ("s.json#/policies/0/exclusions/2", "waived for one digest only"),
            ("s.json#/policies/0/exclusions/3/deployment", "of a deployment"),
            ("s.json#/policies/1", "is disabled there"),
            ("s.json#/policies/2", "no criterion"),
            (
                "s.json#/policies/3/policySections/0/policyGroups/0/values/0",
                "in none of the files",
            ),
            ("s.json#/policies/3/policySections/0", "none of its signers"),
            ("s.json#/policies/3", "none of its rules"),
            ("s.json#/policies/4/policySections/0/policyGroups/0", "negated"),
            ("s.json#/policies/4", "no criterion"),
        ],
    );
    let tree = parsed(&imported.text);
    assert_eq!(at(&tree, "images/0/mode"), &Tree::Text("inform".to_owned()));
    assert_eq!(at(&tree, "rules/a/severity"), &Tree::Text("low".to_owned()));
    assert_eq!(at(&tree, "exceptions/0/expires"), &Tree::Text("2026-12-30".to_owned()));
}

#[test]
fn a_source_of_something_else_denies() {
    let imported = stackrox(&json!({ "images": [] }));
    assert_missing(
        &imported,
        &[
            ("s.json#", "found neither"),
            ("s.json#", "none of its signers"),
            ("s.json#", "none of its rules"),
        ],
    );
    let Tree::Object(entries) = parsed(&imported.text) else {
        panic!()
    };
    assert_eq!(entries.len(), 1);
}

#[test]
fn authorities_that_rest_on_the_cluster_are_said() {
    let keyless = |more: Value| {
        let mut keyless = json!({ "identities": [{ "issuer": "https://idp.example", "subject": "a@acme.example" }] });
        keyless
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        json!({ "keyless": keyless })
    };
    let imported = cluster(&json!({
        "images": [{ "glob": "ghcr.io/acme/**" }, { "glob": "a**b/c" }],
        "match": [{ "resource": "pods" }], "policy": { "type": "cue", "data": "x" },
        "authorities": [
            { "key": { "kms": "awskms:///x" } },
            { "key": { "secretRef": { "name": "x" } } },
            keyless(json!({ "url": "https://fulcio.corp.example" })),
            keyless(json!({ "trustRootRef": "root" })),
            { "keyless": { "identities": [{ "issuer": "https://idp.example" }, { "issuerRegExp": ".*", "subject": "a" }] } },
            { "static": { "action": "pass" } },
            { "key": { "data": key("lab.pub") }, "source": [{ "oci": "ghcr.io/x" }], "rfc3161timestamp": { "trustRootRef": "x" } },
        ],
    }));
    assert_missing(
        &imported,
        &[
            ("c.yaml, document 1#/spec/match", "resources of the cluster"),
            ("c.yaml, document 1#/spec/policy", "results of all authorities"),
            ("c.yaml, document 1#/spec/images/1", "a policy cannot say it"),
            ("c.yaml, document 1#/spec/authorities/0/key/kms", "export it"),
            ("c.yaml, document 1#/spec/authorities/1/key/secretRef", "export it"),
            (
                "c.yaml, document 1#/spec/authorities/2/keyless/url",
                "not the public authority",
            ),
            (
                "c.yaml, document 1#/spec/authorities/3/keyless/trustRootRef",
                "a trust root of the cluster",
            ),
            (
                "c.yaml, document 1#/spec/authorities/4/keyless/identities/0",
                "any issuer or any subject",
            ),
            (
                "c.yaml, document 1#/spec/authorities/4/keyless/identities/1/issuerRegExp",
                "accepts everybody",
            ),
            (
                "c.yaml, document 1#/spec/authorities/4/keyless/identities/1",
                "any issuer or any subject",
            ),
            ("c.yaml, document 1#/spec/authorities/5/static", "without evidence"),
            ("c.yaml, document 1#/spec/authorities/6/source", "another repository"),
            (
                "c.yaml, document 1#/spec/authorities/6/rfc3161timestamp",
                "the log is demanded",
            ),
        ],
    );
    assert_eq!(imported.text.matches("- match:").count(), 1);
    assert!(
        imported.text.contains("by: p-2") || imported.text.contains("by: p\n"),
        "{}",
        imported.text
    );
}

#[test]
fn authorities_that_ask_for_different_things_are_all_demanded() {
    let authority = |name: &str, attestations: Value| json!({ "name": name, "key": { "data": key(name) }, "ctlog": { "url": "https://rekor.sigstore.dev" }, "attestations": attestations });
    let sbom = json!([{ "name": "s", "predicateType": "https://cyclonedx.org/bom" }]);
    let images = json!([{ "glob": "**" }]);
    let alike = cluster(
        &json!({ "images": images, "authorities": [authority("lab.pub", sbom.clone()), authority("other.pub", sbom.clone())] }),
    );
    assert!(
        alike.is_complete() && alike.text.contains("any-of: [p-lab-pub, p-other-pub]"),
        "{}",
        alike.text
    );
    let different = cluster(
        &json!({ "images": images, "authorities": [authority("lab.pub", sbom), authority("other.pub", json!([]))] }),
    );
    assert_missing(
        &different,
        &[("c.yaml, document 1#/spec/authorities", "here all are demanded")],
    );
    assert!(different.text.contains("rules: [p, p-2]"), "{}", different.text);
}

#[test]
fn other_documents_are_said() {
    let text = "kind: TrustRoot\napiVersion: policy.sigstore.dev/v1alpha1\nspec: {}\n---\n- a\n";
    let imported = Reader::new().import(Format::ClusterImagePolicy, &[input("c", text)]);
    assert_missing(
        &imported,
        &[
            ("c, document 1#", "is no ClusterImagePolicy"),
            ("c, document 2#", "expected a mapping"),
        ],
    );
}

#[test]
fn keys_that_are_none_are_said() {
    let bundle = json!({ "schemaVersion": "2.0", "cosignKeys": [
        { "name": "a", "publicKey": key("lab.pub") }, { "name": "b", "publicKey": key("lab.pub") },
        { "name": "c", "publicKey": "-----BEGIN PRIVATE KEY-----" }, { "name": "d" },
    ], "more": true });
    let imported = Reader::new().import(Format::KeyBundle, &[input("k", &bundle.to_string())]);
    assert_missing(
        &imported,
        &[
            ("k#/cosignKeys/2", "a policy cannot say it"),
            ("k#/cosignKeys/3", "no `publicKey`"),
            ("k#/more", "not known"),
        ],
    );
    assert!(
        imported.text.contains("expected `1.0`, found `2.0`") && imported.text.contains("by: a\n"),
        "{}",
        imported.text
    );
}

#[test]
fn pinned_certificates_and_logs_of_their_own_are_as_the_platform_has_them() {
    let chain = key("lab-fulcio-chain.pem");
    let pinned = json!({
        "certificateChainPemEnc": chain, "certificateOidcIssuer": "^https://idp.example$", "certificateIdentity": "^a@acme\\.example$",
        "certificateTransparencyLog": { "enabled": true, "publicKeyPemEnc": key("ctfe.pub") },
    });
    let log = json!({
        "enabled": true, "url": "https://rekor.corp.example", "publicKeyPemEnc": key("rekor.pub"), "validateOffline": true,
    });
    let imported = stackrox(&integration(&json!([pinned]), &log));
    assert!(imported.is_complete(), "{}", imported.text);
    let tree = parsed(&imported.text);
    let signer = "signers/n-certificate";
    assert_eq!(
        at(&tree, &format!("{signer}/certificate/chain")),
        &Tree::Text(chain.trim_end().to_owned() + "\n")
    );
    assert_eq!(
        at(&tree, &format!("{signer}/certificate/identity")),
        &Tree::Text("a@acme.example".to_owned())
    );
    assert_eq!(
        at(&tree, &format!("{signer}/ct-log/key")),
        &Tree::Text(key("ctfe.pub").trim_end().to_owned() + "\n")
    );
    assert_eq!(
        at(&tree, &format!("{signer}/transparency-log/url")),
        &Tree::Text("https://rekor.corp.example".to_owned())
    );
    assert_eq!(
        at(&tree, "signers/n-k/transparency-log/key"),
        &Tree::Text(key("rekor.pub").trim_end().to_owned() + "\n")
    );
}

#[test]
fn certificates_that_nothing_dates_are_as_the_reader_of_policies_wants_them() {
    let certificate =
        json!([{ "certificateOidcIssuer": "^https://idp.example$", "certificateIdentity": "^a@acme\\.example$" }]);
    let imported = stackrox(&integration(&certificate, &json!({ "enabled": false })));
    let told: Vec<&str> = imported.notes.iter().map(|note| note.text.as_str()).collect();
    let says = |words: &str| told.iter().any(|text| text.contains(words));
    assert!(says("does without the transparency log"), "{told:?}");
    assert!(says("does without the certificate transparency log"), "{told:?}");
}

/// Fewer demands than there were would allow more.
#[test]
fn attestations_that_ask_for_more_leave_no_rule() {
    let with = |attestation: Value| {
        let authority = json!({ "name": "a", "key": { "data": key("lab.pub") }, "ctlog": { "url": "https://rekor.sigstore.dev" },
            "attestations": [{ "name": "s", "predicateType": "https://cyclonedx.org/bom" }, attestation] });
        cluster(&json!({ "images": [{ "glob": "**" }], "authorities": [authority] }))
    };
    for attestation in [
        json!({ "name": "s", "predicateType": "custom", "policy": { "type": "cue", "data": "a: 1" } }),
        json!({ "name": "s" }),
    ] {
        let imported = with(attestation);
        assert!(!imported.text.contains("- match:"), "{}", imported.text);
        let told = missing(&imported);
        assert!(
            told.iter().any(|one| one.contains("there is none for this authority")),
            "{told:#?}"
        );
        assert!(told.iter().any(|one| one.contains("is denied")), "{told:#?}");
    }
}

#[test]
fn all_of_several_integrations_are_demanded() {
    let signed = |id: &str, name: &str| json!({ "id": id, "name": id, "cosign": { "publicKeys": [{ "name": id, "publicKeyPemEnc": key(name) }] } });
    let with = |operator: &str, ids: &[&str]| {
        let values: Vec<Value> = ids.iter().map(|id| json!({ "value": id })).collect();
        let group =
            json!({ "fieldName": "Image Signature Verified By", "booleanOperator": operator, "values": values });
        stackrox(&json!({
            "integrations": [signed("one", "lab.pub"), signed("two", "other.pub")],
            "policies": [{ "name": "p", "policySections": [{ "policyGroups": [group] }] }],
        }))
    };
    let any = with("OR", &["one", "two"]);
    assert!(
        any.text.contains("any-of:") && any.text.contains("rules: [p]"),
        "{}",
        any.text
    );
    let all = with("AND", &["one", "two"]);
    assert!(
        !all.text.contains("any-of:") && all.text.contains("rules: [p, p-2]"),
        "{}",
        all.text
    );
    // one that is not there: the other alone is not enough
    let lost = with("AND", &["one", "gone"]);
    assert!(!lost.text.contains("- match:"), "{}", lost.text);
}
