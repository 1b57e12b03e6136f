//! `ClusterImagePolicy` of Sigstore's policy-controller, `policy.sigstore.dev/v1alpha1` and `v1beta1`
//! (<https://github.com/sigstore/policy-controller/blob/main/docs/api-types/index.md>).

mod authority;
mod glob;

use self::authority::Authority;
use super::draft::{Demand, Draft, Entry, Mode, Names, Part, Rule, push_once};
use super::keys::Keys;
use super::notes::{Notes, Pointer};
use super::read::{self, ReadError};
use super::tree::{Fields, Node};
use super::{Given, Input};
use crate::say;

const VERSIONS: [&str; 2] = ["policy.sigstore.dev/v1alpha1", "policy.sigstore.dev/v1beta1"];
const KIND: &str = "ClusterImagePolicy";

#[derive(Default)]
struct Import {
    draft: Draft,
    notes: Notes,
    signers: Names,
    rules: Names,
    keys: Keys,
}

/// Every document of the file. An image must satisfy all policies that match it, there as here.
pub fn import(input: &Input, _given: &Given) -> Result<Draft, ReadError> {
    let mut import = Import::default();
    for (position, tree) in read::yaml(&input.content)?.into_iter().enumerate() {
        let at = Pointer::document(&input.name, position + 1);
        import.document(Node::new(at, tree));
    }
    import.draft.notes.extend(import.notes.take());
    Ok(import.draft)
}

impl Import {
    fn document(&mut self, node: Node) {
        let at = node.at.clone();
        let Some(mut fields) = node.fields(&mut self.notes) else {
            return;
        };
        let kind = fields.text("kind", &mut self.notes).unwrap_or_default();
        let version = fields.text("apiVersion", &mut self.notes).unwrap_or_default();
        let items = fields.items("items", &mut self.notes);
        if kind.ends_with("List") {
            return items.into_iter().for_each(|item| self.item(item));
        }
        if kind != KIND || !VERSIONS.contains(&version.as_str()) {
            self.notes
                .missing(&at, say!["a `", kind, "` of `", version, "` is no ", KIND]);
            return;
        }
        let metadata = fields.fields("metadata", &mut self.notes);
        let name = metadata
            .and_then(|mut metadata| metadata.text("name", &mut self.notes))
            .unwrap_or_default();
        let spec = fields.fields("spec", &mut self.notes);
        fields.without_meaning(&["status"]);
        fields.finish(&mut self.notes);
        match spec {
            Some(spec) => self.policy(spec, &name),
            None => self.notes.missing(&at, say!["it has no `spec`"]),
        }
    }

    /// Of a list; lists in lists are none of Kubernetes.
    fn item(&mut self, node: Node) {
        match node.has("items") {
            true => self.notes.missing(&node.at, say!["a list in a list"]),
            false => self.document(node),
        }
    }

    fn policy(&mut self, mut spec: Fields, name: &str) {
        let at = spec.at.clone();
        let images = spec.items("images", &mut self.notes);
        let authorities = spec.items("authorities", &mut self.notes);
        let mode = match spec.text("mode", &mut self.notes).as_deref() {
            Some("warn") => Mode::Inform,
            None | Some("enforce") => Mode::Enforce,
            Some(other) => {
                self.notes
                    .missing(&at.key("mode"), say!["the mode `", other, "` is not known here"]);
                Mode::Enforce
            }
        };
        let resources = say!["which resources of the cluster it is for; here it is for images wherever they are used"];
        spec.cannot(&["match"], &resources, &mut self.notes);
        let whole = say!["a condition on the results of all authorities; write an `expression` rule in its place"];
        spec.cannot(&["policy"], &whole, &mut self.notes);
        spec.finish(&mut self.notes);
        self.draft.notes.extend(self.notes.take());
        let found: Vec<Authority> = authorities
            .into_iter()
            .filter_map(|one| self.authority(one, name))
            .collect();
        let rules = self.rules_of(&at, name, found);
        for image in images {
            self.image(image, &rules, mode);
        }
    }

    /// There any one authority is enough, and it needs all of its attestations.
    fn rules_of(&mut self, at: &Pointer, name: &str, authorities: Vec<Authority>) -> Vec<String> {
        let alike = |one: &Authority| one.types.len() < 2 && one.types == authorities[0].types;
        if authorities.len() > 1 && authorities.iter().all(alike) {
            let types = authorities[0].types.clone();
            let mut signers = Vec::new();
            for signer in authorities.into_iter().flat_map(|one| one.signers) {
                push_once(&mut signers, signer);
            }
            return self.rules_for(at, name, &Authority { signers, types });
        }
        if authorities.len() > 1 {
            let difference =
                "there any one authority is enough, and they ask for different things; here all are demanded";
            self.notes.missing(&at.key("authorities"), say![difference]);
        }
        if authorities.is_empty() {
            self.notes.missing(
                at,
                say!["nothing is left that says who may sign; what only it matches is denied"],
            );
            self.draft.rules.push(Part::new(at.clone(), None, &mut self.notes));
        }
        authorities
            .iter()
            .flat_map(|one| self.rules_for(at, name, one))
            .collect()
    }

    fn rules_for(&mut self, at: &Pointer, name: &str, authority: &Authority) -> Vec<String> {
        let attested = authority
            .types
            .iter()
            .map(|of_type| Demand::Attestation(of_type.clone()));
        let demands: Vec<Demand> = match authority.types.is_empty() {
            true => vec![Demand::Signature],
            false => attested.collect(),
        };
        let mut names = Vec::new();
        for demand in demands {
            let rule = Rule {
                name: self.rules.fresh(name, "signed"),
                demand,
                by: authority.signers.clone(),
                severity: None,
                remediation: None,
            };
            names.push(rule.name.clone());
            self.draft
                .rules
                .push(Part::new(at.clone(), Some(rule), &mut self.notes));
        }
        names
    }

    fn image(&mut self, node: Node, rules: &[String], mode: Mode) {
        let at = node.at.clone();
        let written = node.fields(&mut self.notes).and_then(|mut fields| {
            let glob = fields.text("glob", &mut self.notes);
            fields.finish(&mut self.notes);
            glob
        });
        let globs = written
            .map(|written| glob::ours(&at, &written, &mut self.notes))
            .unwrap_or_default();
        if globs.is_empty() {
            self.draft.images.push(Part::new(at.clone(), None, &mut self.notes));
        }
        for glob in globs {
            let rules = rules.to_vec();
            let entry = Entry { glob, rules, mode };
            self.draft
                .images
                .push(Part::new(at.clone(), Some(entry), &mut self.notes));
        }
    }
}
