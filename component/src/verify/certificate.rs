//! The signing certificate, read strictly (sigstore spec: Fulcio certificate profile; OIDs: fulcio docs/oid-info.md).
//!
//! `sigstore-verify` reads the same certificate leniently, because it decides nothing by most of these fields: the first of
//! several names, the last of several claims, a claim that does not decode as if it were absent. Here signers are matched
//! by them, so whatever can be read in two ways is refused.

use std::collections::BTreeMap;

use const_oid::ObjectIdentifier;
use der::asn1::Utf8StringRef;
use der::{Decode, Encode};
use x509_cert::Certificate;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, BasicConstraints, KeyUsage, SubjectAltName};

use crate::digest::Digest;
use crate::evidence::malformed;
use crate::limits;
use crate::signer::{Claim, Identity, Subject};
use crate::wit::evidence::{CertificateTimestamp, Rejection};

/// Fulcio's arc; issuer (`.1` raw, `.8` DER) and claims are below it.
const FULCIO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.57264.1");
const FULCIO_USERNAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.57264.1.7");
const SCT_LIST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.11129.2.4.2");

const ISSUER_RAW: u32 = 1;
const ISSUER: u32 = 8;

/// What a leaf certificate says. Nothing of it is proven until its chain is.
#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    pub der: Vec<u8>,
    pub identity: Identity,
    /// DER of the issuer's name.
    pub issued_by: Vec<u8>,
    pub authority_key: Option<Vec<u8>>,
    pub not_before: i64,
    pub not_after: i64,
    /// SubjectPublicKeyInfo, DER.
    pub spki: Vec<u8>,
    pub timestamps: Vec<CertificateTimestamp>,
}

impl Leaf {
    pub fn read(der: &[u8]) -> Result<Self, Rejection> {
        let certificate = Certificate::from_der(der).map_err(|error| refuse(format!("it is not X.509: {error}")))?;
        let body = &certificate.tbs_certificate;
        no_extension_twice(&certificate)?;
        signs_and_is_no_authority(&certificate)?;
        let key = extension::<AuthorityKeyIdentifier>(&certificate)?.and_then(|id| id.key_identifier);
        Ok(Self {
            der: der.to_vec(),
            identity: Identity {
                subject: subject(&certificate)?,
                issuer: issuer(&certificate)?,
                claims: claims(&certificate)?,
            },
            issued_by: encode(&body.issuer)?,
            authority_key: key.map(|id| id.as_bytes().to_vec()),
            not_before: seconds(body.validity.not_before),
            not_after: seconds(body.validity.not_after),
            spki: encode(&body.subject_public_key_info)?,
            timestamps: certificate_timestamps(&certificate)?,
        })
    }

    pub fn fingerprint(&self) -> Digest {
        Digest::of(&self.der)
    }

    /// Sigstore certificate profile: there is a subject alternative name, and an issuer.
    pub fn has_names(&self) -> Result<(), Rejection> {
        if self.identity.subject == Subject::Absent {
            return Err(refuse("it has no subject alternative name".to_owned()));
        }
        match self.identity.issuer {
            Some(_) => Ok(()),
            None => Err(refuse("it names no issuer".to_owned())),
        }
    }

    /// Its validity says when its key was used.
    pub fn is_short_lived(&self) -> bool {
        self.not_after - self.not_before <= limits::SHORT_LIVED
    }
}

pub(super) fn seconds(time: x509_cert::time::Time) -> i64 {
    i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX)
}

fn refuse(reason: String) -> Rejection {
    malformed(format!("the signing certificate is refused: {reason}"))
}

fn encode(value: &impl Encode) -> Result<Vec<u8>, Rejection> {
    value
        .to_der()
        .map_err(|error| refuse(format!("it does not encode: {error}")))
}

fn extension<'a, T>(certificate: &'a Certificate) -> Result<Option<T>, Rejection>
where
    T: Decode<'a> + const_oid::AssociatedOid,
{
    certificate
        .tbs_certificate
        .get::<T>()
        .map(|found| found.map(|(_, value)| value))
        .map_err(|error| refuse(format!("extension {} does not decode: {error}", T::OID)))
}

/// RFC 5280 4.2: "A certificate MUST NOT include more than one instance of a particular extension."
fn no_extension_twice(certificate: &Certificate) -> Result<(), Rejection> {
    let mut seen = std::collections::BTreeSet::new();
    for extension in certificate.tbs_certificate.extensions.iter().flatten() {
        if !seen.insert(extension.extn_id) {
            return Err(refuse(format!("extension {} stands twice", extension.extn_id)));
        }
    }
    Ok(())
}

fn signs_and_is_no_authority(certificate: &Certificate) -> Result<(), Rejection> {
    if extension::<BasicConstraints>(certificate)?.is_some_and(|constraints| constraints.ca) {
        return Err(refuse("it is a CA's, not a signer's".to_owned()));
    }
    match extension::<KeyUsage>(certificate)? {
        Some(usage) if usage.digital_signature() => Ok(()),
        Some(_) => Err(refuse("its key usage lacks digitalSignature".to_owned())),
        None => Err(refuse("it has no key usage".to_owned())),
    }
}

/// "A certificate has exactly one subject alternative name": of several, two readers could take two.
fn subject(certificate: &Certificate) -> Result<Subject, Rejection> {
    let names = extension::<SubjectAltName>(certificate)?
        .map(|names| names.0)
        .unwrap_or_default();
    match names.as_slice() {
        [GeneralName::UniformResourceIdentifier(uri)] => Ok(Subject::Uri(uri.to_string())),
        [GeneralName::Rfc822Name(email)] => Ok(Subject::Email(email.to_string())),
        [GeneralName::OtherName(other)] if other.type_id == FULCIO_USERNAME => other
            .value
            .decode_as::<Utf8StringRef<'_>>()
            .map(|name| Subject::Username(name.as_str().to_owned()))
            .map_err(|error| refuse(format!("its user name does not decode: {error}"))),
        [] => Ok(Subject::Absent),
        [_] => Err(refuse(
            "its subject alternative name is neither URI, e-mail nor user name".to_owned(),
        )),
        _ => Err(refuse(format!(
            "it has {} subject alternative names, expected one",
            names.len()
        ))),
    }
}

/// `.8` is a DER UTF8String; `.1` is raw text, by some authorities DER. Where both are there they must agree.
fn issuer(certificate: &Certificate) -> Result<Option<String>, Rejection> {
    let current = match fulcio(certificate, ISSUER) {
        Some(bytes) => Some(utf8_string(bytes, ISSUER)?),
        None => None,
    };
    let old = match fulcio(certificate, ISSUER_RAW) {
        Some(bytes) => Some(
            utf8_string(bytes, ISSUER_RAW)
                .or_else(|_| String::from_utf8(bytes.to_vec()))
                .map_err(|_| refuse("its issuer (.1.1) is not text".to_owned()))?,
        ),
        None => None,
    };
    match (current, old) {
        (Some(current), Some(old)) if current != old => {
            Err(refuse(format!("it names two issuers, `{current}` and `{old}`")))
        }
        (current, old) => Ok(current.or(old)),
    }
}

fn claims(certificate: &Certificate) -> Result<BTreeMap<Claim, String>, Rejection> {
    let mut claims = BTreeMap::new();
    for claim in Claim::ALL {
        let arc = claim as u32;
        if let Some(bytes) = fulcio(certificate, arc) {
            claims.insert(claim, utf8_string(bytes, arc)?);
        }
    }
    Ok(claims)
}

fn fulcio(certificate: &Certificate, arc: u32) -> Option<&[u8]> {
    let wanted = FULCIO.push_arc(arc).ok()?;
    certificate
        .tbs_certificate
        .extensions
        .iter()
        .flatten()
        .find(|extension| extension.extn_id == wanted)
        .map(|extension| extension.extn_value.as_bytes())
}

fn utf8_string(bytes: &[u8], arc: u32) -> Result<String, Rejection> {
    Utf8StringRef::from_der(bytes)
        .map(|text| text.as_str().to_owned())
        .map_err(|error| refuse(format!("its claim .1.{arc} is not a UTF8String: {error}")))
}

/// RFC 6962 3.3: a TLS list of TLS-encoded SCTs; each begins with version (1), log id (32), milliseconds (8).
fn certificate_timestamps(certificate: &Certificate) -> Result<Vec<CertificateTimestamp>, Rejection> {
    let extensions = certificate.tbs_certificate.extensions.iter().flatten();
    let Some(list) = extensions.into_iter().find(|extension| extension.extn_id == SCT_LIST) else {
        return Ok(Vec::new());
    };
    let bytes = der::asn1::OctetStringRef::from_der(list.extn_value.as_bytes())
        .map_err(|error| refuse(format!("its SCT list does not decode: {error}")))?
        .as_bytes();
    parse_timestamps(bytes).ok_or_else(|| refuse("its SCT list does not decode".to_owned()))
}

fn parse_timestamps(bytes: &[u8]) -> Option<Vec<CertificateTimestamp>> {
    let (length, mut rest) = bytes.split_at_checked(2)?;
    if usize::from(u16::from_be_bytes(length.try_into().ok()?)) != rest.len() {
        return None;
    }
    let mut timestamps = Vec::new();
    while !rest.is_empty() {
        let (length, tail) = rest.split_at_checked(2)?;
        let (sct, tail) = tail.split_at_checked(u16::from_be_bytes(length.try_into().ok()?).into())?;
        let milliseconds = u64::from_be_bytes(sct.get(33..41)?.try_into().ok()?);
        timestamps.push(CertificateTimestamp {
            log_id: hex::encode(sct.get(1..33)?),
            time: i64::try_from(milliseconds / 1000).ok()?,
        });
        rest = tail;
    }
    Some(timestamps)
}
