//! When it was signed: step 1 of the client specification, and that every proven time lies in every validity it must.
//!
//! `time_due` pins the missing time, webpki and `validate_certificate_time` the certificate's, sigstore-tsa the authority's
//! window, `not_in_the_future` the clock, `log_retired` and the keyring's window the log's key.

use portcullis_component::wit::basics::ResultClass::*;
use serde_json::json;
use testbed::clock::{DAY, MINUTE, NOON};
use testbed::trusted_root::{TIMESTAMP_AUTHORITIES, TLOGS};
use testbed::*;

use crate::case::{Case, release, signature};

fn signing(sigstore: &Sigstore) -> Signing<'_> {
    sigstore.sign(&sigstore.issue(release()), signature())
}

#[test]
fn time_missing_fail() {
    let sigstore = Sigstore::new();
    for unproven in [
        signing(&sigstore).rekor_v2(),
        signing(&sigstore).rekor_v1_with(Evidence::Proof),
    ] {
        Case::new(&sigstore)
            .bundle(&unproven.bundle())
            .denied_for(TimeMissing, "nothing proves when");
    }
}

#[test]
fn time_after_the_certificate_fail() {
    let sigstore = Sigstore::new();
    for late in [
        signing(&sigstore).at(NOON + 11 * MINUTE),
        signing(&sigstore).at(NOON - MINUTE),
    ] {
        let case = Case::new(&sigstore);
        case.clone()
            .bundle(&late.clone().rekor_v1().bundle())
            .denied(ExpiredAtSigning);
        case.bundle(&late.rekor_v2().timestamp().bundle())
            .denied(ExpiredAtSigning);
    }
}

/// Every proven time counts, not the best of them.
#[test]
fn one_of_two_times_after_the_certificate_fail() {
    let sigstore = Sigstore::new();
    let both = signing(&sigstore).rekor_v1().at(NOON + DAY).timestamp();
    Case::new(&sigstore)
        .at(NOON + 2 * DAY)
        .bundle(&both.bundle())
        .denied(ExpiredAtSigning);
}

#[test]
fn timestamp_of_unknown_authority_fail() {
    let (sigstore, corp) = (Sigstore::new(), Sigstore::named("corp"));
    let stamped = signing(&sigstore).rekor_v2().timestamp_by(&corp.tsa);
    Case::new(&sigstore)
        .bundle(&stamped.bundle())
        .denied_for(TimeMissing, "does not know its authority");
    // Beside a time that can be judged it is set aside, and said.
    let both = signing(&sigstore).rekor_v1().timestamp_by(&corp.tsa);
    let report = Case::new(&sigstore).bundle(&both.bundle()).allowed();
    let remarks = &report.rules[0].accepted[0].remarks;
    assert!(
        remarks.iter().any(|one| one.contains("does not know its authority")),
        "{remarks:?}"
    );
}

#[test]
fn timestamp_outside_the_authority_window_fail() {
    let sigstore = Sigstore::new();
    let root = sigstore
        .trusted_root()
        .valid_for(TIMESTAMP_AUTHORITIES, 0, NOON - DAY, Some(NOON));
    let case = Case::new(&sigstore).root("public", &root);
    case.bundle(&signing(&sigstore).rekor_v2().timestamp().bundle())
        .denied_for(TimeMissing, "outside");
}

#[test]
fn timestamp_of_another_signature_fail() {
    let sigstore = Sigstore::new();
    let foreign = sigstore.tsa.stamp(b"another signature", NOON + 5);
    let case = Case::new(&sigstore);
    case.clone()
        .bundle(&signing(&sigstore).rekor_v2().token(foreign.clone()).bundle())
        .denied(TimeMissing);
    // What the root can judge must verify, also where it is not needed.
    case.bundle(&signing(&sigstore).rekor_v1().token(foreign).bundle())
        .denied(TimeMissing);
}

#[test]
fn timestamp_forged_fail() {
    let sigstore = Sigstore::new();
    let mut tsa = sigstore.tsa.clone();
    tsa.leaf.key = Key::p256("mallory");
    let case = Case::new(&sigstore);
    case.bundle(&signing(&sigstore).rekor_v2().timestamp_by(&tsa).bundle())
        .denied(TimeMissing);
}

#[test]
fn timestamps_too_many_fail() {
    let sigstore = Sigstore::new();
    let many = (0..5).fold(signing(&sigstore).rekor_v1(), |signing, _| signing.timestamp());
    Case::new(&sigstore)
        .bundle(&many.bundle())
        .denied_for(Malformed, "too many signed timestamps");
}

#[test]
fn time_in_the_future_fail() {
    let sigstore = Sigstore::new();
    for timed in [signing(&sigstore).rekor_v1(), signing(&sigstore).rekor_v2().timestamp()] {
        let case = Case::new(&sigstore).bundle(&timed.bundle());
        case.clone().at(NOON + 5 - MINUTE).allowed();
        case.at(NOON + 4 - MINUTE)
            .denied_for(LogEntryInvalid, "lies in the future");
    }
}

#[test]
fn promised_time_altered_fail() {
    let sigstore = Sigstore::new();
    let mut bundle = signing(&sigstore).rekor_v1().bundle();
    let time = json!((NOON + 6).to_string());
    json::set(&mut bundle, "/verificationMaterial/tlogEntries/0/integratedTime", time);
    let case = Case::new(&sigstore).bundle(&bundle);
    case.denied_for(LogEntryInvalid, "SET");
    case.also("transparency-log: { required: false }")
        .denied_for(LogEntryInvalid, "SET");
}

#[test]
fn log_key_not_in_use_fail() {
    let sigstore = Sigstore::new();
    let closed = |index| {
        sigstore
            .trusted_root()
            .valid_for(TLOGS, index, NOON - 9 * DAY, Some(NOON - 8 * DAY))
    };
    let v1 = Case::new(&sigstore).root("public", &closed(0));
    v1.bundle(&signing(&sigstore).rekor_v1().bundle())
        .denied_for(LogEntryInvalid, "No log key valid");
    let proof = signing(&sigstore).rekor_v1_with(Evidence::Proof).timestamp().bundle();
    let v1 = Case::new(&sigstore).root("public", &closed(0));
    v1.bundle(&proof).denied_for(LogEntryInvalid, "not in use");
    let v2 = Case::new(&sigstore).root("public", &closed(1));
    let bundle = signing(&sigstore).rekor_v2().timestamp().bundle();
    v2.bundle(&bundle).denied_for(LogEntryInvalid, "not in use");
}
