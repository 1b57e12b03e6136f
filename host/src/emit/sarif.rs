//! SARIF 2.1.0, for GitHub's code scanning and every other viewer of it: all findings, whatever the annotations show.
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>,
//! <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>

use serde_json::{Value, json};
use std::io::{self, Write};

use super::fingerprint::Fingerprints;
use super::notice::{Level, Notice, Subject, notices};
use super::{github, json_text, rule, words};
use crate::run::Run;
use crate::say;
use crate::untrusted::Safe;
use crate::wit::report::{Effect, Finding};

mod rules;

use rules::Rules;

/// GitHub refuses a file with more results, and lists the 5,000 most severe.
const RESULTS: usize = 25_000;
/// It refuses a file that is larger than 10 MB when it is compressed.
const COMPRESSED: usize = 9_500_000;
/// Where it needs a file and there is none.
const NO_FILE: &str = "portcullis.yaml";

pub fn emit(run: &Run, out: &mut impl Write) -> io::Result<()> {
    json_text::write_document(&document(run, RESULTS, COMPRESSED)?, out)
}

/// As many results as fit, the loudest first.
fn document(run: &Run, results: usize, compressed: usize) -> io::Result<Value> {
    let (faults, notices): (Vec<_>, Vec<_>) = notices(run)
        .into_iter()
        .partition(|notice| matches!(notice.subject, Subject::Fault { .. }));
    let mut shown = notices.len().min(results);
    loop {
        let document = with_results(run, &faults, &notices[..shown], notices.len() - shown);
        let bytes = serde_json::to_vec(&document)?;
        if shown == 0 || bytes.len() <= compressed || deflated(&bytes) <= compressed {
            return Ok(document);
        }
        shown /= 2;
    }
}

fn deflated(bytes: &[u8]) -> usize {
    const FAST: u8 = 1;
    miniz_oxide::deflate::compress_to_vec(bytes, FAST).len()
}

fn with_results(run: &Run, faults: &[Notice], notices: &[Notice], left_out: usize) -> Value {
    let (mut rules, mut fingerprints) = (Rules::default(), Fingerprints::default());
    let results: Vec<Value> = notices
        .iter()
        .map(|notice| result(notice, rules.index(notice), fingerprints.of(&notice.subject)))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "Portcullis",
                "semanticVersion": run.tool.version,
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules.into_descriptors(),
            } },
            "automationDetails": { "id": rule::category(run) },
            "invocations": [invocation(run, faults, left_out)],
            "originalUriBaseIds": { "%SRCROOT%": { "description": { "text": "the root of the repository" } } },
            "columnKind": "unicodeCodePoints",
            "results": results,
            "properties": {
                "verdict": words::verdict(run.verdict()),
                "policyDigest": run.policy.digest.as_ref().map(|digest| say![digest].to_string()),
                "component": run.tool.component.as_ref().map(|digest| say![digest].to_string()),
            },
        }],
    })
}

/// A run without an answer is not successful: GitHub then keeps the alerts that it has.
fn invocation(run: &Run, faults: &[Notice], left_out: usize) -> Value {
    let (bugs, wrong): (Vec<_>, Vec<_>) = faults
        .iter()
        .partition(|fault| matches!(fault.subject, Subject::Fault { kind: "bug", .. }));
    let mut of_tool: Vec<Value> = bugs.into_iter().map(notification).collect();
    if left_out > 0 {
        let text = say![
            left_out,
            " more results are left out here; the JSON report has all of them"
        ];
        of_tool.push(json!({ "level": "warning", "message": message(&text) }));
    }
    let found = !run.images.is_empty() || !run.sightings.is_empty();
    json!({
        "executionSuccessful": run.faults.is_empty() && found,
        "exitCode": run.exit().code(),
        "exitCodeDescription": run.exit().meaning(),
        "toolExecutionNotifications": of_tool,
        "toolConfigurationNotifications": wrong.into_iter().map(notification).collect::<Vec<_>>(),
    })
}

fn notification(notice: &Notice) -> Value {
    let text = say![notice.title, ": ", notice.message];
    let mut notification = json!({ "level": level(notice.level), "message": message(&text) });
    if !notice.file.is_empty() {
        notification["locations"] = json!([location(notice)]);
    }
    notification
}

fn result(notice: &Notice, index: usize, fingerprint: String) -> Value {
    let mut result = json!({
        "ruleId": rule::id(notice),
        "ruleIndex": index,
        "level": level(notice.level),
        "message": message(&say![notice.title, ": ", notice.message]),
        "locations": [location(notice)],
        // the one name that GitHub looks at
        "partialFingerprints": { "primaryLocationLineHash": fingerprint },
    });
    if let Subject::Finding { image, finding, .. } = &notice.subject {
        result["properties"] = json!({
            "image": say![image.report.reference].to_string(),
            "digest": image.report.digest.as_ref().map(|digest| say![digest].to_string()),
            "id": finding.map(|finding| say![finding.id].to_string()),
        });
        if let Some(suppression) = finding.and_then(suppression) {
            result["suppressions"] = json!([suppression]);
        }
    }
    result
}

/// What an exception of the policy covers.
fn suppression(finding: &Finding) -> Option<Value> {
    let exception = finding
        .exception
        .as_ref()
        .filter(|_| finding.effect == Effect::Waived)?;
    Some(json!({
        "kind": "external",
        "status": "accepted",
        "justification": words::exception(exception).to_string(),
    }))
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Notice => "note",
    }
}

/// `](` makes a link of a message (section 3.11.6).
fn message(text: &Safe) -> Value {
    json!({ "text": text.as_str().replace("](", "] (") })
}

fn location(notice: &Notice) -> Value {
    let line = notice.line.max(1);
    let mut region = json!({ "startLine": line, "startColumn": notice.column.max(1), "endLine": line });
    if notice.end_column > notice.column.max(1) {
        region["endColumn"] = json!(notice.end_column);
    }
    json!({ "physicalLocation": { "artifactLocation": artifact(notice.file), "region": region } })
}

/// Relative to the repository; a file elsewhere by its whole path.
fn artifact(file: &str) -> Value {
    match github::path(file) {
        "" => json!({ "uri": NO_FILE, "uriBaseId": "%SRCROOT%" }),
        path if path.starts_with('/') => json!({ "uri": format!("file://{}", encoded(path)) }),
        path => json!({ "uri": encoded(path), "uriBaseId": "%SRCROOT%" }),
    }
}

/// As a path of RFC 3986: all but the unreserved characters and `/` as `%XX`.
fn encoded(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.bytes()
        .map(|byte| match plain(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests;
