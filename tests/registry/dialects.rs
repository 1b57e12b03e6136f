//! Layouts as the programs that people have write them, from Debian's docker-registry: oras, cosign, skopeo.

use std::path::Path;
use std::process::Command;

use crate::docker_registry::{DockerRegistry, program};
use crate::support::{Answer, Scratch, fixture, portcullis};

/// Runs a program that writes a layout of `lab/IMAGE`, and checks the layout; none where one of the programs is missing.
fn written_by(name: &str, image: &str, arguments: impl Fn(&str, &Path) -> Vec<String>) -> Option<Answer> {
    let registry = DockerRegistry::start(None)?;
    let Some(program) = program(name) else {
        eprintln!("skipped: {name} is not in the folder that PORTCULLIS_TEST_PROGRAMS names");
        return None;
    };
    registry.push(&format!("lab/{image}"), &fixture(&format!("key/{image}")));
    let scratch = Scratch::new();
    let layout = scratch.path.join("layout");
    let output = Command::new(program)
        .args(arguments(&format!("{}/lab/{image}:v1", registry.host), &layout))
        .env_clear()
        .env("HOME", &scratch.path)
        .env("PATH", "/usr/bin:/bin")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{name}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let policy = scratch.policy("key");
    let reference = format!("registry.example/lab/{image}:v1");
    let arguments = [
        "check",
        &reference,
        "--layout",
        layout.to_str().unwrap(),
        "--policy",
        &policy,
    ];
    Some(portcullis(arguments.into_iter().chain(["--format", "json"])).answer())
}

fn assert_judged(answer: Option<Answer>, judgement: &str) {
    if let Some(answer) = answer {
        assert_eq!(answer.judgement(), judgement, "{}", answer.stdout);
    }
}

/// All that refers to the image is listed.
#[test]
fn oras_copy() {
    let copy = |image: &str, layout: &Path| {
        let layout = format!("{}:v1", layout.display());
        ["copy", "-r", "--from-plain-http", image, "--to-oci-layout", &layout]
            .map(str::to_owned)
            .to_vec()
    };
    assert_judged(written_by("oras", "new", copy), "0 allow verified");
    assert_judged(written_by("oras", "wrongkey", copy), "1 deny no-matching-signer");
}

/// Kinds instead of names.
#[test]
fn cosign_save() {
    let save = |image: &str, layout: &Path| {
        ["save", "--dir", layout.to_str().unwrap(), image]
            .map(str::to_owned)
            .to_vec()
    };
    assert_judged(written_by("cosign", "legacy", save), "0 allow verified");
    assert_judged(written_by("cosign", "unsigned", save), "1 deny unsigned");
}

/// The image alone: its signatures stay behind.
#[test]
fn skopeo_copy() {
    let copy = |image: &str, layout: &Path| {
        let (image, layout) = (format!("docker://{image}"), format!("oci:{}:v1", layout.display()));
        ["--insecure-policy", "copy", "--src-tls-verify=false", &image, &layout]
            .map(str::to_owned)
            .to_vec()
    };
    assert_judged(written_by("skopeo", "legacy", copy), "1 deny unsigned");
}
