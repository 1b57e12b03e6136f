//! `transparency-log:` and `ct-log:` of a signer — what the proof must have of each log, and a log of the signer's own.

use super::faults::quoted;
use super::lower::Lower;
use super::structured::place_of;
use super::tree::{Node, Style};
use super::{pem, tree};
use crate::signer::{CtDemand, LogDemand, OwnLogs};

impl Lower<'_> {
    pub fn log_demand(&mut self, signer: &Node) -> LogDemand {
        let Some(node) = signer.get("transparency-log") else {
            return LogDemand::Entry;
        };
        let required = self.boolean(node, "required").unwrap_or(true);
        match (required, node.entry("inclusion-proof")) {
            (true, None) => LogDemand::Entry,
            (true, Some(_)) => LogDemand::InclusionProof,
            (false, None) => LogDemand::Waived {
                line: place_of(node, "required").line,
            },
            (false, Some(proof)) => {
                self.faults
                    .error(proof.place, "`inclusion-proof: required` contradicts `required: false`");
                LogDemand::InclusionProof
            }
        }
    }

    pub fn ct_demand(&mut self, signer: &Node) -> CtDemand {
        let Some(node) = signer.get("ct-log") else {
            return CtDemand::Required;
        };
        if signer.get("key").is_some() {
            let message = "a `key` signer has no certificate, so there is no CT log to do without";
            self.faults.error(place_of(signer, "ct-log"), message);
        }
        match self.boolean(node, "required") {
            Some(false) => CtDemand::Waived {
                line: place_of(node, "required").line,
            },
            Some(true) | None => CtDemand::Required,
        }
    }

    fn boolean(&mut self, node: &Node, key: &str) -> Option<bool> {
        let value = node.get(key)?;
        match &value.kind {
            tree::Kind::Scalar {
                text,
                style: Style::Plain,
            } if text == "true" => Some(true),
            tree::Kind::Scalar {
                text,
                style: Style::Plain,
            } if text == "false" => Some(false),
            _ => {
                self.faults.ensure_error(value.place, "expected `true` or `false`");
                None
            }
        }
    }

    pub fn own_logs(&mut self, signer: &Node) -> OwnLogs {
        let (ct, log) = (signer.get("ct-log"), signer.get("transparency-log"));
        for (node, place) in [
            (ct, place_of(signer, "ct-log")),
            (log, place_of(signer, "transparency-log")),
        ] {
            let own = ["key", "url"].iter().find_map(|key| node?.entry(key));
            if let Some(own) = own
                && node
                    .and_then(|node| node.get("required"))
                    .is_some_and(|one| one.is_word("false"))
            {
                let message = format!("`{}` of a log that is not required", own.key);
                let hint = format!("remove it, or the `required: false` in line {}", place.line);
                self.faults.error_with_hint(own.place, message, hint);
            }
        }
        if let Some(online) = log.and_then(|node| node.get("online"))
            && !online.is_word("never")
        {
            let hint = "only `never` is: a signature must bring its entry along";
            self.faults
                .error_with_hint(online.place, "looking entries up in the log is not supported yet", hint);
        }
        OwnLogs {
            ct_key: ct.and_then(|node| self.log_key(node)),
            log_key: log.and_then(|node| self.log_key(node)),
            log_url: log.and_then(|node| self.log_url(node)),
        }
    }

    fn log_key(&mut self, node: &Node) -> Option<Vec<u8>> {
        let (word, bytes) = self.pem_source(node.get("key")?)?;
        match pem::public_key(bytes) {
            Ok(spki) => Some(spki),
            Err(error) => {
                let message = format!("the log's key: {error}");
                self.faults.error_with_hint(word.place, message, error.hint());
                None
            }
        }
    }

    fn log_url(&mut self, node: &Node) -> Option<String> {
        let word = self.field(node, "url")?;
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | ':' | '/' | '_');
        let host = word
            .text
            .strip_prefix("https://")
            .or_else(|| loopback(word.text))
            .unwrap_or_default();
        if !host.is_empty() && !host.starts_with('/') && host.chars().all(good) {
            return Some(word.text.trim_end_matches('/').to_owned());
        }
        let message = format!("{} is no log's URL", quoted(word.text));
        self.faults
            .error_with_hint(word.place, message, "`https://rekor.example`, lower case");
        None
    }
}

/// Plain HTTP goes to this machine alone.
fn loopback(url: &str) -> Option<&str> {
    let host = url.strip_prefix("http://")?;
    let name = host.split(['/', ':']).next()?;
    matches!(name, "127.0.0.1" | "localhost").then_some(host)
}
