//! Paths of further images in YAML and JSON documents, as `--image-path` has them: `spec.image`, `spec.*.image`,
//! `**.sidecarImage`. Lists are gone through item by item.

use std::str::FromStr;

use super::finds::Finds;
use super::helm_values;
use super::tree::{Id, Tree};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImagePath(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    /// `*`
    AnyKey,
    /// `**`: any number of keys, none included
    Anything,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{path}`: expected keys with `.` between them, such as `spec.image`\nhint: `*` is any key, `**` any number of them"
)]
pub struct ImagePathError {
    path: String,
}

impl FromStr for ImagePath {
    type Err = ImagePathError;

    fn from_str(path: &str) -> Result<Self, Self::Err> {
        let step = |step: &str| match step {
            "" => None,
            "*" => Some(Step::AnyKey),
            "**" => Some(Step::Anything),
            key if key.contains(['*', '[', ']', '$']) => None,
            key => Some(Step::Key(key.to_owned())),
        };
        let steps: Option<Vec<Step>> = path.split('.').map(step).collect();
        let ends = |steps: &Vec<Step>| !matches!(steps.last(), None | Some(Step::Anything));
        let wrong = || ImagePathError { path: path.to_owned() };
        steps.filter(ends).map(Self).ok_or_else(wrong)
    }
}

impl ImagePath {
    pub fn find(&self, tree: &Tree, document: Id, finds: &mut Finds) {
        let mut at = vec![document];
        for step in &self.0 {
            at = match step {
                Step::Anything => tree.below(&at, |_, _| false),
                Step::AnyKey => values(tree, &at, |_| true),
                Step::Key(own) => values(tree, &at, |key| key == own),
            };
            at.sort();
            at.dedup();
        }
        for id in at {
            match helm_values::is_image(tree, id) {
                true => helm_values::parts(tree, id, finds),
                false => tree.items(id).iter().chain([&id]).for_each(|id| finds.node(tree, *id)),
            }
        }
    }
}

/// Values of the mappings, and of those in lists.
fn values(tree: &Tree, ids: &[Id], wanted: impl Fn(&str) -> bool) -> Vec<Id> {
    let mappings = ids.iter().flat_map(|id| tree.items(*id).iter().chain([id]));
    let entries = mappings.flat_map(|id| tree.entries(*id));
    entries
        .filter(|entry| wanted(entry.key))
        .map(|entry| entry.value)
        .collect()
}
