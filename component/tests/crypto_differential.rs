//! Our provider against aws-lc's: the same verdict and the same error, or a difference that is listed here by name.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panicking")]

mod crypto_forged;
mod crypto_vectors;

use crypto_forged::{ecdsa, ed25519, rsa};
use crypto_vectors::{Case, Expected, foreign, own};
use portcullis_component::crypto;
use sigstore_crypto::{CryptoProvider, SigningScheme as S, aws_lc_provider};
use sigstore_types::HashAlgorithm;

const SCHEMES: [S; 14] = [
    S::EcdsaP256Sha256,
    S::EcdsaP256Sha384,
    S::EcdsaP384Sha256,
    S::EcdsaP384Sha384,
    S::Ed25519,
    S::RsaPssSha256,
    S::RsaPssSha384,
    S::RsaPssSha512,
    S::RsaPkcs1Sha256,
    S::RsaPkcs1Sha384,
    S::RsaPkcs1Sha512,
    S::MlDsa44,
    S::MlDsa65,
    S::MlDsa87,
];

/// Where we refuse what aws-lc accepts. Each entry must still apply, and nothing else may differ.
const STRICTER: [(&str, &str); 6] = [
    (
        "key is an SPKI",
        "`verify_raw` is given the key inside; a second encoding is a second name for one signer",
    ),
    (
        "compressed key",
        "sigstore-crypto's `validate_raw_public_key` refuses it before aws-lc sees it",
    ),
    ("hybrid key", "as a compressed key"),
    (
        "Ed25519 key of small order",
        "one signature fits every eighth message, or every message",
    ),
    (
        "Ed25519 R of small order",
        "`verify_strict` refuses it; no honest signer makes it",
    ),
    (
        "PSS modulus of 8k + 1 bits",
        "rsa 0.9 does not check that the first octet of the encoded message is zero",
    ),
];

#[test]
fn vectors() {
    let cases = [own(), foreign()].concat();
    let compared: usize = cases.iter().map(agree).sum();
    println!("{compared} comparisons");
}

#[test]
fn each_vector_under_every_other_scheme() {
    let mut compared = 0;
    for case in one_per_set(1) {
        for scheme in SCHEMES {
            compared += agree(&Case { scheme, ..case.clone() });
        }
    }
    println!("{compared} comparisons");
}

#[test]
fn mutations_of_ecdsa() {
    mutate_all(2, |case| case.scheme.name().starts_with("ECDSA"));
}

#[test]
fn mutations_of_rsa() {
    // rsa 0.9 takes 5 ms for 8192 bits: those have the vectors and forged_rsa, where the sizes are tried.
    mutate_all(1, |case| {
        case.scheme.name().starts_with("RSA") && case.signature.len() < 1024
    });
}

#[test]
fn mutations_of_the_others() {
    mutate_all(2, |case| !case.scheme.supports_prehashed());
}

#[test]
fn forged_ecdsa() {
    for forged in ecdsa::all().into_iter().chain(ecdsa::edge_scalars()) {
        let ours = prehashed(crypto::provider(), &forged);
        assert_eq!(ours.is_ok(), forged.accepted, "{}", forged.name);
        assert_eq!(ours, prehashed(aws_lc_provider(), &forged), "{}", forged.name);
    }
}

#[test]
fn forged_rsa() {
    for case in rsa::all() {
        agree(&case);
        assert_eq!(
            verdict(crypto::provider(), &case).is_ok(),
            case.expected == Expected::Valid,
            "{}",
            case.name
        );
    }
    // Both refuse the octet that is set; what is stricter is the whole key, below.
    let [_, octet_set] = rsa::pss_octet_in_front();
    agree(&octet_set);
}

#[test]
fn forged_ed25519() {
    for key in ed25519::NOT_CANONICAL {
        let case = ed25519::key_of_small_order(key);
        agree(&case);
        assert!(verdict(crypto::provider(), &case).is_err(), "{key}");
    }
    let torsion = ed25519::key_with_torsion();
    agree(&torsion);
    assert!(verdict(crypto::provider(), &torsion).is_ok());
}

/// RFC 6979 appendix A.2.5, P-256 with SHA-384, for which Wycheproof has nothing.
#[test]
fn p256_with_sha384() {
    for case in p256_sha384() {
        assert_eq!(verdict(crypto::provider(), &case), Ok(()));
        agree(&case);
        mutate(&case);
    }
}

#[test]
fn stricter() {
    let mut differences = vec![];
    for case in one_per_set(1) {
        differences.push((
            "key is an SPKI",
            Case {
                key: case.spki.clone(),
                ..case
            },
        ));
    }
    for key in ed25519::SMALL_ORDER {
        differences.push(("Ed25519 key of small order", ed25519::key_of_small_order(key)));
    }
    differences.push(("Ed25519 R of small order", ed25519::neutral_r()));
    let [whole, _] = rsa::pss_octet_in_front();
    differences.push(("PSS modulus of 8k + 1 bits", whole));
    let mut names = vec![];
    for (name, case) in differences {
        assert!(
            verdict(crypto::provider(), &case).is_err(),
            "{name}: we accept {}",
            case.name
        );
        assert!(
            verdict(aws_lc_provider(), &case).is_ok(),
            "{name}: aws-lc refuses {}",
            case.name
        );
        names.push(name);
    }
    for (name, forged) in ecdsa::other_point_encodings() {
        assert!(
            prehashed(crypto::provider(), &forged).is_err(),
            "{name}: we accept {}",
            forged.name
        );
        assert!(
            prehashed(aws_lc_provider(), &forged).is_ok(),
            "{name}: aws-lc refuses {}",
            forged.name
        );
        names.push(name);
    }
    for (name, reason) in STRICTER {
        assert!(names.contains(&name), "`{name}` ({reason}) no longer applies");
    }
    assert!(names.iter().all(|name| STRICTER.iter().any(|(known, _)| known == name)));
}

#[test]
fn garbage() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for round in 0..400 {
        for scheme in SCHEMES {
            let key = random.bytes(key_size(scheme, round));
            let signature_size = signature_size(scheme, round);
            agree(&Case {
                name: format!("garbage {round} {}", scheme.name()),
                scheme,
                key,
                spki: vec![],
                message: random.bytes(round),
                signature: random.bytes(signature_size),
                expected: Expected::Invalid,
            });
        }
    }
}

#[test]
fn digests_of_another_length() {
    for case in one_per_set(1) {
        for size in [0, 1, 20, 31, 32, 33, 48, 64, 65] {
            let digest = vec![0; size];
            let of = |provider: &dyn CryptoProvider| {
                let verdict = provider.verify_prehashed(case.scheme, &case.key, &digest, &case.signature);
                verdict.map_err(|error| format!("{error:?}"))
            };
            assert_eq!(of(crypto::provider()), of(aws_lc_provider()), "{} {size}", case.name);
            assert!(of(crypto::provider()).is_err());
        }
    }
}

#[test]
fn hashes() {
    let (ours, theirs) = (crypto::provider(), aws_lc_provider());
    let data = Random(1).bytes(300);
    for size in 0..data.len() {
        let data = &data[..size];
        assert_eq!(ours.sha256(data), theirs.sha256(data));
        assert_eq!(ours.sha384(data), theirs.sha384(data));
        assert_eq!(ours.sha512(data), theirs.sha512(data));
        for algorithm in [HashAlgorithm::Sha2256, HashAlgorithm::Sha2384, HashAlgorithm::Sha2512] {
            let (head, tail) = data.split_at(size / 3);
            let of = |provider: &dyn CryptoProvider| {
                let mut context = provider.hash(algorithm).unwrap();
                context.update(head);
                context.update(tail);
                context.finalize()
            };
            assert_eq!(of(ours), of(theirs));
        }
    }
}

type Verdict = Result<(), String>;

fn verdict(provider: &dyn CryptoProvider, case: &Case) -> Verdict {
    let verdict = provider.verify_raw(case.scheme, &case.key, &case.message, &case.signature);
    verdict.map_err(|error| format!("{error:?}"))
}

fn prehashed(provider: &dyn CryptoProvider, forged: &ecdsa::Forged) -> Verdict {
    let verdict = provider.verify_prehashed(forged.scheme, &forged.key, &forged.digest, &forged.signature);
    verdict.map_err(|error| format!("{error:?}"))
}

/// Fails unless both say the same, of the message and of its digest; returns how many comparisons that were.
fn agree(case: &Case) -> usize {
    let ours = verdict(crypto::provider(), case);
    assert_eq!(ours, verdict(aws_lc_provider(), case), "{}", case.name);
    let Some(algorithm) = case.scheme.hash_algorithm() else {
        return 1;
    };
    let forged = ecdsa::Forged {
        name: case.name.clone(),
        scheme: case.scheme,
        key: case.key.clone(),
        digest: digest(algorithm, &case.message),
        signature: case.signature.clone(),
        accepted: ours.is_ok(),
    };
    assert_eq!(prehashed(crypto::provider(), &forged), ours, "{} by digest", case.name);
    assert_eq!(prehashed(aws_lc_provider(), &forged), ours, "{} by digest", case.name);
    2
}

fn digest(algorithm: HashAlgorithm, message: &[u8]) -> Vec<u8> {
    let mut context = aws_lc_provider().hash(algorithm).unwrap();
    context.update(message);
    context.finalize()
}

/// The first good signatures of each Wycheproof set.
fn one_per_set(count: usize) -> Vec<Case> {
    let mut cases = own();
    cases.retain(|case| case.expected == Expected::Valid && !case.message.is_empty());
    let set = |case: &Case| case.name.split(' ').next().unwrap().to_owned();
    let mut taken: Vec<Case> = vec![];
    for case in cases {
        if taken.iter().filter(|other| set(other) == set(&case)).count() < count {
            taken.push(case);
        }
    }
    taken
}

fn mutate_all(count: usize, wanted: impl Fn(&Case) -> bool) {
    let cases = one_per_set(count).into_iter().filter(wanted);
    let compared: usize = cases.map(|case| mutate(&case)).sum();
    println!("{compared} comparisons");
}

fn mutate(case: &Case) -> usize {
    let budget = match case.scheme.name() {
        name if name.starts_with("RSA") => 40,
        _ => 800,
    };
    let mut compared = 0;
    for signature in mutations(&case.signature, budget) {
        compared += agree(&Case {
            signature,
            ..case.clone()
        });
    }
    for key in mutations(&case.key, budget)
        .into_iter()
        .filter(|key| !is_hybrid(case.scheme, key))
    {
        compared += agree(&Case { key, ..case.clone() });
    }
    for message in mutations(&case.message, 40) {
        compared += agree(&Case {
            message,
            ..case.clone()
        });
    }
    compared
}

/// One flip away from `04 || X || Y` is the hybrid encoding of the same point, which `STRICTER` lists.
fn is_hybrid(scheme: S, key: &[u8]) -> bool {
    scheme.name().starts_with("ECDSA") && matches!(key.first(), Some(6 | 7)) && key.len() % 2 == 1
}

/// Flipped bits, evenly spread but dense at both ends, and everything shorter or longer by a little.
fn mutations(bytes: &[u8], budget: usize) -> Vec<Vec<u8>> {
    let bits = 8 * bytes.len();
    let stride = bits.div_ceil(budget).max(1) | 1;
    let dense = budget / 4;
    let chosen = (0..bits).filter(|bit| bit % stride == 0 || *bit < dense || bits - bit <= dense);
    let mut mutations: Vec<_> = chosen
        .map(|bit| {
            let mut flipped = bytes.to_vec();
            flipped[bit / 8] ^= 0x80 >> (bit % 8);
            flipped
        })
        .collect();
    let lengths = (0..bytes.len()).step_by((bytes.len() / budget).max(1));
    mutations.extend(lengths.map(|length| bytes[..length].to_vec()));
    for byte in [0, 1, 0xff] {
        mutations.push([bytes, &[byte]].concat());
        mutations.push([&[byte], bytes].concat());
        mutations.push(vec![byte; bytes.len()]);
    }
    mutations.push([bytes, bytes].concat());
    mutations.push(bytes.iter().rev().copied().collect());
    mutations
}

fn p256_sha384() -> [Case; 2] {
    let key = "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6\
               7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
    let sample = "0eafea039b20e9b42309fb1d89e213057cbf973dc0cfc8f129edddc800ef7719\
                  4861f0491e6998b9455193e34e7b0d284ddd7149a74b95b9261f13abde940954";
    let test = "83910e8b48bb0c74244ebdf7f07a1c5413d61472bd941ef3920e623fbccebeb6\
                8ddbec54cf8cd5874883841d712142a56a8d0f218f5003cb0296b6b509619f2c";
    [("sample", sample), ("test", test)].map(|(message, signature)| {
        let signature = ed25519::bytes(signature);
        let (r, s) = signature.split_at(32);
        let integers = [crypto_forged::integer(r), crypto_forged::integer(s)].concat();
        Case {
            name: format!("RFC 6979 {message}"),
            scheme: S::EcdsaP256Sha384,
            key: ed25519::bytes(key),
            spki: vec![],
            message: message.into(),
            signature: crypto_forged::tlv(0x30, &integers),
            expected: Expected::Valid,
        }
    })
}

/// Half of the rounds have the right size, the others any.
fn key_size(scheme: S, round: usize) -> usize {
    match (round % 2, scheme) {
        (0, S::EcdsaP256Sha256 | S::EcdsaP256Sha384) => 65,
        (0, S::EcdsaP384Sha256 | S::EcdsaP384Sha384) => 97,
        (0, S::Ed25519) => 32,
        (0, S::MlDsa44) => 1312,
        (0, S::MlDsa65) => 1952,
        (0, S::MlDsa87) => 2592,
        _ => round,
    }
}

fn signature_size(scheme: S, round: usize) -> usize {
    match (round % 2, scheme) {
        (0, S::Ed25519) => 64,
        (0, S::MlDsa44) => 2420,
        (0, S::MlDsa65) => 3309,
        (0, S::MlDsa87) => 4627,
        _ => round,
    }
}

/// xorshift64: the same garbage in every run.
struct Random(u64);

impl Random {
    fn bytes(&mut self, size: usize) -> Vec<u8> {
        (0..size).map(|_| self.byte()).collect()
    }

    fn byte(&mut self) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 32) as u8
    }
}
