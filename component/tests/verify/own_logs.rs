//! Logs that belong to one signer: `ct-log: { key }` and `transparency-log: { url, key }`. Pins `own_root::bind`, and that
//! neither reaches another signer.

use portcullis_component::wit::basics::ResultClass::*;
use testbed::*;

use crate::case::{Case, release, signature};

fn with_keys(case: Case, corp: &Sigstore) -> Case {
    case.file("keys/ct.pub", corp.ct_log.key.public_pem().as_bytes())
        .file("keys/rekor.pub", corp.rekor_v1.key.public_pem().as_bytes())
        .file("keys/rekor2.pub", corp.rekor_v2.key.public_pem().as_bytes())
}

#[test]
fn ct_log_of_the_signer_alone() {
    let (public, corp) = (Sigstore::new(), Sigstore::named("corp"));
    let logged = |ct_log: &CtLog| {
        let leaf = public.intermediate.issue_logged(release(), ct_log);
        public.sign(&leaf, signature()).rekor_v1().bundle()
    };
    let own = with_keys(Case::new(&public), &corp).also("ct-log: { required: true, key: keys/ct.pub }");
    own.clone().bundle(&logged(&corp.ct_log)).allowed();
    own.bundle(&logged(&public.ct_log)).denied(SctMissing);
    Case::new(&public).bundle(&logged(&corp.ct_log)).denied(SctMissing);
}

#[test]
fn log_of_the_signer_alone() {
    let (public, corp) = (Sigstore::new(), Sigstore::named("corp"));
    let signing = || public.sign(&public.issue(release()), signature());
    let in_corp = || signing().logged_v1(&corp.rekor_v1, Kind::Dsse001, Evidence::PromiseAndProof);
    let own = |log: &str| with_keys(Case::new(&public), &corp).also(&format!("transparency-log: {{ {log} }}"));
    own("key: keys/rekor.pub").bundle(&in_corp().bundle()).allowed();
    own("key: keys/rekor.pub, url: https://rekor.corp.example")
        .bundle(&in_corp().bundle())
        .allowed();
    own("key: keys/rekor.pub")
        .bundle(&signing().rekor_v1().bundle())
        .denied_for(UntrustedRoot, "no log entry is of a log");
    Case::new(&public)
        .bundle(&in_corp().bundle())
        .denied_for(UntrustedRoot, "no log entry is of a log");
    // The id that the entry states is the key's; another key's promise is none.
    let mut forged = corp.rekor_v1.clone();
    forged.key = Key::p256("mallory");
    let bundle = signing()
        .logged_v1(&forged, Kind::Dsse001, Evidence::PromiseAndProof)
        .bundle();
    own("key: keys/rekor.pub").bundle(&bundle).denied(LogEntryInvalid);
}

/// A log of version 2 is known by its name and key, so it needs its URL.
#[test]
fn log_of_version_2_of_the_signer_alone() {
    let (public, corp) = (Sigstore::new(), Sigstore::named("corp"));
    let signing = public.sign(&public.issue(release()), signature());
    let bundle = signing
        .logged_v2(&corp.rekor_v2, Kind::Hashedrekord002)
        .timestamp()
        .bundle();
    let own = |log: &str| with_keys(Case::new(&public), &corp).also(&format!("transparency-log: {{ {log} }}"));
    own("key: keys/rekor2.pub, url: https://log2026.corp.example")
        .bundle(&bundle)
        .allowed();
    own("key: keys/rekor2.pub").bundle(&bundle).denied(UntrustedRoot);
    own("key: keys/rekor2.pub, url: https://log2027.corp.example")
        .bundle(&bundle)
        .denied(UntrustedRoot);
}

#[test]
fn url_chooses_a_log_of_the_root() {
    let public = Sigstore::new();
    let signing = || public.sign(&public.issue(release()), signature());
    let only = |url: &str| Case::new(&public).also(&format!("transparency-log: {{ url: {url} }}"));
    let first = only("https://rekor.public.example");
    first.clone().bundle(&signing().rekor_v1().bundle()).allowed();
    first
        .bundle(&signing().rekor_v2().timestamp().bundle())
        .denied(UntrustedRoot);
    only("https://log2026.public.example/")
        .bundle(&signing().rekor_v2().timestamp().bundle())
        .allowed();
    only("https://rekor.corp.example").policy_error("has no log `https://rekor.corp.example`");
    for url in [
        "http://rekor.corp.example",
        "https://",
        "rekor.corp.example",
        "https://Rekor.example",
    ] {
        only(url).policy_error("is no log's URL");
    }
}

#[test]
fn log_of_a_key_signer() {
    let (public, corp) = (Sigstore::new(), Sigstore::named("corp"));
    let key = Key::p256("ops");
    let logged = public
        .sign(&key, signature())
        .logged_v1(&corp.rekor_v1, Kind::Dsse001, Evidence::PromiseAndProof)
        .bundle();
    let case = with_keys(Case::new(&public).with_logged_key("ops", &key), &corp).rule("by: ops");
    case.clone().bundle(&logged).denied(UntrustedRoot);
    case.signer("ops", "key: keys/ops.pub, transparency-log: { key: keys/rekor.pub }")
        .bundle(&logged)
        .allowed();
}

#[test]
fn an_entry_is_never_looked_up() {
    let public = Sigstore::new();
    let bundle = public.sign(&public.issue(release()), signature()).timestamp().bundle();
    let never = Case::new(&public).also("transparency-log: { online: never }");
    let report = never.bundle(&bundle).denied(LogEntryMissing);
    assert_eq!(report.wanted.len(), 0);
    for word in ["fallback", "always"] {
        Case::new(&public)
            .also(&format!("transparency-log: {{ online: {word} }}"))
            .policy_error("not supported yet");
    }
}

/// Two signers in one policy, one with logs of its own: neither is proven by the other's.
#[test]
fn logs_never_reach_another_signer_fail() {
    let (public, corp) = (Sigstore::new(), Sigstore::named("corp"));
    let workflow = "repository: acme/app, workflow: acme/app/.github/workflows/release.yml, ref: refs/heads/main";
    let case = |by: &str| {
        with_keys(Case::new(&public), &corp)
            .signer(
                "first",
                &format!("github: {{ {workflow} }}, transparency-log: {{ key: keys/rekor.pub }}"),
            )
            .signer(
                "second",
                &format!("github: {{ {workflow} }}, ct-log: {{ required: false }}"),
            )
            .rule(&format!("by: {by}"))
    };
    let leaf = public.issue(release().sct(Sct::Absent));
    let unlogged_certificate = public
        .sign(&leaf, signature())
        .logged_v1(&corp.rekor_v1, Kind::Dsse001, Evidence::PromiseAndProof)
        .bundle();
    case("{ any-of: [first, second] }")
        .bundle(&unlogged_certificate)
        .denied(SctMissing);
    // One person stays one: logs do not make two of them.
    let twice = |log: &Rekor, time: i64| {
        let leaf = public.issue(release().issued_at(time));
        let signing = public.sign(&leaf, signature());
        signing
            .logged_v1(log, Kind::Dsse001, Evidence::PromiseAndProof)
            .bundle()
    };
    case("{ all-of: [first, second] }")
        .bundle(&twice(&corp.rekor_v1, clock::NOON))
        .bundle(&twice(&public.rekor_v1, clock::NOON + 60))
        .denied_for(UntrustedRoot, "too few distinct signers");
}

#[test]
fn keys_that_contradict_or_are_none_error() {
    let (public, corp) = (Sigstore::new(), Sigstore::named("corp"));
    let case = |yaml: &str| with_keys(Case::new(&public), &corp).also(yaml);
    case("ct-log: { required: false, key: keys/ct.pub }").policy_error("`key` of a log that is not required");
    case("transparency-log: { required: false, key: keys/rekor.pub }")
        .policy_error("`key` of a log that is not required");
    case("transparency-log: { required: false, url: 'https://rekor.corp.example' }").policy_error("`url` of a log");
    let private = "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n";
    case("ct-log: { key: keys/private.pem }")
        .file("keys/private.pem", private.as_bytes())
        .policy_error("a private key where a public key is expected");
}
