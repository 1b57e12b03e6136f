//! Ed25519, RFC 8032 section 5.1.7, without the freedom that the RFC leaves to a verifier.

use ed25519_dalek::{Signature, VerifyingKey};

use super::Invalid;

/// Under a key of small order one signature fits nearly every message, hence `verify_strict`.
pub(super) fn verify(key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), Invalid> {
    let key = canonical(key.try_into().map_err(|_| Invalid)?)?;
    Ok(key.verify_strict(message, &Signature::from_slice(signature)?)?)
}

/// ed25519-dalek decodes by ZIP 215, which takes y >= p; RFC 8032 section 5.1.3 and aws-lc refuse it.
fn canonical(bytes: &[u8; 32]) -> Result<VerifyingKey, Invalid> {
    let key = VerifyingKey::from_bytes(bytes)?;
    let encoded_again = VerifyingKey::from(key.to_edwards());
    if encoded_again.as_bytes() == bytes {
        Ok(key)
    } else {
        Err(Invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::{VerifyingKey, canonical};

    /// y = p + 3: a point of large order, for which nobody can make the signature that a vector would need.
    #[test]
    fn a_second_encoding_is_refused() {
        let mut y = [0xff; 32];
        (y[0], y[31]) = (0xed + 3, 0x7f);
        assert!(!VerifyingKey::from_bytes(&y).is_ok_and(|key| key.is_weak()));
        assert!(VerifyingKey::from_bytes(&y).is_ok());
        assert!(canonical(&y).is_err());
    }
}
