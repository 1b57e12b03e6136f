//! One Markdown document: the body of a comment on a pull request, or, in GitHub Actions, the job summary.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::notice::{Level, Notice, Subject, notices};
use super::{text, words};
use crate::run::{Image, Run};
use crate::say;
use crate::untrusted::{Safe, Say};
use crate::wit::basics::{Mode, Verdict};
use crate::wit::report::RuleResult;

/// GitHub refuses comments of more than 65,536 characters, and none has fewer bytes than one.
pub const LIMIT: usize = 65_000;
/// Places of one image; the rest is counted.
const PLACES: usize = 20;
/// Kept free for the words that say what was left out.
const REST: usize = 400;

pub fn emit(run: &Run, out: &mut impl Write) -> io::Result<()> {
    out.write_all(document(run, LIMIT).as_bytes())
}

/// At most `limit` bytes; sections that do not fit are counted.
pub fn document(run: &Run, limit: usize) -> String {
    let mut document = heading(run);
    let notices = notices(run);
    let images = run.images.iter().map(|image| section(image, &notices, limit / 4));
    let sections = faults(&notices)
        .into_iter()
        .chain(sightings(&notices))
        .chain(images)
        .chain(notes(run, &notices));
    let mut left_out = 0_usize;
    for section in sections {
        match document.len() + section.len() + REST <= limit {
            true => document.push_str(&section),
            false => left_out += 1,
        }
    }
    if left_out > 0 {
        // invariant: writing to a String does not fail
        let _ = write!(
            document,
            "\n**Truncated:** {left_out} sections are not shown here. The report file has all of them.\n"
        );
    }
    document
}

fn heading(run: &Run) -> String {
    format!(
        "## {} Portcullis: {}\n\n{}\n\n",
        mark(run.verdict()),
        words::verdict(run.verdict()),
        plain(&text::summary(run))
    )
}

fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "✅",
        Verdict::Deny => "❌",
        Verdict::Undecided => "❔",
    }
}

fn faults(notices: &[Notice]) -> Vec<String> {
    notices
        .iter()
        .filter(|notice| matches!(notice.subject, Subject::Fault { .. }))
        .map(bullet)
        .collect()
}

/// What stands in files and could not be judged: nobody may think that it was.
fn sightings(notices: &[Notice]) -> Vec<String> {
    let sightings = notices
        .iter()
        .filter(|notice| matches!(notice.subject, Subject::Sighting(_)));
    sightings.map(bullet).collect()
}

fn notes(run: &Run, notices: &[Notice]) -> Vec<String> {
    let warnings = notices
        .iter()
        .filter(|notice| matches!(notice.subject, Subject::Warning(_)));
    let weakenings = run.weakenings.iter().map(|weakening| {
        format!(
            "- ⚠ weakened: {} {}\n",
            code(&weakening.option),
            plain(&text::effect(weakening))
        )
    });
    weakenings.chain(warnings.map(bullet)).collect()
}

fn bullet(notice: &Notice) -> String {
    let mark = match notice.level {
        Level::Error => "❌",
        Level::Warning => "⚠",
        Level::Notice => "ℹ",
    };
    match notice.line {
        0 => format!("- {mark} {}\n", code(&notice.message)),
        line => format!(
            "- {mark} {} {}\n",
            code(&say![notice.file, ":", line]),
            code(&notice.message)
        ),
    }
}

/// A table of the image's rules, and its findings folded away.
fn section(image: &Image, notices: &[Notice], room: usize) -> String {
    let verdict = image.verdict();
    let mut section = format!(
        "\n### {} {} {}\n\n",
        mark(verdict),
        words::verdict(verdict),
        code(&image.report.reference)
    );
    section.push_str("| rule | verdict | class | severity | demand | by |\n| --- | --- | --- | --- | --- | --- |\n");
    for rule in &image.report.rules {
        let (verdict, class) = (words::verdict(rule.verdict), words::class(rule.class));
        let cells = [
            code(&rule.rule),
            verdict.to_owned(),
            class.to_owned(),
            weight(rule),
            code(&rule.demand),
            by(image, rule),
        ];
        // invariant: writing to a String does not fail
        let _ = writeln!(section, "| {} |", cells.join(" | "));
    }
    section.push_str(&mentions(image));
    if verdict == Verdict::Allow {
        let pinned = image
            .report
            .pinned
            .iter()
            .map(|pinned| format!("\npinned: {}\n", code(pinned)));
        section.extend(pinned);
    }
    section.push_str(&details(image, notices, room));
    section
}

fn mentions(image: &Image) -> String {
    let places: Vec<_> = image
        .mentions
        .iter()
        .take(PLACES)
        .map(|mention| code(&mention.place.to_string()))
        .collect();
    let more = match image.mentions.len().saturating_sub(PLACES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    match places.is_empty() {
        true => String::new(),
        false => format!("\nnamed in {}{more}\n", places.join(", ")),
    }
}

fn weight(rule: &RuleResult) -> String {
    match rule.mode {
        Mode::Enforce => words::severity(rule.severity).to_owned(),
        Mode::Inform => format!("{}, informs only", words::severity(rule.severity)),
    }
}

fn by(image: &Image, rule: &RuleResult) -> String {
    let signers = rule
        .accepted
        .iter()
        .map(|accepted| match words::proof_of(&image.report, accepted) {
            Some(proof) => code(&say![
                accepted.signer,
                ", ",
                words::when(proof),
                ", ",
                words::who(proof)
            ]),
            None => code(&accepted.signer),
        });
    signers.collect::<Vec<_>>().join("<br>")
}

/// In `room` bytes: whatever an image has, its table is shown, and other images too.
fn details(image: &Image, notices: &[Notice], room: usize) -> String {
    // a finding is told once, whatever the number of places that name the image
    let about = |notice: &&Notice| {
        matches!(notice.subject, Subject::Finding { image: of, mention, .. }
        if std::ptr::eq(of, image) && mention == image.mentions.first())
    };
    let findings = notices.iter().filter(about).map(bullet);
    let failures = image.report.failures.iter().map(|failure| {
        format!(
            "- ❔ {}\n",
            code(&say![
                words::class(failure.class),
                ": ",
                failure.place,
                ": ",
                failure.reason
            ])
        )
    });
    let (mut lines, mut more) = (String::new(), 0_usize);
    for line in findings.chain(failures) {
        match lines.len() + line.len() <= room {
            true => lines.push_str(&line),
            false => more += 1,
        }
    }
    if more > 0 {
        lines.push_str(&format!("- and {more} more; the report file has all of them\n"));
    }
    match lines.is_empty() {
        true => String::new(),
        false => format!("\n<details><summary>Findings</summary>\n\n{lines}\n</details>\n\n"),
    }
}

/// Text of strangers as code: no Markdown, no HTML, no mention, no link. All ASCII punctuation becomes a numeric
/// reference, which CommonMark never takes for structure (spec 0.31, 2.5).
pub(super) fn code(text: &(impl Say + ?Sized)) -> String {
    format!("<code>{}</code>", plain(&text.say()))
}

fn plain(text: &Safe) -> String {
    let mut escaped = String::with_capacity(text.as_str().len() * 2);
    for character in text.as_str().chars() {
        match character {
            ' ' | '-' => escaped.push(character),
            _ if character.is_ascii_punctuation() => {
                // invariant: writing to a String does not fail
                let _ = write!(escaped, "&#{};", character as u32);
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests;
