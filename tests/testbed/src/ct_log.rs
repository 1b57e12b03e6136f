//! A certificate transparency log: it signs the timestamps (SCT) inside certificates ([RFC 6962 3.2]).
//!
//! [RFC 6962 3.2]: https://www.rfc-editor.org/rfc/rfc6962#section-3.2

use crate::der::concat;
use crate::key::Key;

/// Which SCTs a certificate carries.
#[derive(Clone)]
pub enum Sct {
    /// One by the log of the instance.
    Embedded,
    Absent,
    /// Two by the log of the instance.
    Twice,
    /// One by the log of the instance over another certificate.
    OfOther,
    /// One with the id of the instance's log, but signed by this key.
    Forged(Key),
    /// A good one by another log with this key.
    ByLog(Key),
    /// A good one with a time other than the certificate's notBefore.
    At(i64),
}

#[derive(Clone)]
pub struct CtLog {
    pub key: Key,
    /// The id that its SCTs state: SHA-256 of the SPKI.
    pub id: [u8; 32],
}

impl CtLog {
    pub fn new(key: Key) -> CtLog {
        CtLog { id: key.id(), key }
    }

    /// The SignedCertificateTimestampList for a precertificate, or nothing.
    pub(crate) fn list(&self, sct: &Sct, issuer: &Key, precertificate: &[u8], time: i64) -> Option<Vec<u8>> {
        let good = |log: &CtLog, time| log.timestamp(issuer, precertificate, time);
        let timestamps = match sct {
            Sct::Absent => return None,
            Sct::Embedded => vec![good(self, time)],
            Sct::At(time) => vec![good(self, *time)],
            Sct::Twice => vec![good(self, time), good(self, time + 1)],
            Sct::OfOther => vec![self.timestamp(issuer, b"another certificate", time)],
            Sct::Forged(key) => vec![good(
                &CtLog {
                    key: key.clone(),
                    id: self.id,
                },
                time,
            )],
            Sct::ByLog(key) => vec![good(&CtLog::new(key.clone()), time)],
        };
        Some(short_vector(&concat(
            timestamps.iter().map(|timestamp| short_vector(timestamp)),
        )))
    }

    /// One serialised SCT. Its time is in milliseconds.
    fn timestamp(&self, issuer: &Key, precertificate: &[u8], time: i64) -> Vec<u8> {
        let milliseconds = (time as u64 * 1000).to_be_bytes();
        let length = (precertificate.len() as u32).to_be_bytes();
        let no_extensions = [0, 0];
        let signed = concat([
            &[0, 0][..], // v1, certificate_timestamp
            &milliseconds,
            &[0, 1], // precert_entry
            &issuer.id(),
            &length[1..],
            precertificate,
            &no_extensions,
        ]);
        let signature = short_vector(&self.key.sign(&signed));
        let ecdsa_with_sha256 = [4, 3];
        concat([
            &[0][..],
            &self.id,
            &milliseconds,
            &no_extensions,
            &ecdsa_with_sha256,
            &signature,
        ])
    }
}

/// An opaque vector of TLS with a length of two bytes.
fn short_vector(content: &[u8]) -> Vec<u8> {
    concat([&(content.len() as u16).to_be_bytes()[..], content])
}
