//! Evidence that nobody signed, in the ways of BuildKit, cosign's SBOM tags and ORAS: shown, handed out where it is asked for
//! by name, and never counted. And what is handed out where strangers chose every name.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use serde_json::{Value, json};
use support::{Answer, Scratch, portcullis};
use testbed::layout::{OCI_MANIFEST, manifest};
use testbed::{Descriptor, Key, Layout, Registry, Sigstore, Statement};

const IMAGE: &str = "registry.example/acme/app:v1";
const SBOM: &[u8] = br#"{"bomFormat":"CycloneDX","components":[]}"#;
const TRIAGE: &[u8] = b"[trivy.CVE-2026-1]\nacceptance = \"accepted\"\n";

struct Scene {
    scratch: Scratch,
}

impl Scene {
    fn of(layout: &Layout) -> Self {
        let scratch = Scratch::new();
        layout.write_directory(&scratch.path.join("layout")).unwrap();
        scratch.write("lab.pub", Key::p256("lab").public_pem());
        Self { scratch }
    }

    fn call(&self, line: &str) -> Answer {
        let arguments = line.split(' ').chain(["--layout", "layout", IMAGE]);
        portcullis(arguments).folder(&self.scratch.path).answer()
    }

    /// What `list` shows, as (short type, carrier, class of the first attempt or `verified`).
    fn listed(&self, flags: &str) -> Vec<(String, String, String)> {
        let answer = self.call(&format!("list --format json{flags}"));
        assert_eq!(answer.exit, Some(0), "{answer:?}");
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let row = |one: &Value| {
            let class = one
                .pointer("/attempts/0/rejection/class")
                .map_or("verified".to_owned(), text);
            (text(&one["short_type"]), text(&one["carrier"]), class)
        };
        answer.json()["evidence"].as_array().unwrap().iter().map(row).collect()
    }

    fn files(&self, folder: &str) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.scratch.path.join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

fn row(short_type: &str, carrier: &str, class: &str) -> (String, String, String) {
    (short_type.to_owned(), carrier.to_owned(), class.to_owned())
}

/// An attachment of ORAS: empty config, the file as first layer.
fn attached(layout: &mut Layout, image: &Descriptor, artifact_type: &str, title: &str, file: &[u8]) {
    let layer = layout.blob("application/vnd.oci.image.layer.v1.tar", file);
    let layer = layer.annotation("org.opencontainers.image.title", title);
    let config = layout.blob(testbed::attach::EMPTY, b"{}");
    let mut document = manifest(OCI_MANIFEST, &config, &[layer]);
    document["artifactType"] = json!(artifact_type);
    layout.attach_manifest(image, document);
}

#[test]
fn attachments_of_oras_are_shown_and_satisfy_nothing_fail() {
    let (mut layout, image) = Layout::with_image("v1");
    attached(&mut layout, &image, "application/aa.trivy.sbom", "sbom.json", SBOM);
    attached(
        &mut layout,
        &image,
        "application/aa.trivy.report",
        "report.json",
        b"{\"Results\":[]}",
    );
    attached(
        &mut layout,
        &image,
        "application/aa.trivy.triage",
        "triage.toml",
        TRIAGE,
    );
    attached(&mut layout, &image, "application/x.other", "notes", b"::error::x");
    let scene = Scene::of(&layout);
    let mut found = scene.listed("");
    found.sort();
    assert_eq!(
        found,
        [
            row("sbom", "referrer", "unsigned"),
            row("triage", "referrer", "unsigned"),
            row("unknown", "referrer", "unsupported-format"),
            row("vuln", "referrer", "unsigned"),
        ]
    );
    for (flags, exit) in [
        ("--type sbom", 3),
        ("--type vuln", 3),
        ("--all-attestations", 3),
        ("--type signature", 1),
    ] {
        let answer = scene.call(&format!("check --key lab.pub --insecure-ignore-tlog {flags}"));
        assert_eq!(answer.exit, Some(exit), "{flags}: {answer:?}");
    }
    let refused = scene.call("extract --key lab.pub --insecure-ignore-tlog --type sbom");
    assert_eq!((refused.exit, refused.stdout.as_str()), (Some(1), ""), "{refused:?}");
    let admitted = scene.call("extract --allow-unverified --type sbom");
    assert_eq!(
        (admitted.exit, admitted.stdout.as_bytes()),
        (Some(0), SBOM),
        "{admitted:?}"
    );
    assert!(admitted.stderr.contains("unverified"), "{admitted:?}");
    let triage = scene.call("extract --allow-unverified --type triage --as trivyignore");
    assert_eq!(triage.stdout, "# accepted\nCVE-2026-1\n", "{triage:?}");
    assert_eq!(scene.call("extract --allow-unverified --all -o out").exit, Some(0));
    let files = scene.files("out");
    assert_eq!(files.len(), 4, "{files:?}");
    let named = |name: &String| name == "index.json" || name.contains(".unverified.");
    assert!(files.iter().all(named), "{files:?}");
    let inspected = scene.call("list --inspect");
    assert!(
        inspected.stdout.contains("application/x.other") && inspected.stdout.contains(": :error::x"),
        "{inspected:?}"
    );
}

#[test]
fn buildkit_attests_platforms_and_nobody_signs_it_fail() {
    let mut layout = Layout::default();
    let platform = layout.image("v1", "linux/amd64");
    let attestation = layout.buildkit_attestation(&platform);
    let index = layout.image_index(&[platform.clone(), attestation.clone()]);
    layout.tag("v1", &index);
    let scene = Scene::of(&layout);
    // The testbed's statement has no predicate type of its own, and the annotation does not lend it one.
    assert_eq!(scene.listed(""), [row("attestation", "index", "unsigned")]);
    let answer = scene.call("check --key lab.pub --insecure-ignore-tlog --type slsa");
    assert_eq!(answer.exit, Some(3), "{answer:?}");
}

#[test]
fn types_are_those_of_the_payload() {
    let mut layout = Layout::default();
    let platform = layout.image("v1", "linux/amd64");
    let statement = Statement::attestation("x", platform.digest(), "https://spdx.dev/Document", json!({ "a": 1 }));
    let child = layout.buildkit_attestation(&platform);
    let mut attestation = layout.json(&child);
    let layer = layout.blob("application/vnd.in-toto+json", &statement.bytes());
    let layer = layer.annotation("in-toto.io/predicate-type", "https://slsa.dev/provenance/v1");
    attestation["layers"] = json!([layer.0]);
    let child = layout.manifest(&attestation);
    let child = child
        .platform("unknown/unknown")
        .annotation("vnd.docker.reference.type", "attestation-manifest")
        .annotation("vnd.docker.reference.digest", platform.digest());
    let index = layout.image_index(&[platform.clone(), child]);
    layout.tag("v1", &index);

    // The same with cosign's `.att` tag, signed.
    let sigstore = Sigstore::new();
    let signed = sigstore.sign(
        &Key::p256("lab"),
        Statement::attestation("x", index.digest(), "https://slsa.dev/provenance/v1", json!({})),
    );
    let mut layer = signed.legacy();
    layer
        .annotations
        .insert("predicateType".to_owned(), "https://spdx.dev/Document".to_owned());
    let mut nameless = sigstore
        .sign(
            &Key::p256("lab"),
            Statement::attestation("x", index.digest(), "https://openvex.dev/ns", json!({})),
        )
        .legacy();
    nameless.annotations.remove("predicateType");
    layout.attach_attestations(&index, &[layer, nameless]);

    let scene = Scene::of(&layout);
    let flags = " --key lab.pub --insecure-ignore-tlog";
    let mut found = scene.listed(flags);
    found.sort();
    assert_eq!(
        found,
        [
            row("openvex", "attestation-tag", "verified"),
            row("slsa", "attestation-tag", "verified"),
            row("spdx", "index", "unsigned"),
        ]
    );
    let listed = scene.call(&format!("list{flags}"));
    let notes = listed.stdout.matches("its annotation says").count();
    assert_eq!(notes, 2, "{}", listed.stdout);
    let spdx = scene.call(&format!("extract{flags} --allow-unverified --type spdx --predicate"));
    assert_eq!((spdx.exit, spdx.stdout.as_str()), (Some(0), r#"{"a":1}"#), "{spdx:?}");
    let slsa = scene.call(&format!("extract{flags} --type slsa"));
    assert_eq!(slsa.exit, Some(0), "{slsa:?}");
}

#[test]
fn sbom_tags_are_fetched_only_where_they_are_asked_for() {
    let (mut layout, image) = Layout::with_image("v1");
    let config = layout.blob("application/vnd.oci.image.config.v1+json", b"{}");
    let layer = layout.blob("application/vnd.cyclonedx+json", SBOM);
    let tagged = layout.manifest(&manifest(OCI_MANIFEST, &config, std::slice::from_ref(&layer)));
    layout.tag(&image.derived_tag(".sbom"), &tagged);
    let registry = Registry::start([("acme/app", layout)]);
    let scratch = Scratch::new();
    scratch.write("lab.pub", Key::p256("lab").public_pem());
    let reference = format!("{}/acme/app:v1", registry.host());
    let call = |line: &str| {
        let arguments = line.split(' ').chain([reference.as_str()]);
        portcullis(arguments).folder(&scratch.path).answer()
    };
    let blob = layer.digest().to_owned();
    let fetched = || registry.count(&format!("/v2/acme/app/blobs/{blob}"));
    let listed = call("list");
    assert!(
        listed.stdout.contains("cyclonedx") && listed.stdout.contains("unsigned"),
        "{listed:?}"
    );
    assert_eq!(
        call("check --key lab.pub --insecure-ignore-tlog --type sbom").exit,
        Some(3)
    );
    assert_eq!(
        call("extract --key lab.pub --insecure-ignore-tlog --type sbom").exit,
        Some(1)
    );
    assert_eq!(fetched(), 0);
    let extracted = call("extract --allow-unverified --type sbom");
    assert_eq!(
        (extracted.exit, extracted.stdout.as_bytes()),
        (Some(0), SBOM),
        "{extracted:?}"
    );
    assert_eq!(fetched(), 1);
}

#[test]
fn strangers_choose_no_file_name() {
    const HOSTILE: &str = "../../x\n::error::y##[z]";
    let (mut layout, image) = Layout::with_image("v1");
    let sigstore = Sigstore::new();
    for predicate_type in [
        HOSTILE,
        "https://evil.example/../../etc",
        "https://slsa.dev/provenance/\u{1b}[2J",
    ] {
        let statement = Statement::attestation(HOSTILE, image.digest(), predicate_type, json!({ HOSTILE: HOSTILE }));
        layout.attach_bundle(&image, &sigstore.sign(&Key::p256("lab"), statement).bundle());
    }
    attached(&mut layout, &image, "application/aa.../../x", "../../../x", b"x");
    let scene = Scene::of(&layout);
    let flags = "--key lab.pub --insecure-ignore-tlog --allow-unverified";
    let answer = scene.call(&format!("extract {flags} --all -o out"));
    assert_eq!(answer.exit, Some(0), "{answer:?}");
    let files = scene.files("out");
    assert_eq!(files.len(), 5, "{files:?}");
    let harmless = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    assert!(
        files
            .iter()
            .all(|name| name.chars().all(harmless) && !name.starts_with('.')),
        "{files:?}"
    );
    assert_eq!(scene.files("."), ["lab.pub", "layout", "out"]);
    for line in answer.stderr.lines() {
        let obeyed = line.trim_start().starts_with("::") || line.contains("##[") || line.contains('\u{1b}');
        assert!(!obeyed, "{line}");
    }
    let index: Value = serde_json::from_str(&scene.scratch.read("out/index.json")).unwrap();
    assert_eq!(index["files"].as_array().unwrap().len(), 4);
}

#[cfg(unix)]
#[test]
fn links_in_the_directory_are_replaced_and_not_followed() {
    let (mut layout, image) = Layout::with_image("v1");
    let statement = Statement::attestation("x", image.digest(), "https://slsa.dev/provenance/v1", json!({}));
    layout.attach_bundle(&image, &Sigstore::new().sign(&Key::p256("lab"), statement).bundle());
    let scene = Scene::of(&layout);
    let call = || scene.call("extract --key lab.pub --insecure-ignore-tlog --all -o out");
    assert_eq!(call().exit, Some(0));
    let name = scene
        .files("out")
        .into_iter()
        .find(|name| name.starts_with("slsa"))
        .unwrap();
    let (place, elsewhere) = (
        scene.scratch.path.join("out").join(name),
        scene.scratch.write("elsewhere", "kept"),
    );
    let proven = std::fs::read(&place).unwrap();
    std::fs::remove_file(&place).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &place).unwrap();
    assert_eq!(call().exit, Some(0));
    assert_eq!(std::fs::read_to_string(elsewhere).unwrap(), "kept");
    assert!(!place.is_symlink());
    assert_eq!(std::fs::read(place).unwrap(), proven);
}
