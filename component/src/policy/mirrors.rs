//! `mirrors:` — which images are copies of others, and where else evidence about them lies.
//!
//! A copy is judged by the rules of its origin and by those of its own name, so that a mirror adds rules and takes none
//! away. What signatures and exceptions name is the origin.

use std::fmt;

use super::Policy;
use super::faults::quoted;
use super::images::DOCKER_HUB;
use super::lower::{Lower, Word};
use super::tree::{Kind, Node};
use crate::pattern::Glob;
use crate::wit::diagnostics::{Diagnostic, Level};

/// Registries that are mirrored most, to guess what a path like `cache.example/ghcr.io/acme/api` is a copy of.
const PUBLIC: [&str; 8] = [
    "docker.io",
    "ghcr.io",
    "quay.io",
    "gcr.io",
    "registry.k8s.io",
    "public.ecr.aws",
    "mcr.microsoft.com",
    "registry.gitlab.com",
];

#[derive(Debug, Clone)]
pub struct Mirror {
    pub line: u32,
    pub origin: Glob,
    /// None: the entry says where evidence about the origin itself lies.
    pub mirror: Option<Glob>,
    pub evidence: Vec<Glob>,
}

/// The names that one image goes by, all of them normalised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageNames {
    /// Where its bytes are.
    pub image: String,
    /// What it is a copy of.
    pub origin: Option<String>,
    /// Other repositories in which evidence about it may be.
    pub evidence: Vec<String>,
}

impl ImageNames {
    pub fn of(image: &str) -> Self {
        Self {
            image: image.to_owned(),
            origin: None,
            evidence: Vec::new(),
        }
    }

    /// What signatures and exceptions call it.
    pub fn judged(&self) -> &str {
        self.origin.as_deref().unwrap_or(&self.image)
    }

    pub fn all(&self) -> impl Iterator<Item = &str> {
        [self.image.as_str()].into_iter().chain(self.origin.as_deref())
    }

    /// What it is probably a copy of, where its path tells: proxy caches keep the origin's name in theirs.
    pub fn probable_origin(&self) -> Option<String> {
        let (registry, path) = self.image.split_once('/')?;
        let segments: Vec<&str> = path.split('/').collect();
        let host = segments.iter().rposition(|segment| PUBLIC.contains(segment));
        let official = || segments.iter().rposition(|segment| *segment == "library");
        let at = host.or_else(official)?;
        let found = normalised(&segments[at..].join("/"))?;
        (registry != "docker.io" && at + 1 < segments.len()).then_some(found)
    }
}

impl fmt::Display for ImageNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Some(origin) => write!(f, "{} (a mirror of {origin})", self.image),
            None => f.write_str(&self.image),
        }
    }
}

impl Policy {
    /// An error where two entries disagree on what the image is a copy of: which rules hold must not depend on their order.
    pub fn names(&self, image: &str, file: &str) -> Result<ImageNames, Diagnostic> {
        let mut names = ImageNames::of(image);
        let mut decided: Option<u32> = None;
        for entry in &self.mirrors {
            let Some(stands_for) = capture(entry.mirror.as_ref().unwrap_or(&entry.origin), image) else {
                continue;
            };
            if entry.mirror.is_some() {
                let Some(origin) = put(&entry.origin, stands_for) else {
                    continue;
                };
                match (&names.origin, decided) {
                    (Some(other), Some(line)) if *other != origin => {
                        return Err(ambiguous(image, (entry.line, &origin), (line, other), file));
                    }
                    _ => (names.origin, decided) = (Some(origin), Some(entry.line)),
                }
            }
            for repository in entry.evidence.iter().filter_map(|one| put(one, stands_for)) {
                if repository != image && !names.evidence.contains(&repository) {
                    names.evidence.push(repository);
                }
            }
        }
        names.origin = names.origin.filter(|origin| *origin != names.image);
        Ok(names)
    }
}

fn ambiguous(image: &str, (line, origin): (u32, &str), (before, other): (u32, &str), file: &str) -> Diagnostic {
    Diagnostic {
        level: Level::Error,
        file: file.to_owned(),
        line,
        column: 0,
        message: format!(
            "{} is a mirror of {}, and by line {before} one of {}",
            quoted(image),
            quoted(origin),
            quoted(other)
        ),
        hint: Some("which rules hold must be plain: make one of the patterns narrower".to_owned()),
    }
}

/// What the pattern's only wildcard stands for in a name that it matches; nothing for a name itself.
fn capture<'n>(pattern: &Glob, name: &'n str) -> Option<&'n str> {
    if !pattern.matches(name) {
        return None;
    }
    if let Some((before, after)) = around(pattern.as_str(), "**") {
        let rest = name.strip_prefix(before)?.strip_suffix(after)?;
        return Some(rest.trim_matches('/'));
    }
    match pattern.as_str().split_once('*') {
        Some((before, after)) => name.strip_prefix(before)?.strip_suffix(after),
        None => Some(""),
    }
}

/// What stands before and after whole segments, without the `/` that goes when there are none of them.
fn around<'p>(pattern: &'p str, wildcard: &str) -> Option<(&'p str, &'p str)> {
    let (before, after) = pattern.split_once(wildcard)?;
    Some(match before.strip_suffix('/') {
        Some(before) => (before, after),
        None => (before, after.trim_start_matches('/')),
    })
}

/// None where that is no repository.
fn put(pattern: &Glob, stands_for: &str) -> Option<String> {
    let mut segments = Vec::new();
    for segment in pattern.segments() {
        match segment {
            "**" if stands_for.is_empty() => {}
            "**" => segments.push(stands_for.to_owned()),
            segment => segments.push(segment.replace('*', stands_for)),
        }
    }
    let whole = segments.iter().all(|segment| !segment.is_empty());
    whole.then(|| normalised(&segments.join("/"))).flatten()
}

/// As references are normalised: what is no host is a repository of Docker Hub, whose official images are in `library`.
/// None for what is no repository.
pub(crate) fn normalised(name: &str) -> Option<String> {
    let (registry, repository) = match name.split_once('/') {
        Some((host, rest)) if host.contains(['.', ':']) || host == "localhost" => (host, rest),
        _ => ("docker.io", name),
    };
    let is_registry_alone = name.contains('.') && !name.contains('/');
    if repository.is_empty() || is_registry_alone {
        return None;
    }
    let registry = if DOCKER_HUB.contains(&registry) {
        "docker.io"
    } else {
        registry
    };
    let official = registry == "docker.io" && !repository.contains('/');
    Some(format!(
        "{registry}/{}{repository}",
        if official { "library/" } else { "" }
    ))
}

impl Lower<'_> {
    pub fn mirrors(&mut self, node: Option<&Node>) -> Vec<Mirror> {
        let Some(Kind::Sequence(items)) = node.map(|node| &node.kind) else {
            return Vec::new();
        };
        items.iter().filter_map(|item| self.mirror(item)).collect()
    }

    fn mirror(&mut self, node: &Node) -> Option<Mirror> {
        let words = node.get("evidence").map_or(Vec::new(), |list| match list.kind {
            Kind::Sequence(_) => self.words(list),
            _ => self.word(list).into_iter().collect(),
        });
        let origin_word = self.field(node, "origin");
        let mirror_word = self.field(node, "mirror");
        let origin = origin_word.and_then(|word| self.mirror_glob(word))?;
        let mirror = match mirror_word {
            Some(word) => Some(self.mirror_glob(word).filter(|glob| self.agrees(word, glob, &origin))?),
            None => None,
        };
        let before = words.len();
        let evidence: Vec<Glob> = words
            .into_iter()
            .filter_map(|word| {
                let glob = self.mirror_glob(word)?;
                (glob.is_literal() || self.agrees(word, &glob, &origin)).then_some(glob)
            })
            .collect();
        (evidence.len() == before).then_some(Mirror {
            line: node.place.line,
            origin,
            mirror,
            evidence,
        })
    }

    /// With one wildcard it is plain what it stands for.
    fn mirror_glob(&mut self, word: Word) -> Option<Glob> {
        let glob = self.image_glob(word)?;
        if wildcards(&glob).len() <= 1 {
            return Some(glob);
        }
        let message = format!("{} has more than one wildcard", quoted(word.text));
        self.faults.error_with_hint(
            word.place,
            message,
            "one `*` or `**`: then it is plain what it stands for",
        );
        None
    }

    fn agrees(&mut self, word: Word, glob: &Glob, origin: &Glob) -> bool {
        if wildcards(glob) == wildcards(origin) {
            return true;
        }
        let message = format!(
            "{} has not the wildcard of its origin, {}",
            quoted(word.text),
            quoted(origin.as_str())
        );
        self.faults.error_with_hint(
            word.place,
            message,
            "what `*` or `**` stands for in one is put into the other",
        );
        false
    }
}

fn wildcards(glob: &Glob) -> Vec<&'static str> {
    let of_segment = |segment: &str| match segment {
        "**" => vec!["**"],
        segment => vec!["*"; segment.matches('*').count()],
    };
    glob.segments().flat_map(of_segment).collect()
}

#[cfg(test)]
mod tests;
