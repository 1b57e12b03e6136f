//! sigstore-conformance's client protocol for verification, by the built component ([the protocol]).
//!
//! [the protocol]: https://github.com/sigstore/sigstore-conformance/blob/main/docs/cli_protocol.md

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use portcullis::component::Component;
use portcullis::digest::Digest;
use portcullis::wit::basics::Mode;
use portcullis::wit::evidence::Outcome;
use portcullis::wit::request::{Blob, Breadth, Image, NamedFile, PolicySource, Request};

/// 0: verified; 1: not, and why on standard error; 2: asked wrongly.
pub fn run(arguments: &[String]) -> ExitCode {
    let Some(question) = Question::of(arguments) else {
        eprintln!(
            "usage: verify-bundle [--staging] --bundle FILE (--certificate-identity TEXT --certificate-oidc-issuer URL | \
             --key FILE) [--trusted-root FILE] FILE_OR_DIGEST"
        );
        return ExitCode::from(2);
    };
    match verify(&question) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

#[derive(Default)]
struct Question {
    staging: bool,
    bundle: String,
    identity: Option<String>,
    issuer: Option<String>,
    key: Option<String>,
    trusted_root: Option<String>,
    file_or_digest: String,
}

impl Question {
    fn of(arguments: &[String]) -> Option<Self> {
        let mut question = Self::default();
        let mut words = arguments.iter().cloned();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--staging" => question.staging = true,
                "--bundle" => question.bundle = words.next()?,
                "--certificate-identity" => question.identity = words.next(),
                "--certificate-oidc-issuer" => question.issuer = words.next(),
                "--key" => question.key = words.next(),
                "--trusted-root" => question.trusted_root = words.next(),
                _ => question.file_or_digest = word,
            }
        }
        let signer = question.key.is_some() || (question.identity.is_some() && question.issuer.is_some());
        (signer && !question.bundle.is_empty() && !question.file_or_digest.is_empty()).then_some(question)
    }

    fn policy(&self) -> String {
        let signer = match (&self.key, &self.issuer, &self.identity) {
            (None, Some(issuer), Some(identity)) => {
                format!("keyless: {{ issuer: {issuer:?}, identity: {identity:?} }}")
            }
            _ => "key: key.pub".to_owned(),
        };
        let trust = match (&self.trusted_root, self.staging) {
            (Some(_), _) => "{ name: given, file: root.json }",
            (None, true) => "sigstore-staging",
            (None, false) => "sigstore",
        };
        format!(
            "version: 1\nsigners: {{ signer: {{ {signer} }} }}\ntrust: [{trust}]\n\
             rules: {{ signed: {{ signature: {{ by: signer }} }} }}\nimages: [{{ match: '**', rules: [signed] }}]\n"
        )
    }

    /// The files that the policy names.
    fn files(&self) -> Result<Vec<NamedFile>, String> {
        let given = [("key.pub", &self.key), ("root.json", &self.trusted_root)];
        given
            .into_iter()
            .filter_map(|(name, path)| Some(read(path.as_ref()?).map(|content| file(name, content))))
            .collect()
    }

    /// "should start with the `sha256:` prefix, should be the right length […], and should not be a path on disk"
    fn artifact(&self) -> Result<(Digest, Vec<Blob>), String> {
        match self.file_or_digest.parse::<Digest>() {
            Ok(digest) if !Path::new(&self.file_or_digest).exists() => Ok((digest, Vec::new())),
            _ => {
                let content = read(&self.file_or_digest)?;
                let digest = Digest::of(&content);
                let blob = Blob {
                    digest: digest.to_string(),
                    content,
                };
                Ok((digest, vec![blob]))
            }
        }
    }
}

fn verify(question: &Question) -> Result<(), String> {
    let (digest, blobs) = question.artifact()?;
    let request = Request {
        policy: PolicySource {
            document: file("portcullis.yaml", question.policy().into_bytes()),
            pinned: None,
            files: question.files()?,
            kept_roots: Vec::new(),
            trust_override: Vec::new(),
        },
        mode: Mode::Enforce,
        image: Image {
            reference: question.file_or_digest.clone(),
            name: "conformance.example/case".to_owned(),
            tag: None,
            resolved: Ok(digest.to_string()),
        },
        time: now(),
        blobs,
        lookups: Vec::new(),
        unreadable: Vec::new(),
        bundles: vec![file("bundle.sigstore.json", read(&question.bundle)?)],
        breadth: Breadth::Verdict,
    };
    let component = Component::load().map_err(|error| error.to_string())?;
    let evidence = component
        .inspect(&request)
        .map_err(|error| format!("{error}: {error:?}"))?;
    let attempts = evidence.iter().flat_map(|evidence| &evidence.attempts);
    let outcomes: Vec<&Outcome> = attempts.map(|attempt| &attempt.outcome).collect();
    match outcomes.as_slice() {
        [Outcome::Verified(_)] => Ok(()),
        [Outcome::Rejected(rejection)] => Err(format!("{:?}: {}", rejection.class, rejection.reason)),
        _ => Err(format!("expected one answer, found {}", outcomes.len())),
    }
}

fn file(name: &str, content: Vec<u8>) -> NamedFile {
    NamedFile {
        name: name.to_owned(),
        content,
    }
}

fn read(path: impl AsRef<Path>) -> Result<Vec<u8>, String> {
    fs::read(&path).map_err(|error| format!("{}: {error}", path.as_ref().display()))
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
