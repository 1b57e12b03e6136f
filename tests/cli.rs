//! The command line, as `tests/cases/*.txt` have it: a command after `$`, what it wrote after `1|` and `2|`, its exit code.
//!
//! Each file is run from top to bottom in a folder of its own, which holds the fixtures (`key/`, `keyless/`, `trust/`,
//! `policies/`), `tests/cases/files/`, and `examples/vendor/` as `vendor/`. `PORTCULLIS_REGENERATE=1` writes the answers anew.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use support::{NOW, Scratch, fixtures, portcullis, signature_bundle, tests};

#[test]
fn every_case() {
    let mut cases: Vec<PathBuf> = fs::read_dir(tests().join("cases"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    cases.sort();
    assert!(!cases.is_empty());
    let wrong: Vec<String> = thread::scope(|scope| {
        let running: Vec<_> = cases.iter().map(|case| scope.spawn(move || differs(case))).collect();
        running.into_iter().filter_map(|case| case.join().unwrap()).collect()
    });
    assert!(
        wrong.is_empty(),
        "{}PORTCULLIS_REGENERATE=1 writes them anew",
        wrong.join("\n")
    );
}

/// The answer of a case where it is not the expected one.
fn differs(case: &Path) -> Option<String> {
    let expected = fs::read_to_string(case).unwrap();
    let folder = folder();
    let mut found = String::new();
    for line in expected.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            write!(found, "{line}\n{}", answer(command, &folder.path)).unwrap();
        } else if line.is_empty() || line.starts_with('#') {
            writeln!(found, "{line}").unwrap();
        }
    }
    if std::env::var_os("PORTCULLIS_REGENERATE").is_some() {
        fs::write(case, &found).unwrap();
        return None;
    }
    let different = expected
        .lines()
        .zip(found.lines())
        .position(|(expected, found)| expected != found);
    let line = different.map_or("its end".to_owned(), |line| format!("line {}", line + 1));
    (expected != found).then(|| format!("{} differs from {line} on:\n{found}", case.display()))
}

fn folder() -> Scratch {
    let folder = Scratch::new();
    for name in ["policies", "trust"] {
        copy(&fixtures().join(name), &folder.path.join(name));
    }
    for name in ["key", "keyless"] {
        symlink(fixtures().join(name), folder.path.join(name)).unwrap();
    }
    copy(&tests().join("cases/files"), &folder.path);
    copy(&tests().join("../examples/vendor"), &folder.path.join("vendor"));
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// A line of shell, with the program in its path and nothing else of the machine's environment.
fn answer(command: &str, folder: &Path) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_portcullis"));
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let output = Command::new("bash")
        .args(["--noprofile", "--norc", "-c", command])
        .env_clear()
        .env("PATH", path)
        .env("HOME", folder)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let mut shown = String::new();
    for (mark, stream) in [('1', &output.stdout), ('2', &output.stderr)] {
        for line in std::str::from_utf8(stream).unwrap().lines() {
            writeln!(shown, "{mark}| {line}").unwrap();
        }
    }
    let shown = shown.replace(&portcullis::component::digest(), "sha256:COMPONENT");
    let shown = shown.replace(folder.to_str().unwrap(), "FOLDER");
    let version = env!("CARGO_PKG_VERSION");
    let shown = shown.replace(&format!("portcullis  {version}"), "portcullis  VERSION");
    let shown = shown.replace(&format!("\"version\": \"{version}\""), "\"version\": \"VERSION\"");
    format!("{shown}exit {}\n", output.status.code().unwrap())
}

/// A reader that went away is told by the exit code: nobody has seen the verdict.
#[test]
fn standard_output_that_is_closed_is_no_panic() {
    for arguments in [
        vec![
            "check",
            "--policy",
            "policies/key.yaml",
            "--layout",
            "key/new",
            "registry.example/lab/new:v1",
        ],
        vec!["check", "--help"],
        vec!["list", "--layout", "key/new", "registry.example/lab/new:v1"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = Command::new(env!("CARGO_BIN_EXE_portcullis"))
            .args(&arguments)
            .env_clear()
            .current_dir(fixtures())
            .stdout(writer)
            .output()
            .unwrap();
        let words = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {words}");
        assert!(words.starts_with("error: cannot write the output: "), "{words}");
    }
}

/// What `--output-signature` and `--output-certificate` write is what the bundle of the image holds.
#[test]
fn proven_files_hold_what_the_bundle_holds() {
    let scratch = Scratch::new();
    let call = |layout: &str, policy: &str| {
        let image = format!("registry.example/lab/{}:v1", layout.split_once('/').unwrap().1);
        let policy = fixtures().join(format!("policies/{policy}.yaml"));
        let file = |name: &str| scratch.path.join(name).to_str().unwrap().to_owned();
        portcullis(
            [
                "check",
                &image,
                "--now",
                NOW,
                "--layout",
                layout,
                "--policy",
                policy.to_str().unwrap(),
            ]
            .into_iter()
            .chain([
                "--output-signature",
                &file("signature"),
                "--output-certificate",
                &file("certificate"),
            ]),
        )
        .folder(&fixtures())
        .answer()
    };
    assert_eq!(call("keyless/nosct", "keyless").exit, Some(1));
    assert!(!scratch.path.join("signature").exists() && !scratch.path.join("certificate").exists());

    assert_eq!(call("keyless/v1", "keyless").exit, Some(0));
    let bundle = signature_bundle(&support::fixture("keyless/v1")).1;
    let text = |pointer: &str| bundle.pointer(pointer).unwrap().as_str().unwrap();
    assert_eq!(scratch.read("signature"), text("/dsseEnvelope/signatures/0/sig"));
    let pem = scratch.read("certificate");
    let lines: Vec<&str> = pem.lines().collect();
    assert_eq!(
        (lines[0], lines[lines.len() - 1]),
        ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----")
    );
    assert_eq!(
        lines[1..lines.len() - 1].concat(),
        text("/verificationMaterial/certificate/rawBytes")
    );
}
