//! From a rule of the policy to the file that judges by it: one line for each kind.

use super::base_image::{self, Look};
use super::{About, Document, Judged, attestation, licenses, provenance, sbom, vulnerabilities};
use crate::policy::{Check, SignerSet, TypeSet};
use crate::predicate::Malformed;

impl Check {
    /// What the rule says of one document; `beside` are the documents of [`Check::beside`], `look` finds out about the
    /// images that it names.
    pub(crate) fn judge(
        &self,
        document: &Document<'_>,
        beside: &[Document<'_>],
        about: &About<'_>,
        look: Look<'_>,
    ) -> Result<Judged, Malformed> {
        match self {
            Self::Attestation(rule) => attestation::judge(rule, document, about),
            // each for itself is fine; `evaluate` asks once for all of them
            Self::Expression(_) => Ok(Judged::default()),
            Self::Vulnerabilities(rule) => vulnerabilities::judge(rule, document, beside, about),
            Self::Sbom(rule) => sbom::judge(rule, document, about),
            Self::Licenses(rule) => licenses::judge(rule, document),
            Self::BaseImage(rule) => base_image::judge(rule, document, about, look),
            Self::Provenance(rule) => provenance::judge(rule, document, about),
        }
    }

    /// The document's own date, in seconds since 1970-01-01T00:00:00Z; none where its type has none.
    pub(crate) fn date(&self, document: &Document<'_>) -> Result<Option<i64>, Malformed> {
        match self {
            Self::Vulnerabilities(_) => vulnerabilities::date(document),
            Self::Attestation(_) | Self::Expression(_) => Ok(None),
            Self::Sbom(_) => sbom::date(document),
            Self::Licenses(_) => licenses::date(document),
            Self::BaseImage(_) | Self::Provenance(_) => provenance::date(document),
        }
    }

    /// Types and signers of documents that bear on the ones that the rule is about.
    pub(crate) fn beside(&self) -> Option<(&TypeSet, &SignerSet)> {
        match self {
            Self::Vulnerabilities(rule) => rule.triage.as_ref().map(|triage| (&triage.types, &triage.demand.by)),
            _ => None,
        }
    }

    /// Whether a document of a right type is one that the rule is about: some types hold other things too.
    pub(crate) fn is_about(&self, document: &Document<'_>) -> bool {
        match self {
            Self::Vulnerabilities(rule) => vulnerabilities::is_meant(rule, document),
            _ => true,
        }
    }
}
