//! The examples: they use what is there, hold as few rights as can be, keep the text of strangers out of scripts, and go on
//! only when allowed.

use std::collections::BTreeSet;
use std::ffi::OsString;

use portcullis::args::{self, Surroundings};
use serde_json::{Value, json};

use crate::runner::{action, repository};

const OURS: &str = "portcullis-dev/portcullis@";

fn read(path: &str) -> String {
    std::fs::read_to_string(repository().join(path)).unwrap()
}

/// Names and documents of a folder of examples, and how many there must be at least.
fn examples(folder: &str, least: usize) -> Vec<(String, Value)> {
    let entries = std::fs::read_dir(repository().join(folder)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let all: Vec<_> = names
        .map(|name| {
            let path = format!("{folder}/{name}");
            let document = serde_saphyr::from_str(&read(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
            (path, document)
        })
        .collect();
    assert!(all.len() >= least, "{}", all.len());
    all
}

fn workflows() -> Vec<(String, Value)> {
    examples("examples/github", 5)
}

/// Steps of all jobs.
fn steps(workflow: &Value) -> Vec<&Value> {
    let jobs = workflow["jobs"].as_object().unwrap().values();
    jobs.flat_map(|job| job["steps"].as_array().unwrap()).collect()
}

#[test]
fn workflows_use_inputs_that_there_are_and_actions_by_commit() {
    let inputs = action().inputs;
    for (name, workflow) in workflows() {
        let mut gates = 0;
        for step in steps(&workflow) {
            let Some(uses) = step["uses"].as_str() else { continue };
            let (_, commit) = uses.split_once('@').unwrap();
            assert!(
                commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()),
                "{name}: {uses}"
            );
            if !uses.starts_with(OURS) {
                continue;
            }
            gates += 1;
            for input in step["with"].as_object().unwrap().keys() {
                assert!(inputs.contains_key(input), "{name}: {input}");
            }
        }
        assert!(gates > 0, "{name}");
    }
}

#[test]
fn workflows_hold_the_rights_that_they_need_and_no_more() {
    for (name, workflow) in workflows() {
        assert_eq!(workflow["permissions"], json!({}), "{name}");
        assert!(workflow["on"].get("pull_request_target").is_none(), "{name}");
        for (job, content) in workflow["jobs"].as_object().unwrap() {
            let given = content["permissions"]
                .as_object()
                .unwrap_or_else(|| panic!("{name}: {job}"));
            let uploads = content.to_string().contains("code-scanning");
            for (right, level) in given {
                let needed = match right.as_str() {
                    "contents" | "packages" => "read",
                    "security-events" if uploads => "write",
                    _ => panic!("{name}: {job}: {right}"),
                };
                assert_eq!(level, needed, "{name}: {job}: {right}");
            }
        }
        for step in steps(&workflow) {
            if step["uses"]
                .as_str()
                .is_some_and(|uses| uses.starts_with("actions/checkout@"))
            {
                assert_eq!(step["with"]["persist-credentials"], false, "{name}");
            }
        }
    }
}

/// An expression in a script is text of whoever named the branch, the tag or the title.
#[test]
fn no_expression_is_part_of_a_script() {
    for (name, workflow) in workflows() {
        for step in steps(&workflow) {
            assert!(!step["run"].to_string().contains("${{"), "{name}: {}", step["run"]);
        }
    }
}

/// Whatever runs after a gate asks for the word `allow`.
#[test]
fn examples_go_on_only_when_allowed() {
    for (name, workflow) in workflows() {
        for (job, content) in workflow["jobs"].as_object().unwrap() {
            if !content["needs"].is_null() {
                assert_eq!(content["if"], "needs.gate.outputs.verdict == 'allow'", "{name}: {job}");
                let gate = &workflow["jobs"]["gate"];
                assert!(
                    gate["strategy"].is_null(),
                    "{name}: outputs of a matrix are those of whichever job came last"
                );
                assert_eq!(
                    gate["outputs"]["verdict"], "${{ steps.gate.outputs.verdict }}",
                    "{name}"
                );
            }
            let steps = content["steps"].as_array().unwrap().iter();
            let after = steps.skip_while(|step| !step["uses"].as_str().is_some_and(|uses| uses.starts_with(OURS)));
            for step in after.skip(1) {
                assert_eq!(step["if"], "steps.gate.outputs.verdict == 'allow'", "{name}: {job}");
            }
        }
    }
}

#[test]
fn there_is_an_example_for_each_occasion() {
    let on = |name: &str| {
        let path = format!("examples/github/{name}.yml");
        let workflow: Value = serde_saphyr::from_str(&read(&path)).unwrap();
        workflow["on"].clone()
    };
    assert_eq!(on("scheduled")["schedule"][0]["cron"], "17 */4 * * *");
    assert!(on("policy-changed")["push"]["paths"].to_string().contains("trust/**"));
    assert!(
        on("pull-request")["pull_request"]["paths"]
            .to_string()
            .contains("deploy/**")
    );
    let documents = read("docs/github.md");
    for (name, _) in workflows() {
        assert!(
            documents.contains(&format!("](../{name})")),
            "docs/github.md does not tell of {name}"
        );
    }
}

/// The first example of the document is the file.
#[test]
fn the_document_shows_the_example() {
    for (document, example) in [
        ("docs/github.md", "examples/github/gate.yml"),
        ("docs/gitlab.md", "examples/gitlab/gate.yml"),
    ] {
        let (text, example) = (read(document), read(example));
        let shown = text.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
        let code = |text: &str| -> Vec<String> {
            let lines = text
                .lines()
                .filter(|line| !line.trim_start().starts_with('#') && !line.is_empty());
            lines.map(str::to_owned).collect()
        };
        assert_eq!(code(shown), code(&example), "{document}");
    }
}

/// Tables of the documents are the inputs that there are.
#[test]
fn inputs_are_described() {
    let inputs: BTreeSet<String> = action().inputs.into_keys().collect();
    assert_eq!(described("docs/github.md"), inputs);
    let template = read("templates/gate/template.yml");
    let header: Value = serde_saphyr::from_str(template.split_once("\n---\n").unwrap().0).unwrap();
    let inputs: BTreeSet<String> = header["spec"]["inputs"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(described("docs/gitlab.md"), inputs);
}

fn described(document: &str) -> BTreeSet<String> {
    let text = read(document);
    let table = text
        .split("| input | |\n")
        .nth(1)
        .unwrap()
        .split("\n\n")
        .next()
        .unwrap();
    let cells = table.lines().skip(1).map(|row| row.split('|').nth(1).unwrap());
    cells
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .map(str::to_owned)
        .collect()
}

#[test]
fn scripts_use_options_that_the_program_has() {
    let words = ["portcullis", "check", "--help"].map(OsString::from);
    let args::Command::Show(help) = args::parse(words, &Surroundings::default()).unwrap() else {
        panic!("help is shown");
    };
    for file in ["action/check.sh", "templates/gate/template.yml"] {
        let script = read(file);
        let script = script.split_once("\n---\n").map_or(script.as_str(), |(_, job)| job);
        let begins = |line: &str, begin: &str| {
            line.trim()
                .strip_prefix(begin)
                .map(|rest| rest.split(' ').next().unwrap().to_owned())
        };
        let helped = script
            .lines()
            .filter_map(|line| begins(line, "one ").or_else(|| begins(line, "each ")));
        let quoted = script.split('"').filter_map(|piece| piece.strip_prefix("--"));
        let quoted = quoted.map(|piece| piece.split('=').next().unwrap().to_owned());
        let options: BTreeSet<String> = helped.chain(quoted).filter(|name| !name.contains('$')).collect();
        assert!(options.len() > 8, "{file}: {options:?}");
        for option in options {
            assert!(help.contains(&format!("--{option}")), "{file}: --{option}");
        }
    }
}

#[test]
fn pipelines_of_gitlab_use_inputs_that_there_are_and_go_on_only_when_allowed() {
    let template = read("templates/gate/template.yml");
    let header: Value = serde_saphyr::from_str(template.split_once("\n---\n").unwrap().0).unwrap();
    let documents = read("docs/gitlab.md");
    for (name, pipeline) in examples("examples/gitlab", 4) {
        assert!(
            documents.contains(&format!("](../{name})")),
            "docs/gitlab.md does not tell of {name}"
        );
        let mut gates = BTreeSet::new();
        for include in pipeline["include"].as_array().unwrap() {
            let (_, commit) = include["component"].as_str().unwrap().split_once('@').unwrap();
            assert_eq!(commit.len(), 40, "{name}");
            let inputs = include["inputs"].as_object().unwrap();
            for input in inputs.keys() {
                assert!(header["spec"]["inputs"].get(input).is_some(), "{name}: {input}");
            }
            gates.insert(inputs.get("job").map_or("portcullis", |job| job.as_str().unwrap()));
        }
        for (job, content) in pipeline
            .as_object()
            .unwrap()
            .iter()
            .filter(|(_, content)| !content["script"].is_null())
        {
            let needs = content["needs"].as_array().unwrap();
            assert!(
                needs.len() == 1 && gates.contains(needs[0].as_str().unwrap()),
                "{name}: {job}"
            );
            assert_eq!(
                content["script"][0], "test \"$PORTCULLIS_VERDICT\" = allow",
                "{name}: {job}"
            );
        }
    }
}
