//! A draft as the text of a policy file: what is imported, and comments for what has to be said about it.

use super::draft::{
    CtLog, Demand, Draft, Entry, Exception, Log, Match, Mode, Part, Recognises, Required, Rule, Signer,
};
use super::notes::{Level, Note};
use crate::say;
use crate::untrusted::Safe;
use crate::yaml_text::{quoted, word};

/// Columns of a comment.
const WIDTH: usize = 110;

/// A whole policy. What no entry of `images` matches is denied.
pub fn policy(draft: &Draft, source: &Safe) -> String {
    let mut lines = Lines::default();
    lines.comment(
        0,
        &say![
            "imported from ",
            source,
            " by portcullis policy import; read it before it decides"
        ],
    );
    lines.notes(0, &draft.notes);
    lines.push(0, "version: 1");
    section(&mut lines, "signers", &draft.signers, signer);
    section(&mut lines, "rules", &draft.rules, rule);
    section(&mut lines, "images", &draft.images, entry);
    section(&mut lines, "exceptions", &draft.exceptions, exception);
    lines.0
}

/// A part of a policy: its exceptions.
pub fn exceptions(draft: &Draft, source: &Safe) -> String {
    let mut lines = Lines::default();
    lines.comment(
        0,
        &say![
            "imported from ",
            source,
            " by portcullis policy import: exceptions of a policy"
        ],
    );
    lines.notes(0, &draft.notes);
    section(&mut lines, "exceptions", &draft.exceptions, exception);
    lines.0
}

/// An empty mapping would be an error, so a key is written only above something.
fn section<T>(lines: &mut Lines, key: &str, parts: &[Part<T>], write: fn(&mut Lines, &T)) {
    match parts.iter().any(|part| part.value.is_some()) {
        true => lines.push(0, &format!("{key}:")),
        false if parts.is_empty() => return,
        false => lines.comment(0, &say![key, ": nothing of it could be imported"]),
    }
    for part in parts {
        lines.notes(1, &part.notes);
        if let Some(value) = &part.value {
            write(lines, value);
        }
    }
}

fn signer(lines: &mut Lines, signer: &Signer) {
    lines.push(1, &format!("{}:", word(&signer.name)));
    match &signer.recognises {
        Recognises::Key(pem) => lines.pem(2, "key", pem),
        Recognises::Keyless { issuer, identity } => {
            lines.push(2, "keyless:");
            lines.matching(3, "issuer", issuer);
            lines.matching(3, "identity", identity);
        }
        Recognises::Certificate {
            issuer,
            identity,
            leaf,
            chain,
        } => {
            lines.push(2, "certificate:");
            lines.optional_pem(3, "leaf", leaf.as_deref());
            lines.optional_pem(3, "chain", chain.as_deref());
            lines.matching(3, "issuer", issuer);
            lines.matching(3, "identity", identity);
        }
    }
    ct_log(lines, &signer.ct_log);
    log(lines, &signer.log);
}

fn ct_log(lines: &mut Lines, ct_log: &CtLog) {
    if *ct_log == CtLog::default() {
        return;
    }
    lines.push(2, "ct-log:");
    lines.required(3, ct_log.required);
    lines.optional_pem(3, "key", ct_log.key.as_deref());
}

fn log(lines: &mut Lines, log: &Log) {
    if *log == Log::default() {
        return;
    }
    lines.push(2, "transparency-log:");
    lines.required(3, log.required);
    if let Some(url) = &log.url {
        lines.push(3, &format!("url: {}", quoted(url)));
    }
    lines.optional_pem(3, "key", log.key.as_deref());
}

fn rule(lines: &mut Lines, rule: &Rule) {
    lines.push(1, &format!("{}:", word(&rule.name)));
    match &rule.demand {
        Demand::Signature => lines.push(2, "signature:"),
        Demand::Attestation(of_type) => {
            lines.push(2, "attestation:");
            lines.push(3, &format!("type: {}", quoted(of_type)));
        }
    }
    lines.push(3, &format!("by: {}", any_of(&rule.by)));
    if let Some(severity) = rule.severity {
        lines.push(2, &format!("severity: {severity}"));
    }
    if let Some(remediation) = &rule.remediation {
        lines.push(2, &format!("remediation: {}", quoted(remediation)));
    }
}

fn any_of(names: &[String]) -> String {
    match names.len() {
        1 => words(names),
        _ => format!("{{ any-of: [{}] }}", words(names)),
    }
}

fn words(names: &[String]) -> String {
    names.iter().map(|name| word(name)).collect::<Vec<_>>().join(", ")
}

fn entry(lines: &mut Lines, entry: &Entry) {
    lines.push(1, &format!("- match: {}", quoted(&entry.glob)));
    lines.push(2, &format!("rules: [{}]", words(&entry.rules)));
    if entry.mode == Mode::Inform {
        lines.push(2, "mode: inform");
    }
}

fn exception(lines: &mut Lines, exception: &Exception) {
    lines.push(1, &format!("- rule: {}", word(&exception.rule)));
    lines.push(2, &format!("image: {}", quoted(&exception.image)));
    lines.push(2, &format!("id: {}", quoted(&exception.id)));
    if !exception.aliases.is_empty() {
        lines.push(2, &format!("aliases: [{}]", words(&exception.aliases)));
    }
    lines.push(2, &format!("owner: {}", quoted(&exception.owner)));
    lines.push(2, &format!("reason: {}", quoted(&exception.reason)));
    lines.push(2, &format!("expires: {}", exception.expires));
}

#[derive(Default)]
struct Lines(String);

impl Lines {
    fn push(&mut self, depth: usize, line: &str) {
        self.0.push_str(&"  ".repeat(depth));
        self.0.push_str(line);
        self.0.push('\n');
    }

    fn comment(&mut self, depth: usize, text: &Safe) {
        for line in text.wrap(WIDTH) {
            self.push(depth, &format!("# {line}"));
        }
    }

    fn notes(&mut self, depth: usize, notes: &[Note]) {
        for note in notes {
            let what = match note.level {
                Level::Missing => "NOT IMPORTED",
                Level::Changed => "note",
            };
            self.comment(depth, &say![what, ": ", note.at, ": ", note.text]);
        }
    }

    fn required(&mut self, depth: usize, required: Required) {
        let required = required == Required::Yes;
        self.push(depth, &format!("required: {required}"));
    }

    fn matching(&mut self, depth: usize, key: &str, wanted: &Match) {
        match wanted {
            Match::Exactly(text) => self.push(depth, &format!("{key}: {}", quoted(text))),
            Match::Regexp(source) => self.push(depth, &format!("{key}-regexp: {}", quoted(source))),
        }
    }

    fn optional_pem(&mut self, depth: usize, key: &str, pem: Option<&str>) {
        if let Some(pem) = pem {
            self.pem(depth, key, pem);
        }
    }

    /// As a block where every line is one of PEM, else as any other text.
    fn pem(&mut self, depth: usize, key: &str, pem: &str) {
        let lines: Vec<&str> = pem.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        if lines.is_empty() || !lines.iter().all(|line| is_of_pem(line)) {
            return self.push(depth, &format!("{key}: {}", quoted(pem)));
        }
        self.push(depth, &format!("{key}: |"));
        for line in lines {
            self.push(depth + 1, line);
        }
    }
}

fn is_of_pem(line: &str) -> bool {
    let label = |text: &str| text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b' ');
    let boundary = line.strip_prefix("-----").and_then(|rest| rest.strip_suffix("-----"));
    match boundary {
        Some(inside) => label(inside),
        None => line
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)),
    }
}
