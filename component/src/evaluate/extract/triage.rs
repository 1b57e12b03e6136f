//! Triage as an ignore file of Trivy's (trivy.dev/docs/latest/configuration/filtering, `.trivyignore`). Three shapes:
//! `{"trivy": {"CVE-…": {…}}}`, `{"triaged_cves": [{"cve": "CVE-…", …}]}`, and `triage.toml` with tables `[trivy.CVE-…]`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::json;
use crate::predicate::triage::vendor_accepts;

/// By identifier.
pub(super) type Triage = BTreeMap<String, Entry>;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Otherwise it was looked at and is not to be ignored.
    accepted: bool,
    /// What the reader of the ignore file is told.
    comment: String,
}

/// Characters of one comment: it is for people.
const COMMENT: usize = 300;

/// What the comment is made of, in this order.
const TOLD: [&str; 4] = ["acceptance", "date", "triaged_by", "description"];

pub(super) fn read(document: &[u8]) -> Result<Triage, String> {
    match document.trim_ascii_start().first() {
        Some(b'{') => from_json(document),
        _ => from_toml(std::str::from_utf8(document).map_err(|_| "the triage is not text".to_owned())?),
    }
}

/// One identifier per line, each below a comment; of what is not accepted the comment alone.
pub(super) fn ignore_file(triage: &Triage) -> String {
    let mut file = String::new();
    for (id, Entry { accepted, comment }) in triage {
        let text = match (accepted, comment.is_empty()) {
            (true, true) => format!("{id}\n"),
            (true, false) => format!("# {comment}\n{id}\n"),
            (false, _) => format!("# not ignored: {id}: {comment}\n"),
        };
        file.push_str(&text);
    }
    file
}

fn from_json(document: &[u8]) -> Result<Triage, String> {
    let value = json::read(document).map_err(|error| format!("the triage is not JSON: {error}"))?;
    let mut triage = Triage::new();
    if let Some(entries) = value.get("trivy") {
        let entries = entries.as_object().ok_or("`trivy` is not an object")?;
        for (id, fields) in entries {
            let fields = fields
                .as_object()
                .ok_or_else(|| format!("`trivy/{}` is not an object", visible(id)))?;
            add(&mut triage, id, |name| fields.get(name).map(text))?;
        }
    }
    if let Some(entries) = value.get("triaged_cves") {
        for (number, entry) in entries
            .as_array()
            .ok_or("`triaged_cves` is not a list")?
            .iter()
            .enumerate()
        {
            let id = entry.get("cve").and_then(Value::as_str);
            let id = id.ok_or_else(|| format!("`triaged_cves/{number}` has no `cve`"))?;
            add(&mut triage, id, |name| entry.get(name).map(text))?;
        }
    }
    match value.get("trivy").or(value.get("triaged_cves")) {
        Some(_) => Ok(triage),
        None => Err("the triage has neither `trivy` nor `triaged_cves`".to_owned()),
    }
}

/// The part of TOML that such files are written in; what could be read in two ways is refused.
fn from_toml(document: &str) -> Result<Triage, String> {
    let mut triage = Triage::new();
    let mut table: Option<(String, BTreeMap<String, String>)> = None;
    let mut seen = false;
    for (number, line) in document.lines().enumerate() {
        let line = line.trim();
        let wrong = || format!("line {} of the triage is not understood", number + 1);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line.starts_with('[') {
            close(&mut triage, table.take())?;
            let name = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            let name = name.filter(|name| !name.contains(['[', ']'])).ok_or_else(wrong)?;
            seen = seen || name.trim() == "trivy" || name.trim().starts_with("trivy.");
            table = name
                .trim()
                .strip_prefix("trivy.")
                .map(|id| (id.trim().trim_matches(['"', '\'']).to_owned(), BTreeMap::new()));
            continue;
        }
        let (key, value) = line.split_once('=').ok_or_else(wrong)?;
        let value = value.trim();
        let several_lines = value.starts_with("\"\"\"") || value.starts_with("'''");
        let open_list = value.starts_with('[') && !value.ends_with(']');
        if several_lines || open_list || value.is_empty() {
            return Err(wrong());
        }
        if let Some((_, fields)) = &mut table {
            fields.insert(key.trim().to_owned(), value.trim_matches(['"', '\'']).to_owned());
        }
    }
    close(&mut triage, table)?;
    match seen {
        true => Ok(triage),
        false => Err("the triage has no table `trivy`".to_owned()),
    }
}

fn close(triage: &mut Triage, table: Option<(String, BTreeMap<String, String>)>) -> Result<(), String> {
    match table {
        Some((id, fields)) => add(triage, &id, |name| fields.get(name).cloned()),
        None => Ok(()),
    }
}

/// A stranger's text that is no identifier would be a line of its own meaning.
fn add(triage: &mut Triage, id: &str, field: impl Fn(&str) -> Option<String>) -> Result<(), String> {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
    let begins = id.chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
    if !begins || id.len() > 100 || !id.chars().all(good) {
        return Err(format!("the triage names `{}`, which is no identifier", visible(id)));
    }
    let told: Vec<String> = TOLD
        .iter()
        .filter_map(|name| field(name))
        .map(|one| visible(&one))
        .collect();
    let entry = Entry {
        accepted: field("acceptance").is_none_or(|word| vendor_accepts(&word)),
        comment: visible(&told.join(", ")),
    };
    triage.insert(id.to_owned(), entry);
    Ok(())
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// On one line.
fn visible(text: &str) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    text.chars()
        .take(COMMENT)
        .map(|c| if breaks(c) { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ignored(document: &str) -> Result<String, String> {
        read(document.as_bytes()).map(|triage| ignore_file(&triage))
    }

    #[test]
    fn three_shapes_are_one_file() {
        let expected = "# accepted, 2026-10-01, not built in\nCVE-2026-1\n";
        for document in [
            r#"{"trivy":{"CVE-2026-1":{"acceptance":"accepted","base_score":9.8,"date":"2026-10-01","description":"not built in"}}}"#,
            r#"{"triaged_cves":[{"cve":"CVE-2026-1","score":9.8,"acceptance":"accepted","date":"2026-10-01","description":"not built in"}]}"#,
            "# triage\n[trivy.CVE-2026-1]\nbase_score = 9.8\nacceptance = \"accepted\"\ndate = \"2026-10-01\"\ndescription = 'not built in'\n",
        ] {
            assert_eq!(ignored(document).as_deref(), Ok(expected), "{document}");
        }
        assert_eq!(ignored(r#"{"trivy":{}}"#).as_deref(), Ok(""));
        assert_eq!(ignored("[trivy]\n").as_deref(), Ok(""));
    }

    #[test]
    fn what_is_not_accepted_is_not_ignored_fail() {
        for word in ["\"rejected\"", "false", "\"open\""] {
            let document = format!("{{\"trivy\":{{\"CVE-2026-1\":{{\"acceptance\":{word}}}}}}}");
            let file = ignored(&document).unwrap();
            assert!(
                file.starts_with("# not ignored: CVE-2026-1: ") && file.lines().count() == 1,
                "{file}"
            );
        }
    }

    #[test]
    fn text_of_strangers_adds_no_line() {
        let hostile = r#"{"trivy":{"CVE-2026-1":{"description":"a\nCVE-2026-2\u2028CVE-2026-3\r"}}}"#;
        assert_eq!(
            ignored(hostile).as_deref(),
            Ok("# a CVE-2026-2 CVE-2026-3 \nCVE-2026-1\n")
        );
    }

    #[test]
    fn what_is_no_triage_fail() {
        for document in [
            r#"{"trivy":{"CVE-1\nCVE-2":{}}}"#,
            "{\"trivy\":{\"# x\":{}}}",
            r#"{"trivy":{"":{}}}"#,
            r#"{"trivy":[]}"#,
            r#"{"trivy":{"CVE-1":1}}"#,
            r#"{"triaged_cves":[{}]}"#,
            r#"{"triaged_cves":{}}"#,
            r#"{"other":1}"#,
            "{",
            "",
            "[trivy.CVE-1]\ndescription = \"\"\"\n[trivy.CVE-2]\n\"\"\"\n",
            "[trivy.CVE-1]\nlist = [\n[trivy.CVE-2]\n]\n",
            "[[trivy.CVE-1]]\n",
            "words",
        ] {
            assert!(ignored(document).is_err(), "{document}");
        }
    }
}
