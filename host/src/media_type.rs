//! The media types that decide what is fetched, from the [OCI image
//! specification](https://github.com/opencontainers/image-spec/blob/main/media-types.md), docker, cosign and Sigstore.

pub(crate) const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(crate) const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
pub(crate) const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
const OCI_EMPTY: &str = "application/vnd.oci.empty.v1+json";
const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";

/// `Accept` of every request for a manifest. Schema 1 is not asked for; a registry that sends it all the same is
/// refused.
pub(crate) const ACCEPT_MANIFEST: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

/// `application/vnd.dev.sigstore.bundle+json;version=0.1` up to `….bundle.v0.3+json`; some registries alter the
/// parameter.
const SIGSTORE_BUNDLE: &str = "application/vnd.dev.sigstore.bundle";
const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
const ENVELOPE: &str = "application/vnd.dsse.envelope.v1+json";
/// cosign's referrers of its first OCI 1.1 trial: `application/vnd.dev.cosign.artifact.sig.v1+json` and its siblings.
const COSIGN_ARTIFACT: &str = "application/vnd.dev.cosign.";

/// Type and subtype in lower case, without parameters.
pub(crate) fn essence(media_type: &str) -> String {
    media_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

pub(crate) fn is_index(media_type: &str) -> bool {
    matches!(essence(media_type).as_str(), OCI_INDEX | DOCKER_LIST)
}

pub(crate) fn is_manifest(media_type: &str) -> bool {
    matches!(essence(media_type).as_str(), OCI_MANIFEST | DOCKER_MANIFEST)
}

/// Whether a layer may hold evidence.
pub(crate) fn may_be_evidence(layer: &str) -> bool {
    let essence = essence(layer);
    essence.starts_with(SIGSTORE_BUNDLE) || matches!(essence.as_str(), SIMPLE_SIGNING | ENVELOPE)
}

/// Whether a referrer that a registry's referrers API lists under this artifact type may carry evidence. Where the API
/// says nothing, or names the type of the config, the manifest has to be read.
pub(crate) fn may_carry_evidence(artifact_type: Option<&str>) -> bool {
    let Some(artifact_type) = artifact_type.map(essence) else {
        return true;
    };
    may_be_evidence(&artifact_type)
        || artifact_type.starts_with(COSIGN_ARTIFACT)
        || matches!(artifact_type.as_str(), "" | OCI_EMPTY | OCI_CONFIG)
}

/// cosign, Syft, ORAS
const SBOMS: [&str; 5] = [
    "text/spdx",
    "application/spdx",
    "application/cyclonedx",
    "application/vnd.cyclonedx",
    "application/vnd.syft",
];
/// Attachments of a vendor, and what ORAS calls the ones that nobody named.
const ATTACHMENTS: [&str; 2] = ["application/aa.", "application/vnd.unknown."];
/// in-toto, without an envelope: BuildKit's
pub(crate) const STATEMENT: &str = "application/vnd.in-toto+json";

/// Whether a layer is a document that nobody signed, as far as its media type says.
pub(crate) fn may_be_document(layer: &str) -> bool {
    let essence = essence(layer);
    essence == STATEMENT || SBOMS.iter().any(|begin| essence.starts_with(begin))
}

/// Whether a referrer listed under this artifact type may be one.
pub(crate) fn is_attachment(artifact_type: &str) -> bool {
    let essence = essence(artifact_type);
    ATTACHMENTS.iter().any(|begin| essence.starts_with(begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn altered_parameters_do_not_hide_a_bundle() {
        for media_type in [
            "application/vnd.dev.sigstore.bundle+json;version=0.1",
            "application/vnd.dev.sigstore.bundle+json; version=0.2",
            "application/vnd.dev.sigstore.bundle.v0.3+json",
            "application/vnd.dev.sigstore.bundle+json",
            "application/vnd.dsse.envelope.v1+json",
            "application/vnd.dev.cosign.simplesigning.v1+json",
        ] {
            assert!(may_be_evidence(media_type), "{media_type}");
            assert!(may_carry_evidence(Some(media_type)), "{media_type}");
        }
        assert!(!may_be_evidence("application/vnd.oci.image.layer.v1.tar+gzip"));
        assert!(!may_carry_evidence(Some("application/spdx+json")));
        assert!(may_carry_evidence(None));
    }
}
