//! ML-DSA, FIPS 204 algorithm 3, pure and with the empty context string, as Sigstore and RFC 9881 use it.

use ml_dsa::{EncodedSignature, EncodedVerifyingKey, MlDsaParams, Signature, VerifyingKey};

use super::Invalid;

pub(super) fn verify<P: MlDsaParams>(key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), Invalid> {
    let key = EncodedVerifyingKey::<P>::try_from(key).map_err(|_| Invalid)?;
    let signature = EncodedSignature::<P>::try_from(signature).map_err(|_| Invalid)?;
    let signature = Signature::<P>::decode(&signature).ok_or(Invalid)?;
    VerifyingKey::<P>::decode(&key)
        .verify_with_context(message, &[], &signature)
        .then_some(())
        .ok_or(Invalid)
}
