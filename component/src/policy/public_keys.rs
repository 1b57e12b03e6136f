//! `key:` — a path, a PEM block, or a list of them.

use std::collections::BTreeMap;

use super::day::Day;
use super::faults::{Place, quoted};
use super::files::stem;
use super::lower::{Lower, Word};
use super::pem;
use super::tree::{Kind, Node};
use crate::signer::{InUse, PublicKey};

/// A key and the place that names it.
pub(crate) struct Placed {
    pub key: PublicKey,
    pub place: Place,
}

impl Lower<'_> {
    /// None where a key has an error or was not handed over.
    pub fn public_keys(&mut self, node: &Node, signer: &str) -> Option<Vec<Placed>> {
        match &node.kind {
            Kind::Scalar { .. } => {
                let word = self.word(node)?;
                let inline = word.text.contains("-----BEGIN");
                let name = if inline { signer } else { stem(word.text) };
                Some(vec![self.public_key(word, inline, None, name)?])
            }
            Kind::Sequence(items) => {
                let keys: Vec<_> = items.iter().map(|item| self.listed_key(item, signer)).collect();
                let keys: Option<Vec<Placed>> = keys.into_iter().collect();
                self.refuse_same_names(keys.as_deref().unwrap_or_default());
                keys
            }
            _ => {
                self.faults.ensure_error(node.place, "expected keys");
                None
            }
        }
    }

    fn listed_key(&mut self, item: &Node, signer: &str) -> Option<Placed> {
        let name = self.text(item, "name");
        let (word, inline) = match (self.field(item, "pem"), self.field(item, "file")) {
            (Some(pem), None) => (pem, true),
            (None, Some(file)) => (file, false),
            _ => {
                self.faults.ensure_error(item.place, "expected one key");
                return None;
            }
        };
        if inline {
            self.refuse_inline_digest(item);
        }
        let default = if inline { signer } else { stem(word.text) };
        let in_use = self.in_use(item);
        let mut placed = self.public_key(word, inline, Some(item), name.as_deref().unwrap_or(default))?;
        placed.key.in_use = in_use?;
        Some(placed)
    }

    /// Both days belong to it.
    fn in_use(&mut self, item: &Node) -> Option<InUse> {
        let (start, end) = (self.day(item, "not-before"), self.day(item, "not-after"));
        if start.is_none() && item.get("not-before").is_some() || end.is_none() && item.get("not-after").is_some() {
            return None;
        }
        let in_use = InUse {
            start: start.map_or(InUse::ALWAYS.start, Day::start),
            end: end.map_or(InUse::ALWAYS.end, Day::end),
        };
        if in_use.start >= in_use.end {
            let place = item.entry("not-after").map_or(item.place, |entry| entry.place);
            self.faults
                .error(place, "`not-after` lies before `not-before`: the key could never count");
            return None;
        }
        Some(in_use)
    }

    pub fn refuse_inline_digest(&mut self, item: &Node) {
        if let Some(digest) = item.entry("sha256") {
            self.faults.error_with_hint(
                digest.place,
                "`sha256` beside `pem`",
                "it is for files; what is inline is pinned with the policy",
            );
        }
    }

    fn public_key(&mut self, word: Word, inline: bool, entry: Option<&Node>, name: &str) -> Option<Placed> {
        let bytes = if inline {
            word.text.as_bytes()
        } else {
            self.file(word, entry)?
        };
        match pem::public_key(bytes) {
            Ok(spki) => Some(Placed {
                key: PublicKey {
                    name: name.to_owned(),
                    spki,
                    in_use: InUse::ALWAYS,
                },
                place: word.place,
            }),
            Err(error) => {
                let what = if inline {
                    "the key".to_owned()
                } else {
                    quoted(word.text)
                };
                self.faults
                    .error_with_hint(word.place, format!("{what}: {error}"), error.hint());
                None
            }
        }
    }

    fn refuse_same_names(&mut self, keys: &[Placed]) {
        let mut seen = BTreeMap::new();
        for Placed { key, place } in keys {
            if seen.insert(&key.name, ()).is_some() {
                let message = format!("two keys are called {}", quoted(&key.name));
                self.faults.error_with_hint(*place, message, "give each a `name`");
            }
        }
    }

    /// One key under two names would count as two principals (meaning 2).
    pub fn refuse_same_keys<'k>(&mut self, keys: impl Iterator<Item = (&'k str, &'k Placed)>) {
        let mut seen: BTreeMap<&[u8], (&str, u32)> = BTreeMap::new();
        for (signer, Placed { key, place }) in keys {
            if let Some((other, line)) = seen.insert(&key.spki, (signer, place.line)) {
                let message = format!("the key of `{signer}` is also a key of `{other}`, in line {line}");
                self.faults.error_with_hint(
                    *place,
                    message,
                    "one key has one name: two names would look like two people",
                );
            }
        }
    }
}
