//! Trusted roots: the authorities and logs that evidence is proven under (sigstore protobuf-specs, sigstore_trustroot.proto).
//!
//! One root is never merged with another, and inside a root one certificate authority and one log are tried at a time:
//! nothing can borrow the CA of one with the log or the validity of another.

mod brought;
mod in_force;
mod kept;
mod origin;
mod tuf;
mod update;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use der::{Decode, Encode};
use sigstore_trust_root::trusted_root::CertChain;
use sigstore_trust_root::{CertificateAuthority, TrustedRoot};
use sigstore_types::TimeRange;
use sigstore_verify::Verifier;
use x509_cert::Certificate;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, BasicConstraints, KeyUsage, SubjectKeyIdentifier};

use crate::digest::Digest;
use crate::json;
use crate::policy::RootFile;
use crate::wit::diagnostics::{Diagnostic, Level};

pub use brought::{TAKEN, embedded};
pub use in_force::{Found, in_force, show};
pub use origin::{Origin, days};
pub use update::update;

const MEDIA_TYPES: [&str; 3] = [
    "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    "application/vnd.dev.sigstore.trustedroot+json;version=0.2",
    "application/vnd.dev.sigstore.trustedroot.v0.2+json",
];

#[derive(Debug)]
pub struct Root {
    pub name: String,
    pub digest: Digest,
    pub origin: Origin,
    pub trusted: TrustedRoot,
    pub authorities: Vec<Authority>,
    verifiers: Verifiers,
}

/// A certificate authority of a root: one issuing certificate, and the certificates above it.
#[derive(Debug)]
pub struct Authority {
    /// DER of the issuing certificate's subject.
    pub subject: Vec<u8>,
    pub key_id: Option<Vec<u8>>,
    entry: CertificateAuthority,
    /// The issuing certificate, and those above it.
    path: Vec<Certificate>,
    windows: Vec<Window>,
}

#[derive(Debug)]
struct Window {
    subject: String,
    not_before: i64,
    not_after: i64,
}

/// Which part of a root a verifier is made of: indices into `authorities` and `trusted.tlogs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    pub authority: Option<usize>,
    pub log: Option<usize>,
}

#[derive(Default)]
struct Verifiers(RefCell<BTreeMap<Part, Rc<Verifier>>>);

impl std::fmt::Debug for Verifiers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} verifiers", self.0.borrow().len())
    }
}

impl Root {
    pub fn read(file: &RootFile) -> Result<Self, Diagnostic> {
        let refuse = |message: String| Diagnostic {
            level: Level::Error,
            file: file.file.clone(),
            line: 0,
            column: 0,
            message: format!("the trusted root `{}` {message}", file.name),
            hint: Some("expected a Sigstore `trusted_root.json`".to_owned()),
        };
        let value = json::read(&file.content).map_err(|error| refuse(format!("is not JSON: {error}")))?;
        let media_type = value
            .get("mediaType")
            .and_then(serde_json::Value::as_str)
            .unwrap_or_default();
        if !MEDIA_TYPES.contains(&media_type) {
            return Err(refuse(format!(
                "has the media type `{media_type}`, expected `{}`",
                MEDIA_TYPES[0]
            )));
        }
        let trusted: TrustedRoot =
            serde_json::from_value(value).map_err(|error| refuse(format!("is malformed: {error}")))?;
        if trusted.tlogs.is_empty() && trusted.certificate_authorities.is_empty() {
            return Err(refuse("holds neither a log nor a certificate authority".to_owned()));
        }
        Self::of(&file.name, Digest::of(&file.content), file.origin.clone(), trusted).map_err(refuse)
    }

    /// The error says what is wrong with the root: "has …", "cannot …".
    pub fn of(name: &str, digest: Digest, origin: Origin, trusted: TrustedRoot) -> Result<Self, String> {
        // Building one over everything finds unusable keys, duplicate logs and reversed windows before any evidence does.
        Verifier::new(&trusted).map_err(|error| format!("cannot be used: {error}"))?;
        Ok(Self {
            name: name.to_owned(),
            digest,
            origin,
            authorities: authorities(&trusted)?,
            trusted,
            verifiers: Verifiers::default(),
        })
    }

    /// The authorities that may have issued a certificate with this issuer name and authority key id.
    pub fn issuers(&self, name: &[u8], key_id: Option<&[u8]>) -> Vec<usize> {
        let fits = |authority: &Authority| {
            authority.subject == name
                && match (key_id, &authority.key_id) {
                    (Some(wanted), Some(found)) => wanted == found,
                    _ => true,
                }
        };
        (0..self.authorities.len())
            .filter(|&index| fits(&self.authorities[index]))
            .collect()
    }

    /// DER of the authorities above a certificate that was proven under this root, the issuing one first.
    pub fn chain_above(&self, leaf: &[u8]) -> Vec<&[u8]> {
        let Ok(leaf) = Certificate::from_der(leaf) else {
            return Vec::new();
        };
        let of_authority = |authority: &'_ CertificateAuthority| {
            let encoded = authority.cert_chain.certificates.iter();
            let chain: Vec<_> = encoded
                .filter_map(|one| Certificate::from_der(one.raw_bytes.as_bytes()).ok())
                .collect();
            let issuer = (0..chain.len()).find(|&index| issued(&chain[index], &leaf))?;
            Some(above(&chain, issuer))
        };
        let found = self
            .trusted
            .certificate_authorities
            .iter()
            .find_map(|one| Some((one, of_authority(one)?)));
        let Some((authority, path)) = found else {
            return Vec::new();
        };
        let bytes = |index: usize| authority.cert_chain.certificates[index].raw_bytes.as_bytes();
        path.into_iter().map(bytes).collect()
    }

    pub fn log(&self, id: &[u8]) -> Option<usize> {
        self.trusted
            .tlogs
            .iter()
            .position(|log| log.log_id.key_id.as_bytes() == id)
    }

    pub fn log_window(&self, index: usize) -> Option<TimeRange> {
        self.trusted.tlogs[index].public_key.valid_for
    }

    /// A verifier that knows one authority, one log, and every timestamp authority of this root.
    pub fn verifier(&self, part: Part) -> Result<Rc<Verifier>, sigstore_verify::Error> {
        if let Some(verifier) = self.verifiers.0.borrow().get(&part) {
            return Ok(Rc::clone(verifier));
        }
        let mut trusted = self.trusted.clone();
        trusted.certificate_authorities = part
            .authority
            .map(|index| self.authorities[index].entry.clone())
            .into_iter()
            .collect();
        trusted.tlogs = part
            .log
            .map(|index| self.trusted.tlogs[index].clone())
            .into_iter()
            .collect();
        let verifier = Rc::new(Verifier::new(&trusted)?);
        self.verifiers.0.borrow_mut().insert(part, Rc::clone(&verifier));
        Ok(verifier)
    }
}

impl Authority {
    /// The issuing certificate, and those above it.
    pub fn path(&self) -> &[Certificate] {
        &self.path
    }

    /// When the root says that it was in use.
    pub fn valid_for(&self) -> Option<TimeRange> {
        self.entry.valid_for
    }

    /// The certificate of this authority's chain that was not valid at `time`, seconds since 1970.
    pub fn invalid_at(&self, time: i64) -> Option<&str> {
        self.windows
            .iter()
            .find(|window| time < window.not_before || time > window.not_after)
            .map(|window| window.subject.as_str())
    }
}

/// `sigstore-verify` makes an anchor of every certificate in a chain, whatever it may do. Only the issuing certificate is
/// one here: a leaf in the file, or a root above several issuing CAs, must not lend its key.
fn authorities(root: &TrustedRoot) -> Result<Vec<Authority>, String> {
    let mut authorities = Vec::new();
    for entry in &root.certificate_authorities {
        let chain = entry
            .cert_chain
            .certificates
            .iter()
            .map(|one| Certificate::from_der(one.raw_bytes.as_bytes()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| format!("has an authority `{}` that does not decode: {error}", entry.uri))?;
        for certificate in &chain {
            may_issue(certificate)?;
        }
        for (index, certificate) in chain.iter().enumerate() {
            if issues_another(&chain, index) {
                continue;
            }
            authorities.push(authority(entry, index, certificate, &chain)?);
        }
    }
    Ok(authorities)
}

fn authority(
    entry: &CertificateAuthority,
    index: usize,
    certificate: &Certificate,
    chain: &[Certificate],
) -> Result<Authority, String> {
    let mut entry = entry.clone();
    entry.cert_chain.certificates = vec![entry.cert_chain.certificates[index].clone()];
    let encoded = certificate.tbs_certificate.subject.to_der();
    let path: Vec<Certificate> = above(chain, index).into_iter().map(|at| chain[at].clone()).collect();
    Ok(Authority {
        subject: encoded.map_err(|error| format!("has an authority whose name does not encode: {error}"))?,
        key_id: extension::<SubjectKeyIdentifier>(certificate)?.map(|id| id.0.as_bytes().to_vec()),
        entry,
        windows: path.iter().map(window).collect(),
        path,
    })
}

fn window(certificate: &Certificate) -> Window {
    let validity = certificate.tbs_certificate.validity;
    let seconds = |time: x509_cert::time::Time| i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    Window {
        subject: certificate.tbs_certificate.subject.to_string(),
        not_before: seconds(validity.not_before),
        not_after: seconds(validity.not_after),
    }
}

/// `index` and the certificates of the chain above it.
fn above(chain: &[Certificate], index: usize) -> Vec<usize> {
    let mut path = vec![index];
    let mut current = index;
    while let Some(next) =
        (0..chain.len()).find(|&other| !path.contains(&other) && issued(&chain[other], &chain[current]))
    {
        path.push(next);
        current = next;
    }
    path
}

fn issues_another(chain: &[Certificate], index: usize) -> bool {
    chain
        .iter()
        .enumerate()
        .any(|(other, certificate)| other != index && issued(&chain[index], certificate))
}

/// By name and key identifier; what counts is proven by signature when a leaf is.
pub(crate) fn issued(issuer: &Certificate, certificate: &Certificate) -> bool {
    let names = issuer.tbs_certificate.subject == certificate.tbs_certificate.issuer;
    let wanted = extension::<AuthorityKeyIdentifier>(certificate)
        .ok()
        .flatten()
        .and_then(|id| id.key_identifier);
    let found = extension::<SubjectKeyIdentifier>(issuer).ok().flatten();
    names && !matches!((wanted, found), (Some(wanted), Some(found)) if wanted != found.0)
}

/// RFC 5280 4.2.1.9 and 4.2.1.3: only a CA with keyCertSign issues certificates.
pub(crate) fn may_issue(certificate: &Certificate) -> Result<(), String> {
    let name = &certificate.tbs_certificate.subject;
    if !extension::<BasicConstraints>(certificate)?.is_some_and(|constraints| constraints.ca) {
        return Err(format!(
            "has the certificate `{name}` among its authorities, which is not a CA's"
        ));
    }
    match extension::<KeyUsage>(certificate)? {
        Some(usage) if !usage.key_cert_sign() => {
            Err(format!("has the authority `{name}`, whose key usage lacks keyCertSign"))
        }
        _ => Ok(()),
    }
}

pub(crate) fn extension<'a, T>(certificate: &'a Certificate) -> Result<Option<T>, String>
where
    T: Decode<'a> + const_oid::AssociatedOid,
{
    certificate
        .tbs_certificate
        .get::<T>()
        .map(|found| found.map(|(_, value)| value))
        .map_err(|error| {
            format!(
                "has the authority `{}`, whose extension {} does not decode: {error}",
                certificate.tbs_certificate.subject,
                T::OID
            )
        })
}

/// Of the issuing certificate, for people.
fn subject(chain: &CertChain) -> String {
    let first = chain.certificates.first();
    let certificate = first.and_then(|one| Certificate::from_der(one.raw_bytes.as_bytes()).ok());
    certificate.map_or_else(String::new, |one| one.tbs_certificate.subject.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_root_can_be_used() {
        crate::crypto::install();
        for name in ["sigstore", "sigstore-staging", "github"] {
            let file = RootFile {
                name: name.to_owned(),
                file: name.to_owned(),
                content: embedded(name).unwrap().to_vec(),
                origin: Origin::file(),
            };
            let root = Root::read(&file).unwrap();
            assert!(!root.authorities.is_empty(), "{name}");
        }
        assert_eq!(embedded("corp"), None);
    }
}
