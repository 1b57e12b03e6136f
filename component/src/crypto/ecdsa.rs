//! ECDSA over P-256 and P-384, FIPS 186-5 section 6.4.2; signatures in the DER of RFC 3279 section 2.2.3.
//! The twin (r, n - s) of a good signature is good too, here as in aws-lc: a signature's bytes identify nothing.

use p256::ecdsa::signature::hazmat::PrehashVerifier;

use super::{Invalid, digest::Digest};

pub(super) fn verify_p256(key: &[u8], digest: &Digest, signature: &[u8]) -> Result<(), Invalid> {
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(uncompressed::<32>(key)?)?;
    let signature = p256::ecdsa::Signature::from_der(signature)?;
    Ok(key.verify_prehash(digest.as_bytes(), &signature)?)
}

pub(super) fn verify_p384(key: &[u8], digest: &Digest, signature: &[u8]) -> Result<(), Invalid> {
    let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(uncompressed::<48>(key)?)?;
    let signature = p384::ecdsa::Signature::from_der(signature)?;
    Ok(key.verify_prehash(digest.as_bytes(), &signature)?)
}

/// SEC 1 section 2.3.4 has further encodings of the same point; certificates and keys of Sigstore use only
/// `04 || X || Y`, and one encoding per key is what lets signers be counted by their key.
fn uncompressed<const COORDINATE: usize>(key: &[u8]) -> Result<&[u8], Invalid> {
    match key {
        [0x04, coordinates @ ..] if coordinates.len() == 2 * COORDINATE => Ok(key),
        _ => Err(Invalid),
    }
}
