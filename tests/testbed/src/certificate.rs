//! What a certificate shall say: names, claims (the OIDs of [Fulcio's table]), usages, validity, SCT.
//!
//! [Fulcio's table]: https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md

use crate::clock::{MINUTE, NOON};
use crate::ct_log::Sct;
use crate::der;
use crate::extension::{Extension, FULCIO, San};
use crate::key::Key;

const COMMON_NAME: &str = "2.5.4.3";
const ORGANIZATION: &str = "2.5.4.10";

pub const CODE_SIGNING: &str = "1.3.6.1.5.5.7.3.3";
pub const TIME_STAMPING: &str = "1.3.6.1.5.5.7.3.8";

/// The bits of the key usage extension (RFC 5280 4.2.1.3).
pub const DIGITAL_SIGNATURE: u8 = 0;
pub const KEY_CERT_SIGN: u8 = 5;
pub const CRL_SIGN: u8 = 6;

#[derive(Clone, Copy)]
enum BasicConstraints {
    Absent,
    Ca,
    CaWithPathLength(u64),
}

/// A certificate to be issued; [`crate::Sigstore::issue`] and [`crate::Authority::issue`] take it.
#[derive(Clone)]
pub struct CertificateRequest {
    key: Option<Key>,
    pub(crate) subject: Vec<u8>,
    pub(crate) not_before: i64,
    pub(crate) not_after: i64,
    pub(crate) sct: Sct,
    key_usage: Vec<u8>,
    extended_key_usage: Vec<String>,
    basic_constraints: BasicConstraints,
    sans: Vec<San>,
    extensions: Vec<Extension>,
}

impl CertificateRequest {
    /// A leaf for code signing without any name or claim: ten minutes from [`NOON`], P-256, one SCT.
    pub fn leaf() -> CertificateRequest {
        CertificateRequest {
            key: None,
            subject: der::sequence::<Vec<u8>>([]),
            not_before: NOON,
            not_after: NOON + 10 * MINUTE,
            sct: Sct::Embedded,
            key_usage: vec![DIGITAL_SIGNATURE],
            extended_key_usage: vec![CODE_SIGNING.to_owned()],
            basic_constraints: BasicConstraints::Absent,
            sans: Vec::new(),
            extensions: Vec::new(),
        }
    }

    /// A CA that may sign leaves, from 2025 to 2045.
    pub fn ca(common_name: &str) -> CertificateRequest {
        CertificateRequest {
            basic_constraints: BasicConstraints::Ca,
            key_usage: vec![KEY_CERT_SIGN, CRL_SIGN],
            extended_key_usage: Vec::new(),
            sct: Sct::Absent,
            ..CertificateRequest::leaf().subject(common_name).valid(CA_START, CA_END)
        }
    }

    /// A time-stamping leaf, from 2025 to 2045.
    pub fn tsa(common_name: &str) -> CertificateRequest {
        CertificateRequest::leaf()
            .subject(common_name)
            .valid(CA_START, CA_END)
            .extended_key_usage(&[TIME_STAMPING])
            .sct(Sct::Absent)
    }

    /// The issuer in both forms, `.1.1` and `.1.8`. `claim(1, …)` or `claim(8, …)` alone makes them differ.
    pub fn issuer(self, issuer: &str) -> CertificateRequest {
        self.claim(1, issuer).claim(8, issuer)
    }

    /// The trigger in both forms, GitHub's `.1.2` and `.1.20`.
    pub fn trigger(self, trigger: &str) -> CertificateRequest {
        self.claim(2, trigger).claim(20, trigger)
    }

    /// Sets `1.3.6.1.4.1.57264.1.{number}`: text as it is up to `.1.7`, a DER UTF8String after.
    pub fn claim(self, number: u8, text: &str) -> CertificateRequest {
        let value = claim_value(number, text);
        self.claim_bytes(number, &value)
    }

    /// Sets a claim to these bytes: text that is not DER, or DER where text belongs.
    pub fn claim_bytes(self, number: u8, value: &[u8]) -> CertificateRequest {
        let oid = format!("{FULCIO}.{number}");
        match self.extensions.iter().position(|extension| extension.oid == oid) {
            Some(at) => {
                let mut this = self;
                this.extensions[at].value = value.to_vec();
                this
            }
            None => self.extension(&oid, false, value),
        }
    }

    /// Adds a claim that is already there a second time.
    pub fn claim_again(self, number: u8, text: &str) -> CertificateRequest {
        self.extension(&format!("{FULCIO}.{number}"), false, &claim_value(number, text))
    }

    pub fn without_claim(mut self, number: u8) -> CertificateRequest {
        let oid = format!("{FULCIO}.{number}");
        self.extensions.retain(|extension| extension.oid != oid);
        self
    }

    /// Adds any extension, also one that is there already.
    pub fn extension(mut self, oid: &str, critical: bool, value: &[u8]) -> CertificateRequest {
        self.extensions.push(Extension {
            oid: oid.to_owned(),
            critical,
            value: value.to_vec(),
        });
        self
    }

    /// Adds a subject alternative name.
    pub fn san(mut self, san: San) -> CertificateRequest {
        self.sans.push(san);
        self
    }

    pub fn without_san(mut self) -> CertificateRequest {
        self.sans.clear();
        self
    }

    pub fn key(mut self, key: Key) -> CertificateRequest {
        self.key = Some(key);
        self
    }

    pub fn subject(mut self, common_name: &str) -> CertificateRequest {
        self.subject = name(&[(ORGANIZATION, "testbed"), (COMMON_NAME, common_name)]);
        self
    }

    pub fn valid(mut self, not_before: i64, not_after: i64) -> CertificateRequest {
        self.not_before = not_before;
        self.not_after = not_after;
        self
    }

    /// Ten minutes from this time, as Fulcio does.
    pub fn issued_at(self, time: i64) -> CertificateRequest {
        self.valid(time, time + 10 * MINUTE)
    }

    pub fn sct(mut self, sct: Sct) -> CertificateRequest {
        self.sct = sct;
        self
    }

    /// The key usage bits; none leaves the extension out.
    pub fn key_usage(mut self, bits: &[u8]) -> CertificateRequest {
        self.key_usage = bits.to_vec();
        self
    }

    /// The OIDs of the extended key usage; none leaves the extension out.
    pub fn extended_key_usage(mut self, oids: &[&str]) -> CertificateRequest {
        self.extended_key_usage = oids.iter().map(|oid| (*oid).to_owned()).collect();
        self
    }

    /// A CA with this path length.
    pub fn path_length(mut self, length: u64) -> CertificateRequest {
        self.basic_constraints = BasicConstraints::CaWithPathLength(length);
        self
    }

    /// No basic constraints: not a CA.
    pub fn without_ca_bit(mut self) -> CertificateRequest {
        self.basic_constraints = BasicConstraints::Absent;
        self
    }

    /// The key asked for, or one of its own for these names and this time.
    pub(crate) fn effective_key(&self) -> Key {
        let seed = || format!("{:?} {:?} {}", self.sans, self.subject, self.not_before);
        self.key.clone().unwrap_or_else(|| Key::p256(&seed()))
    }

    /// The extensions in Fulcio's order, without the SCT list.
    pub(crate) fn extensions(&self, key: &Key, issuer: &Key) -> Vec<Extension> {
        let mut all = Vec::new();
        let mut add = |oid: &str, critical, value| {
            all.push(Extension {
                oid: oid.to_owned(),
                critical,
                value,
            })
        };
        if !self.key_usage.is_empty() {
            add("2.5.29.15", true, der::named_bits(&self.key_usage));
        }
        if !self.extended_key_usage.is_empty() {
            let critical = self.extended_key_usage.iter().any(|oid| oid == TIME_STAMPING); // RFC 3161 2.3
            add(
                "2.5.29.37",
                critical,
                der::sequence(self.extended_key_usage.iter().map(|oid| der::oid(oid))),
            );
        }
        match self.basic_constraints {
            BasicConstraints::Absent => {}
            BasicConstraints::Ca => add("2.5.29.19", true, der::sequence([der::boolean_true()])),
            BasicConstraints::CaWithPathLength(length) => {
                let constraints = der::sequence([der::boolean_true(), der::integer(length)]);
                add("2.5.29.19", true, constraints);
            }
        }
        add("2.5.29.14", false, der::octets(&key.id()[..20]));
        add(
            "2.5.29.35",
            false,
            der::sequence([der::context_primitive(0, &issuer.id()[..20])]),
        );
        if !self.sans.is_empty() {
            add("2.5.29.17", true, der::sequence(self.sans.iter().map(San::der)));
        }
        all.extend(self.extensions.iter().cloned());
        all
    }
}

/// 2025-01-01 and 2045-01-01.
const CA_START: i64 = 1_735_689_600;
const CA_END: i64 = 2_366_841_600;

fn claim_value(number: u8, text: &str) -> Vec<u8> {
    if number < 8 {
        text.as_bytes().to_vec()
    } else {
        der::utf8(text)
    }
}

fn name(attributes: &[(&str, &str)]) -> Vec<u8> {
    let relative = |(oid, text): &(&str, &str)| der::set(vec![der::sequence([der::oid(oid), der::utf8(text)])]);
    der::sequence(attributes.iter().map(relative))
}
