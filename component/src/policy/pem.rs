//! Public keys as PEM (RFC 7468), strictly: one block, nothing behind it, and a key that some accepted scheme can use, in
//! the one encoding that it has (so that the same key is the same bytes).

use std::fmt;

use base64ct::{Base64, Encoding};
use der::asn1::UintRef;
use der::oid::ObjectIdentifier;
use der::{Decode, Reader, SliceReader};
use spki::SubjectPublicKeyInfoRef;

use crate::limits;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END PUBLIC KEY-----";
const DASHES: &str = "-----";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyError {
    TooLong,
    NotText,
    NoBlock,
    Certificate,
    PrivateKey,
    OtherLabel,
    NoEnd,
    Base64,
    SecondBlock,
    Trailing,
    NotAKey,
    Algorithm,
    Curve,
    Encoding,
    RsaSize,
}

/// SubjectPublicKeyInfo, DER.
pub(crate) fn public_key(bytes: &[u8]) -> Result<Vec<u8>, KeyError> {
    if bytes.len() > limits::PEM_BYTES {
        return Err(KeyError::TooLong);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| KeyError::NotText)?;
    let mut lines = text
        .lines()
        .map(str::trim_end)
        .skip_while(|line| !line.starts_with(BEGIN));
    label(lines.next().ok_or(KeyError::NoBlock)?)?;
    let mut body = String::new();
    loop {
        let line = lines.next().ok_or(KeyError::NoEnd)?;
        if line == END {
            break;
        }
        if line.starts_with(DASHES) {
            return Err(KeyError::NoEnd);
        }
        body.push_str(line);
    }
    for line in lines {
        match line {
            "" => {}
            _ if line.starts_with(BEGIN) => return Err(KeyError::SecondBlock),
            _ => return Err(KeyError::Trailing),
        }
    }
    let spki = Base64::decode_vec(&body).map_err(|_| KeyError::Base64)?;
    check(&spki)?;
    Ok(spki)
}

fn label(begin: &str) -> Result<(), KeyError> {
    let label = begin
        .strip_prefix(BEGIN)
        .and_then(|rest| rest.strip_suffix(DASHES))
        .ok_or(KeyError::OtherLabel)?;
    match label {
        "PUBLIC KEY" => Ok(()),
        _ if label.contains("CERTIFICATE") => Err(KeyError::Certificate),
        _ if label.contains("PRIVATE") => Err(KeyError::PrivateKey),
        _ => Err(KeyError::OtherLabel),
    }
}

const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// FIPS 204: algorithm and bytes of its public key.
const ML_DSA: [(ObjectIdentifier, usize); 3] = [
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.17"), 1312),
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.18"), 1952),
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.19"), 2592),
];

fn check(spki: &[u8]) -> Result<(), KeyError> {
    let info = SubjectPublicKeyInfoRef::from_der(spki).map_err(|_| KeyError::NotAKey)?;
    let key = info.subject_public_key.as_bytes().ok_or(KeyError::NotAKey)?;
    let parameters = info.algorithm.parameters;
    match info.algorithm.oid {
        EC => match info.algorithm.parameters_oid() {
            Ok(P256) => uncompressed(key, 32),
            Ok(P384) => uncompressed(key, 48),
            _ => Err(KeyError::Curve),
        },
        RSA if parameters.is_some_and(|any| any.is_null()) => rsa(key),
        ED25519 if parameters.is_none() => exactly(key, 32),
        RSA | ED25519 => Err(KeyError::Encoding),
        oid => {
            let (_, length) = ML_DSA
                .into_iter()
                .find(|(known, _)| *known == oid)
                .ok_or(KeyError::Algorithm)?;
            if parameters.is_some() {
                return Err(KeyError::Encoding);
            }
            exactly(key, length)
        }
    }
}

fn exactly(key: &[u8], length: usize) -> Result<(), KeyError> {
    if key.len() == length {
        Ok(())
    } else {
        Err(KeyError::NotAKey)
    }
}

/// SEC 1: `04`, x, y. The compressed form would be a second encoding of the same key.
fn uncompressed(key: &[u8], coordinate: usize) -> Result<(), KeyError> {
    match key.first() {
        Some(4) => exactly(key, 1 + 2 * coordinate),
        _ => Err(KeyError::Encoding),
    }
}

/// RFC 8017 A.1.1: SEQUENCE { modulus INTEGER, publicExponent INTEGER }
fn rsa(key: &[u8]) -> Result<(), KeyError> {
    let mut reader = SliceReader::new(key).map_err(|_| KeyError::NotAKey)?;
    let (modulus, exponent) = reader
        .sequence(|inner| Ok::<_, der::Error>((UintRef::decode(inner)?, UintRef::decode(inner)?)))
        .and_then(|pair| reader.finish(pair))
        .map_err(|_| KeyError::NotAKey)?;
    let bytes = modulus.as_bytes();
    let leading = bytes.first().map_or(0, |first| u64::from(first.leading_zeros()));
    let bits = (bytes.len() as u64 * 8).saturating_sub(leading);
    if !limits::RSA_BITS.contains(&bits) {
        return Err(KeyError::RsaSize);
    }
    let odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
    if odd(bytes) && odd(exponent.as_bytes()) && exponent.as_bytes() != [1] {
        Ok(())
    } else {
        Err(KeyError::NotAKey)
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "too long for a public key",
            Self::NotText | Self::NoBlock => "no PEM block `PUBLIC KEY`",
            Self::Certificate => "a certificate where a public key is expected",
            Self::PrivateKey => "a private key where a public key is expected",
            Self::OtherLabel => "a PEM block of another kind than `PUBLIC KEY`",
            Self::NoEnd => "a PEM block without its end",
            Self::Base64 => "a PEM block that is not base64",
            Self::SecondBlock => "more than one PEM block",
            Self::Trailing => "text behind the PEM block",
            Self::NotAKey => "a PEM block that holds no public key",
            Self::Algorithm => "a key of an algorithm that is not accepted",
            Self::Curve => "a key on a curve that is not accepted",
            Self::Encoding => "a key in an unusual encoding",
            Self::RsaSize => "an RSA key of a size that is not accepted",
        })
    }
}

impl std::error::Error for KeyError {}

impl KeyError {
    pub fn hint(self) -> &'static str {
        match self {
            Self::Certificate => {
                "this is a certificate, use `certificate:` with `leaf`, or take its key with `openssl x509 -pubkey -noout`"
            }
            Self::PrivateKey => "keep it away from the policy; `openssl pkey -pubout` gives the public key",
            Self::OtherLabel => "`openssl pkey -pubin -pubout` or `openssl rsa -RSAPublicKey_in -pubout` converts it",
            Self::SecondBlock => "list the keys: `key: [{ file: … }, { file: … }]`, one block each",
            Self::Trailing => "comments go before the block",
            Self::Algorithm | Self::Curve => "accepted are ECDSA P-256 and P-384, Ed25519, RSA and ML-DSA",
            Self::Encoding => "`openssl pkey -pubin -pubout -ec_conv_form uncompressed` writes the usual one",
            Self::RsaSize => "2048 to 8192 bits",
            _ => "one block that begins with `-----BEGIN PUBLIC KEY-----`",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "-----BEGIN PUBLIC KEY-----\n\
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEM9SJputMBG80RNl2fs1lWA/c55Fb\n\
        aBzf1yJmoaUI4f8EVu82sDdY4gIVZcr4KOep0bnv5e+QERwg24JPbKY0OQ==\n\
        -----END PUBLIC KEY-----\n";

    fn error(text: &str) -> Option<KeyError> {
        public_key(text.as_bytes()).err()
    }

    fn wrapped(spki: &[u8]) -> String {
        format!("{BEGIN}PUBLIC KEY-----\n{}\n{END}", Base64::encode_string(spki))
    }

    #[test]
    fn one_block_with_comments_before_and_any_line_ends() {
        assert_eq!(error(KEY), None);
        assert_eq!(error(&format!("# release key\n\n{KEY}\n\n")), None);
        assert_eq!(error(&KEY.replace('\n', "\r\n")), None);
        assert_eq!(public_key(KEY.as_bytes()).unwrap().len(), 91);
    }

    #[test]
    fn everything_else_is_refused_by_cause() {
        assert_eq!(error(""), Some(KeyError::NoBlock));
        assert_eq!(error(&format!("{KEY}{KEY}")), Some(KeyError::SecondBlock));
        assert_eq!(error(&format!("{KEY}x")), Some(KeyError::Trailing));
        assert_eq!(
            error(&KEY.replace("PUBLIC KEY", "CERTIFICATE")),
            Some(KeyError::Certificate)
        );
        assert_eq!(error(&KEY.replace("PUBLIC", "EC PRIVATE")), Some(KeyError::PrivateKey));
        assert_eq!(error(&KEY.replace("PUBLIC", "RSA PUBLIC")), Some(KeyError::OtherLabel));
        assert_eq!(error(&KEY.replace(END, "")), Some(KeyError::NoEnd));
        assert_eq!(error(&KEY.replace("MFkw", "MF*w")), Some(KeyError::Base64));
        assert_eq!(error(&KEY.replace("OQ==", "OQ")), Some(KeyError::Base64));
        assert_eq!(error(&KEY.replace("MFkw", "MFow")), Some(KeyError::NotAKey));
        assert_eq!(public_key(&[0xff; 10]), Err(KeyError::NotText));
        assert_eq!(public_key(&vec![b' '; limits::PEM_BYTES + 1]), Err(KeyError::TooLong));
    }

    #[test]
    fn only_accepted_algorithms_in_their_one_encoding() {
        let spki = public_key(KEY.as_bytes()).unwrap();
        let with = |at: usize, byte: u8| {
            let mut changed = spki.clone();
            changed[at] = byte;
            error(&wrapped(&changed))
        };
        assert_eq!(with(26, 3), Some(KeyError::Encoding));
        assert_eq!(with(22, 6), Some(KeyError::Curve));
        assert_eq!(with(12, 2), Some(KeyError::Algorithm));
        let ed25519 = [&[0x30, 42, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 33, 0][..], &[7; 32]].concat();
        assert_eq!(error(&wrapped(&ed25519)), None);
        let ed448 = [&[0x30, 42, 0x30, 5, 6, 3, 0x2b, 0x65, 0x71, 3, 33, 0][..], &[7; 32]].concat();
        assert_eq!(error(&wrapped(&ed448)), Some(KeyError::Algorithm));
    }

    fn der(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        match content.len() {
            0..=127 => [&[tag, length[1]], content].concat(),
            128..=255 => [&[tag, 0x81, length[1]], content].concat(),
            _ => [&[tag, 0x82, length[0], length[1]], content].concat(),
        }
    }

    fn spki(algorithm: &[&[u8]], key: &[u8]) -> String {
        let algorithm = der(0x30, &algorithm.concat());
        let key = der(3, &[&[0], key].concat());
        wrapped(&der(0x30, &[algorithm, key].concat()))
    }

    #[test]
    fn rsa_keys_have_a_size() {
        let oid = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
        let key = |bytes: usize, exponent: &[u8]| {
            let modulus = [&[0, 0x80][..], &vec![1; bytes - 1]].concat();
            der(0x30, &[der(2, &modulus), der(2, exponent)].concat())
        };
        let null = &[5, 0][..];
        for bytes in [256, 384, 1024] {
            assert_eq!(error(&spki(&[&oid, null], &key(bytes, &[1, 0, 1]))), None, "{bytes}");
        }
        for bytes in [128, 255, 1025] {
            assert_eq!(error(&spki(&[&oid, null], &key(bytes, &[3]))), Some(KeyError::RsaSize));
        }
        assert_eq!(error(&spki(&[&oid, null], &key(256, &[1]))), Some(KeyError::NotAKey));
        assert_eq!(error(&spki(&[&oid, null], &key(256, &[4]))), Some(KeyError::NotAKey));
        assert_eq!(error(&spki(&[&oid], &key(256, &[3]))), Some(KeyError::Encoding));
        let longer = [key(256, &[3]), vec![0]].concat();
        assert_eq!(error(&spki(&[&oid, null], &longer)), Some(KeyError::NotAKey));
    }

    #[test]
    fn ml_dsa_keys_have_their_length() {
        let oid = |last: u8| [6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, last];
        for (last, length) in [(17, 1312), (18, 1952), (19, 2592)] {
            assert_eq!(error(&spki(&[&oid(last)], &vec![0; length])), None);
            assert_eq!(
                error(&spki(&[&oid(last)], &vec![0; length + 1])),
                Some(KeyError::NotAKey)
            );
        }
        assert_eq!(error(&spki(&[&oid(20)], &[0; 1312])), Some(KeyError::Algorithm));
    }
}
