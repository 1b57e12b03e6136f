//! Evidence that nobody signed, recognised to be shown and handed out, never to count: BuildKit's attestations
//! (github.com/moby/buildkit docs/attestations/attestation-storage.md), SBOM documents, and the files that ORAS attached
//! before there were attestations.

use serde_json::Value;

use crate::statement;

/// What a layer is, as far as its manifest says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An in-toto statement without an envelope.
    Statement,
    /// A document of this short type.
    Document(&'static str),
}

/// Artifact types of the vendor's attachments.
const ATTACHMENT: &str = "application/aa.";

/// What their names end in, and the short type of it.
const ATTACHED: [(&str, &str); 5] = [
    ("sbom", "sbom"),
    ("report", "vuln"),
    ("triage", "triage"),
    ("license", "license"),
    ("licenses", "license"),
];

/// Media types of SBOM layers (cosign's `pkg/types/media.go`, ORAS, Syft).
const SBOMS: [(&str, &str); 4] = [
    ("spdx", "spdx"),
    ("cyclonedx", "cyclonedx"),
    ("vnd.syft", "sbom"),
    ("vnd.cyclonedx", "cyclonedx"),
];

/// The name by which triage is found among attachments of any type.
const TRIAGE: &str = "triage.toml";

/// What a layer of a manifest with this artifact type is. Of an attachment the first layer is the file.
pub fn layer(artifact_type: Option<&str>, manifest: &Value, number: usize, layer: &Value) -> Option<Kind> {
    let media_type = layer.get("mediaType").and_then(Value::as_str).unwrap_or_default();
    if media_type == statement::PAYLOAD_TYPE {
        return Some(Kind::Statement);
    }
    if number == 0 && (names_triage(manifest) || names_triage(layer)) {
        return Some(Kind::Document("triage"));
    }
    match artifact_type.and_then(attachment) {
        Some(kind) => (number == 0).then_some(kind),
        None => sbom(media_type),
    }
}

/// What an artifact type says where the manifest was not read.
pub fn artifact(artifact_type: &str) -> Option<Kind> {
    attachment(artifact_type).or_else(|| sbom(artifact_type))
}

fn attachment(artifact_type: &str) -> Option<Kind> {
    let name = artifact_type.strip_prefix(ATTACHMENT)?;
    let last = name.rsplit('.').next().unwrap_or_default();
    let known = ATTACHED.iter().find(|(end, _)| *end == last);
    Some(Kind::Document(known.map_or("attachment", |(_, short)| short)))
}

fn sbom(media_type: &str) -> Option<Kind> {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let name = essence
        .strip_prefix("application/")
        .or_else(|| essence.strip_prefix("text/"))?;
    let name = name.split('+').next().unwrap_or_default();
    let known = SBOMS.iter().find(|(known, _)| *known == name);
    known.map(|(_, short)| Kind::Document(short))
}

fn names_triage(described: &Value) -> bool {
    ["content", "org.opencontainers.image.title"].iter().any(|key| {
        let text = described.get("annotations").and_then(|all| all.get(key));
        text.and_then(Value::as_str).is_some_and(|text| text.contains(TRIAGE))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn media_types_of_documents() {
        for (media_type, kind) in [
            ("text/spdx", Some(Kind::Document("spdx"))),
            ("text/spdx+json", Some(Kind::Document("spdx"))),
            ("application/spdx+json", Some(Kind::Document("spdx"))),
            ("application/vnd.cyclonedx+json", Some(Kind::Document("cyclonedx"))),
            (
                "application/vnd.cyclonedx+xml; charset=utf-8",
                Some(Kind::Document("cyclonedx")),
            ),
            ("application/vnd.syft+json", Some(Kind::Document("sbom"))),
            ("application/vnd.in-toto+json", Some(Kind::Statement)),
            ("application/spdx-like+json", None),
            ("application/vnd.oci.image.layer.v1.tar+gzip", None),
        ] {
            let described = json!({ "mediaType": media_type });
            assert_eq!(layer(None, &json!({}), 1, &described), kind, "{media_type}");
        }
    }

    #[test]
    fn attachments_are_their_first_layer() {
        let of = |artifact_type: &str, number: usize, title: &str| {
            let described = json!({ "mediaType": "x", "annotations": { "org.opencontainers.image.title": title } });
            layer(Some(artifact_type), &json!({}), number, &described)
        };
        assert_eq!(of("application/aa.trivy.sbom", 0, "a"), Some(Kind::Document("sbom")));
        assert_eq!(of("application/aa.trivy.sbom", 1, "a"), None);
        assert_eq!(of("application/aa.trivy.report", 0, "a"), Some(Kind::Document("vuln")));
        assert_eq!(of("application/aa.other", 0, "a"), Some(Kind::Document("attachment")));
        assert_eq!(
            of("application/aa.other", 0, "x/triage.toml"),
            Some(Kind::Document("triage"))
        );
        assert_eq!(of("application/bb.trivy.sbom", 0, "a"), None);
        let manifest = json!({ "annotations": { "content": "triage.toml" } });
        assert_eq!(layer(None, &manifest, 0, &json!({})), Some(Kind::Document("triage")));
    }
}
