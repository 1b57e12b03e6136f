//! Transparency logs: [Rekor v1] with promise (SET), proof and checkpoint; Rekor v2 with proof and checkpoint.
//!
//! A log here keeps nothing. Each entry stands in a tree of its own with 2^20 leaves, at an index and among siblings
//! that follow from the entry's bytes: proofs look like real ones, and the same entry is the same bytes every run.
//!
//! [Rekor v1]: https://github.com/sigstore/rekor/blob/main/openapi.yaml

use crate::der::concat;
use crate::key::{Key, hex, sha256};
use base64::prelude::*;
use serde_json::{Value, json};

const TREE_HEIGHT: u32 = 20;
const TREE_SIZE: u64 = 1 << TREE_HEIGHT;

/// What a Rekor v1 entry carries besides its body.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    PromiseAndProof,
    /// Only the signed entry timestamp.
    Promise,
    /// Only the inclusion proof; nothing then vouches for the integrated time.
    Proof,
    /// Neither.
    Bare,
}

/// A witness that cosigns checkpoints (`cosignature/v1`, C2SP tlog-cosignature).
#[derive(Clone)]
pub struct Witness {
    pub name: String,
    pub key: Key,
    pub time: i64,
}

#[derive(Clone)]
pub struct Rekor {
    pub key: Key,
    /// The id that its entries state.
    pub id: [u8; 32],
    pub url: String,
    /// The first line of its checkpoints.
    pub origin: String,
    /// Who cosigns its checkpoints.
    pub witnesses: Vec<Witness>,
}

impl Rekor {
    /// A log of version 1: its id is SHA-256 of its key.
    pub fn v1(host: &str, key: Key) -> Rekor {
        let origin = format!("{host} - 1193050959916656506");
        Rekor {
            id: key.id(),
            url: format!("https://{host}"),
            origin,
            key,
            witnesses: Vec::new(),
        }
    }

    /// A log of version 2: its id is the key id of signed notes, so name and key (C2SP signed-note).
    pub fn v2(host: &str, key: Key) -> Rekor {
        let id = match &key {
            Key::Ed25519(ed25519) => {
                let public = ed25519.verifying_key().to_bytes();
                sha256(&concat([host.as_bytes(), b"\n\x01", &public]))
            }
            _ => sha256(&concat([host.as_bytes(), b"\n\x02", &key.spki()])),
        };
        Rekor {
            id,
            url: format!("https://{host}"),
            origin: host.to_owned(),
            key,
            witnesses: Vec::new(),
        }
    }

    /// An entry of Rekor v1 for any body.
    pub fn entry_v1(&self, body: &Value, integrated_time: i64, evidence: Evidence) -> Value {
        let canonical = serde_json_canonicalizer::to_vec(body).unwrap();
        let index = leaf_index(&canonical);
        let mut entry = json!({
            "logIndex": index.to_string(),
            "logId": { "keyId": BASE64_STANDARD.encode(self.id) },
            "kindVersion": { "kind": body["kind"], "version": body["apiVersion"] },
            "integratedTime": integrated_time.to_string(),
            "canonicalizedBody": BASE64_STANDARD.encode(&canonical),
        });
        if matches!(evidence, Evidence::PromiseAndProof | Evidence::Promise) {
            let promise = self.promise(&canonical, integrated_time, index);
            entry["inclusionPromise"] = json!({ "signedEntryTimestamp": BASE64_STANDARD.encode(promise) });
        }
        if matches!(evidence, Evidence::PromiseAndProof | Evidence::Proof) {
            entry["inclusionProof"] = self.proof(&canonical, index);
        }
        entry
    }

    /// An entry of Rekor v2 for any body: no promise, no time.
    pub fn entry_v2(&self, body: &Value) -> Value {
        let canonical = serde_json_canonicalizer::to_vec(body).unwrap();
        let index = leaf_index(&canonical);
        json!({
            "logIndex": index.to_string(),
            "logId": { "keyId": BASE64_STANDARD.encode(self.id) },
            "kindVersion": { "kind": body["kind"], "version": body["apiVersion"] },
            "inclusionProof": self.proof(&canonical, index),
            "canonicalizedBody": BASE64_STANDARD.encode(&canonical),
        })
    }

    /// A signed note (C2SP tlog-checkpoint) for any tree head.
    pub fn checkpoint(&self, size: u64, root: &[u8; 32]) -> String {
        let body = format!("{}\n{size}\n{}\n", self.origin, BASE64_STANDARD.encode(root));
        let name = self.origin.split(' ').next().unwrap();
        let mut note = format!(
            "{body}\n{}",
            signature_line(name, &self.id, &self.key.sign(body.as_bytes()))
        );
        for witness in &self.witnesses {
            note.push_str(&witness.line(&body));
        }
        note
    }

    /// The signed entry timestamp, over the canonical JSON of four fields.
    fn promise(&self, canonical_body: &[u8], integrated_time: i64, index: u64) -> Vec<u8> {
        let payload = json!({
            "body": BASE64_STANDARD.encode(canonical_body),
            "integratedTime": integrated_time,
            "logID": hex(&self.id),
            "logIndex": index,
        });
        self.key.sign(&serde_json_canonicalizer::to_vec(&payload).unwrap())
    }

    fn proof(&self, canonical_body: &[u8], index: u64) -> Value {
        let mut root = sha256(&concat([&[0], canonical_body])); // RFC 6962 2.1: leaves 0, nodes 1
        let mut siblings = Vec::new();
        for level in 0..TREE_HEIGHT {
            let sibling = sha256(format!("sibling {level} {index}").as_bytes());
            let is_right = index >> level & 1 == 1;
            let (left, right) = if is_right { (sibling, root) } else { (root, sibling) };
            root = sha256(&concat([&[1][..], &left, &right]));
            siblings.push(BASE64_STANDARD.encode(sibling));
        }
        json!({
            "logIndex": index.to_string(),
            "rootHash": BASE64_STANDARD.encode(root),
            "treeSize": TREE_SIZE.to_string(),
            "hashes": siblings,
            "checkpoint": { "envelope": self.checkpoint(TREE_SIZE, &root) },
        })
    }
}

impl Witness {
    pub fn new(name: &str, time: i64) -> Witness {
        Witness {
            name: name.to_owned(),
            key: Key::ed25519(name),
            time,
        }
    }

    fn line(&self, checkpoint_body: &str) -> String {
        let Key::Ed25519(key) = &self.key else {
            panic!("witnesses sign with Ed25519")
        };
        let public = key.verifying_key().to_bytes();
        let id = sha256(&concat([self.name.as_bytes(), b"\n\x04", &public]));
        let message = format!("cosignature/v1\ntime {}\n{checkpoint_body}", self.time);
        let signature = concat([&self.time.to_be_bytes()[..], &self.key.sign(message.as_bytes())]);
        signature_line(&self.name, &id, &signature)
    }
}

fn signature_line(name: &str, id: &[u8; 32], signature: &[u8]) -> String {
    format!(
        "\u{2014} {name} {}\n",
        BASE64_STANDARD.encode(concat([&id[..4], signature]))
    )
}

fn leaf_index(canonical_body: &[u8]) -> u64 {
    let digest = sha256(canonical_body);
    u64::from_be_bytes(digest[..8].try_into().unwrap()) % TREE_SIZE
}
