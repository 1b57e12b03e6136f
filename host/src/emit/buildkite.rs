//! The log of a Buildkite job: the text in a group, open where the job fails.
//! <https://buildkite.com/docs/pipelines/configure/managing-log-output>

use std::io::{self, Write};

use super::screen::{Detail, Style};
use super::text;
use crate::exit::Exit;
use crate::run::Run;

pub fn emit(run: &Run, style: Style, out: &mut impl Write) -> io::Result<()> {
    if style.detail == Detail::Quiet {
        return text::emit(run, style, out);
    }
    let group = match run.exit() {
        Exit::Allow => "---",
        _ => "+++",
    };
    writeln!(out, "{group} portcullis: {}", text::verdict_line(run))?;
    text::emit(run, style, out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::fixture;

    /// A stranger's line never begins at the margin, where a group would.
    #[test]
    fn hostile_text_begins_no_group() {
        let mut run = fixture::hostile();
        for image in &mut run.images {
            for finding in image.report.rules.iter_mut().flat_map(|rule| &mut rule.findings) {
                finding.found = "--- a +++ b ~~~ c ^^^ +++ ".repeat(20);
                finding.message = finding.found.clone();
            }
        }
        for width in [40, 80] {
            let style = Style {
                width,
                ..Style::default()
            };
            let mut out = Vec::new();
            emit(&run, style, &mut out).unwrap();
            let log = String::from_utf8(out).unwrap();
            let groups = log
                .lines()
                .filter(|line| ["---", "+++", "~~~", "^^^"].iter().any(|mark| line.starts_with(mark)));
            assert_eq!(groups.count(), 1, "{log}");
            assert!(log.starts_with("+++ portcullis: deny: 3 images"), "{log}");
        }
    }
}
