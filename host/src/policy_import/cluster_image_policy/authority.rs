//! An authority as signers: a key is one, and each identity of a keyless one.

use super::Import;
use crate::policy_import::draft::{CtLog, Log, Match, Part, Recognises, Required, Signer, push_once};
use crate::policy_import::keys::Key;
use crate::policy_import::notes::{Notes, Pointer};
use crate::policy_import::regexp::{anchored, is_anything};
use crate::policy_import::tree::{Fields, Node};
use crate::say;

const PUBLIC_AUTHORITY: &str = "https://fulcio.sigstore.dev";
const PUBLIC_LOG: &str = "https://rekor.sigstore.dev";

/// Who may sign, and what.
pub struct Authority {
    /// any of them
    pub signers: Vec<String>,
    /// attestations, all of them; none: the image
    pub types: Vec<String>,
}

/// What a keyless authority rests on.
enum Root {
    /// the public instance
    Sigstore,
    /// PEM
    Chain(String),
    /// somewhere else in the cluster
    Unknown,
}

impl Import {
    pub(super) fn authority(&mut self, node: Node, policy: &str) -> Option<Authority> {
        let at = node.at.clone();
        let mut fields = node.fields(&mut self.notes)?;
        let name = fields.text("name", &mut self.notes).unwrap_or_default();
        let written = format!("{policy} {name}");
        let (key, keyless) = (fields.take("key"), fields.take("keyless"));
        let logged = log(&mut fields, &mut self.notes);
        let attestations = fields.items("attestations", &mut self.notes);
        let elsewhere = say!["signatures in another repository are not looked for"];
        fields.cannot(&["source"], &elsewhere, &mut self.notes);
        let stamped = say!["timestamps instead of the log, by a trust root of the cluster; here the log is demanded"];
        fields.cannot(&["rfc3161timestamp"], &stamped, &mut self.notes);
        if fields.text("signatureFormat", &mut self.notes).is_some() {
            self.notes.changed(
                &at.key("signatureFormat"),
                say!["here a signature counts in each of its forms"],
            );
        }
        let decided = say!["images that pass or fail without evidence; what no entry of `images` matches is denied"];
        fields.cannot(&["static"], &decided, &mut self.notes);
        fields.finish(&mut self.notes);
        let types: Option<Vec<String>> = attestations
            .into_iter()
            .map(|one| attestation(one, &mut self.notes))
            .collect();
        let Some(types) = types else {
            let less = say!["a rule without it would allow more: there is none for this authority"];
            self.notes.missing(&at.key("attestations"), less);
            self.draft.signers.push(Part::new(at, None, &mut self.notes));
            return None;
        };
        let mut signers = Vec::new();
        if let Some(key) = key {
            signers.extend(self.key(key, &written, logged.clone()));
        }
        if let Some(keyless) = keyless {
            self.keyless(keyless, &written, &logged.unwrap_or_default(), &mut signers);
        }
        if signers.is_empty() {
            self.draft.signers.push(Part::new(at, None, &mut self.notes));
            return None;
        }
        Some(Authority { signers, types })
    }

    fn key(&mut self, node: Node, written: &str, log: Option<Log>) -> Option<String> {
        let at = node.at.clone();
        let mut fields = node.fields(&mut self.notes)?;
        let stored = say!["the key is not in the policy: export it, and name the file in a `key` signer"];
        fields.cannot(&["secretRef", "kms"], &stored, &mut self.notes);
        if fields
            .text("hashAlgorithm", &mut self.notes)
            .is_some_and(|algorithm| algorithm != "sha256")
        {
            self.notes.missing(
                &at.key("hashAlgorithm"),
                say!["a signer's algorithm follows from its key"],
            );
        }
        let pem = fields.text("data", &mut self.notes);
        fields.finish(&mut self.notes);
        let pem = pem?;
        let log = log.unwrap_or_else(|| {
            self.notes.changed(
                &at,
                say!["without `ctlog` the log is not looked at there, and so it is here"],
            );
            let required = Required::No;
            Log {
                required,
                ..Log::default()
            }
        });
        let key = Key { at, written, pem, log };
        Some(self.keys.add(&mut self.draft, &mut self.signers, key, &mut self.notes))
    }

    fn keyless(&mut self, node: Node, written: &str, log: &Log, signers: &mut Vec<String>) {
        let Some(mut fields) = node.fields(&mut self.notes) else {
            return;
        };
        let root = root(&mut fields, &mut self.notes);
        let mut ct_log = CtLog::default();
        if fields.flag("insecureIgnoreSCT", &mut self.notes) {
            let at = fields.at.key("insecureIgnoreSCT");
            self.notes.changed(
                &at,
                say!["it does without the certificate transparency log, and so does the signer here"],
            );
            ct_log.required = Required::No;
        }
        let identities = fields.items("identities", &mut self.notes);
        fields.finish(&mut self.notes);
        for node in identities {
            let at = node.at.clone();
            let found = node
                .fields(&mut self.notes)
                .and_then(|fields| identity(fields, &mut self.notes));
            let recognises = found.and_then(|(issuer, identity)| match &root {
                Root::Sigstore => Some(Recognises::Keyless { issuer, identity }),
                Root::Chain(pem) => Some(Recognises::Certificate {
                    issuer,
                    identity,
                    leaf: None,
                    chain: Some(pem.clone()),
                }),
                Root::Unknown => None,
            });
            let signer = recognises.map(|recognises| Signer {
                name: self.signers.fresh(written, "signer"),
                recognises,
                log: log.clone(),
                ct_log: ct_log.clone(),
            });
            if let Some(signer) = &signer {
                push_once(signers, signer.name.clone());
            }
            self.draft.signers.push(Part::new(at, signer, &mut self.notes));
        }
    }
}

fn root(fields: &mut Fields, notes: &mut Notes) -> Root {
    let (url, reference) = (fields.take("url"), fields.take("trustRootRef"));
    if let Some(reference) = reference {
        notes.missing(
            &reference.at,
            say!["a trust root of the cluster: name its `trusted_root.json` in `trust`"],
        );
        return Root::Unknown;
    }
    if let Some(mut authority) = fields.fields("ca-cert", notes) {
        let elsewhere = say!["the certificate is not in the policy: export it, and name the file as `chain`"];
        authority.cannot(&["secretRef", "kms"], &elsewhere, notes);
        let pem = authority.text("data", notes);
        authority.finish(notes);
        return pem.map_or(Root::Unknown, Root::Chain);
    }
    let at = url.as_ref().map(|url| url.at.clone());
    let (url, Some(at)) = (url.and_then(|url| url.text(notes)), at) else {
        return Root::Sigstore;
    };
    match url {
        Some(url) if url.trim_end_matches('/') != PUBLIC_AUTHORITY => {
            let advice = "` is not the public authority: name its `trusted_root.json` in `trust`";
            notes.missing(&at, say!["`", url, advice]);
            Root::Unknown
        }
        _ => Root::Sigstore,
    }
}

/// Both are needed: anybody can run an issuer, and an issuer has many users.
fn identity(mut fields: Fields, notes: &mut Notes) -> Option<(Match, Match)> {
    let at = fields.at.clone();
    let mut pair = |exact: &str, regexp: &str| {
        let exactly = fields.text(exact, notes).map(Match::Exactly);
        let searched = fields
            .text(regexp, notes)
            .map(|source| pattern(&at.key(regexp), &source, notes));
        exactly.or(searched.flatten())
    };
    let (issuer, subject) = (pair("issuer", "issuerRegExp"), pair("subject", "subjectRegExp"));
    fields.finish(notes);
    if issuer.is_none() || subject.is_none() {
        notes.missing(&at, say!["it accepts any issuer or any subject; name both"]);
    }
    issuer.zip(subject)
}

fn pattern(at: &Pointer, source: &str, notes: &mut Notes) -> Option<Match> {
    if is_anything(source) {
        notes.missing(at, say!["`", source, "` accepts everybody"]);
        return None;
    }
    let anchored = anchored(source);
    if anchored.open {
        notes.changed(
            at,
            say!["`", source, "` is searched for anywhere in the text, and so it is here"],
        );
    }
    Some(anchored.matching)
}

/// None: it says nothing of the log.
fn log(fields: &mut Fields, notes: &mut Notes) -> Option<Log> {
    let mut fields = fields.fields("ctlog", notes)?;
    let elsewhere = say!["a trust root of the cluster: add the log's `url` and `key` to the signer"];
    fields.cannot(&["trustRootRef"], &elsewhere, notes);
    let url = fields
        .text("url", notes)
        .filter(|url| url.trim_end_matches('/') != PUBLIC_LOG);
    if let Some(url) = &url {
        let advice = "` is not the public log: add its `key`";
        notes.missing(&fields.at.key("url"), say!["`", url, advice]);
    }
    fields.finish(notes);
    let required = Required::Yes;
    Some(Log {
        required,
        url,
        ..Log::default()
    })
}

/// Its predicate type, as `type` has it; none: it asks for more than can be said.
fn attestation(node: Node, notes: &mut Notes) -> Option<String> {
    let at = node.at.clone();
    let mut fields = node.fields(notes)?;
    fields.without_meaning(&["name"]);
    let policy = fields.take("policy");
    if let Some(policy) = &policy {
        let condition = say!["a condition on the statement: write a rule of your own with it as `where`"];
        notes.missing(&policy.at, condition);
    }
    let written = fields.text("predicateType", notes);
    fields.finish(notes);
    let Some(written) = written else {
        notes.missing(&at, say!["an attestation without `predicateType`"]);
        return None;
    };
    if policy.is_some() {
        return None;
    }
    let short = [
        ("slsaprovenance", "https://slsa.dev/provenance/v0.2"),
        ("slsaprovenance02", "https://slsa.dev/provenance/v0.2"),
        ("slsaprovenance1", "https://slsa.dev/provenance/v1"),
        ("spdxjson", "spdx"),
    ];
    let known = short.into_iter().find(|(theirs, _)| *theirs == written);
    Some(known.map_or(written, |(_, ours)| ours.to_owned()))
}
