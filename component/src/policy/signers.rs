//! `signers:` — named ways to recognise who signed.

use super::faults::Place;
use super::lower::{Lower, Word};
use super::public_keys::Placed;
use super::structured::place_of;
use super::tree::{Entry, Node};
use crate::signer::{CtDemand, InUse, LogDemand, PublicKey, Recognises, Signer};

/// A signer before it is known which trusted root it is proven under.
pub(crate) struct Draft<'n> {
    pub signer: Signer,
    pub place: Place,
    /// `trust: NAME` of the signer.
    pub trust: Option<Word<'n>>,
    pub is_public: bool,
}

/// Signers of public services: their roots need no name.
const PUBLIC: [&str; 6] = ["github", "gitlab", "google", "email", "buildkite", "circleci"];

impl<'s> Lower<'s> {
    /// Those that could be read; the others have an error, or a file that was not handed over.
    pub fn signers<'n>(&mut self, node: Option<&'n Node>) -> Vec<Draft<'n>> {
        let mut keys: Vec<(&str, Placed)> = Vec::new();
        let entries = node.map(Node::entries).unwrap_or_default();
        let drafts = entries
            .iter()
            .filter_map(|entry| self.signer(entry, &mut keys))
            .collect();
        self.refuse_same_keys(keys.iter().map(|(signer, key)| (*signer, key)));
        drafts
    }

    fn signer<'n>(&mut self, entry: &'n Entry, all_keys: &mut Vec<(&'n str, Placed)>) -> Option<Draft<'n>> {
        let node = &entry.value;
        let (log, ct, logs) = (self.log_demand(node), self.ct_demand(node), self.own_logs(node));
        let trust = self.field(node, "trust");
        let recognises = self.recognises(entry, all_keys)?;
        if let LogDemand::Waived { .. } = log {
            let message = format!("signer `{}` does without the transparency log", entry.key);
            self.faults
                .warning(place_of(node, "transparency-log"), message, waiver_hint(&recognises));
        }
        if let CtDemand::Waived { .. } = ct {
            let message = format!("signer `{}` does without the CT log", entry.key);
            let hint = "nobody else can then see which certificates its authority issues";
            self.faults.warning(place_of(node, "ct-log"), message, hint);
        }
        let signer = Signer {
            name: entry.key.clone(),
            line: entry.place.line,
            recognises,
            log,
            ct,
            logs,
            root: None,
        };
        Some(Draft {
            is_public: PUBLIC.iter().any(|key| node.get(key).is_some()),
            signer,
            place: entry.place,
            trust,
        })
    }

    fn recognises<'n>(&mut self, entry: &'n Entry, keys: &mut Vec<(&'n str, Placed)>) -> Option<Recognises> {
        let (node, kinds) = (&entry.value, ["keyless", "certificate", "key"]);
        let kind = PUBLIC.iter().chain(&kinds).find_map(|key| node.entry(key));
        let Some(kind) = kind else {
            self.faults.ensure_error(node.place, "a signer without a condition");
            return None;
        };
        let value = &kind.value;
        Some(match kind.key.as_str() {
            "github" => Recognises::Github(Box::new(self.github(value)?)),
            "gitlab" => Recognises::Gitlab(Box::new(self.gitlab(value)?)),
            "buildkite" => Recognises::Buildkite(self.buildkite(value)?),
            "circleci" => Recognises::Circleci(self.circleci(value)?),
            "google" => Recognises::Keyless(self.google(value)?),
            "email" => Recognises::Keyless(self.email(value)?),
            "keyless" => Recognises::Keyless(self.keyless(value)?),
            "certificate" => {
                let certificate = self.certificate(value)?;
                if let Some(leaf) = &certificate.leaf {
                    let (place, in_use) = (entry.place, InUse::ALWAYS);
                    let (name, spki) = (entry.key.clone(), leaf.spki.clone());
                    let key = PublicKey { name, spki, in_use };
                    keys.push((entry.key.as_str(), Placed { key, place }));
                }
                Recognises::Certificate(Box::new(certificate))
            }
            _ => {
                // None is an error or a missing file, and with either the policy does not come to be.
                let placed = self.public_keys(value, &entry.key).unwrap_or_default();
                let own = placed.iter().map(|placed| placed.key.clone()).collect();
                keys.extend(placed.into_iter().map(|placed| (entry.key.as_str(), placed)));
                Recognises::Keys(own)
            }
        })
    }
}

fn waiver_hint(recognises: &Recognises) -> &'static str {
    match recognises {
        Recognises::Keys(_) => "nothing then says when it was signed, and a stolen key signs unseen",
        Recognises::Certificate(one) if !one.is_of_the_root() => {
            "without a signed timestamp, a long-lived certificate must be valid when it is checked"
        }
        _ => "a signed timestamp must then prove the time, and nobody else can see what was signed",
    }
}
