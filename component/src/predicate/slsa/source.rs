//! Where the built source came from: by the conventions of a known build type, else by the git dependencies.

use std::collections::BTreeSet;

use super::Material;

/// What the statement says of its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// By the convention of a known build type.
    Stated(Checkout),
    /// A known build type that names none, such as BuildKit's with a local context. Its dependencies say nothing of it: a
    /// Dockerfile can `ADD` any repository.
    Unstated,
    /// No convention is known: these are all git dependencies, each once.
    Dependencies(Vec<Checkout>),
}

/// A revision of a repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Checkout {
    /// Without `git+`, `.git`, ref and trailing `/`, the host in lower case.
    pub repository: String,
    pub reference: Option<String>,
    /// Digest of the commit; none also where two are said.
    pub revision: Option<String>,
    /// Of the build's instructions in the repository, such as `.github/workflows/release.yml`.
    pub workflow: Option<String>,
}

impl Checkout {
    /// A git URI as SPDX writes it (`git+https://host/owner/repository.git@ref`), or as BuildKit does (`#ref:folder`).
    pub fn of(uri: &str) -> Self {
        let uri = uri.strip_prefix("git+").unwrap_or(uri);
        let (prefix, path) = match uri.split_once("://") {
            Some((scheme, rest)) => {
                let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
                (format!("{scheme}://{}/", host.to_ascii_lowercase()), path)
            }
            None => (String::new(), uri),
        };
        let (path, reference) = match path.find(['@', '#']) {
            Some(at) if path[at..].starts_with('#') => (&path[..at], path[at + 1..].split(':').next()),
            Some(at) => (&path[..at], Some(&path[at + 1..])),
            None => (path, None),
        };
        let path = path.trim_end_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        let checkout = Self {
            repository: format!("{prefix}{path}").trim_end_matches('/').to_owned(),
            reference: None,
            revision: None,
            workflow: None,
        };
        checkout.at(reference)
    }

    pub fn of_material(material: &Material<'_>) -> Self {
        Self::of(material.uri).revised(revision(material))
    }

    /// A ref that is a commit's digest is the revision.
    pub fn at(mut self, reference: Option<&str>) -> Self {
        match reference {
            Some(commit) if is_commit(commit) => self.revision = Some(commit.to_owned()),
            Some(reference) if !reference.is_empty() => self.reference = Some(reference.to_owned()),
            _ => {}
        }
        self
    }

    pub fn revised(mut self, revision: Option<String>) -> Self {
        self.revision = revision.or(self.revision);
        self
    }

    pub fn by_workflow(mut self, path: Option<&str>) -> Self {
        self.workflow = path.filter(|path| !path.is_empty()).map(str::to_owned);
        self
    }

    /// With the revision that the dependencies say of the same repository, where it is one.
    pub fn resolved(self, materials: &[Material<'_>]) -> Self {
        if self.revision.is_some() {
            return self;
        }
        let same = |other: &Self| {
            other.repository == self.repository
                && (other.reference.is_none() || self.reference.is_none() || other.reference == self.reference)
        };
        let found: BTreeSet<String> = materials
            .iter()
            .map(Self::of_material)
            .filter(same)
            .filter_map(|one| one.revision)
            .collect();
        let revision = one(found);
        self.revised(revision)
    }
}

impl Source {
    pub fn of_dependencies(materials: &[Material<'_>]) -> Self {
        let found: BTreeSet<Checkout> = materials
            .iter()
            .filter(|one| is_git(one))
            .map(Checkout::of_material)
            .collect();
        Self::Dependencies(found.into_iter().collect())
    }
}

fn is_git(material: &Material<'_>) -> bool {
    let path = material.uri.split(['@', '#']).next().unwrap_or_default();
    material.uri.starts_with("git+")
        || material.uri.starts_with("git://")
        || path.ends_with(".git")
        || material.digests.contains_key("gitCommit")
}

/// The commit. v0.2 calls it `sha1`, v1 `gitCommit`, GitLab's runner `sha256` whatever it is.
fn revision(material: &Material<'_>) -> Option<String> {
    let said = ["gitCommit", "sha1", "sha256"]
        .iter()
        .filter_map(|name| material.digests.get(name));
    one(said
        .filter(|text| is_commit(text))
        .map(|text| (*text).to_owned())
        .collect())
}

fn one(found: BTreeSet<String>) -> Option<String> {
    (found.len() == 1).then(|| found.into_iter().next()).flatten()
}

fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}
