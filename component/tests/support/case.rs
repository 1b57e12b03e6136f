//! One image of the testbed with its evidence and a policy, evaluated natively: a case says only what it changes.

use std::collections::BTreeMap;

use portcullis_component::evaluate::evaluate;
use portcullis_component::wit::basics::{Carrier, Failure, Mode, ResultClass, Verdict};
use portcullis_component::wit::contents::Contents;
use portcullis_component::wit::diagnostics::{Diagnostic, Error};
use portcullis_component::wit::evidence::{Outcome as Proven, Proof};
use portcullis_component::wit::report::Report;
use portcullis_component::wit::request::{
    Blob, Breadth, Descriptor as Listed, Image, Lookup, NamedFile, Outcome, PolicySource, Request,
};
use serde_json::Value;
use testbed::clock::{MINUTE, NOON};
use testbed::{Descriptor, Key, Layout, LegacyLayer, Sigstore, Statement, TrustedRoot};

pub const NAME: &str = "registry.example/acme/app";
pub const GITHUB: &str = "https://token.actions.githubusercontent.com";
pub const WORKFLOW: &str = "https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main";

/// An hour after the testbed signs.
pub const NOW: i64 = NOON + 60 * MINUTE;

const RELEASE: &str =
    "github: { repository: acme/app, workflow: acme/app/.github/workflows/release.yml, ref: refs/heads/main }";

/// The image of every case that has no other.
pub fn image() -> Descriptor {
    Layout::with_image("v1").1
}

/// cosign 3's signature of [`image`].
pub fn signature() -> Statement {
    Statement::image_signature(image().digest())
}

pub fn release() -> testbed::CertificateRequest {
    testbed::CertificateRequest::github("acme/app", "release.yml", "refs/heads/main")
}

#[derive(Clone)]
pub struct Case {
    pub layout: Layout,
    pub image: Descriptor,
    pub now: i64,
    /// `undecided: inform` and the like, at the top of the policy.
    pub top: String,
    pub platforms: String,
    signers: BTreeMap<String, String>,
    roots: BTreeMap<String, String>,
    rule: String,
    files: BTreeMap<String, Vec<u8>>,
    bundles: Vec<Vec<u8>>,
}

impl Case {
    /// Demands acme's release workflow under the root of this Sigstore.
    pub fn new(sigstore: &Sigstore) -> Self {
        let (layout, image) = Layout::with_image("v1");
        let case = Self {
            layout,
            image,
            now: NOW,
            top: String::new(),
            platforms: "index".to_owned(),
            signers: BTreeMap::new(),
            roots: BTreeMap::new(),
            rule: "signature: { by: release }".to_owned(),
            files: BTreeMap::new(),
            bundles: Vec::new(),
        };
        case.root("public", &sigstore.trusted_root()).signer("release", RELEASE)
    }

    /// Demands a key, without a log.
    pub fn key(key: &Key) -> Self {
        let mut case = Self::new(&Sigstore::new());
        case.signers.clear();
        case.with_key("ops", key).rule("by: ops")
    }

    /// A signer; it replaces one of the same name.
    pub fn signer(mut self, name: &str, yaml: &str) -> Self {
        self.signers.insert(name.to_owned(), yaml.to_owned());
        self
    }

    /// The one signer `release`, with more than its conditions: `also("ct-log: { required: false }")`.
    pub fn also(self, yaml: &str) -> Self {
        let release = self.signers["release"].clone();
        self.signer("release", &format!("{release}, {yaml}"))
    }

    /// A key that signs without a log.
    pub fn with_key(self, name: &str, key: &Key) -> Self {
        let yaml = format!("key: keys/{name}.pub, transparency-log: {{ required: false }}");
        self.file(&format!("keys/{name}.pub"), key.public_pem().as_bytes())
            .signer(name, &yaml)
    }

    /// A key that signs with a log.
    pub fn with_logged_key(self, name: &str, key: &Key) -> Self {
        let yaml = format!("key: keys/{name}.pub");
        self.file(&format!("keys/{name}.pub"), key.public_pem().as_bytes())
            .signer(name, &yaml)
    }

    /// The condition of the one rule `signed`, a signature rule.
    pub fn rule(self, yaml: &str) -> Self {
        self.judged_by(&format!("signature: {{ {yaml} }}"))
    }

    /// The whole of the one rule `signed`, whatever its kind.
    #[allow(dead_code)]
    pub fn judged_by(mut self, yaml: &str) -> Self {
        self.rule = yaml.to_owned();
        self
    }

    pub fn root(mut self, name: &str, root: &TrustedRoot) -> Self {
        self.roots.insert(name.to_owned(), root.json());
        self
    }

    pub fn file(mut self, name: &str, content: &[u8]) -> Self {
        self.files.insert(name.to_owned(), content.to_vec());
        self
    }

    pub fn at(mut self, now: i64) -> Self {
        self.now = now;
        self
    }

    pub fn platforms(mut self, yaml: &str) -> Self {
        self.platforms = yaml.to_owned();
        self
    }

    pub fn top(mut self, yaml: &str) -> Self {
        self.top = yaml.to_owned();
        self
    }

    /// Another image in the place of the default one.
    pub fn image(mut self, layout: Layout, image: &Descriptor) -> Self {
        self.layout = layout;
        self.image = image.clone();
        self
    }

    /// As cosign 3 attaches it.
    pub fn bundle(mut self, bundle: &Value) -> Self {
        let image = self.image.clone();
        self.layout.attach_bundle(&image, bundle);
        self
    }

    /// A layer of these bytes and this type, whatever it is.
    pub fn layer(mut self, media_type: &str, bytes: &[u8]) -> Self {
        let image = self.image.clone();
        self.layout.attach(&image, media_type, bytes);
        self
    }

    /// Under the tag `.sig`.
    pub fn signatures(mut self, layers: &[LegacyLayer]) -> Self {
        let image = self.image.clone();
        self.layout.attach_signatures(&image, layers);
        self
    }

    /// Given as a file by the user.
    pub fn detached(mut self, bundle: &Value) -> Self {
        self.bundles.push(bundle.to_string().into_bytes());
        self
    }

    pub fn policy(&self) -> String {
        let block = |map: &BTreeMap<String, String>| {
            let line = |(name, yaml): (&String, &String)| format!("  {name}: {{ {yaml} }}\n");
            map.iter().map(line).collect::<String>()
        };
        let roots: Vec<_> = self
            .roots
            .keys()
            .map(|name| format!("{{ name: {name}, file: trust/{name}.json }}"))
            .collect();
        format!(
            "version: 1\n{}\nsigners:\n{}trust: [{}]\nrules:\n  signed: {{ {} }}\nimages:\n  \
             - {{ match: registry.example/acme/*, rules: [signed], platforms: {} }}\n",
            self.top,
            block(&self.signers),
            roots.join(", "),
            self.rule,
            self.platforms
        )
    }

    pub fn source(&self) -> PolicySource {
        let roots = self
            .roots
            .iter()
            .map(|(name, json)| named(&format!("trust/{name}.json"), json.as_bytes()));
        PolicySource {
            document: named("portcullis.yaml", self.policy().as_bytes()),
            pinned: None,
            files: roots
                .chain(self.files.iter().map(|(name, bytes)| named(name, bytes)))
                .collect(),
            kept_roots: Vec::new(),
            trust_override: Vec::new(),
        }
    }

    pub fn request(&self) -> Request {
        let digest = self.image.digest().to_owned();
        Request {
            policy: self.source(),
            mode: Mode::Enforce,
            image: Image {
                reference: format!("{NAME}:v1"),
                name: NAME.to_owned(),
                tag: Some("v1".to_owned()),
                resolved: Ok(digest.clone()),
            },
            time: self.now,
            blobs: self
                .layout
                .blobs
                .iter()
                .map(|(digest, bytes)| blob(digest, bytes))
                .collect(),
            lookups: lookups(&self.layout, &digest),
            unreadable: Vec::new(),
            bundles: (1..)
                .zip(&self.bundles)
                .map(|(line, bytes)| named(&format!("bundles.jsonl:{line}"), bytes))
                .collect(),
            breadth: Breadth::Verdict,
        }
    }

    /// What is said of the contents, too, changes nothing of the rest.
    pub fn report(&self) -> Report {
        let report = evaluate(&self.request()).unwrap();
        assert_eq!(report.contents, None);
        if !self.rule.starts_with("signature") {
            let contents = None;
            let broad = evaluate(&self.broad()).unwrap();
            assert!(broad.contents.is_some());
            assert_eq!(report, Report { contents, ..broad });
        }
        report
    }

    /// The same question, and what is inside.
    pub fn broad(&self) -> Request {
        Request {
            breadth: Breadth::Contents,
            ..self.request()
        }
    }

    /// What is inside, by what the rule counted.
    #[allow(dead_code)]
    pub fn contents(&self) -> Contents {
        evaluate(&self.broad()).unwrap().contents.unwrap()
    }

    #[track_caller]
    pub fn allowed(&self) -> Report {
        expect(self.report(), Verdict::Allow, ResultClass::Verified)
    }

    #[track_caller]
    pub fn denied(&self, class: ResultClass) -> Report {
        expect(self.report(), Verdict::Deny, class)
    }

    /// Denied, and the nearest miss says why in these words: so that another step's refusal is not taken for this one's.
    #[track_caller]
    pub fn denied_for(&self, class: ResultClass, words: &str) -> Report {
        let report = self.denied(class);
        let said: Vec<_> = reasons(&report);
        assert!(
            said.iter().any(|reason| reason.contains(words)),
            "`{words}` is not in {said:#?}"
        );
        report
    }

    #[track_caller]
    pub fn undecided(&self, class: ResultClass) -> Report {
        expect(self.report(), Verdict::Undecided, class)
    }

    /// The policy's errors.
    #[track_caller]
    pub fn policy_error(&self, words: &str) -> Vec<Diagnostic> {
        match evaluate(&self.request()) {
            Err(Error::Policy(diagnostics)) => {
                let said: Vec<_> = diagnostics.iter().map(|one| one.message.clone()).collect();
                assert!(said.iter().any(|message| message.contains(words)), "{said:#?}");
                diagnostics
            }
            other => panic!("no policy error: {other:#?}"),
        }
    }
}

#[track_caller]
pub fn expect(report: Report, verdict: Verdict, class: ResultClass) -> Report {
    let rule = &report.rules[0];
    assert!(
        report.verdict == verdict && rule.class == class,
        "{:?} {:?}, expected {verdict:?} {class:?}\n{:#?}",
        report.verdict,
        rule.class,
        reasons(&report)
    );
    assert_eq!(report.pinned.is_empty(), verdict != Verdict::Allow);
    report
}

/// Every reason why something does not count, nearest first.
pub fn reasons(report: &Report) -> Vec<String> {
    let findings = report.rules.iter().flat_map(|rule| &rule.findings);
    findings
        .flat_map(|finding| {
            let misses = finding.near_misses.iter().map(|miss| &miss.rejection);
            let said =
                misses.map(|one| format!("{} | {:?} | {:?} | {:?}", one.reason, one.expected, one.found, one.hint));
            std::iter::once(format!("{} | {}", finding.message, finding.found)).chain(said)
        })
        .collect()
}

pub fn named(name: &str, content: &[u8]) -> NamedFile {
    NamedFile {
        name: name.to_owned(),
        content: content.to_vec(),
    }
}

pub fn blob(digest: &str, content: &[u8]) -> Blob {
    Blob {
        digest: digest.to_owned(),
        content: content.to_vec(),
    }
}

pub fn failure(class: ResultClass) -> Failure {
    Failure {
        class,
        place: "GET https://registry.example/v2/".to_owned(),
        reason: "503 Service Unavailable".to_owned(),
    }
}

/// What a host finds in the layout about an image and, for an index, its children.
pub fn lookups(layout: &Layout, digest: &str) -> Vec<Lookup> {
    let mut subjects = vec![digest.to_owned()];
    let children: Value = serde_json::from_slice(&layout.blobs[digest]).unwrap_or_default();
    let named = children["manifests"].as_array().into_iter().flatten();
    subjects.extend(named.filter_map(|child| Some(child["digest"].as_str()?.to_owned())));
    let mut lookups = Vec::new();
    for subject in subjects {
        for (carrier, suffix) in [
            (Carrier::ReferrersTag, ""),
            (Carrier::SignatureTag, ".sig"),
            (Carrier::AttestationTag, ".att"),
        ] {
            lookups.push(lookup(layout, &subject, carrier, suffix));
        }
    }
    lookups
}

fn lookup(layout: &Layout, subject: &str, carrier: Carrier, suffix: &str) -> Lookup {
    let tagged = layout.tagged(&(subject.replacen(':', "-", 1) + suffix));
    let found = match (tagged, carrier) {
        (None, _) => Outcome::Absent("404 Not Found".to_owned()),
        (Some(index), Carrier::ReferrersTag) => {
            let entries = layout.json(&index)["manifests"].take();
            Outcome::Found(entries.as_array().unwrap().iter().map(listed).collect())
        }
        (Some(manifest), _) => Outcome::Found(vec![listed(&manifest.0)]),
    };
    Lookup {
        subject: subject.to_owned(),
        carrier,
        outcome: found,
    }
}

pub fn listed(value: &Value) -> Listed {
    Listed {
        media_type: value["mediaType"].as_str().unwrap_or_default().to_owned(),
        digest: value["digest"].as_str().unwrap_or_default().to_owned(),
        size: value["size"].as_u64().unwrap_or_default(),
        artifact_type: value["artifactType"].as_str().map(str::to_owned),
    }
}

/// The first proof that the report shows.
pub fn proof(report: &Report) -> Proof {
    let attempts = report.evidence.iter().flat_map(|one| &one.attempts);
    let proofs = attempts.filter_map(|attempt| match &attempt.outcome {
        Proven::Verified(proof) => Some(proof.clone()),
        Proven::Rejected(_) => None,
    });
    proofs.into_iter().next().unwrap()
}
