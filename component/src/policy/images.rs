//! `images:` — which rules hold for which images.

use super::faults::quoted;
use super::lower::{Lower, Word};
use super::rules::{Names, mode};
use super::tree::{Kind, Node};
use super::{ImageEntry, Platforms, Undecided, Unmatched};
use crate::pattern::Glob;
use crate::wit::basics::Mode;

/// Other names of Docker Hub; normalised names have `docker.io`.
pub(super) const DOCKER_HUB: [&str; 3] = ["index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"];

impl Lower<'_> {
    pub fn images(&mut self, node: Option<&Node>, rules: &mut Names) -> Vec<ImageEntry> {
        let Some(Kind::Sequence(items)) = node.map(|node| &node.kind) else {
            return Vec::new();
        };
        items.iter().filter_map(|item| self.image(item, rules)).collect()
    }

    fn image(&mut self, node: &Node, rules: &mut Names) -> Option<ImageEntry> {
        let rules = node
            .get("rules")
            .map(|list| self.names(list, rules))
            .unwrap_or_default();
        let platforms = node.get("platforms").map(|value| self.platforms(value));
        let mode = self.field(node, "mode").map_or(Mode::Enforce, |word| mode(word.text));
        let pattern = self.image_pattern(node)?;
        Some(ImageEntry {
            line: node.place.line,
            pattern,
            rules,
            platforms: match platforms {
                Some(platforms) => Some(platforms?),
                None => None,
            },
            mode,
        })
    }

    fn image_pattern(&mut self, node: &Node) -> Option<Glob> {
        let word = self.field(node, "match")?;
        self.image_glob(word)
    }

    /// A pattern of normalised names, or a name itself.
    pub fn image_glob(&mut self, word: Word) -> Option<Glob> {
        let glob: Glob = self.parse(word, crate::pattern::GlobError::hint)?;
        let segments: Vec<&str> = glob.segments().collect();
        let (registry, last) = (segments.first()?, segments.last()?);
        let hint = if let [registry, repository] = segments.as_slice()
            && *registry == "docker.io"
            && !repository.contains("**")
        {
            format!("official images are `docker.io/library/{repository}`")
        } else if glob.as_str().contains('@') || (segments.len() > 1 && last.contains(':')) {
            "a pattern is for `registry/repository`; tag and digest are never part of it".to_owned()
        } else if DOCKER_HUB.contains(registry) {
            "normalised names have `docker.io`".to_owned()
        } else if !(registry.contains(['*', '.', ':']) || *registry == "localhost") {
            format!(
                "it begins with the registry: `docker.io/{}{glob}`",
                if segments.len() == 1 { "library/" } else { "" }
            )
        } else if glob.as_str().chars().any(|c| c.is_ascii_uppercase()) {
            "normalised names are lower case".to_owned()
        } else if segments.len() == 1 && *registry != "**" {
            format!("`{glob}/**` for all of a registry")
        } else {
            return Some(glob);
        };
        let message = format!("{} can match no image", quoted(glob.as_str()));
        self.faults.error_with_hint(word.place, message, hint);
        None
    }

    pub fn platforms(&mut self, value: &Node) -> Option<Platforms> {
        if let Kind::Sequence(_) = value.kind {
            let words = self.words(value);
            let listed: Vec<_> = words.into_iter().map(|word| self.platform(word)).collect();
            return listed.into_iter().collect::<Option<_>>().map(Platforms::Listed);
        }
        match self.word(value)?.text {
            "index" => Some(Platforms::Index),
            "every" => Some(Platforms::Every),
            "index-or-every" => Some(Platforms::IndexOrEvery),
            _ => {
                self.faults.ensure_error(value.place, "expected platforms");
                None
            }
        }
    }

    fn platform(&mut self, word: Word) -> Option<String> {
        let good = |part: &str| {
            !part.is_empty()
                && part
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-'))
        };
        let parts: Vec<&str> = word.text.split('/').collect();
        if matches!(parts.len(), 2 | 3) && parts.iter().all(|part| good(part)) && parts[..2] != ["unknown", "unknown"] {
            return Some(word.text.to_owned());
        }
        self.faults.error_with_hint(
            word.place,
            format!("{} is no platform", quoted(word.text)),
            "`os/architecture[/variant]`, such as `linux/arm64/v8`",
        );
        None
    }

    pub fn unmatched(&mut self, node: &Node) -> Unmatched {
        match self.field(node, "unmatched").map(|word| word.text) {
            Some("inform") => Unmatched::Inform,
            _ => Unmatched::Deny,
        }
    }

    pub fn undecided(&mut self, node: &Node) -> Undecided {
        match self.field(node, "undecided").map(|word| word.text) {
            Some("inform") => Undecided::Inform,
            _ => Undecided::Block,
        }
    }
}
