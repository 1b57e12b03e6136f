//! One large document: an SBOM of 50 MB, signed with a key, through the whole process.

use std::fs;

use serde_json::{Value, json};
use testbed::{Key, Layout, Sigstore, Statement};

use crate::measure::{least, run};
use crate::{BINARY, folder, text};

const RUNS: usize = 3;
const IMAGE: &str = "registry.example/acme/app:v1";
const CYCLONEDX: &str = "https://cyclonedx.org/bom";
/// Components of 440 bytes each.
const COMPONENTS: usize = 115_000;

const POLICY: &str = "\
version: 1
signers:
  ops: { key: ops.pub, transparency-log: { required: false } }
rules:
  sbom: { sbom: { by: ops, deny: [pkg:npm/left-pad] } }
  licences: { licenses: { by: ops, allow: [MIT] } }
images:
  - { match: registry.example/acme/*, rules: [sbom, licences] }
";

pub fn table() {
    println!("\n(e) one CycloneDX document of 50 MB by a key, least of {RUNS} runs");
    println!("{:24}{:>14}{:>14}{:>12}", "", "wall", "CPU", "peak MB");
    let folder = folder("documents");
    write(&folder);
    let path = |name: &str| text(&folder.join(name));
    let evidence = [
        "--policy".to_owned(),
        path("portcullis.yaml"),
        "--layout".to_owned(),
        path("layout"),
        IMAGE.to_owned(),
    ];
    let report = format!("cyclonedx={}", path("bom.json"));
    let calls: [(&str, Vec<&str>); 4] = [
        ("list", vec!["list"]),
        ("extract", vec!["extract", "--type", "cyclonedx"]),
        ("check", vec!["check"]),
        ("check, with contents", vec!["check", "--report", &report]),
    ];
    for (name, call) in calls {
        let arguments: Vec<String> = call
            .iter()
            .map(|&word| word.to_owned())
            .chain(evidence.clone())
            .collect();
        let runs: Vec<_> = (0..RUNS).map(|_| run(BINARY, &arguments)).collect();
        let used = least(&runs);
        let (wall, cpu, peak) = (used.wall_ms, used.cpu_ms, used.peak_mb);
        println!("{name:24}{wall:>11.0} ms{cpu:>11.0} ms{peak:>12.1}");
    }
}

fn write(folder: &std::path::Path) {
    let ops = Key::p256("ops");
    let (mut layout, image) = Layout::with_image("v1");
    let statement = Statement::attestation(IMAGE, image.digest(), CYCLONEDX, bom());
    layout.attach_bundle(&image, &Sigstore::new().sign(&ops, statement).bundle());
    layout.write_directory(&folder.join("layout")).unwrap();
    fs::write(folder.join("portcullis.yaml"), POLICY).unwrap();
    fs::write(folder.join("ops.pub"), ops.public_pem()).unwrap();
}

fn bom() -> Value {
    let component = |number: usize| {
        let purl = format!("pkg:npm/package-{number}@1.{number}.0");
        json!({ "type": "library", "bom-ref": purl, "name": format!("package-{number}"), "version": format!("1.{number}.0"),
            "description": "a package of the image, described in some words as tools do", "purl": purl,
            "hashes": [{ "alg": "SHA-256", "content": format!("{number:064x}") }],
            "licenses": [{ "license": { "id": "MIT" } }],
            "properties": [{ "name": "syft:location:0:path",
                "value": format!("/usr/lib/node_modules/package-{number}/package.json") }] })
    };
    json!({ "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": { "timestamp": "2026-11-22T08:00:00Z" },
        "components": (0..COMPONENTS).map(component).collect::<Vec<_>>() })
}
