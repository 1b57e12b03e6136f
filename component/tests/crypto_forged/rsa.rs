//! RSA, where the key may be chosen: for any encoded message m and small e, s is a signature under n = s^e - m.
//! That reaches every size of modulus and every hash, and keys that no generator makes.

use rsa::BigUint;
use sha2::{Digest, Sha256, Sha384, Sha512};
use sigstore_crypto::SigningScheme as S;

use super::{integer, tlv};
use crate::crypto_vectors::{Case, Expected};

/// The message of all of them.
const MESSAGE: &[u8] = b"nobody signed this";

/// RFC 8017 section 9.2 note 1, the bytes before the digest of SHA-256, SHA-384 and SHA-512.
const DIGEST_INFO: [&[u8]; 3] = [
    &[
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
        0x20,
    ],
    &[
        0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04,
        0x30,
    ],
    &[
        0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04,
        0x40,
    ],
];

const PKCS1: [S; 3] = [S::RsaPkcs1Sha256, S::RsaPkcs1Sha384, S::RsaPkcs1Sha512];
const PSS: [S; 3] = [S::RsaPssSha256, S::RsaPssSha384, S::RsaPssSha512];

struct Key {
    n: BigUint,
    e: u8,
    s: BigUint,
}

/// On each of these both providers must agree, and say what is expected.
pub fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    for hash in 0..3 {
        for bits in [2048, 2050, 2055, 2056, 3071, 3072, 4096, 4097, 6144, 8191, 8192] {
            cases.push(case("good", PKCS1[hash], &pkcs1(hash, bits), bits, Expected::Valid));
            if bits % 8 != 1 {
                cases.push(case(
                    "good",
                    PSS[hash],
                    &pss(hash, bits, hash_size(hash)),
                    bits,
                    Expected::Valid,
                ));
            }
        }
        for bits in [1536, 2047, 8193, 8200, 10240] {
            cases.push(case("size", PKCS1[hash], &pkcs1(hash, bits), bits, Expected::Invalid));
            cases.push(case(
                "size",
                PSS[hash],
                &pss(hash, bits, hash_size(hash)),
                bits,
                Expected::Invalid,
            ));
        }
        cases.extend(bad_keys(hash));
        cases.extend(bad_messages(hash));
    }
    cases
}

/// A modulus of 8k + 1 bits under PSS, whole and with the octet that rsa 0.9 does not look at set to one.
pub fn pss_octet_in_front() -> [Case; 2] {
    let (bits, size) = (2049, hash_size(0));
    let encoded = BigUint::from_bytes_be(&encode_pss(0, bits, size));
    let set = &encoded + (BigUint::from(1u8) << 2048);
    [encoded, set].map(|message| {
        case(
            "octet in front",
            PSS[0],
            &fit(&message, bits, 3, true),
            bits,
            Expected::Invalid,
        )
    })
}

fn bad_keys(hash: usize) -> Vec<Case> {
    let bits = 2048;
    let encoded = BigUint::from_bytes_be(&encode_pkcs1(hash, bits));
    let good = pkcs1(hash, bits);
    let mut cases: Vec<_> = [
        (
            "e = 1",
            Key {
                n: good.n.clone(),
                e: 1,
                s: encoded.clone(),
            },
        ),
        ("e = 2", fit(&encoded, bits, 2, true)),
        ("e = 4", fit(&encoded, bits, 4, true)),
        ("even modulus", fit(&encoded, bits, 3, false)),
    ]
    .map(|(name, key)| case(name, PKCS1[hash], &key, bits, Expected::Invalid))
    .into();
    let (n, e) = (integer(&good.n.to_bytes_be()), integer(&[good.e]));
    for (name, key) in [
        (
            "trailing byte",
            [tlv(0x30, &[n.clone(), e.clone()].concat()), vec![0]].concat(),
        ),
        ("third integer", tlv(0x30, &[&n[..], &e, &[2, 1, 1]].concat())),
        ("swapped", tlv(0x30, &[e.clone(), n.clone()].concat())),
        (
            "leading zero in n",
            tlv(0x30, &[tlv(2, &[&[0], &n[4..]].concat()), e.clone()].concat()),
        ),
        (
            "negative n",
            tlv(0x30, &[tlv(2, &good.n.to_bytes_be()), e.clone()].concat()),
        ),
        ("leading zero in e", tlv(0x30, &[&n[..], &[2, 2, 0, 3]].concat())),
        ("long length of e", tlv(0x30, &[&n[..], &[2, 0x81, 1, 3]].concat())),
        ("only n", tlv(0x30, &n)),
        ("n = 0", tlv(0x30, &[&[2, 1, 0], &e[..]].concat())),
        ("e = 0", tlv(0x30, &[&n[..], &[2, 1, 0]].concat())),
        (
            "e of 34 bits",
            tlv(0x30, &[&n[..], &integer(&[2, 0, 0, 0, 1])].concat()),
        ),
        ("e as long as n", tlv(0x30, &[&n[..], &n].concat())),
        ("no key", vec![]),
    ] {
        let mut bad = case(name, PKCS1[hash], &good, bits, Expected::Invalid);
        bad.key = key;
        cases.push(bad);
    }
    cases
}

fn bad_messages(hash: usize) -> Vec<Case> {
    let bits = 2056;
    let (good, size) = (pkcs1(hash, bits), hash_size(hash));
    let good_pss = pss(hash, bits, size);
    let plus_n = |key: Key| Key {
        s: &key.s + &key.n,
        ..key
    };
    let other = (hash + 1) % 3;
    vec![
        case(
            "of another hash",
            PKCS1[hash],
            &pkcs1(other, bits),
            bits,
            Expected::Invalid,
        ),
        case("of the other padding", PKCS1[hash], &good_pss, bits, Expected::Invalid),
        case("of the other padding", PSS[hash], &good, bits, Expected::Invalid),
        case("salt empty", PSS[hash], &pss(hash, bits, 0), bits, Expected::Invalid),
        case(
            "salt short",
            PSS[hash],
            &pss(hash, bits, size - 1),
            bits,
            Expected::Invalid,
        ),
        case(
            "salt long",
            PSS[hash],
            &pss(hash, bits, size + 1),
            bits,
            Expected::Invalid,
        ),
        case("s + n", PKCS1[hash], &plus_n(good), bits, Expected::Invalid),
        case("s + n", PSS[hash], &plus_n(good_pss), bits, Expected::Invalid),
    ]
}

fn pkcs1(hash: usize, bits: usize) -> Key {
    let encoded = BigUint::from_bytes_be(&encode_pkcs1(hash, bits));
    fit(&encoded, bits, 3, true)
}

fn pss(hash: usize, bits: usize, salt: usize) -> Key {
    let encoded = BigUint::from_bytes_be(&encode_pss(hash, bits, salt));
    fit(&encoded, bits, 3, true)
}

/// Seeks s so that n = s^e - m has `bits` bits, near the top of their range, and is odd or even.
fn fit(encoded: &BigUint, bits: usize, e: u8, odd: bool) -> Key {
    let one = BigUint::from(1u8);
    let target = (&one << bits) - (&one << (bits - 8)) + encoded;
    let mut s = BigUint::from(0u8);
    for bit in (0..=bits / usize::from(e) + 1).rev() {
        let larger = &s | (&one << bit);
        if power(&larger, e) <= target {
            s = larger;
        }
    }
    loop {
        let n = power(&s, e) - encoded;
        if (&n % 2u8 == one) == odd {
            assert_eq!(n.bits(), bits);
            assert!(*encoded < n);
            return Key { n, e, s };
        }
        s -= &one;
    }
}

fn power(base: &BigUint, exponent: u8) -> BigUint {
    (1..exponent).fold(base.clone(), |product, _| product * base)
}

fn case(name: &str, scheme: S, key: &Key, bits: usize, expected: Expected) -> Case {
    let size = bits.div_ceil(8);
    let s = key.s.to_bytes_be();
    let der = tlv(0x30, &[integer(&key.n.to_bytes_be()), integer(&[key.e])].concat());
    Case {
        name: format!("{} {bits} bits, {name}", scheme.name()),
        scheme,
        spki: vec![],
        key: der,
        message: MESSAGE.to_vec(),
        signature: [vec![0; size.saturating_sub(s.len())], s].concat(),
        expected,
    }
}

/// RFC 8017 section 9.2.
fn encode_pkcs1(hash: usize, bits: usize) -> Vec<u8> {
    let info = [DIGEST_INFO[hash], &digest(hash, &[MESSAGE])].concat();
    let padding = vec![0xff; bits.div_ceil(8) - info.len() - 3];
    [&[0, 1], &padding[..], &[0], &info].concat()
}

/// RFC 8017 section 9.1.1, with a salt of 0x5a.
fn encode_pss(hash: usize, bits: usize, salt: usize) -> Vec<u8> {
    let (size, salt) = ((bits - 1).div_ceil(8), vec![0x5a; salt]);
    let h = digest(hash, &[&[0; 8], &digest(hash, &[MESSAGE]), &salt]);
    let mut db = vec![0; size - h.len() - salt.len() - 2];
    db.push(1);
    db.extend(salt);
    let mask = (0u32..).flat_map(|counter| digest(hash, &[&h, &counter.to_be_bytes()]));
    for (byte, mask) in db.iter_mut().zip(mask) {
        *byte ^= mask;
    }
    db[0] &= 0xff >> (8 * size - (bits - 1));
    [&db[..], &h, &[0xbc]].concat()
}

fn digest(hash: usize, parts: &[&[u8]]) -> Vec<u8> {
    let message = parts.concat();
    match hash {
        0 => Sha256::digest(message).to_vec(),
        1 => Sha384::digest(message).to_vec(),
        _ => Sha512::digest(message).to_vec(),
    }
}

fn hash_size(hash: usize) -> usize {
    [32, 48, 64][hash]
}
