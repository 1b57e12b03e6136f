//! What kind a file is, by its name and by what stands in it, and who reads it.

use std::path::Path;

use super::finds::Finds;
use super::image_path::ImagePath;
use super::tree::{At, Id, Tree};
use super::unclaimed::{self, Certainty};
use super::{compose, dockerfile, gitlab, helm_values, kubernetes, kustomization, template, workflow};
use crate::run::SightingKind;

/// Why a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// the command line names it: it is said if nothing can be made of it
    Named,
    /// it lies in a folder
    Found,
}

/// Whether a file of a folder is one that may name images.
pub fn is_relevant(path: &Path) -> bool {
    let name = name(path);
    is_dockerfile(&name)
        || may_be_dockerfile(&name)
        || name == "kustomization"
        || [".yaml", ".yml", ".json"].iter().any(|end| name.ends_with(end))
}

fn name(path: &Path) -> String {
    path.file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().to_ascii_lowercase())
}

/// Whether the path is that of a Dockerfile.
pub fn names_dockerfile(path: &str) -> bool {
    let name = name(Path::new(path));
    is_dockerfile(&name) || may_be_dockerfile(&name)
}

const DOCKERFILES: [&str; 2] = ["dockerfile", "containerfile"];

fn is_dockerfile(name: &str) -> bool {
    DOCKERFILES.iter().any(|kind| {
        let with_end = name.strip_prefix(kind).and_then(|rest| rest.strip_prefix('.'));
        let end = name.strip_suffix(kind).filter(|rest| rest.ends_with(['.', '-', '_']));
        name == *kind || end.is_some() || with_end.is_some_and(|_| has_own_end(name))
    })
}

/// `Dockerfile-prod`, `Dockerfile_dev`; and `dockerfile_tools.py`, so that it depends on what is in it.
fn may_be_dockerfile(name: &str) -> bool {
    let mut rests = DOCKERFILES.iter().filter_map(|kind| name.strip_prefix(kind));
    rests.any(|rest| rest.starts_with(['-', '_'])) && has_own_end(name)
}

/// Not that of another kind of file.
fn has_own_end(name: &str) -> bool {
    let others = [".dockerignore", ".yaml", ".yml", ".json"];
    !others.iter().any(|end| name.ends_with(end))
}

/// Finds what stands in one file.
pub fn find(file: &str, text: &str, asked: Asked, paths: &[ImagePath], finds: &mut Finds) {
    let name = name(Path::new(file));
    if is_dockerfile(&name) {
        return dockerfile::find(text, At::START, finds);
    }
    let tree = Tree::read(text);
    let is_tree = tree.documents.iter().any(|document| tree.is_collection(*document));
    if !is_tree && (asked == Asked::Named || may_be_dockerfile(&name)) && dockerfile::is_one(text) {
        return dockerfile::find(text, At::START, finds);
    }
    if !is_tree && asked == Asked::Found && may_be_dockerfile(&name) {
        return;
    }
    let known = documents(&tree, file, &name, paths, finds);
    told(&tree, file, known, finds);
    if let Some(error) = &tree.error {
        let hint = "mend it, or leave it out with `--exclude`";
        match known {
            true => finds.sighting(error.0, SightingKind::Unreadable, &error.1, hint),
            false => template::find(text, error, asked == Asked::Named || decides(&name, file), finds),
        }
    }
    if asked == Asked::Named && !known && finds.is_empty() && !text.trim().is_empty() {
        let hint = "its name or its keys say what a file is; do not name it if it has no images";
        finds.sighting(At::default(), SightingKind::Unreadable, "a file of no known kind", hint);
    }
}

/// Whether any of them is of a known kind.
fn documents(tree: &Tree, file: &str, name: &str, paths: &[ImagePath], finds: &mut Finds) -> bool {
    let mut known = false;
    for document in &tree.documents {
        let kind = Kind::of(name, file, tree, *document);
        known = known || kind.is_some();
        if let Some(kind) = kind {
            kind.find(tree, *document, finds);
        }
        kustomization::operations(tree, *document, finds);
        paths.iter().for_each(|path| path.find(tree, *document, finds));
        let certainty = match kind {
            Some(_) => Certainty::Known,
            None => Certainty::Unknown,
        };
        unclaimed::find(tree, *document, certainty, finds);
    }
    known
}

fn told(tree: &Tree, file: &str, known: bool, finds: &mut Finds) {
    if known || !finds.is_empty() {
        for (at, key) in &tree.duplicates {
            finds.sighting(*at, SightingKind::DuplicateKey, key, "write it once");
        }
    }
    if tree.is_exhausted() {
        let hint = "its merge keys and references make it larger than can be looked at";
        finds.sighting(At::default(), SightingKind::Unreadable, file, hint);
    }
}

/// Whether the name alone says that the file names images.
fn decides(name: &str, file: &str) -> bool {
    let stem = stem(name);
    stem == "kustomization" || is_workflow(file) || is_compose(stem) || is_gitlab(stem) || is_values(stem)
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

fn is_workflow(file: &str) -> bool {
    let folders = [".github/workflows/", ".forgejo/workflows/", ".gitea/workflows/"];
    folders.iter().any(|folder| file.contains(folder))
}

fn is_compose(stem: &str) -> bool {
    stem.starts_with("compose") || stem.starts_with("docker-compose")
}

fn is_gitlab(stem: &str) -> bool {
    stem.ends_with(".gitlab-ci") || stem == "gitlab-ci"
}

fn is_values(stem: &str) -> bool {
    stem.contains("values") && !stem.ends_with(".schema")
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
        let stem = stem(name);
        if stem == "kustomization" || tree.text_of(document, "kind") == Some("Kustomization") {
            Some(Self::Kustomization)
        } else if kubernetes::is_manifest(tree, document) {
            Some(Self::Kubernetes)
        } else if is_workflow(file) || workflow::is_workflow(tree, document) {
            Some(Self::Workflow)
        } else if workflow::is_action(tree, document) {
            Some(Self::Action)
        } else if is_compose(stem) {
            Some(Self::Compose)
        } else if is_gitlab(stem) {
            Some(Self::GitLab)
        } else if is_values(stem) {
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
