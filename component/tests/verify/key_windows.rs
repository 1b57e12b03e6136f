//! When a key counts: `not-before` and `not-after` against the proven time, else the time of the check. Pins `key::in_use`.

use portcullis_component::wit::basics::ResultClass::*;
use testbed::clock::{DAY, NOON};
use testbed::*;

use crate::case::{Case, signature};

/// The keys are in use on these days; [`NOON`] is one of 2026.
fn windowed(window: &str, log: &str) -> Case {
    let key = Key::p256("ops");
    Case::key(&key).signer("ops", &format!("key: [{{ file: keys/ops.pub, {window} }}], {log}"))
}

const WITHOUT: &str = "transparency-log: { required: false }";

fn day(time: i64) -> String {
    clock::rfc3339(time)[..10].to_owned()
}

#[test]
fn without_a_proven_time_the_time_of_the_check_counts() {
    let sigstore = Sigstore::new();
    let bundle = sigstore.sign(&Key::p256("ops"), signature()).bundle();
    let until_today = windowed(&format!("not-after: {}", day(NOON)), WITHOUT).bundle(&bundle);
    let report = until_today.clone().at(NOON).allowed();
    let remarks = report.rules[0].accepted[0].remarks.join("\n");
    assert!(remarks.contains("at the time of this check"), "{remarks}");
    until_today
        .at(NOON + DAY)
        .denied_for(ExpiredAtSigning, "nothing proves that it signed before");
    let from_tomorrow = windowed(&format!("not-before: {}", day(NOON + DAY)), WITHOUT).bundle(&bundle);
    from_tomorrow.clone().at(NOON).denied(ExpiredAtSigning);
    from_tomorrow.at(NOON + DAY).allowed();
}

#[test]
fn a_proven_time_counts() {
    let (sigstore, key) = (Sigstore::new(), Key::p256("ops"));
    let logged = |time: i64| sigstore.sign(&key, signature()).at(time).rekor_v1().bundle();
    let until = windowed(&format!("not-after: {}", day(NOON)), "trust: public").at(NOON + 9 * DAY);
    let report = until.clone().bundle(&logged(NOON)).allowed();
    let remarks = report.rules[0].accepted[0].remarks.join("\n");
    assert!(remarks.contains("first proven to exist"), "{remarks}");
    until
        .bundle(&logged(NOON + DAY))
        .denied_for(ExpiredAtSigning, "when it was signed");
}

/// The refusal that is nearest is told, whichever key was tried last.
#[test]
fn of_two_keys_the_one_that_signed_fail() {
    let sigstore = Sigstore::new();
    let bundle = sigstore.sign(&Key::p256("ops"), signature()).bundle();
    let other = Key::p256("other");
    let keys = format!(
        "key: [{{ file: keys/ops.pub, not-after: {} }}, {{ file: keys/other.pub }}], {WITHOUT}",
        day(NOON - DAY)
    );
    Case::key(&Key::p256("ops"))
        .file("keys/other.pub", other.public_pem().as_bytes())
        .signer("ops", &keys)
        .bundle(&bundle)
        .denied_for(ExpiredAtSigning, "`ops`");
}
