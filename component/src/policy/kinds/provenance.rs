//! `provenance:` — who built it, by which instructions, from what (docs/policy.md, meaning 15).

use std::fmt;

use crate::pattern::{Glob, UriGlob, UriGlobError};
use crate::policy::faults::quoted;
use crate::policy::lower::{Lower, Word};
use crate::policy::structured::place_of;
use crate::policy::tree::{Kind, Node};
use crate::predicate::slsa::Checkout;

/// What is special to provenance. That the builder fits the certificate, and what the statement says of its source too, is
/// demanded always.
#[derive(Debug, Clone, Default)]
pub struct ProvenanceRule {
    pub builder: Option<UriGlob>,
    /// A repository as [`Checkout`] writes it.
    pub source: Option<UriGlob>,
    pub reference: Option<Glob>,
    /// Of the source, 40 or 64 hexadecimal digits.
    pub revision: Option<String>,
    /// Path in the source's repository.
    pub workflow: Option<Glob>,
    pub build_type: Option<String>,
    /// JSON pointers into the external parameters, and what must be there.
    pub external_parameters: Vec<(String, String)>,
    pub materials: Vec<MaterialDemand>,
    pub level: Option<LevelDemand>,
}

/// One such material must be there.
#[derive(Debug, Clone)]
pub struct MaterialDemand {
    pub uri: UriGlob,
    /// (algorithm, value)
    pub digest: Option<(String, String)>,
}

#[derive(Debug, Clone)]
pub struct LevelDemand {
    /// 1 to 3: the levels of SLSA's build track.
    pub least: u8,
    /// Builders that the policy rates itself.
    pub builders: Vec<(UriGlob, u8)>,
}

const HIGHEST_LEVEL: u8 = 3;

impl Lower<'_> {
    pub fn provenance(&mut self, node: &Node) -> Option<ProvenanceRule> {
        Some(ProvenanceRule {
            builder: self.uri_glob(node, "builder"),
            source: self.source(node),
            reference: self.reference(node, "ref"),
            revision: self
                .field(node, "revision")
                .and_then(|word| self.hexadecimal(word, &[40, 64])),
            workflow: self.workflow_path(node),
            build_type: self.text(node, "build-type"),
            external_parameters: self.external_parameters(node),
            materials: self.material_demands(node),
            level: self.level_demand(node),
        })
    }

    fn uri_glob(&mut self, node: &Node, key: &str) -> Option<UriGlob> {
        let word = self.field(node, key)?;
        self.parse(word, UriGlobError::hint)
    }

    fn source(&mut self, node: &Node) -> Option<UriGlob> {
        let word = self.field(node, "source")?;
        let checkout = Checkout::of(word.text);
        let message = format!("{} can match no source", quoted(word.text));
        if checkout.reference.is_some() || checkout.revision.is_some() {
            let hint = "the repository alone; its ref and commit go into `ref` and `revision`";
            self.faults.error_with_hint(word.place, message, hint);
            return None;
        }
        if !checkout.repository.contains("://") {
            let hint = format!("the repository's URL: `https://github.com/{}`", checkout.repository);
            self.faults.error_with_hint(word.place, message, hint);
            return None;
        }
        let repository = Word {
            text: &checkout.repository,
            ..word
        };
        let glob: UriGlob = self.parse(repository, UriGlobError::hint)?;
        if glob.may_match_other_owner() {
            let message = format!("{} could match another owner", quoted(word.text));
            self.faults.warning(word.place, message, "write the owner out");
        }
        Some(glob)
    }

    fn workflow_path(&mut self, node: &Node) -> Option<Glob> {
        let glob = self.glob(node, "workflow")?;
        if let Some(at) = glob.as_str().find("/.github/workflows/") {
            let message = format!("{} can match no workflow of the source", quoted(glob.as_str()));
            let hint = format!("the path in the source's repository: `{}`", &glob.as_str()[at + 1..]);
            self.faults.error_with_hint(place_of(node, "workflow"), message, hint);
            return None;
        }
        Some(glob)
    }

    fn external_parameters(&mut self, node: &Node) -> Vec<(String, String)> {
        let entries = node.get("external-parameters").map(Node::entries).unwrap_or_default();
        let mut demands = Vec::new();
        for entry in entries {
            if !is_pointer(&entry.key) {
                let message = format!("{} is no path into the external parameters", quoted(&entry.key));
                let hint = "a JSON pointer (RFC 6901), such as `/inputs/environment`";
                self.faults.error_with_hint(entry.place, message, hint);
            }
            if let Some(word) = self.word(&entry.value) {
                demands.push((entry.key.clone(), word.text.to_owned()));
            }
        }
        demands
    }

    fn material_demands(&mut self, node: &Node) -> Vec<MaterialDemand> {
        let Some(Kind::Sequence(items)) = node.get("materials").map(|node| &node.kind) else {
            return Vec::new();
        };
        items.iter().filter_map(|item| self.material_demand(item)).collect()
    }

    fn material_demand(&mut self, node: &Node) -> Option<MaterialDemand> {
        let uri = self.uri_glob(node, "uri");
        let digest = match self.field(node, "digest") {
            Some(word) => Some(self.named_digest(word)?),
            None => None,
        };
        Some(MaterialDemand { uri: uri?, digest })
    }

    fn named_digest(&mut self, word: Word) -> Option<(String, String)> {
        let good = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if let Some((algorithm, value)) = word.text.split_once(':')
            && good(algorithm)
            && good(value)
        {
            return Some((algorithm.to_owned(), value.to_owned()));
        }
        let message = format!("{} is no digest", quoted(word.text));
        let hint = "its algorithm and value as the statement writes them: `sha256:…` or `gitCommit:…`";
        self.faults.error_with_hint(word.place, message, hint);
        None
    }

    fn level_demand(&mut self, node: &Node) -> Option<LevelDemand> {
        if let (None, Some(entry)) = (node.get("level"), node.entry("builders")) {
            let hint = "`builders` rates builders for `level`; which of them may build is said by `builder`";
            self.faults
                .error_with_hint(entry.place, "`builders` without `level`", hint);
        }
        let least = self.build_level(node.get("level")?);
        let entries = node.get("builders").map(Node::entries).unwrap_or_default();
        let mut builders = Vec::new();
        for entry in entries {
            let key = Word {
                text: &entry.key,
                place: entry.place,
            };
            if let (Some(glob), Some(level)) = (self.parse(key, UriGlobError::hint), self.build_level(&entry.value)) {
                builders.push((glob, level));
            }
        }
        Some(LevelDemand {
            least: least?,
            builders,
        })
    }

    fn build_level(&mut self, node: &Node) -> Option<u8> {
        let word = self.word(node)?;
        match word.text {
            "1" => Some(1),
            "2" => Some(2),
            "3" => Some(HIGHEST_LEVEL),
            _ => {
                let message = format!("{} is no level of SLSA's build track", quoted(word.text));
                self.faults.error_with_hint(word.place, message, "1, 2 or 3");
                None
            }
        }
    }
}

fn is_pointer(text: &str) -> bool {
    let escaped = text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    text.starts_with('/') && escaped
}

impl fmt::Display for ProvenanceRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SLSA provenance")?;
        let mut conditions: Vec<String> = Vec::new();
        let mut add =
            |name: &str, value: Option<String>| conditions.extend(value.map(|value| format!("{name} {value}")));
        add("built by", self.builder.as_ref().map(UriGlob::to_string));
        add("from", self.source.as_ref().map(UriGlob::to_string));
        add("at", self.reference.as_ref().map(Glob::to_string));
        add("at revision", self.revision.clone());
        add("by workflow", self.workflow.as_ref().map(Glob::to_string));
        add("of build type", self.build_type.clone());
        for (path, value) in &self.external_parameters {
            add("with parameter", Some(format!("{path} = {value}")));
        }
        for material in &self.materials {
            add("with material", Some(material.to_string()));
        }
        add(
            "of level",
            self.level.as_ref().map(|level| format!("{} or higher", level.least)),
        );
        for condition in conditions {
            write!(f, ", {condition}")?;
        }
        Ok(())
    }
}

impl fmt::Display for MaterialDemand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uri.fmt(f)?;
        match &self.digest {
            Some((algorithm, value)) => write!(f, " {algorithm}:{value}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
