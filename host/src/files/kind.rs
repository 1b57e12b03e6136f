//! What kind a file is, by its name and by what stands in it, and who reads it.

use std::path::Path;

use super::finds::Finds;
use super::image_path::ImagePath;
use super::tree::{At, Id, Tree};
use super::unclaimed::{self, Certainty};
use super::{compose, dockerfile, gitlab, helm_values, kubernetes, kustomization, template, workflow};
use crate::run::SightingKind;

/// Whether a file of a folder is one that may name images.
pub fn is_relevant(path: &Path) -> bool {
    let name = name(path);
    is_dockerfile(&name) || name == "kustomization" || [".yaml", ".yml", ".json"].iter().any(|end| name.ends_with(end))
}

fn name(path: &Path) -> String {
    path.file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().to_ascii_lowercase())
}

fn is_dockerfile(name: &str) -> bool {
    ["dockerfile", "containerfile"].iter().any(|kind| {
        let with_end = name.strip_prefix(kind).and_then(|rest| rest.strip_prefix('.'));
        let end = name.strip_suffix(kind).and_then(|rest| rest.strip_suffix('.'));
        name == *kind
            || end.is_some()
            || with_end.is_some_and(|end| !matches!(end, "dockerignore" | "yaml" | "yml" | "json"))
    })
}

/// Finds what stands in one file.
pub fn find(file: &str, text: &str, paths: &[ImagePath], finds: &mut Finds) {
    let name = name(Path::new(file));
    if is_dockerfile(&name) {
        return dockerfile::find(text, At::START, finds);
    }
    let tree = Tree::read(text);
    let mut known = false;
    for document in &tree.documents {
        let kind = Kind::of(&name, file, &tree, *document);
        known = known || kind.is_some();
        if let Some(kind) = kind {
            kind.find(&tree, *document, finds);
        }
        paths.iter().for_each(|path| path.find(&tree, *document, finds));
        let certainty = if kind.is_some() {
            Certainty::Known
        } else {
            Certainty::Unknown
        };
        unclaimed::find(&tree, *document, certainty, finds);
    }
    if known || !finds.is_empty() {
        for (at, key) in &tree.duplicates {
            finds.sighting(*at, SightingKind::DuplicateKey, key, "write it once");
        }
    }
    if tree.is_exhausted() {
        let hint = "its merge keys make it larger than can be looked at";
        finds.sighting(At::default(), SightingKind::Unreadable, file, hint);
    }
    if let Some(error) = &tree.error {
        match known {
            true => finds.sighting(
                error.0,
                SightingKind::Unreadable,
                &error.1,
                "mend it, or leave it out with `--exclude`",
            ),
            false => template::find(text, error, finds),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Kubernetes,
    Kustomization,
    Compose,
    Workflow,
    Action,
    GitLab,
    HelmValues,
}

impl Kind {
    /// By the name where that decides, else by the keys.
    fn of(name: &str, file: &str, tree: &Tree, document: Id) -> Option<Self> {
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let workflows = [".github/workflows/", ".forgejo/workflows/", ".gitea/workflows/"];
        if stem == "kustomization" || tree.text_of(document, "kind") == Some("Kustomization") {
            Some(Self::Kustomization)
        } else if kubernetes::is_manifest(tree, document) {
            Some(Self::Kubernetes)
        } else if workflows.iter().any(|folder| file.contains(folder)) || workflow::is_workflow(tree, document) {
            Some(Self::Workflow)
        } else if workflow::is_action(tree, document) {
            Some(Self::Action)
        } else if stem.starts_with("compose") || stem.starts_with("docker-compose") {
            Some(Self::Compose)
        } else if stem.ends_with(".gitlab-ci") || stem == "gitlab-ci" {
            Some(Self::GitLab)
        } else if stem.contains("values") && !stem.ends_with(".schema") {
            Some(Self::HelmValues)
        } else if compose::is_compose(tree, document) {
            Some(Self::Compose)
        } else if gitlab::is_pipeline(tree, document) {
            Some(Self::GitLab)
        } else {
            None
        }
    }

    fn find(self, tree: &Tree, document: Id, finds: &mut Finds) {
        match self {
            Self::Kubernetes => kubernetes::find(tree, document, finds),
            Self::Kustomization => kustomization::find(tree, document, finds),
            Self::Compose => compose::find(tree, document, finds),
            Self::Workflow => workflow::find(tree, document, finds),
            Self::Action => workflow::find_in_action(tree, document, finds),
            Self::GitLab => gitlab::find(tree, document, finds),
            Self::HelmValues => helm_values::find(tree, document, finds),
        }
    }
}
