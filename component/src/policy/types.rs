//! Predicate types: the built-in short names (docs/policy.md), those that `types:` adds, and URIs.

use std::collections::BTreeMap;
use std::fmt;

use super::faults::quoted;
use super::lower::{Lower, Word};
use super::tree::{Kind, Node};
use crate::statement;

/// The names that `types:` gives.
#[derive(Debug, Clone, Default)]
pub struct TypeNames(BTreeMap<String, String>);

/// Predicate types that a rule is about, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeSet(Vec<PredicateType>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum PredicateType {
    /// A built-in name stands for every version of its type.
    Named(String),
    /// Compared whole. With the name that the policy gives it.
    Uri { name: Option<String>, uri: String },
}

impl TypeNames {
    /// The short name of a predicate type, as `list` shows it and `--type` takes it.
    pub fn short<'n>(&'n self, predicate_type: &str) -> &'n str {
        let own = self.0.iter().find(|(_, uri)| *uri == predicate_type);
        own.map_or_else(|| statement::short_type(predicate_type), |(name, _)| name.as_str())
    }

    /// What a word of the command line means.
    pub fn meant(&self, word: &str) -> Option<TypeSet> {
        self.resolve(word).map(|one| TypeSet(vec![one]))
    }

    /// A name, built in or given, or a URI; none for a word that is neither.
    fn resolve(&self, word: &str) -> Option<PredicateType> {
        if let Some(uri) = self.0.get(word) {
            return Some(PredicateType::Uri {
                name: Some(word.to_owned()),
                uri: uri.clone(),
            });
        }
        if statement::is_short_type(word) {
            return Some(PredicateType::Named(word.to_owned()));
        }
        is_uri(word).then(|| PredicateType::Uri {
            name: None,
            uri: word.to_owned(),
        })
    }
}

impl TypeSet {
    /// Of built-in names.
    pub fn named(names: &[&str]) -> Self {
        Self(
            names
                .iter()
                .map(|&name| PredicateType::Named(name.to_owned()))
                .collect(),
        )
    }

    /// The same, and others by their URIs.
    pub fn and(mut self, uris: &[&str]) -> Self {
        let uri = |&uri: &&str| PredicateType::Uri {
            name: None,
            uri: uri.to_owned(),
        };
        self.0.extend(uris.iter().map(uri));
        self
    }

    pub fn contains(&self, predicate_type: &str) -> bool {
        self.0.iter().any(|one| match one {
            PredicateType::Named(name) => statement::short_type(predicate_type) == name,
            PredicateType::Uri { uri, .. } => uri == predicate_type,
        })
    }
}

impl FromIterator<TypeSet> for TypeSet {
    fn from_iter<I: IntoIterator<Item = Self>>(sets: I) -> Self {
        Self(sets.into_iter().flat_map(|set| set.0).collect())
    }
}

impl TypeSet {
    /// Whether a document without predicate type is meant by its short name.
    pub fn has_name(&self, name: &str) -> bool {
        let named = |one: &PredicateType| matches!(one, PredicateType::Named(known) if known == name);
        self.0.iter().any(named)
    }
}

impl fmt::Display for TypeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.iter().map(PredicateType::name).collect();
        f.write_str(&names.join(" or "))
    }
}

impl PredicateType {
    fn name(&self) -> &str {
        match self {
            Self::Named(name) => name,
            Self::Uri { name, uri } => name.as_deref().unwrap_or(uri),
        }
    }
}

fn is_uri(word: &str) -> bool {
    let scheme = word.split_once(':').map_or("", |(scheme, _)| scheme);
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-');
    !scheme.is_empty() && scheme.chars().all(good) && !word.chars().any(|c| c.is_whitespace() || c.is_control())
}

impl Lower<'_> {
    pub fn type_names(&mut self, node: Option<&Node>) -> TypeNames {
        let entries = node.map(Node::entries).unwrap_or_default();
        let mut names = BTreeMap::new();
        for entry in entries {
            let Some(word) = self.word(&entry.value) else { continue };
            if statement::is_short_type(&entry.key) {
                let message = format!("{} is built in", quoted(&entry.key));
                self.faults.error_with_hint(entry.place, message, "choose another name");
            } else if !is_uri(word.text) {
                self.not_a_type(word);
            } else {
                names.insert(entry.key.clone(), word.text.to_owned());
            }
        }
        TypeNames(names)
    }

    /// A name or URI, or a list of them.
    pub fn type_set(&mut self, node: &Node, names: &TypeNames) -> Option<TypeSet> {
        let words = match node.kind {
            Kind::Sequence(_) => self.words(node),
            _ => vec![self.word(node)?],
        };
        let types: Vec<_> = words
            .into_iter()
            .map(|word| {
                let resolved = names.resolve(word.text);
                if resolved.is_none() {
                    self.not_a_type(word);
                }
                resolved
            })
            .collect();
        types.into_iter().collect::<Option<Vec<_>>>().map(TypeSet)
    }

    /// A name or URI for each; `sbom` is any of its formats.
    pub fn each_type(&mut self, node: &Node, names: &TypeNames) -> Option<Vec<TypeSet>> {
        let types: Vec<_> = self
            .words(node)
            .into_iter()
            .map(|word| {
                let meant = match word.text {
                    "sbom" => Some(TypeSet::named(&["cyclonedx", "spdx"])),
                    text => names.meant(text),
                };
                if meant.is_none() {
                    self.not_a_type(word);
                }
                meant
            })
            .collect();
        types.into_iter().collect()
    }

    fn not_a_type(&mut self, word: Word) {
        let message = format!("{} is no predicate type", quoted(word.text));
        let hint = format!(
            "a URI such as `https://slsa.dev/provenance/v1`, or one of {}",
            statement::short_types().collect::<Vec<_>>().join(", ")
        );
        self.faults.error_with_hint(word.place, message, hint);
    }
}
