//! From a rule of the policy to the file that judges by it: one line for each kind.

use super::{About, Document, Judged, attestation};
use crate::policy::{Check, SignerSet, TypeSet};
use crate::predicate::Malformed;

impl Check {
    /// What the rule says of one document; `beside` are the documents of [`Check::beside`].
    pub(crate) fn judge(
        &self,
        _document: &Document<'_>,
        _beside: &[Document<'_>],
        _about: &About<'_>,
    ) -> Result<Judged, Malformed> {
        match self {
            Self::Attestation(_) => Ok(attestation::judge()),
        }
    }

    /// The document's own date, in seconds since 1970-01-01T00:00:00Z; none where its type has none.
    pub(crate) fn date(&self, _document: &Document<'_>) -> Result<Option<i64>, Malformed> {
        match self {
            Self::Attestation(_) => Ok(None),
        }
    }

    /// Types and signers of documents that bear on the ones that the rule is about.
    pub(crate) fn beside(&self) -> Option<(&TypeSet, &SignerSet)> {
        match self {
            Self::Attestation(_) => None,
        }
    }
}
