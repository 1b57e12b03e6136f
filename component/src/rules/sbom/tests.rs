//! What the rule says of documents, by the text of a policy.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::digest::Digest;
use crate::limits;
use crate::policy::kinds::tests::{licenses_rule, sbom_rule};

const CYCLONEDX: &str = include_str!("../../../tests/sbom/vendor.cdx.json");
const SPDX: &str = include_str!("../../../tests/sbom/vendor.spdx.json");

fn about<'a>(annotations: &'a BTreeMap<String, String>, kin: &'a [Digest]) -> About<'a> {
    About {
        now: 0,
        image: "ghcr.io/acme/api",
        digest: Digest::of(b"image"),
        platform: None,
        config: Some(Digest::of(b"config")),
        kin,
        annotations,
    }
}

fn judged(rule: &str, document: Value) -> Judged {
    let kind = match document.get("spdxVersion").is_some() {
        true => "https://spdx.dev/Document",
        false => "https://cyclonedx.org/bom",
    };
    let (annotations, kin) = (BTreeMap::new(), [Digest::of(b"index")]);
    let about = about(&annotations, &kin);
    judge(&sbom_rule(rule).unwrap(), &Document::of(kind, document), &about).unwrap()
}

fn effects(rule: &str, document: Value) -> Vec<(Effect, String)> {
    let objections = judged(rule, document).objections;
    objections
        .into_iter()
        .map(|one| (one.effect, one.id.unwrap_or(one.message)))
        .collect()
}

/// Ids of what denies.
fn denied(rule: &str, document: Value) -> Vec<String> {
    let denies = |(effect, id)| (effect == Effect::Denies).then_some(id);
    effects(rule, document).into_iter().filter_map(denies).collect()
}

fn cyclonedx() -> Value {
    serde_json::from_str(CYCLONEDX).unwrap()
}

fn spdx() -> Value {
    serde_json::from_str(SPDX).unwrap()
}

fn of(components: Value) -> Value {
    json!({ "bomFormat": "CycloneDX", "specVersion": "1.6", "components": components })
}

fn one(purl: &str) -> Value {
    of(json!([{ "type": "library", "name": "one", "purl": purl }]))
}

const NONE: [String; 0] = [];

#[test]
fn a_sound_document_satisfies() {
    let judged = judged("{ format: [cyclonedx, spdx] }", cyclonedx());
    assert_eq!(
        (judged.objections, judged.remarks),
        (vec![], vec!["CycloneDX 1.6, 4 packages".to_owned()])
    );
    assert_eq!(denied("{ format: [spdx] }", spdx()), NONE);
}

#[test]
fn spdx_3_fail() {
    let version_3 = json!({ "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [] });
    let annotations = BTreeMap::new();
    let about = about(&annotations, &[]);
    let document = Document::of("https://spdx.dev/Document/v3", version_3);
    let judged = judge(&sbom_rule("{ format: [spdx] }").unwrap(), &document, &about).unwrap();
    assert_eq!(judged.objections[0].found, "SPDX 3.0.1");
    assert_eq!(
        (judged.objections[0].effect, date(&document)),
        (Effect::Denies, Ok(None))
    );
}

#[test]
fn a_document_without_packages_fail() {
    assert_eq!(denied("{ format: [cyclonedx] }", of(json!([]))), ["no-packages"]);
    let place = of(json!([{ "type": "operating-system", "name": "debian" }]));
    assert_eq!(denied("{ deny: [pkg:npm/evil] }", place), ["no-packages"]);
}

#[test]
fn denied_packages_fail() {
    let deny = |list: &str, purl: &str| denied(&format!("{{ deny: [{list}] }}"), one(purl));
    assert_eq!(deny("pkg:npm/evil", "pkg:npm/evil@1.0.0"), ["pkg:npm/evil@1.0.0"]);
    assert_eq!(deny("pkg:npm/evil", "pkg:npm/good@1.0.0"), NONE);
    assert_eq!(
        deny("pkg:npm/@evil/*", "pkg:npm/%40evil/a@1.0.0"),
        ["pkg:npm/%40evil/a@1.0.0"]
    );
    let range = "{ package: pkg:pypi/requests, versions: \"<2.32.0\", reason: leaks }";
    assert_eq!(deny(range, "pkg:pypi/Requests@2.31.0"), ["pkg:pypi/requests@2.31.0"]);
    assert_eq!(deny(range, "pkg:pypi/requests@2.32.0"), NONE);
    assert_eq!(
        denied(&format!("{{ deny: [{range}] }}"), cyclonedx()),
        ["pkg:pypi/requests@2.31.0"]
    );
    let debian = "{ package: pkg:deb/debian/zlib1g, versions: \"<1:1.3\" }";
    assert_eq!(
        deny(debian, "pkg:deb/debian/zlib1g@1.2.13.dfsg-1?arch=amd64&epoch=1").len(),
        1
    );
    assert_eq!(deny(debian, "pkg:deb/debian/zlib1g@2.0?epoch=1"), NONE);
    let reason = judged(&format!("{{ deny: [{range}] }}"), cyclonedx())
        .objections
        .remove(0);
    assert_eq!(reason.hint.as_deref(), Some("leaks"));
    assert_eq!(
        (reason.expected.as_str(), reason.found.as_str()),
        ("no `pkg:pypi/requests` <2.32.0", "`pkg:pypi/requests` 2.31.0")
    );
}

#[test]
fn what_cannot_be_compared_fail() {
    let rule = "{ deny: [{ package: pkg:npm/evil, versions: \"<2.0.0\" }] }";
    let message = |document| judged(rule, document).objections.remove(0).message;
    assert_eq!(
        message(one("pkg:npm/evil@latest")),
        "cannot compare the version of a package"
    );
    assert_eq!(message(one("pkg:npm/evil")), "cannot compare the version of a package");
    let bare = |component: Value| denied(rule, of(json!([component])));
    let no_purl = message(of(json!([{ "name": "evil" }])));
    assert_eq!(no_purl, "cannot compare a package that has no package URL");
    assert_eq!(bare(json!({ "name": "@x/Evil", "version": "3.0.0" })), ["@x/Evil"]);
    assert_eq!(bare(json!({ "name": "evil", "purl": "npm:evil" })), ["evil"]);
    assert_eq!(bare(json!({ "name": "good" })), NONE);
    assert_eq!(
        bare(json!({ "name": "/usr/bin/evil", "type": "file" })),
        ["no-packages"]
    );
    // the package's own version counts where its package URL has none
    assert_eq!(
        bare(json!({ "name": "evil", "version": "3.0.0", "purl": "pkg:npm/evil" })),
        NONE
    );
}

#[test]
fn a_second_package_url_hides_nothing_fail() {
    let mut document = spdx();
    document["packages"][0]["externalRefs"] = json!([
        { "referenceType": "purl", "referenceLocator": "pkg:deb/debian/zlib1g@1.2.13" },
        { "referenceType": "purl", "referenceLocator": "pkg:npm/evil@1.0.0" },
    ]);
    assert_eq!(denied("{ deny: [pkg:npm/evil] }", document), ["pkg:npm/evil@1.0.0"]);
}

#[test]
fn the_subject_s_package_url_is_denied_too_fail() {
    let mut document = one("pkg:npm/a@1.0.0");
    document["metadata"] =
        json!({ "component": { "type": "application", "name": "evil", "purl": "pkg:npm/evil@1.0.0" } });
    assert_eq!(denied("{ deny: [pkg:npm/evil] }", document), ["pkg:npm/evil@1.0.0"]);
}

#[test]
fn nested_packages_are_denied_too_fail() {
    let nested = json!([{ "name": "a", "components": [{ "name": "b", "purl": "pkg:npm/evil@1.0.0" }] }]);
    assert_eq!(denied("{ deny: [pkg:npm/evil] }", of(nested)), ["pkg:npm/evil@1.0.0"]);
}

#[test]
fn required_packages_that_are_missing_fail() {
    let require = |list: &str| denied(&format!("{{ require: [{list}] }}"), cyclonedx());
    assert_eq!(require("pkg:pypi/requests"), NONE);
    assert_eq!(require("{ package: pkg:pypi/requests, versions: \">=2.31\" }"), NONE);
    assert_eq!(
        require("{ package: pkg:pypi/requests, versions: \">=2.32\" }"),
        ["pkg:pypi/requests"]
    );
    assert_eq!(require("pkg:pypi/other"), ["pkg:pypi/other"]);
    // a name alone proves nothing
    let bare = of(json!([{ "name": "requests" }]));
    assert_eq!(denied("{ require: [pkg:pypi/requests] }", bare), ["pkg:pypi/requests"]);
    let near = judged(
        "{ require: [{ package: pkg:pypi/requests, versions: \">=2.32\" }] }",
        cyclonedx(),
    );
    assert_eq!(near.objections[0].found, "`pkg:pypi/requests` 2.31.0");
}

#[test]
fn pinned_packages_in_other_versions_fail() {
    let pin = |versions: &str, purl: &str| {
        denied(
            &format!("{{ pin: [{{ package: pkg:apk/alpine/openssl, versions: {versions} }}] }}"),
            one(purl),
        )
    };
    assert_eq!(pin("[3.1.4-r5, 3.1.5-r0]", "pkg:apk/alpine/openssl@3.1.5-r0"), NONE);
    assert_eq!(
        pin("3.1.4-r5", "pkg:apk/alpine/openssl@3.1.5-r0"),
        ["pkg:apk/alpine/openssl@3.1.5-r0"]
    );
    assert_eq!(pin("3.1.4-r5", "pkg:apk/alpine/musl@1"), NONE);
    assert_eq!(pin("3.1.4-r5", "pkg:apk/alpine/openssl"), ["pkg:apk/alpine/openssl"]);
}

#[test]
fn minimum_elements_that_are_missing_fail() {
    assert_eq!(
        effects("{ minimum-elements: ntia-2021 }", cyclonedx()),
        [(Effect::Denies, "ntia-2021:supplier-name".to_owned())]
    );
    assert_eq!(denied("{ minimum-elements: ntia-2021 }", spdx()), NONE);
    assert_eq!(
        effects("{ minimum-elements: { standard: cisa-2025, missing: inform } }", spdx()),
        [
            (Effect::Informs, "cisa-2025:generation-context".to_owned()),
            (Effect::Informs, "cisa-2025:component-hash".to_owned()),
        ]
    );
    assert_eq!(
        denied("{ minimum-elements: cisa-2025 }", of(json!([{ "name": " " }]))),
        [
            "cisa-2025:sbom-author",
            "cisa-2025:tool-name",
            "cisa-2025:dependency-relationship",
            "cisa-2025:generation-context",
            "cisa-2025:timestamp",
            "cisa-2025:software-producer",
            "cisa-2025:component-name",
            "cisa-2025:component-version",
            "cisa-2025:software-identifier",
            "cisa-2025:component-hash",
            "cisa-2025:license",
        ]
    );
    let found = judged("{ minimum-elements: ntia-2021 }", cyclonedx())
        .objections
        .remove(0)
        .found;
    assert_eq!(
        found,
        "not in 4 of 4 packages: `zlib1g`, `perl-base`, `requests` and 1 more"
    );
}

#[test]
fn every_minimum_element_can_be_there() {
    let complete = json!({
        "bomFormat": "CycloneDX", "specVersion": "1.6",
        "metadata": {
            "timestamp": "2026-11-22T08:00:00Z",
            "authors": [{ "name": "Acme" }],
            "tools": { "components": [{ "type": "application", "name": "syft" }] },
            "lifecycles": [{ "phase": "build" }],
        },
        "components": [{
            "type": "library", "name": "a", "version": "1", "purl": "pkg:npm/a@1", "supplier": { "name": "Acme" },
            "hashes": [{ "alg": "SHA-256", "content": "00" }], "licenses": [{ "expression": "MIT" }],
        }, { "type": "file", "name": "/etc/passwd" }],
        "dependencies": [{ "ref": "a" }],
    });
    for standard in ["ntia-2021", "cisa-2025"] {
        assert_eq!(
            denied(&format!("{{ minimum-elements: {standard} }}"), complete.clone()),
            NONE,
            "{standard}"
        );
    }
}

#[test]
fn another_image_inside_fail() {
    let of_image = |purl: &str| {
        let mut document = one("pkg:npm/a@1.0.0");
        document["metadata"] = json!({ "component": { "type": "container", "name": "api", "purl": purl } });
        document
    };
    let purl = |content: &[u8]| {
        format!(
            "pkg:oci/api@{}?arch=amd64",
            Digest::of(content).to_string().replace(':', "%3A")
        )
    };
    for own in [b"image".as_slice(), b"config", b"index"] {
        assert_eq!(effects("{ subject: required }", of_image(&purl(own))), []);
    }
    let subject = |effect| [(effect, "subject".to_owned())];
    assert_eq!(
        effects("{ subject: required }", of_image(&purl(b"other"))),
        subject(Effect::Denies)
    );
    assert_eq!(
        effects("{ subject: required }", one("pkg:npm/a@1.0.0")),
        subject(Effect::Denies)
    );
    assert_eq!(
        effects("{ subject: reported }", of_image(&purl(b"other"))),
        subject(Effect::Informs)
    );
    assert_eq!(effects("{ subject: reported }", one("pkg:npm/a@1.0.0")), []);
}

#[test]
fn many_packages_are_listed_up_to_the_limit() {
    let many = |number| json!({ "name": "evil", "purl": format!("pkg:npm/evil@{number}.0.0") });
    let components: Vec<Value> = (0..20_000).map(many).collect();
    let objections = judged("{ deny: [pkg:npm/evil] }", of(json!(components))).objections;
    assert_eq!(objections.len(), limits::OBJECTIONS + 1);
    let last = objections.last().unwrap();
    assert_eq!(
        (last.effect, last.message.as_str()),
        (Effect::Denies, "19500 more of the kind")
    );
}

#[test]
fn documents_of_other_tools_are_read() {
    let python: Value = serde_json::from_str(include_str!("../../../tests/sbom/cyclonedx-py-1.4.json")).unwrap();
    let judged = judged("{ minimum-elements: ntia-2021, require: [pkg:pypi/idna] }", python);
    assert_eq!(judged.remarks, ["CycloneDX 1.4, 6 packages"]);
    let ids: Vec<_> = judged.objections.iter().filter_map(|one| one.id.as_deref()).collect();
    assert_eq!(ids, ["ntia-2021:supplier-name"]);
    let tools: Value = serde_json::from_str(include_str!("../../../tests/sbom/spdx-tools-2.2.json")).unwrap();
    let rule =
        "{ minimum-elements: ntia-2021, subject: required, pin: [{ package: pkg:apk/alpine/zlib, versions: 1.3-r2 }] }";
    assert_eq!(denied(rule, tools), ["subject"]);
}

/// Every value of real documents, replaced by values of every kind: read or refused, and never a panic.
#[test]
fn no_document_panics() {
    fn places(value: &Value, place: &str, found: &mut Vec<String>) {
        found.push(place.to_owned());
        match value {
            Value::Array(items) => (0..)
                .zip(items)
                .for_each(|(at, item)| places(item, &format!("{place}/{at}"), found)),
            Value::Object(fields) => fields.iter().for_each(|(key, field)| {
                places(
                    field,
                    &format!("{place}/{}", key.replace('~', "~0").replace('/', "~1")),
                    found,
                );
            }),
            _ => {}
        }
    }
    let rule = "{ subject: required, minimum-elements: cisa-2025, deny: [\"pkg:deb/debian/*\"], require: [pkg:npm/a], \
                pin: [{ package: pkg:deb/debian/zlib1g, versions: \"<1:2\" }] }";
    let (sbom, licenses) = (
        sbom_rule(rule).unwrap(),
        licenses_rule("{ deny: [AGPL-3.0-only], allow: [MIT] }").unwrap(),
    );
    let annotations = BTreeMap::new();
    let about = about(&annotations, &[]);
    for (kind, text) in [
        ("https://cyclonedx.org/bom", CYCLONEDX),
        ("https://spdx.dev/Document", SPDX),
    ] {
        let document: Value = serde_json::from_str(text).unwrap();
        let mut found = Vec::new();
        places(&document, "", &mut found);
        assert!(found.len() > 60);
        let replacements = [
            json!(null),
            json!(true),
            json!(-1),
            json!(""),
            json!("pkg:\u{0}"),
            json!([[]]),
            json!({ "a": {} }),
        ];
        for (place, replacement) in found
            .iter()
            .flat_map(|place| replacements.iter().map(move |one| (place, one)))
        {
            let mut changed = document.clone();
            *changed.pointer_mut(place).unwrap() = replacement.clone();
            let changed = Document::of(kind, changed);
            // satisfied it can never be: a package is denied, and another one is missing
            let judged = judge(&sbom, &changed, &about);
            assert!(
                !judged.is_ok_and(|judged| judged.objections.is_empty()),
                "{place} {replacement}"
            );
            let _ = (crate::rules::licenses::judge(&licenses, &changed), date(&changed));
        }
    }
}
