//! `exceptions:` — findings that are let through for a while, by somebody who answers for it (meaning 9).

use std::collections::BTreeSet;

use super::day::Day;
use super::faults::{Place, quoted};
use super::lower::{Lower, Word};
use super::rules::Names;
use super::structured::place_of;
use super::tree::{Kind, Node};
use super::{Rule, RuleKind};
use crate::digest::Digest;
use crate::limits;
use crate::pattern::Glob;

#[derive(Debug, Clone)]
pub struct Exception {
    pub line: u32,
    pub rule: String,
    pub image: ExceptionImage,
    /// The primary identifier of what is let through, compared whole.
    pub id: String,
    /// Other identifiers under which a report may list the same.
    pub aliases: Vec<String>,
    pub owner: String,
    pub reason: String,
    pub ticket: Option<String>,
    /// The last day on which it holds, UTC.
    pub expires: Day,
}

#[derive(Debug, Clone)]
pub enum ExceptionImage {
    /// Every digest of these repositories.
    Named(Glob),
    /// One digest of one repository.
    Digest { name: String, digest: Digest },
}

impl ExceptionImage {
    /// `name` is the normalised `registry/repository`; `digests` are those of the image and of the target in question.
    pub fn covers(&self, name: &str, digests: &[Digest]) -> bool {
        match self {
            Self::Named(glob) => glob.matches(name),
            Self::Digest { name: of, digest } => of == name && digests.contains(digest),
        }
    }
}

impl Exception {
    pub fn holds_at(&self, now: i64) -> bool {
        now < self.expires.end()
    }

    /// Whether it is about a finding with this primary identifier.
    pub fn names(&self, id: &str) -> bool {
        self.id == id || self.aliases.iter().any(|alias| alias == id)
    }
}

impl Lower<'_> {
    pub fn exceptions<'r>(
        &mut self,
        node: Option<&Node>,
        names: &mut Names,
        rule: impl Fn(&str) -> Option<&'r Rule>,
    ) -> Vec<Exception> {
        let Some(Kind::Sequence(items)) = node.map(|node| &node.kind) else {
            return Vec::new();
        };
        let exceptions: Vec<_> = items
            .iter()
            .filter_map(|item| self.exception(item, names, &rule))
            .collect();
        self.refuse_twins(&exceptions);
        exceptions
    }

    fn exception<'r>(
        &mut self,
        node: &Node,
        names: &mut Names,
        rule: &impl Fn(&str) -> Option<&'r Rule>,
    ) -> Option<Exception> {
        let name = self.field(node, "rule").map(|word| self.resolve(&[word], names));
        let image = self.field(node, "image").and_then(|word| self.exception_image(word));
        let (id, owner, reason) = (
            self.text(node, "id"),
            self.text(node, "owner"),
            self.text(node, "reason"),
        );
        let expires = self.day(node, "expires");
        let aliases = node.get("aliases").map(|list| self.words(list)).unwrap_or_default();
        let aliases = aliases.iter().map(|word| word.text.to_owned()).collect();
        let exception = Exception {
            line: node.place.line,
            rule: name?.pop()?,
            image: image?,
            id: id?,
            aliases,
            owner: owner?,
            reason: reason?,
            ticket: self.text(node, "ticket"),
            expires: expires?,
        };
        let signature = rule(&exception.rule).is_some_and(|rule| matches!(rule.kind, RuleKind::Signature(_)));
        if signature && let ExceptionImage::Named(_) = exception.image {
            let hint = "name one image that was looked at: `registry/repository@sha256:…`";
            let message = format!(
                "a signature is waived for one digest only, and `{}` is a signature rule",
                exception.rule
            );
            self.faults.error_with_hint(place_of(node, "image"), message, hint);
        }
        Some(exception)
    }

    fn exception_image(&mut self, word: Word) -> Option<ExceptionImage> {
        let Some((name, digest)) = word.text.split_once('@') else {
            let glob = self.image_glob(word)?;
            if glob.as_str().contains('*') {
                let message = format!(
                    "{} covers every image of these repositories, today's and later ones",
                    quoted(word.text)
                );
                self.faults.warning(
                    word.place,
                    message,
                    "name the repository, or `registry/repository@sha256:…`",
                );
            }
            return Some(ExceptionImage::Named(glob));
        };
        let glob = self.image_glob(Word {
            text: name,
            place: word.place,
        })?;
        match Digest::parse(digest) {
            Some(digest) if !glob.as_str().contains('*') => Some(ExceptionImage::Digest {
                name: name.to_owned(),
                digest,
            }),
            _ => {
                let message = format!("{} is no image", quoted(word.text));
                self.faults
                    .error_with_hint(word.place, message, "`registry/repository@sha256:…`, without `*`");
                None
            }
        }
    }

    fn refuse_twins(&mut self, exceptions: &[Exception]) {
        let mut seen = BTreeSet::new();
        for one in exceptions {
            let image = match &one.image {
                ExceptionImage::Named(glob) => glob.as_str().to_owned(),
                ExceptionImage::Digest { name, digest } => format!("{name}@{digest}"),
            };
            if !seen.insert((one.rule.as_str(), image, one.id.as_str())) {
                let place = Place {
                    line: one.line,
                    column: 0,
                };
                self.faults.error(
                    place,
                    format!("{} is excepted twice for the same rule and image", quoted(&one.id)),
                );
            }
        }
    }
}

/// How long an exception may hold, counted from the moment of the check: then somebody must look again.
pub(crate) fn is_too_long(expires: Day, now: i64) -> bool {
    expires.days_after(now) > limits::EXCEPTION_DAYS
}
