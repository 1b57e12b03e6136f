//! What this version cannot verify, with the class that docs/verification.md gives it: refused, and named.

use portcullis_component::wit::basics::ResultClass::*;
use testbed::*;

use crate::case::{Case, NAME, image, release, signature};

#[test]
fn log_entries_of_other_kinds() {
    let sigstore = Sigstore::new();
    let signing = || sigstore.sign(&sigstore.issue(release()), signature()).timestamp();
    let body = serde_json::json!({ "kind": "rekord", "apiVersion": "0.0.1" });
    let others = [
        signing().rekor_v1_as(Kind::Intoto001, Evidence::PromiseAndProof),
        signing().logged_v2(&sigstore.rekor_v2, Kind::Dsse002),
        signing().entry(sigstore.rekor_v1.entry_v1(&body, clock::NOON, Evidence::Promise)),
    ];
    for other in others {
        Case::new(&sigstore).bundle(&other.bundle()).denied(UnsupportedFormat);
    }
}

#[test]
fn rekor_v2_entry_by_p384() {
    let sigstore = Sigstore::new();
    let leaf = sigstore.issue(release().key(Key::p384("leaf")));
    let signing = sigstore.sign(&leaf, signature());
    Case::new(&sigstore)
        .bundle(&signing.clone().rekor_v2().timestamp().bundle())
        .denied(LogEntryInvalid);
    Case::new(&sigstore).bundle(&signing.rekor_v1().bundle()).allowed();
}

#[test]
fn timestamp_by_an_rsa_authority() {
    let mut sigstore = Sigstore::new();
    sigstore.tsa = Tsa::new("rsa-tsa", Key::rsa2048());
    let bundle = sigstore
        .sign(&sigstore.issue(release()), signature())
        .rekor_v2()
        .timestamp()
        .bundle();
    Case::new(&sigstore).bundle(&bundle).denied(TimeMissing);
}

#[test]
fn timestamp_by_an_authority_of_p384_with_its_certificate() {
    let mut sigstore = Sigstore::new();
    sigstore.tsa = Tsa::new("p384-tsa", Key::p384("tsa"));
    sigstore.tsa.certificate_in_token = CertificateInToken::Present;
    sigstore.tsa.imprint_hash = Hash::Sha512;
    let bundle = sigstore
        .sign(&sigstore.issue(release()), signature())
        .rekor_v2()
        .timestamp()
        .bundle();
    let report = Case::new(&sigstore).bundle(&bundle).allowed();
    assert_eq!(crate::case::proof(&report).signed_timestamps[0].time, clock::NOON + 5);
}

#[test]
fn rekor_v2_without_its_own_time_beside_v1() {
    let sigstore = Sigstore::new();
    let signing = sigstore
        .sign(&sigstore.issue(release()), signature())
        .rekor_v1()
        .rekor_v2();
    Case::new(&sigstore)
        .bundle(&signing.clone().bundle())
        .denied(TimeMissing);
    Case::new(&sigstore).bundle(&signing.timestamp().bundle()).allowed();
}

#[test]
fn logged_key_with_another_hash_or_padding() {
    let sigstore = Sigstore::new();
    let (p384, rsa) = (Key::p384("ops"), Key::rsa2048());
    let logged = |key: &Key| Case::new(&sigstore).with_logged_key("ops", key).rule("by: ops");
    let own = |key: &Key| sigstore.sign(key, signature()).rekor_v1().bundle();
    for key in [&p384, &rsa] {
        logged(key).bundle(&own(key)).allowed();
    }
    let by_kms = sigstore.sign(&p384, signature()).hash(Hash::Sha256).rekor_v1();
    logged(&p384).bundle(&by_kms.bundle()).denied(NoMatchingSigner);
    let pss = sigstore.sign(&rsa, signature()).pss().rekor_v1();
    logged(&rsa).bundle(&pss.bundle()).denied(NoMatchingSigner);
}

/// Without a log the times of a key are nobody's, and the report says what was not looked at.
#[test]
fn unlogged_key_shows_what_is_not_checked() {
    let (sigstore, key) = (Sigstore::new(), Key::p256("ops"));
    let forged = Sigstore::named("forged");
    let bundle = forged.sign(&key, signature()).rekor_v1().timestamp().bundle();
    let report = Case::key(&key).bundle(&bundle).allowed();
    let proof = crate::case::proof(&report);
    assert!(proof.log_entries.is_empty() && proof.signed_timestamps.is_empty());
    assert_eq!((proof.time.earliest, proof.time.latest), (None, None));
    assert_eq!(
        proof
            .remarks
            .iter()
            .filter(|remark| remark.contains("not checked"))
            .count(),
        2
    );
    let simple = sigstore.sign(&key, simple_signing(NAME, image().digest())).legacy();
    let report = Case::key(&key).signatures(&[simple]).allowed();
    assert!(
        crate::case::proof(&report)
            .remarks
            .iter()
            .any(|remark| remark.contains(NAME))
    );
}

#[test]
fn notation_and_other_referrers() {
    let key = Key::p256("ops");
    let report = Case::key(&key)
        .layer("application/vnd.cncf.notary.signature", b"{}")
        .denied(Unsigned);
    assert!(
        report.evidence[0]
            .remarks
            .iter()
            .any(|remark| remark.contains("Notation"))
    );
    Case::key(&key).layer("application/spdx+json", b"{}").denied(Unsigned);
}
