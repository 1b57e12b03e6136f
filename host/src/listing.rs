//! What an image has: the answer of `portcullis list`.

use crate::exit::Exit;
use crate::run::Weakening;
use crate::wit::basics::Failure;
use crate::wit::diagnostics::Diagnostic;
use crate::wit::evidence::Evidence;

/// Everything found about one image, proven where it could be.
#[derive(Debug, Clone)]
pub struct Listing {
    /// as the user wrote it
    pub reference: String,
    /// normalised `registry/repository`
    pub name: String,
    /// none where the reference could not be resolved
    pub digest: Option<String>,
    pub evidence: Vec<Evidence>,
    /// the beginning of what is not recognised, where it was asked for
    pub strangers: Vec<Stranger>,
    /// where nobody could look
    pub failures: Vec<Failure>,
    pub warnings: Vec<Diagnostic>,
    /// options in use that weaken what is proven
    pub weakenings: Vec<Weakening>,
    /// hosts that were contacted
    pub contacted: Vec<String>,
}

/// A referrer that nobody knows, for people to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranger {
    pub manifest: Beginning,
    /// its first layer, where it is small enough to be fetched
    pub layer: Option<Beginning>,
}

/// The first bytes of a manifest or layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    pub digest: String,
    pub bytes: Vec<u8>,
    /// how many more there are
    pub left_out: usize,
}

impl Listing {
    /// A list is not a verdict: it succeeds unless it could not look.
    pub fn exit(&self) -> Exit {
        match self.failures.is_empty() && self.digest.is_some() {
            true => Exit::Allow,
            false => Exit::Undecided,
        }
    }
}
