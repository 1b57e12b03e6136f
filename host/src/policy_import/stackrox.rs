//! Signature integrations and policies of the StackRox platform, as its API exports them: `{"integrations": […]}`,
//! `{"policies": […]}`, or one of either
//! (<https://github.com/stackrox/stackrox/blob/master/proto/storage/signature_integration.proto>, `policy.proto`).

mod exclusions;
mod integration;
mod policy;

use std::collections::BTreeMap;

use super::draft::{Demand, Draft, Entry, Mode, Names, Part, Rule, push_once};
use super::keys::Keys;
use super::notes::{Notes, Pointer};
use super::read::{self, ReadError};
use super::tree::Node;
use super::{Given, Input, node};
use crate::say;

/// What is known while the files are read.
#[derive(Default)]
struct Import {
    draft: Draft,
    notes: Notes,
    signers: Names,
    rules: Names,
    keys: Keys,
    /// signers by the id of their integration
    by_integration: BTreeMap<String, Vec<String>>,
}

/// Integrations may stand in one file and policies in another.
pub fn import(inputs: &[Input], given: &Given) -> Result<Draft, ReadError> {
    let mut import = Import::default();
    let (mut integrations, mut policies) = (Vec::new(), Vec::new());
    for input in inputs {
        let root = node(input, read::json(&input.content)?);
        import.sort(root, &mut integrations, &mut policies);
    }
    import.draft.notes = import.notes.take();
    for one in integrations {
        import.integration(one);
    }
    match policies.is_empty() {
        true => import.rule_of_all(given, inputs),
        false => policies.into_iter().for_each(|one| import.policy(one, given)),
    }
    Ok(import.draft)
}

impl Import {
    /// Tells integrations from policies by the keys that only they have.
    fn sort(&mut self, root: Node, integrations: &mut Vec<Node>, policies: &mut Vec<Node>) {
        if root.is_list() {
            let items = root.items(&mut self.notes);
            return items
                .into_iter()
                .for_each(|item| self.sort(item, integrations, policies));
        }
        if root.has("integrations") || root.has("policies") {
            let Some(mut fields) = root.fields(&mut self.notes) else {
                return;
            };
            integrations.extend(fields.items("integrations", &mut self.notes));
            policies.extend(fields.items("policies", &mut self.notes));
            return fields.finish(&mut self.notes);
        }
        if root.has("policySections") {
            return policies.push(root);
        }
        if ["cosign", "cosignCertificates", "transparencyLog"]
            .into_iter()
            .any(|key| root.has(key))
        {
            return integrations.push(root);
        }
        let expected = "expected signature integrations or policies of the platform's API, found neither";
        self.notes.missing(&root.at, say![expected]);
    }

    /// Without a policy nothing says how the integrations are used.
    fn rule_of_all(&mut self, given: &Given, inputs: &[Input]) {
        let at = Pointer::of(inputs.first().map_or("", |input| &input.name));
        let mut by = Vec::new();
        for signer in self.by_integration.values().flatten() {
            push_once(&mut by, signer.clone());
        }
        if !by.is_empty() {
            self.notes.changed(
                &at,
                say!["there is no policy in it; any of its integrations will do here"],
            );
        }
        let rule = Rule {
            name: given.rule.clone().unwrap_or_else(|| "signed".to_owned()),
            demand: Demand::Signature,
            by,
            severity: None,
            remediation: None,
        };
        let entry = Entry {
            glob: given.glob(),
            rules: vec![rule.name.clone()],
            mode: Mode::Enforce,
        };
        self.draft
            .rules
            .push(Part::new(at.clone(), Some(rule), &mut self.notes));
        self.draft.images.push(Part::new(at, Some(entry), &mut self.notes));
    }
}
