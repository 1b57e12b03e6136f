//! `log_hostile_text_format`: whatever strangers write into certificates, evidence, manifests and error bodies, no line of
//! any output becomes a command of a CI runner or a terminal, and no value leaves its line.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use serde_json::{Value, json};
use support::{Answer, Scratch, portcullis};
use testbed::registry::{Fault, Registry};
use testbed::{CertificateRequest, Key, Layout, San, Sigstore, Statement, Subject, simple_signing_with};

/// Commands of GitHub's, Azure's, TeamCity's and GitLab's runners, line ends of all kinds, ESC, C1, bidi, markup.
const HOSTILE: &str = "x\n::stop-commands::x\r\n  ::add-mask::allow\u{2028}::error::x\u{85}::notice::x ##[error]x ##vso[task.complete]x \
    ##teamcity[x] section_start:0:x\u{1b}[2K\u{9b}31m\u{202e}\u{2066}\u{0}</code></details>|`@team`\nverdict=allow\nEOF\n";

/// What `--format github` writes itself.
const GITHUB: &[&str] = &[
    "::error ",
    "::warning ",
    "::notice ",
    "::group::portcullis",
    "::endgroup::",
];

/// What a format's own lines begin with.
fn own_marks(format: &str) -> &'static [&'static str] {
    match format {
        "github" => GITHUB,
        "azure" => &["##vso[task.logissue ", "##[group]portcullis", "##[endgroup]"],
        "teamcity" => &[
            "##teamcity[inspectionType ",
            "##teamcity[inspection ",
            "##teamcity[buildProblem ",
            "##teamcity[blockOpened name='portcullis']",
            "##teamcity[blockClosed name='portcullis']",
        ],
        "gitlab" => &["\u{1b}[0Ksection_start:", "\u{1b}[0Ksection_end:"],
        _ => &[],
    }
}

/// GitLab's sections are two whole lines: what is left are the strangers'.
fn without_sections(format: &str, text: &str) -> String {
    let own = |line: &&str| format == "gitlab" && own_marks(format).iter().any(|mark| line.starts_with(mark));
    let (sections, rest): (Vec<&str>, Vec<&str>) = text.split('\n').partition(own);
    assert!(sections.len() <= 2, "{sections:?}");
    rest.join("\n")
}

const POLICY: &str = "\
version: 1
signers:
  lab: { key: lab.pub, transparency-log: { required: false } }
  stranger: { keyless: { issuer: https://issuer.example, identity-regexp: 'https://evil\\.example/[\\s\\S]*' } }
trust: [{ file: root.json }]
rules:
  signed: { signature: { by: SIGNER } }
images:
  - match: '**'
    rules: [signed]
";

/// A URI in a certificate is ASCII.
fn identity() -> String {
    let ascii: String = HOSTILE.chars().filter(char::is_ascii).collect();
    format!("https://evil.example/{ascii}")
}

struct Scene {
    scratch: Scratch,
    registry: Registry,
}

impl Scene {
    /// An image with hostile evidence of every kind, and one good signature by a key.
    fn new() -> Self {
        let (scratch, sigstore) = (Scratch::new(), Sigstore::new());
        let (mut layout, image) = Layout::with_image("v1");
        let identity = identity();
        let requests = [
            CertificateRequest::uri(&identity, "https://issuer.example"),
            CertificateRequest::uri("https://evil.example/", HOSTILE),
            CertificateRequest::email(HOSTILE, "https://issuer.example"),
            CertificateRequest::github("acme/app", "release.yml", HOSTILE),
            CertificateRequest::leaf()
                .issuer("https://issuer.example")
                .san(San::Dns(HOSTILE.to_owned())),
        ];
        for request in requests {
            let signing = sigstore.sign(&sigstore.issue(request), Statement::image_signature(image.digest()));
            layout.attach_bundle(&image, &signing.rekor_v1().bundle());
        }
        let key = Key::p256("lab");
        let statements = [
            Statement::attestation(HOSTILE, image.digest(), HOSTILE, json!({ HOSTILE: HOSTILE })),
            Statement::image_signature(image.digest())
                .subject(Subject::new(image.digest()).annotations(json!({ HOSTILE: HOSTILE }))),
            Statement::image_signature(image.digest()),
        ];
        for statement in statements {
            layout.attach_bundle(&image, &sigstore.sign(&key, statement).bundle());
        }
        let payload = simple_signing_with(HOSTILE, image.digest(), json!({ HOSTILE: HOSTILE }));
        let mut layer = sigstore.sign(&Key::p256("other"), payload).legacy();
        layer.annotations.insert(HOSTILE.to_owned(), HOSTILE.to_owned());
        layer
            .annotations
            .insert(testbed::legacy::CERTIFICATE.to_owned(), HOSTILE.to_owned());
        layout.attach_signatures(&image, &[layer]);
        layout.attach(&image, HOSTILE, HOSTILE.as_bytes());
        let mut hostile_bundle = sigstore.sign(&key, Statement::image_signature(image.digest())).bundle();
        hostile_bundle["mediaType"] = json!(HOSTILE);
        layout.attach(&image, testbed::attach::BUNDLE, hostile_bundle.to_string().as_bytes());
        hostile_bundle[HOSTILE] = json!({ HOSTILE: [HOSTILE] });
        layout.attach(&image, testbed::attach::BUNDLE, hostile_bundle.to_string().as_bytes());

        scratch.write("lab.pub", key.public_pem());
        scratch.write("root.json", sigstore.trusted_root_json());
        for signer in ["lab", "stranger"] {
            scratch.write(&format!("{signer}.yaml"), POLICY.replace("SIGNER", signer));
        }
        scratch.write(
            "nobody.yaml",
            POLICY.replace("SIGNER", "lab").replace("lab.pub", "nobody.pub"),
        );
        scratch.write("nobody.pub", Key::p256("nobody").public_pem());
        let registry = Registry::start([("acme/app", layout)]);
        Self { scratch, registry }
    }

    fn call(&self, arguments: &[&str]) -> Answer {
        let call = portcullis(arguments).folder(&self.scratch.path);
        let call = call
            .variable("GITHUB_ACTIONS", "true")
            .variable("GITHUB_OUTPUT", "outputs");
        call.variable("GITHUB_STEP_SUMMARY", "summary.md").answer()
    }

    /// Every format and both commands, in both details; then what was written into files.
    fn assert_tame(&self, policy: &str, image: &str, exit: i32) {
        for format in portcullis::emit::FORMATS {
            for detail in ["--verbose", "--quiet"] {
                let report = format!("{format}=report");
                let arguments = [
                    "check", image, "--policy", policy, "--format", format, "--report", &report, detail,
                ];
                let answer = self.call(&arguments);
                assert_eq!(answer.exit, Some(exit), "{format}: {answer:?}");
                let own = own_marks(format);
                let shown = answer.stdout.replace("\r\n", "\n");
                assert_lines(&without_sections(format, &shown), own);
                assert_lines(&answer.stderr, &[]);
                // CSV has the line ends of its RFC
                let report = self.scratch.read("report").replace("\r\n", "\n");
                assert_lines(&without_sections(format, &report), own);
            }
        }
        for format in ["table", "json"] {
            let answer = self.call(&["list", image, "--policy", policy, "--format", format, "--verbose"]);
            assert_lines(&answer.stdout, &[]);
            assert_lines(&answer.stderr, &[]);
        }
        assert_lines(&self.scratch.read("summary.md"), &[]);
        assert_summary(&self.scratch.read("summary.md"));
        let verdict = match exit {
            0 => "allow",
            1 => "deny",
            _ => "undecided",
        };
        assert_outputs(&self.scratch.read("outputs"), verdict);
        for file in ["summary.md", "outputs"] {
            std::fs::remove_file(self.scratch.path.join(file)).unwrap();
        }
    }
}

/// No line begins a command but our `own`, wherever a runner would see a line end; nothing that a terminal obeys.
fn assert_lines(text: &str, own: &[&str]) {
    for line in text.split('\n') {
        let mark = own.iter().find(|mark| line.starts_with(**mark));
        let line = mark.map_or(line, |mark| &line[mark.len()..]);
        assert!(mark.is_some() || !line.trim_start().starts_with("::"), "{line:?}");
        for command in ["##[", "##vso[", "##teamcity[", "section_start:", "section_end:"] {
            assert!(!line.contains(command), "{line:?}");
        }
        let invisible = |character: char| {
            character.is_control()
                || matches!(character, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert!(!line.contains(invisible), "{line:?}");
    }
}

/// A summary has our markup and no other.
fn assert_summary(summary: &str) {
    assert_eq!(
        summary.matches("<details>").count(),
        summary.matches("</details>").count(),
        "{summary}"
    );
    for foreign in ["@team", "`", "](", "<img", "http://", "https://"] {
        assert!(!summary.contains(foreign), "{foreign}: {summary}");
    }
}

/// Each line is one of three outputs; the last verdict is the one that counts, and none but this was ever there.
fn assert_outputs(outputs: &str, verdict: &str) {
    let known = ["verdict=", "images=", "report="];
    for line in outputs.lines() {
        assert!(known.iter().any(|known| line.starts_with(known)), "{line:?}");
        assert!(line.is_ascii(), "{line:?}");
    }
    let verdicts: Vec<&str> = outputs
        .lines()
        .filter_map(|line| line.strip_prefix("verdict="))
        .collect();
    assert_eq!(verdicts.last(), Some(&verdict), "{outputs}");
    assert!(
        verdicts.iter().all(|one| [verdict, "undecided"].contains(one)),
        "{outputs}"
    );
}

#[test]
fn evidence_of_an_image_that_is_denied() {
    let scene = Scene::new();
    scene.assert_tame("nobody.yaml", &format!("{}/acme/app:v1", scene.registry.host()), 1);
}

#[test]
fn evidence_of_an_image_that_may_pass() {
    let scene = Scene::new();
    scene.assert_tame("lab.yaml", &format!("{}/acme/app:v1", scene.registry.host()), 0);
}

/// The identity that was proven is itself hostile, and the policy accepts it. JSON has it as it is.
#[test]
fn an_accepted_identity() {
    let scene = Scene::new();
    let image = format!("{}/acme/app:v1", scene.registry.host());
    scene.assert_tame("stranger.yaml", &image, 0);
    let report = scene
        .call(&["check", &image, "--policy", "stranger.yaml", "--format", "json"])
        .json();
    assert!(holds(&report, &identity()), "{report:#}");
}

fn holds(value: &Value, text: &str) -> bool {
    match value {
        Value::String(string) => string == text,
        Value::Array(items) => items.iter().any(|item| holds(item, text)),
        Value::Object(fields) => fields.values().any(|field| holds(field, text)),
        _ => false,
    }
}

#[test]
fn error_bodies_of_a_registry() {
    let scene = Scene::new();
    let image = format!("{}/acme/app:v1", scene.registry.host());
    let errors = json!({ "errors": [{ "code": HOSTILE, "message": HOSTILE }] }).to_string();
    for body in [HOSTILE, &errors] {
        scene.registry.clear_faults();
        for target in ["/referrers/", "/manifests/sha256-", "/blobs/"] {
            scene
                .registry
                .fault(Fault::on(target).status(418).body(body.as_bytes()));
        }
        scene.assert_tame("lab.yaml", &image, 4);
        scene.registry.clear_faults();
        scene
            .registry
            .fault(Fault::on("/manifests/v1").status(404).body(body.as_bytes()));
        scene.assert_tame("lab.yaml", &image, 4);
    }
}

/// References of the command line and of a list that somebody else wrote.
#[test]
fn references() {
    let scene = Scene::new();
    let image = format!("{}/acme/app:v1{}", scene.registry.host(), HOSTILE.replace('\0', ""));
    scene
        .scratch
        .write("images.txt", format!("{}\n{}\n", HOSTILE.replace('\n', "\r"), image));
    for format in portcullis::emit::FORMATS {
        let own = own_marks(format);
        for images in [[&image, "--quiet"], ["--images-file", "images.txt"]] {
            let answer = scene.call(&[
                "check", images[0], images[1], "--policy", "lab.yaml", "--format", format,
            ]);
            assert_eq!(answer.exit, Some(2), "{answer:?}");
            let shown = answer.stdout.replace("\r\n", "\n");
            assert_lines(&without_sections(format, &shown), own);
            assert_lines(&answer.stderr, &[]);
        }
    }
    assert_outputs(&scene.scratch.read("outputs"), "undecided");
    let answer = scene.call(&[
        "check",
        HOSTILE.replace('\0', "").as_str(),
        "--policy",
        "lab.yaml",
        "--verbose",
    ]);
    assert_lines(&answer.stderr, &[]);
    let option = format!("--{}", HOSTILE.replace('\0', ""));
    let answer = scene.call(&["check", &option]);
    assert_eq!(answer.exit, Some(2));
    assert_lines(&answer.stdout, GITHUB);
    assert_lines(&answer.stderr, &[]);
}
