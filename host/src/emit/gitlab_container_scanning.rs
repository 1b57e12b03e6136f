//! GitLab's container scanning report, of the scans that rules counted: vulnerabilities in merge requests and dashboards.
//! <https://gitlab.com/gitlab-org/security-products/security-report-schemas>, 15.2.1;
//! <https://docs.gitlab.com/development/integrations/secure/>

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{inside, json_text, uuid};
use crate::run::{Image, Run};
use crate::say;
use crate::untrusted::Safe;
use crate::wit::contents::{Fix, Rating, Scan, State, Vulnerability};

const VERSION: &str = "15.2.1";
const SCHEMA: &str = "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/v15.2.1/dist/\
    container-scanning-report-format.json";
/// What the schema takes of a name, in characters.
const NAME: usize = 255;
/// Other names of one vulnerability: distributions' advisories name dozens.
const ALIASES: usize = 20;

pub fn emit(run: &Run, out: &mut impl Write) -> io::Result<()> {
    json_text::write_document(&document(run), out)
}

fn document(run: &Run) -> Value {
    let mut listed = Listed::default();
    for image in &run.images {
        for scan in image.report.contents.iter().flat_map(|contents| &contents.scans) {
            scan.vulnerabilities.iter().for_each(|one| listed.add(image, scan, one));
        }
    }
    let failed = failures(run);
    let messages: Vec<Value> = failed
        .iter()
        .map(|text| message("fatal", text))
        .chain(listed.settled().map(|text| message("info", &text)))
        .collect();
    json!({
        "schema": SCHEMA,
        "version": VERSION,
        "scan": {
            "analyzer": tool(run),
            "scanner": tool(run),
            "type": "container_scanning",
            "start_time": time(run),
            "end_time": time(run),
            "status": if failed.is_empty() { "success" } else { "failure" },
            "messages": messages,
        },
        "vulnerabilities": listed.finish(),
    })
}

/// Whatever makes a short list no good news.
fn failures(run: &Run) -> Vec<Safe> {
    let unscanned = inside::unscanned(run).map(|image| {
        let reference = &image.report.reference;
        say![
            reference,
            ": no rule counted a scan: nothing is known of its vulnerabilities"
        ]
    });
    inside::gaps(run).into_iter().chain(unscanned).collect()
}

fn message(level: &str, text: &Safe) -> Value {
    json!({ "level": level, "value": text.as_str() })
}

fn tool(run: &Run) -> Value {
    json!({
        "id": "portcullis",
        "name": "Portcullis",
        "version": run.tool.version,
        "vendor": { "name": "Portcullis" },
    })
}

/// Of the check, in UTC and without a zone, as the schema wants it; the epoch where nothing was checked.
fn time(run: &Run) -> String {
    let seconds = run.images.first().map_or(0, |image| image.report.time);
    let time = Timestamp::from_second(seconds).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

#[derive(Default)]
struct Listed {
    /// By severity, the highest first, and then by id.
    vulnerabilities: BTreeMap<(u8, String, String), Value>,
    addressed: usize,
    excepted: usize,
    excluded: usize,
}

impl Listed {
    /// What somebody whom the policy names has looked at is left out, and counted: the schema has no word for it.
    fn add(&mut self, image: &Image, scan: &Scan, one: &Vulnerability) {
        match one.state {
            State::Addressed => self.addressed += 1,
            State::Excepted(_) => self.excepted += 1,
            State::Excluded => self.excluded += 1,
            State::Denies | State::Unclear(_) | State::BelowThreshold | State::InGrace(_) | State::NotFixable => {
                let id = identifier(image, one);
                let rank = (rank(one.rating), one.id.clone(), id.clone());
                let vulnerability = || vulnerability(image, scan, one, &id);
                self.vulnerabilities.entry(rank).or_insert_with(vulnerability);
            }
        }
    }

    fn settled(&self) -> impl Iterator<Item = Safe> {
        let counts = [
            (self.addressed, "addressed by signed triage"),
            (self.excepted, "covered by an exception of the policy"),
            (self.excluded, "of packages that the policy excludes"),
        ];
        let counts = counts.into_iter().filter(|(count, _)| *count > 0);
        counts.map(|(count, what)| say![count, " vulnerabilities are left out: ", what])
    }

    fn finish(self) -> Vec<Value> {
        self.vulnerabilities.into_values().collect()
    }
}

/// The same from run to run, and for each platform: neither digests nor times are part of it.
fn identifier(image: &Image, one: &Vulnerability) -> String {
    let report = &image.report;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    uuid::of(&[
        report.name.clone(),
        text(&report.tag),
        one.id.clone(),
        text(&one.purl),
        text(&one.package),
        text(&one.installed),
    ])
}

fn vulnerability(image: &Image, scan: &Scan, one: &Vulnerability, id: &str) -> Value {
    let package = one.package.as_ref().or(one.purl.as_ref());
    let system = scan.system.as_deref().unwrap_or("unknown");
    let report = &image.report;
    let name = match &report.tag {
        Some(tag) => say![report.name, ":", tag],
        None => say![report.reference],
    };
    let mut document = json!({
        "id": id,
        "name": cut(say![one.id].as_str()),
        "description": description(&one.state),
        "severity": severity(one.rating),
        "identifiers": identifiers(one),
        "location": {
            "image": name.as_str(),
            "operating_system": say![system].as_str(),
            "dependency": {
                "package": { "name": package.map_or(say!["unknown"], |name| say![name]).as_str() },
                "version": one.installed.as_ref().map(|version| say![version]).unwrap_or_default().as_str(),
            },
        },
        "details": details(scan, one),
    });
    if let Some(url) = one.url.as_deref().and_then(inside::link) {
        document["links"] = json!([{ "url": url }]);
    }
    if let Some(solution) = solution(&one.fix) {
        document["solution"] = json!(solution);
    }
    document
}

/// GitLab reads it as Markdown: no word of a stranger.
fn description(state: &State) -> &'static str {
    match state {
        State::Denies => "The image may not pass because of it.",
        State::Unclear(_) => "It cannot be told whether the image may pass.",
        State::InGrace(_) => "It is so recent that the image may still pass.",
        State::NotFixable => "The image may pass: no fix is known.",
        _ => "The image may pass: it is below the threshold of the policy.",
    }
}

/// Markdown too: only versions that can be nothing else.
fn solution(fix: &Fix) -> Option<String> {
    let is_plain = |version: &&String| {
        let plain = |character: char| character.is_ascii_alphanumeric() || ".:+~-".contains(character);
        (1..=100).contains(&version.len()) && version.chars().all(plain)
    };
    match fix {
        Fix::Known(versions) => Some(match versions.iter().find(is_plain) {
            Some(version) => format!("Update to {version} or later."),
            None => "Update: there is a fix.".to_owned(),
        }),
        Fix::Missing => Some("No fix is known.".to_owned()),
        Fix::Unsaid => None,
    }
}

/// The first is the one by which GitLab knows it again.
fn identifiers(one: &Vulnerability) -> Vec<Value> {
    let names = std::iter::once(&one.id).chain(one.aliases.iter().take(ALIASES));
    names.map(|name| identifier_of(name)).collect()
}

fn identifier_of(name: &str) -> Value {
    let prefix = name.split('-').next().unwrap_or_default();
    let is_word =
        !prefix.is_empty() && prefix.len() < name.len() && prefix.bytes().all(|byte| byte.is_ascii_alphabetic());
    let kind = if is_word {
        prefix.to_ascii_lowercase()
    } else {
        "other".to_owned()
    };
    let shown = match name.trim() {
        "" => say!["unnamed"],
        name => say![name],
    };
    let mut document = json!({ "type": kind, "name": shown.as_str(), "value": shown.as_str() });
    if is_cve(name) {
        document["url"] = json!(format!("https://nvd.nist.gov/vuln/detail/{name}"));
    }
    document
}

fn is_cve(name: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts = name.strip_prefix("CVE-").and_then(|rest| rest.split_once('-'));
    parts.is_some_and(|(year, number)| digits(year) && digits(number))
}

/// Raw text, which GitLab shows as it is.
fn details(scan: &Scan, one: &Vulnerability) -> Value {
    let scanner = scan.scanner.as_ref().map_or(say![scan.format], |scanner| say![scanner]);
    let score = one.score.map(|tenths| say![tenths / 10, ".", tenths % 10]);
    let fields = [
        ("rule", "Rule", Some(say![scan.rule])),
        ("state", "State", Some(say![inside::state(&one.state)])),
        ("signer", "Signed by", Some(say![scan.signer])),
        ("evidence", "Evidence", Some(say![scan.evidence])),
        ("scanner", "Scanner", Some(scanner)),
        ("purl", "Package URL", one.purl.as_ref().map(|purl| say![purl])),
        ("score", "CVSS", score),
    ];
    let mut details = Map::new();
    for (key, name, value) in fields {
        if let Some(value) = value {
            details.insert(
                key.to_owned(),
                json!({ "name": name, "type": "text", "value": value.as_str() }),
            );
        }
    }
    Value::Object(details)
}

fn cut(text: &str) -> String {
    text.chars().take(NAME).collect()
}

fn severity(rating: Rating) -> &'static str {
    match rating {
        Rating::Critical => "Critical",
        Rating::High => "High",
        Rating::Medium => "Medium",
        Rating::Low => "Low",
        Rating::Negligible => "Info",
        Rating::Unknown => "Unknown",
    }
}

/// What is unknown may be anything.
fn rank(rating: Rating) -> u8 {
    match rating {
        Rating::Unknown => 0,
        Rating::Critical => 1,
        Rating::High => 2,
        Rating::Medium => 3,
        Rating::Low => 4,
        Rating::Negligible => 5,
    }
}

#[cfg(test)]
mod tests;
