//! GitLab's component: its script run in a shell as a runner would, with hostile inputs.

use std::process::Command;

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
}

/// The script of the GitLab component, run with hostile variables.
#[test]
fn gitlab_script_runs_a_release_by_digest_only() {
    let template = std::fs::read_to_string(repository().join("templates/gate/template.yml")).unwrap();
    let job: serde_json::Value = serde_saphyr::from_str(template.split_once("\n---\n").unwrap().1).unwrap();
    let script = job["$[[ inputs.job ]]"]["script"][0].as_str().unwrap();
    let hostile = "$(touch pwned)\n--mode=inform \"'";
    for (named, executed) in [(digest(FAKE), true), (digest("another release"), false)] {
        let runner = Runner::new(&[]);
        let done = Command::new("bash")
            .args(["-c", script])
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
