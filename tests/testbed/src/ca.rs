//! Certificate authorities: they turn a [`CertificateRequest`] into a certificate (RFC 5280 4.1).

use crate::certificate::CertificateRequest;
use crate::ct_log::CtLog;
use crate::der;
use crate::extension::{Extension, sct_extension};
use crate::key::{Key, pem, sha256};

/// A certificate with its key.
#[derive(Clone)]
pub struct Leaf {
    pub key: Key,
    /// DER.
    pub certificate: Vec<u8>,
    pub not_before: i64,
    subject: Vec<u8>,
    issuer: Vec<u8>,
    serial: Vec<u8>,
}

impl Leaf {
    pub fn pem(&self) -> String {
        pem("CERTIFICATE", &self.certificate)
    }

    /// This certificate used as a CA, whether it is one or not.
    pub fn into_authority(self) -> Authority {
        Authority {
            subject: self.subject,
            key: self.key,
            certificate: self.certificate,
        }
    }

    /// IssuerAndSerialNumber (RFC 5652 10.2.4).
    pub(crate) fn issuer_and_serial(&self) -> Vec<u8> {
        der::sequence([&self.issuer, &self.serial])
    }
}

#[derive(Clone)]
pub struct Authority {
    pub key: Key,
    /// DER.
    pub certificate: Vec<u8>,
    subject: Vec<u8>,
}

impl Authority {
    pub fn self_signed(request: CertificateRequest) -> Authority {
        let issuer = Authority {
            key: request.effective_key(),
            certificate: Vec::new(),
            subject: request.subject.clone(),
        };
        issuer.authority(request.key(issuer.key.clone()))
    }

    /// A CA below this one.
    pub fn authority(&self, request: CertificateRequest) -> Authority {
        self.issue(request).into_authority()
    }

    /// A certificate of this CA without an SCT, whatever the request says.
    pub fn issue(&self, request: CertificateRequest) -> Leaf {
        let extensions = |key: &Key| request.extensions(key, &self.key);
        self.assemble(&request, extensions)
    }

    /// A certificate of this CA with the SCTs that the request asks for.
    pub fn issue_logged(&self, request: CertificateRequest, log: &CtLog) -> Leaf {
        self.assemble(&request, |key| {
            let mut extensions = request.extensions(key, &self.key);
            let precertificate = self.to_be_signed(&request, key, &extensions);
            let list = log.list(&request.sct, &self.key, &precertificate, request.not_before);
            extensions.extend(list.map(|list| sct_extension(&list)));
            extensions
        })
    }

    pub fn pem(&self) -> String {
        pem("CERTIFICATE", &self.certificate)
    }

    fn assemble(&self, request: &CertificateRequest, extensions: impl FnOnce(&Key) -> Vec<Extension>) -> Leaf {
        let key = request.effective_key();
        let signed = self.to_be_signed(request, &key, &extensions(&key));
        let signature = der::bits(&self.key.sign(&signed));
        Leaf {
            certificate: der::sequence([&signed, &self.key.signature_algorithm(), &signature]),
            not_before: request.not_before,
            subject: request.subject.clone(),
            issuer: self.subject.clone(),
            serial: self.serial(request, &key),
            key,
        }
    }

    fn to_be_signed(&self, request: &CertificateRequest, key: &Key, extensions: &[Extension]) -> Vec<u8> {
        let version_3 = der::context(0, &der::integer(2));
        let validity = der::sequence([der::time(request.not_before), der::time(request.not_after)]);
        der::sequence([
            version_3,
            self.serial(request, key),
            self.key.signature_algorithm(),
            self.subject.clone(),
            validity,
            request.subject.clone(),
            key.spki(),
            der::context(3, &der::sequence(extensions.iter().map(Extension::der))),
        ])
    }

    fn serial(&self, request: &CertificateRequest, key: &Key) -> Vec<u8> {
        let seed = der::concat([
            &key.spki(),
            &self.key.spki(),
            &request.not_before.to_be_bytes().to_vec(),
        ]);
        let mut number = sha256(&seed)[..19].to_vec();
        number[0] |= 0x40;
        der::unsigned(&number)
    }
}
