//! Ed25519 with points of small order, where one signature can fit many messages.

use ed25519_dalek::{SigningKey, VerifyingKey};
use rsa::BigUint;
use sha2::{Digest, Sha512};
use sigstore_crypto::SigningScheme;

use crate::crypto_vectors::{Case, Expected};

/// Order 1, 2, 4, 4, 8, 8, 8, 8: the eight points, each in its only canonical encoding.
pub const SMALL_ORDER: [&str; 8] = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
];

/// Some of the same points with y >= p, or with a sign although x = 0.
pub const NOT_CANONICAL: [&str; 6] = [
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

/// RFC 8032 section 5.1: the base point B, and L, its order.
const BASE_POINT: &str = "5866666666666666666666666666666666666666666666666666666666666666";
const ORDER: &[u8] = b"1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed";

/// S = 1 and R = B under a key of small order: good for each message whose k is a multiple of eight.
pub fn key_of_small_order(key: &str) -> Case {
    let (key, r) = (bytes(key), bytes(BASE_POINT));
    signature(&key, &r, |_| BigUint::from(1u8))
}

/// R is a point of small order, S = k a: good for each message whose k is a multiple of eight, when R is neutral.
pub fn neutral_r() -> Case {
    let key = SigningKey::from_bytes(&[7; 32]);
    let a = scalar(&[7; 32]);
    signature(key.verifying_key().as_bytes(), &bytes(SMALL_ORDER[0]), |k| k * a)
}

/// A key with a part of order eight, and a signature that fits nevertheless: RFC 8032 and both providers take it.
pub fn key_with_torsion() -> Case {
    let torsion: [u8; 32] = bytes(SMALL_ORDER[4]).try_into().unwrap();
    let torsion = VerifyingKey::from_bytes(&torsion).unwrap().to_edwards();
    let a = SigningKey::from_bytes(&[7; 32]).verifying_key().to_edwards();
    let r = SigningKey::from_bytes(&[9; 32]).verifying_key();
    let key = VerifyingKey::from(a + torsion);
    let (a, nonce) = (scalar(&[7; 32]), scalar(&[9; 32]));
    signature(key.as_bytes(), r.as_bytes(), |k| nonce + k * a)
}

fn signature(key: &[u8], r: &[u8], s: impl FnOnce(BigUint) -> BigUint) -> Case {
    let (message, k) = (0u32..)
        .map(|counter| counter.to_be_bytes().to_vec())
        .map(|message| (reduce(&Sha512::digest([r, key, &message].concat())), message))
        .find_map(|(k, message)| (&k % 8u8 == BigUint::from(0u8)).then_some((message, k)))
        .unwrap();
    let mut s = (s(k) % order()).to_bytes_le();
    s.resize(32, 0);
    Case {
        name: format!("Ed25519 key {key:02x?}"),
        scheme: SigningScheme::Ed25519,
        key: key.to_vec(),
        spki: vec![],
        message,
        signature: [r, &s].concat(),
        expected: Expected::Invalid,
    }
}

/// RFC 8032 section 5.1.5, the secret scalar of a seed.
fn scalar(seed: &[u8; 32]) -> BigUint {
    let mut hash = Sha512::digest(seed);
    hash[0] &= 0xf8;
    hash[31] = hash[31] & 0x7f | 0x40;
    BigUint::from_bytes_le(&hash[..32])
}

fn reduce(little_endian: &[u8]) -> BigUint {
    BigUint::from_bytes_le(little_endian) % order()
}

fn order() -> BigUint {
    BigUint::parse_bytes(ORDER, 16).unwrap()
}

pub fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}
