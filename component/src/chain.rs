//! Authorities that a policy brings (`certificate.chain`), read strictly before anything is proven under them
//! (RFC 5280 4.1.1.2, 4.2.1.3, 4.2.1.9, 4.2.1.12, 6.1.4). What depends on the time is checked when a signature is.

use std::fmt;

use const_oid::db::rfc5280::ANY_EXTENDED_KEY_USAGE;
use const_oid::db::rfc5912::ID_KP_CODE_SIGNING;
use const_oid::{AssociatedOid, ObjectIdentifier};
use der::{Decode, Encode};
use sigstore_crypto::{KeyAlgorithm, VerificationKey};
use sigstore_types::{DerPublicKey, SignatureBytes};
use x509_cert::Certificate;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, NameConstraints, SubjectAltName,
    SubjectKeyIdentifier,
};

use crate::trust::{extension, issued};
use crate::verify::schemes;

/// Certificates that belong together, each an authority's.
#[derive(Debug, Clone)]
pub struct Chain {
    /// DER, in the order of the file.
    pub certificates: Vec<Vec<u8>>,
    pub anchors: Anchors,
}

/// Which authorities of a chain may issue a signer's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchors {
    /// The one that issues no other of the file.
    Lowest,
    Any,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChainError {
    NotX509(String),
    /// Subject of a certificate that is no authority's.
    NoAuthority(String),
    KeyUsage(String),
    ExtendedKeyUsage(String),
    Critical {
        subject: String,
        extension: ObjectIdentifier,
    },
    Extension(String),
    Twice(String),
    Algorithm(String),
    Signature {
        subject: String,
        issuer: String,
    },
    /// Neither issued by another certificate of the file nor the top of it.
    Apart(String),
    /// Two authorities that issue no other.
    TwoLowest(String, String),
    PathLength {
        subject: String,
        allowed: u8,
    },
}

impl Chain {
    pub fn read(certificates: Vec<Vec<u8>>, anchors: Anchors) -> Result<Self, ChainError> {
        let read = certificates
            .iter()
            .map(|der| Certificate::from_der(der).map_err(|error| ChainError::NotX509(error.to_string())))
            .collect::<Result<Vec<_>, _>>()?;
        for (index, certificate) in read.iter().enumerate() {
            if certificates[..index].contains(&certificates[index]) {
                return Err(ChainError::Twice(subject(certificate)));
            }
            authority(certificate)?;
        }
        connected(&read)?;
        let lowest: Vec<_> = (0..read.len()).filter(|&index| depth(&read, index) == 0).collect();
        if let ([first, second, ..], Anchors::Lowest) = (lowest.as_slice(), anchors) {
            return Err(ChainError::TwoLowest(subject(&read[*first]), subject(&read[*second])));
        }
        for (index, certificate) in read.iter().enumerate() {
            let allowed = constraints(certificate)?.and_then(|one| one.path_len_constraint);
            if let Some(allowed) = allowed.filter(|&allowed| depth(&read, index) > usize::from(allowed)) {
                let subject = subject(certificate);
                return Err(ChainError::PathLength { subject, allowed });
            }
        }
        Ok(Self { certificates, anchors })
    }
}

impl Chain {
    /// Whether an authority of the chain that may do so issued this certificate.
    pub(crate) fn issued(&self, leaf: &[u8]) -> bool {
        let Ok(leaf) = Certificate::from_der(leaf) else {
            return false;
        };
        let read: Vec<_> = self
            .certificates
            .iter()
            .filter_map(|der| Certificate::from_der(der).ok())
            .collect();
        let may = |index: &usize| self.anchors == Anchors::Any || depth(&read, *index) == 0;
        (0..read.len())
            .filter(may)
            .any(|index| issued(&read[index], &leaf) && signed_by(&leaf, &read[index]))
    }
}

fn subject(certificate: &Certificate) -> String {
    certificate.tbs_certificate.subject.to_string()
}

fn constraints(certificate: &Certificate) -> Result<Option<BasicConstraints>, ChainError> {
    extension(certificate).map_err(ChainError::Extension)
}

/// What every authority of a chain must be, wherever it stands.
fn authority(certificate: &Certificate) -> Result<(), ChainError> {
    if !constraints(certificate)?.is_some_and(|one| one.ca) {
        return Err(ChainError::NoAuthority(subject(certificate)));
    }
    let usage: Option<KeyUsage> = extension(certificate).map_err(ChainError::Extension)?;
    if !usage.is_some_and(|usage| usage.key_cert_sign()) {
        return Err(ChainError::KeyUsage(subject(certificate)));
    }
    if !for_code_signing(certificate, true).map_err(ChainError::Extension)? {
        return Err(ChainError::ExtendedKeyUsage(subject(certificate)));
    }
    if let Some(extension) = unknown_critical(certificate) {
        let subject = subject(certificate);
        return Err(ChainError::Critical { subject, extension });
    }
    algorithm(certificate).map_or_else(|| Err(ChainError::Algorithm(subject(certificate))), |_| Ok(()))
}

/// RFC 5280 4.2.1.12: an authority without the extension may issue for any use; a signer's certificate must name it.
pub(crate) fn for_code_signing(certificate: &Certificate, if_absent: bool) -> Result<bool, String> {
    let usage: Option<ExtendedKeyUsage> = extension(certificate)?;
    let accepted = |oid: &ObjectIdentifier| *oid == ID_KP_CODE_SIGNING || (if_absent && *oid == ANY_EXTENDED_KEY_USAGE);
    Ok(usage.map_or(if_absent, |usage| usage.0.iter().any(accepted)))
}

/// RFC 5280 4.2: "a certificate-using system MUST reject the certificate if it encounters a critical extension it does not
/// recognize".
pub(crate) fn unknown_critical(certificate: &Certificate) -> Option<ObjectIdentifier> {
    const KNOWN: [ObjectIdentifier; 7] = [
        BasicConstraints::OID,
        KeyUsage::OID,
        ExtendedKeyUsage::OID,
        NameConstraints::OID,
        SubjectAltName::OID,
        SubjectKeyIdentifier::OID,
        AuthorityKeyIdentifier::OID,
    ];
    let extensions = certificate.tbs_certificate.extensions.iter().flatten();
    let mut critical = extensions.filter(|one| one.critical).map(|one| one.extn_id);
    critical.find(|oid| !KNOWN.contains(oid))
}

fn algorithm(certificate: &Certificate) -> Option<(DerPublicKey, KeyAlgorithm)> {
    let spki = certificate.tbs_certificate.subject_public_key_info.to_der().ok()?;
    let spki = DerPublicKey::new(spki);
    let algorithm = KeyAlgorithm::from_spki(&spki).ok()?;
    Some((spki, algorithm))
}

/// Whether `issuer`'s key signed this certificate, with an accepted scheme.
pub(crate) fn signed_by(certificate: &Certificate, issuer: &Certificate) -> bool {
    let (Some((spki, algorithm)), Ok(signed), Some(signature)) = (
        algorithm(issuer),
        certificate.tbs_certificate.to_der(),
        certificate.signature.as_bytes(),
    ) else {
        return false;
    };
    // 4.1.1.2: "This field MUST contain the same algorithm identifier as the signature field in the sequence tbsCertificate".
    if certificate.signature_algorithm != certificate.tbs_certificate.signature {
        return false;
    }
    let signature = SignatureBytes::new(signature.to_vec());
    schemes(algorithm).iter().any(|scheme| {
        VerificationKey::from_spki_with_scheme(&spki, *scheme).is_ok_and(|key| key.verify(&signed, &signature).is_ok())
    })
}

/// Every certificate but one is issued by another of the file, and where the names say so, the signature does too.
fn connected(chain: &[Certificate]) -> Result<(), ChainError> {
    let mut tops = Vec::new();
    for (index, certificate) in chain.iter().enumerate() {
        let others = chain.iter().enumerate().filter(|(other, _)| *other != index);
        let named: Vec<&Certificate> = others
            .map(|(_, other)| other)
            .filter(|other| issued(other, certificate))
            .collect();
        match named.first() {
            None => tops.push(certificate),
            Some(issuer) if !named.iter().any(|one| signed_by(certificate, one)) => {
                return Err(ChainError::Signature {
                    subject: subject(certificate),
                    issuer: subject(issuer),
                });
            }
            Some(_) => {}
        }
    }
    match tops.as_slice() {
        [_] => Ok(()),
        [] => Err(ChainError::Apart(chain.first().map(subject).unwrap_or_default())),
        [.., apart] => Err(ChainError::Apart(subject(apart))),
    }
}

/// How many authorities stand below this one on the longest way down.
fn depth(chain: &[Certificate], index: usize) -> usize {
    fn below(chain: &[Certificate], index: usize, passed: &mut Vec<usize>) -> usize {
        passed.push(index);
        let mut deepest = 0;
        for other in 0..chain.len() {
            if !passed.contains(&other) && issued(&chain[index], &chain[other]) {
                deepest = deepest.max(1 + below(chain, other, passed));
            }
        }
        passed.pop();
        deepest
    }
    below(chain, index, &mut Vec::new())
}

impl fmt::Display for ChainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotX509(error) => write!(f, "holds something that is no X.509 certificate: {error}"),
            Self::NoAuthority(subject) => write!(f, "holds the certificate `{subject}`, which is not a CA's"),
            Self::KeyUsage(subject) => write!(f, "holds the CA `{subject}`, whose key usage lacks keyCertSign"),
            Self::ExtendedKeyUsage(subject) => {
                write!(
                    f,
                    "holds the CA `{subject}`, which may not issue certificates for code signing"
                )
            }
            Self::Critical { subject, extension } => {
                write!(
                    f,
                    "holds the CA `{subject}` with the critical extension {extension}, which is not known"
                )
            }
            Self::Extension(error) => write!(f, "{error}"),
            Self::Twice(subject) => write!(f, "holds `{subject}` twice"),
            Self::Algorithm(subject) => {
                write!(f, "holds the CA `{subject}`, whose key is not of an accepted algorithm")
            }
            Self::Signature { subject, issuer } => {
                write!(
                    f,
                    "holds `{subject}`, which names `{issuer}` as its issuer but is not signed by it"
                )
            }
            Self::Apart(subject) => write!(f, "is not one chain: no other certificate of it issued `{subject}`"),
            Self::TwoLowest(first, second) => {
                write!(f, "has two authorities that issue no other: `{first}` and `{second}`")
            }
            Self::PathLength { subject, allowed } => {
                write!(
                    f,
                    "holds the CA `{subject}`, which allows {allowed} authorities below it and has more"
                )
            }
        }
    }
}

impl std::error::Error for ChainError {}

impl ChainError {
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoAuthority(_) => {
                "a signer's own certificate goes into `leaf`; `chain` holds the authorities above it"
            }
            Self::KeyUsage(_) | Self::ExtendedKeyUsage(_) | Self::PathLength { .. } => {
                "have the authority issued anew, or give another one"
            }
            Self::Apart(_) => "one chain in a file: an authority, the one that issued it, and so on up to a root",
            Self::TwoLowest(..) => "give one chain, or say `anchor: any-below-root`",
            Self::Twice(_) => "remove one of them",
            Self::Algorithm(_) => "accepted are ECDSA P-256 and P-384, Ed25519, RSA and ML-DSA",
            _ => "certificates of authorities as PEM blocks `CERTIFICATE`",
        }
    }
}
