//! `keyless:` — conditions on a certificate's issuer and subject, and warnings where they are loose (meaning 5).

use super::faults::{Place, quoted};
use super::lower::Lower;
use super::tree::{Node, listed};
use crate::signer::{Keyless, Looseness, TextMatch, looseness_of_identity, looseness_of_issuer};

impl Lower<'_> {
    pub fn keyless(&mut self, node: &Node) -> Option<Keyless> {
        let issuer = self.certified_text(node, "issuer", "issuer-regexp");
        let identity = self.certified_text(node, "identity", "identity-regexp");
        Some(Keyless {
            issuer: issuer?,
            identity: identity?,
        })
    }

    /// Issuer or identity, with warnings where it is loose.
    pub fn certified_text(&mut self, node: &Node, exact: &str, regexp: &str) -> Option<TextMatch> {
        let (text, place) = self.text_match(node, exact, regexp)?;
        if exact == "issuer" {
            let hint = "fix the host: `https://host/…`";
            self.judge(place, looseness_of_issuer(&text), exact, hint);
        } else {
            let hint = "fix the owner: `https://github\\.com/owner/…`, or `.*@domain\\.example`";
            self.judge(place, looseness_of_identity(&text), exact, hint);
            self.judge_separator(place, &text);
        }
        Some(text)
    }

    fn text_match(&mut self, node: &Node, exact: &str, regexp: &str) -> Option<(TextMatch, Place)> {
        match (self.field(node, exact), self.field(node, regexp)) {
            (Some(word), None) if word.text == "none" => {
                self.faults.error_with_hint(
                    word.place,
                    format!("`{exact}: none` would accept anyone without one"),
                    "it goes with `certificate` and its `chain` or `leaf`; else give what the certificate must have",
                );
                None
            }
            (Some(word), None) if word.text.contains('*') => {
                let message = format!("`{exact}` is compared exactly, and {} has a `*`", quoted(word.text));
                self.faults
                    .error_with_hint(word.place, message, format!("use `{regexp}`, or a structured signer"));
                None
            }
            (Some(word), None) => Some((TextMatch::Exact(word.text.to_owned()), word.place)),
            (None, Some(word)) => Some((TextMatch::Regexp(self.regexp(word)?), word.place)),
            _ => {
                self.faults
                    .ensure_error(node.place, format!("expected {}", listed(&[exact, regexp])));
                None
            }
        }
    }

    fn judge(&mut self, place: Place, looseness: Looseness, what: &str, hint: &str) {
        match looseness {
            Looseness::Anyone => self
                .faults
                .error_with_hint(place, format!("this {what} accepts anyone"), hint),
            Looseness::OtherOwner => self
                .faults
                .warning(place, format!("this {what} could match another owner"), hint),
            Looseness::Tight => {}
        }
    }

    fn judge_separator(&mut self, place: Place, identity: &TextMatch) {
        let TextMatch::Regexp(regexp) = identity else {
            return;
        };
        let source = regexp.as_str();
        if source.contains("://") && (source.contains(".*@") || source.contains(".+@")) {
            let message = "a wildcard before the `@` accepts any workflow there";
            self.faults
                .warning(place, message, "name the file: `…/\\.github/workflows/release\\.yml@…`");
        }
    }
}
