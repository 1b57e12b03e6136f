//! JUnit: a suite for each image, a case for each of its rules, passing ones too. GitLab, Jenkins, Azure Pipelines, CircleCI,
//! Buildkite and TeamCity show it. Elements and attributes are those of junit-10.xsd of
//! <https://github.com/jenkinsci/xunit-plugin>

use std::io::{self, Write};

use super::notice::{Level, Notice, Subject, notices};
use super::words;
use crate::exit::Exit;
use crate::run::{Image, Run};
use crate::say;
use crate::untrusted::Safe;
use crate::wit::basics::{Mode, Verdict};
use crate::wit::report::RuleResult;

pub fn emit(run: &Run, out: &mut impl Write) -> io::Result<()> {
    let suites = suites(run);
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    let all = || suites.iter().flat_map(|suite| &suite.cases);
    // the schema counts skipped ones in suites alone
    let counts = counts(all());
    let counts = counts.split(" skipped").next().unwrap_or_default();
    writeln!(out, r#"<testsuites name="portcullis" {counts}>"#)?;
    suites.iter().try_for_each(|suite| suite.write(out))?;
    writeln!(out, "</testsuites>")
}

struct Suite {
    name: Safe,
    /// of the image
    digest: Option<Safe>,
    cases: Vec<Case>,
}

struct Case {
    class: Safe,
    name: Safe,
    outcome: Outcome,
    details: Vec<Safe>,
}

enum Outcome {
    Passed,
    /// it would fail, and only informs
    Skipped(Safe),
    Failed(Safe),
    /// nobody could find out
    Error(Safe),
}

/// Some case fails or is in error wherever the job fails: a green report of a red job helps nobody.
fn suites(run: &Run) -> Vec<Suite> {
    let notices = notices(run);
    let mut suites: Vec<Suite> = run.images.iter().map(|image| of_image(run, image, &notices)).collect();
    let mut others = of_others(&notices);
    let mut all = suites.iter().flat_map(|suite| &suite.cases).chain(&others);
    if run.exit() != Exit::Allow && !all.any(Case::is_red) {
        let words = say![run.exit().meaning()];
        others.push(case(
            say!["portcullis"],
            say!["there is an answer"],
            Outcome::Error(words),
        ));
    }
    if !others.is_empty() {
        suites.push(Suite {
            name: say!["portcullis"],
            digest: None,
            cases: others,
        });
    }
    suites
}

/// What is about no image: faults, places in files that could not be judged, and, skipped, what weakens the check.
fn of_others(notices: &[Notice]) -> Vec<Case> {
    let case = |notice: &Notice| {
        let name = match (notice.file, notice.line) {
            // several of them have to have several names
            ("", _) if matches!(notice.subject, Subject::Weakening(_)) => say![notice.title, ": ", notice.message],
            ("", _) => notice.title.clone(),
            (file, 0) => say![file, ": ", notice.title],
            (file, line) => say![file, ":", line, ": ", notice.title],
        };
        let message = notice.message.clone();
        let outcome = match (&notice.subject, notice.level) {
            (Subject::Fault { .. }, _) | (Subject::Sighting(_), Level::Error) => Outcome::Error(message),
            (Subject::Finding { .. }, _) => return None,
            _ => Outcome::Skipped(message),
        };
        Some(self::case(say!["portcullis"], name, outcome))
    };
    notices.iter().filter_map(case).collect()
}

fn of_image(run: &Run, image: &Image, notices: &[Notice]) -> Suite {
    let rules = image.report.rules.iter().map(|rule| of_rule(run, image, rule, notices));
    let mut cases: Vec<Case> = rules.collect();
    let explained = |verdict| image.report.rules.iter().any(|rule| rule.verdict == verdict);
    let verdict = image.verdict();
    if verdict != Verdict::Allow && !explained(verdict) {
        let words = say!["no rule says why"];
        let outcome = match verdict {
            Verdict::Deny => Outcome::Failed(words),
            _ => Outcome::Error(words),
        };
        cases.push(case(say![image.report.reference], say!["the image may pass"], outcome));
    }
    for failure in &image.report.failures {
        let line = say![words::class(failure.class), ": ", failure.place, ": ", failure.reason];
        let unsure = |case: &&mut Case| matches!(case.outcome, Outcome::Error(_));
        cases
            .iter_mut()
            .filter(unsure)
            .for_each(|case| case.details.push(line.clone()));
    }
    Suite {
        name: say![image.report.reference],
        digest: image.report.digest.as_ref().map(|digest| say![digest]),
        cases,
    }
}

fn of_rule(run: &Run, image: &Image, rule: &RuleResult, notices: &[Notice]) -> Case {
    let about = |notice: &&Notice| {
        matches!(notice.subject, Subject::Finding { image: of, rule: by, mention, .. }
            if std::ptr::eq(of, image) && std::ptr::eq(by, rule) && mention == image.mentions.first())
    };
    let details = notices.iter().filter(about);
    let words = say![
        words::verdict(rule.verdict),
        ": ",
        words::class(rule.class),
        ": ",
        rule.demand
    ];
    let enforced = run.mode == Mode::Enforce && rule.mode == Mode::Enforce;
    let outcome = match rule.verdict {
        Verdict::Allow => Outcome::Passed,
        Verdict::Deny if enforced => Outcome::Failed(words),
        Verdict::Undecided if image.blocks(rule) => Outcome::Error(words),
        Verdict::Deny | Verdict::Undecided => Outcome::Skipped(say!["informs only: ", words]),
    };
    Case {
        details: details.map(|notice| notice.message.clone()).collect(),
        ..case(say![image.report.reference], say![rule.rule], outcome)
    }
}

fn case(class: Safe, name: Safe, outcome: Outcome) -> Case {
    Case {
        class,
        name,
        outcome,
        details: Vec::new(),
    }
}

impl Suite {
    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let name = escaped(&self.name);
        writeln!(out, r#"  <testsuite name="{name}" {}>"#, counts(self.cases.iter()))?;
        if let Some(digest) = &self.digest {
            let digest = escaped(digest);
            writeln!(
                out,
                r#"    <properties><property name="digest" value="{digest}"/></properties>"#
            )?;
        }
        self.cases.iter().try_for_each(|case| case.write(out))?;
        writeln!(out, "  </testsuite>")
    }
}

impl Case {
    fn is_red(&self) -> bool {
        matches!(self.outcome, Outcome::Failed(_) | Outcome::Error(_))
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let (class, name) = (escaped(&self.class), escaped(&self.name));
        write!(out, r#"    <testcase classname="{class}" name="{name}""#)?;
        let (element, message) = match &self.outcome {
            Outcome::Passed => return writeln!(out, "/>"),
            Outcome::Skipped(message) => ("skipped", message),
            Outcome::Failed(message) => ("failure", message),
            Outcome::Error(message) => ("error", message),
        };
        let details: Vec<String> = self.details.iter().map(escaped).collect();
        writeln!(
            out,
            "><{element} message=\"{}\">{}</{element}></testcase>",
            escaped(message),
            details.join("\n")
        )
    }
}

fn counts<'c>(cases: impl Iterator<Item = &'c Case>) -> String {
    let (mut tests, mut failures, mut errors, mut skipped) = (0, 0, 0, 0);
    for case in cases {
        tests += 1;
        match case.outcome {
            Outcome::Passed => {}
            Outcome::Skipped(_) => skipped += 1,
            Outcome::Failed(_) => failures += 1,
            Outcome::Error(_) => errors += 1,
        }
    }
    format!(r#"tests="{tests}" failures="{failures}" errors="{errors}" skipped="{skipped}""#)
}

/// For text and attributes of XML 1.0. `Safe` has no control characters; U+FFFE and U+FFFF are no characters there. GitLab
/// takes `[[ATTACHMENT|path]]` for the path of a screenshot.
fn escaped(text: &Safe) -> String {
    text.as_str()
        .replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
        .replace("[[", "[ [")
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&apos;")
}

#[cfg(test)]
mod tests;
