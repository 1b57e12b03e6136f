//! GitLab's code quality report: shown in merge requests, at the policy's lines.
//! <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>

use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{self, Write};

use super::notice::{Level, Notice, Subject, notices};
use super::{github, json_text, words};
use crate::run::Run;
use crate::say;
use crate::wit::basics::Severity;

pub fn emit(run: &Run, out: &mut impl Write) -> io::Result<()> {
    let mut seen = BTreeMap::new();
    let issues: Vec<Issue> = notices(run).iter().map(|notice| Issue::of(notice, &mut seen)).collect();
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
    fn of(notice: &Notice, seen: &mut BTreeMap<[u8; 32], u32>) -> Self {
        let path = match github::path(notice.file) {
            "" => "portcullis.yaml",
            path => path,
        };
        Self {
            description: say![notice.title, ": ", notice.message].to_string(),
            check_name: say![check_name(&notice.subject)].to_string(),
            fingerprint: fingerprint(&notice.subject, seen),
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

/// SHA-256 over what stays the same from run to run: neither digests nor times. The same thing found twice in a run is
/// told apart by its number.
fn fingerprint(subject: &Subject, seen: &mut BTreeMap<[u8; 32], u32>) -> String {
    let stable: [u8; 32] = hash(&parts(subject));
    let number = seen.entry(stable).and_modify(|number| *number += 1).or_insert(1);
    let fingerprint = match number {
        1 => stable,
        _ => hash(&[&String::from_utf8_lossy(&stable), &number.to_string()]),
    };
    fingerprint.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn parts<'r>(subject: &Subject<'r>) -> Vec<&'r str> {
    match subject {
        Subject::Finding {
            image,
            rule,
            finding,
            mention,
        } => {
            let report = &image.report;
            let id = finding.map_or(words::class(rule.class), |finding| finding.id.as_str());
            let platform = finding
                .and_then(|finding| finding.platform.as_deref())
                .unwrap_or_default();
            let tag = report.tag.as_deref().unwrap_or_default();
            let mut parts = vec!["finding", &rule.rule, &rule.kind, &report.name, tag, id, platform];
            // without its line, which moves with every change above it
            parts.extend(mention.map(|mention| mention.place.file.as_str()));
            parts
        }
        Subject::Sighting(sighting) => vec!["sighting", sighting.kind.word(), &sighting.place.file, &sighting.text],
        Subject::Fault { kind, text } => vec!["fault", kind, text],
        Subject::Warning(warning) => vec!["warning", &warning.file, &warning.message],
        // without its value, which may be a time
        Subject::Weakening(weakening) => vec!["weakening", weakening.option.split(' ').next().unwrap_or_default()],
    }
}

/// Each part with its length, so that no two lists give the same bytes.
fn hash(parts: &[&str]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().into()
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
    fn fingerprints_do_not_change_with_digest_or_time() {
        let mut later = fixture::run();
        for image in &mut later.images {
            image.report.digest = Some(fixture::digest(0xee));
            image.report.time += 86_400;
        }
        let fingerprints = |run: &Run| {
            issues(run)
                .into_iter()
                .map(|issue| issue["fingerprint"].clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(fingerprints(&later), fingerprints(&fixture::run()));
    }

    #[test]
    fn fingerprints_differ_within_a_run() {
        let mut run = fixture::run();
        run.images.extend(fixture::run().images);
        let mut fingerprints: Vec<_> = issues(&run)
            .into_iter()
            .map(|issue| issue["fingerprint"].to_string())
            .collect();
        let all = fingerprints.len();
        fingerprints.sort();
        fingerprints.dedup();
        assert_eq!(fingerprints.len(), all);
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

    #[test]
    fn hostile_text_is_cleaned_data() {
        let document = rendered(&fixture::hostile());
        fixture::assert_harmless_log(&document);
        for issue in issues(&fixture::hostile()) {
            fixture::assert_harmless_log(issue["description"].as_str().unwrap());
        }
    }
}
