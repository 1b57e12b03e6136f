//! The signing certificate: steps 2 and 3 of the client specification (chain, SCT, profile) and what is asked of authorities.
//!
//! Each case is refused by one step alone: the SCT by `verify_sct`, the issuer by the choice of one authority
//! (`Root::issuers`) and by webpki's chain, the profile by `Leaf::read`, the authority by `Root::read` and `authority_valid`.

use portcullis_component::wit::basics::ResultClass::*;
use testbed::clock::{DAY, MINUTE, NOON};
use testbed::trusted_root::CERTIFICATE_AUTHORITIES;
use testbed::*;

use crate::case::{Case, release, signature};

fn signed_with(sigstore: &Sigstore, leaf: &Leaf) -> Case {
    Case::new(sigstore).bundle(&sigstore.sign(leaf, signature()).rekor_v1().bundle())
}

/// A root whose one authority is this chain, lowest first.
fn root_of(sigstore: &Sigstore, chain: &[&Authority]) -> TrustedRoot {
    let chain: Vec<_> = chain.iter().map(|one| one.certificate.as_slice()).collect();
    let root = sigstore.trusted_root().without(CERTIFICATE_AUTHORITIES);
    root.with_ca("https://ca.example", &chain)
}

#[test]
fn sct_absent_fail() {
    let sigstore = Sigstore::new();
    let case = signed_with(&sigstore, &sigstore.issue(release().sct(Sct::Absent)));
    case.denied_for(SctMissing, "no signed certificate timestamp");
    case.also("ct-log: { required: false }").allowed();
}

#[test]
fn sct_not_of_the_log_fail() {
    let sigstore = Sigstore::new();
    let mallory = Key::p256("mallory");
    for sct in [Sct::Forged(mallory.clone()), Sct::ByLog(mallory), Sct::OfOther] {
        let case = signed_with(&sigstore, &sigstore.issue(release().sct(sct)));
        case.denied_for(SctMissing, "SCT signature");
        case.also("ct-log: { required: false }").allowed();
    }
}

#[test]
fn sct_twice_fail() {
    let sigstore = Sigstore::new();
    signed_with(&sigstore, &sigstore.issue(release().sct(Sct::Twice))).denied_for(SctMissing, "multiple SCTs");
}

#[test]
fn sct_when_the_log_was_closed_fail() {
    let sigstore = Sigstore::new();
    let root = sigstore
        .trusted_root()
        .valid_for(trusted_root::CTLOGS, 0, NOON - 9 * DAY, Some(NOON - DAY));
    let case = signed_with(&sigstore, &sigstore.issue(release())).root("public", &root);
    case.denied_for(SctMissing, "not valid at");
}

#[test]
fn issuer_unknown_fail() {
    let (sigstore, corp) = (Sigstore::new(), Sigstore::named("corp"));
    let leaf = corp.intermediate.issue_logged(release(), &sigstore.ct_log);
    signed_with(&sigstore, &leaf).denied_for(UntrustedRoot, "not issued by an authority");
}

/// The authority's name and key id, another identity: only the authority's signature is wrong.
#[test]
fn certificate_altered_fail() {
    let sigstore = Sigstore::new();
    let mut leaf = sigstore.issue(CertificateRequest::github("evil/app", "release.yml", "refs/heads/main"));
    let mut start = 0;
    while let Some(at) = leaf.certificate[start..]
        .windows(8)
        .position(|window| window == b"evil/app")
    {
        leaf.certificate[start + at..start + at + 4].copy_from_slice(b"acme");
        start += at + 8;
    }
    let case = signed_with(&sigstore, &leaf).signer(
        "release",
        "keyless: { issuer: 'https://token.actions.githubusercontent.com', identity: \
         'https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main' }",
    );
    case.clone()
        .also("ct-log: { required: false }")
        .denied_for(UntrustedRoot, "chain");
    case.denied(UntrustedRoot);
}

#[test]
fn certificate_for_another_use_fail() {
    let sigstore = Sigstore::new();
    let leaf = sigstore.issue(release().extended_key_usage(&[TIME_STAMPING]));
    signed_with(&sigstore, &leaf).denied_for(UntrustedRoot, "chain");
}

#[test]
fn certificate_of_another_profile_fail() {
    let sigstore = Sigstore::new();
    let cases = [
        (release().key_usage(&[KEY_CERT_SIGN]), "lacks digitalSignature"),
        (release().key_usage(&[]), "has no key usage"),
        (release().path_length(0), "a CA's"),
        (release().without_san(), "no subject alternative name"),
        (release().without_claim(1).without_claim(8), "no issuer"),
    ];
    for (request, words) in cases {
        signed_with(&sigstore, &sigstore.issue(request)).denied_for(Malformed, words);
    }
}

/// A root above several issuing authorities must not issue leaves itself.
#[test]
fn issued_by_the_root_above_fail() {
    let sigstore = Sigstore::new();
    let leaf = sigstore.root.issue_logged(release(), &sigstore.ct_log);
    signed_with(&sigstore, &leaf).denied_for(UntrustedRoot, "not issued by an authority");
}

#[test]
fn bundle_brings_sub_ca_fail() {
    let mut sigstore = Sigstore::new();
    sigstore.intermediate = sigstore
        .root
        .authority(CertificateRequest::ca("intermediate").extended_key_usage(&[CODE_SIGNING]));
    let sub = sigstore
        .intermediate
        .authority(CertificateRequest::ca("sub").extended_key_usage(&[CODE_SIGNING]));
    // The same name as the authority that the root knows: what is left is the chain alone.
    let namesake = sigstore.intermediate.authority(
        CertificateRequest::ca("intermediate")
            .key(Key::p384("sub"))
            .extended_key_usage(&[CODE_SIGNING]),
    );
    for below in [sub, namesake] {
        let leaf = below.issue_logged(release(), &sigstore.ct_log);
        let signing = sigstore
            .sign(&leaf, signature())
            .rekor_v1()
            .chain(&[&below.certificate]);
        for version in [Version::V01, Version::V02] {
            Case::new(&sigstore)
                .bundle(&signing.bundle_as(version))
                .denied(UntrustedRoot);
        }
    }
}

#[test]
fn anchor_expired_fail() {
    let sigstore = Sigstore::new();
    let anchor = Authority::self_signed(CertificateRequest::ca("old").valid(NOON - 9 * DAY, NOON - 8 * DAY));
    let leaf = anchor.issue_logged(release(), &sigstore.ct_log);
    let case = signed_with(&sigstore, &leaf).root("public", &root_of(&sigstore, &[&anchor]));
    case.denied_for(UntrustedRoot, "was not valid when it was signed");
}

#[test]
fn anchor_above_expired_fail() {
    let sigstore = Sigstore::new();
    let old = Authority::self_signed(CertificateRequest::ca("old").valid(NOON - 9 * DAY, NOON + MINUTE / 60));
    let issuing = old.authority(CertificateRequest::ca("issuing"));
    let leaf = issuing.issue_logged(release(), &sigstore.ct_log);
    let case = signed_with(&sigstore, &leaf).root("public", &root_of(&sigstore, &[&issuing, &old]));
    case.denied_for(UntrustedRoot, "was not valid when it was signed");
}

#[test]
fn anchor_outside_its_window_in_the_root_fail() {
    let sigstore = Sigstore::new();
    let root = sigstore
        .trusted_root()
        .valid_for(CERTIFICATE_AUTHORITIES, 0, NOON - 9 * DAY, Some(NOON - DAY));
    signed_with(&sigstore, &sigstore.issue(release()))
        .root("public", &root)
        .denied(UntrustedRoot);
}

#[test]
fn chain_leaf_as_anchor_fail() {
    let sigstore = Sigstore::new();
    let leaf = sigstore.issue(CertificateRequest::email("dev@corp.example", "https://idp.example").subject("dev"));
    let anchor = leaf.into_authority();
    let forged = anchor.issue_logged(release(), &sigstore.ct_log);
    let chain = [&anchor, &sigstore.intermediate, &sigstore.root];
    let case = signed_with(&sigstore, &forged).root("public", &root_of(&sigstore, &chain));
    case.policy_error("which is not a CA's");
}

#[test]
fn anchor_without_cert_sign_fail() {
    let sigstore = Sigstore::new();
    let anchor = Authority::self_signed(CertificateRequest::ca("signs").key_usage(&[DIGITAL_SIGNATURE]));
    let leaf = anchor.issue_logged(release(), &sigstore.ct_log);
    let case = signed_with(&sigstore, &leaf).root("public", &root_of(&sigstore, &[&anchor]));
    case.policy_error("lacks keyCertSign");
}
