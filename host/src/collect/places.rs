//! Where evidence about one image may be: in its own repository, and in those that the policy or the command line names.

use crate::reference::Reference;
use crate::source::{Source, could_not_look, in_words};
use crate::wit::basics::Failure;

pub(super) struct Places<'a> {
    own: &'a Reference,
    beside: Vec<Result<Reference, Failure>>,
}

/// One of them, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place(usize);

impl Place {
    /// The image's own repository.
    pub(super) const OWN: Self = Self(0);
}

impl<'a> Places<'a> {
    /// A repository that cannot be asked stays in the list: what may be there is not known.
    pub(super) fn new(own: &'a Reference, beside: &[String]) -> Self {
        let repository = |name: &String| {
            let reference: Result<Reference, _> = name.parse();
            reference.map_err(|error| could_not_look(name, in_words(&error)))
        };
        let mut names: Vec<&String> = Vec::new();
        for name in beside {
            if *name != own.name() && !names.contains(&name) {
                names.push(name);
            }
        }
        Self {
            own,
            beside: names.into_iter().map(repository).collect(),
        }
    }

    pub(super) fn own(&self) -> &'a Reference {
        self.own
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Place> {
        (0..=self.beside.len()).map(Place)
    }

    pub(super) fn reference(&self, place: Place) -> Result<&Reference, Failure> {
        match place.0.checked_sub(1) {
            None => Ok(self.own),
            Some(number) => self.beside[number].as_ref().map_err(Clone::clone),
        }
    }

    /// Every host that was spoken to, sorted.
    pub(super) fn contacted(&self, source: &dyn Source) -> Vec<String> {
        let references = self.all().filter_map(|place| self.reference(place).ok());
        let mut hosts: Vec<String> = references.flat_map(|reference| source.contacted(reference)).collect();
        hosts.sort();
        hosts.dedup();
        hosts
    }
}
