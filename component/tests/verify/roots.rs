//! Trusted roots: evidence is proven wholly under the one root of its signer. Pins `Prover::root`, `Part` (one authority, one
//! log), `Root::read` and the principal that a root is part of.

use portcullis_component::wit::basics::ResultClass::*;
use serde_json::json;
use testbed::*;

use crate::case::{Case, GITHUB, WORKFLOW, release, signature};

/// Public and corporate root in one policy; `release` is proven under the public one, `corp` under the other.
fn two_roots(public: &Sigstore, corp: &Sigstore) -> Case {
    let of_corp = "keyless: { issuer: https://idp.corp.example, identity: release@corp.example }, trust: corp";
    Case::new(public)
        .root("corp", &corp.trusted_root())
        .also("trust: public")
        .signer("corp", of_corp)
        .rule("by: { any-of: [release, corp] }")
}

fn by(sigstore: &Sigstore, request: CertificateRequest) -> serde_json::Value {
    sigstore
        .sign(&sigstore.issue(request), signature())
        .rekor_v1()
        .timestamp()
        .bundle()
}

#[test]
fn root_corp_forges_github_fail() {
    let (public, corp) = (Sigstore::new(), Sigstore::named("corp"));
    let case = two_roots(&public, &corp);
    case.clone().bundle(&by(&corp, release())).denied(IdentityMismatch);
    case.clone().bundle(&by(&public, release())).allowed();
    let own = CertificateRequest::email("release@corp.example", "https://idp.corp.example");
    case.clone().bundle(&by(&corp, own.clone())).allowed();
    case.bundle(&by(&public, own)).denied(IdentityMismatch);
}

#[test]
fn roots_mixed_ca_log_fail() {
    let (public, corp) = (Sigstore::new(), Sigstore::named("corp"));
    let case = two_roots(&public, &corp).rule("by: release");
    let of_corp = public.sign(&corp.issue(release()), signature()).rekor_v1();
    case.clone()
        .bundle(&of_corp.bundle())
        .denied_for(UntrustedRoot, "not issued by an authority");
    let signing = public.sign(&public.issue(release()), signature());
    let logged = signing
        .clone()
        .timestamp()
        .logged_v1(&corp.rekor_v1, Kind::Dsse001, Evidence::PromiseAndProof);
    case.clone()
        .bundle(&logged.bundle())
        .denied_for(UntrustedRoot, "no log entry is of a log");
    case.clone()
        .bundle(&signing.rekor_v2().timestamp_by(&corp.tsa).bundle())
        .denied(TimeMissing);
    let leaf = public.intermediate.issue_logged(release(), &corp.ct_log);
    case.bundle(&public.sign(&leaf, signature()).rekor_v1().bundle())
        .denied(SctMissing);
}

#[test]
fn several_roots_and_a_signer_that_names_none_error() {
    let (public, corp) = (Sigstore::new(), Sigstore::named("corp"));
    let keyless = format!("keyless: {{ issuer: {GITHUB}, identity: {WORKFLOW} }}");
    for signer in [keyless.as_str(), "gitlab: { project: acme/app, ref: refs/heads/main }"] {
        let case = Case::new(&public)
            .root("corp", &corp.trusted_root())
            .signer("release", signer);
        case.policy_error("names none of them");
    }
}

/// In one root, too, nothing borrows the certificate of another authority with the same name.
#[test]
fn authority_with_the_same_name() {
    let (public, corp) = (Sigstore::new(), Sigstore::named("corp"));
    let namesake = Authority::self_signed(CertificateRequest::ca("public-intermediate").key(Key::p384("namesake")));
    let root = public
        .trusted_root()
        .with_ca("https://namesake.example", &[&namesake.certificate]);
    let case = Case::new(&public).root("public", &root);
    case.clone().bundle(&by(&public, release())).allowed();
    let leaf = namesake.issue_logged(release(), &public.ct_log);
    case.clone()
        .bundle(&public.sign(&leaf, signature()).rekor_v1().bundle())
        .allowed();
    let leaf = namesake.issue_logged(release(), &corp.ct_log);
    case.bundle(&public.sign(&leaf, signature()).rekor_v1().bundle())
        .denied(SctMissing);
}

/// One root under two names must not make two people of one.
#[test]
fn one_root_under_two_names_fail() {
    let public = Sigstore::new();
    let alice =
        |root: &str| format!("keyless: {{ issuer: https://id.example, identity: alice@acme.example }}, trust: {root}");
    let case = Case::new(&public)
        .root("again", &public.trusted_root())
        .signer("release", &alice("public"))
        .signer("second", &alice("again"))
        .rule("by: { all-of: [release, second] }");
    let sign = |request: CertificateRequest| by(&public, request);
    let request = CertificateRequest::email("alice@acme.example", "https://id.example");
    let case = case
        .bundle(&sign(request.clone()))
        .bundle(&sign(request.issued_at(clock::NOON + 60)));
    case.denied(NoMatchingSigner);
}

#[test]
fn root_that_is_none_error() {
    let public = Sigstore::new();
    let case = |root: serde_json::Value| Case::new(&public).root("public", &TrustedRoot(root));
    let mut root = public.trusted_root().0;
    case(json!({ "mediaType": "" })).policy_error("media type");
    root["mediaType"] = json!("application/vnd.dev.sigstore.signingconfig.v0.2+json");
    case(root).policy_error("media type");
    case(TrustedRoot::empty().0).policy_error("neither a log nor a certificate authority");
    let mut twice = public.trusted_root();
    twice = twice.with_tlog(&public.rekor_v1);
    case(twice.0).policy_error("duplicate trusted log");
    let text = json::with_duplicate_key(&public.trusted_root().0, "/tlogs", json!([]));
    let source = Case::new(&public);
    let mut request = source.request();
    request.policy.files[0].content = text.into_bytes();
    assert!(portcullis_component::evaluate::evaluate(&request).is_err());
}

/// An authority or log list that is empty waives nothing.
#[test]
fn root_with_an_empty_list_fail() {
    let public = Sigstore::new();
    let bundle = by(&public, release());
    let without = |list: &str| {
        Case::new(&public)
            .root("public", &public.trusted_root().without(list))
            .bundle(&bundle)
    };
    without(trusted_root::TLOGS).denied(UntrustedRoot);
    without(trusted_root::CERTIFICATE_AUTHORITIES).denied(UntrustedRoot);
    without(trusted_root::CTLOGS).denied(UntrustedRoot);
}
