//! `base-image:` — what it was built on is allowed, young enough, and signed.

use std::fmt;

use crate::pattern::Glob;
use crate::policy::faults::quoted;
use crate::policy::lower::{Lower, Word};
use crate::policy::rules::RuleNames;
use crate::policy::tree::Node;
use crate::policy::{Check, Rule, RuleKind, Select, SignerSet, duration};
use crate::wit::basics::Severity;

#[derive(Debug, Clone)]
pub struct BaseImageRule {
    /// The annotations of its manifest say what it was built on; else its provenance.
    pub from_annotations: bool,
    /// Names of images, at least one. Each fixes its registry, so that no statement chooses which host is asked.
    pub allowed: Vec<Glob>,
    pub signed_by: Option<SignerSet>,
    /// Seconds.
    pub not_older_than: Option<i64>,
    /// What each of them was built on, in turn: one level, so that what is fetched has an end.
    pub built_on: Option<Box<Rule>>,
}

impl Lower<'_> {
    pub fn base_image(&mut self, node: &Node, names: &mut RuleNames) -> Option<RuleKind> {
        let from_annotations = self.field(node, "from").is_some_and(|word| word.text == "annotations");
        let signed_by = match node.get("signed-by") {
            Some(by) => Some(self.signer_set(by, names.signers)?),
            None => None,
        };
        let rule = BaseImageRule {
            from_annotations,
            allowed: self.allowed(node),
            signed_by,
            not_older_than: self.duration(node, "not-older-than"),
            built_on: match node.get("built-on") {
                Some(beneath) => Some(Box::new(self.beneath(beneath, names)?)),
                None => None,
            },
        };
        if from_annotations {
            self.refuse_demand(node);
            return Some(RuleKind::Annotated(rule));
        }
        if node.get("by").is_none() {
            let hint = "whose provenance says what the image was built on; or `from: annotations`";
            self.faults
                .error_with_hint(node.place, "a `base-image` rule needs `by`", hint);
        }
        let demand = self.demand(node, Select::Any, names);
        Some(RuleKind::Attested(demand?, Check::BaseImage(rule)))
    }

    fn beneath(&mut self, node: &Node, names: &mut RuleNames) -> Option<Rule> {
        Some(Rule {
            name: String::new(),
            line: node.place.line,
            severity: Severity::High,
            remediation: None,
            mode: None,
            platforms: None,
            enforce_from: None,
            kind: self.base_image(node, names)?,
        })
    }

    fn refuse_demand(&mut self, node: &Node) {
        for entry in ["by", "select", "max-age", "dated-by"]
            .iter()
            .filter_map(|key| node.entry(key))
        {
            let message = format!("`{}` cannot stand beside `from: annotations`", entry.key);
            let hint = "nobody signs the annotations of a manifest: a `signature` rule says who signed the image";
            self.faults.error_with_hint(entry.place, message, hint);
        }
    }

    fn allowed(&mut self, node: &Node) -> Vec<Glob> {
        let words = node.get("allowed").map(|list| self.words(list)).unwrap_or_default();
        words.into_iter().filter_map(|word| self.allowed_name(word)).collect()
    }

    fn allowed_name(&mut self, word: Word) -> Option<Glob> {
        let glob = self.image_glob(word)?;
        let registry = glob.segments().next().unwrap_or_default();
        if registry.contains('*') {
            let message = format!("{} lets a statement choose which registry is asked", quoted(word.text));
            let hint = "write the registry out: `docker.io/library/*`";
            self.faults.error_with_hint(word.place, message, hint);
            return None;
        }
        Some(glob)
    }
}

impl BaseImageRule {
    /// Whether it asks more of a base image than its name.
    pub fn looks_at_bases(&self) -> bool {
        self.signed_by.is_some() || self.not_older_than.is_some() || self.built_on.is_some()
    }

    /// What it asks of what its base images were built on.
    pub fn beneath(&self) -> Option<&BaseImageRule> {
        self.built_on.as_ref().and_then(|rule| rule.kind.base_image())
    }
}

impl fmt::Display for BaseImageRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let allowed: Vec<&str> = self.allowed.iter().map(Glob::as_str).collect();
        write!(f, "built on {}", allowed.join(" or "))?;
        if let Some(by) = &self.signed_by {
            write!(f, ", signed by {by}")?;
        }
        if let Some(age) = self.not_older_than {
            write!(f, ", at most {} old", duration(age))?;
        }
        if self.from_annotations {
            f.write_str(", as its annotations say")?;
        }
        if let Some(beneath) = &self.built_on {
            write!(f, "; that one {beneath}")?;
        }
        Ok(())
    }
}
