//! One more bundle: in the component, in the same code natively, and in sigstore-verify with aws-lc. The difference between
//! nine and one, so that what a call costs once (policy, trusted root, instance) drops out.

use std::fs;
use std::process::Command;
use std::time::Instant;

use base64::prelude::*;
use portcullis::component::Component;
use portcullis_component::evaluate::evaluate;
use serde_json::Value;
use sigstore_verify::types::Bundle;
use sigstore_verify::{VerificationPolicy, Verifier, trust_root};
use testbed::statement::COSIGN_SIGN;

use crate::measure::milliseconds;
use crate::{NOW, fixtures};

pub const PROVE: &str = "--prove";

/// Each in `PROCESSES` processes, in turns, of so many rounds.
const PROCESSES: usize = 2;
const ROUNDS: usize = 10;
const MORE: usize = 8;

const NATIVE: &str = "sigstore-verify, aws-lc, native";
const COMPONENT: &str = "component";
const CRATE: &str = "component's crate, native";

const IMAGE: &str = "4ba4b884681c87d1b928ecda1b84840bde7c750fb2657c09a2b0067fdcd34095";
const IDENTITY: &str = "https://github.com/lab/app/.github/workflows/release.yml@refs/heads/main";
const ISSUER: &str = "https://token.actions.githubusercontent.com";

pub fn table() {
    println!("\n(b) one more keyless bundle, v0.3");
    for log in ["v1", "v2"] {
        let names = [NATIVE, CRATE, COMPONENT];
        let mut least = names.map(|_| f64::INFINITY);
        for _ in 0..PROCESSES {
            for (least, name) in least.iter_mut().zip(names) {
                *least = least.min(in_a_process(name, log));
            }
        }
        println!("{:36}{:>12}{:>12}", format!("  Rekor {log}"), "each", "ratio");
        for (time, name) in least.iter().zip(names) {
            println!("{name:36}{time:>9.2} ms{:>12.1}", time / least[0]);
        }
    }
}

fn in_a_process(name: &str, log: &str) -> f64 {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = command.arg(PROVE).arg(format!("{name}/{log}")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

/// The process that proves: prints milliseconds for one more bundle.
pub fn prove(case: &str) {
    let (name, log) = case.rsplit_once('/').unwrap();
    let case = Case::read(log);
    match name {
        NATIVE => case.with_sigstore_verify(),
        CRATE => case.with_the_crate(),
        _ => case.in_the_component(),
    }
}

struct Case {
    manifest: Vec<u8>,
    bundle: Vec<u8>,
    policy: Vec<u8>,
    root: Vec<u8>,
}

/// The same request in the types of one side of the boundary.
macro_rules! request {
    ($side:ident, $case:expr, $count:expr) => {{
        use $side::wit::basics::Mode;
        use $side::wit::request::{Breadth, Image, NamedFile, PolicySource, Request};
        let file = |name: &str, content: Vec<u8>| NamedFile {
            name: name.to_owned(),
            content,
        };
        Request {
            policy: PolicySource {
                document: file("policy.yaml", $case.policy.clone()),
                pinned: None,
                files: vec![file("../trust/lab-trusted-root.json", $case.root.clone())],
                kept_roots: Vec::new(),
                trust_override: Vec::new(),
            },
            mode: Mode::Enforce,
            image: Image {
                reference: format!("registry.example/lab/v1@sha256:{IMAGE}"),
                name: "registry.example/lab/v1".to_owned(),
                tag: None,
                resolved: Ok(format!("sha256:{IMAGE}")),
            },
            time: NOW,
            blobs: Vec::new(),
            lookups: Vec::new(),
            unreadable: Vec::new(),
            bundles: (0..$count)
                .map(|number| file(&number.to_string(), $case.numbered(number)))
                .collect(),
            breadth: Breadth::Verdict,
        }
    }};
}

impl Case {
    fn read(log: &str) -> Self {
        let blobs = fixtures().join("keyless").join(log).join("blobs/sha256");
        let all = fs::read_dir(&blobs)
            .unwrap()
            .map(|entry| fs::read(entry.unwrap().path()).unwrap());
        Self {
            manifest: fs::read(blobs.join(IMAGE)).unwrap(),
            bundle: all.into_iter().find(|blob| is_image_signature(blob)).unwrap(),
            policy: fs::read(fixtures().join("policies/keyless.yaml")).unwrap(),
            root: fs::read(fixtures().join("trust/lab-trusted-root.json")).unwrap(),
        }
    }

    /// The same bundle with other bytes: evidence with one digest is one piece.
    fn numbered(&self, number: usize) -> Vec<u8> {
        let mut bundle = self.bundle.clone();
        bundle.resize(bundle.len() + number, b'\n');
        bundle
    }

    fn in_the_component(&self) {
        let component = Component::load().unwrap();
        let [one, nine] = [1, 1 + MORE].map(|count| request!(portcullis, self, count));
        let prove = |request: &_| component.evaluate(request).unwrap().rules[0].accepted.len();
        assert_eq!(prove(&nine), 1 + MORE);
        slope(|| prove(&one), || prove(&nine));
    }

    fn with_the_crate(&self) {
        let [one, nine] = [1, 1 + MORE].map(|count| request!(portcullis_component, self, count));
        let prove = |request: &_| evaluate(request).unwrap().rules[0].accepted.len();
        assert_eq!(prove(&nine), 1 + MORE);
        slope(|| prove(&one), || prove(&nine));
    }

    fn with_sigstore_verify(&self) {
        let root = trust_root::TrustedRoot::from_json(&String::from_utf8_lossy(&self.root)).unwrap();
        let verifier = Verifier::new(&root).unwrap();
        let policy = VerificationPolicy::new(IDENTITY, ISSUER);
        let bundles: Vec<String> = (0..=MORE)
            .map(|number| String::from_utf8(self.numbered(number)).unwrap())
            .collect();
        let prove = |bundle: &String| {
            let bundle = Bundle::from_json(bundle).unwrap();
            verifier.verify(self.manifest.as_slice(), &bundle, &policy).unwrap()
        };
        let prove = |bundles: &[String]| {
            bundles
                .iter()
                .map(prove)
                .filter(|result| result.tlog_verified())
                .count()
        };
        assert_eq!(prove(&bundles), 1 + MORE);
        slope(|| prove(&bundles[..1]), || prove(&bundles));
    }
}

/// cosign's, among the attestations and manifests beside it.
fn is_image_signature(blob: &[u8]) -> bool {
    let blob: Value = serde_json::from_slice(blob).unwrap();
    let payload = blob["dsseEnvelope"]["payload"].as_str().unwrap_or_default();
    String::from_utf8(BASE64_STANDARD.decode(payload).unwrap())
        .unwrap()
        .contains(COSIGN_SIGN)
}

fn slope(one: impl Fn() -> usize, more: impl Fn() -> usize) {
    let timed = |work: &dyn Fn() -> usize| {
        let start = Instant::now();
        std::hint::black_box(work());
        milliseconds(start.elapsed())
    };
    let least = |work: &dyn Fn() -> usize| (0..ROUNDS).map(|_| timed(work)).fold(f64::INFINITY, f64::min);
    println!("{}", (least(&more) - least(&one)) / MORE as f64);
}
