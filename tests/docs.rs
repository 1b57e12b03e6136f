//! The documents, compared with the program: policies in them are read, commands are parsed, runs on the demo's layouts
//! give what is written (`PORTCULLIS_REGENERATE=1` writes it anew), and tables say what the code says.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use portcullis::args::{self, Surroundings};
use portcullis::component::Component;
use portcullis::exit::Exit;
use portcullis::limits;
use portcullis::wit::request::{NamedFile, PolicySource};
use serde_json::Value;

const POLICY_KEYS: [&str; 7] = [
    "version",
    "signers",
    "trust",
    "rules",
    "images",
    "unmatched",
    "undecided",
];
/// 2026-11-23
const NOW: i64 = 1_795_392_000;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every Markdown file for readers, by its path from the top.
fn documents() -> Vec<String> {
    let mut found = Vec::new();
    for folder in ["", "docs", "examples/demo"] {
        let names = std::fs::read_dir(repository().join(folder)).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        found.extend(names.filter(|name| name.ends_with(".md")).map(|name| match folder {
            "" => name,
            folder => format!("{folder}/{name}"),
        }));
    }
    found.sort();
    found
}

/// A fenced block: its place, and the lines between the fences.
struct Block {
    place: String,
    text: String,
}

fn blocks(document: &str, language: &str) -> Vec<Block> {
    let text = read(document);
    let mut blocks = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(found) = line.strip_prefix("```") else {
            continue;
        };
        let inside: Vec<&str> = lines
            .by_ref()
            .map(|(_, line)| line)
            .take_while(|line| *line != "```")
            .collect();
        if found == language {
            blocks.push(Block {
                place: format!("{document}:{}", number + 1),
                text: inside.join("\n") + "\n",
            });
        }
    }
    blocks
}

/// Keys in the first column.
fn top_keys(yaml: &str) -> Vec<&str> {
    let first_column = |line: &&str| line.starts_with(|first: char| first.is_ascii_alphabetic());
    yaml.lines()
        .filter(first_column)
        .filter_map(|line| Some(line.split_once(':')?.0))
        .collect()
}

/// A fragment of a policy with what it leaves out.
fn complete(fragment: &str) -> String {
    let keys = top_keys(fragment);
    let missing = |key: &str| !keys.contains(&key);
    let first_below = |key: &str, otherwise: &str| {
        let mut lines = fragment
            .lines()
            .skip_while(|line| !line.starts_with(&format!("{key}:")))
            .skip(1);
        lines.next().map_or(otherwise.to_owned(), |line| {
            line.split_once(':').unwrap().0.trim().to_owned()
        })
    };
    let mut whole = fragment.to_owned();
    if missing("version") {
        whole.insert_str(0, "version: 1\n");
    }
    if missing("signers") {
        whole.push_str("signers:\n");
        for name in ["release", "alice", "bob"] {
            let identity = format!(
                "  {name}: {{ keyless: {{ issuer: 'https://idp.example', identity: {name}@acme.example }} }}\n"
            );
            whole.push_str(&identity);
        }
    }
    if missing("rules") {
        whole.push_str(&format!(
            "rules:\n  signed: {{ signature: {{ by: {} }} }}\n",
            first_below("signers", "release")
        ));
    }
    if missing("images") {
        whole.push_str(&format!(
            "images:\n  - {{ match: '**', rules: [{}] }}\n",
            first_below("rules", "signed")
        ));
    }
    whole
}

#[test]
fn policies_are_right_and_pipelines_use_inputs_that_exist() {
    let component = Component::load().unwrap();
    let mut policies = 0;
    for block in documents().iter().flat_map(|document| blocks(document, "yaml")) {
        let keys = top_keys(&block.text);
        if keys.is_empty() || !keys.iter().all(|key| POLICY_KEYS.contains(key)) {
            check_pipeline(&block.place, &block.text);
            continue;
        }
        policies += 1;
        let content = complete(&block.text).into_bytes();
        let document = NamedFile {
            name: block.place,
            content,
        };
        let nothing = || Vec::new();
        let policy = PolicySource {
            document,
            pinned: None,
            files: nothing(),
            roots: nothing(),
            trust_override: nothing(),
        };
        if let Err(error) = component.requirements(&policy, &["ghcr.io/acme/api".to_owned()], NOW) {
            panic!(
                "{}: {error:?}\n{}",
                policy.document.name,
                String::from_utf8_lossy(&policy.document.content)
            );
        }
    }
    assert!(policies > 10, "{policies}");
    for file in ["examples/github/gate.yml", "examples/gitlab/gate.yml"] {
        check_pipeline(file, &read(file));
    }
}

/// Every use of the action and of the GitLab component gives inputs that they have.
fn check_pipeline(place: &str, yaml: &str) {
    let pipeline: Value = serde_saphyr::from_str(yaml).unwrap_or_else(|error| panic!("{place}: {error}"));
    let action: Value = serde_saphyr::from_str(&read("action.yml")).unwrap();
    let template = read("templates/gate/template.yml");
    let component: Value = serde_saphyr::from_str(template.split_once("\n---\n").unwrap().0).unwrap();
    walk(&pipeline, &mut |map| {
        let word = |key: &str| map.get(key).and_then(Value::as_str).unwrap_or_default();
        let (given, known) = if word("uses").starts_with("portcullis-dev/portcullis@") {
            (&map["with"], &action["inputs"])
        } else if word("component").contains("/portcullis/gate@") {
            (&map["inputs"], &component["spec"]["inputs"])
        } else {
            return;
        };
        for name in given.as_object().unwrap().keys() {
            assert!(known.get(name).is_some(), "{place}: `{name}` is no input");
        }
    });
}

fn walk(value: &Value, visit: &mut impl FnMut(&serde_json::Map<String, Value>)) {
    match value {
        Value::Object(map) => {
            visit(map);
            map.values().for_each(|value| walk(value, visit));
        }
        Value::Array(list) => list.iter().for_each(|value| walk(value, visit)),
        _ => {}
    }
}

/// Commands of a console block, each with the output below it.
fn commands(block: &str) -> Vec<(String, String)> {
    let joined = block.replace("\\\n", "");
    let mut commands: Vec<(String, String)> = Vec::new();
    for line in joined.lines() {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command.to_owned(), String::new())),
            (None, Some((_, output))) => output.push_str(&format!("{line}\n")),
            (None, None) => panic!("output before a command: {line}"),
        }
    }
    commands
}

/// Words as a shell has them: blanks outside of single quotes.
fn words(command: &str) -> Vec<OsString> {
    let pieces = command.split('\'').enumerate();
    let marked: String = pieces
        .map(|(at, piece)| {
            if at % 2 == 0 {
                piece.replace(' ', "\n")
            } else {
                piece.to_owned()
            }
        })
        .collect();
    marked
        .split('\n')
        .filter(|word| !word.is_empty())
        .map(OsString::from)
        .collect()
}

/// What the program prints in the demo's folder.
fn run(words: &[OsString]) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    let done = program
        .args(&words[1..])
        .env_clear()
        .current_dir(repository().join("examples/demo"))
        .output()
        .unwrap();
    String::from_utf8(done.stdout).unwrap() + std::str::from_utf8(&done.stderr).unwrap()
}

#[test]
fn commands_are_understood_and_runs_are_as_written() {
    let surroundings = Surroundings {
        default_policy: Some("portcullis.yaml".into()),
        ..Surroundings::default()
    };
    let (makefile, mut runs) = (read("Makefile"), 0);
    for document in documents() {
        let mut text = read(&document);
        for block in blocks(&document, "console") {
            let mut renewed = block.text.clone();
            for (command, written) in commands(&block.text) {
                let words = words(&command);
                match words[0].to_str() {
                    Some("make") => assert!(makefile.contains(&format!("\n{}:", words[1].display())), "{command}"),
                    Some("portcullis") => drop(
                        args::parse(words.iter().cloned(), &surroundings)
                            .unwrap_or_else(|error| panic!("{}: {command}: {error}", block.place)),
                    ),
                    _ => panic!("{}: {command}", block.place),
                }
                if command.contains(" layouts/") || command.contains("--print-policy") && !written.is_empty() {
                    runs += 1;
                    let found = run(&words);
                    let line = format!("$ {command}\n");
                    renewed = renewed.replace(&format!("{line}{written}"), &format!("{line}{}\n", found.trim_end()));
                } else {
                    assert_eq!(written, "", "{}: nothing says that this is so", block.place);
                }
            }
            if std::env::var_os("PORTCULLIS_REGENERATE").is_some() {
                text = text.replace(
                    &format!("```console\n{}```", block.text),
                    &format!("```console\n{renewed}```"),
                );
                std::fs::write(repository().join(&document), &text).unwrap();
            } else {
                assert_eq!(
                    block.text, renewed,
                    "{}: PORTCULLIS_REGENERATE=1 writes it anew",
                    block.place
                );
            }
        }
    }
    assert!(runs > 3, "{runs}");
}

/// `--name` wherever it stands in a text.
fn options(text: &str) -> BTreeSet<String> {
    let part = |c: char| c.is_ascii_lowercase() || c == '-';
    let names = text
        .split(|c| !part(c))
        .filter(|word| word.starts_with("--") && word.len() > 2);
    names.map(|name| name.trim_end_matches('-').to_owned()).collect()
}

/// Of lines that begin so.
fn options_of_lines(text: &str, begin: &str, end: char) -> BTreeSet<String> {
    let lines = text.lines().filter_map(|line| line.trim_start().strip_prefix(begin));
    lines
        .flat_map(|line| options(&format!("-{}", line.split(end).next().unwrap())))
        .collect()
}

#[test]
fn options_are_those_of_the_program() {
    let mut known = BTreeSet::new();
    for command in [
        vec!["portcullis", "--help"],
        vec!["portcullis", "check", "--help"],
        vec!["portcullis", "list", "--help"],
    ] {
        let shown = args::parse(command.into_iter().map(OsString::from), &Surroundings::default()).unwrap();
        let args::Command::Show(help) = shown else { panic!() };
        let (help, _) = help.split_once("\nExamples:").unwrap_or((&help, ""));
        known.extend(options_of_lines(&help.replace(", --", "--"), "-", ' '));
    }
    let mut described = options_of_lines(&read("docs/cli.md"), "| `-", '|');
    described.extend(["--help".to_owned(), "--version".to_owned()]);
    assert_eq!(described, known);
    for document in documents()
        .iter()
        .filter(|name| !name.ends_with("migrating-from-cosign.md"))
    {
        let text = read(document);
        let code = text.split('`').skip(1).step_by(2).filter(|code| code.starts_with("--"));
        for name in code.filter(|code| !code.contains('…')).flat_map(options) {
            assert!(known.contains(&name), "{document}: {name}");
        }
    }
}

#[test]
fn exit_codes_variables_limits_and_version_are_those_of_the_code() {
    for document in ["README.md", "docs/cli.md"] {
        let text = read(document);
        let rows = text
            .lines()
            .filter(|line| line.starts_with("| ") && line.as_bytes()[2].is_ascii_digit());
        let found: Vec<&str> = rows
            .map(|row| row.rsplitn(3, " | ").nth(1).map_or(row, |_| row))
            .collect();
        let all = [
            Exit::Allow,
            Exit::Deny,
            Exit::Usage,
            Exit::Nothing,
            Exit::Undecided,
            Exit::Bug,
        ];
        assert_eq!(found.len(), all.len(), "{document}");
        for (row, exit) in found.iter().zip(all) {
            assert!(
                row.starts_with(&format!("| {} | {} | ", exit.code(), exit.meaning())),
                "{document}: {row}"
            );
        }
    }
    let reference = read("docs/cli.md");
    for file in [
        "ci.rs",
        "auth.rs",
        "terminal.rs",
        "args.rs",
        "args/evidence.rs",
        "args/output.rs",
    ] {
        let source = read(&format!("host/src/{file}"));
        for call in ["variable(\"", "path(\""] {
            for name in source.split(call).skip(1).map(|rest| rest.split('"').next().unwrap()) {
                assert!(reference.contains(&format!("`{name}`")), "{file} reads {name}");
            }
        }
    }
    let table = read("docs/registries.md");
    let bytes = [
        ("one manifest", limits::MANIFEST_BYTES),
        ("all manifests about one image", limits::MANIFEST_BYTES_PER_IMAGE),
        ("one bundle, envelope or signature", limits::EVIDENCE_BYTES),
        ("all evidence about one image", limits::EVIDENCE_BYTES_PER_IMAGE),
        ("`index.json` of a layout", limits::LAYOUT_INDEX_BYTES),
        ("a bundle file", limits::BUNDLE_FILE_BYTES),
        ("a policy", limits::POLICY_BYTES),
        ("a file that a policy names", limits::POLICY_FILE_BYTES),
        ("a list of images", limits::IMAGE_LIST_BYTES),
    ];
    let counts = [
        ("manifests that may carry evidence, per image", limits::CANDIDATES),
        ("pieces of evidence, per image", limits::PIECES),
        ("referrers that one answer may list", limits::LISTED),
        ("pages of referrers", limits::PAGES),
        ("platforms of an index, nested ones included", limits::CHILDREN),
        ("indexes in indexes", limits::NESTING),
    ];
    let bytes = bytes.map(|(what, limit)| format!("| {what} | {} MiB |", limit >> 20));
    let counts = counts.map(|(what, limit)| format!("| {what} | {limit} |"));
    for row in bytes.iter().chain(&counts) {
        assert!(table.contains(row), "{row}");
    }
    assert!(read("CHANGELOG.md").contains(&format!("\n## {}", env!("CARGO_PKG_VERSION"))));
}

/// As GitHub makes them of headings.
fn anchors(document: &str) -> Vec<String> {
    let headings = document.lines().filter(|line| line.starts_with('#'));
    let kept = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    let slug = |line: &str| {
        line.trim_start_matches('#')
            .trim()
            .chars()
            .filter(|c| kept(*c))
            .collect::<String>()
    };
    headings
        .map(|line| slug(line).to_lowercase().replace(' ', "-"))
        .collect()
}

#[test]
fn links_lead_somewhere() {
    for document in documents() {
        let (text, folder) = (read(&document), Path::new(&document).parent().unwrap().to_owned());
        for target in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            if path.contains("://") {
                continue;
            }
            let file = if path.is_empty() {
                document.clone()
            } else {
                folder.join(path).display().to_string()
            };
            assert!(repository().join(&file).exists(), "{document}: {target}");
            let found = anchor.is_empty() || anchors(&read(&file)).iter().any(|found| found == anchor);
            assert!(found, "{document}: {target}");
        }
    }
}
