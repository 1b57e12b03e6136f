//! Trusted roots that are one signer's alone: its trusted root with the authorities and log keys that the policy gives it.
//!
//! Nothing of it reaches another signer, and nothing of what it replaces counts for this one: a signer with a log key of its own
//! knows that log and no other.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use der::Decode;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sigstore_trust_root::TrustedRoot;
use spki::SubjectPublicKeyInfoRef;
use x509_cert::Certificate;

use crate::chain::{Anchors, Chain};
use crate::digest::Digest;
use crate::signer::{LogDemand, OwnLogs, Recognises, Signer};
use crate::trust::{Root, issued};
use crate::wit::diagnostics::{Diagnostic, Level};

/// Gives each signer that brings something the root which is made of it; `file` is the policy's name.
pub(crate) fn bind(
    signers: &mut BTreeMap<String, Signer>,
    roots: &mut BTreeMap<String, Root>,
    file: &str,
) -> Result<(), Vec<Diagnostic>> {
    let mut own = Vec::new();
    let mut wrong = Vec::new();
    for signer in signers.values_mut() {
        let Some(base) = signer.root.as_ref().and_then(|name| roots.get(name)) else {
            continue;
        };
        match of(signer, base).and_then(|root| can_hold(signer, root.as_ref().unwrap_or(base)).map(|()| root)) {
            Ok(Some(root)) => {
                signer.root = Some(root.name.clone());
                own.push(root);
            }
            Ok(None) => {}
            Err((message, hint)) => wrong.push(Diagnostic {
                level: Level::Error,
                file: file.to_owned(),
                line: signer.line,
                column: 0,
                message: format!("signer `{}`: {message}", signer.name),
                hint: Some(hint),
            }),
        }
    }
    roots.extend(own.into_iter().map(|root| (root.name.clone(), root)));
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

type Refusal = (String, String);

/// What no evidence could ever satisfy is said before any is looked at.
fn can_hold(signer: &Signer, root: &Root) -> Result<(), Refusal> {
    let timeless = root.trusted.timestamp_authorities.is_empty() && root.trusted.tlogs.is_empty();
    if timeless && signer.is_short_lived() && matches!(signer.log, LogDemand::Waived { .. }) {
        let message = format!(
            "it does without the log, and the trusted root `{}` has no timestamp authority: nothing could prove that its \
             short-lived certificates were valid when they signed",
            root.name
        );
        return Err((
            message,
            "demand the log, or name a root with a timestamp authority".to_owned(),
        ));
    }
    Ok(())
}

fn of(signer: &Signer, base: &Root) -> Result<Option<Root>, Refusal> {
    let chain = match &signer.recognises {
        Recognises::Certificate(certificate) => certificate.chain.as_ref(),
        _ => None,
    };
    let logs = &signer.logs;
    if chain.is_none() && logs.ct_key.is_none() && logs.log_key.is_none() && logs.log_url.is_none() {
        return Ok(None);
    }
    let mut trusted = base.trusted.clone();
    let cannot = |error: String| (error, "expected keys and certificates that can be used".to_owned());
    if let Some(chain) = chain {
        trusted.certificate_authorities = read(&authorities(chain)).map_err(cannot)?;
    }
    if let Some(key) = &logs.ct_key {
        trusted.ctlogs = read(&json!([log(key, "", &Sha256::digest(key))])).map_err(cannot)?;
    }
    narrow_log(&mut trusted, logs, base)?;
    let bytes = serde_json::to_vec(&trusted).map_err(|error| cannot(error.to_string()))?;
    // no other root is called so: neither a name nor a file's stem holds a `/`
    let name = format!("{}/{}", base.name, signer.name);
    let root = Root::of(&name, Digest::of(&bytes), base.origin.clone(), trusted).map_err(cannot)?;
    Ok(Some(root))
}

fn narrow_log(trusted: &mut TrustedRoot, logs: &OwnLogs, base: &Root) -> Result<(), Refusal> {
    let url = logs.log_url.as_deref();
    if let Some(key) = &logs.log_key {
        let ids = log_ids(key, url);
        let logs: Vec<Value> = ids.iter().map(|id| log(key, url.unwrap_or_default(), id)).collect();
        let hint = "expected a key that a log signs with".to_owned();
        trusted.tlogs = read(&Value::Array(logs)).map_err(|error| (error, hint))?;
    } else if let Some(url) = url {
        let plain = |url: &str| url.trim_end_matches('/').to_owned();
        trusted.tlogs.retain(|log| plain(&log.base_url) == plain(url));
        if trusted.tlogs.is_empty() {
            let known: Vec<_> = base
                .trusted
                .tlogs
                .iter()
                .map(|log| format!("`{}`", log.base_url))
                .collect();
            let message = format!("the trusted root `{}` has no log `{url}`", base.name);
            let hint = match known.as_slice() {
                [] => "give the log's `key`".to_owned(),
                known => format!("it has {}; or give the log's `key`", known.join(", ")),
            };
            return Err((message, hint));
        }
    }
    Ok(())
}

fn read<T: serde::de::DeserializeOwned>(value: &Value) -> Result<T, String> {
    serde_json::from_value(value.clone()).map_err(|error| error.to_string())
}

/// One entry for each certificate that may issue, with all above it: [`Root`] makes the lowest of an entry its anchor.
fn authorities(chain: &Chain) -> Value {
    let entry = |certificates: &[&Vec<u8>]| {
        let raw = |der: &&Vec<u8>| json!({ "rawBytes": STANDARD.encode(der) });
        json!({ "uri": "", "certChain": { "certificates": certificates.iter().map(raw).collect::<Vec<_>>() } })
    };
    match chain.anchors {
        Anchors::Lowest => json!([entry(&chain.certificates.iter().collect::<Vec<_>>())]),
        Anchors::Any => (0..chain.certificates.len())
            .map(|index| entry(&above(&chain.certificates, index)))
            .collect(),
    }
}

fn above(chain: &[Vec<u8>], index: usize) -> Vec<&Vec<u8>> {
    let read = |der: &Vec<u8>| Certificate::from_der(der).ok();
    let mut path = vec![index];
    let mut current = index;
    let issues = |other: usize, one: usize| match (read(&chain[other]), read(&chain[one])) {
        (Some(other), Some(one)) => issued(&other, &one),
        _ => false,
    };
    while let Some(next) = (0..chain.len()).find(|&other| !path.contains(&other) && issues(other, current)) {
        path.push(next);
        current = next;
    }
    path.into_iter().map(|at| &chain[at]).collect()
}

fn log(key: &[u8], url: &str, id: &[u8]) -> Value {
    json!({
        "baseUrl": url,
        "hashAlgorithm": "SHA2_256",
        "publicKey": { "rawBytes": STANDARD.encode(key), "keyDetails": "PUBLIC_KEY_DETAILS_UNSPECIFIED" },
        "logId": { "keyId": STANDARD.encode(id) },
    })
}

/// Rekor v1 and CT logs: SHA-256 of the key (RFC 6962 3.2). Rekor v2: the key id of its signed notes, which holds the log's
/// name too (C2SP signed-note, "Signatures").
fn log_ids(key: &[u8], url: Option<&str>) -> Vec<Vec<u8>> {
    let mut ids = vec![Sha256::digest(key).to_vec()];
    let Some((_, host)) = url.and_then(|url| url.split_once("://")) else {
        return ids;
    };
    let raw = SubjectPublicKeyInfoRef::from_der(key)
        .ok()
        .filter(|info| info.algorithm.oid == ED25519)
        .and_then(|info| info.subject_public_key.as_bytes());
    let (kind, bytes) = match raw {
        Some(raw) => (1, raw),
        None => (2, key),
    };
    let named = [host.trim_end_matches('/').as_bytes(), &[b'\n', kind], bytes].concat();
    ids.push(Sha256::digest(named).to_vec());
    ids
}

const ED25519: der::oid::ObjectIdentifier = der::oid::ObjectIdentifier::new_unwrap("1.3.101.112");
