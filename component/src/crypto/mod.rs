//! sigstore-crypto's `CryptoProvider` over RustCrypto: no C and no randomness, so that the component can be pure.
//! What it accepts, aws-lc accepts; where it is stricter, `tests/crypto_differential.rs` names the case and the reason.

mod digest;
mod ecdsa;
mod ed25519;
mod hash;
mod ml_dsa;
mod rsa;

use std::sync::Once;

use ::ml_dsa::{MlDsa44, MlDsa65, MlDsa87};
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use sigstore_crypto::{CryptoProvider, Error, HashContext, Result, SigningScheme, install_default_provider};
use sigstore_types::HashAlgorithm;

use digest::Digest;

/// The provider. It has no state and only verifies: keys are neither generated nor loaded.
#[derive(Debug)]
struct RustCrypto;

static RUST_CRYPTO: RustCrypto = RustCrypto;

/// A signature, or its key, is not good. Deliberately without a cause: aws-lc gives none, and nobody may act on one.
struct Invalid;

/// The error that p256, p384 and ed25519-dalek share.
impl From<p256::ecdsa::signature::Error> for Invalid {
    fn from(_: p256::ecdsa::signature::Error) -> Self {
        Self
    }
}

/// The provider itself, for callers that must not depend on what is installed.
pub fn provider() -> &'static dyn CryptoProvider {
    &RUST_CRYPTO
}

/// Makes this the process-wide provider of sigstore-crypto. Calling it again does nothing.
///
/// # Panics
///
/// When a stranger's provider is already installed: sigstore-crypto keeps the first one, and no verdict of this
/// process would then be ours.
pub fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let installed = install_default_provider(provider()).is_ok();
        assert!(installed, "another `CryptoProvider` is already installed");
    });
}

impl CryptoProvider for RustCrypto {
    fn hash(&self, algorithm: HashAlgorithm) -> Result<Box<dyn HashContext>> {
        hash::context(algorithm)
    }

    fn sha256(&self, data: &[u8]) -> [u8; 32] {
        Sha256::digest(data).into()
    }

    fn sha384(&self, data: &[u8]) -> [u8; 48] {
        Sha384::digest(data).into()
    }

    fn sha512(&self, data: &[u8]) -> [u8; 64] {
        Sha512::digest(data).into()
    }

    fn verify_raw(&self, scheme: SigningScheme, spki_pubkey_bytes: &[u8], data: &[u8], signature: &[u8]) -> Result<()> {
        let key = spki_pubkey_bytes;
        let verdict = match scheme {
            SigningScheme::Ed25519 => ed25519::verify(key, data, signature),
            SigningScheme::MlDsa44 => ml_dsa::verify::<MlDsa44>(key, data, signature),
            SigningScheme::MlDsa65 => ml_dsa::verify::<MlDsa65>(key, data, signature),
            SigningScheme::MlDsa87 => ml_dsa::verify::<MlDsa87>(key, data, signature),
            _ => return verify_digest(scheme, key, &Digest::of(scheme, data)?, signature),
        };
        verdict.map_err(|Invalid| invalid(scheme))
    }

    fn verify_prehashed(
        &self,
        scheme: SigningScheme,
        spki_pubkey_bytes: &[u8],
        digest: &[u8],
        signature: &[u8],
    ) -> Result<()> {
        let digest = Digest::import(scheme, digest)?;
        verify_digest(scheme, spki_pubkey_bytes, &digest, signature)
    }
}

fn verify_digest(scheme: SigningScheme, key: &[u8], digest: &Digest, signature: &[u8]) -> Result<()> {
    use SigningScheme as S;
    let verdict = match scheme {
        S::EcdsaP256Sha256 | S::EcdsaP256Sha384 => ecdsa::verify_p256(key, digest, signature),
        S::EcdsaP384Sha256 | S::EcdsaP384Sha384 => ecdsa::verify_p384(key, digest, signature),
        S::RsaPkcs1Sha256 | S::RsaPkcs1Sha384 | S::RsaPkcs1Sha512 => rsa::verify_pkcs1(key, digest, signature),
        S::RsaPssSha256 | S::RsaPssSha384 | S::RsaPssSha512 => rsa::verify_pss(key, digest, signature),
        _ => return Err(digest::not_prehashed(scheme)),
    };
    verdict.map_err(|Invalid| invalid(scheme))
}

fn invalid(scheme: SigningScheme) -> Error {
    Error::Verification(format!("{} signature invalid", scheme.name()))
}
