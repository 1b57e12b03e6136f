//! A TUF repository (<https://theupdateframework.github.io/specification/latest/>) with one target, `trusted_root.json`:
//! good by default, and each role can be changed and signed anew.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::clock::rfc3339;
use crate::key::{Key, hex, sha256_hex};

const DAY: i64 = 86_400;

/// The four roles.
pub const ROLES: [&str; 4] = ["root", "timestamp", "snapshot", "targets"];

/// A TUF repository in memory: its state, from which [`Tuf::files`] makes signed files.
#[derive(Clone)]
pub struct Tuf {
    /// The keys of each role; `threshold` of them must sign.
    pub keys: BTreeMap<&'static str, Vec<Key>>,
    pub threshold: BTreeMap<&'static str, u64>,
    pub versions: BTreeMap<&'static str, u64>,
    /// Seconds since 1970.
    pub expires: BTreeMap<&'static str, i64>,
    /// Days that the timestamp role states as its lifetime.
    pub lifetime: Option<i64>,
    pub target: Vec<u8>,
    pub target_name: &'static str,
    /// Roots before the present one, by their path.
    earlier_roots: BTreeMap<String, Vec<u8>>,
    /// Who signs the next root besides its own keys.
    former_root_keys: Vec<Key>,
}

impl Tuf {
    /// Refreshed at `now`: the timestamp lives for seven days, everything else for a year.
    pub fn new(trusted_root: &str, now: i64) -> Self {
        let keys = ROLES.map(|role| (role, vec![Key::ed25519(&format!("tuf {role}"))]));
        let mut keys = BTreeMap::from(keys);
        keys.insert(
            "root",
            ["a", "b", "c"]
                .map(|one| Key::p256(&format!("tuf root {one}")))
                .to_vec(),
        );
        Self {
            keys,
            threshold: BTreeMap::from([("root", 2), ("timestamp", 1), ("snapshot", 1), ("targets", 1)]),
            versions: ROLES.map(|role| (role, 1)).into(),
            expires: BTreeMap::from([
                ("root", now + 365 * DAY),
                ("timestamp", now + 7 * DAY),
                ("snapshot", now + 365 * DAY),
                ("targets", now + 365 * DAY),
            ]),
            lifetime: Some(7),
            target: trusted_root.as_bytes().to_vec(),
            target_name: "trusted_root.json",
            earlier_roots: BTreeMap::new(),
            former_root_keys: Vec::new(),
        }
    }

    /// The root that a user would have been given: the present one.
    pub fn initial(&self) -> Vec<u8> {
        self.root()
    }

    /// All three lower roles, one version on, signed at `now`.
    pub fn publish(&mut self, now: i64) {
        for role in ["timestamp", "snapshot", "targets"] {
            *self.versions.get_mut(role).unwrap() += 1;
        }
        self.expires.insert("timestamp", now + 7 * DAY);
    }

    /// The next root, with other keys, signed by the old ones too.
    pub fn rotate_root(&mut self, seed: &str) {
        let version = self.versions["root"];
        self.earlier_roots.insert(format!("{version}.root.json"), self.root());
        self.former_root_keys = self.keys["root"].clone();
        let keys = ["a", "b", "c"].map(|one| Key::p256(&format!("tuf root {seed} {one}")));
        self.keys.insert("root", keys.to_vec());
        self.versions.insert("root", version + 1);
    }

    /// Every file of the repository by its path.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = self.earlier_roots.clone();
        files.insert(format!("{}.root.json", self.versions["root"]), self.root());
        let targets = self.targets();
        let snapshot = self.pinning("snapshot", "targets", &targets);
        let timestamp = self.pinning("timestamp", "snapshot", &snapshot);
        files.insert(format!("{}.targets.json", self.versions["targets"]), targets);
        files.insert(format!("{}.snapshot.json", self.versions["snapshot"]), snapshot);
        files.insert("timestamp.json".to_owned(), timestamp);
        files.insert(self.target_path(), self.target.clone());
        files
    }

    pub fn target_path(&self) -> String {
        format!("targets/{}.{}", sha256_hex(&self.target), self.target_name)
    }

    fn root(&self) -> Vec<u8> {
        let mut keys = serde_json::Map::new();
        let mut roles = serde_json::Map::new();
        for role in ROLES {
            for key in &self.keys[role] {
                keys.insert(key_id(key), described(key));
            }
            let ids: Vec<_> = self.keys[role].iter().map(key_id).collect();
            let mut one = json!({ "keyids": ids, "threshold": self.threshold[role] });
            if let (Some(days), "timestamp") = (self.lifetime, role) {
                one["x-tuf-on-ci-expiry-period"] = days.into();
            }
            roles.insert(role.to_owned(), one);
        }
        let mut signed = self.common("root");
        signed["consistent_snapshot"] = true.into();
        signed["keys"] = keys.into();
        signed["roles"] = roles.into();
        let signers: Vec<&Key> = self.keys["root"].iter().chain(&self.former_root_keys).collect();
        sign(&signed, &signers)
    }

    fn targets(&self) -> Vec<u8> {
        let mut signed = self.common("targets");
        signed["targets"] = json!({ self.target_name: {
            "length": self.target.len(),
            "hashes": { "sha256": sha256_hex(&self.target) },
        }});
        self.signed_by("targets", &signed)
    }

    fn pinning(&self, role: &'static str, pinned: &'static str, bytes: &[u8]) -> Vec<u8> {
        let mut signed = self.common(role);
        signed["meta"] = json!({ format!("{pinned}.json"): {
            "version": self.versions[pinned],
            "length": bytes.len(),
            "hashes": { "sha256": sha256_hex(bytes) },
        }});
        self.signed_by(role, &signed)
    }

    fn common(&self, role: &str) -> Value {
        json!({
            "_type": role,
            "spec_version": "1.0.31",
            "version": self.versions[role],
            "expires": rfc3339(self.expires[role]),
        })
    }

    fn signed_by(&self, role: &str, signed: &Value) -> Vec<u8> {
        sign(signed, &self.keys[role].iter().collect::<Vec<_>>())
    }
}

/// A metadata file; each key once.
pub fn sign(signed: &Value, keys: &[&Key]) -> Vec<u8> {
    let canonical = canonical(signed).into_bytes();
    let mut signatures = BTreeMap::new();
    for key in keys {
        signatures.insert(key_id(key), hex(&key.sign(&canonical)));
    }
    let signatures: Vec<_> = signatures
        .iter()
        .map(|(id, signature)| json!({ "keyid": id, "sig": signature }))
        .collect();
    serde_json::to_vec_pretty(&json!({ "signatures": signatures, "signed": signed })).unwrap()
}

/// OLPC's canonical JSON, which TUF signs: keys in order, no space, and of a text's characters `"` and `\\` alone escaped.
fn canonical(value: &Value) -> String {
    let text = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    match value {
        Value::String(one) => text(one),
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Value::Object(members) => {
            let sorted: BTreeMap<_, _> = members.iter().collect();
            let members: Vec<_> = sorted
                .iter()
                .map(|(key, value)| format!("{}:{}", text(key), canonical(value)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        other => other.to_string(),
    }
}

/// Any text is one; this is the hash of the key.
pub fn key_id(key: &Key) -> String {
    hex(&key.id())
}

fn described(key: &Key) -> Value {
    let (keytype, scheme) = match key {
        Key::Ed25519(_) => ("ed25519", "ed25519"),
        Key::P384(_) => ("ecdsa", "ecdsa-sha2-nistp384"),
        _ => ("ecdsa", "ecdsa-sha2-nistp256"),
    };
    json!({ "keytype": keytype, "scheme": scheme, "keyval": { "public": key.public_pem() } })
}
