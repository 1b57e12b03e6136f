//! sigstore-conformance's verification cases, natively: folder by folder, by file and by digest. `make conformance` runs the
//! same cases through the built component. The cases are other people's data: `SIGSTORE_CONFORMANCE` names their folder,
//! `PORTCULLIS_TRUST_ROOTS` the one with `public-good.json`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panicking")]

use std::fs;
use std::path::Path;

use portcullis_component::digest::Digest;
use portcullis_component::evaluate::inspect;
use portcullis_component::wit::basics::Mode;
use portcullis_component::wit::diagnostics::Error;
use portcullis_component::wit::evidence::{Evidence, Outcome};
use portcullis_component::wit::request::{Blob, Breadth, Image, NamedFile, PolicySource, Request};

#[allow(dead_code, reason = "it reads layouts too, which the suite has none of")]
mod support;

const IDENTITY: &str = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";
const ISSUER: &str = "https://token.actions.githubusercontent.com";

#[test]
fn every_case_by_file_and_by_digest() {
    let (Ok(cases), Ok(roots)) = (
        std::env::var("SIGSTORE_CONFORMANCE"),
        std::env::var("PORTCULLIS_TRUST_ROOTS"),
    ) else {
        eprintln!("skipped: SIGSTORE_CONFORMANCE and PORTCULLIS_TRUST_ROOTS do not name the cases");
        return;
    };
    let folder = Path::new(&cases).join("bundle-verify");
    let public_good = fs::read(Path::new(&roots).join("public-good.json")).unwrap();
    let (mut runs, mut wrong) = (0, Vec::new());
    let mut names: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    for case in names.iter().filter(|path| path.is_dir()) {
        let name = case.file_name().unwrap().to_str().unwrap();
        for by_digest in [false, true] {
            runs += 1;
            let outcome = inspect(&request(case, &folder, &public_good, by_digest));
            if verified(&outcome) == name.ends_with("_fail") {
                wrong.push(format!(
                    "{name} by {}: {}",
                    if by_digest { "digest" } else { "file" },
                    why(&outcome)
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {runs} wrong\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert_eq!(runs, 140);
}

fn verified(outcome: &Result<Vec<Evidence>, Error>) -> bool {
    outcome
        .as_ref()
        .is_ok_and(|evidence| matches!(evidence[0].attempts[0].outcome, Outcome::Verified(_)))
}

fn why(outcome: &Result<Vec<Evidence>, Error>) -> String {
    match outcome {
        Err(error) => format!("{error:?}"),
        Ok(evidence) => match &evidence[0].attempts[0].outcome {
            Outcome::Verified(_) => "verified".to_owned(),
            Outcome::Rejected(rejection) => format!("{:?}: {}", rejection.class, rejection.reason),
        },
    }
}

fn request(case: &Path, folder: &Path, public_good: &[u8], by_digest: bool) -> Request {
    let read = |name: &str| fs::read(case.join(name)).ok();
    let text = |name: &str, default: &str| {
        read(name).map_or_else(
            || default.to_owned(),
            |bytes| String::from_utf8(bytes).unwrap().trim().to_owned(),
        )
    };
    let artifact = read("artifact").unwrap_or_else(|| fs::read(folder.join("a.txt")).unwrap());
    let signer = match read("key.pub") {
        Some(_) => "key: key.pub".to_owned(),
        None => format!(
            "keyless: {{ issuer: {:?}, identity: {:?} }}",
            text("issuer", ISSUER),
            text("identity", IDENTITY)
        ),
    };
    let policy = format!(
        "version: 1\nsigners: {{ signer: {{ {signer} }} }}\ntrust: [{{ name: given, file: root.json }}]\n\
         rules: {{ signed: {{ signature: {{ by: signer }} }} }}\nimages: [{{ match: '**', rules: [signed] }}]\n"
    );
    let file = |name: &str, content: Vec<u8>| NamedFile {
        name: name.to_owned(),
        content,
    };
    let mut files = vec![file(
        "root.json",
        read("trusted_root.json").unwrap_or_else(|| public_good.to_vec()),
    )];
    files.extend(read("key.pub").map(|key| file("key.pub", key)));
    let digest = Digest::of(&artifact).to_string();
    Request {
        policy: PolicySource {
            document: file("portcullis.yaml", policy.into_bytes()),
            pinned: None,
            files,
            kept_roots: Vec::new(),
            trust_override: Vec::new(),
        },
        mode: Mode::Enforce,
        image: Image {
            reference: "conformance".to_owned(),
            name: "conformance.example/case".to_owned(),
            tag: None,
            resolved: Ok(digest.clone()),
        },
        time: support::NOW,
        blobs: if by_digest {
            Vec::new()
        } else {
            vec![Blob {
                digest,
                content: artifact,
            }]
        },
        lookups: Vec::new(),
        unreadable: Vec::new(),
        bundles: vec![file("bundle.sigstore.json", read("bundle.sigstore.json").unwrap())],
        breadth: Breadth::Verdict,
    }
}
