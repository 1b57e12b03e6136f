//! GitLab's component: its script run in a shell as a runner would, with hostile inputs.

use std::process::Command;

use serde_json::Value;

use crate::runner::{FAKE, Runner, digest, repository, serve};

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
    // an earlier job's dotenv would take precedence over the inputs
    assert_eq!(job["dependencies"], serde_json::json!([]));
}

/// The component's job.
fn job() -> Value {
    let template = std::fs::read_to_string(repository().join("templates/gate/template.yml")).unwrap();
    let job: Value = serde_saphyr::from_str(template.split_once("\n---\n").unwrap().1).unwrap();
    job["$[[ inputs.job ]]"].clone()
}

/// What the job left.
struct Done {
    success: bool,
    log: String,
    arguments: Option<String>,
    dotenv: String,
}

/// The script as GitLab's runner starts it, with inputs by the names of their variables.
fn run(shell: &str, release: &str, named: &str, variables: &[(&str, &str)]) -> Done {
    let runner = Runner::new(&[]);
    let job = job();
    let empty = job["variables"]
        .as_object()
        .unwrap()
        .keys()
        .map(|name| (name.as_str(), ""));
    let done = Command::new(shell)
        .args(["-c", job["script"][0].as_str().unwrap()])
        .env_clear()
        .envs(empty)
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("RUNNER_TEMP", &runner.place)
        .env("GITHUB_OUTPUT", runner.place.join("output"))
        .env("GATE_POLICY", "portcullis.yaml")
        .env("GATE_MODE", "enforce")
        .env("GATE_RELEASE_URL", serve(release.into()))
        .env("GATE_RELEASE_DIGEST", named)
        .envs(variables.iter().copied())
        .current_dir(&runner.place)
        .output()
        .unwrap();
    assert!(!runner.place.join("pwned").exists());
    let read = |name: &str| std::fs::read_to_string(runner.place.join(name));
    let done = Done {
        success: done.status.success(),
        log: String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr),
        arguments: read("arguments").ok(),
        dotenv: read("portcullis.env").unwrap(),
    };
    std::fs::remove_dir_all(&runner.place).unwrap();
    done
}

const HOSTILE: &str = "$(touch pwned) `touch pwned`\nEND\n--mode=inform \"'";

#[test]
fn gitlab_script_runs_a_release_by_digest_only() {
    for (named, executed) in [(digest(FAKE), true), (digest("another release"), false)] {
        let done = run("bash", FAKE, &named, &[("GATE_IMAGES", "image")]);
        assert_eq!(
            (done.success, done.arguments.is_some()),
            (executed, executed),
            "{}",
            done.log
        );
        assert_eq!(done.dotenv, "PORTCULLIS_VERDICT=undecided\n");
    }
}

/// Runners take bash where there is one, and else what `sh` is.
#[test]
fn hostile_inputs_are_data_to_gitlab_too() {
    for shell in ["bash", "sh"] {
        for (variable, option) in [
            ("GATE_POLICY", "policy"),
            ("GATE_POLICY_DIGEST", "policy-digest"),
            ("GATE_TRUSTED_ROOT", "trusted-root"),
            ("GATE_EXPECT_IMAGES", "expect-images"),
            ("GATE_CA_FILE", "ca-file"),
        ] {
            let done = run(
                shell,
                FAKE,
                &digest(FAKE),
                &[("GATE_IMAGES", HOSTILE), (variable, HOSTILE)],
            );
            let arguments = done.arguments.unwrap();
            assert!(
                arguments.contains(&format!("[--{option}={HOSTILE}]")),
                "{shell}: {arguments}"
            );
            assert!(arguments.ends_with(&format!("\n{HOSTILE}\n")), "{shell}: {arguments}");
        }
        for (variable, option) in [
            ("GATE_FILES", "files"),
            ("GATE_EXCLUDE", "exclude"),
            ("GATE_EXCLUDE_IMAGE", "exclude-image"),
            ("GATE_IMAGE_PATH", "image-path"),
            ("GATE_REPORTS", "report"),
            ("GATE_TOKEN_HOST", "token-host"),
            ("GATE_EVIDENCE_REPOSITORY", "evidence-repository"),
        ] {
            let done = run(
                shell,
                FAKE,
                &digest(FAKE),
                &[("GATE_IMAGES", "image"), (variable, HOSTILE)],
            );
            let lines: String = HOSTILE.lines().map(|line| format!("[--{option}={line}]")).collect();
            let arguments = done.arguments.unwrap();
            assert!(arguments.contains(&lines), "{shell}: {variable}: {arguments}");
        }
    }
}

/// Every report that GitLab is told of is one that the job writes.
#[test]
fn gitlab_finds_the_reports_that_the_job_writes() {
    let all = [
        ("GATE_FILES", "deploy"),
        ("GATE_CONTENTS", "report"),
        ("CI_MERGE_REQUEST_IID", "7"),
    ];
    let done = run("sh", FAKE, &digest(FAKE), &all);
    let (arguments, job) = (done.arguments.unwrap(), job());
    for (kind, format) in [
        ("codequality", "gitlab-codequality"),
        ("junit", "junit"),
        ("dotenv", "gitlab-dotenv"),
        ("annotations", "gitlab-annotations"),
        ("container_scanning", "gitlab-container-scanning"),
        ("cyclonedx", "cyclonedx"),
    ] {
        let file = job["artifacts"]["reports"][kind].as_str().unwrap();
        assert!(
            arguments.contains(&format!("[--report={format}={file}]")),
            "{kind}: {arguments}"
        );
    }
    assert_eq!(job["artifacts"]["reports"].as_object().unwrap().len(), 6);
    assert!(!arguments.contains("--images-file"), "{arguments}");
    assert!(
        done.log
            .contains("warning: the policy, or the trusted root, is the merge request's own"),
        "{}",
        done.log
    );
    let pinned = [
        ("GATE_FILES", "deploy"),
        ("GATE_POLICY_DIGEST", "sha256:0"),
        ("CI_MERGE_REQUEST_IID", "7"),
    ];
    assert!(!run("sh", FAKE, &digest(FAKE), &pinned).log.contains("warning"));
}

#[test]
fn gitlab_job_without_images_fails() {
    let done = run("sh", FAKE, &digest(FAKE), &[("GATE_IMAGES", " \n")]);
    assert!(!done.success && done.arguments.is_none(), "{}", done.log);
    assert_eq!(done.dotenv, "PORTCULLIS_VERDICT=undecided\n");
}
