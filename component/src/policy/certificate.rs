//! `certificate:` — a certificate by issuer and identity, with authorities of the policy's own, or pinned.

use super::certificates::certificates;
use super::faults::Place;
use super::lower::{Lower, Word};
use super::structured::place_of;
use super::tree::{Kind, Node};
use crate::chain::{Anchors, Chain};
use crate::signer::{Certificate, PinnedLeaf, Wanted};
use crate::verify::Leaf;

impl<'s> Lower<'s> {
    pub fn certificate(&mut self, node: &Node) -> Option<Certificate> {
        let own = node.get("leaf").is_some() || node.get("chain").is_some();
        let issuer = self.wanted(node, "issuer", "issuer-regexp", own);
        let identity = self.wanted(node, "identity", "identity-regexp", own);
        let leaf = node.get("leaf").map(|leaf| self.leaf(leaf));
        let chain = node.get("chain").map(|chain| self.chain(node, chain));
        if let (None, Some(anchor)) = (node.get("chain"), node.entry("anchor")) {
            let message = "`anchor` says which certificate of `chain` is one, and there is no `chain`";
            self.faults.error(anchor.place, message);
        }
        // None is an error or a missing file, and with either the policy does not come to be.
        if matches!(leaf, Some(None)) || matches!(chain, Some(None)) {
            return None;
        }
        let (read, chain) = (leaf.flatten(), chain.flatten());
        let certificate = Certificate {
            issuer: issuer?,
            identity: identity?,
            leaf: read.as_ref().map(|leaf| PinnedLeaf {
                der: leaf.der.clone(),
                spki: leaf.spki.clone(),
            }),
            chain,
        };
        if let Some(leaf) = read {
            self.judge_leaf(place_of(node, "leaf"), &leaf, &certificate);
        }
        Some(certificate)
    }

    fn wanted(&mut self, node: &Node, exact: &str, regexp: &str, own: bool) -> Option<Wanted> {
        match node.get(exact) {
            Some(none) if own && none.is_word("none") => Some(Wanted::Absent),
            _ => self.certified_text(node, exact, regexp).map(Wanted::Text),
        }
    }

    /// A single value (a path or PEM blocks), or a mapping with `file` or `pem`: the bytes, and where they are named.
    pub fn pem_source<'n>(&mut self, node: &'n Node) -> Option<(Word<'n>, &'n [u8])>
    where
        's: 'n,
    {
        let (word, inline) = match &node.kind {
            Kind::Mapping(_) => match (self.field(node, "pem"), self.field(node, "file")) {
                (Some(pem), None) => (pem, true),
                (None, Some(file)) => (file, false),
                _ => {
                    self.faults.ensure_error(node.place, "expected `file` or `pem`");
                    return None;
                }
            },
            _ => {
                let word = self.word(node)?;
                (word, word.text.contains("-----BEGIN"))
            }
        };
        if inline {
            self.refuse_inline_digest(node);
            return Some((word, word.text.as_bytes()));
        }
        let entry = matches!(node.kind, Kind::Mapping(_)).then_some(node);
        self.file(word, entry).map(|bytes| (word, bytes))
    }

    fn pem_certificates(&mut self, node: &Node) -> Option<(Place, Vec<Vec<u8>>)> {
        let (word, bytes) = self.pem_source(node)?;
        match certificates(bytes) {
            Ok(found) => Some((word.place, found)),
            Err(error) => {
                self.faults.error_with_hint(word.place, error.to_string(), error.hint());
                None
            }
        }
    }

    fn leaf(&mut self, node: &Node) -> Option<Leaf> {
        let (place, found) = self.pem_certificates(node)?;
        let [der] = found.as_slice() else {
            self.faults.error_with_hint(
                place,
                "more than one certificate",
                "`leaf` is one; the authorities go into `chain`",
            );
            return None;
        };
        match Leaf::read(der) {
            Ok(leaf) => Some(leaf),
            Err(rejection) => {
                self.faults
                    .error_with_hint(place, rejection.reason, "expected the certificate that signs");
                None
            }
        }
    }

    fn chain(&mut self, signer: &Node, node: &Node) -> Option<Chain> {
        let anchors = match signer.get("anchor") {
            Some(anchor) if anchor.is_word("any-below-root") => Anchors::Any,
            _ => Anchors::Lowest,
        };
        let (place, found) = self.pem_certificates(node)?;
        match Chain::read(found, anchors) {
            Ok(chain) => {
                if anchors == Anchors::Any {
                    let message = "every authority of the chain may issue the signer's certificate";
                    self.faults.warning(
                        place_of(signer, "anchor"),
                        message,
                        "without it only the lowest one may",
                    );
                }
                Some(chain)
            }
            Err(error) => {
                self.faults
                    .error_with_hint(place, format!("the chain {error}"), error.hint());
                None
            }
        }
    }

    /// A pinned certificate that its own signer refuses could never be proven.
    fn judge_leaf(&mut self, place: Place, leaf: &Leaf, certificate: &Certificate) {
        if let Err(near) = certificate.recognises(&leaf.identity) {
            let message = format!(
                "the pinned certificate has another `{}`: expected `{}`, found `{}`",
                near.field, near.expected, near.found
            );
            let hint = near
                .hint
                .unwrap_or_else(|| format!("give the certificate's own; `{}: none` where it has none", near.field));
            self.faults.error_with_hint(place, message, hint);
        }
        if let Some(chain) = &certificate.chain
            && !chain.issued(&leaf.der)
        {
            let message = "the pinned certificate was not issued by an authority of the chain that may";
            self.faults.error_with_hint(
                place,
                message,
                "`chain` holds the authority that issued it, and those above",
            );
        }
    }
}
