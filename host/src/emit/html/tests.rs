//! The page as it is expected, attacked, empty, and far too large.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use html5gum::{DefaultEmitter, Token, Tokenizer};
use sha2::{Digest, Sha256};

use super::*;
use crate::emit::expected::assert_expected;
use crate::emit::fixture;
use crate::run::{Fault, Image};

mod browser;

fn rendered(run: &Run) -> String {
    let mut out = Vec::new();
    emit(run, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The page as a browser reads it: tags with their attributes, the text of scripts and styles, and all other text.
#[derive(Default)]
struct Read {
    tags: Vec<(String, Vec<(String, String)>)>,
    code: Vec<String>,
    text: String,
}

fn read(page: &str) -> Read {
    let mut read = Read::default();
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    for token in Tokenizer::new_with_emitter(page, emitter) {
        match token.unwrap() {
            Token::StartTag(tag) => {
                let attributes = tag.attributes.iter();
                let attributes = attributes.map(|(name, value)| (text(name), text(value))).collect();
                read.tags.push((text(&tag.name), attributes));
            }
            Token::String(string) => match read.tags.last() {
                Some((name, _)) if name == "script" || name == "style" => read.code.push(text(&string)),
                _ => read.text.push_str(&text(&string)),
            },
            Token::EndTag(tag) => {
                // what follows is not theirs
                if *tag.name == b"script"[..] || *tag.name == b"style"[..] {
                    read.tags.push((format!("/{}", text(&tag.name)), Vec::new()));
                }
            }
            Token::Doctype(_) => {}
            Token::Comment(comment) => panic!("a comment: {comment:?}"),
            Token::Error(error) => panic!("not HTML: {error:?}"),
        }
    }
    read
}

impl Read {
    /// Elements and the names of their attributes, in order.
    fn shape(&self) -> Vec<(&str, Vec<&str>)> {
        self.tags
            .iter()
            .map(|(name, attributes)| {
                (
                    name.as_str(),
                    attributes.iter().map(|(name, _)| name.as_str()).collect(),
                )
            })
            .collect()
    }

    fn values<'a>(&'a self, attribute: &'a str) -> impl Iterator<Item = &'a str> {
        let all = self.tags.iter().flat_map(|(_, attributes)| attributes);
        all.filter(move |(name, _)| name == attribute)
            .map(|(_, value)| value.as_str())
    }
}

/// Holds of every page: nothing in it but ours runs, nothing is loaded, and each link leads somewhere on the page.
fn assert_closed(page: &str) -> Read {
    let read = read(page);
    assert_eq!(read.code, [include_str!("style.css"), include_str!("script.js")]);
    let hash = |code: &str| STANDARD.encode(Sha256::digest(code.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; \
         form-action 'none'",
        hash(&read.code[0]),
        hash(&read.code[1])
    );
    assert!(read.values("content").any(|content| content == policy), "{policy}");
    for (name, attributes) in &read.tags {
        assert!(
            !["img", "iframe", "object", "embed", "base", "use", "a:href"].contains(&name.as_str()),
            "{name}"
        );
        for (attribute, _) in attributes {
            let runs = attribute.starts_with("on")
                || ["style", "src", "srcset", "srcdoc", "action"].contains(&attribute.as_str());
            assert!(!runs, "{name} {attribute}");
        }
    }
    let ids: Vec<&str> = read.values("id").collect();
    let known: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), known.len(), "an id stands twice");
    for link in read.values("href").filter(|link| *link != "data:,") {
        assert!(link.strip_prefix('#').is_some_and(|id| known.contains(id)), "{link}");
    }
    for label in read.values("aria-labelledby").flat_map(|labels| labels.split(' ')) {
        assert!(known.contains(label), "{label}");
    }
    read
}

fn many(count: usize) -> Run {
    let images = fixture::run().images;
    let images: Vec<Image> = images.into_iter().cycle().take(count).collect();
    Run {
        images,
        ..fixture::run()
    }
}

#[test]
fn page_is_as_expected() {
    assert_expected("src/emit/expected/page.html", &rendered(&fixture::run()));
}

/// Certificates, media types, documents and answers of registries: whatever they hold stays text.
#[test]
fn strangers_cannot_write_a_tag_or_an_attribute() {
    let mut friendly = fixture::run();
    // none of the hostile ones is empty
    for sighting in &mut friendly.sightings {
        sighting.hint.push('.');
    }
    let (friendly, hostile) = (rendered(&friendly), rendered(&fixture::hostile()));
    let (friendly, hostile) = (assert_closed(&friendly), assert_closed(&hostile));
    for (tag, expected) in hostile.shape().iter().zip(friendly.shape()) {
        assert_eq!(*tag, expected);
    }
    assert_eq!(hostile.shape().len(), friendly.shape().len());
    assert!(hostile.text.contains("<img src=x>"), "it is shown as it is");
}

/// Ways out of text, attributes, scripts, styles and drawings, at each of these places.
#[test]
fn breakouts_stay_text() {
    for attack in [
        "<script>alert(1)</script>",
        "\"><img onerror=alert(1) src=x>",
        "' onclick='alert(1)",
        "</style></script><script>alert(1)",
        "]]><svg onload=alert(1)>",
        "javascript:alert(1)",
        "</title></desc></svg><b>",
        "</option></select><input autofocus>",
        "<!-- ",
        "&lt;b&gt;",
    ] {
        let mut run = fixture::run();
        run.policy.file = attack.to_owned();
        let report = &mut run.images[1].report;
        report.reference = attack.to_owned();
        report.targets[0].digest = attack.to_owned();
        report.evidence[0].media_type = attack.to_owned();
        report.evidence[1].short_type = attack.to_owned();
        report.rules[0].findings[0].message = attack.to_owned();
        let contents = report.contents.as_mut().unwrap();
        contents.inventories[0].packages[0].licenses = vec![attack.to_owned()];
        contents.scans[0].vulnerabilities[0].id = attack.to_owned();
        let read = assert_closed(&rendered(&run));
        assert!(read.text.matches(attack).count() > 8, "{attack}");
        assert!(!read.tags.iter().any(|(name, _)| name == "b"), "{attack}");
    }
}

#[test]
fn every_fact_of_the_run_is_told() {
    let read = assert_closed(&rendered(&fixture::run()));
    for told in [
        "Denied",
        "3 images: 1 allowed, 1 denied, 1 undecided, 1 not judged; exit 1 (denied)",
        // who signed it, when, and the proof
        "https://github.com/acme/ci/.github/workflows/release.yml@refs/tags/v1.4.2",
        "https://token.actions.githubusercontent.com",
        "2026-11-22 14:00:00 UTC",
        "dsse 0.0.1, index 155123456",
        "verified, index 33219194 of 33219201, 2 hashes",
        "source-repository",
        "not checked, as the policy says",
        // or why it does not count
        "does not count: identity-mismatch",
        "the source repository's ref differs",
        "its manifest names another image as subject",
        // carrier, type, digest, size
        "referrer, bundle-envelope",
        "attestation-tag, envelope",
        "application/vnd.dsse.envelope.v1+json",
        &fixture::digest(0xdd),
        "1.2 MB",
        // rules
        "Demanded: signed by any of release, ops",
        "critical, enforced, portcullis.yaml:42",
        "4 signatures found, none by a signer that the rule wants (linux/arm64/v8)",
        "release: the source repository's ref differs; found refs/heads/main; expected refs/tags/v*",
        "release it by a tag",
        "Remedy: Ask the release team to sign the image.",
        "discovery-failed: 503 Service Unavailable",
        &format!("ghcr.io/acme/api@{}", fixture::digest(0x11)),
        // inside
        "Trivy 0.58.1: 9 vulnerabilities",
        "CVE-2026-0001",
        "unclear: no word of a fix",
        "addressed; not affected, by security (OpenVEX): vulnerable_code_not_in_execute_path",
        "excepted until 2026-12-31 by web@acme.example: the parser is not reachable (SEC-7, line 61)",
        "in grace until 2026-12-04",
        "CycloneDX 1.6: 3 packages",
        "MIT OR Apache-2.0, The Acme Licence",
        "And 3 more that no report tells",
        "Vulnerabilities by age",
        // about the run
        "ghcr.io/acme/job:{{ .Values.tag }} this image cannot be known from the file",
        "deploy/web.yaml:31:16",
        "compose.yaml",
        "--insecure-registry registry.test:5000: this registry is spoken to without TLS (command line)",
        "signer `ops` does without the transparency log",
        "quay.io",
        &fixture::digest(0x77),
        &fixture::digest(0x99),
        &fixture::digest(0xcc),
    ] {
        assert!(read.text.contains(told), "{told}");
    }
}

#[test]
fn filters_are_not_there_without_the_script() {
    let read = read(&rendered(&fixture::run()));
    let (_, attributes) = read.tags.iter().find(|(name, _)| name == "form").unwrap();
    assert!(attributes.iter().any(|(name, _)| name == "hidden"));
}

#[test]
fn run_without_images_is_a_page() {
    let nothing = Run::failed(Vec::new(), Default::default());
    let read = assert_closed(&rendered(&nothing));
    assert!(
        read.text.contains("0 images; exit 3 (nothing was checked)"),
        "{}",
        read.text
    );
    assert!(!read.tags.iter().any(|(name, _)| name == "form"));
}

#[test]
fn faults_have_place_and_hint() {
    let usage = Fault::Usage {
        message: "no image".to_owned(),
        hint: Some("name one".to_owned()),
    };
    let policy = Fault::Policy(fixture::run().warnings[0].clone());
    let bug = Fault::Bug {
        image: "ghcr.io/acme/api".to_owned(),
        place: "unreachable".to_owned(),
    };
    let read = assert_closed(&rendered(&Run::failed(vec![usage, policy, bug], Default::default())));
    for told in [
        "Undecided",
        "exit 70 (bug in portcullis)",
        "no image",
        "Hint: name one",
        "portcullis.yaml:9:5",
        "bug in portcullis while judging ghcr.io/acme/api: unreachable",
    ] {
        assert!(read.text.contains(told), "{told}");
    }
}

#[test]
fn many_images_are_folded_and_the_denied_come_first() {
    let read = assert_closed(&rendered(&many(200)));
    let images: Vec<_> = read
        .tags
        .iter()
        .filter(|(_, attributes)| attributes.contains(&("data-item".to_owned(), "image".to_owned())))
        .collect();
    assert_eq!(images.len(), 200);
    assert!(
        images
            .iter()
            .all(|(_, attributes)| attributes.iter().all(|(name, _)| name != "open"))
    );
    let verdicts: Vec<_> = images
        .iter()
        .flat_map(|(_, attributes)| attributes.iter().filter(|(name, _)| name == "data-verdict"))
        .map(|(_, verdict)| verdict.as_str())
        .collect();
    assert!(
        verdicts.is_sorted_by_key(|verdict| ["deny", "undecided", "allow"].iter().position(|known| known == verdict))
    );
}

#[test]
fn page_has_a_bound_and_says_what_was_cut() {
    let mut run = many(9_000);
    let page = rendered(&run);
    let read = read(&page);
    assert!(page.len() < 16_000_000, "{}", page.len());
    assert!(read.text.contains("left out to keep this page small"));
    assert!(read.text.contains("Left out to keep this page small"));

    run.images.truncate(2);
    let rule = &mut run.images[1].report.rules[0];
    rule.findings = vec![rule.findings[0].clone(); 3_000];
    let evidence = &mut run.images[1].report.evidence;
    *evidence = vec![evidence[0].clone(); 3_000];
    let page = rendered(&run);
    assert!(page.len() < 4_000_000, "{}", page.len());
    for noun in [" findings more, left out", " pieces more, left out"] {
        assert!(page.contains(noun), "{noun}");
    }
}

/// A signature that no rule asks about was tried against nobody: that says nothing of whether it is signed.
#[test]
fn what_no_rule_asks_for_is_not_called_unsigned() {
    let mut run = fixture::run();
    for evidence in run.images.iter_mut().flat_map(|image| &mut image.report.evidence) {
        evidence.attempts.clear();
        evidence.form = crate::wit::evidence::Form::SimpleSigning;
    }
    let page = rendered(&run);
    assert!(page.contains("does not count: no rule asks for it") && !page.contains("does not count: unsigned"));
}
