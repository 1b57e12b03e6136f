//! `check:` — exact references of images, for a call that names none.

use super::faults::quoted;
use super::lower::{Lower, Word};
use super::tree::{Kind, Node};
use crate::wit::requirements::CheckedImage;

impl Lower<'_> {
    /// The host resolves references; here is told what can be none, and what is there twice.
    pub fn check(&mut self, node: Option<&Node>) -> Vec<CheckedImage> {
        let Some(Kind::Sequence(_)) = node.map(|node| &node.kind) else {
            return Vec::new();
        };
        let mut images: Vec<CheckedImage> = Vec::new();
        for word in node.map(|node| self.words(node)).unwrap_or_default() {
            if let Some(first) = images.iter().find(|image| image.reference == word.text) {
                let message = format!("{} is there twice", quoted(word.text));
                let hint = format!("the one before is in line {}", first.line);
                self.faults.error_with_hint(word.place, message, hint);
            } else if self.is_exact(word) {
                images.push(CheckedImage {
                    reference: word.text.to_owned(),
                    line: word.place.line,
                    column: word.place.column,
                });
            }
        }
        images
    }

    fn is_exact(&mut self, word: Word) -> bool {
        let foreign = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '*' | '$' | '{' | '}' | '?');
        if !word.text.contains(foreign) && !word.text.contains("://") {
            return true;
        }
        let message = format!("{} is no image reference", quoted(word.text));
        let hint = "an exact one, such as `ghcr.io/acme/api:v1.4.2`; patterns belong to `images`";
        self.faults.error_with_hint(word.place, message, hint);
        false
    }
}
