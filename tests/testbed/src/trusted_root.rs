//! `trusted_root.json` ([protobuf-specs]), good and defective.
//!
//! [protobuf-specs]: https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_trustroot.proto

use crate::clock::rfc3339;
use crate::key::Key;
use crate::rekor::Rekor;
use crate::timestamp::Tsa;
use base64::prelude::*;
use serde_json::{Value, json};

/// 2025-01-01: since when what is in a root is valid.
const START: i64 = 1_735_689_600;

/// The lists of a root.
pub const TLOGS: &str = "tlogs";
pub const CERTIFICATE_AUTHORITIES: &str = "certificateAuthorities";
pub const CTLOGS: &str = "ctlogs";
pub const TIMESTAMP_AUTHORITIES: &str = "timestampAuthorities";

/// A root, to be broken through its value where the methods do not reach.
#[derive(Clone, Debug)]
pub struct TrustedRoot(pub Value);

impl TrustedRoot {
    pub fn empty() -> TrustedRoot {
        TrustedRoot(json!({
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            TLOGS: [],
            CERTIFICATE_AUTHORITIES: [],
            CTLOGS: [],
            TIMESTAMP_AUTHORITIES: [],
        }))
    }

    /// Adds a CA by its chain (DER), lowest first.
    pub fn with_ca(self, uri: &str, chain: &[&[u8]]) -> TrustedRoot {
        self.push(CERTIFICATE_AUTHORITIES, authority(uri, chain))
    }

    pub fn with_tsa(self, tsa: &Tsa) -> TrustedRoot {
        self.push(TIMESTAMP_AUTHORITIES, authority(&tsa.url, &tsa.chain()))
    }

    pub fn with_tlog(self, log: &Rekor) -> TrustedRoot {
        self.push(TLOGS, instance(&log.url, &log.key, &log.id))
    }

    pub fn with_ctlog(self, url: &str, key: &Key) -> TrustedRoot {
        self.push(CTLOGS, instance(url, key, &key.id()))
    }

    /// Empties one of the lists.
    pub fn without(mut self, list: &str) -> TrustedRoot {
        self.0[list] = json!([]);
        self
    }

    /// Everything of both roots in one.
    pub fn merged(self, other: &TrustedRoot) -> TrustedRoot {
        let lists = [TLOGS, CERTIFICATE_AUTHORITIES, CTLOGS, TIMESTAMP_AUTHORITIES];
        let items = lists
            .iter()
            .flat_map(|list| other.0[list].as_array().unwrap().iter().map(move |item| (list, item)));
        items.fold(self, |root, (list, item)| root.push(list, item.clone()))
    }

    /// Sets when the `index`th of a list is valid; without an end it still is.
    pub fn valid_for(mut self, list: &str, index: usize, start: i64, end: Option<i64>) -> TrustedRoot {
        let item = &mut self.0[list][index];
        let item = if item.get("publicKey").is_some() {
            &mut item["publicKey"]
        } else {
            item
        };
        item["validFor"] = json!({ "start": rfc3339(start) });
        if let Some(end) = end {
            item["validFor"]["end"] = json!(rfc3339(end));
        }
        self
    }

    pub fn json(&self) -> String {
        self.0.to_string()
    }

    fn push(mut self, list: &str, item: Value) -> TrustedRoot {
        self.0[list].as_array_mut().unwrap().push(item);
        self
    }
}

fn instance(url: &str, key: &Key, id: &[u8; 32]) -> Value {
    json!({
        "baseUrl": url,
        "hashAlgorithm": "SHA2_256",
        "publicKey": {
            "rawBytes": BASE64_STANDARD.encode(key.spki()),
            "keyDetails": key.details(),
            "validFor": { "start": rfc3339(START) },
        },
        "logId": { "keyId": BASE64_STANDARD.encode(id) },
    })
}

fn authority(uri: &str, chain: &[&[u8]]) -> Value {
    let raw = |certificate: &&[u8]| json!({ "rawBytes": BASE64_STANDARD.encode(certificate) });
    let certificates: Vec<Value> = chain.iter().map(raw).collect();
    json!({
        "subject": { "organization": "testbed", "commonName": "testbed" },
        "uri": uri,
        "certChain": { "certificates": certificates },
        "validFor": { "start": rfc3339(START) },
    })
}
