//! The meaning of a policy, point by point (docs/policy.md).

use super::*;
use crate::wit::diagnostics::Level;
use crate::wit::request::{NamedFile, PolicySource};

pub(crate) const SIGNED: &str = "\
version: 1
signers:
  release:
    github:
      repository: acme/api
      workflow: acme/api/.github/workflows/release.yml
      ref: refs/tags/v*
rules:
  signed:
    signature: { by: release }
";

pub(crate) fn source(document: &str) -> PolicySource {
    let file = |name: &str, content: &str| NamedFile {
        name: name.to_owned(),
        content: content.as_bytes().to_vec(),
    };
    let roots = ["sigstore", "github", "sigstore-staging"];
    PolicySource {
        document: file("portcullis.yaml", document),
        pinned: None,
        files: Vec::new(),
        roots: roots.iter().map(|name| file(name, "{}")).collect(),
        trust_override: Vec::new(),
    }
}

pub(crate) fn read(document: &str) -> Result<Policy, Vec<Diagnostic>> {
    Policy::read(&source(document))
}

#[test]
fn a_small_policy_is_read() {
    let policy = read(&format!(
        "{SIGNED}images:\n  - match: ghcr.io/acme/**\n    rules: [signed]\n"
    ))
    .unwrap();
    assert_eq!(policy.warnings, []);
    assert_eq!(policy.signers["release"].root.as_deref(), Some("sigstore"));
    assert_eq!(
        policy.for_image("ghcr.io/acme/api")[0].rule.to_string(),
        "signed by release"
    );
    let _ = Level::Error;
}
