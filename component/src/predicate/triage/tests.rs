use serde_json::json;

use super::*;

const TRIAGE: &str = "https://aleph-alpha.com/attestations/triage/v1";
const OPENVEX: &str = "https://openvex.dev/ns/v0.2.0";
const CUSTOM: &str = CUSTOM_TYPES[0];

fn statements(predicate_type: &str, predicate: &Value) -> Vec<Statement> {
    read(predicate_type, predicate).unwrap().unwrap().statements
}

fn place(predicate_type: &str, predicate: &Value) -> String {
    read(predicate_type, predicate).unwrap_err().place
}

#[test]
fn the_vendors_shapes_say_the_same() {
    let entry = json!({ "base_score": 9.8, "date": "2026-10-01", "acceptance": "accepted", "description": "not built",
        "triaged_by": "security@vendor.example", "more": [] });
    let mut listed = entry.clone();
    listed["cve"] = json!("CVE-2023-45853");
    let toml = "[trivy.CVE-2023-45853]\nbase_score = 9.8\ndate = 2026-10-01\nacceptance = \"accepted\"\n\
                description = \"not built\"\ntriaged_by = \"security@vendor.example\"\n";
    let map = statements(TRIAGE, &json!({ "trivy": { "CVE-2023-45853": entry } }));
    assert_eq!(map.len(), 1);
    assert_eq!(
        (map[0].vulnerability.as_str(), map[0].status),
        ("CVE-2023-45853", Status::Accepted)
    );
    assert_eq!(map[0].scope, Scope::Subject(Packages::All));
    assert_eq!(map[0].dated, Some(1_790_812_800));
    assert_eq!(
        map[0].reason.as_deref(),
        Some("accepted, not built, security@vendor.example")
    );
    assert_eq!(statements(TRIAGE, &json!({ "triaged_cves": [listed] })), map);
    assert_eq!(statements(TRIAGE, &json!(toml)), map);
    assert_eq!(
        statements(CUSTOM, &json!({ "Data": toml, "Timestamp": "2026-10-02T00:00:00Z" })),
        map
    );
}

#[test]
fn what_was_looked_at_and_not_accepted_fail() {
    for word in [json!("Rejected"), json!(false), json!("open"), json!(" not accepted ")] {
        let found = statements(TRIAGE, &json!({ "trivy": { "CVE-1": { "acceptance": word } } }));
        assert!(!found[0].status.suppresses(), "{word}");
    }
}

#[test]
fn triage_of_no_known_form_fail() {
    assert!(read(TRIAGE, &json!({})).is_err());
    assert!(read(TRIAGE, &json!("just words")).is_err());
    assert!(read(OPENVEX, &json!({ "statements": [] })).is_err());
    assert_eq!(
        place(TRIAGE, &json!({ "trivy": { "CVE-1": "accepted" } })),
        "/trivy/CVE-1"
    );
    assert_eq!(
        place(TRIAGE, &json!({ "triaged_cves": [{ "date": "2026-10-01" }] })),
        "/triaged_cves/0"
    );
    assert_eq!(
        place(CUSTOM, &json!({ "Data": "[trivy.CVE-1]\na = 1\na = 2\n" })),
        "/Data"
    );
    assert_eq!(
        place(
            CUSTOM,
            &json!({ "Data": "vulnerabilities:\n  - id: &x CVE-1\n  - id: *x\n" })
        ),
        "/Data"
    );
}

#[test]
fn other_documents_are_no_triage() {
    for other in [
        json!({}),
        json!({ "Data": "foo\n" }),
        json!({ "Data": "CVE-2026-1 was found.\nWe looked at it.\n" }),
        json!({ "Data": "secret-rule-1\n" }),
        json!({ "Data": "" }),
        json!({ "Data": 7 }),
        json!({ "vulnerabilities": [], "components": [] }),
        json!({ "bomFormat": "CycloneDX", "vulnerabilities": [{ "id": "CVE-1" }] }),
        json!({ "document": { "csaf_version": "2.0", "category": "csaf_security_advisory" } }),
    ] {
        assert_eq!(read(CUSTOM, &other), Ok(None), "{other}");
    }
}

#[test]
fn ignore_files_are_read() {
    let text = "# accepted\n\nCVE-2018-14618\nCVE-2022-40897 exp:2026-12-31\nDS-0001 # a check\n";
    let found = statements(CUSTOM, &json!({ "Data": text }));
    let ids: Vec<&str> = found.iter().map(|one| one.vulnerability.as_str()).collect();
    assert_eq!(ids, ["CVE-2018-14618", "CVE-2022-40897", "DS-0001"]);
    assert_eq!((found[0].expires, found[1].expires), (None, Some(1_798_675_200)));
    let yaml = "vulnerabilities:\n  - id: CVE-2022-40897\n    expired_at: 2026-12-31\n    statement: no such use\n  \
                - id: CVE-2023-2650\n    purls:\n      - pkg:deb/debian/libssl3\n  - id: CVE-2024-1\n    paths: [usr/bin/x]\n\
                secrets:\n  - id: aws\n";
    let found = statements(CUSTOM, &json!({ "Data": yaml }));
    assert_eq!(
        (found[0].expires, found[0].reason.as_deref()),
        (Some(1_798_675_200), Some("no such use"))
    );
    let openssl = Purl::parse("pkg:deb/debian/libssl3").unwrap();
    assert_eq!(found[1].scope, Scope::Subject(Packages::These(vec![openssl])));
    assert_eq!(found[2].scope, Scope::Subject(Packages::These(Vec::new())));
}

#[test]
fn ignore_file_with_a_wrong_date_or_purl_fail() {
    assert_eq!(
        place(CUSTOM, &json!({ "Data": "CVE-2026-1 exp:soon\n" })),
        "/vulnerabilities/0/expired_at"
    );
    let yaml = "vulnerabilities:\n  - id: CVE-2026-1\n    purls: [zlib]\n";
    assert_eq!(place(CUSTOM, &json!({ "Data": yaml })), "/vulnerabilities/0/purls/0");
}

fn openvex(statement: &Value) -> Value {
    json!({ "@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", "author": "a", "timestamp": "2026-11-22T08:00:00Z",
        "version": 1, "statements": [statement] })
}

#[test]
fn openvex_is_read_in_both_versions() {
    let new = openvex(&json!({
        "vulnerability": { "name": "CVE-2026-1", "aliases": ["GHSA-1"] },
        "products": [{ "@id": "pkg:oci/studio", "hashes": { "sha-256": Digest::of(b"").to_hex() },
            "subcomponents": [{ "@id": "pkg:deb/debian/zlib1g" }] }],
        "status": "not_affected",
        "justification": "component_not_present",
        "timestamp": "2026-11-21T08:00:00Z",
    }));
    let found = statements(OPENVEX, &new);
    assert_eq!(
        (found[0].status, found[0].dated),
        (Status::NotAffected, Some(1_795_248_000))
    );
    assert_eq!(found[0].aliases, ["GHSA-1"]);
    let Scope::Products(products) = &found[0].scope else {
        panic!("{found:#?}")
    };
    assert_eq!(products[0].images, [Digest::of(b"")]);
    assert_eq!(
        products[0].packages,
        Packages::These(vec![Purl::parse("pkg:deb/debian/zlib1g").unwrap()])
    );
    let old = openvex(&json!({
        "vulnerability": "CVE-2026-1",
        "products": ["pkg:oci/studio"],
        "subcomponents": ["pkg:deb/debian/zlib1g"],
        "status": "fixed",
    }));
    let found = statements(OPENVEX, &old);
    assert_eq!((found[0].status, found[0].dated), (Status::Fixed, Some(1_795_334_400)));
    let Scope::Products(products) = &found[0].scope else {
        panic!("{found:#?}")
    };
    assert_eq!(
        products[0].packages,
        Packages::These(vec![Purl::parse("pkg:deb/debian/zlib1g").unwrap()])
    );
}

#[test]
fn openvex_without_products_is_about_the_subject() {
    let found = statements(
        OPENVEX,
        &openvex(&json!({ "vulnerability": { "name": "CVE-1" }, "status": "affected" })),
    );
    assert_eq!(found[0].scope, Scope::Subject(Packages::All));
    let none = openvex(&json!({ "vulnerability": { "name": "CVE-1" }, "status": "affected", "products": [] }));
    assert_eq!(statements(OPENVEX, &none)[0].scope, Scope::Products(Vec::new()));
}

/// lib4vex writes such times.
#[test]
fn a_time_without_an_offset_is_no_date() {
    let mut document = openvex(
        &json!({ "vulnerability": { "name": "CVE-1" }, "status": "fixed", "timestamp": "2026-11-23T03:23:16" }),
    );
    document["timestamp"] = json!("2026-11-23T03:23:16");
    assert_eq!(statements(OPENVEX, &document)[0].dated, None);
}

#[test]
fn openvex_with_fields_of_another_kind_fail() {
    let place = |statement: Value| place(OPENVEX, &openvex(&statement));
    let vulnerability = json!({ "name": "CVE-1" });
    assert_eq!(place(json!({ "status": "fixed" })), "/statements/0");
    assert_eq!(place(json!({ "vulnerability": vulnerability })), "/statements/0");
    assert_eq!(
        place(json!({ "vulnerability": vulnerability, "status": "ignored" })),
        "/statements/0/status"
    );
    let products = json!({ "vulnerability": vulnerability, "status": "fixed", "products": [7] });
    assert_eq!(place(products), "/statements/0/products/0");
}

#[test]
fn cyclonedx_vex_points_at_components_and_links() {
    let digest = Digest::of(b"image");
    let document = json!({
        "bomFormat": "CycloneDX",
        "metadata": { "timestamp": "2026-11-22T08:00:00Z", "component": { "bom-ref": "root", "name": "studio",
            "purl": format!("pkg:oci/studio@{}", digest.to_string().replace(':', "%3A")) } },
        "components": [{ "bom-ref": "7", "name": "zlib1g", "purl": "pkg:deb/debian/zlib1g@1.2.13" }],
        "vulnerabilities": [
            { "id": "CVE-1", "analysis": { "state": "not_affected", "justification": "code_not_reachable" },
                "affects": [{ "ref": "7" }, { "ref": "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg%3Adeb%2Fdebian%2Fcurl%407" }] },
            { "id": "CVE-2", "analysis": { "state": "false_positive" }, "affects": [{ "ref": "root" }] },
            { "id": "CVE-3", "analysis": { "state": "exploitable", "lastUpdated": "2026-11-21T08:00:00Z" }, "affects": [{ "ref": "8" }] },
            { "id": "CVE-4", "analysis": { "state": "resolved" },
                "affects": [{ "ref": "7", "versions": [{ "version": "1.2.12" }, { "range": "vers:deb/<1" }] }] },
            { "id": "CVE-5" },
        ],
    });
    let found = statements("https://cyclonedx.org/bom", &document);
    let status: Vec<Status> = found.iter().map(|one| one.status).collect();
    assert_eq!(
        status,
        [
            Status::NotAffected,
            Status::Unjustified,
            Status::Affected,
            Status::Fixed
        ]
    );
    let products = |number: usize| match &found[number].scope {
        Scope::Products(products) => products.clone(),
        Scope::Subject(_) => panic!("{found:#?}"),
    };
    let purls = |product: &Product| product.purls.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(purls(&products(0)[0]), ["pkg:deb/debian/zlib1g@1.2.13"]);
    assert_eq!(purls(&products(0)[1]), ["pkg:deb/debian/curl@7"]);
    assert!(products(1)[0].images.contains(&digest));
    assert_eq!(
        (purls(&products(2)[0]), found[2].dated),
        (Vec::new(), Some(1_795_248_000))
    );
    assert_eq!(products(3)[0].versions, Some(vec!["1.2.12".to_owned()]));
    let mut unknown = document;
    unknown["vulnerabilities"][0]["analysis"]["state"] = json!("fine");
    assert_eq!(
        place("https://cyclonedx.org/bom", &unknown),
        "/vulnerabilities/0/analysis/state"
    );
}

fn csaf() -> Value {
    let name = |id: &str, helper: Value| json!({ "product": { "name": id, "product_id": id, "product_identification_helper": helper } });
    let digest = Digest::of(b"image").to_hex();
    json!({
        "document": { "category": "csaf_vex", "csaf_version": "2.0", "tracking": { "current_release_date": "2026-11-22T08:00:00Z" } },
        "product_tree": {
            "full_product_names": [{ "name": "openssl", "product_id": "openssl",
                "product_identification_helper": { "purl": "pkg:rpm/redhat/openssl@3.0.7-1.el9" } }],
            "branches": [{ "category": "vendor", "name": "Acme", "branches": [
                name("studio", json!({ "hashes": [{ "filename": "x", "file_hashes": [{ "algorithm": "sha256", "value": digest }] }] })),
                name("el9", json!({ "cpe": "cpe:/o:redhat:enterprise_linux:9" })),
                name("zlib", json!({ "purl": "pkg:rpm/redhat/zlib" })),
            ] }],
            "relationships": [
                { "category": "default_component_of", "product_reference": "zlib", "relates_to_product_reference": "studio",
                    "full_product_name": { "name": "zlib in studio", "product_id": "studio:zlib" } },
                { "category": "default_component_of", "product_reference": "openssl", "relates_to_product_reference": "el9",
                    "full_product_name": { "name": "openssl of 9", "product_id": "el9:openssl" } },
                { "category": "default_component_of", "product_reference": "zlib", "relates_to_product_reference": "el9",
                    "full_product_name": { "name": "zlib of 9", "product_id": "el9:zlib" } },
            ],
            "product_groups": [{ "group_id": "all", "product_ids": ["studio:zlib", "el9:zlib"] }],
        },
        "vulnerabilities": [{
            "cve": "CVE-2026-1",
            "ids": [{ "system_name": "bugs", "text": "BUG-1" }],
            "product_status": { "known_not_affected": ["studio:zlib", "el9:openssl", "el9:zlib"], "known_affected": ["nobody"] },
            "flags": [{ "label": "component_not_present", "group_ids": ["all"] }],
            "threats": [{ "category": "severity", "details": "low", "product_ids": ["el9:openssl"] }],
        }],
    })
}

#[test]
fn csaf_joins_components_and_products() {
    let found = statements("https://docs.oasis-open.org/csaf/csaf/v2.0", &csaf());
    let read: Vec<_> = found
        .iter()
        .map(|one| match &one.scope {
            Scope::Products(products) => (one.status, &products[0]),
            Scope::Subject(_) => panic!("{found:#?}"),
        })
        .collect();
    let [
        (zlib_status, zlib),
        (openssl_status, openssl),
        (_, other),
        (nobody_status, nobody),
    ] = read.as_slice()
    else {
        panic!("{read:#?}")
    };
    assert_eq!(*zlib_status, Status::NotAffected);
    assert_eq!(zlib.images, [Digest::of(b"image")]);
    assert_eq!(
        zlib.packages,
        Packages::These(vec![Purl::parse("pkg:rpm/redhat/zlib").unwrap()])
    );
    // a severity is no justification, and a distribution is no image: the package has to be exact
    assert_eq!(*openssl_status, Status::Unjustified);
    assert_eq!(
        openssl.purls,
        [Purl::parse("pkg:rpm/redhat/openssl@3.0.7-1.el9").unwrap()]
    );
    assert_eq!((other.purls.as_slice(), other.images.as_slice()), (&[][..], &[][..]));
    assert_eq!((*nobody_status, nobody.name.as_str()), (Status::Affected, "nobody"));
    assert_eq!(
        (found[0].aliases.as_slice(), found[0].dated),
        (&["BUG-1".to_owned()][..], Some(1_795_334_400))
    );
}

#[test]
fn csaf_with_ids_twice_or_none_fail() {
    let changed = |change: fn(&mut Value)| {
        let mut document = csaf();
        change(&mut document);
        place("x", &document)
    };
    assert_eq!(
        changed(|document| document["vulnerabilities"][0] = json!({})),
        "/vulnerabilities/0"
    );
    let twice = |document: &mut Value| {
        document["product_tree"]["branches"][0]["branches"][1]["product"]["product_id"] = json!("studio")
    };
    assert_eq!(changed(twice), "/product_tree/branches/0/branches/1/product");
    let statuses = |document: &mut Value| document["vulnerabilities"][0]["product_status"]["fixed"] = json!("studio");
    assert_eq!(changed(statuses), "/vulnerabilities/0/product_status/fixed");
}

/// Whatever stands anywhere, a reader answers.
#[test]
fn hostile_shapes_are_answered() {
    let vex = openvex(&json!({ "vulnerability": { "name": "CVE-1" }, "status": "fixed",
        "products": [{ "@id": "x", "identifiers": { "purl": "pkg:a/b" }, "hashes": { "sha-256": "00" }, "subcomponents": ["x"] }] }));
    let cyclonedx = json!({ "bomFormat": "CycloneDX", "components": [{ "bom-ref": "a", "components": [{}] }],
        "vulnerabilities": [{ "id": "CVE-1", "analysis": { "state": "resolved" }, "affects": [{ "ref": "a", "versions": [{ "version": "1" }] }] }] });
    let vendor = json!({ "trivy": { "CVE-1": { "date": "2026-10-01", "acceptance": "x" } }, "triaged_cves": [{ "cve": "CVE-2" }] });
    let yaml = json!({ "vulnerabilities": [{ "id": "CVE-1", "purls": ["pkg:a/b"], "paths": ["x"], "expired_at": "2026-10-01" }] });
    for good in [vex, cyclonedx, vendor, yaml, csaf()] {
        assert!(matches!(read(TRIAGE, &good), Ok(Some(_))), "{good}");
        for number in 0.. {
            let mut left = number;
            let Some(places) = crate::predicate::replaced(&good, &mut left) else {
                break;
            };
            for hostile in places {
                let _answer = read(TRIAGE, &hostile);
            }
        }
    }
    for hostile in [
        "[trivy.",
        "[trivy.x]\ny = [[[[[[",
        "vulnerabilities:\n\t- x",
        "vulnerabilities:\n- - - - - - - - - - - - - - - - - - - x",
        "\u{0}-1",
    ] {
        let _answer = read(CUSTOM, &json!({ "Data": hostile }));
    }
}
