//! `rules:` — what must hold of an image.

use std::collections::{BTreeMap, BTreeSet};

use super::faults::{Place, did_you_mean, quoted};
use super::lower::{Lower, Word};
use super::shape::count;
use super::tree::{Entry, Kind, Node, listed};
use super::{DockerReference, Rule, RuleKind, SignatureForm, SignatureRule, SignerSet};
use crate::wit::basics::Severity;

/// Names that a part of the policy defines, and which of them are used.
pub(crate) struct Names<'n> {
    noun: &'static str,
    places: BTreeMap<&'n str, Place>,
    used: BTreeSet<&'n str>,
}

impl<'n> Names<'n> {
    pub fn of(noun: &'static str, node: Option<&'n Node>) -> Self {
        let entries = node.map(Node::entries).unwrap_or_default();
        let places = entries.iter().map(|entry| (entry.key.as_str(), entry.place)).collect();
        Self {
            noun,
            places,
            used: BTreeSet::new(),
        }
    }
}

impl Lower<'_> {
    pub fn rules(&mut self, node: Option<&Node>, signers: &mut Names) -> BTreeMap<String, Rule> {
        let entries = node.map(Node::entries).unwrap_or_default();
        entries
            .iter()
            .filter_map(|entry| Some((entry.key.clone(), self.rule(entry, signers)?)))
            .collect()
    }

    fn rule(&mut self, entry: &Entry, signers: &mut Names) -> Option<Rule> {
        let node = &entry.value;
        let Some(signature) = node.get("signature") else {
            self.faults.ensure_error(node.place, "a rule without a condition");
            return None;
        };
        Some(Rule {
            name: entry.key.clone(),
            line: entry.place.line,
            kind: RuleKind::Signature(self.signature(signature, signers)?),
            severity: self.severity(node),
            remediation: self.text(node, "remediation"),
        })
    }

    fn severity(&mut self, node: &Node) -> Severity {
        match self.field(node, "severity").map(|word| word.text) {
            Some("critical") => Severity::Critical,
            Some("medium") => Severity::Medium,
            Some("low") => Severity::Low,
            _ => Severity::High,
        }
    }

    fn signature(&mut self, node: &Node, signers: &mut Names) -> Option<SignatureRule> {
        let by = self.signer_set(node.get("by")?, signers);
        let docker_reference = match self.field(node, "docker-reference").map(|word| word.text) {
            Some("required") => DockerReference::Required,
            _ => DockerReference::Reported,
        };
        Some(SignatureRule {
            annotations: self.annotations(node),
            docker_reference,
            forms: self.forms(node),
            by: by?,
        })
    }

    fn annotations(&mut self, node: &Node) -> BTreeMap<String, String> {
        let entries = node.get("annotations").map(Node::entries).unwrap_or_default();
        entries
            .iter()
            .filter_map(|entry| Some((entry.key.clone(), self.word(&entry.value)?.text.to_owned())))
            .collect()
    }

    fn forms(&mut self, node: &Node) -> Vec<SignatureForm> {
        let Some(list) = node.get("forms") else {
            return vec![SignatureForm::SimpleSigning, SignatureForm::Statement];
        };
        let form = |word: &Word| match word.text {
            "simple-signing" => Some(SignatureForm::SimpleSigning),
            "statement" => Some(SignatureForm::Statement),
            "message" => Some(SignatureForm::Message),
            _ => None,
        };
        self.words(list).iter().filter_map(form).collect()
    }

    fn signer_set(&mut self, node: &Node, signers: &mut Names) -> Option<SignerSet> {
        if let Kind::Scalar { .. } = node.kind {
            let word = self.word(node)?;
            return Some(SignerSet::AnyOf(self.resolve(&[word], signers)));
        }
        if let Some(list) = node.get("any-of") {
            return Some(SignerSet::AnyOf(self.names(list, signers)));
        }
        if let Some(list) = node.get("all-of") {
            return Some(SignerSet::AllOf(self.names(list, signers)));
        }
        let (count_node, list) = (node.get("at-least"), node.get("of"));
        let names = self.names(list?, signers);
        let word = self.word(count_node?)?;
        let count = count(word.text)?;
        let most = list.map_or(0, |list| self.words(list).len());
        if count > most {
            let message = format!("at least {count} of {most} signers can never be");
            self.faults
                .error_with_hint(word.place, message, "`of` names fewer signers than `at-least` asks for");
            return None;
        }
        Some(SignerSet::AtLeast { count, of: names })
    }

    pub fn names(&mut self, list: &Node, known: &mut Names) -> Vec<String> {
        let words = self.words(list);
        self.resolve(&words, known)
    }

    fn resolve(&mut self, words: &[Word], known: &mut Names) -> Vec<String> {
        let mut names = Vec::new();
        for word in words {
            if let Some((name, _)) = known.places.get_key_value(word.text) {
                known.used.insert(name);
                names.push(word.text.to_owned());
            } else if self.faults.is_full() {
                self.faults.error(word.place, "an unknown name");
            } else {
                let all: Vec<&str> = known.places.keys().copied().collect();
                let hint = did_you_mean(word.text, all.iter().copied()).unwrap_or_else(|| match all.as_slice() {
                    [] => format!("the policy has no `{}s`", known.noun),
                    _ => format!("the policy has {}", listed(&all)),
                });
                self.faults.error_with_hint(
                    word.place,
                    format!("there is no {} {}", known.noun, quoted(word.text)),
                    hint,
                );
            }
        }
        names
    }

    pub fn warn_unused_names(&mut self, names: &Names) {
        for (name, place) in names.places.iter().filter(|(name, _)| !names.used.contains(*name)) {
            let message = format!("{} `{name}` is used nowhere", names.noun);
            self.faults
                .warning(*place, message, "remove it, or check the names that should use it");
        }
    }
}
