//! `action.yml` read as GitHub reads it, and its steps run in bash as a runner would.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Deserialize;
use sha2::{Digest, Sha256};

#[derive(Deserialize)]
pub struct Action {
    pub inputs: BTreeMap<String, Input>,
    pub outputs: BTreeMap<String, Output>,
    pub runs: Runs,
}

#[derive(Deserialize)]
pub struct Input {
    #[serde(default)]
    pub default: String,
}

#[derive(Deserialize)]
pub struct Output {
    value: String,
}

#[derive(Deserialize)]
pub struct Runs {
    pub using: String,
    pub steps: Vec<Step>,
}

#[derive(Deserialize)]
pub struct Step {
    id: String,
    shell: String,
    #[serde(default)]
    env: BTreeMap<String, String>,
    pub run: String,
}

pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

pub fn action() -> Action {
    serde_saphyr::from_str(&std::fs::read_to_string(repository().join("action.yml")).unwrap()).unwrap()
}

/// What a job sees of the action.
pub struct Outcome {
    pub outputs: BTreeMap<String, String>,
    pub success: bool,
    pub log: String,
    /// what the fake release wrote: its arguments and the images that it read
    pub arguments: Option<String>,
    /// nobody wrote the files that change later steps
    pub environment_files: String,
}

/// A runner: a place for files, and values of expressions.
pub struct Runner {
    pub place: PathBuf,
    inputs: BTreeMap<String, String>,
    outputs: BTreeMap<String, BTreeMap<String, String>>,
    /// what GitHub says about the event, by its name in expressions, and further variables of the runner
    pub github: BTreeMap<String, String>,
    pub variables: BTreeMap<String, String>,
    /// where the action's files are
    pub action: PathBuf,
}

impl Runner {
    pub fn new(inputs: &[(&str, &str)]) -> Self {
        static RUNNERS: AtomicUsize = AtomicUsize::new(0);
        let number = RUNNERS.fetch_add(1, Ordering::Relaxed);
        let place = std::env::temp_dir().join(format!("portcullis-action-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&place).unwrap();
        let mut values: BTreeMap<_, _> = action()
            .inputs
            .into_iter()
            .map(|(name, input)| (name, input.default))
            .collect();
        values.insert("token".to_owned(), "token".to_owned());
        values.extend(
            inputs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        Self {
            place,
            inputs: values,
            outputs: BTreeMap::new(),
            github: BTreeMap::new(),
            variables: BTreeMap::new(),
            action: repository(),
        }
    }

    pub fn run(mut self) -> Outcome {
        let (mut log, mut success) = (String::new(), true);
        for step in action().runs.steps {
            success = self.step(&step, &mut log);
            if !success {
                break;
            }
        }
        let outputs = action().outputs;
        let outputs = outputs
            .into_iter()
            .map(|(name, output)| (name, self.evaluate(&output.value)))
            .collect();
        let read = |name: &str| std::fs::read_to_string(self.place.join(name));
        let environment_files = read("env").unwrap_or_default() + &read("path").unwrap_or_default();
        let outcome = Outcome {
            outputs,
            success,
            log,
            arguments: read("arguments").ok(),
            environment_files,
        };
        std::fs::remove_dir_all(&self.place).unwrap();
        outcome
    }

    /// As actions/runner does for `shell: bash`.
    fn step(&mut self, step: &Step, log: &mut String) -> bool {
        assert_eq!(step.shell, "bash");
        let (script, output) = (self.place.join("step.sh"), self.place.join("output"));
        std::fs::write(&script, &step.run).unwrap();
        std::fs::write(&output, "").unwrap();
        let done = Command::new("bash")
            .args(["--noprofile", "--norc", "-e", "-o", "pipefail"])
            .arg(&script)
            .env_clear()
            .envs(step.env.iter().map(|(name, value)| (name, self.evaluate(value))))
            .env("PATH", self.search_path())
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_ACTION_PATH", &self.action)
            .env("GITHUB_OUTPUT", &output)
            .env("GITHUB_ENV", self.place.join("env"))
            .env("GITHUB_PATH", self.place.join("path"))
            .env("RUNNER_TEMP", &self.place)
            .env("GITHUB_WORKSPACE", &self.place)
            .env("GITHUB_REPOSITORY", "acme/api")
            .env("GITHUB_SHA", "c".repeat(40))
            .env("GITHUB_REF", "refs/pull/7/merge")
            .env("GITHUB_SERVER_URL", format!("file://{}/server", self.place.display()))
            .env("GITHUB_API_URL", "https://127.0.0.1:1")
            .envs(&self.variables)
            .current_dir(&self.place)
            .output()
            .unwrap();
        log.push_str(&String::from_utf8_lossy(&done.stdout));
        log.push_str(&String::from_utf8_lossy(&done.stderr));
        self.outputs
            .insert(step.id.clone(), outputs(&std::fs::read_to_string(&output).unwrap()));
        done.status.success()
    }

    /// Programs beside the action's files come first.
    fn search_path(&self) -> String {
        format!("{}/bin:{}", self.action.display(), std::env::var("PATH").unwrap())
    }

    /// `${{ a || b }}` with inputs and outputs of steps; other text is itself.
    fn evaluate(&self, text: &str) -> String {
        let Some(expression) = text.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")) else {
            assert!(!text.contains("${{"), "{text}");
            return text.to_owned();
        };
        let values = expression.split("||").map(|operand| self.operand(operand.trim()));
        values.into_iter().find(|value| !value.is_empty()).unwrap_or_default()
    }

    fn operand(&self, operand: &str) -> String {
        match operand.split('.').collect::<Vec<_>>()[..] {
            ["inputs", name] => self.inputs[name].clone(),
            ["github", ..] => self.github.get(operand).cloned().unwrap_or_default(),
            ["steps", step, "outputs", name] => self
                .outputs
                .get(step)
                .and_then(|outputs| outputs.get(name))
                .cloned()
                .unwrap_or_default(),
            _ => panic!("`{operand}` is not evaluated"),
        }
    }
}

/// The runner's file command: `name=value`, the last one counts; the multi-line form must not occur.
pub fn outputs(file: &str) -> BTreeMap<String, String> {
    let pairs = file
        .lines()
        .map(|line| line.split_once('=').unwrap_or_else(|| panic!("{line}")));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Serves `body` once from loopback.
pub fn serve(body: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).unwrap();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        )
        .unwrap();
        stream.write_all(&body).unwrap();
    });
    format!("http://{address}/portcullis")
}

/// In place of the binary: says what it was called with, and allows.
pub const FAKE: &str = r#"#!/usr/bin/env bash
set -euo pipefail
{
  printf '[%s]' "$@"
  printf '\n'
  for argument; do
    case $argument in
      --policy=*base/*) cat "${argument#--policy=}" ;;
      --images-file=*) cat "${argument#--images-file=}" ;;
      --report=json=*) printf 'report=%s\n' "${argument#--report=json=}" >> "$GITHUB_OUTPUT" ;;
      --report=sarif=*) printf '{}' > "${argument#--report=sarif=}" ;;
    esac
  done
} > "$RUNNER_TEMP/arguments"
printf 'verdict=allow\nimages=["a@sha256:0"]\n' >> "$GITHUB_OUTPUT"
"#;

pub fn digest(bytes: &str) -> String {
    let hex: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

pub fn run_release(release: &str, inputs: &[(&str, &str)]) -> Outcome {
    let (url, digest) = (serve(release.into()), digest(release));
    let release = [("release-url", url.as_str()), ("release-digest", digest.as_str())];
    Runner::new(&[&release, inputs].concat()).run()
}
