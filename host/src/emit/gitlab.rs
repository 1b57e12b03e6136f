//! The log of a GitLab job: the text in a section, folded where the job passes.
//! <https://docs.gitlab.com/ci/jobs/job_logs/#custom-collapsible-sections>

use std::io::{self, Write};

use super::screen::{Detail, Style};
use super::text;
use crate::exit::Exit;
use crate::run::Run;

pub fn emit(run: &Run, style: Style, out: &mut impl Write) -> io::Result<()> {
    if style.detail == Detail::Quiet {
        return text::emit(run, style, out);
    }
    let folded = match run.exit() {
        Exit::Allow => "[collapsed=true]",
        _ => "",
    };
    // a section is as long as the times say; they are the one that the images were judged as of
    let time = run.images.first().map_or(0, |image| image.report.time.max(0));
    writeln!(
        out,
        "\u{1b}[0Ksection_start:{time}:portcullis{folded}\r\u{1b}[0Kportcullis"
    )?;
    text::emit(run, style, out)?;
    writeln!(out, "\u{1b}[0Ksection_end:{time}:portcullis\r\u{1b}[0K")?;
    writeln!(out, "{}", text::verdict_line(run))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::fixture;

    fn rendered(run: &Run, style: Style) -> String {
        let mut out = Vec::new();
        emit(run, style, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_text_is_in_one_section() {
        for run in [fixture::run(), fixture::hostile()] {
            let log = rendered(&run, Style::default());
            let lines: Vec<_> = log.lines().collect();
            let time = fixture::NOW;
            assert_eq!(
                lines[0],
                format!("\u{1b}[0Ksection_start:{time}:portcullis\r\u{1b}[0Kportcullis")
            );
            assert_eq!(
                lines[lines.len() - 2],
                format!("\u{1b}[0Ksection_end:{time}:portcullis\r\u{1b}[0K")
            );
            let marks = log.matches("section_start").count() + log.matches("section_end").count();
            assert_eq!(marks, 2, "{log}");
        }
    }

    #[test]
    fn a_job_that_passes_has_it_folded() {
        let run = Run {
            images: vec![fixture::run().images.remove(0)],
            sightings: Vec::new(),
            ..fixture::run()
        };
        assert!(rendered(&run, Style::default()).contains(":portcullis[collapsed=true]\r"));
    }

    #[test]
    fn quiet_text_has_no_section() {
        let style = Style {
            detail: Detail::Quiet,
            ..Style::default()
        };
        assert!(!rendered(&fixture::run(), style).contains("section_"));
    }
}
