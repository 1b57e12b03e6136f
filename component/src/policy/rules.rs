//! `rules:` — what must hold of an image.

use std::collections::{BTreeMap, BTreeSet};

use super::faults::{Place, did_you_mean, quoted};
use super::lower::{Lower, Word};
use super::shape::count;
use super::tree::{Entry, Kind, Node, listed};
use super::{Check, Day, Rule, RuleKind, Select, SignerSet, TypeNames};
use crate::wit::basics::{Mode, Severity};

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

/// What a rule may refer to.
pub(crate) struct RuleNames<'r, 'n> {
    pub signers: &'r mut Names<'n>,
    /// Signers whose evidence has no lower bound in time: keys, and certificates that live long.
    pub undated: &'r BTreeSet<String>,
    pub types: &'r TypeNames,
}

impl Lower<'_> {
    pub fn rules(&mut self, node: Option<&Node>, names: &mut RuleNames) -> BTreeMap<String, Rule> {
        let entries = node.map(Node::entries).unwrap_or_default();
        entries
            .iter()
            .filter_map(|entry| Some((entry.key.clone(), self.rule(entry, names)?)))
            .collect()
    }

    fn rule(&mut self, entry: &Entry, names: &mut RuleNames) -> Option<Rule> {
        let node = &entry.value;
        let kind = self.kind(node, names);
        let platforms = node.get("platforms").map(|value| self.platforms(value));
        Some(Rule {
            name: entry.key.clone(),
            line: entry.place.line,
            severity: self.severity(node),
            remediation: self.text(node, "remediation"),
            mode: self.field(node, "mode").map(|word| mode(word.text)),
            platforms: match platforms {
                Some(platforms) => Some(platforms?),
                None => None,
            },
            enforce_from: self.enforce_from(node),
            kind: kind?,
        })
    }

    fn kind(&mut self, node: &Node, names: &mut RuleNames) -> Option<RuleKind> {
        if let Some(node) = node.get("signature") {
            return Some(RuleKind::Signature(self.signature(node, names.signers)?));
        }
        if let Some(attestation) = node.get("attestation") {
            let demand = self.demand(attestation, Select::Any, names);
            let check = Check::Attestation(self.attestation(attestation, names.types)?);
            return Some(RuleKind::Attested(demand?, check));
        }
        if let Some(vulnerabilities) = node.get("vulnerabilities") {
            let demand = self.demand(vulnerabilities, Select::Latest, names);
            let rule = self.vulnerabilities(vulnerabilities, demand.as_ref(), names)?;
            return Some(RuleKind::Attested(demand?, Check::Vulnerabilities(Box::new(rule))));
        }
        if let Some(node) = node.get("expression") {
            let (demand, rule) = self.expression(node, names)?;
            return Some(RuleKind::Attested(demand, Check::Expression(rule)));
        }
        if let Some(sbom) = node.get("sbom") {
            let demand = self.demand(sbom, Select::Any, names);
            let check = Check::Sbom(self.sbom(sbom)?);
            return Some(RuleKind::Attested(demand?, check));
        }
        if let Some(licenses) = node.get("licenses") {
            let demand = self.demand(licenses, Select::Any, names);
            let check = Check::Licenses(self.licenses(licenses)?);
            return Some(RuleKind::Attested(demand?, check));
        }
        if let Some(provenance) = node.get("provenance") {
            let demand = self.demand(provenance, Select::Any, names);
            let check = Check::Provenance(self.provenance(provenance)?);
            return Some(RuleKind::Attested(demand?, check));
        }
        if let Some(base_image) = node.get("base-image") {
            return self.base_image(base_image, names);
        }
        if let Some(attestations) = node.get("attestations") {
            let rule = self.attestations(attestations, names.signers, names.types)?;
            return Some(RuleKind::Attestations(rule));
        }
        self.faults.ensure_error(node.place, "a rule without a condition");
        None
    }

    /// A date long ahead is a switched-off rule that looks like one that is on.
    fn enforce_from(&mut self, node: &Node) -> Option<Day> {
        self.day(node, "enforce-from")
    }

    fn severity(&mut self, node: &Node) -> Severity {
        match self.field(node, "severity").map(|word| word.text) {
            Some("critical") => Severity::Critical,
            Some("medium") => Severity::Medium,
            Some("low") => Severity::Low,
            _ => Severity::High,
        }
    }

    pub fn signer_set(&mut self, node: &Node, signers: &mut Names) -> Option<SignerSet> {
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

    pub fn resolve(&mut self, words: &[Word], known: &mut Names) -> Vec<String> {
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

pub(super) fn mode(word: &str) -> Mode {
    match word {
        "inform" => Mode::Inform,
        _ => Mode::Enforce,
    }
}
