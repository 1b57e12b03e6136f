//! Key pairs from a seed: the same seed gives the same key and, with deterministic signatures, the same bytes every run.

use crate::der;
use base64::prelude::*;
use ed25519_dalek::Signer as _;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use rsa::{BoxedUint, traits::PublicKeyParts as _};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// The digest a signature is made over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub fn digest(self, message: &[u8]) -> Vec<u8> {
        match self {
            Hash::Sha256 => Sha256::digest(message).to_vec(),
            Hash::Sha384 => Sha384::digest(message).to_vec(),
            Hash::Sha512 => Sha512::digest(message).to_vec(),
        }
    }

    /// The name in Sigstore's protobufs.
    pub fn name(self) -> &'static str {
        match self {
            Hash::Sha256 => "SHA2_256",
            Hash::Sha384 => "SHA2_384",
            Hash::Sha512 => "SHA2_512",
        }
    }

    pub(crate) fn oid(self) -> &'static str {
        match self {
            Hash::Sha256 => "2.16.840.1.101.3.4.2.1",
            Hash::Sha384 => "2.16.840.1.101.3.4.2.2",
            Hash::Sha512 => "2.16.840.1.101.3.4.2.3",
        }
    }
}

/// SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// SHA-256 of some bytes in lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&sha256(bytes))
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A private key. ECDSA signatures are DER and deterministic (RFC 6979), RSA ones are PKCS#1 v1.5.
#[derive(Clone)]
pub enum Key {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    Ed25519(Box<ed25519_dalek::SigningKey>),
    Rsa(Box<rsa::RsaPrivateKey>),
}

impl Key {
    pub fn p256(seed: &str) -> Key {
        Key::P256(p256::ecdsa::SigningKey::from_slice(&Hash::Sha256.digest(seed.as_bytes())).unwrap())
    }

    pub fn p384(seed: &str) -> Key {
        Key::P384(p384::ecdsa::SigningKey::from_slice(&Hash::Sha384.digest(seed.as_bytes())).unwrap())
    }

    pub fn ed25519(seed: &str) -> Key {
        Key::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&sha256(
            seed.as_bytes(),
        ))))
    }

    /// The one RSA key: 2048 bits, of two fixed primes, because finding primes is slow.
    pub fn rsa2048() -> Key {
        let prime = |hex| BoxedUint::from_be_slice(&unhex(hex), 1024).unwrap();
        let exponent = BoxedUint::from_be_slice(&[1, 0, 1], 64).unwrap();
        Key::Rsa(Box::new(
            rsa::RsaPrivateKey::from_p_q(prime(PRIME_P), prime(PRIME_Q), exponent).unwrap(),
        ))
    }

    /// The hash a verifier assumes for this key when nothing else is said.
    pub fn default_hash(&self) -> Hash {
        match self {
            Key::P384(_) => Hash::Sha384,
            _ => Hash::Sha256,
        }
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.sign_with(self.default_hash(), message)
    }

    /// Signs with a stated hash: cosign 2 and many KMSs sign with SHA-256 also where the curve is P-384.
    ///
    /// Ed25519 has its own hash and ignores this one.
    pub fn sign_with(&self, hash: Hash, message: &[u8]) -> Vec<u8> {
        let digest = hash.digest(message);
        match self {
            Key::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign_prehash(&digest).unwrap();
                signature.to_der().as_bytes().to_vec()
            }
            Key::P384(key) => {
                let signature: p384::ecdsa::Signature = key.sign_prehash(&digest).unwrap();
                signature.to_der().as_bytes().to_vec()
            }
            Key::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
            Key::Rsa(key) => {
                let algorithm = der::sequence([der::oid(hash.oid()), der::null()]);
                let digest_info = der::sequence([algorithm, der::octets(&digest)]);
                key.sign(rsa::pkcs1v15::Pkcs1v15Sign::new_unprefixed(), &digest_info)
                    .unwrap()
            }
        }
    }

    /// An RSASSA-PSS signature (RFC 8017 8.1) with a salt as long as the SHA-256 digest. Panics if this is not RSA.
    pub fn sign_pss(&self, message: &[u8]) -> Vec<u8> {
        let Key::Rsa(key) = self else {
            panic!("only RSA signs with PSS")
        };
        let mut salt = crate::salt::Salt::from_seed("pss");
        key.sign_with_rng(&mut salt, rsa::pss::Pss::<rsa::sha2::Sha256>::new(), &sha256(message))
            .unwrap()
    }

    /// The SubjectPublicKeyInfo in DER.
    pub fn spki(&self) -> Vec<u8> {
        match self {
            Key::P256(key) => ec_spki(
                "1.2.840.10045.3.1.7",
                key.verifying_key().to_sec1_point(false).as_bytes(),
            ),
            Key::P384(key) => ec_spki("1.3.132.0.34", key.verifying_key().to_sec1_point(false).as_bytes()),
            Key::Ed25519(key) => der::sequence([
                der::sequence([der::oid("1.3.101.112")]),
                der::bits(key.verifying_key().as_bytes()),
            ]),
            Key::Rsa(key) => {
                let numbers = [key.n().to_be_bytes(), key.e().to_be_bytes()];
                let public = der::sequence(numbers.map(|number| der::unsigned(&number)));
                let algorithm = der::sequence([der::oid("1.2.840.113549.1.1.1"), der::null()]);
                der::sequence([algorithm, der::bits(&public)])
            }
        }
    }

    /// The same P-256 key with its point compressed: other bytes, the same signer.
    pub fn spki_compressed(&self) -> Vec<u8> {
        let Key::P256(key) = self else {
            panic!("only P-256 is written compressed")
        };
        ec_spki(
            "1.2.840.10045.3.1.7",
            key.verifying_key().to_sec1_point(true).as_bytes(),
        )
    }

    pub fn public_pem(&self) -> String {
        pem("PUBLIC KEY", &self.spki())
    }

    /// SHA-256 of the SPKI: the id of a log with this key, and cosign's `hint` when in base64.
    pub fn id(&self) -> [u8; 32] {
        sha256(&self.spki())
    }

    /// The `PublicKeyDetails` name of Sigstore's protobufs.
    pub fn details(&self) -> &'static str {
        match self {
            Key::P256(_) => "PKIX_ECDSA_P256_SHA_256",
            Key::P384(_) => "PKIX_ECDSA_P384_SHA_384",
            Key::Ed25519(_) => "PKIX_ED25519",
            Key::Rsa(_) => "PKIX_RSA_PKCS1V15_2048_SHA256",
        }
    }

    /// The AlgorithmIdentifier of [`Key::sign`].
    pub(crate) fn signature_algorithm(&self) -> Vec<u8> {
        match self {
            Key::P256(_) => der::sequence([der::oid("1.2.840.10045.4.3.2")]),
            Key::P384(_) => der::sequence([der::oid("1.2.840.10045.4.3.3")]),
            Key::Ed25519(_) => der::sequence([der::oid("1.3.101.112")]),
            Key::Rsa(_) => der::sequence([der::oid("1.2.840.113549.1.1.11"), der::null()]),
        }
    }
}

/// The other valid form of a P-256 signature, (r, n-s): other bytes, the same signature.
pub fn ecdsa_twin(signature: &[u8]) -> Vec<u8> {
    let signature = p256::ecdsa::Signature::from_der(signature).unwrap();
    let (r, s) = signature.split_scalars();
    p256::ecdsa::Signature::from_scalars(*r, -*s)
        .unwrap()
        .to_der()
        .as_bytes()
        .to_vec()
}

/// PEM with lines of 64 characters (RFC 7468).
pub fn pem(label: &str, der: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(der);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

fn ec_spki(curve: &str, point: &[u8]) -> Vec<u8> {
    let algorithm = der::sequence([der::oid("1.2.840.10045.2.1"), der::oid(curve)]);
    der::sequence([algorithm, der::bits(point)])
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

const PRIME_P: &str = "\
    C8EB359374162A3531A3F0A5D946D6FF803E468528F1F98627CAA214D60890E9AB051EEB39C6537184F837D509390E50\
    E9E477FFD33B9C13890014E10EB831FA96CA96A690F4E24581152A3B97C94665AE986B9D104B241777C11FE29D8DE0F9\
    2CBD789B18C97ADAAAA3FA612D68863BE04ECFB2FA964CA5A8689E4C145A72BD";
const PRIME_Q: &str = "\
    CB6C216D1A1D1BAE100859576B78326EF4E8A6778DF41E77544BFB28CDB1F31D0FCE864EB69DC6CB32E196313580DD90\
    4201167991018ED371E10A2D8CE89B224D53047F7922C927D14CB798E0482A4FE40C61BEAEE752D5F4A4276B971F0757\
    53A6BBDFE77B5C69B53E4C0377DCF6B00C12D444172B15F842DD5CBC9CAF6143";
