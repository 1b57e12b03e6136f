//! Streaming SHA-2 behind sigstore-crypto's `HashContext`.

use sha2::{Digest, Sha256, Sha384, Sha512};
use sigstore_crypto::{Error, HashContext, Result};
use sigstore_types::HashAlgorithm;

struct Context<D>(D);

impl<D: Digest + Send> HashContext for Context<D> {
    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn finalize(self: Box<Self>) -> Vec<u8> {
        self.0.finalize().to_vec()
    }
}

pub(super) fn context(algorithm: HashAlgorithm) -> Result<Box<dyn HashContext>> {
    match algorithm {
        HashAlgorithm::Sha2256 => Ok(Box::new(Context(Sha256::new()))),
        HashAlgorithm::Sha2384 => Ok(Box::new(Context(Sha384::new()))),
        HashAlgorithm::Sha2512 => Ok(Box::new(Context(Sha512::new()))),
        _ => Err(Error::UnsupportedAlgorithm(format!(
            "cannot compute {algorithm} digests"
        ))),
    }
}
