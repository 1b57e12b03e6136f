//! Objections to one document: each thing once, the first ones by name, the rest counted.

use std::collections::BTreeSet;

use super::{Effect, Judged, Objection};
use crate::limits;
use crate::predicate::sbom::Format;

#[derive(Debug, Default)]
pub(super) struct Listed {
    objections: Vec<Objection>,
    seen: BTreeSet<(String, Effect)>,
    more: usize,
    heaviest: Option<Effect>,
}

impl Listed {
    /// The same thing a second time is no second objection.
    pub fn push(&mut self, objection: Objection) {
        let key = objection.id.clone().map(|id| (id, objection.effect));
        if key.as_ref().is_some_and(|key| self.seen.contains(key)) {
            return;
        }
        if self.objections.len() < limits::OBJECTIONS {
            self.seen.extend(key);
            self.objections.push(objection);
        } else {
            self.more += 1;
            self.heaviest = self.heaviest.min(Some(objection.effect)).or(Some(objection.effect));
        }
    }

    /// What is not listed by name weighs what the heaviest of it does, and no exception can name it.
    pub fn finish(mut self) -> Vec<Objection> {
        if let Some(effect) = self.heaviest {
            self.objections.push(Objection {
                effect,
                id: None,
                aliases: Vec::new(),
                message: format!("{} more of the kind", self.more),
                expected: format!("at most {} to list", limits::OBJECTIONS),
                found: format!("{}", limits::OBJECTIONS + self.more),
                severity: None,
                hint: None,
            });
        }
        self.objections
    }
}

/// For a document of which nothing else can be said.
pub(super) fn only(objection: Objection) -> Judged {
    Judged {
        objections: vec![objection],
        remarks: Vec::new(),
    }
}

/// As an exception may name it; what is too long to be shown has no name.
pub(super) fn id(text: &str) -> Option<String> {
    let short = text.len() <= limits::SHOWN_CHARACTERS && !text.chars().any(char::is_control);
    short.then(|| text.to_owned())
}

/// A document that lists nothing says nothing.
pub(super) fn no_packages() -> Objection {
    Objection {
        effect: Effect::Denies,
        id: Some("no-packages".to_owned()),
        aliases: Vec::new(),
        message: "the document lists no package, so it says nothing about the image".to_owned(),
        expected: "at least one package".to_owned(),
        found: "none".to_owned(),
        severity: None,
        hint: Some("let the tool scan the image itself, not an empty folder".to_owned()),
    }
}

pub(super) fn unsupported(format: Format, version: &str) -> Objection {
    Objection {
        effect: Effect::Denies,
        id: None,
        aliases: Vec::new(),
        message: format!("{format} in a version that is not supported"),
        expected: "CycloneDX 1.4 to 1.7, or SPDX 2.2 or 2.3, as JSON".to_owned(),
        found: format!("{format} {}", crate::predicate::shown(version)),
        severity: None,
        hint: Some("let the tool write one of these versions".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objection(effect: Effect, number: usize) -> Objection {
        Objection {
            effect,
            id: Some(number.to_string()),
            ..no_packages()
        }
    }

    #[test]
    fn what_is_not_listed_decides_too() {
        let mut listed = Listed::default();
        for number in 0..limits::OBJECTIONS + 9 {
            listed.push(objection(Effect::Informs, number));
        }
        listed.push(objection(Effect::Denies, usize::MAX));
        let objections = listed.finish();
        assert_eq!(objections.len(), limits::OBJECTIONS + 1);
        let last = objections.last().unwrap();
        assert_eq!(
            (last.effect, last.message.as_str()),
            (Effect::Denies, "10 more of the kind")
        );
    }

    #[test]
    fn the_same_thing_is_one_objection() {
        let mut listed = Listed::default();
        listed.push(objection(Effect::Denies, 1));
        listed.push(objection(Effect::Denies, 1));
        assert_eq!(listed.finish().len(), 1);
    }
}
