//! Why a proof failed, in the closed list of result classes. `sigstore-verify` tells causes apart by variant; its texts are
//! shown and never matched.

use sigstore_types::TimeRange;
use sigstore_types::bundle::TransparencyLogEntry;
use sigstore_verify::error::{CertificateError, Error, TimestampError, TransparencyLogError};

use super::certificate::Leaf;
use super::log::{Judged, invalid};
use super::prove::SKEW;
use super::timestamp;
use crate::trust::Root;
use crate::wit::basics::ResultClass;
use crate::wit::evidence::Rejection;

/// A refusal by the crate, or by a check of ours beside it.
#[derive(Debug)]
pub(super) enum Refused {
    Crate(Box<Error>),
    Ours(Box<Rejection>),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Crate(Box::new(error))
    }
}

impl From<Rejection> for Refused {
    fn from(rejection: Rejection) -> Self {
        Self::Ours(Box::new(rejection))
    }
}

impl Refused {
    pub fn rejection(self, judged: &Judged, leaf: Option<&Leaf>) -> Rejection {
        match self {
            Self::Ours(rejection) => *rejection,
            Self::Crate(error) => of_crate(&error, judged, leaf),
        }
    }
}

fn of_crate(error: &Error, judged: &Judged, leaf: Option<&Leaf>) -> Rejection {
    // The crate checks the chain at the signing time, so an expired leaf shows as an invalid chain.
    let outside = leaf.and_then(|leaf| claimed_outside(judged, leaf));
    if let (Error::Certificate(CertificateError::ChainInvalid(_)), Some((time, leaf))) = (error, outside) {
        return expired(time, leaf);
    }
    Rejection {
        class: class(error),
        reason: error.to_string(),
        expected: None,
        found: None,
        hint: hint(error),
    }
}

fn class(error: &Error) -> ResultClass {
    match error {
        Error::IdentityMismatch { .. } | Error::IssuerMismatch { .. } => ResultClass::IdentityMismatch,
        Error::SignatureInvalid(_) => ResultClass::NoMatchingSigner,
        Error::UnsupportedArtifact(_) | Error::Crypto(_) => ResultClass::AlgorithmNotAccepted,
        Error::UnsupportedBundle(_) => ResultClass::UnsupportedFormat,
        Error::Certificate(error) => match error {
            CertificateError::ChainInvalid(_) | CertificateError::NoValidAuthority { .. } => ResultClass::UntrustedRoot,
            CertificateError::NotYetValid { .. } | CertificateError::Expired { .. } => ResultClass::ExpiredAtSigning,
            CertificateError::Sct(_) => ResultClass::SctMissing,
            _ => ResultClass::Malformed,
        },
        Error::TransparencyLog(TransparencyLogError::UnknownLog { .. })
        | Error::InvalidTrustRoot(_)
        | Error::TrustRoot(_)
        | Error::TrustedCertificate(_) => ResultClass::UntrustedRoot,
        // That the signature is about this image was found when it was read: what is left is an entry about another one.
        Error::TransparencyLog(_) | Error::ArtifactMismatch(_) => ResultClass::LogEntryInvalid,
        Error::Timestamp(TimestampError::OutsideAuthorityValidity { .. } | TimestampError::NoVerifiedTimestamp(_))
        | Error::Timestamp(_) => ResultClass::TimeMissing,
        _ => ResultClass::Malformed,
    }
}

fn hint(error: &Error) -> Option<String> {
    let text = match error {
        Error::SignatureInvalid(_) => "the signed bytes were altered, or another key signed them",
        Error::Certificate(CertificateError::ChainInvalid(_)) => {
            "issued by an authority that the trusted root does not know, or for another use than code signing"
        }
        Error::TransparencyLog(TransparencyLogError::IntegratedTime(_)) => {
            "the log's time is later than the time of this check, or outside the certificate's validity"
        }
        Error::TransparencyLog(_) | Error::ArtifactMismatch(_) => {
            "the log entry is of another signature, or was altered"
        }
        _ => return None,
    };
    Some(text.to_owned())
}

fn claimed_outside<'l>(judged: &Judged, leaf: &'l Leaf) -> Option<(i64, &'l Leaf)> {
    let entries = judged.entries.iter().filter_map(|(_, entry)| entry.integrated_time);
    let tokens = judged
        .timestamps
        .iter()
        .map(|(_, token)| token.signed_timestamp.as_bytes());
    entries
        .map(|time| time.as_second())
        .chain(tokens.filter_map(timestamp::claimed_time))
        .find(|time| *time < leaf.not_before || *time > leaf.not_after)
        .map(|time| (time, leaf))
}

fn expired(time: i64, leaf: &Leaf) -> Rejection {
    Rejection {
        class: ResultClass::ExpiredAtSigning,
        reason: "the certificate was not valid at the proven signing time".to_owned(),
        expected: Some(format!(
            "between {} and {}",
            rfc3339(leaf.not_before),
            rfc3339(leaf.not_after)
        )),
        found: Some(rfc3339(time)),
        hint: None,
    }
}

pub(super) fn unknown_authority(root: &Root) -> Rejection {
    Rejection {
        class: ResultClass::UntrustedRoot,
        reason: format!(
            "the certificate was not issued by an authority of the trusted root `{}`",
            root.name
        ),
        expected: None,
        found: None,
        hint: Some("signed in another Sigstore: name its trusted root under `trust` and at the signer".to_owned()),
    }
}

/// A time that lies ahead proves nothing about the past; the crate checks this for logs alone.
pub(super) fn not_in_the_future(times: &[i64], now: i64) -> Result<(), Rejection> {
    match times.iter().find(|time| **time > now + SKEW) {
        None => Ok(()),
        Some(time) => Err(Rejection {
            expected: Some(format!("at most {} s after {}", SKEW, rfc3339(now))),
            found: Some(rfc3339(*time)),
            hint: Some("the clock of this machine, or of the authority, is wrong".to_owned()),
            ..invalid("a proven time lies in the future")
        }),
    }
}

/// The key of a retired Rekor v2 log must not vouch for what was signed after its end.
pub(super) fn log_retired(
    entries: &[TransparencyLogEntry],
    window: Option<TimeRange>,
    times: &[i64],
) -> Result<(), Rejection> {
    let Some(window) = window else { return Ok(()) };
    let earliest = times
        .iter()
        .min()
        .and_then(|time| jiff::Timestamp::from_second(*time).ok());
    match earliest {
        Some(time) if !entries.is_empty() && !window.contains(time) => Err(Rejection {
            found: Some(time.to_string()),
            ..invalid("the log's key was not in use when it was signed")
        }),
        _ => Ok(()),
    }
}

pub(super) fn rfc3339(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |time| time.to_string())
}
