//! What another program wrote, as values that remember where they stand and what nobody has asked for.

use super::notes::{Notes, Pointer};
use crate::say;
use crate::untrusted::Safe;

/// A value of JSON or YAML. Keys are there once: a second one is an error of the reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tree {
    Null,
    Boolean(bool),
    /// also numbers, as they are written
    Text(String),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

/// A value and its place.
#[derive(Debug)]
pub struct Node {
    pub at: Pointer,
    tree: Tree,
}

/// A mapping whose keys are taken one by one. What is left in the end is told.
#[derive(Debug)]
pub struct Fields {
    pub at: Pointer,
    entries: Vec<(String, Tree)>,
}

impl Tree {
    /// Says nothing: what a serialiser writes for a field that is not set.
    fn is_unset(&self) -> bool {
        match self {
            Self::Null | Self::Boolean(false) => true,
            Self::Boolean(true) => false,
            Self::Text(text) => text.is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Object(entries) => entries.iter().all(|(_, value)| value.is_unset()),
        }
    }

    fn noun(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Boolean(_) => "a truth value",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Object(_) => "a mapping",
        }
    }
}

impl Node {
    pub fn new(at: Pointer, tree: Tree) -> Self {
        Self { at, tree }
    }

    pub fn has(&self, key: &str) -> bool {
        matches!(&self.tree, Tree::Object(entries) if entries.iter().any(|(name, _)| name == key))
    }

    pub fn is_list(&self) -> bool {
        matches!(self.tree, Tree::List(_))
    }

    pub fn text(self, notes: &mut Notes) -> Option<String> {
        match self.tree {
            Tree::Text(text) if !text.is_empty() => Some(text),
            other if other.is_unset() => None,
            other => notes.wrong(&self.at, "a text", other.noun()),
        }
    }

    pub fn items(self, notes: &mut Notes) -> Vec<Node> {
        match self.tree {
            Tree::List(items) => {
                let placed = |(position, tree): (usize, Tree)| Node::new(self.at.at(position), tree);
                items.into_iter().enumerate().map(placed).collect()
            }
            other if other.is_unset() => Vec::new(),
            other => notes.wrong(&self.at, "a list", other.noun()).unwrap_or_default(),
        }
    }

    pub fn fields(self, notes: &mut Notes) -> Option<Fields> {
        match self.tree {
            Tree::Object(entries) => Some(Fields { at: self.at, entries }),
            other => notes.wrong(&self.at, "a mapping", other.noun()),
        }
    }
}

impl Fields {
    /// None where it is not set.
    pub fn take(&mut self, key: &str) -> Option<Node> {
        let position = self.entries.iter().position(|(name, _)| name == key)?;
        let (name, tree) = self.entries.remove(position);
        (!tree.is_unset()).then(|| Node::new(self.at.key(&name), tree))
    }

    pub fn text(&mut self, key: &str, notes: &mut Notes) -> Option<String> {
        self.take(key)?.text(notes)
    }

    pub fn items(&mut self, key: &str, notes: &mut Notes) -> Vec<Node> {
        self.take(key).map(|node| node.items(notes)).unwrap_or_default()
    }

    pub fn fields(&mut self, key: &str, notes: &mut Notes) -> Option<Fields> {
        self.take(key)?.fields(notes)
    }

    pub fn texts(&mut self, key: &str, notes: &mut Notes) -> Vec<(Pointer, String)> {
        let items = self.items(key, notes);
        let texts = items.into_iter().map(|item| (item.at.clone(), item.text(notes)));
        texts.filter_map(|(at, text)| Some((at, text?))).collect()
    }

    /// `true` where it is there and true.
    pub fn flag(&mut self, key: &str, notes: &mut Notes) -> bool {
        match self.take(key) {
            None => false,
            Some(Node {
                tree: Tree::Boolean(true),
                ..
            }) => true,
            Some(node) => {
                notes.wrong::<()>(&node.at, "a truth value", node.tree.noun());
                false
            }
        }
    }

    /// Keys that say nothing about who may pass.
    pub fn without_meaning(&mut self, keys: &[&str]) {
        self.entries.retain(|(name, _)| !keys.contains(&name.as_str()));
    }

    /// Each of these that is set cannot be said, for one reason.
    pub fn cannot(&mut self, keys: &[&str], reason: &Safe, notes: &mut Notes) {
        for key in keys {
            if let Some(node) = self.take(key) {
                notes.missing(&node.at, reason.clone());
            }
        }
    }

    /// Whatever nobody asked for.
    pub fn finish(self, notes: &mut Notes) {
        for (name, tree) in self.entries {
            if !tree.is_unset() {
                notes.missing(&self.at.key(&name), say!["`", name, "` is not known here"]);
            }
        }
    }
}
