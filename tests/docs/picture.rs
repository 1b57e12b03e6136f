//! `docs/images/demo.svg`: the demo's two runs as a terminal shows them, drawn from what the program prints in colour.

use std::fmt::Write as _;
use std::process::Command;

use crate::markdown::{read, repository};

const PATH: &str = "docs/images/demo.svg";
const CALLS: [&str; 2] = [
    "check --layout layouts/allowed registry.example/lab/app:v1",
    "check --layout layouts/denied registry.example/lab/app:v1",
];
/// Pixels of a character of the letters used, and of a line.
const CHARACTER: usize = 8;
const LINE: usize = 19;
const MARGIN: usize = 20;

/// Parameters of SGR that the program uses, as classes of the picture.
fn class(parameters: &str) -> &'static str {
    match parameters {
        "0" => "",
        "1" => "strong",
        "2" => "faint",
        "1;31" => "bad",
        "1;32" => "good",
        "1;33" => "doubt",
        other => panic!("the picture knows no SGR {other}"),
    }
}

fn recorded() -> String {
    let mut lines = String::new();
    for call in CALLS {
        let done = Command::new(env!("CARGO_BIN_EXE_portcullis"))
            .args(call.split(' '))
            .env_clear()
            .env("CLICOLOR_FORCE", "1")
            .current_dir(repository().join("examples/demo"))
            .output()
            .unwrap();
        let shown = String::from_utf8(done.stdout).unwrap();
        writeln!(
            lines,
            "\u{1b}[2m$\u{1b}[0m \u{1b}[1mportcullis {call}\u{1b}[0m\n{shown}"
        )
        .unwrap();
    }
    lines.trim_end().to_owned()
}

/// One line of a terminal as text of the picture.
fn draw(line: &str, number: usize) -> String {
    let mut drawn = format!("<text y=\"{}\">", MARGIN + 34 + number * LINE);
    let mut pieces = line.split("\u{1b}[");
    let mut put = |class: &str, text: &str| {
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        match (class, text.is_empty()) {
            (_, true) => {}
            ("", false) => drawn.push_str(&text),
            (class, false) => write!(drawn, "<tspan class=\"{class}\">{text}</tspan>").unwrap(),
        }
    };
    put("", pieces.next().unwrap());
    for piece in pieces {
        let (parameters, text) = piece.split_once('m').unwrap();
        put(class(parameters), text);
    }
    drawn + "</text>\n"
}

/// Without colours.
fn plain(recorded: &str) -> String {
    let mut pieces = recorded.split("\u{1b}[");
    let first = pieces.next().unwrap().to_owned();
    pieces.fold(first, |text, piece| text + piece.split_once('m').unwrap().1)
}

fn picture(recorded: &str) -> String {
    let text = plain(recorded);
    let columns = text.lines().map(|line| line.chars().count()).max().unwrap();
    let (width, height) = (
        columns * CHARACTER + 2 * MARGIN,
        text.lines().count() * LINE + 2 * MARGIN + 24,
    );
    let lines: String = recorded
        .lines()
        .enumerate()
        .map(|(number, line)| draw(line, number))
        .collect();
    let style = format!(
        "text {{ font: 13px/1 ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: #d5dae0; \
         white-space: pre; transform: translateX({MARGIN}px) }} .strong {{ font-weight: 700; fill: #fff }} \
         .faint {{ fill: #98a2ae }} .bad {{ font-weight: 700; fill: #ff8b82 }} .good {{ font-weight: 700; fill: #74d190 }} \
         .doubt {{ font-weight: 700; fill: #efc05f }}"
    );
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         xml:space=\"preserve\" role=\"img\" aria-labelledby=\"title\">\n<title id=\"title\">One image may pass, and one may not</title>\n\
         <style>{style}</style>\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#15181c\"/>\n\
         <g fill=\"#3a4149\"><circle cx=\"22\" cy=\"20\" r=\"5\"/><circle cx=\"40\" cy=\"20\" r=\"5\"/>\
         <circle cx=\"58\" cy=\"20\" r=\"5\"/></g>\n{lines}</svg>\n"
    )
}

#[test]
fn picture_shows_what_the_program_prints() {
    let drawn = picture(&recorded());
    if std::env::var_os("PORTCULLIS_REGENERATE").is_some() {
        std::fs::create_dir_all(repository().join("docs/images")).unwrap();
        std::fs::write(repository().join(PATH), &drawn).unwrap();
    }
    assert!(read(PATH) == drawn, "{PATH}: PORTCULLIS_REGENERATE=1 draws it anew");
    assert!(read("README.md").contains(&format!("({PATH})")), "nobody sees {PATH}");
}
