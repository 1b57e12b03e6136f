//! What the rule says of documents, by the text of a policy.

use serde_json::{Value, json};

use super::*;
use crate::policy::kinds::tests::licenses_rule;

const CYCLONEDX: &str = include_str!("../../../tests/sbom/vendor.cdx.json");
const SPDX: &str = include_str!("../../../tests/sbom/vendor.spdx.json");
const REPORT: &str = include_str!("../../../tests/sbom/vendor.license.json");

fn judged(rule: &str, document: Value) -> Judged {
    let kind = match (document.get("spdxVersion"), document.get("bomFormat")) {
        (Some(_), _) => "https://spdx.dev/Document",
        (_, Some(_)) => "https://cyclonedx.org/bom",
        _ => "https://aleph-alpha.com/attestations/license/v1",
    };
    judge(&licenses_rule(rule).unwrap(), &Document::of(kind, document)).unwrap()
}

fn effects(rule: &str, document: Value) -> Vec<(Effect, String)> {
    let objections = judged(rule, document).objections;
    objections
        .into_iter()
        .map(|one| (one.effect, one.id.unwrap_or(one.message)))
        .collect()
}

fn denied(rule: &str, document: Value) -> Vec<String> {
    let denies = |(effect, id)| (effect == Effect::Denies).then_some(id);
    effects(rule, document).into_iter().filter_map(denies).collect()
}

fn report(entries: &[(&str, Value)]) -> Value {
    let entry = |(name, license): &(&str, Value)| json!({ "package": name, "version": "1", "license": license });
    json!({ "licenses": entries.iter().map(entry).collect::<Vec<_>>() })
}

const NONE: [String; 0] = [];

#[test]
fn the_vendor_s_ghostscript_fail() {
    let document = |text: &str| -> Value { serde_json::from_str(text).unwrap() };
    let rule = "{ deny: [AGPL-3.0-only], unknown: inform }";
    assert_eq!(denied(rule, document(REPORT)), ["AGPL-3.0-only ghostscript"]);
    let with_purl = ["AGPL-3.0-only pkg:deb/debian/ghostscript"];
    assert_eq!(denied(rule, document(CYCLONEDX)), with_purl);
    assert_eq!(denied(rule, document(SPDX)), with_purl);
    let judged = judged(rule, document(CYCLONEDX));
    assert_eq!(judged.remarks, ["4 packages, 1 with licences that are not admitted"]);
    let objection = &judged.objections[0];
    assert_eq!(
        objection.found,
        "`AGPL-3.0-only` of `pkg:deb/debian/ghostscript` 10.0.0"
    );
    assert_eq!(
        objection.expected,
        "licences of all packages without `AGPL-3.0-only`, unknown ones reported"
    );
    for allow in [
        "{ deny: [GPL-3.0-only] }",
        "{ allow: [Zlib, GPL-1.0-or-later, Apache-2.0, AGPL-3.0-only] }",
    ] {
        assert_eq!(denied(allow, document(CYCLONEDX)), NONE, "{allow}");
    }
    let narrow = "{ allow: [Zlib, GPL-1.0-or-later, Apache-2.0] }";
    assert_eq!(denied(narrow, document(CYCLONEDX)), with_purl);
}

#[test]
fn unknown_licences_fail_unless_informed() {
    let unknown = report(&[
        ("a", json!("GPLv2+ and more")),
        ("b", Value::Null),
        ("c", json!("NOASSERTION")),
    ]);
    let ids = ["unknown a", "unknown b", "unknown c"].map(str::to_owned);
    assert_eq!(denied("{ deny: [AGPL-3.0-only] }", unknown.clone()), ids);
    assert_eq!(denied("{ allow: [MIT] }", unknown.clone()), ids);
    let informed = effects("{ deny: [AGPL-3.0-only], unknown: inform }", unknown.clone());
    assert_eq!(informed, ids.map(|id| (Effect::Informs, id)));
    let found = judged("{ allow: [MIT] }", unknown).objections.remove(1).found;
    assert_eq!(found, "no licence of `b` 1");
}

#[test]
fn everything_that_is_stated_must_be_admitted_fail() {
    let licenses = json!({ "licenses": [{ "name": "a", "licenses": ["MIT", "AGPL-3.0-only"] }] });
    assert_eq!(denied("{ deny: [AGPL-3.0-only] }", licenses), ["AGPL-3.0-only a"]);
    let both = json!({ "licenses": [{ "name": "a", "license": "MIT", "licenses": ["Foo"] }] });
    assert_eq!(denied("{ allow: [MIT] }", both), ["unknown a"]);
}

#[test]
fn exceptions_are_for_their_package_and_licence_only() {
    let two = || report(&[("a", json!("AGPL-3.0-only AND MIT")), ("b", json!("AGPL-3.0-only"))]);
    let rule = |package: &str, licenses: &str| {
        format!(
            "{{ deny: [AGPL-3.0-only], exceptions: [{{ package: {package}, licenses: [{licenses}], reason: r }}] }}"
        )
    };
    assert_eq!(denied(&rule("a", "AGPL-3.0-only"), two()), ["AGPL-3.0-only b"]);
    assert_eq!(denied(&rule("a", "GPL-3.0-only"), two()).len(), 2);
    assert_eq!(denied(&rule("A", "AGPL-3.0-only"), two()).len(), 2);
    assert_eq!(denied(&rule("\"pkg:deb/debian/a\"", "AGPL-3.0-only"), two()).len(), 2);
    let cyclonedx = || serde_json::from_str(CYCLONEDX).unwrap();
    assert_eq!(
        denied(&rule("pkg:deb/debian/ghost*", "AGPL-3.0-only"), cyclonedx()),
        NONE
    );
    // a name is no package URL
    assert_eq!(denied(&rule("ghostscript", "AGPL-3.0-only"), cyclonedx()).len(), 1);
    let unknown = || report(&[("a", json!("GPLv2+"))]);
    assert_eq!(denied(&rule("a", "unknown"), unknown()), NONE);
    assert_eq!(denied(&rule("a", "{ name: GPLv2+ }"), unknown()), NONE);
    assert_eq!(denied(&rule("a", "unknown"), two()).len(), 2);
}

#[test]
fn an_exception_that_admits_nothing_is_reported() {
    let rule = "{ allow: [MIT], exceptions: [{ package: a, licenses: [ISC], reason: r }] }";
    let unused = [(Effect::Informs, "an exception of the rule admits nothing".to_owned())];
    assert_eq!(effects(rule, report(&[("a", json!("MIT"))])), unused);
    assert_eq!(effects(rule, report(&[("a", json!("ISC"))])), []);
}

#[test]
fn reports_that_say_nothing_fail() {
    let deny = "{ deny: [AGPL-3.0-only] }";
    assert_eq!(denied(deny, report(&[])), ["no-packages"]);
    assert_eq!(
        denied(deny, json!({ "Results": [] })),
        ["the licence report is not understood"]
    );
    let version_3 = json!({ "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld" });
    assert_eq!(denied(deny, version_3), ["SPDX in a version that is not supported"]);
}

#[test]
fn places_need_no_licence_and_may_not_have_a_denied_one() {
    let document = |licenses: Value| {
        let place = json!({ "type": "operating-system", "name": "debian", "licenses": licenses });
        let package = json!({ "type": "library", "name": "a", "licenses": [{ "license": { "id": "MIT" } }] });
        json!({ "bomFormat": "CycloneDX", "specVersion": "1.6", "components": [place, package] })
    };
    let deny = "{ deny: [AGPL-3.0-only] }";
    assert_eq!(denied(deny, document(json!([]))), NONE);
    let denied = denied(deny, document(json!([{ "license": { "id": "AGPL-3.0-only" } }])));
    assert_eq!(denied, ["AGPL-3.0-only debian"]);
}

#[test]
fn the_subject_s_own_licence_counts_fail() {
    let document = json!({
        "bomFormat": "CycloneDX", "specVersion": "1.6",
        "metadata": { "component": { "name": "api", "licenses": [{ "expression": "AGPL-3.0-or-later" }] } },
        "components": [{ "name": "a", "licenses": [{ "license": { "name": "MIT" } }] }],
    });
    assert_eq!(denied("{ deny: [AGPL-3.0-only] }", document), ["AGPL-3.0-or-later api"]);
}

/// cyclonedx-py 7.5 states a licence twice: by its identifier, and by PyPI's classifier, which nobody can look up.
#[test]
fn names_beside_identifiers_are_unknown_until_the_policy_lists_them() {
    const PYTHON: [&str; 2] = [
        include_str!("../../../tests/sbom/cyclonedx-py-1.4.json"),
        include_str!("../../../tests/sbom/cyclonedx-py-1.7.json"),
    ];
    for text in PYTHON {
        let document: Value = serde_json::from_str(text).unwrap();
        let allow = "allow: [MIT, MPL-2.0, BSD-3-Clause";
        let rule = format!("{{ {allow}] }}");
        assert_eq!(
            denied(&rule, document.clone()),
            ["unknown pkg:pypi/certifi", "unknown pkg:pypi/requests"]
        );
        let names = "{ name: \"License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)\" }, \
                     { name: \"License :: OSI Approved :: Apache Software License\" }";
        assert_eq!(denied(&format!("{{ {allow}, {names}] }}"), document), NONE);
    }
}

/// Written by spdx-tools 0.8.5, which also finds it valid.
#[test]
fn spdx_of_another_tool_fail() {
    let document: Value = serde_json::from_str(include_str!("../../../tests/sbom/spdx-tools-2.2.json")).unwrap();
    let rule = "{ deny: [AGPL-3.0-only] }";
    let id = "AGPL-3.0-or-later AND (MIT OR LicenseRef-gs) pkg:apk/alpine/ghostscript";
    assert_eq!(denied(rule, document.clone()), [id]);
    // the image itself, a container by its package URL, needs no licence
    assert_eq!(
        denied("{ allow: [Zlib, AGPL-3.0-or-later, MIT] }", document.clone()),
        NONE
    );
    let unknown = "unknown pkg:apk/alpine/ghostscript";
    assert_eq!(denied("{ deny: [MIT] }", document), [unknown]);
}
