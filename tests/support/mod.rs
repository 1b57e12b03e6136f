//! The release binary, called as a pipeline calls it: with an environment that the test gives and nothing of the
//! machine's, and with its answer as a value.
#![allow(dead_code, reason = "each test program uses its part")]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use base64::prelude::*;
use serde_json::Value;
use testbed::layout::{Descriptor, Layout};

/// An hour after the fixtures were signed.
pub const NOW: &str = "2026-11-22T23:00:00Z";

/// `tests/`
pub fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("tests")
}

pub fn fixtures() -> PathBuf {
    tests().join("fixtures")
}

/// One call of the program.
pub struct Portcullis {
    command: Command,
    input: Vec<u8>,
}

pub fn portcullis<A: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = A>) -> Portcullis {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    command.args(arguments).env_clear();
    Portcullis {
        command,
        input: Vec::new(),
    }
}

impl Portcullis {
    pub fn folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    pub fn variable(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn input(mut self, input: &[u8]) -> Self {
        self.input = input.to_vec();
        self
    }

    pub fn answer(mut self) -> Answer {
        let piped = self.command.stdin(Stdio::piped());
        let mut child = piped.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A program that ends without reading its input is no fault of the test.
        drop(child.stdin.take().unwrap().write_all(&self.input));
        let output = child.wait_with_output().unwrap();
        Answer {
            exit: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// none: ended by a signal
    pub exit: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Exit code, verdict and class of the first rule, of a report in JSON.
    pub fn judgement(&self) -> String {
        let report = self.json();
        let word = |pointer| report.pointer(pointer).and_then(Value::as_str).unwrap_or("-");
        assert_eq!(report["exit_code"], self.exit.unwrap(), "{report:#}");
        format!(
            "{} {} {}",
            report["exit_code"],
            word("/verdict"),
            word("/images/0/rules/0/class")
        )
    }
}

/// A temporary folder, removed at the end of the test.
pub struct Scratch {
    pub path: PathBuf,
}

impl Scratch {
    pub fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("portcullis-test-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self { path }
    }

    /// Writes a file, with its folders, and gives its path.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path.join(name)).unwrap_or_default()
    }

    /// A policy of the fixtures with the files that it names, for images of any name.
    pub fn policy(&self, name: &str) -> String {
        for file in std::fs::read_dir(fixtures().join("trust")).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            self.write(&format!("trust/{name}"), std::fs::read(&path).unwrap());
        }
        let policy = std::fs::read_to_string(fixtures().join(format!("policies/{name}.yaml"))).unwrap();
        let policy = policy.replace("match: registry.example/lab/*", "match: '**'");
        self.write(&format!("policies/{name}.yaml"), policy)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.path));
    }
}

/// A layout of the fixtures, in memory.
pub fn fixture(name: &str) -> Layout {
    let folder = fixtures().join(name);
    let index: Value = serde_json::from_slice(&std::fs::read(folder.join("index.json")).unwrap()).unwrap();
    let entries = index["manifests"].as_array().unwrap().iter().cloned();
    let blobs: BTreeMap<String, Vec<u8>> = std::fs::read_dir(folder.join("blobs/sha256"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let digest = format!("sha256:{}", path.file_name().unwrap().to_str().unwrap());
            (digest, std::fs::read(&path).unwrap())
        })
        .collect();
    Layout {
        blobs,
        index: entries.map(Descriptor).collect(),
    }
}

/// The bundle with cosign's image signature in it, and the digest that manifests name it by.
pub fn signature_bundle(layout: &Layout) -> (String, Value) {
    let is_signature = |bundle: &Value| {
        let payload = bundle.pointer("/dsseEnvelope/payload").and_then(Value::as_str);
        let statement = payload.map(|payload| String::from_utf8(BASE64_STANDARD.decode(payload).unwrap()).unwrap());
        statement.is_some_and(|statement| statement.contains("https://sigstore.dev/cosign/sign/v1"))
    };
    let mut documents = layout.blobs.iter().filter_map(|(digest, bytes)| {
        let document: Value = serde_json::from_slice(bytes).ok()?;
        Some((digest.clone(), document))
    });
    documents.find(|(_, bundle)| is_signature(bundle)).unwrap()
}

/// A line of `expected.tsv`.
pub struct Expected {
    pub policy: String,
    pub layout: String,
    pub image: String,
    pub exit: i32,
    pub class: String,
}

impl Expected {
    pub fn all() -> Vec<Expected> {
        let table = std::fs::read_to_string(fixtures().join("expected.tsv")).unwrap();
        let lines = table.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let row = |line: &str| {
            let fields: Vec<&str> = line.split('\t').collect();
            Expected {
                policy: fields[0].to_owned(),
                layout: fields[1].to_owned(),
                image: fields[2].to_owned(),
                exit: fields[3].parse().unwrap(),
                class: fields[4].to_owned(),
            }
        };
        lines.map(row).collect()
    }

    /// As [`Answer::judgement`] says it.
    pub fn judgement(&self) -> String {
        let verdict = if self.exit == 0 { "allow" } else { "deny" };
        format!("{} {verdict} {}", self.exit, self.class)
    }

    /// The name without the registry: `lab/app:v1`.
    pub fn repository(&self) -> &str {
        self.image.split_once('/').unwrap().1
    }
}
