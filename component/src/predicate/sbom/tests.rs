//! Documents as tools write them, and documents that nobody should believe.

use serde_json::json;

use super::*;

const CYCLONEDX: &str = include_str!("../../../tests/sbom/vendor.cdx.json");
const SPDX: &str = include_str!("../../../tests/sbom/vendor.spdx.json");

const CYCLONEDX_TYPE: &str = "https://cyclonedx.org/bom";
const SPDX_TYPE: &str = "https://spdx.dev/Document";

fn value(text: &str) -> Value {
    json::read(text.as_bytes()).unwrap()
}

#[track_caller]
fn sbom<'v>(predicate_type: &str, document: &'v Value) -> Sbom<'v> {
    match read(predicate_type, document).unwrap() {
        Reading::Sbom(sbom) => sbom,
        other => panic!("{other:?}"),
    }
}

fn names(sbom: &Sbom<'_>) -> Vec<String> {
    let mut names = Vec::new();
    sbom.packages(|package| names.push(package.name.to_owned())).unwrap();
    names
}

#[track_caller]
fn malformed(predicate_type: &str, document: &Value) -> Malformed {
    match read(predicate_type, document) {
        Err(error) => error,
        Ok(Reading::Sbom(sbom)) => sbom.packages(|_| ()).and_then(|()| sbom.date().map(drop)).unwrap_err(),
        Ok(other) => panic!("{other:?}"),
    }
}

#[test]
fn cyclonedx_is_read() {
    let document = value(CYCLONEDX);
    let sbom = sbom(CYCLONEDX_TYPE, &document);
    assert_eq!((sbom.format, sbom.version), (Format::CycloneDx, "1.6"));
    assert_eq!(
        (sbom.authors, sbom.tools, sbom.relationships, sbom.context),
        (false, true, true, false)
    );
    assert_eq!(
        names(&sbom),
        [
            "registry.example/vendor/studio",
            "zlib1g",
            "perl-base",
            "requests",
            "ghostscript"
        ]
    );
    assert_eq!(sbom.date(), Ok(Some(1_795_334_400)));
    let mut licenses = Vec::new();
    sbom.packages(|package| licenses.extend(package.licenses)).unwrap();
    assert_eq!(licenses[1], Stated::Expression("Artistic-1.0-Perl OR GPL-1.0-or-later"));
}

#[test]
fn spdx_is_read() {
    let document = value(SPDX);
    let sbom = sbom("https://spdx.dev/Document/v2.3", &document);
    assert_eq!((sbom.format, sbom.version), (Format::Spdx, "2.3"));
    assert_eq!(
        (sbom.authors, sbom.tools, sbom.relationships, sbom.context),
        (true, true, true, false)
    );
    assert_eq!(names(&sbom), ["zlib1g", "perl-base", "ghostscript"]);
    assert_eq!(sbom.subjects, ["pkg:deb/debian/zlib1g@1.2.13"]);
    assert_eq!(sbom.date(), Ok(Some(1_795_334_400)));
    sbom.packages(|package| {
        assert!(package.supplied && package.identified && !package.hashed);
        assert_eq!((package.purls.len(), package.licenses.len()), (1, 1));
    })
    .unwrap();
}

#[test]
fn every_version_that_is_promised_is_read() {
    for version in ["1.4", "1.5", "1.6", "1.7"] {
        let document = json!({ "bomFormat": "CycloneDX", "specVersion": version });
        assert_eq!(sbom(CYCLONEDX_TYPE, &document).version, version);
    }
    for version in ["2.2", "2.3"] {
        let spdx = json!({ "spdxVersion": format!("SPDX-{version}"), "creationInfo": { "creators": [] } });
        assert_eq!(sbom(SPDX_TYPE, &spdx).version, version);
    }
}

#[test]
fn other_versions_are_named_and_not_read() {
    let unsupported = |document: Value| match read("other", &document).unwrap() {
        Reading::Unsupported { format, version } => format!("{format} {version}"),
        other => panic!("{other:?}"),
    };
    let cyclonedx = |version| json!({ "bomFormat": "CycloneDX", "specVersion": version });
    assert_eq!(unsupported(cyclonedx("1.3")), "CycloneDX 1.3");
    assert_eq!(unsupported(cyclonedx("2.0")), "CycloneDX 2.0");
    assert_eq!(unsupported(json!({ "spdxVersion": "SPDX-2.1" })), "SPDX 2.1");
    let context = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld";
    assert_eq!(unsupported(json!({ "@context": context, "@graph": [] })), "SPDX 3.0.1");
    assert_eq!(
        unsupported(json!({ "@context": ["x", context], "@graph": [] })),
        "SPDX 3.0.1"
    );
}

#[test]
fn what_older_cosign_put_around_a_document_is_taken_off() {
    for wrapped in [
        json!(SPDX),
        json!({ "Data": SPDX, "Timestamp": "" }),
        json!({ "Data": value(SPDX) }),
        value(SPDX),
    ] {
        let inner = document(&wrapped).unwrap();
        assert_eq!(names(&sbom(SPDX_TYPE, &inner)).len(), 3);
    }
}

#[test]
fn texts_that_are_no_json_fail() {
    let tag_value = document(&json!("SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\n")).unwrap_err();
    assert_eq!(tag_value.found, "SPDX in its tag-value form");
    assert!(document(&json!("<bom/>")).is_err());
    assert!(document(&json!("{\"a\":1,\"a\":2}")).is_err());
    assert_eq!(document(&json!({ "Data": "x" })).unwrap_err().place, "/Data");
    assert!(document(&json!("[".repeat(100_000))).is_err());
    // a text in a text is read once
    let twice = json!(json!(SPDX).to_string());
    assert!(read(SPDX_TYPE, &document(&twice).unwrap()).is_err());
}

#[test]
fn marks_that_are_hidden_in_escapes_count_fail() {
    let document = format!("[{}0]", "0,".repeat(limits::JSON_MARKS));
    assert!(
        super::document(&Value::String(document))
            .unwrap_err()
            .expected
            .contains("values")
    );
}

#[test]
fn another_format_than_the_type_says_fail() {
    assert_eq!(malformed(SPDX_TYPE, &value(CYCLONEDX)).expected, "SPDX");
    assert_eq!(
        malformed("https://cyclonedx.org/bom/v1.6", &value(SPDX)).expected,
        "CycloneDX"
    );
    let both = json!({ "bomFormat": "CycloneDX", "specVersion": "1.6", "spdxVersion": "SPDX-2.3" });
    assert!(malformed("other", &both).found.contains("one document"));
    for neither in [json!({}), json!([]), json!(null), json!(1)] {
        malformed("other", &neither);
    }
}

#[test]
fn wrong_kinds_are_named_by_their_place_fail() {
    let cyclonedx = |components: Value| {
        let document = json!({ "bomFormat": "CycloneDX", "specVersion": "1.6", "components": components });
        malformed(CYCLONEDX_TYPE, &document).place
    };
    assert_eq!(cyclonedx(json!({})), "/components");
    assert_eq!(cyclonedx(json!([1])), "/components/0");
    assert_eq!(cyclonedx(json!([{ "name": 1 }])), "/components/0/name");
    assert_eq!(cyclonedx(json!([{ "version": "1" }])), "/components/0");
    assert_eq!(cyclonedx(json!([{ "name": "a", "purl": [] }])), "/components/0/purl");
    assert_eq!(
        cyclonedx(json!([{ "name": "a", "licenses": [{}] }])),
        "/components/0/licenses/0"
    );
    assert_eq!(
        cyclonedx(json!([{ "name": "a", "components": [{ "name": "b", "components": [0] }] }])),
        "/components/0/components/0/components/0"
    );
    let info = json!({ "creators": ["Tool: x"], "created": "yesterday" });
    let spdx = |packages: Value| json!({ "spdxVersion": "SPDX-2.3", "creationInfo": info, "packages": packages });
    assert_eq!(
        malformed(SPDX_TYPE, &spdx(json!([{ "name": "a" }]))).place,
        "/packages/0"
    );
    assert_eq!(malformed(SPDX_TYPE, &spdx(json!([]))).place, "/creationInfo/created");
    let bare = json!({ "spdxVersion": "SPDX-2.3" });
    assert_eq!(malformed(SPDX_TYPE, &bare).expected, "a field `creationInfo`");
    let relationship = json!({ "spdxVersion": "SPDX-2.3", "creationInfo": { "creators": [] }, "relationships": [{}] });
    assert_eq!(malformed(SPDX_TYPE, &relationship).place, "/relationships/0");
}

#[test]
fn nested_components_count() {
    let document = json!({
        "bomFormat": "CycloneDX", "specVersion": "1.5",
        "metadata": { "component": { "name": "image", "type": "container", "components": [{ "name": "a" }] } },
        "components": [{ "name": "b", "components": [{ "name": "c", "components": [{ "name": "d" }] }] }],
    });
    assert_eq!(names(&sbom(CYCLONEDX_TYPE, &document)), ["image", "a", "b", "c", "d"]);
}

#[test]
fn nesting_and_cycles_end() {
    // as deep as the JSON reader lets through
    let depth = 60;
    let text = format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{}{{"name":"z"}}{}]}}"#,
        r#"{"name":"a","components":["#.repeat(depth),
        "]}".repeat(depth)
    );
    assert_eq!(names(&sbom(CYCLONEDX_TYPE, &value(&text))).len(), depth + 1);
    let cycle = json!({
        "bomFormat": "CycloneDX", "specVersion": "1.6",
        "components": [{ "name": "a", "bom-ref": "a" }, { "name": "b", "bom-ref": "a" }],
        "dependencies": [{ "ref": "a", "dependsOn": ["b"] }, { "ref": "b", "dependsOn": ["a"] }, { "ref": "b" }],
    });
    assert_eq!(names(&sbom(CYCLONEDX_TYPE, &cycle)), ["a", "b"]);
}

#[test]
fn every_way_to_state_a_licence_is_read() {
    let document = json!({
        "bomFormat": "CycloneDX", "specVersion": "1.7",
        "components": [{ "name": "a", "licenses": [
            { "license": { "id": "MIT", "acknowledgement": "declared" } },
            { "license": { "name": "Acme" } },
            { "expression": "MIT OR ISC" },
            { "license": { "id": "MIT", "name": "AGPL-3.0-only" } },
        ] }],
    });
    let mut stated = Vec::new();
    sbom(CYCLONEDX_TYPE, &document)
        .packages(|package| stated.extend(package.licenses))
        .unwrap();
    assert_eq!(
        stated,
        [
            Stated::Expression("MIT"),
            Stated::Name("Acme"),
            Stated::Expression("MIT OR ISC"),
            Stated::Expression("MIT"),
            Stated::Name("AGPL-3.0-only"),
        ]
    );
    let package = |declared: &str, concluded: &str| {
        let package = json!({ "name": "a", "SPDXID": "a", "licenseDeclared": declared, "licenseConcluded": concluded });
        let info = json!({ "creators": [] });
        let document = json!({ "spdxVersion": "SPDX-2.3", "creationInfo": info, "packages": [package] });
        let mut texts = Vec::new();
        let read = sbom(SPDX_TYPE, &document);
        read.packages(|package| texts.extend(package.licenses.iter().map(|stated| stated.text().to_owned())))
            .unwrap();
        texts.join(" + ")
    };
    assert_eq!(package("MIT", "AGPL-3.0-only"), "MIT + AGPL-3.0-only");
    assert_eq!(package("MIT", "MIT"), "MIT");
    assert_eq!(package("NOASSERTION", "MIT"), "MIT");
    assert_eq!(package("NONE", "NOASSERTION"), "");
}
