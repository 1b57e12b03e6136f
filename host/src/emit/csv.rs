//! CSV for spreadsheets: a line for each thing to say, and a header. <https://www.rfc-editor.org/rfc/rfc4180>

use std::io::{self, Write};

use super::notice::{Level, Notice, Subject, notices_or_none};
use super::words;
use crate::run::Run;
use crate::say;
use crate::untrusted::Safe;

/// In this order; columns are only added, at the end.
const COLUMNS: [&str; 16] = [
    "level", "severity", "about", "image", "digest", "verdict", "rule", "kind", "class", "finding", "effect",
    "platform", "file", "line", "column", "message",
];

pub fn emit(run: &Run, out: &mut impl Write) -> io::Result<()> {
    write!(out, "{}\r\n", COLUMNS.join(","))?;
    notices_or_none(run).iter().try_for_each(|notice| {
        let cells: Vec<String> = record(notice).iter().map(cell).collect();
        write!(out, "{}\r\n", cells.join(","))
    })
}

fn record(notice: &Notice) -> [Safe; COLUMNS.len()] {
    let known = |number: u32| match number {
        0 => Safe::default(),
        number => say![number],
    };
    let [about, of_image @ ..] = subject(&notice.subject);
    let [image, digest, verdict, rule, kind, class, finding, effect, platform] = of_image;
    [
        say![match notice.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Notice => "notice",
        }],
        say![words::severity(notice.severity)],
        about,
        image,
        digest,
        verdict,
        rule,
        kind,
        class,
        finding,
        effect,
        platform,
        say![notice.file],
        known(notice.line),
        known(notice.column),
        notice.message.clone(),
    ]
}

/// What it is about, and of an image: reference, digest, verdict, rule, kind, class, finding, effect, platform.
fn subject(subject: &Subject) -> [Safe; 10] {
    let mut cells = std::array::from_fn(|_| Safe::default());
    cells[0] = match subject {
        Subject::Finding { .. } => say!["finding"],
        Subject::Sighting(_) => say!["file"],
        Subject::Fault { .. } => say!["fault"],
        Subject::Warning(_) => say!["warning"],
        Subject::Weakening(_) => say!["weakening"],
    };
    let Subject::Finding {
        image, rule, finding, ..
    } = subject
    else {
        return cells;
    };
    let class = finding.map_or(rule.class, |finding| finding.class);
    let of_image = [
        say![image.report.reference],
        image
            .report
            .digest
            .as_ref()
            .map_or_else(Safe::default, |digest| say![digest]),
        say![words::verdict(rule.verdict)],
        say![rule.rule],
        say![rule.kind],
        say![words::class(class)],
    ];
    let of_finding = finding.map(|finding| {
        let platform = finding.platform.as_ref();
        [
            say![finding.id],
            say![words::effect(finding.effect)],
            platform.map_or_else(Safe::default, |platform| say![platform]),
        ]
    });
    let all = of_image.into_iter().chain(of_finding.into_iter().flatten());
    cells[1..].iter_mut().zip(all).for_each(|(cell, text)| *cell = text);
    cells
}

/// A quoted field in which no spreadsheet sees a formula: not at its beginning, and not behind what another locale takes for
/// a separator. <https://owasp.org/www-community/attacks/CSV_Injection>
fn cell(text: &Safe) -> String {
    let mut cell = String::from("\"");
    let mut fresh = true;
    for character in text.as_str().chars() {
        if fresh && matches!(character, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠') {
            cell.push('\'');
        }
        fresh = matches!(character, ';' | '|' | ',' | '"') || (fresh && character == ' ');
        match character {
            '"' => cell.push_str("\"\""),
            character => cell.push(character),
        }
    }
    cell.push('"');
    cell
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::expected::assert_expected;
    use crate::emit::fixture;

    fn rendered(run: &Run) -> String {
        let mut out = Vec::new();
        emit(run, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// A reader of RFC 4180 with one addition: what separates fields.
    fn read(text: &str, separator: char) -> Vec<Vec<String>> {
        let (mut records, mut record, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '"' if quoted && characters.peek() == Some(&'"') => field.extend(characters.next()),
                '"' if quoted || field.is_empty() => quoted = !quoted,
                '\n' if !quoted => {
                    record.push(std::mem::take(&mut field));
                    records.push(std::mem::take(&mut record));
                }
                '\r' if !quoted => {}
                other if !quoted && other == separator => record.push(std::mem::take(&mut field)),
                other => field.push(other),
            }
        }
        assert!(!quoted && record.is_empty() && field.is_empty());
        records
    }

    #[test]
    fn file_is_as_expected() {
        assert_expected(
            "src/emit/expected/findings.csv",
            &rendered(&fixture::run()).replace('\r', ""),
        );
        assert!(rendered(&fixture::run()).lines().all(|line| !line.contains('\r')));
        assert_eq!(
            rendered(&fixture::run()).matches("\r\n").count(),
            notices_or_none(&fixture::run()).len() + 1
        );
    }

    #[test]
    fn every_record_has_every_column() {
        let empty = Run::failed(Vec::new(), Default::default());
        for run in [fixture::run(), fixture::hostile(), empty] {
            let records = read(&rendered(&run), ',');
            assert_eq!(records.len(), notices_or_none(&run).len() + 1);
            assert!(records.iter().all(|record| record.len() == COLUMNS.len()));
            assert_eq!(records[0], COLUMNS);
        }
    }

    /// Of a process that dies this is what stays.
    #[test]
    fn nothing_decided_is_a_record() {
        let begun = rendered(&Run::failed(Vec::new(), Default::default()));
        assert_eq!(begun.lines().count(), 2, "{begun}");
        assert!(begun.contains("\"the run has not come to an end"), "{begun}");
    }

    #[test]
    fn no_field_is_a_formula_in_any_locale() {
        let formulas = [
            "=cmd|'/C calc'!A0",
            "+1",
            "-1",
            "@SUM(1)",
            "\t=1",
            "\r=1",
            " =1",
            "a;=1",
            "a\"; =1",
            "a|-1",
            "＝1",
        ];
        for formula in formulas {
            let line = format!("{},{}\r\n", cell(&say!["x"]), cell(&say![formula]));
            for separator in [',', ';', '\t', '|'] {
                for field in read(&line, separator).into_iter().flatten() {
                    assert!(
                        !field.trim_start().starts_with(['=', '+', '-', '@', '＝']),
                        "{field:?} of {line:?}"
                    );
                }
            }
        }
    }
}
