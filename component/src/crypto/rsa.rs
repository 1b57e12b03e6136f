//! RSASSA-PKCS1-v1_5 and RSASSA-PSS, RFC 8017 sections 8.2.2 and 8.1.2, for moduli of 2048 to 8192 bits.

use std::ops::RangeInclusive;

use rsa::{
    BigUint, Pkcs1v15Sign, Pss, RsaPublicKey, pkcs1,
    sha2::{Sha256, Sha384, Sha512},
    traits::{PublicKeyParts, SignatureScheme},
};

use super::{Invalid, digest::Digest};

/// The range of aws-lc's `RSA_*_2048_8192_*` and of sigstore-crypto's `validate_raw_public_key`.
const MODULUS_BITS: RangeInclusive<usize> = 2048..=8192;
const MAX_MODULUS_BYTES: usize = *MODULUS_BITS.end() / 8;

/// aws-lc and `rsa` take exponents up to 33 bits, which is five bytes.
const MAX_EXPONENT_BYTES: usize = 5;

/// The DER before the digest in `DigestInfo`, RFC 8017 section 9.2 note 1. One encoding only, parameters NULL.
const SHA256_PREFIX: [u8; 19] = *b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
const SHA384_PREFIX: [u8; 19] = *b"\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30";
const SHA512_PREFIX: [u8; 19] = *b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40";

pub(super) fn verify_pkcs1(key: &[u8], digest: &Digest, signature: &[u8]) -> Result<(), Invalid> {
    let prefix = match digest {
        Digest::Sha256(_) => SHA256_PREFIX,
        Digest::Sha384(_) => SHA384_PREFIX,
        Digest::Sha512(_) => SHA512_PREFIX,
    };
    let scheme = Pkcs1v15Sign {
        hash_len: Some(digest.as_bytes().len()),
        prefix: Box::new(prefix),
    };
    verify(&public_key(key)?, scheme, digest, signature)
}

/// MGF1 uses the hash of the message, the salt is as long as the digest: what aws-lc demands.
pub(super) fn verify_pss(key: &[u8], digest: &Digest, signature: &[u8]) -> Result<(), Invalid> {
    let key = public_key(key)?;
    // RFC 8017 section 8.1.2 step 2c: the encoded message has one octet less than the modulus here, and the octet
    // in front must be zero. rsa 0.9 skips that octet unseen; nobody makes such keys, so they are refused.
    if key.n().bits() % 8 == 1 {
        return Err(Invalid);
    }
    let scheme = match digest {
        Digest::Sha256(_) => Pss::new::<Sha256>(),
        Digest::Sha384(_) => Pss::new::<Sha384>(),
        Digest::Sha512(_) => Pss::new::<Sha512>(),
    };
    verify(&key, scheme, digest, signature)
}

/// The range check of RFC 8017 section 5.2.2 is made here because rsa 0.9 leaves it out of `Pss::verify`: with it
/// s + n would be a second signature for s.
fn verify(key: &RsaPublicKey, scheme: impl SignatureScheme, digest: &Digest, signature: &[u8]) -> Result<(), Invalid> {
    if signature.len() != key.size() || BigUint::from_bytes_be(signature) >= *key.n() {
        return Err(Invalid);
    }
    key.verify(scheme, digest.as_bytes(), signature).map_err(|_| Invalid)
}

/// Reads PKCS#1 `RSAPublicKey`. Sizes are compared before any number is built; `rsa` then refuses even moduli and
/// exponents that are even, below 3 or above 33 bits.
fn public_key(der: &[u8]) -> Result<RsaPublicKey, Invalid> {
    let parts = pkcs1::RsaPublicKey::try_from(der).map_err(|_| Invalid)?;
    let modulus = parts.modulus.as_bytes();
    let exponent = parts.public_exponent.as_bytes();
    if modulus.len() > MAX_MODULUS_BYTES || exponent.len() > MAX_EXPONENT_BYTES {
        return Err(Invalid);
    }
    let modulus = BigUint::from_bytes_be(modulus);
    if !MODULUS_BITS.contains(&modulus.bits()) {
        return Err(Invalid);
    }
    // `RsaPublicKey::new` would stop at 4096 bits.
    let exponent = BigUint::from_bytes_be(exponent);
    RsaPublicKey::new_with_max_size(modulus, exponent, *MODULUS_BITS.end()).map_err(|_| Invalid)
}
