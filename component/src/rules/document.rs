//! A proven statement as rules see it.

use serde_json::Value;

use crate::json;
use crate::verify::Verified;
use crate::wit::evidence::{CertificateIdentity, Principal, ProvenTime};

/// Built from what was proven and from nothing else; [`crate::evaluate`] does it once per piece of evidence.
#[derive(Debug)]
pub(crate) struct Document<'v> {
    signer: &'v str,
    principal: &'v Principal,
    statement: Value,
    time: ProvenTime,
}

impl<'v> Document<'v> {
    /// None where the signed bytes are no statement, which no proof of an attestation lets through.
    pub fn read(verified: &'v Verified) -> Option<Self> {
        Some(Self {
            signer: verified.signer(),
            principal: &verified.proof().principal,
            statement: json::read(verified.payload()).ok()?,
            time: verified.proof().time,
        })
    }

    /// The name of the signer who made it.
    pub fn signer(&self) -> &'v str {
        self.signer
    }

    pub fn principal(&self) -> &'v Principal {
        self.principal
    }

    /// None where it was signed with a key.
    pub fn identity(&self) -> Option<&'v CertificateIdentity> {
        match self.principal {
            Principal::Certificate(identity) => Some(identity),
            Principal::Key(_) => None,
        }
    }

    /// The whole statement: `_type`, `subject`, `predicateType`, `predicate`.
    pub fn statement(&self) -> &Value {
        &self.statement
    }

    pub fn predicate_type(&self) -> &str {
        self.statement["predicateType"].as_str().unwrap_or_default()
    }

    pub fn predicate(&self) -> &Value {
        &self.statement["predicate"]
    }

    /// When it was signed.
    pub fn time(&self) -> ProvenTime {
        self.time
    }
}

#[cfg(test)]
impl Document<'static> {
    /// A document of the principal `key`, for tests of rules.
    pub fn of(predicate_type: &str, predicate: Value) -> Self {
        Self::signed(
            predicate_type,
            predicate,
            Principal::Key(crate::digest::Digest::of(b"key").to_string()),
        )
    }

    /// The same, signed between the two.
    pub fn timed(self, earliest: Option<i64>, latest: Option<i64>) -> Self {
        let time = ProvenTime { earliest, latest };
        Self { time, ..self }
    }

    pub fn signed(predicate_type: &str, predicate: Value, principal: Principal) -> Self {
        let statement = serde_json::json!({
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [],
            "predicateType": predicate_type,
            "predicate": predicate,
        });
        Self {
            signer: "release",
            principal: Box::leak(Box::new(principal)),
            statement,
            time: ProvenTime {
                earliest: None,
                latest: None,
            },
        }
    }
}
