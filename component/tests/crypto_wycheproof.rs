//! Wycheproof: every `valid` vector verifies, every `invalid` one does not, and what it leaves open is decided here.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panicking")]

mod crypto_vectors;

use std::collections::BTreeMap;

use crypto_vectors::{Case, Expected, foreign, own};
use portcullis_component::crypto;

/// What Wycheproof calls `acceptable`, by flag, and whether we accept it.
const OPEN: [(&str, bool); 1] = [
    // DigestInfo without the NULL: RFC 8017 appendix A.2.4 lets a verifier take it, aws-lc does not, nor do we.
    ("MissingNull", false),
];

#[test]
fn vectors_of_the_scheme() {
    let counts = check(&own());
    let schemes: Vec<_> = counts.keys().map(String::as_str).collect();
    // P-256 with SHA-384 has no Wycheproof set; crypto_differential.rs has RFC 6979's vectors for it.
    assert_eq!(
        schemes,
        [
            "ECDSA_P256_SHA256",
            "ECDSA_P384_SHA256",
            "ECDSA_P384_SHA384",
            "ED25519",
            "ML_DSA_44",
            "ML_DSA_65",
            "ML_DSA_87",
            "RSA_PKCS1_SHA256",
            "RSA_PKCS1_SHA384",
            "RSA_PKCS1_SHA512",
            "RSA_PSS_SHA256",
            "RSA_PSS_SHA384",
            "RSA_PSS_SHA512",
        ]
    );
    for (scheme, [valid, invalid]) in counts {
        assert!(
            valid > 60 || scheme.starts_with("RSA_PKCS1") && valid > 20,
            "{scheme}: {valid} valid"
        );
        assert!(invalid > 40, "{scheme}: {invalid} invalid");
        println!("{scheme}: {valid} valid, {invalid} invalid");
    }
}

#[test]
fn vectors_of_other_schemes_are_refused() {
    for (scheme, [valid, invalid]) in check(&foreign()) {
        assert_eq!(valid, 0);
        println!("{scheme}: {invalid} invalid");
    }
}

#[test]
fn install_twice() {
    crypto::install();
    crypto::install();
    assert_eq!(format!("{:?}", sigstore_crypto::default_provider()), "RustCrypto");
}

/// Checks each case and returns how many were valid and invalid per scheme. `verify_prehashed` is compared with
/// `verify_raw` over the same vectors in crypto_differential.rs.
fn check(cases: &[Case]) -> BTreeMap<String, [usize; 2]> {
    let mut counts = BTreeMap::<String, [usize; 2]>::new();
    for case in cases {
        let valid = is_valid(case.expected);
        let verdict = crypto::provider().verify_raw(case.scheme, &case.key, &case.message, &case.signature);
        assert_eq!(verdict.is_ok(), valid, "{} {:?}", case.name, case.expected);
        counts.entry(case.scheme.name().to_owned()).or_default()[usize::from(!valid)] += 1;
    }
    counts
}

fn is_valid(expected: Expected) -> bool {
    match expected {
        Expected::Valid => true,
        Expected::Invalid => false,
        Expected::Open(flag) => OPEN.iter().find(|(open, _)| *open == flag).unwrap().1,
    }
}
