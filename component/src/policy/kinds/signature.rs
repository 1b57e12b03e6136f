//! `signature:` — the image is signed.

use std::collections::BTreeMap;
use std::fmt;

use crate::policy::SignerSet;
use crate::policy::lower::{Lower, Word};
use crate::policy::rules::Names;
use crate::policy::tree::Node;

#[derive(Debug, Clone)]
pub struct SignatureRule {
    pub by: SignerSet,
    /// Every one must be there with this value, in the signed bytes.
    pub annotations: BTreeMap<String, String>,
    pub docker_reference: DockerReference,
    pub forms: Vec<SignatureForm>,
}

/// Whether `critical.identity.docker-reference` of a simple signing payload must be the image's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DockerReference {
    /// As `Reported`; where the policy leaves other images within reach, it is told.
    Unsaid,
    Reported,
    Required,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SignatureForm {
    SimpleSigning,
    /// A bundle whose statement has the predicate type `https://sigstore.dev/cosign/sign/v1`.
    Statement,
    /// A message signature over the manifest: only where a rule asks for it, because a job that signs every file of a
    /// folder also signs a file that holds a manifest.
    Message,
}

impl Lower<'_> {
    pub fn signature(&mut self, node: &Node, signers: &mut Names) -> Option<SignatureRule> {
        let by = self.signer_set(node.get("by")?, signers);
        let docker_reference = match self.field(node, "docker-reference").map(|word| word.text) {
            Some("required") => DockerReference::Required,
            Some(_) => DockerReference::Reported,
            None => DockerReference::Unsaid,
        };
        Some(SignatureRule {
            annotations: self.annotations(node),
            docker_reference,
            forms: self.forms(node),
            by: by?,
        })
    }

    fn annotations(&mut self, node: &Node) -> BTreeMap<String, String> {
        let entries = node.get("annotations").map(Node::entries).unwrap_or_default();
        entries
            .iter()
            .filter_map(|entry| Some((entry.key.clone(), self.word(&entry.value)?.text.to_owned())))
            .collect()
    }

    fn forms(&mut self, node: &Node) -> Vec<SignatureForm> {
        let Some(list) = node.get("forms") else {
            return vec![SignatureForm::SimpleSigning, SignatureForm::Statement];
        };
        let form = |word: &Word| match word.text {
            "simple-signing" => Some(SignatureForm::SimpleSigning),
            "statement" => Some(SignatureForm::Statement),
            "message" => Some(SignatureForm::Message),
            _ => None,
        };
        self.words(list).iter().filter_map(form).collect()
    }
}

impl fmt::Display for SignatureRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "signed by {}", self.by)?;
        if !self.annotations.is_empty() {
            let pairs: Vec<String> = self
                .annotations
                .iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect();
            write!(f, ", annotated {}", pairs.join(" "))?;
        }
        if self.docker_reference == DockerReference::Required {
            f.write_str(", naming this image")?;
        }
        if self.forms != [SignatureForm::SimpleSigning, SignatureForm::Statement] {
            let forms: Vec<&str> = self.forms.iter().map(|form| form.as_str()).collect();
            write!(f, ", as {}", forms.join(" or "))?;
        }
        Ok(())
    }
}

impl SignatureForm {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SimpleSigning => "simple-signing",
            Self::Statement => "statement",
            Self::Message => "message",
        }
    }
}
