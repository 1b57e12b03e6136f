//! A signature integration as signers: each key and each certificate is one, and any of them will do.

use super::Import;
use crate::policy_import::draft::{CtLog, Log, Match, Part, Recognises, Required, Signer, push_once};
use crate::policy_import::keys::Key;
use crate::policy_import::notes::{Notes, Pointer};
use crate::policy_import::regexp::{anchored, is_anything};
use crate::policy_import::tree::{Fields, Node};
use crate::say;

/// Log that is meant where none is named.
const PUBLIC_LOG: &str = "https://rekor.sigstore.dev";

impl Import {
    pub(super) fn integration(&mut self, node: Node) {
        let at = node.at.clone();
        let Some(mut fields) = node.fields(&mut self.notes) else {
            return self.draft.signers.push(Part::new(at, None, &mut self.notes));
        };
        let id = fields.text("id", &mut self.notes);
        let name = fields.text("name", &mut self.notes).unwrap_or_default();
        fields.without_meaning(&["traits"]);
        let log = log(&mut fields, &mut self.notes);
        let cosign = fields.fields("cosign", &mut self.notes);
        let certificates = fields.items("cosignCertificates", &mut self.notes);
        fields.finish(&mut self.notes);
        let mut names = Vec::new();
        if let Some(mut cosign) = cosign {
            let keys = cosign.items("publicKeys", &mut self.notes);
            cosign.finish(&mut self.notes);
            for key in keys {
                if let Some(signer) = self.key(key, &name, &log) {
                    push_once(&mut names, signer);
                }
            }
        }
        for certificate in certificates {
            if let Some(signer) = self.certificate(certificate, &name, &log) {
                push_once(&mut names, signer);
            }
        }
        if names.is_empty() {
            self.notes
                .missing(&at, say!["no key and no certificate of it could be imported"]);
            self.draft.signers.push(Part::new(at.clone(), None, &mut self.notes));
        }
        let known = self
            .by_integration
            .entry(id.unwrap_or_else(|| name.clone()))
            .or_default();
        names.into_iter().for_each(|name| push_once(known, name));
    }

    fn key(&mut self, node: Node, integration: &str, log: &Log) -> Option<String> {
        let at = node.at.clone();
        let fields = node.fields(&mut self.notes);
        let read = fields.and_then(|mut fields| {
            let name = fields.text("name", &mut self.notes).unwrap_or_default();
            let pem = fields.text("publicKeyPemEnc", &mut self.notes);
            fields.finish(&mut self.notes);
            Some((name, pem?))
        });
        let Some((name, pem)) = read else {
            self.notes.missing(&at, say!["it has no `publicKeyPemEnc`"]);
            self.draft.signers.push(Part::new(at, None, &mut self.notes));
            return None;
        };
        let written = format!("{integration} {name}");
        let (written, log) = (written.as_str(), log.clone());
        let key = Key { at, written, pem, log };
        Some(self.keys.add(&mut self.draft, &mut self.signers, key, &mut self.notes))
    }

    fn certificate(&mut self, node: Node, integration: &str, log: &Log) -> Option<String> {
        let at = node.at.clone();
        let signer = node.fields(&mut self.notes).and_then(|mut fields| {
            let leaf = fields.text("certificatePemEnc", &mut self.notes);
            let chain = fields.text("certificateChainPemEnc", &mut self.notes);
            let (issuer, identity) = identity(&mut fields, &mut self.notes)?;
            let ct_log = ct_log(&mut fields, &mut self.notes);
            fields.finish(&mut self.notes);
            let recognises = match (leaf, chain) {
                (None, None) => Recognises::Keyless { issuer, identity },
                (leaf, chain) => Recognises::Certificate {
                    issuer,
                    identity,
                    leaf,
                    chain,
                },
            };
            Some(Signer {
                name: self.signers.fresh(&format!("{integration} certificate"), "certificate"),
                recognises,
                log: log.clone(),
                ct_log,
            })
        });
        let name = signer.as_ref().map(|signer| signer.name.clone());
        self.draft.signers.push(Part::new(at, signer, &mut self.notes));
        name
    }
}

/// Both are regular expressions that are searched for; one that accepts everything switches both off there.
fn identity(fields: &mut Fields, notes: &mut Notes) -> Option<(Match, Match)> {
    let issuer = pattern(fields, "certificateOidcIssuer", "issuer", notes);
    let identity = pattern(fields, "certificateIdentity", "identity", notes);
    Some((issuer?, identity?))
}

fn pattern(fields: &mut Fields, key: &str, ours: &'static str, notes: &mut Notes) -> Option<Match> {
    let at = fields.at.key(key);
    let Some(source) = fields.text(key, notes) else {
        notes.missing(&at, say!["there is no `", key, "`: a certificate of anybody would do"]);
        return None;
    };
    if is_anything(&source) {
        let effect = "accepts everybody, and switches the checks of issuer and identity off; name who may sign";
        notes.missing(&at, say!["`", source, "` ", effect]);
        return None;
    }
    let anchored = anchored(&source);
    if anchored.open {
        let advice = " is searched for anywhere in the text, and so it is here; for one identity write ";
        notes.changed(&at, say!["`", source, "`", advice, "`", ours, ": …` in its place"]);
    }
    Some(anchored.matching)
}

fn log(fields: &mut Fields, notes: &mut Notes) -> Log {
    let at = fields.at.key("transparencyLog");
    let mut log = Log::default();
    let Some(mut fields) = fields.fields("transparencyLog", notes) else {
        without_log(&at, notes);
        log.required = Required::No;
        return log;
    };
    let enabled = fields.flag("enabled", notes);
    let offline = fields.flag("validateOffline", notes);
    let url = fields
        .text("url", notes)
        .filter(|url| url.trim_end_matches('/') != PUBLIC_LOG);
    let key = fields.text("publicKeyPemEnc", notes);
    fields.finish(notes);
    if !enabled {
        without_log(&at, notes);
        log.required = Required::No;
        return log;
    }
    if !offline {
        let effect = "the log may be asked there for an entry that a signature lacks; here the signature must bring it";
        notes.changed(&at, say![effect]);
    }
    Log {
        required: Required::Yes,
        url,
        key,
    }
}

fn without_log(at: &Pointer, notes: &mut Notes) {
    notes.changed(
        at,
        say!["it does without the transparency log, and so do its signers here"],
    );
}

fn ct_log(fields: &mut Fields, notes: &mut Notes) -> CtLog {
    let at = fields.at.key("certificateTransparencyLog");
    let mut enabled = false;
    let mut key = None;
    if let Some(mut fields) = fields.fields("certificateTransparencyLog", notes) {
        enabled = fields.flag("enabled", notes);
        key = fields.text("publicKeyPemEnc", notes);
        fields.finish(notes);
    }
    if enabled {
        let required = Required::Yes;
        return CtLog { required, key };
    }
    notes.changed(
        &at,
        say!["it does without the certificate transparency log, and so does the signer here"],
    );
    CtLog {
        required: Required::No,
        key: None,
    }
}
