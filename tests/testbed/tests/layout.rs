//! Layouts on disk and in a tar are what other tools expect.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panicking")]

use serde_json::{Value, json};
use std::process::Command;
use testbed::*;

fn layout() -> Layout {
    let mut layout = Layout::default();
    let children = [
        layout.image("app", "linux/amd64"),
        layout.docker_image("app", "linux/arm64"),
    ];
    let attestation = layout.buildkit_attestation(&children[0]);
    let index = layout.image_index(&[children[0].clone(), children[1].clone(), attestation]);
    layout.tag("v1", &index);
    layout.attach_bundle(&index, &json!({ "mediaType": attach::BUNDLE }));
    layout
}

#[test]
fn blobs_are_where_their_digest_says() {
    let files = layout().files();
    for (path, bytes) in files.iter().filter(|(path, _)| path.starts_with("blobs/")) {
        assert_eq!(path, &format!("blobs/sha256/{}", sha256_hex(bytes)));
    }
    let index: Value = serde_json::from_slice(&files["index.json"]).unwrap();
    assert_eq!(index["manifests"].as_array().unwrap().len(), 2);
}

#[test]
fn directory_and_tar_hold_the_same() {
    let directory = std::env::temp_dir().join(format!("testbed-layout-{}", std::process::id()));
    layout().write_directory(&directory).unwrap();
    let archive = directory.join("layout.tar");
    std::fs::write(&archive, layout().tar()).unwrap();
    let listed = Command::new("tar").arg("-tf").arg(&archive).output().unwrap();
    let compared = Command::new("tar")
        .arg("-C")
        .arg(&directory)
        .arg("-xOf")
        .arg(&archive)
        .arg("index.json")
        .output();
    assert_eq!(
        String::from_utf8(listed.stdout).unwrap().lines().count(),
        layout().files().len()
    );
    assert_eq!(
        compared.unwrap().stdout,
        std::fs::read(directory.join("index.json")).unwrap()
    );
    std::fs::remove_dir_all(directory).unwrap();
}
