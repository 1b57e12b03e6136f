//! A time-stamping authority ([RFC 3161]): a token is CMS SignedData over a TSTInfo.
//!
//! [RFC 3161]: https://www.rfc-editor.org/rfc/rfc3161#section-2.4.2

use crate::ca::{Authority, Leaf};
use crate::certificate::CertificateRequest;
use crate::der;
use crate::key::{Hash, Key, sha256};

const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
const TST_INFO: &str = "1.2.840.113549.1.9.16.1.4";
const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
const SIGNING_TIME: &str = "1.2.840.113549.1.9.5";
const SIGNING_CERTIFICATE_V2: &str = "1.2.840.113549.1.9.16.2.47";
const POLICY: &str = "1.3.6.1.4.1.57264.2";

#[derive(Clone)]
pub struct Tsa {
    pub root: Authority,
    /// Between leaf and root, lowest first.
    pub intermediates: Vec<Authority>,
    pub leaf: Leaf,
    /// The digest of the message imprint.
    pub imprint_hash: Hash,
    /// Whether its tokens carry its certificate.
    pub certificate_in_token: CertificateInToken,
    pub url: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum CertificateInToken {
    Present,
    Absent,
}

impl Tsa {
    /// An authority of two certificates: a root with a P-384 key and a leaf with this key.
    pub fn new(name: &str, leaf_key: Key) -> Tsa {
        let root = Authority::self_signed(
            CertificateRequest::ca(&format!("{name}-root")).key(Key::p384(&format!("{name} root"))),
        );
        let leaf = root.issue(CertificateRequest::tsa(name).key(leaf_key));
        Tsa {
            root,
            intermediates: Vec::new(),
            leaf,
            imprint_hash: Hash::Sha256,
            certificate_in_token: CertificateInToken::Absent,
            url: format!("https://{name}.testbed.example/api/v1/timestamp"),
        }
    }

    /// The chain as a trusted root lists it (DER), leaf first.
    pub fn chain(&self) -> Vec<&[u8]> {
        let authorities = self.intermediates.iter().chain([&self.root]);
        let authorities = authorities.map(|authority| authority.certificate.as_slice());
        std::iter::once(self.leaf.certificate.as_slice())
            .chain(authorities)
            .collect()
    }

    /// A TimeStampResp over these bytes, in a bundle those of the signature.
    pub fn stamp(&self, message: &[u8], time: i64) -> Vec<u8> {
        let granted = der::sequence([der::integer(0)]);
        der::sequence([granted, self.token(message, time)])
    }

    /// The token alone, a CMS ContentInfo.
    pub fn token(&self, message: &[u8], time: i64) -> Vec<u8> {
        let info = self.info(message, time);
        let content = der::sequence([der::oid(TST_INFO), der::context(0, &der::octets(&info))]);
        let certificates = match self.certificate_in_token {
            CertificateInToken::Present => der::context(0, &self.leaf.certificate),
            CertificateInToken::Absent => Vec::new(),
        };
        let signed_data = der::sequence([
            der::integer(3),
            der::set(vec![algorithm(self.leaf.key.default_hash())]),
            content,
            certificates,
            der::set(vec![self.signer_info(&info, time)]),
        ]);
        der::sequence([der::oid(SIGNED_DATA), der::context(0, &signed_data)])
    }

    fn info(&self, message: &[u8], time: i64) -> Vec<u8> {
        let digest = self.imprint_hash.digest(message);
        let serial = sha256(&der::concat([&digest[..], &time.to_be_bytes()]));
        der::sequence([
            der::integer(1),
            der::oid(POLICY),
            der::sequence([algorithm(self.imprint_hash), der::octets(&digest)]),
            der::unsigned(&serial[..8]),
            der::generalized_time(time),
            der::sequence([der::integer(1)]), // accuracy: one second
        ])
    }

    fn signer_info(&self, info: &[u8], time: i64) -> Vec<u8> {
        let hash = self.leaf.key.default_hash();
        let certificate_hash = der::octets(&sha256(&self.leaf.certificate));
        let certificate_id = der::sequence([der::sequence([der::sequence([certificate_hash])])]);
        let attributes = vec![
            attribute(CONTENT_TYPE, der::oid(TST_INFO)),
            attribute(SIGNING_TIME, der::time(time)),
            attribute(MESSAGE_DIGEST, der::octets(&hash.digest(info))),
            attribute(SIGNING_CERTIFICATE_V2, certificate_id),
        ];
        // RFC 5652 5.4: signed as a SET OF, stored under [0] with the same content.
        let signed_attributes = der::set(attributes);
        let mut stored_attributes = signed_attributes.clone();
        stored_attributes[0] = 0xa0;
        der::sequence([
            der::integer(1),
            self.leaf.issuer_and_serial(),
            algorithm(hash),
            stored_attributes,
            self.leaf.key.signature_algorithm(),
            der::octets(&self.leaf.key.sign(&signed_attributes)),
        ])
    }
}

fn attribute(oid: &str, value: Vec<u8>) -> Vec<u8> {
    der::sequence([der::oid(oid), der::set(vec![value])])
}

fn algorithm(hash: Hash) -> Vec<u8> {
    der::sequence([der::oid(hash.oid()), der::null()])
}
