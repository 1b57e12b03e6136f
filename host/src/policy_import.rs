//! Policies of other programs as ours. What cannot be expressed is said, as a comment at its place and on standard error,
//! and never dropped (docs/import.md). Each source is a pure function from bytes to a [`Draft`].

mod cluster_image_policy;
mod draft;
mod emit;
mod expiry;
mod key_bundle;
mod keys;
pub mod notes;
mod read;
mod regexp;
mod settle;
mod stackrox;
#[cfg(test)]
mod tests;
mod tree;
mod trivyignore;

use jiff::civil::Date;

use self::draft::Draft;
use self::notes::{Level, Note, Pointer};
pub use self::read::ReadError;
pub use self::settle::{Refused, Verdict};
use self::tree::{Node, Tree};
use crate::limits;
use crate::say;
use crate::untrusted::Safe;

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Trivyignore,
    Stackrox,
    ClusterImagePolicy,
    KeyBundle,
}

/// A file and its name, for messages.
#[derive(Debug, Clone)]
pub struct Input {
    pub name: String,
    pub content: Vec<u8>,
}

/// What the command line adds to what a format lacks.
#[derive(Debug, Clone)]
pub struct Given {
    pub rule: Option<String>,
    pub image: Option<String>,
    pub owner: Option<String>,
    pub reason: Option<String>,
    pub today: Date,
}

impl Given {
    /// Which images, where the source does not say it.
    fn glob(&self) -> String {
        self.image.clone().unwrap_or_else(|| "**".to_owned())
    }
}

/// Text for a file, and everything that has to be said about it.
#[derive(Debug)]
pub struct Imported {
    pub text: String,
    pub notes: Vec<Note>,
}

impl Imported {
    /// Nothing of the source is missing.
    pub fn is_complete(&self) -> bool {
        self.notes.iter().all(|note| note.level != Level::Missing)
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("cannot read `{name}`")]
    Read { name: String, source: ReadError },
    #[error("`{name}` has more than {limit} {what}\nhint: split it")]
    TooMany {
        name: String,
        what: &'static str,
        limit: usize,
    },
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// `accepts` is the reader of policies: what it refuses is not written.
pub fn import(
    format: Format,
    inputs: &[Input],
    given: &Given,
    accepts: &mut dyn FnMut(&str) -> Verdict,
) -> Result<Imported, ImportError> {
    let name = Safe::join(inputs.iter().map(|input| &input.name), ", ");
    let read = |source| {
        let name = name.as_str().to_owned();
        ImportError::Read { name, source }
    };
    let mut draft = match (format, inputs) {
        (Format::Stackrox, inputs) => stackrox::import(inputs, given),
        (_, []) => Ok(Draft::default()),
        (Format::Trivyignore, [input, ..]) if is_yaml(&input.name) => trivyignore::structured(input, given),
        (Format::Trivyignore, [input, ..]) => trivyignore::plain(input, given),
        (Format::ClusterImagePolicy, [input, ..]) => cluster_image_policy::import(input, given),
        (Format::KeyBundle, [input, ..]) => key_bundle::import(input, given),
    }
    .map_err(read)?;
    bounded(&draft, &name)?;
    settle::settle(&mut draft, accepts)?;
    let text = match format {
        Format::Trivyignore => emit::exceptions(&draft, &name),
        _ => emit::policy(&draft, &name),
    };
    let notes = draft.all_notes().cloned().collect();
    Ok(Imported { text, notes })
}

/// As Trivy tells the two formats apart.
fn is_yaml(name: &str) -> bool {
    name.ends_with(".yaml") || name.ends_with(".yml")
}

fn bounded(draft: &Draft, name: &Safe) -> Result<(), ImportError> {
    let counts = [
        ("signers", draft.signers.len()),
        ("rules", draft.rules.len()),
        ("images", draft.images.len()),
        ("exceptions", draft.exceptions.len()),
    ];
    match counts.into_iter().find(|(_, count)| *count > limits::IMPORTED) {
        Some((what, _)) => Err(ImportError::TooMany {
            name: name.as_str().to_owned(),
            what,
            limit: limits::IMPORTED,
        }),
        None => Ok(()),
    }
}

fn node(input: &Input, tree: Tree) -> Node {
    Node::new(Pointer::of(&input.name), tree)
}

/// Words of the reader of policies about a part that it refuses.
fn refusal(words: &[String]) -> Safe {
    say!["a policy cannot say it: ", Safe::join(words, "; ")]
}
