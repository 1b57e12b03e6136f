//! Documents as they are read here: fenced blocks, commands, anchors.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

pub fn read(path: &str) -> String {
    std::fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every Markdown file for readers, by its path from the top.
pub fn documents() -> Vec<String> {
    let mut found = Vec::new();
    for folder in ["", "docs", "docs/rules", "examples/demo", "examples/vendor"] {
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
pub struct Block {
    pub place: String,
    pub text: String,
}

pub fn blocks(document: &str, language: &str) -> Vec<Block> {
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

/// Commands of a console block, each with the output below it.
pub fn commands(block: &str) -> Vec<(String, String)> {
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
pub fn words(command: &str) -> Vec<OsString> {
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

/// As GitHub makes them of headings.
pub fn anchors(document: &str) -> Vec<String> {
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
