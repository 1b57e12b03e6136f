//! The documents as a book, and the pages that must have everything: formats, and what weakens a check.

use std::collections::BTreeSet;
use std::ffi::OsString;

use portcullis::args::{self, Command, Surroundings};
use portcullis::emit::FORMATS;

use super::markdown::{blocks, read, repository};

/// Pages below `docs/`, by their path from there.
fn pages() -> BTreeSet<String> {
    let below = |folder: &str| {
        let entries = std::fs::read_dir(repository().join("docs").join(folder)).unwrap();
        let names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names
            .into_iter()
            .filter(|name| name.ends_with(".md") && name != "SUMMARY.md")
    };
    let rules = below("rules").map(|name| format!("rules/{name}"));
    below("").chain(rules).collect()
}

#[test]
fn the_book_has_every_page_once() {
    let summary = read("docs/SUMMARY.md");
    let links: Vec<&str> = summary
        .split("](")
        .skip(1)
        .map(|rest| rest.split(')').next().unwrap())
        .collect();
    let named: BTreeSet<String> = links.iter().map(|&link| link.to_owned()).collect();
    assert_eq!(named, pages());
    assert_eq!(named.len(), links.len(), "a page is there twice");
    assert!(read("docs/book.toml").contains("\nsrc = \".\"\n"));
}

/// The folder's first page leads to each of the others, so that who reads it in the repository finds them.
#[test]
fn the_first_page_leads_to_all_but_the_kinds_of_rules() {
    let first = read("docs/README.md");
    for page in pages()
        .iter()
        .filter(|page| *page != "README.md" && !page.starts_with("rules/"))
    {
        assert!(
            first.contains(&format!("]({page})")) || first.contains(&format!("]({page}#")),
            "{page}"
        );
    }
}

/// Titles in the book are those of the pages, or shorter.
#[test]
fn every_page_begins_with_a_title() {
    for page in pages() {
        assert!(read(&format!("docs/{page}")).starts_with("# "), "{page}");
    }
}

/// Names in the first column of the tables below a heading, up to the next one of its level.
fn first_column(document: &str, heading: &str) -> Vec<String> {
    let text = read(document);
    let level = heading.split(' ').next().unwrap();
    let lines = text.lines().skip_while(|line| *line != heading).skip(1);
    let own = lines.take_while(|line| !line.starts_with(&format!("{level} ")));
    let cells = own.filter_map(|line| {
        line.strip_prefix("| ")
            .map(|row| row.split(" |").next().unwrap().to_owned())
    });
    cells.filter(|cell| cell.contains('`')).collect()
}

#[test]
fn every_format_has_its_row_and_its_section() {
    let rows = first_column("docs/reports.md", "# Reports");
    let text = read("docs/reports.md");
    for name in FORMATS {
        let row = rows.iter().find(|row| row.contains(&format!("[`{name}`](#")));
        assert!(row.is_some(), "`{name}` has no row in docs/reports.md");
    }
    let linked = rows.iter().filter(|row| row.starts_with("[`")).count();
    assert_eq!(linked, FORMATS.len(), "a format is described that there is not");
    assert!(text.contains("--report"));
}

/// Every option of the help that makes a call weaker, found by trying each.
fn weakening_options() -> BTreeSet<String> {
    let surroundings = Surroundings {
        default_policy: Some("portcullis.yaml".into()),
        ..Surroundings::default()
    };
    let parse = |words: &[&str]| args::parse(words.iter().map(OsString::from), &surroundings);
    let mut found = BTreeSet::new();
    for (command, bases) in [
        ("check", ["i --layout l", "i --key k", "--files f"].as_slice()),
        ("list", ["i --layout l", "i --key k"].as_slice()),
        (
            "extract",
            ["i --layout l --type slsa", "i --key k --type slsa"].as_slice(),
        ),
    ] {
        let Ok(Command::Show(help)) = parse(&["portcullis", command, "--help"]) else {
            panic!()
        };
        let options = help
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix("--").or(line.split(", --").nth(1)));
        let names: Vec<&str> = options.filter_map(|line| line.split([' ', '\n']).next()).collect();
        assert!(names.len() > 10, "{names:?}");
        for name in names {
            for base in bases {
                for value in ["", "inform", "x", "1", "2026-11-23T00:00:00Z"] {
                    let option = format!("--{name}");
                    let words = ["portcullis", command].into_iter().chain(base.split(' '));
                    let words: Vec<&str> = words
                        .chain([option.as_str(), value])
                        .filter(|word| !word.is_empty())
                        .collect();
                    let weakenings = match parse(&words) {
                        Ok(Command::Check(check)) => check.weakenings.len(),
                        Ok(Command::List(list)) => list.weakenings.len(),
                        Ok(Command::Extract(extract)) => extract.weakenings.len(),
                        _ => 0,
                    };
                    if weakenings > 0 {
                        found.insert(option);
                    }
                }
            }
        }
    }
    found
}

#[test]
fn options_that_weaken_are_those_of_the_program() {
    let cells = first_column("docs/security-model.md", "### On the command line");
    let name = |cell: &String| cell.trim_matches('`').split([' ', '`']).next().unwrap().to_owned();
    let found = weakening_options();
    let (listed, asked_for) = cells.split_at(found.len());
    assert_eq!(listed.iter().map(name).collect::<BTreeSet<_>>(), found);
    assert!(
        asked_for.iter().map(name).all(|name| !found.contains(&name)),
        "{asked_for:?}"
    );
}

/// What the action and GitLab's component pass on of them is named where pipelines are spoken of.
#[test]
fn inputs_that_weaken_are_named() {
    let model = read("docs/security-model.md");
    let (_, pipelines) = model.split_once("### In pipelines").unwrap();
    let inputs = read("action.yml") + &read("templates/gate/template.yml");
    let named: Vec<String> = weakening_options()
        .into_iter()
        .map(|name| name.replacen("--", "", 1))
        .collect();
    let passed: Vec<&String> = named
        .iter()
        .filter(|name| inputs.contains(&format!(" {name}:\n")))
        .collect();
    assert!(passed.len() > 3, "{passed:?}");
    for name in passed {
        assert!(pipelines.contains(&format!("`{name}`")), "{name}");
    }
}

/// Keys of a policy that the component reports as weakenings, by its own source.
#[test]
fn keys_that_weaken_are_those_of_the_program() {
    let source = read("component/src/policy/weakenings.rs");
    let quoted: Vec<&str> = source.split('"').skip(1).step_by(2).collect();
    let of_something = quoted
        .iter()
        .filter_map(|text| text.split_once(" of ").filter(|(_, of)| of.contains('{')));
    let plain = ["unmatched", "undecided"];
    assert!(plain.iter().all(|key| quoted.contains(key)));
    let rules = read("component/src/policy/kinds/vulnerabilities.rs");
    let weakenings = rules
        .split("pub fn weakenings")
        .nth(1)
        .unwrap()
        .split("\n    }\n")
        .next()
        .unwrap();
    let words = weakenings
        .split('"')
        .skip(1)
        .step_by(2)
        .filter(|word| !word.contains(' '));
    let keys: BTreeSet<&str> = of_something
        .map(|(key, _)| key)
        .filter(|key| !key.contains('{'))
        .chain(plain)
        .chain(words)
        .collect();
    assert!(keys.len() >= 10, "{keys:?}");
    let described = first_column("docs/security-model.md", "### In the policy").join("\n");
    for key in keys {
        assert!(described.contains(&format!("`{key}")), "{key}");
    }
}

/// The tutorial is run, not only read: its commands on the demo's layouts have what they print below them.
#[test]
fn the_tutorial_shows_what_it_runs() {
    let shown: String = blocks("docs/tutorial.md", "console")
        .iter()
        .map(|block| block.text.clone())
        .collect();
    for answer in ["; exit 0\n", "; exit 1 (denied)\n", "; exit 4 (could not find out)\n"] {
        assert!(shown.contains(answer), "{answer}");
    }
}

/// The program of the page is the one that is compiled with the library.
#[test]
fn the_embedding_is_the_one_that_is_compiled() {
    let source = read("host/src/lib.rs");
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    let text: String = lines
        .map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line)))
        .collect();
    let compiled = text.split("```\n").nth(1).unwrap();
    assert_eq!(blocks("docs/embedding.md", "rust")[0].text, compiled);
    let boundary = read("wit/evaluator.wit");
    let functions = boundary
        .lines()
        .filter_map(|line| line.trim().split_once(": func(").map(|(name, _)| format!("`{name}`")));
    let described = first_column("docs/embedding.md", "## Anywhere else: `portcullis.wasm`");
    let functions: Vec<String> = functions.collect();
    assert_eq!(described[..functions.len()], functions);
}
