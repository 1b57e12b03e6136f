//! GitLab's code quality report: shown in merge requests, at the policy's lines.
//! <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>

use serde::Serialize;
use std::io::{self, Write};

use super::fingerprint::Fingerprints;
use super::notice::{Level, Notice, Subject, notices_or_none};
use super::{github, json_text};
use crate::run::Run;
use crate::say;
use crate::wit::basics::Severity;

pub fn emit(run: &Run, out: &mut impl Write) -> io::Result<()> {
    let mut fingerprints = Fingerprints::default();
    let notices = notices_or_none(run);
    let issues: Vec<Issue> = notices
        .iter()
        .map(|notice| Issue::of(notice, &mut fingerprints))
        .collect();
    json_text::write_document(&issues, out)
}

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

impl Issue {
    fn of(notice: &Notice, fingerprints: &mut Fingerprints) -> Self {
        let path = match github::path(notice.file) {
            "" => "portcullis.yaml",
            path => path,
        };
        Self {
            description: say![notice.title, ": ", notice.message].to_string(),
            check_name: say![check_name(&notice.subject)].to_string(),
            fingerprint: fingerprints.of(&notice.subject),
            severity: severity(notice),
            location: Location {
                path: say![path].to_string(),
                lines: Lines {
                    begin: notice.line.max(1),
                },
            },
        }
    }
}

fn check_name<'r>(subject: &Subject<'r>) -> &'r str {
    match subject {
        Subject::Finding { rule, .. } => &rule.rule,
        Subject::Sighting(sighting) => sighting.kind.word(),
        Subject::Fault { kind, .. } => kind,
        Subject::Warning(_) => "policy-warning",
        Subject::Weakening(_) => "weakened",
    }
}

fn severity(notice: &Notice) -> &'static str {
    match (notice.level, notice.severity) {
        (Level::Error, Severity::Critical) => "blocker",
        (Level::Error, _) => "critical",
        (Level::Warning, Severity::Critical | Severity::High) => "major",
        (Level::Warning, _) => "minor",
        (Level::Notice, _) => "info",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::expected::assert_expected;
    use crate::emit::fixture;
    use serde_json::Value;

    fn rendered(run: &Run) -> String {
        let mut out = Vec::new();
        emit(run, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn issues(run: &Run) -> Vec<Value> {
        serde_json::from_str(&rendered(run)).unwrap()
    }

    #[test]
    fn report_is_as_expected() {
        assert_expected("src/emit/expected/gitlab-codequality.json", &rendered(&fixture::run()));
    }

    #[test]
    fn required_fields_have_values_that_gitlab_knows() {
        let failed = Run::failed(
            vec![crate::run::Fault::Usage {
                message: "no image".to_owned(),
                hint: None,
            }],
            Default::default(),
        );
        for issue in [fixture::run(), fixture::hostile(), failed].iter().flat_map(issues) {
            assert!(issue["description"].is_string() && issue["check_name"].is_string());
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&issue["severity"].as_str().unwrap()));
            assert!(issue["location"]["lines"]["begin"].as_u64() >= Some(1));
            assert!(!issue["location"]["path"].as_str().unwrap().is_empty());
            assert_eq!(issue["fingerprint"].as_str().unwrap().len(), 64);
        }
    }

    /// Of a process that dies this is what stays.
    #[test]
    fn nothing_decided_is_an_issue() {
        let begun = issues(&Run::failed(Vec::new(), Default::default()));
        assert_eq!(begun.len(), 1);
        assert_eq!(begun[0]["check_name"], "undecided");
    }

    #[test]
    fn hostile_text_is_cleaned_data() {
        let document = rendered(&fixture::hostile());
        fixture::assert_harmless_log(&document);
        for issue in issues(&fixture::hostile()) {
            fixture::assert_harmless_log(issue["description"].as_str().unwrap());
        }
    }
}
