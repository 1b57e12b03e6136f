//! `action.yml`, its steps run in bash as a runner would: hostile inputs, a release served from loopback, and a release
//! with another digest, which must not be executed. Beside it GitLab's component, and the examples of both.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "action/examples.rs"]
mod examples;
#[path = "action/gitlab.rs"]
mod gitlab;
#[path = "action/linters.rs"]
mod linters;
#[path = "action/pull_request.rs"]
mod pull_request;
#[path = "action/runner.rs"]
mod runner;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;

use portcullis::args::{self, Surroundings};
use runner::{FAKE, Runner, action, digest, repository, run_release, serve};

const SCRIPTS: [&str; 4] = [
    "action/install.sh",
    "action/policy.sh",
    "action/check.sh",
    "action/upload.sh",
];

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
    for script in SCRIPTS {
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
    for input in [
        "images",
        "files",
        "exclude",
        "expect-images",
        "policy",
        "policy-digest",
        "mode",
        "trusted-root",
        "reports",
        "token-host",
        "evidence-repository",
        "ca-file",
    ] {
        let outcome = run_release(FAKE, &[("images", "image"), (input, hostile)]);
        assert!(outcome.success, "{input}: {}", outcome.log);
        let arguments = outcome.arguments.unwrap();
        let first = hostile.lines().next().unwrap();
        let expected = match input {
            "images" => format!("]\n{hostile}\n"),
            "files" | "exclude" | "token-host" | "evidence-repository" => {
                format!("[--{input}={first}][--{input}=--help]")
            }
            "reports" => format!("[--report={first}][--report=--help]"),
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
    let files = SCRIPTS.map(|file| std::fs::read_to_string(repository().join(file)).unwrap());
    for script in action.runs.steps.iter().map(|step| &step.run).chain(&files) {
        assert!(script.contains("set -euo pipefail"), "{script}");
        for forbidden in ["${{", "GITHUB_ENV", "GITHUB_PATH", "eval "] {
            assert!(!script.contains(forbidden), "{forbidden} in {script}");
        }
    }
    assert!(action.runs.steps[0].run.contains("verdict=undecided"));
}

#[test]
fn switches_are_true_or_false_and_comments_are_asked_for() {
    let outcome = run_release(FAKE, &[("images", "image"), ("comment", "true")]);
    assert!(outcome.arguments.unwrap().contains("[--comment]"));
    for (input, value) in [("comment", "yes"), ("code-scanning", "$(touch pwned)"), ("comment", "")] {
        let outcome = run_release(FAKE, &[("images", "image"), (input, value)]);
        assert!(
            !outcome.success && outcome.arguments.is_none(),
            "{input}: {}",
            outcome.log
        );
        assert_eq!(outcome.outputs["verdict"], "undecided");
    }
}

/// An expression that came out empty must not become a call for the images that the policy names.
#[test]
fn neither_images_nor_files_fails() {
    let outcome = run_release(FAKE, &[("images", " \n"), ("files", "")]);
    assert!(!outcome.success && outcome.arguments.is_none(), "{}", outcome.log);
    let outcome = run_release(FAKE, &[("files", "deploy\n\n  compose.yaml\n")]);
    let arguments = outcome.arguments.unwrap();
    assert!(
        arguments.contains("[--files=deploy][--files=compose.yaml]"),
        "{arguments}"
    );
    assert!(!arguments.contains("--images-file"), "{arguments}");
    assert!(outcome.outputs["sarif"].ends_with("portcullis.sarif"));
}

/// Roots are refreshed into a folder of this run alone, which the check then reads.
#[test]
fn trusted_roots_are_refreshed_before_the_check() {
    let release = FAKE.replacen(
        "set -euo pipefail",
        "set -euo pipefail\nif [ \"$1\" = trust ]; then printf '[%s]' \"$@\"; exit 0; fi",
        1,
    );
    let outcome = run_release(
        &release,
        &[("images", "image"), ("trust-update", "sigstore\n--mirror=https://x\n")],
    );
    assert!(outcome.success, "{}", outcome.log);
    let folder = outcome
        .log
        .split("[--cache-dir=")
        .nth(1)
        .unwrap()
        .split(']')
        .next()
        .unwrap();
    assert!(
        outcome.log.contains(&format!(
            "[trust][update][--cache-dir={folder}][--][sigstore][--mirror=https://x]"
        )),
        "{}",
        outcome.log
    );
    assert!(outcome.arguments.unwrap().contains(&format!("[--cache-dir={folder}]")));
    let words = ["portcullis", "trust", "update", "--cache-dir=x", "--", "sigstore"].map(OsString::from);
    args::parse(words, &Surroundings::default()).unwrap();
}

#[test]
fn trusted_roots_that_cannot_be_refreshed_leave_undecided() {
    let release = FAKE.replacen(
        "set -euo pipefail",
        "set -euo pipefail\nif [ \"$1\" = trust ]; then exit 1; fi",
        1,
    );
    let outcome = run_release(&release, &[("images", "image"), ("trust-update", "sigstore")]);
    assert!(!outcome.success && outcome.arguments.is_none(), "{}", outcome.log);
    assert!(
        outcome.log.contains("::error title=nothing was checked::"),
        "{}",
        outcome.log
    );
    assert_eq!(outcome.outputs["verdict"], "undecided");
}

/// With every input: the program understands what the action calls it with.
#[test]
fn the_program_understands_the_actions_arguments() {
    let digest = digest("policy");
    let inputs = [
        ("images", "ghcr.io/acme/api:v1"),
        ("files", "deploy\ncompose.yaml"),
        ("exclude", "deploy/old/**"),
        ("exclude-image", "ghcr.io/acme/old:*"),
        ("image-path", "spec.image"),
        ("expect-images", "3"),
        ("policy-digest", digest.as_str()),
        ("mode", "inform"),
        ("trusted-root", "root.json"),
        ("trust-update", "sigstore"),
        ("reports", "html=page.html\njunit=junit.xml\nmarkdown=page.md"),
        ("comment", "true"),
        ("insecure-registry", "registry.corp.example"),
        ("tls-registry", "localhost:5000"),
        ("token-host", "auth.corp.example"),
        ("evidence-repository", "ghcr.io/acme/signatures"),
        ("ca-file", "corp.pem"),
    ];
    let other = [
        "policy",
        "policy-from",
        "code-scanning",
        "token",
        "release-url",
        "release-digest",
    ];
    let all = inputs.iter().map(|(name, _)| *name).chain(other);
    assert_eq!(
        all.collect::<BTreeSet<_>>(),
        action().inputs.keys().map(String::as_str).collect()
    );
    let release = FAKE.replacen(
        "set -euo pipefail",
        "set -euo pipefail\nif [ \"$1\" = trust ]; then exit 0; fi",
        1,
    );
    let outcome = run_release(&release, &inputs);
    let called = outcome.arguments.unwrap();
    let words = called
        .lines()
        .next()
        .unwrap()
        .trim_start_matches('[')
        .trim_end_matches(']')
        .split("][");
    let words = ["portcullis"].into_iter().chain(words).map(OsString::from);
    let command = args::parse(words, &Surroundings::default()).unwrap_or_else(|error| panic!("{called}: {error}"));
    assert!(matches!(command, args::Command::Check(_)), "{called}");
}
