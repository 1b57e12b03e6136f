//! How much of what is there is fetched: a verdict needs what may be signed, and nothing else.

use crate::document::{Document, Part};
use crate::limits;
use crate::media_type;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Depth {
    /// What may be signed: all that a verdict needs.
    #[default]
    Signed,
    /// Beside it what it takes to name the documents that nobody signed.
    Named,
    /// Beside it those documents.
    Documents,
    /// Beside what is named, the beginning of whatever is not known.
    Strangers,
}

impl Depth {
    /// Whether the manifest that the referrers API lists under this artifact type is fetched.
    pub(super) fn wants_manifest(self, artifact_type: Option<&str>) -> bool {
        let signed = media_type::may_carry_evidence(artifact_type);
        let document = |one: &str| media_type::may_be_document(one) || media_type::is_attachment(one);
        match self {
            Self::Signed => signed,
            Self::Named | Self::Documents => signed || artifact_type.is_some_and(document),
            Self::Strangers => true,
        }
    }

    /// The layers of a manifest that are fetched.
    pub(super) fn layers(self, document: Document) -> Vec<Part> {
        let evidence = |layer: &Part| media_type::may_be_evidence(&layer.descriptor.media_type);
        let carries_evidence = document.parts.iter().any(evidence);
        let statement = |layer: &Part| media_type::essence(&layer.descriptor.media_type) == media_type::STATEMENT;
        let attachment = document.artifact_type.as_deref().is_some_and(media_type::is_attachment)
            || is_triage(&document.annotations);
        let (mut layers, parts) = (Vec::new(), document.parts.into_iter().enumerate());
        for (number, layer) in parts {
            let file = number == 0 && (attachment || is_triage(&layer.annotations));
            let small = layer.descriptor.size <= limits::INSPECTED_BYTES;
            let wanted = evidence(&layer)
                || match self {
                    Self::Signed => false,
                    Self::Named => statement(&layer),
                    Self::Documents => file || media_type::may_be_document(&layer.descriptor.media_type),
                    Self::Strangers => statement(&layer) || (number == 0 && small && !carries_evidence),
                };
            if wanted {
                layers.push(layer);
            }
        }
        layers
    }
}

/// The vendor's triage goes by its file name.
fn is_triage(annotations: &std::collections::BTreeMap<String, String>) -> bool {
    let names = ["content", "org.opencontainers.image.title"];
    let mut found = names.iter().filter_map(|name| annotations.get(*name));
    found.any(|text| text.contains("triage.toml"))
}
