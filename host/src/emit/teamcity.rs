//! TeamCity: inspections at their lines, a build problem where the job fails, and the text in a block.
//! <https://www.jetbrains.com/help/teamcity/service-messages.html>

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::github::path;
use super::notice::{Level, Notice, notices};
use super::screen::{Detail, Style};
use super::{rule, text};
use crate::exit::Exit;
use crate::run::Run;
use crate::say;
use crate::untrusted::Safe;

/// TeamCity cuts longer values, of ids and names, and of messages.
const NAME: usize = 255;
const TEXT: usize = 4_000;

pub fn emit(run: &Run, style: Style, out: &mut impl Write) -> io::Result<()> {
    let mut known = BTreeSet::new();
    for notice in &notices(run) {
        let id = rule::id(notice);
        if known.insert(id.clone()) {
            inspection_type(&id, out)?;
        }
        inspection(&id, notice, out)?;
    }
    let verdict = text::verdict_line(run);
    if run.exit() != Exit::Allow {
        let description = escaped(&verdict, TEXT);
        writeln!(
            out,
            "##teamcity[buildProblem identity='portcullis' description='{description}']"
        )?;
    }
    if style.detail == Detail::Quiet {
        return text::emit(run, style, out);
    }
    writeln!(out, "##teamcity[blockOpened name='portcullis']")?;
    text::emit(run, style, out)?;
    writeln!(out, "##teamcity[blockClosed name='portcullis']")?;
    writeln!(out, "{verdict}")
}

/// It must be known before the first inspection of it.
fn inspection_type(id: &str, out: &mut impl Write) -> io::Result<()> {
    let id = escaped(&say![id], NAME);
    writeln!(
        out,
        "##teamcity[inspectionType id='{id}' name='{id}' category='Portcullis' description='rule of the policy and class']"
    )
}

fn inspection(id: &str, notice: &Notice, out: &mut impl Write) -> io::Result<()> {
    let severity = match notice.level {
        Level::Error => "ERROR",
        Level::Warning => "WARNING",
        Level::Notice => "INFO",
    };
    writeln!(
        out,
        "##teamcity[inspection typeId='{}' message='{}' file='{}' line='{}' SEVERITY='{severity}']",
        escaped(&say![id], NAME),
        escaped(&say![notice.title, ": ", notice.message], TEXT),
        escaped(&say![path(notice.file)], TEXT),
        notice.line.max(1)
    )
}

/// A value: `|` before what ends it. `Safe` has no line end.
fn escaped(text: &Safe, limit: usize) -> String {
    let mut value = String::new();
    for character in text.as_str().chars().take(limit) {
        if matches!(character, '|' | '\'' | '[' | ']') {
            value.push('|');
        }
        value.push(character);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::expected::assert_expected;
    use crate::emit::fixture;

    fn rendered(run: &Run) -> String {
        let mut out = Vec::new();
        emit(run, Style::default(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// As the server reads a message: its name and those of its attributes; none where it is no message.
    fn message(line: &str) -> Option<Vec<String>> {
        let mut rest = line.strip_prefix("##teamcity[")?;
        let mut names = Vec::new();
        let (name, after) = rest.split_once(' ')?;
        names.push(name.to_owned());
        rest = after;
        while !rest.starts_with(']') {
            let (name, value) = rest.trim_start().split_once("='")?;
            names.push(name.to_owned());
            let mut escaped = false;
            let end = value.char_indices().find(|(_, character)| {
                let ends = *character == '\'' && !escaped;
                assert!(escaped || !matches!(character, '[' | ']'), "{line}");
                escaped = *character == '|' && !escaped;
                ends
            });
            rest = &value[end?.0 + 1..];
        }
        (rest == "]").then_some(names)
    }

    #[test]
    fn log_is_as_expected() {
        assert_expected("src/emit/expected/teamcity.txt", &rendered(&fixture::run()));
    }

    #[test]
    fn hostile_text_adds_neither_message_nor_attribute() {
        let (friendly, hostile) = (rendered(&fixture::run()), rendered(&fixture::hostile()));
        let messages = |log: &str| -> Vec<Vec<String>> {
            let lines = log.lines().filter(|line| line.starts_with("##teamcity["));
            lines
                .map(|line| message(line).unwrap_or_else(|| panic!("{line}")))
                .collect()
        };
        assert_eq!(messages(&hostile), messages(&friendly));
        assert_eq!(hostile.matches("##").count(), friendly.matches("##").count());
    }

    #[test]
    fn escapes_are_the_servers() {
        assert_eq!(escaped(&say!["a|b'c[d]"], TEXT), "a||b|'c|[d|]");
        assert_eq!(escaped(&say!["'''"], 2), "|'|'");
    }

    #[test]
    fn the_build_has_a_problem_exactly_where_the_job_fails() {
        let inform = Run {
            mode: crate::wit::basics::Mode::Inform,
            images: vec![fixture::run().images.remove(1)],
            sightings: Vec::new(),
            ..fixture::run()
        };
        for run in [fixture::run(), inform, Run::failed(Vec::new(), Default::default())] {
            let problem = rendered(&run).contains("##teamcity[buildProblem ");
            assert_eq!(problem, run.exit() != Exit::Allow);
        }
    }
}
