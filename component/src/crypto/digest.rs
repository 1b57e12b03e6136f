//! A digest together with the hash that made it, so that no scheme can be handed bytes of another length.

use sha2::{Digest as _, Sha256, Sha384, Sha512};
use sigstore_crypto::{Error, Result, SigningScheme};
use sigstore_types::HashAlgorithm;

pub(super) enum Digest {
    Sha256([u8; 32]),
    Sha384([u8; 48]),
    Sha512([u8; 64]),
}

impl Digest {
    /// Hashes `data` the way `scheme` does before signing.
    pub(super) fn of(scheme: SigningScheme, data: &[u8]) -> Result<Self> {
        match algorithm(scheme)? {
            HashAlgorithm::Sha2256 => Ok(Self::Sha256(Sha256::digest(data).into())),
            HashAlgorithm::Sha2384 => Ok(Self::Sha384(Sha384::digest(data).into())),
            HashAlgorithm::Sha2512 => Ok(Self::Sha512(Sha512::digest(data).into())),
            _ => Err(not_prehashed(scheme)),
        }
    }

    /// Takes a digest that the caller computed with the hash of `scheme`; only its length can be checked.
    pub(super) fn import(scheme: SigningScheme, digest: &[u8]) -> Result<Self> {
        let algorithm = algorithm(scheme)?;
        let imported = match algorithm {
            HashAlgorithm::Sha2256 => digest.try_into().map(Self::Sha256),
            HashAlgorithm::Sha2384 => digest.try_into().map(Self::Sha384),
            HashAlgorithm::Sha2512 => digest.try_into().map(Self::Sha512),
            _ => return Err(not_prehashed(scheme)),
        };
        imported.map_err(|_| {
            Error::Verification(format!(
                "Failed to import digest: len={}, algo_expected_len={}",
                digest.len(),
                algorithm.digest_size()
            ))
        })
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Sha256(bytes) => bytes,
            Self::Sha384(bytes) => bytes,
            Self::Sha512(bytes) => bytes,
        }
    }
}

/// The texts of this module's errors are those of sigstore-crypto's own provider, so that replacing it changes none.
pub(super) fn not_prehashed(scheme: SigningScheme) -> Error {
    Error::UnsupportedAlgorithm(format!("Scheme {scheme:?} does not support prehashed mode"))
}

fn algorithm(scheme: SigningScheme) -> Result<HashAlgorithm> {
    scheme.hash_algorithm().ok_or_else(|| not_prehashed(scheme))
}
