//! Many images of one local layout, each with its own keyless bundle.

use std::fs;

use testbed::clock::{MINUTE, NOON, rfc3339};
use testbed::{CertificateRequest, Layout, Sigstore, Statement};

use crate::measure::{least, run};
use crate::{BINARY, folder, text};

const POLICY: &str = "\
version: 1
signers:
  release:
    github: { repository: acme/app, workflow: acme/app/.github/workflows/release.yml, ref: refs/heads/main }
trust: [{ file: root.json }]
rules:
  signed: { signature: { by: release } }
images:
  - { match: registry.example/acme/*, rules: [signed] }
";

pub fn table() {
    println!("\n(c) images of one local layout, each with a keyless bundle");
    println!(
        "{:>8}{:>14}{:>14}{:>14}{:>12}",
        "images", "wall", "CPU", "CPU/image", "peak MB"
    );
    for (count, times) in [(1, 10), (100, 3), (1_000, 1)] {
        let arguments = layout(count);
        let runs: Vec<_> = (0..times).map(|_| run(BINARY, &arguments)).collect();
        let used = least(&runs);
        let (wall, cpu, each) = (used.wall_ms, used.cpu_ms, used.cpu_ms / count as f64);
        println!(
            "{count:>8}{wall:>11.0} ms{cpu:>11.0} ms{each:>11.2} ms{:>12.1}",
            used.peak_mb
        );
    }
}

/// Writes what is checked and gives the command line for it.
fn layout(count: usize) -> Vec<String> {
    let sigstore = Sigstore::new();
    let leaf = sigstore.issue(CertificateRequest::github("acme/app", "release.yml", "refs/heads/main"));
    let mut layout = Layout::default();
    let mut list = String::new();
    for number in 0..count {
        let tag = format!("v{number}");
        let image = layout.image(&tag, "linux/amd64");
        layout.tag(&tag, &image);
        let signing = sigstore.sign(&leaf, Statement::image_signature(image.digest()));
        layout.attach_bundle(&image, &signing.rekor_v1().bundle());
        list.push_str(&format!("registry.example/acme/app:{tag}\n"));
    }
    let folder = folder(&format!("images-{count}"));
    layout.write_directory(&folder.join("layout")).unwrap();
    fs::write(folder.join("images"), list).unwrap();
    fs::write(folder.join("portcullis.yaml"), POLICY).unwrap();
    fs::write(folder.join("root.json"), sigstore.trusted_root_json()).unwrap();
    let path = |name| text(&folder.join(name));
    let now = rfc3339(NOON + 60 * MINUTE);
    [
        ["check", "--images-file", &path("images")].as_slice(),
        &[
            "--layout",
            &path("layout"),
            "--policy",
            &path("portcullis.yaml"),
            "--now",
            &now,
        ],
    ]
    .concat()
    .into_iter()
    .map(str::to_owned)
    .collect()
}
