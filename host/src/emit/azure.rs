//! Azure Pipelines: issues of the build at their lines, and the text in a group.
//! <https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands>

use std::io::{self, Write};

use super::github::{capped, path};
use super::notice::{Level, Notice, notices};
use super::screen::{Detail, Style};
use super::{rule, text};
use crate::run::Run;
use crate::say;
use crate::untrusted::Safe;

/// The summary of a build shows ten of a kind for each task.
const PER_KIND: usize = 10;

pub fn emit(run: &Run, style: Style, out: &mut impl Write) -> io::Result<()> {
    let notices = notices(run);
    let issues =
        capped(&notices, PER_KIND, usize::MAX).filter_map(|(notice, more)| Some((kind(notice)?, notice, more)));
    for (kind, notice, more) in issues {
        issue(kind, notice, more, out)?;
    }
    if style.detail == Detail::Quiet {
        return text::emit(run, style, out);
    }
    out.write_all(b"##[group]portcullis\n")?;
    text::emit(run, style, out)?;
    out.write_all(b"##[endgroup]\n")?;
    writeln!(out, "{}", text::verdict_line(run))
}

/// There are two kinds; a notice stays in the text.
fn kind(notice: &Notice) -> Option<&'static str> {
    match notice.level {
        Level::Error => Some("error"),
        Level::Warning => Some("warning"),
        Level::Notice => None,
    }
}

fn issue(kind: &str, notice: &Notice, more: usize, out: &mut impl Write) -> io::Result<()> {
    write!(out, "##vso[task.logissue type={kind};")?;
    if !notice.file.is_empty() {
        let (file, line) = (property(&say![path(notice.file)]), notice.line.max(1));
        write!(out, "sourcepath={file};linenumber={line};")?;
        if notice.column > 0 {
            write!(out, "columnnumber={};", notice.column)?;
        }
    }
    write!(out, "code={};]", property(&say![rule::id(notice)]))?;
    let mut message = data(&say![notice.title, ": ", notice.message]);
    if more > 0 {
        message.push_str(&format!("%0Aand {more} more; the report has all of them"));
    }
    writeln!(out, "{message}")
}

/// The message of a command; `%AZP25` is `%` there.
fn data(text: &Safe) -> String {
    text.as_str()
        .replace('%', "%AZP25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property of a command, which ends at `;` or `]`.
fn property(text: &Safe) -> String {
    data(text).replace(']', "%5D").replace(';', "%3B")
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

    /// As the agent reads a line: area and action, properties, and the message.
    fn command(line: &str) -> Option<(&str, Vec<(&str, &str)>)> {
        let (head, _) = line.strip_prefix("##vso[")?.split_once(']')?;
        let (name, properties) = head.split_once(' ')?;
        let pairs = properties.split(';').filter(|pair| !pair.is_empty());
        Some((name, pairs.filter_map(|pair| pair.split_once('=')).collect()))
    }

    #[test]
    fn log_is_as_expected() {
        assert_expected("src/emit/expected/azure.txt", &rendered(&fixture::run()));
    }

    #[test]
    fn hostile_text_adds_neither_command_nor_property() {
        let (friendly, hostile) = (rendered(&fixture::run()), rendered(&fixture::hostile()));
        let keys = |log: &str| -> Vec<Vec<String>> {
            let commands = log.lines().filter_map(command);
            commands
                .map(|(name, pairs)| {
                    let keys = pairs.into_iter().map(|(key, _)| key);
                    std::iter::once(name).chain(keys).map(str::to_owned).collect()
                })
                .collect()
        };
        assert!(!keys(&friendly).is_empty());
        assert_eq!(keys(&hostile), keys(&friendly));
        assert_eq!(hostile.matches("##").count(), friendly.matches("##").count());
    }

    #[test]
    fn escapes_are_the_agents() {
        let text = say!["50%;a]b"];
        assert_eq!(property(&text), "50%AZP25%3Ba%5Db");
        assert_eq!(data(&text), "50%AZP25;a]b");
    }

    #[test]
    fn ten_of_a_kind_and_the_last_one_counts_the_rest() {
        let mut run = fixture::run();
        run.sightings.clear();
        run.images = (0..12).map(|_| fixture::run().images[2].clone()).collect();
        let log = rendered(&run);
        let errors: Vec<_> = log
            .lines()
            .filter(|line| line.starts_with("##vso[task.logissue type=error"))
            .collect();
        assert_eq!(errors.len(), 10);
        assert!(
            errors[9].ends_with("%0Aand 2 more; the report has all of them"),
            "{}",
            errors[9]
        );
    }
}
