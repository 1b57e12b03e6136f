//! The action and the examples, as programs of others see them: actionlint, zizmor and gitlab-ci-local, where
//! `tools/test-programs` put them.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::runner::repository;

/// None where the program is missing; then the test says that it was skipped.
fn program(name: &str) -> Option<Command> {
    let folder = PathBuf::from(std::env::var_os("PORTCULLIS_TEST_PROGRAMS").unwrap_or_default());
    let path = folder.join(name);
    if !path.exists() {
        eprintln!("skipped: {name} is not in the folder that PORTCULLIS_TEST_PROGRAMS names");
        return None;
    }
    let mut program = Command::new(path);
    program.current_dir(repository());
    Some(program)
}

fn workflows() -> Vec<String> {
    let entries = std::fs::read_dir(repository().join("examples/github")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.map(|name| format!("examples/github/{name}")).collect()
}

#[test]
fn actionlint_finds_nothing() {
    let Some(mut actionlint) = program("actionlint") else {
        return;
    };
    let done = actionlint.args(workflows()).output().unwrap();
    let found = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    // its list of the runners that GitHub has is older than they are
    let faults: Vec<_> = found
        .lines()
        .filter(|line| !line.contains(r#""kind":"runner-label""#))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

/// It looks at all: an expression in a script is found.
#[test]
fn actionlint_finds_an_expression_in_a_script() {
    let Some(mut actionlint) = program("actionlint") else {
        return;
    };
    let path = std::env::temp_dir().join(format!("portcullis-actionlint-{}.yml", std::process::id()));
    let workflow = "on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ github.event.pull_request.title }}\n";
    std::fs::write(&path, workflow).unwrap();
    let done = actionlint.arg(&path).output().unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(
        String::from_utf8_lossy(&done.stdout).contains("potentially untrusted"),
        "{done:?}"
    );
}

#[test]
fn zizmor_finds_nothing() {
    let Some(mut zizmor) = program("zizmor") else { return };
    let strict = [
        "--offline",
        "--no-config",
        "--no-progress",
        "--persona=pedantic",
        "action.yml",
    ];
    let done = zizmor.args(strict).args(workflows()).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
}

/// In place of the binary: the verdict that the test wants, in every report.
const GATE: &str = r#"#!/bin/sh
printf '[%s]' "$@" > "$PLACE/arguments"
for argument; do
  case $argument in
    --report=*) printf 'PORTCULLIS_VERDICT=%s\n' "$VERDICT" > "${argument##*=}" ;;
  esac
done
"#;

/// Runs a pipeline: validated by GitLab's own schema, its jobs started in a shell. None where a program is missing.
fn pipeline(text: &str, verdict: &str, source: &str) -> Option<(bool, String, String)> {
    program("rsync")?;
    let mut local = program("gitlab-ci-local")?;
    let place = std::env::temp_dir().join(format!("portcullis-pipeline-{}-{}", std::process::id(), next()));
    let write = |name: &str, text: &str| {
        let path = place.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    write("bin/portcullis", GATE);
    let project = place.join("project");
    write("project/.gitlab-ci.yml", text);
    let template = std::fs::read_to_string(repository().join("templates/gate/template.yml")).unwrap();
    write("project/templates/gate/template.yml", &template);
    let commit = [
        "-c",
        "user.name=lab",
        "-c",
        "user.email=lab@example.com",
        "commit",
        "--quiet",
        "--message=x",
    ];
    for words in [
        &["init", "--quiet", "--initial-branch=main"][..],
        &["remote", "add", "origin", "https://gitlab.com/acme/api.git"],
        &["add", "."],
        &commit,
    ] {
        assert!(
            Command::new("git")
                .args(words)
                .current_dir(&project)
                .status()
                .unwrap()
                .success()
        );
    }
    let path = [
        &place.join("bin").display().to_string(),
        &std::env::var("PORTCULLIS_TEST_PROGRAMS").unwrap(),
    ]
    .map(String::as_str)
    .join(":");
    let done = local
        .args([
            "--force-shell-executor",
            "--shell-isolation=false",
            "--no-artifacts-to-source",
        ])
        .args(["--variable", &format!("CI_PIPELINE_SOURCE={source}")])
        .env_clear()
        .env("PATH", format!("{path}:{}", std::env::var("PATH").unwrap()))
        .env("HOME", &place)
        .env("PLACE", &place)
        .env("VERDICT", verdict)
        .current_dir(&project)
        .output()
        .unwrap();
    assert!(!project.join("pwned").exists());
    let log = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    let arguments = std::fs::read_to_string(place.join("arguments")).unwrap_or_else(|_| panic!("no gate ran: {log}"));
    std::fs::remove_dir_all(&place).unwrap();
    Some((done.status.success(), arguments, log))
}

fn next() -> usize {
    static PIPELINES: AtomicUsize = AtomicUsize::new(0);
    PIPELINES.fetch_add(1, Ordering::Relaxed)
}

/// With the component of this repository, and a program that is there.
fn example(name: &str) -> String {
    let text = std::fs::read_to_string(repository().join(format!("examples/gitlab/{name}.yml"))).unwrap();
    let component = "component: gitlab.com/portcullis-dev/portcullis/gate@0000000000000000000000000000000000000000";
    assert!(text.contains(component));
    let text = text.replace(component, "local: templates/gate/template.yml");
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("release-"));
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn gitlab_examples_run_and_go_on_only_when_allowed() {
    for (name, deploys) in [("gate", true), ("matrix", true), ("scheduled", false)] {
        for verdict in ["allow", "deny", "undecided", ""] {
            let Some((success, _, log)) = pipeline(&example(name), verdict, "schedule") else {
                return;
            };
            assert_eq!(success, !deploys || verdict == "allow", "{name} {verdict}: {log}");
        }
    }
}

#[test]
fn gitlab_hands_hostile_inputs_to_the_component_as_data() {
    let text = "include:\n  - local: templates/gate/template.yml\n    inputs:\n      files: |\n        $(touch pwned) `touch pwned` $HOME \"'\n        END\n";
    let Some((success, arguments, log)) = pipeline(text, "allow", "push") else {
        return;
    };
    assert!(success, "{log}");
    assert!(
        arguments.contains(r#"[--files=$(touch pwned) `touch pwned` $HOME "'][--files=END]"#),
        "{arguments}"
    );
}
