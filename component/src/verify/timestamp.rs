//! Which authority a signed timestamp (RFC 3161) claims, before anybody verifies it.

use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerIdentifier};
use der::{Decode, Encode, Reader, SliceReader};
use sigstore_trust_root::{TimestampAuthority, TrustedRoot};
use x509_cert::Certificate;
use x509_cert::ext::pkix::SubjectKeyIdentifier;

/// The authority of `root` whose certificate the token names as its signer. None: the root does not know the signer, so
/// nobody here can judge the token.
pub(super) fn authority<'r>(token: &[u8], root: &'r TrustedRoot) -> Option<&'r TimestampAuthority> {
    let signed = signed_data(token)?;
    let signer = &signed.signer_infos.0.get(0)?.sid;
    root.timestamp_authorities.iter().find(|authority| {
        authority
            .cert_chain
            .certificates
            .first()
            .and_then(|leaf| Certificate::from_der(leaf.raw_bytes.as_bytes()).ok())
            .is_some_and(|leaf| names(signer, &leaf))
    })
}

/// The time that the token claims, seconds since 1970: only for telling why something was refused.
pub(super) fn claimed_time(token: &[u8]) -> Option<i64> {
    let signed = signed_data(token)?;
    let content = signed.encap_content_info.econtent?;
    let info = der::AnyRef::from_der(content.value()).ok()?;
    let mut fields = SliceReader::new(info.value()).ok()?;
    // `TSTInfo ::= SEQUENCE { version, policy, messageImprint, serialNumber, genTime, … }`
    for _ in 0..4 {
        fields.tlv_bytes().ok()?;
    }
    let time = der::asn1::GeneralizedTime::decode(&mut fields).ok()?;
    i64::try_from(time.to_unix_duration().as_secs()).ok()
}

/// The name under which reports know an authority.
pub(super) fn name(authority: &TimestampAuthority) -> String {
    let subject = &authority.subject;
    authority
        .uri
        .clone()
        .or_else(|| subject.common_name.clone())
        .or_else(|| subject.organization.clone())
        .unwrap_or_else(|| "unnamed authority".to_owned())
}

/// From a whole `TimeStampResp`, as bundles carry it, or from the bare token.
fn signed_data(token: &[u8]) -> Option<SignedData> {
    let content = match ContentInfo::from_der(token) {
        Ok(content) => content,
        Err(_) => ContentInfo::from_der(second_element(token)?).ok()?,
    };
    SignedData::from_der(&content.content.to_der().ok()?).ok()
}

/// `TimeStampResp ::= SEQUENCE { status PKIStatusInfo, timeStampToken TimeStampToken OPTIONAL }`
fn second_element(response: &[u8]) -> Option<&[u8]> {
    let body = der::AnyRef::from_der(response).ok()?.value();
    let mut reader = SliceReader::new(body).ok()?;
    reader.tlv_bytes().ok()?;
    reader.tlv_bytes().ok()
}

fn names(signer: &SignerIdentifier, certificate: &Certificate) -> bool {
    let body = &certificate.tbs_certificate;
    match signer {
        SignerIdentifier::IssuerAndSerialNumber(id) => {
            id.issuer == body.issuer && id.serial_number == body.serial_number
        }
        SignerIdentifier::SubjectKeyIdentifier(id) => body
            .get::<SubjectKeyIdentifier>()
            .ok()
            .flatten()
            .is_some_and(|(_, found)| found == *id),
    }
}
