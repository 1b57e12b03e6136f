//! Rules of SARIF: what can be wrong with which rule of the policy.

use serde_json::{Value, json};

use crate::emit::markdown::code;
use crate::emit::notice::{Notice, Subject};
use crate::emit::rule::{self, page, what};
use crate::say;
use crate::untrusted::Safe;
use crate::wit::basics::Severity;

/// In the order in which results needed them.
#[derive(Default)]
pub struct Rules {
    ids: Vec<String>,
    descriptors: Vec<Value>,
}

impl Rules {
    pub fn index(&mut self, notice: &Notice) -> usize {
        let id = rule::id(notice);
        if let Some(known) = self.ids.iter().position(|known| *known == id) {
            return known;
        }
        self.descriptors.push(descriptor(&id, notice));
        self.ids.push(id);
        self.ids.len() - 1
    }

    pub fn into_descriptors(self) -> Vec<Value> {
        self.descriptors
    }
}

fn descriptor(id: &str, notice: &Notice) -> Value {
    let (short, help, remediation, page) = match &notice.subject {
        Subject::Finding { rule, finding, .. } => {
            let class = finding.map_or(rule.class, |finding| finding.class);
            let short = say!["rule ", rule.rule, ": ", what(rule, class)];
            (
                short,
                say!["Wanted: ", rule.demand],
                rule.remediation.as_deref(),
                page(rule),
            )
        }
        Subject::Sighting(sighting) => {
            let help = say!["What stands there could not be judged."];
            (say![sighting.kind.meaning()], help, None, "docs/cli.md")
        }
        Subject::Warning(_) => {
            let help = say!["The policy says something that is probably not what it should say."];
            (say!["warning about the policy"], help, None, "docs/policy.md")
        }
        Subject::Weakening(_) => {
            let help = say!["An option or an entry of the policy makes the gate let through more, or believe more."];
            (say!["the check is weakened"], help, None, "docs/security-model.md")
        }
        Subject::Fault { kind, .. } => (say![kind], say!["There is no answer."], None, "docs/cli.md"),
    };
    let uri = format!("{}/blob/main/{page}", env!("CARGO_PKG_REPOSITORY"));
    json!({
        "id": id,
        "shortDescription": { "text": short.as_str() },
        "fullDescription": { "text": say![short, ". ", help].as_str() },
        "help": { "text": words_of(&help, remediation), "markdown": markdown_of(&help, remediation, &uri) },
        "helpUri": uri,
        "properties": {
            "tags": ["security", "supply-chain"],
            "precision": "very-high",
            "security-severity": score(notice.severity),
        },
    })
}

fn words_of(help: &Safe, remediation: Option<&str>) -> String {
    match remediation {
        Some(remediation) => say![help, ". ", remediation].to_string(),
        None => help.to_string(),
    }
}

fn markdown_of(help: &Safe, remediation: Option<&str>, uri: &str) -> String {
    let remediation = remediation.map_or_else(String::new, |text| format!("\n\n{}", code(text)));
    format!("{}{remediation}\n\n[What this is about]({uri})", code(help))
}

/// GitHub's bands: above 9.0 critical, from 7.0 high, from 4.0 medium, from 0.1 low.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}
