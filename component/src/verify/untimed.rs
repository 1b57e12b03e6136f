//! A long-lived certificate whose signature nothing dates: the certificate must be valid when it is looked at. The signer
//! chooses this (`transparency-log: { required: false }` on a certificate of its own), never the shape of the evidence, and
//! only where there is no entry and no timestamp that the trusted root can judge. `sigstore-verify` verifies nothing without a
//! time, so chain and signature are verified here (RFC 5280 6.1).

use der::Decode;
use x509_cert::Certificate;

use super::certificate::Leaf;
use super::key::signs;
use super::names;
use super::prove::{Demand, Proven};
use super::refusal::{rfc3339, unknown_authority};
use super::signed::Signed;
use crate::chain::{for_code_signing, signed_by, unknown_critical};
use crate::evidence::malformed;
use crate::signer::CtDemand;
use crate::trust::{Authority, Root};
use crate::wit::basics::ResultClass;
use crate::wit::evidence::Rejection;

pub(super) fn by_certificate(
    signed: &Signed<'_>,
    leaf: &Leaf,
    root: &Root,
    demand: Demand,
    spend: &dyn Fn() -> Result<(), Rejection>,
) -> Result<Proven, Rejection> {
    if leaf.is_short_lived() {
        return Err(undated(
            "the certificate is short-lived, and nothing proves when it signed",
        ));
    }
    if demand.ct == CtDemand::Required {
        return Err(undated(
            "nothing proves when it was signed, so its SCT cannot be judged either",
        ));
    }
    let certificate = Certificate::from_der(&leaf.der)
        .map_err(|error| malformed(format!("the certificate is not X.509: {error}")))?;
    may_sign(&certificate)?;
    if demand.now < leaf.not_before || demand.now > leaf.not_after {
        return Err(Rejection {
            class: ResultClass::ExpiredAtSigning,
            reason: "the certificate is not valid now, and nothing proves that it signed while it was".to_owned(),
            expected: Some(format!(
                "between {} and {}",
                rfc3339(leaf.not_before),
                rfc3339(leaf.not_after)
            )),
            found: Some(rfc3339(demand.now)),
            hint: Some("sign with a signed timestamp, or anew with a certificate that is valid".to_owned()),
        });
    }
    let mut refused = unknown_authority(root);
    for index in root.issuers(&leaf.issued_by, leaf.authority_key.as_deref()) {
        spend()?;
        match under(&root.authorities[index], &certificate, demand.now) {
            Ok(()) => {
                spend()?;
                signs(signed, &leaf.spki, spend)?;
                return Ok(Proven {
                    remarks: vec![
                        "nothing proves when it was signed: the certificate is valid at the time of this check"
                            .to_owned(),
                    ],
                    ..Proven::default()
                });
            }
            Err(rejection) => refused = rejection,
        }
    }
    Err(refused)
}

/// Sigstore certificate profile: code signing; RFC 5280 4.2: nothing critical that is not known.
fn may_sign(certificate: &Certificate) -> Result<(), Rejection> {
    if !for_code_signing(certificate, false).map_err(malformed)? {
        return Err(refuse("the certificate is not for code signing".to_owned()));
    }
    match unknown_critical(certificate) {
        None => Ok(()),
        Some(oid) => Err(malformed(format!(
            "the certificate has the critical extension {oid}, which is not known"
        ))),
    }
}

fn under(authority: &Authority, certificate: &Certificate, now: i64) -> Result<(), Rejection> {
    let Some(issuer) = authority.path().first() else {
        return Err(refuse("the authority has no certificate".to_owned()));
    };
    if !signed_by(certificate, issuer) {
        return Err(refuse(format!(
            "the certificate is not signed by the authority `{}` that it names",
            issuer.tbs_certificate.subject
        )));
    }
    let at = jiff::Timestamp::from_second(now).ok();
    let in_use = authority
        .valid_for()
        .is_none_or(|window| at.is_some_and(|at| window.contains(at)));
    if let Some(subject) = authority.invalid_at(now).filter(|_| in_use) {
        return Err(refuse(format!("the authority `{subject}` is not valid now")));
    }
    if !in_use {
        return Err(refuse(
            "the trusted root says that the authority is not in use now".to_owned(),
        ));
    }
    names::within(authority.path(), certificate).map_err(refuse)
}

fn refuse(reason: String) -> Rejection {
    Rejection {
        class: ResultClass::UntrustedRoot,
        reason,
        expected: None,
        found: None,
        hint: None,
    }
}

fn undated(reason: &str) -> Rejection {
    Rejection {
        class: ResultClass::TimeMissing,
        reason: reason.to_owned(),
        expected: Some("a signed timestamp, or a log entry with a promise and its time".to_owned()),
        found: Some("neither".to_owned()),
        hint: Some("sign with `--timestamp-server-url`, or into the log".to_owned()),
    }
}
