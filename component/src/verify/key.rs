//! A signature by a known key, without a log: the one verification that `sigstore-verify` does not do. The signer chooses
//! this path (`transparency-log: { required: false }`), never the shape of the evidence. It checks exactly one signature over
//! exactly the bytes that are used afterwards: the DSSE pre-authentication encoding, the simple signing payload, or the
//! manifest. Payload type, statement type and subject were checked when the evidence was read.

use sigstore_crypto::{KeyAlgorithm, SigningScheme, VerificationKey};
use sigstore_types::{DerPublicKey, SignatureBytes, SignatureContent};

use super::refusal::rfc3339;
use super::signed::{Artifact, Signed, unsupported};
use crate::signer::{InUse, PublicKey};
use crate::wit::basics::ResultClass;
use crate::wit::evidence::{Proof, Rejection};

/// `spend` pays for each signature check.
pub(super) fn signs(
    signed: &Signed<'_>,
    spki: &[u8],
    spend: &dyn Fn() -> Result<(), Rejection>,
) -> Result<(), Rejection> {
    let (message, signature) = signed_bytes(signed)?;
    let spki = DerPublicKey::new(spki.to_vec());
    let algorithm = KeyAlgorithm::from_spki(&spki).map_err(|error| Rejection {
        class: ResultClass::AlgorithmNotAccepted,
        reason: format!("the key is not of an accepted algorithm: {error}"),
        expected: None,
        found: None,
        hint: None,
    })?;
    for scheme in schemes(algorithm) {
        spend()?;
        let key = VerificationKey::from_spki_with_scheme(&spki, *scheme);
        if key.is_ok_and(|key| key.verify(&message, &signature).is_ok()) {
            return Ok(());
        }
    }
    Err(another_key())
}

/// Whether the key counted when it signed: by the earliest proven time, else by the time of the check.
pub(super) fn in_use(key: &PublicKey, mut proof: Proof, now: i64) -> Result<Proof, Rejection> {
    if key.in_use == InUse::ALWAYS {
        return Ok(proof);
    }
    let time = proof.time.latest.unwrap_or(now);
    if !key.in_use.holds(time) {
        let day = |time: i64, unbounded: &str| match time {
            i64::MIN | i64::MAX => unbounded.to_owned(),
            _ => rfc3339(time),
        };
        let (start, end) = (day(key.in_use.start, "ever"), day(key.in_use.end, "any time"));
        let by = match proof.time.latest {
            Some(_) => "when it was signed",
            None => "now, and nothing proves that it signed before",
        };
        return Err(Rejection {
            class: ResultClass::ExpiredAtSigning,
            reason: format!("the policy does not count the key `{}` {by}", key.name),
            expected: Some(format!("from {start} to before {end}")),
            found: Some(rfc3339(time)),
            hint: None,
        });
    }
    proof.remarks.push(match proof.time.latest {
        Some(_) => format!(
            "the key `{}` counted when the signature was first proven to exist",
            key.name
        ),
        None => format!(
            "nothing proves when it was signed: the key `{}` counts at the time of this check",
            key.name
        ),
    });
    Ok(proof)
}

pub(super) fn another_key() -> Rejection {
    Rejection {
        class: ResultClass::NoMatchingSigner,
        reason: "the signature does not verify with the signer's key".to_owned(),
        expected: None,
        found: None,
        hint: Some("another key signed it, or the signed bytes were altered".to_owned()),
    }
}

fn signed_bytes(signed: &Signed<'_>) -> Result<(Vec<u8>, SignatureBytes), Rejection> {
    match &signed.bundle.content {
        SignatureContent::MessageSignature(message) => match signed.artifact {
            Artifact::Bytes(bytes) => Ok((bytes.to_vec(), message.signature.clone())),
            Artifact::Digest(_) => Err(unsupported("the signed bytes are not there, only their digest")),
        },
        SignatureContent::DsseEnvelope(envelope) => Ok((envelope.pae(), envelope.signature.sig.clone())),
        _ => Err(unsupported("neither message signature nor envelope")),
    }
}

/// The hash belongs to the signer, not to the key: cosign up to 2.x and most KMS sign with SHA-256 whatever the curve, and
/// some with RSA-PSS. All are schemes of the same key, so trying them in turn accepts nobody else.
pub(crate) fn schemes(algorithm: KeyAlgorithm) -> &'static [SigningScheme] {
    use SigningScheme::*;
    match algorithm {
        KeyAlgorithm::EcdsaP256 => &[EcdsaP256Sha256, EcdsaP256Sha384],
        KeyAlgorithm::EcdsaP384 => &[EcdsaP384Sha384, EcdsaP384Sha256],
        KeyAlgorithm::Ed25519 => &[Ed25519],
        KeyAlgorithm::Rsa => &[
            RsaPkcs1Sha256,
            RsaPssSha256,
            RsaPkcs1Sha512,
            RsaPssSha512,
            RsaPkcs1Sha384,
            RsaPssSha384,
        ],
        KeyAlgorithm::MlDsa44 => &[MlDsa44],
        KeyAlgorithm::MlDsa65 => &[MlDsa65],
        KeyAlgorithm::MlDsa87 => &[MlDsa87],
        _ => &[],
    }
}
