//! `clock_is_request_time`: the time of a check is its argument, in the verifier too. The evidence is of 2040, which the
//! machine's own clock has not seen.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use serde_json::Value;
use support::{Answer, Scratch, portcullis};
use testbed::clock::{DAY, MINUTE, rfc3339};
use testbed::{CertificateRequest, Layout, Registry, Signing, Sigstore, Statement};

/// 2040-06-01T12:00:00Z
const SIGNED: i64 = 2_222_164_800;

const POLICY: &str = "\
version: 1
signers:
  release:
    github: { repository: acme/app, workflow: acme/app/.github/workflows/release.yml, ref: refs/heads/main }
trust: [{ file: root.json }]
rules:
  signed: { signature: { by: release } }
images:
  - match: '**'
    rules: [signed]
";

/// An image that was signed in 2040, with this evidence.
fn signed(evidence: impl for<'a> Fn(Signing<'a>) -> Signing<'a>) -> (Scratch, Layout) {
    let (scratch, sigstore) = (Scratch::new(), Sigstore::new());
    let (mut layout, image) = Layout::with_image("v1");
    let request = CertificateRequest::github("acme/app", "release.yml", "refs/heads/main").issued_at(SIGNED);
    let signing = sigstore.sign(&sigstore.issue(request), Statement::image_signature(image.digest()));
    layout.attach_bundle(&image, &evidence(signing).bundle());
    scratch.write("root.json", sigstore.trusted_root_json());
    scratch.write("portcullis.yaml", POLICY);
    scratch.write("layout.tar", layout.tar());
    (scratch, layout)
}

fn check(scratch: &Scratch, now: i64) -> Answer {
    let now = rfc3339(now);
    let arguments = [
        "check",
        "registry.example/acme/app:v1",
        "--layout",
        "layout.tar",
        "--now",
        &now,
    ];
    portcullis(arguments.into_iter().chain(["--format", "json"]))
        .folder(&scratch.path)
        .answer()
}

fn assert_clock(evidence: impl for<'a> Fn(Signing<'a>) -> Signing<'a>) {
    let (scratch, _) = signed(evidence);
    for later in [MINUTE, DAY, 1_000 * DAY] {
        let answer = check(&scratch, SIGNED + later);
        assert_eq!(answer.judgement(), "0 allow verified", "{later}: {}", answer.stdout);
    }
    for earlier in [2 * MINUTE, DAY, 5_000 * DAY] {
        let answer = check(&scratch, SIGNED - earlier);
        assert_ne!(answer.json()["verdict"], "allow", "{earlier}: {}", answer.stdout);
        assert_ne!(answer.exit, Some(0));
    }
}

#[test]
fn clock_is_request_time() {
    assert_clock(|signing| signing.rekor_v1());
    assert_clock(|signing| signing.rekor_v2().timestamp());
    assert_clock(|signing| signing.rekor_v1().timestamp());
}

/// Machines that sign are some seconds ahead: a minute is granted.
#[test]
fn a_minute_is_granted() {
    let (scratch, _) = signed(|signing| signing.rekor_v1());
    assert_eq!(check(&scratch, SIGNED + 5 - 50).judgement(), "0 allow verified");
    assert_ne!(check(&scratch, SIGNED + 5 - 70).exit, Some(0));
}

/// Against a registry the machine's clock decides.
#[test]
fn without_an_argument_it_is_the_machines_clock() {
    let (scratch, layout) = signed(|signing| signing.rekor_v1());
    let registry = Registry::start([("acme/app", layout)]);
    let image = format!("{}/acme/app:v1", registry.host());
    let answer = portcullis(["check", &image, "--format", "json"])
        .folder(&scratch.path)
        .answer();
    assert_ne!(answer.json()["verdict"], "allow", "{}", answer.stdout);
}

/// The same question gets the same answer, byte for byte; at another time all of it but the time.
#[test]
fn nothing_else_in_the_report_depends_on_time() {
    let (scratch, _) = signed(|signing| signing.rekor_v1());
    assert_eq!(check(&scratch, SIGNED + DAY), check(&scratch, SIGNED + DAY));
    let timeless = |now| {
        let mut report = check(&scratch, now).json();
        report["images"][0]["time"] = Value::Null;
        report["weakenings"] = Value::Null;
        report
    };
    assert_eq!(timeless(SIGNED + MINUTE), timeless(SIGNED + 900 * DAY));
}
