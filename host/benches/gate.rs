//! What the gate costs: the whole process, one bundle against other verifiers, many images, many referrers, one large
//! document. Writes one table; docs/performance.md says what its numbers mean. Every comparison is made within one run, in
//! turns, and the least of several measurements counts: what else the machine does can only add to it.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "gate/bundles.rs"]
mod bundles;
#[path = "gate/documents.rs"]
mod documents;
#[path = "gate/images.rs"]
mod images;
#[path = "gate/measure.rs"]
mod measure;
#[path = "gate/process.rs"]
mod process;
#[path = "gate/referrers.rs"]
mod referrers;

use std::path::{Path, PathBuf};

const BINARY: &str = env!("CARGO_BIN_EXE_portcullis");

/// 2026-11-23T00:00:00Z, a day after the fixtures were signed.
const NOW: i64 = 1_795_392_000;
const NOW_TEXT: &str = "2026-11-23T00:00:00Z";

/// Parts run in processes of their own: each is cold, and sigstore-crypto knows one provider in a process.
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some(measure::CHILD) => measure::child(&arguments[1..]),
        Some(process::STAGES) => process::stages(),
        Some(bundles::PROVE) => bundles::prove(&arguments[1]),
        // cargo gives `--bench`
        _ => table(),
    }
}

fn table() {
    println!(
        "binary: {:.1} MB",
        std::fs::metadata(BINARY).unwrap().len() as f64 / 1e6
    );
    process::table();
    bundles::table();
    images::table();
    referrers::table();
    documents::table();
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures")
}

/// An empty folder; cargo's own for benches, below the target directory.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("gate").join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}
