//! The documents, compared with the program: policies in them are read, commands are parsed, runs on the demo's layouts
//! give what is written (`PORTCULLIS_REGENERATE=1` writes it anew), and tables say what the code says.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "docs/book.rs"]
mod book;
#[path = "docs/markdown.rs"]
mod markdown;
#[path = "docs/picture.rs"]
mod picture;
#[path = "docs/policies.rs"]
mod policies;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use portcullis::args::{self, Surroundings};
use portcullis::exit::Exit;
use portcullis::limits;

use markdown::{anchors, blocks, commands, documents, read, repository, words};

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
fn options_of_lines(text: &str, begin: &str, end: &str) -> BTreeSet<String> {
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
        vec!["portcullis", "extract", "--help"],
        vec!["portcullis", "policy", "--help"],
        vec!["portcullis", "policy", "check", "--help"],
        vec!["portcullis", "policy", "import", "--help"],
        vec!["portcullis", "trust", "update", "--help"],
        vec!["portcullis", "trust", "list", "--help"],
        vec!["portcullis", "trust", "show", "--help"],
        vec!["portcullis", "trust", "export", "--help"],
    ] {
        let shown = args::parse(command.into_iter().map(OsString::from), &Surroundings::default()).unwrap();
        let args::Command::Show(help) = shown else { panic!() };
        let (help, _) = help
            .split_once("\nFormats:")
            .or(help.split_once("\nExamples:"))
            .unwrap_or((&help, ""));
        known.extend(options_of_lines(help, "-", "  "));
    }
    let mut described = options_of_lines(&read("docs/cli.md"), "| `-", "|");
    described.extend(["--help".to_owned(), "--version".to_owned()]);
    assert_eq!(described, known);
    for document in documents().iter().filter(|name| !name.contains("migrating-from-")) {
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
        let rows = |line: &&str| line.starts_with("| ") && line.as_bytes()[2].is_ascii_digit();
        let found: Vec<&str> = text.lines().filter(rows).collect();
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
        "cache/folder.rs",
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
    let counts: [(&str, usize); 7] = [
        ("manifests that may carry evidence, per image", limits::CANDIDATES),
        ("pieces of evidence, per image", limits::PIECES),
        ("referrers that one answer may list", limits::LISTED),
        ("pages of referrers", limits::PAGES),
        ("platforms of an index, nested ones included", limits::CHILDREN),
        ("indexes in indexes", limits::NESTING),
        (
            "requests to one host, in one call",
            usize::try_from(limits::REQUESTS).unwrap(),
        ),
    ];
    let bytes = bytes.map(|(what, limit)| format!("| {what} | {} MiB |", limit >> 20));
    let counts = counts.map(|(what, limit)| format!("| {what} | {limit} |"));
    for row in bytes.iter().chain(&counts) {
        assert!(table.contains(row), "{row}");
    }
    assert!(read("CHANGELOG.md").contains(&format!("\n## {}", env!("CARGO_PKG_VERSION"))));
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
