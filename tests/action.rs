//! `action.yml`, its steps run in bash as a runner would: hostile inputs, a release served from loopback, and a release
//! with another digest, which must not be executed.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Deserialize;
use sha2::{Digest, Sha256};

#[derive(Deserialize)]
struct Action {
    inputs: BTreeMap<String, Input>,
    outputs: BTreeMap<String, Output>,
    runs: Runs,
}

#[derive(Deserialize)]
struct Input {
    #[serde(default)]
    default: String,
    #[serde(default)]
    required: bool,
}

#[derive(Deserialize)]
struct Output {
    value: String,
}

#[derive(Deserialize)]
struct Runs {
    using: String,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    id: String,
    shell: String,
    #[serde(default)]
    env: BTreeMap<String, String>,
    run: String,
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn action() -> Action {
    serde_saphyr::from_str(&std::fs::read_to_string(repository().join("action.yml")).unwrap()).unwrap()
}

/// What a job sees of the action.
struct Outcome {
    outputs: BTreeMap<String, String>,
    success: bool,
    log: String,
    /// what the fake release wrote: its arguments and the images that it read
    arguments: Option<String>,
    /// nobody wrote the files that change later steps
    environment_files: String,
}

/// A runner: a place for files, and values of expressions.
struct Runner {
    place: PathBuf,
    inputs: BTreeMap<String, String>,
    outputs: BTreeMap<String, BTreeMap<String, String>>,
    /// where the action's files are
    action: PathBuf,
}

impl Runner {
    fn new(inputs: &[(&str, &str)]) -> Self {
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
            action: repository(),
        }
    }

    fn run(mut self) -> Outcome {
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
fn outputs(file: &str) -> BTreeMap<String, String> {
    let pairs = file
        .lines()
        .map(|line| line.split_once('=').unwrap_or_else(|| panic!("{line}")));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Serves `body` once from loopback.
fn serve(body: Vec<u8>) -> String {
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
const FAKE: &str = r#"#!/usr/bin/env bash
set -euo pipefail
{
  printf '[%s]' "$@"
  printf '\n'
  cat "${2#--images-file=}"
} > "$RUNNER_TEMP/arguments"
printf 'verdict=allow\nimages=["a@sha256:0"]\nreport=%s\n' "${6#--report=json=}" >> "$GITHUB_OUTPUT"
"#;

fn digest(bytes: &str) -> String {
    let hex: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

fn run_release(release: &str, inputs: &[(&str, &str)]) -> Outcome {
    let (url, digest) = (serve(release.into()), digest(release));
    let release = [("release-url", url.as_str()), ("release-digest", digest.as_str())];
    Runner::new(&[&release, inputs].concat()).run()
}

#[test]
fn a_release_is_installed_and_its_outputs_are_the_actions() {
    let outcome = run_release(FAKE, &[("images", "ghcr.io/acme/api:v1\nghcr.io/acme/web:v1")]);
    assert!(outcome.success, "{}", outcome.log);
    assert_eq!(outcome.outputs["verdict"], "allow");
    assert_eq!(outcome.outputs["images"], r#"["a@sha256:0"]"#);
    assert!(outcome.outputs["report"].ends_with("report.json"));
    let arguments = outcome.arguments.unwrap();
    assert!(
        arguments.contains("[--policy=portcullis.yaml][--mode=enforce][--format=github][--report=json="),
        "{arguments}"
    );
    assert!(
        arguments.ends_with("\nghcr.io/acme/api:v1\nghcr.io/acme/web:v1\n"),
        "{arguments}"
    );
    assert_eq!(outcome.environment_files, "");
}

/// With a cargo that leaves [`FAKE`] where a build would leave the binary.
#[test]
fn without_a_release_it_is_built_from_source() {
    let mut runner = Runner::new(&[("images", "image")]);
    let source = runner.place.join("source");
    let file = |name: &str, content: &str| {
        let path = source.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    for script in ["action/install.sh", "action/check.sh"] {
        file(script, &std::fs::read_to_string(repository().join(script)).unwrap());
    }
    file("tools/wasi-target", "echo target is there\n");
    let built = "$CARGO_TARGET_DIR/release";
    file(
        "bin/cargo",
        &format!(
            "#!/usr/bin/env bash\necho \"cargo $*\"\nmkdir -p \"{built}\"\ncp ../fake \"{built}/portcullis\"\nchmod 755 \"{built}/portcullis\"\n"
        ),
    );
    std::fs::write(runner.place.join("fake"), FAKE).unwrap();
    runner.action = source;
    let outcome = runner.run();
    assert!(outcome.success, "{}", outcome.log);
    assert!(
        outcome
            .log
            .starts_with("target is there\ncargo build --release --locked --package portcullis\n"),
        "{}",
        outcome.log
    );
    assert_eq!(outcome.outputs["verdict"], "allow");
}

#[test]
fn hostile_inputs_are_data() {
    let hostile = "$(touch pwned) `touch pwned` \"; touch pwned; ' \\ ${IFS} --mode=inform\n--help\n::error::x";
    for input in ["images", "policy", "policy-digest", "mode", "trusted-root"] {
        let outcome = run_release(FAKE, &[("images", "image"), (input, hostile)]);
        assert!(outcome.success, "{input}: {}", outcome.log);
        let arguments = outcome.arguments.unwrap();
        let expected = match input {
            "images" => format!("]\n{hostile}\n"),
            other => format!("[--{other}={hostile}]"),
        };
        assert!(arguments.contains(&expected), "{input}: {arguments}");
        assert!(!outcome.log.contains("::error::x"), "{}", outcome.log);
        assert_eq!(outcome.environment_files, "");
    }
}

#[test]
fn hostile_releases_are_refused_before_anything_is_fetched() {
    let good = digest(FAKE);
    for (url, digest) in [
        ("http://example.com/portcullis", good.as_str()),
        ("file:///bin/true", &good),
        ("--output=/tmp/x", &good),
        ("$(touch pwned)", &good),
        ("https://127.0.0.1:1/x", ""),
        ("https://127.0.0.1:1/x", "sha256:$(touch pwned)"),
        ("", &good),
    ] {
        let outcome = Runner::new(&[("images", "image"), ("release-url", url), ("release-digest", digest)]).run();
        assert!(!outcome.success, "{url} {digest}");
        assert!(
            outcome.log.starts_with("::error title=portcullis was not installed::"),
            "{}",
            outcome.log
        );
        assert_eq!(
            (outcome.outputs["verdict"].as_str(), outcome.outputs["images"].as_str()),
            ("undecided", "[]")
        );
    }
}

#[test]
fn another_digest_fails_before_execution() {
    let (url, digest) = (serve(FAKE.into()), digest("another release"));
    let outcome = Runner::new(&[("images", "image"), ("release-url", &url), ("release-digest", &digest)]).run();
    assert!(!outcome.success);
    assert!(outcome.log.contains("does not have the digest"), "{}", outcome.log);
    assert_eq!(outcome.arguments, None, "it was executed");
    assert_eq!(outcome.outputs["verdict"], "undecided");
}

#[test]
fn a_process_that_dies_leaves_undecided() {
    let outcome = run_release("#!/usr/bin/env bash\nkill -9 $$\n", &[("images", "image")]);
    assert!(!outcome.success);
    assert_eq!(
        (outcome.outputs["verdict"].as_str(), outcome.outputs["images"].as_str()),
        ("undecided", "[]")
    );
}

#[test]
fn exit_code_and_outputs_of_a_denial_pass_through() {
    let outcome = run_release(
        "#!/usr/bin/env bash\nprintf 'verdict=deny\\nimages=[]\\n' >> \"$GITHUB_OUTPUT\"\nexit 1\n",
        &[("images", "image")],
    );
    assert!(!outcome.success);
    assert_eq!(outcome.outputs["verdict"], "deny");
}

/// Scripts that no text of others can get into.
#[test]
fn scripts_are_closed() {
    let action = action();
    assert_eq!(action.runs.using, "composite");
    assert!(action.inputs["images"].required);
    let files =
        ["action/install.sh", "action/check.sh"].map(|file| std::fs::read_to_string(repository().join(file)).unwrap());
    for script in action.runs.steps.iter().map(|step| &step.run).chain(&files) {
        assert!(script.contains("set -euo pipefail"), "{script}");
        for forbidden in ["${{", "GITHUB_ENV", "GITHUB_PATH", "eval "] {
            assert!(!script.contains(forbidden), "{forbidden} in {script}");
        }
    }
    assert!(action.runs.steps[0].run.contains("verdict=undecided"));
}

/// GitLab replaces `$[[ inputs.… ]]` anywhere; here it may stand in a value that nothing expands, never in the script.
#[test]
fn gitlab_component_keeps_inputs_out_of_its_script() {
    let template = std::fs::read_to_string(repository().join("templates/gate/template.yml")).unwrap();
    let (header, job) = template.split_once("\n---\n").unwrap();
    let header: serde_json::Value = serde_saphyr::from_str(header).unwrap();
    let job: serde_json::Value = serde_saphyr::from_str(job).unwrap();
    let job = &job["$[[ inputs.job ]]"];
    assert!(!job["script"].to_string().contains("$[["));
    for (name, variable) in job["variables"].as_object().unwrap() {
        assert_eq!(variable["expand"], false, "{name}");
        let input = variable["value"]
            .as_str()
            .unwrap()
            .trim_start_matches("$[[ inputs.")
            .trim_end_matches(" ]]");
        assert!(header["spec"]["inputs"].get(input).is_some(), "{input}");
    }
    assert_eq!(job["artifacts"]["when"], "always");
}

/// The script of the GitLab component, run with hostile variables.
#[test]
fn gitlab_script_runs_a_release_by_digest_only() {
    let template = std::fs::read_to_string(repository().join("templates/gate/template.yml")).unwrap();
    let job: serde_json::Value = serde_saphyr::from_str(template.split_once("\n---\n").unwrap().1).unwrap();
    let script = Arc::new(job["$[[ inputs.job ]]"]["script"][0].as_str().unwrap().to_owned());
    let hostile = "$(touch pwned)\n--mode=inform \"'";
    for (named, executed) in [(digest(FAKE), true), (digest("another release"), false)] {
        let runner = Runner::new(&[]);
        let done = Command::new("bash")
            .args(["-c", &script])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("RUNNER_TEMP", &runner.place)
            .env("GITHUB_OUTPUT", runner.place.join("output"))
            .env("GATE_IMAGES", hostile)
            .env("GATE_POLICY", hostile)
            .env("GATE_POLICY_DIGEST", "")
            .env("GATE_MODE", "enforce")
            .env("GATE_RELEASE_URL", serve(FAKE.into()))
            .env("GATE_RELEASE_DIGEST", named)
            .current_dir(&runner.place)
            .output()
            .unwrap();
        assert_eq!(
            done.status.success(),
            executed,
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        let arguments = std::fs::read_to_string(runner.place.join("arguments"));
        assert_eq!(arguments.is_ok(), executed);
        assert!(!runner.place.join("pwned").exists());
        if let Ok(arguments) = arguments {
            assert!(
                arguments.contains(&format!("[--policy={hostile}]")) && arguments.ends_with(&format!("\n{hostile}\n"))
            );
        }
        std::fs::remove_dir_all(&runner.place).unwrap();
    }
}

#[test]
fn examples_go_on_only_when_allowed() {
    let example = std::fs::read_to_string(repository().join("examples/github/gate.yml")).unwrap();
    let workflow: serde_json::Value = serde_saphyr::from_str(&example).unwrap();
    assert_eq!(
        workflow["jobs"]["deploy"]["if"],
        "needs.gate.outputs.verdict == 'allow'"
    );
    assert_eq!(workflow["permissions"], serde_json::json!({}));
    let inputs = action().inputs;
    for input in workflow["jobs"]["gate"]["steps"][1]["with"].as_object().unwrap().keys() {
        assert!(inputs.contains_key(input), "{input}");
    }
    let example = std::fs::read_to_string(repository().join("examples/gitlab/gate.yml")).unwrap();
    let template = std::fs::read_to_string(repository().join("templates/gate/template.yml")).unwrap();
    let header: serde_json::Value = serde_saphyr::from_str(template.split_once("\n---\n").unwrap().0).unwrap();
    let pipeline: serde_json::Value = serde_saphyr::from_str(&example).unwrap();
    for input in pipeline["include"][0]["inputs"].as_object().unwrap().keys() {
        assert!(header["spec"]["inputs"].get(input).is_some(), "{input}");
    }
}
