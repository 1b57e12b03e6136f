//! The transparency log: steps 4 to 6 and 8 of the client specification (inclusion proof, checkpoint, promise, consistency).
//!
//! `demanded` pins what must be there, `well_formed` and `judge` the shape, sigstore-verify the proofs, one verifier per log
//! (`Part`) that an entry is proven by the log that it names, `verify_tlog_consistency` that it is about this signature.

use portcullis_component::wit::basics::ResultClass::*;
use serde_json::{Value, json};
use testbed::*;

use crate::case::{Case, release, signature};

const ENTRY: &str = "/verificationMaterial/tlogEntries/0";

fn signing(sigstore: &Sigstore) -> Signing<'_> {
    sigstore.sign(&sigstore.issue(release()), signature())
}

fn broken(bundle: &Value, pointer: &str, value: Value) -> Value {
    let mut bundle = bundle.clone();
    json::set(&mut bundle, &format!("{ENTRY}{pointer}"), value);
    bundle
}

#[test]
fn entry_missing_fail() {
    let sigstore = Sigstore::new();
    let case = Case::new(&sigstore).bundle(&signing(&sigstore).timestamp().bundle());
    case.denied_for(LogEntryMissing, "no transparency log entry");
    case.also("transparency-log: { required: false }").allowed();
}

#[test]
fn entry_of_unknown_log_fail() {
    let (sigstore, corp) = (Sigstore::new(), Sigstore::named("corp"));
    let elsewhere = signing(&sigstore)
        .timestamp()
        .logged_v1(&corp.rekor_v1, Kind::Dsse001, Evidence::PromiseAndProof);
    Case::new(&sigstore)
        .bundle(&elsewhere.bundle())
        .denied_for(UntrustedRoot, "no log entry is of a log");
    let both = elsewhere.rekor_v1().bundle();
    let report = Case::new(&sigstore).bundle(&both).allowed();
    let remarks = &report.rules[0].accepted[0].remarks;
    assert!(
        remarks.iter().any(|one| one.contains("does not know that log")),
        "{remarks:?}"
    );
}

#[test]
fn inclusion_proof_wrong_fail() {
    let sigstore = Sigstore::new();
    for good in [
        signing(&sigstore).rekor_v1().timestamp().bundle(),
        signing(&sigstore).rekor_v2().timestamp().bundle(),
    ] {
        let zero = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        let case = Case::new(&sigstore).bundle(&broken(&good, "/inclusionProof/hashes/0", zero));
        case.denied_for(LogEntryInvalid, "nclusion");
    }
}

#[test]
fn checkpoint_of_nobody_fail() {
    let sigstore = Sigstore::new();
    for (mut log, version) in [(sigstore.rekor_v1.clone(), 1), (sigstore.rekor_v2.clone(), 2)] {
        log.key = if version == 1 {
            Key::p256("mallory")
        } else {
            Key::ed25519("mallory")
        };
        let signing = signing(&sigstore).timestamp();
        let forged = match version {
            1 => signing.logged_v1(&log, Kind::Dsse001, Evidence::Proof),
            _ => signing.logged_v2(&log, Kind::Hashedrekord002),
        };
        Case::new(&sigstore)
            .bundle(&forged.bundle())
            .denied_for(LogEntryInvalid, "heckpoint");
    }
}

#[test]
fn checkpoint_of_another_tree_fail() {
    let sigstore = Sigstore::new();
    let good = signing(&sigstore).rekor_v1().bundle();
    let other = json!({ "envelope": sigstore.rekor_v1.checkpoint(1 << 20, &[7; 32]) });
    Case::new(&sigstore)
        .bundle(&broken(&good, "/inclusionProof/checkpoint", other))
        .denied(Malformed);
}

/// The proof's own tree size must be the checkpoint's: else the index that a report shows would be the attacker's choice.
#[test]
fn proof_of_another_tree_size_fail() {
    let sigstore = Sigstore::new();
    let good = signing(&sigstore).rekor_v1().bundle();
    let root = good
        .pointer(&format!("{ENTRY}/inclusionProof/rootHash"))
        .unwrap()
        .as_str()
        .unwrap();
    let root: [u8; 32] = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, root)
        .unwrap()
        .try_into()
        .unwrap();
    let other = json!({ "envelope": sigstore.rekor_v1.checkpoint(5, &root) });
    let case = Case::new(&sigstore).bundle(&broken(&good, "/inclusionProof/checkpoint", other));
    case.denied_for(LogEntryInvalid, "tree size");
}

#[test]
fn checkpoint_missing_fail() {
    let sigstore = Sigstore::new();
    let mut bundle = signing(&sigstore).rekor_v1().bundle();
    json::remove(&mut bundle, &format!("{ENTRY}/inclusionProof/checkpoint"));
    Case::new(&sigstore)
        .bundle(&bundle)
        .denied_for(LogEntryInvalid, "no checkpoint");
}

/// Strangers may put any number of signatures on a checkpoint, each of them to be checked: a flood is refused unread.
#[test]
fn checkpoint_flood_fail() {
    let sigstore = Sigstore::new();
    let good = signing(&sigstore).rekor_v1().bundle();
    let envelope = good
        .pointer(&format!("{ENTRY}/inclusionProof/checkpoint/envelope"))
        .unwrap()
        .as_str()
        .unwrap();
    let line = envelope.lines().last().unwrap();
    let flood = format!(
        "{envelope}{}",
        format!("{}AAAA\n", &line[..line.len() - 4]).repeat(2_000)
    );
    let case = Case::new(&sigstore).bundle(&broken(
        &good,
        "/inclusionProof/checkpoint",
        json!({ "envelope": flood }),
    ));
    case.denied_for(Malformed, "signatures on a checkpoint");
}

#[test]
fn checkpoint_with_witnesses() {
    let mut sigstore = Sigstore::new();
    sigstore.rekor_v2.witnesses = vec![Witness::new("witness.example", clock::NOON)];
    Case::new(&sigstore)
        .bundle(&signing(&sigstore).rekor_v2().timestamp().bundle())
        .allowed();
}

#[test]
fn promise_wrong_fail() {
    let sigstore = Sigstore::new();
    let mut log = sigstore.rekor_v1.clone();
    log.key = Key::p256("mallory");
    let forged = signing(&sigstore)
        .timestamp()
        .logged_v1(&log, Kind::Dsse001, Evidence::Promise);
    Case::new(&sigstore)
        .bundle(&forged.bundle_as(Version::V01))
        .denied_for(LogEntryInvalid, "SET");
    let index = broken(&signing(&sigstore).rekor_v1().bundle(), "/logIndex", json!("1"));
    Case::new(&sigstore).bundle(&index).denied_for(LogEntryInvalid, "SET");
}

/// The entry names one log, its checkpoint is signed by another log of the same root.
#[test]
fn entry_names_another_log_of_the_root_fail() {
    let sigstore = Sigstore::new();
    let id = json!(base64::Engine::encode(
        &base64::prelude::BASE64_STANDARD,
        sigstore.rekor_v1.id
    ));
    let good = signing(&sigstore).rekor_v2().timestamp().bundle();
    Case::new(&sigstore)
        .bundle(&broken(&good, "/logId/keyId", id))
        .denied_for(LogEntryInvalid, "heckpoint");
}

/// A good entry, of another signature by the same certificate (CVE-2022-36056).
#[test]
fn entry_of_another_signature_fail() {
    let sigstore = Sigstore::new();
    let leaf = sigstore.issue(release());
    let other = sigstore.sign(
        &leaf,
        Statement::image_signature(&format!("sha256:{}", "00".repeat(32))),
    );
    for entry in [other.clone().rekor_v1().bundle(), other.clone().rekor_v2().bundle()] {
        let entry = entry.pointer(ENTRY).unwrap().clone();
        let bundle = sigstore
            .sign(&leaf, signature())
            .timestamp()
            .entry(entry.clone())
            .bundle();
        Case::new(&sigstore).bundle(&bundle).denied(LogEntryInvalid);
        // Also as the second beside a good one.
        let beside = sigstore
            .sign(&leaf, signature())
            .timestamp()
            .rekor_v1()
            .entry(entry)
            .bundle();
        Case::new(&sigstore).bundle(&beside).denied(LogEntryInvalid);
    }
    // Without the log a stranger's promise must not lend its time.
    let entry = other.rekor_v1().bundle().pointer(ENTRY).unwrap().clone();
    let bundle = sigstore.sign(&leaf, signature()).entry(entry).bundle();
    Case::new(&sigstore)
        .also("transparency-log: { required: false }")
        .bundle(&bundle)
        .denied(LogEntryInvalid);
}

#[test]
fn tlog_entry_bare_fail() {
    let sigstore = Sigstore::new();
    let bare = signing(&sigstore).rekor_v1_with(Evidence::Bare).timestamp();
    Case::new(&sigstore)
        .bundle(&bare.bundle_as(Version::V01))
        .denied_for(LogEntryInvalid, "neither");
    // A bare entry that rides along must not be shown as logged.
    let beside = signing(&sigstore)
        .rekor_v1()
        .entry(bare.bundle().pointer(ENTRY).unwrap().clone());
    Case::new(&sigstore).bundle(&beside.bundle()).denied(LogEntryInvalid);
}

#[test]
fn tlog_entry_twice_fail() {
    let sigstore = Sigstore::new();
    Case::new(&sigstore)
        .bundle(&signing(&sigstore).rekor_v1().rekor_v1().bundle())
        .denied_for(LogEntryInvalid, "twice");
    let many = (0..5).fold(signing(&sigstore), |signing, _| signing.rekor_v1());
    Case::new(&sigstore)
        .bundle(&many.bundle())
        .denied_for(Malformed, "too many log entries");
}

#[test]
fn tlog_entry_kind_is_not_the_body_fail() {
    let sigstore = Sigstore::new();
    let good = signing(&sigstore).rekor_v1().timestamp().bundle();
    let other = broken(&good, "/kindVersion", json!({ "kind": "intoto", "version": "0.0.2" }));
    Case::new(&sigstore)
        .bundle(&other)
        .denied_for(LogEntryInvalid, "another kind");
    for kind in [Kind::Intoto001, Kind::Dsse002] {
        let bundle = signing(&sigstore)
            .rekor_v1_as(kind, Evidence::PromiseAndProof)
            .timestamp()
            .bundle();
        Case::new(&sigstore)
            .bundle(&bundle)
            .denied_for(UnsupportedFormat, "of a kind");
    }
}

/// The version, which the attacker chooses, must not choose the strength silently: the report says promise, and a signer
/// that demands the proof denies.
#[test]
fn bundle_v03_relabelled_v01() {
    let sigstore = Sigstore::new();
    let mut bundle = signing(&sigstore).rekor_v1().bundle();
    json::remove(&mut bundle, &format!("{ENTRY}/inclusionProof"));
    Case::new(&sigstore)
        .bundle(&bundle)
        .denied_for(LogEntryMissing, "no inclusion proof");
    json::set(&mut bundle, "/mediaType", json!(Version::V01.media_type()));
    let case = Case::new(&sigstore).bundle(&bundle);
    let report = case.allowed();
    let proof = crate::case::proof(&report);
    assert!(proof.log_entries[0].promise && proof.log_entries[0].inclusion_proof.is_none());
    case.also("transparency-log: { inclusion-proof: required }")
        .denied_for(LogEntryMissing, "no inclusion proof");
    json::remove(&mut bundle, "/mediaType");
    Case::new(&sigstore)
        .layer(Version::V01.media_type(), bundle.to_string().as_bytes())
        .denied(Malformed);
}
