//! The meaning of a policy, point by point (docs/policy.md).

use super::*;
use crate::signer::{LogDemand, Recognises};
use crate::wit::diagnostics::{Error, Level};
use crate::wit::request::{NamedFile, PolicySource};

pub(crate) const SIGNED: &str = "\
version: 1
signers:
  release:
    github:
      repository: acme/api
      workflow: acme/api/.github/workflows/release.yml
      ref: refs/tags/v*
rules:
  signed:
    signature: { by: release }
";

const ONE: &str = include_str!("../../tests/policy/one.pub");
const TWO: &str = include_str!("../../tests/policy/two.pub");

pub(crate) fn file(name: &str, content: &str) -> NamedFile {
    NamedFile {
        name: name.to_owned(),
        content: content.as_bytes().to_vec(),
    }
}

pub(crate) fn source(document: &str) -> PolicySource {
    PolicySource {
        document: file("portcullis.yaml", document),
        pinned: None,
        files: vec![file("one.pub", ONE), file("two.pub", TWO), file("corp.json", "{}")],
        kept_roots: Vec::new(),
        trust_override: Vec::new(),
    }
}

pub(crate) fn read(document: &str) -> Result<Policy, Vec<Diagnostic>> {
    Policy::read(&source(document))
}

fn errors_of(source: &PolicySource) -> Vec<Diagnostic> {
    let all = Policy::read(source).err().unwrap_or_default();
    all.into_iter()
        .filter(|diagnostic| diagnostic.level == Level::Error)
        .collect()
}

#[track_caller]
fn assert_error(document: &str, line: u32, part: &str) {
    let errors = errors_of(&source(document));
    let hit = errors.iter().any(|e| e.line == line && e.message.contains(part));
    assert!(hit, "no `{part}` in line {line}: {errors:#?}");
}

#[track_caller]
fn assert_signer_error(signer: &str, part: &str) {
    let errors = errors_of(&source(&format!("version: 1\nsigners:\n  s: {{ {signer} }}\n")));
    let hit = errors.iter().any(|e| e.line == 3 && e.message.contains(part));
    assert!(hit, "no `{part}` in {errors:#?}");
}

#[track_caller]
fn warnings(signer: &str) -> String {
    let policy = read(&format!("version: 1\nsigners:\n  s: {{ {signer} }}\n")).unwrap();
    let messages = policy.warnings.into_iter().map(|warning| warning.message);
    messages
        .filter(|message| !message.contains("used nowhere"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn github(changes: &[(&str, &str)]) -> String {
    let mut keys = vec![
        ("repository", "acme/api"),
        ("workflow", "acme/api/.github/workflows/release.yml"),
        ("ref", "refs/tags/v*"),
    ];
    keys.retain(|(key, _)| !changes.iter().any(|(changed, _)| changed == key));
    keys.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    let keys: Vec<String> = keys.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    format!("github: {{ {} }}", keys.join(", "))
}

fn rule(signature: &str) -> String {
    SIGNED.replace("by: release", signature)
}

#[test]
fn a_small_policy_is_read() {
    let policy = read(&format!(
        "{SIGNED}images:\n  - match: ghcr.io/acme/**\n    rules: [signed]\n"
    ))
    .unwrap();
    assert_eq!(policy.warnings, []);
    assert_eq!(
        (policy.unmatched, policy.undecided),
        (Unmatched::Deny, Undecided::Block)
    );
    let release = &policy.signers["release"];
    assert_eq!(
        (release.line, release.log, release.root.as_deref()),
        (3, LogDemand::Entry, Some("sigstore"))
    );
    let enforced = policy.for_image(&ImageNames::of("ghcr.io/acme/api"));
    assert_eq!(enforced[0].rule.to_string(), "signed by release");
    assert_eq!((enforced[0].rule.line, enforced[0].rule.severity), (9, Severity::High));
    assert!(policy.for_image(&ImageNames::of("ghcr.io/other/api")).is_empty());
}

#[test]
fn a_policy_without_signers_brings_its_roots() {
    assert_eq!(
        read("version: 1").unwrap().roots.keys().collect::<Vec<_>>(),
        ["sigstore"]
    );
    assert_eq!(
        read("version: 1\ntrust: [github]")
            .unwrap()
            .roots
            .keys()
            .collect::<Vec<_>>(),
        ["github"]
    );
}

#[test]
fn meaning_1_fail_closed() {
    assert_error("version: 2", 1, "version `2`");
    assert_error("version: '1'", 1, "version `1`");
    assert_error("version: 1\nextends: base.yaml", 2, "not supported yet");
    assert_error("version: 1\nexceptions: []", 2, "empty list");
    assert_error("version: 1\nsigner: {}", 2, "no key `signer`");
    assert_error("version: 1\nrules: []", 2, "expected a mapping");
    assert_error("version: 1\nimages: []", 2, "empty list");
    assert_error("version: 1\nunmatched: allow", 2, "`allow`");
    assert_error("signers: {}", 1, "needs `version`");
    assert_error("just text", 1, "the policy is a mapping");
    assert_signer_error("trust: sigstore", "exactly one of");
    assert_signer_error(
        "key: one.pub, gitlab: { project: a/b, ref: refs/heads/main }",
        "has both `gitlab` and `key`",
    );
    assert_signer_error("certificate: { chain: a.pem }", "needs exactly one of `identity`");
    for word in ["no", "'false'", "False", "off", "0"] {
        assert_signer_error(
            &format!("key: one.pub, transparency-log: {{ required: {word} }}"),
            "is no truth value",
        );
    }
    assert_signer_error("key: one.pub, transparency-log: {}", "is empty");
    assert_signer_error(
        "key: one.pub, transparency-log: { required: false, inclusion-proof: required }",
        "contradicts",
    );
    assert_error(&rule("by: releas"), 10, "no signer `releas`");
    assert_error(&rule("by: release, forms: []"), 10, "empty list");
    assert_error(&rule("by: release, annotations: {}"), 10, "empty mapping");
    assert_error(&rule("by: release, forms: [message, message]"), 10, "twice");
    assert_error(&format!("{SIGNED}    exceptions: delegated"), 11, "not supported yet");
    assert_error(
        &format!("{SIGNED}images: [{{ match: a.b/c, rules: [signd] }}]"),
        11,
        "no rule `signd`",
    );
    assert_error("version: 1\nsigners:\n  a b: { key: one.pub }", 3, "cannot be a name");
}

#[test]
fn hints_say_what_was_meant() {
    let errors = errors_of(&source("version: 1\nunmached: deny\nundecided: blok\n"));
    let hints: Vec<_> = errors
        .iter()
        .map(|error| error.hint.as_deref().unwrap_or_default())
        .collect();
    assert_eq!(hints, ["did you mean `unmatched`?", "did you mean `block`?"]);
}

#[test]
fn all_errors_come_at_once_in_order() {
    let document = "version: 1\nsigners:\n  s:\n    github:\n      reposotory: a/b\n      ref: main\n      runner:\nrules:\n  r:\n    signature: { by: x }\n    severity: bad\n";
    let lines: Vec<u32> = errors_of(&source(document)).iter().map(|error| error.line).collect();
    assert_eq!(lines, [4, 4, 5, 6, 7, 10, 11]);
}

#[test]
fn meaning_2_and_and_or_are_words() {
    let two = |by: &str| {
        format!(
            "version: 1\nsigners:\n  a: {{ key: one.pub }}\n  b: {{ key: two.pub }}\nrules:\n  r: {{ signature: {{ by: {by} }} }}\n"
        )
    };
    let demand = |by: &str| read(&two(by)).unwrap().rules["r"].to_string();
    assert_eq!(demand("a"), "signed by a");
    assert_eq!(demand("{ any-of: [a, b] }"), "signed by any of a, b");
    assert_eq!(demand("{ all-of: [a, b] }"), "signed by all of a, b");
    assert_eq!(demand("{ at-least: 2, of: [a, b] }"), "signed by at least 2 of a, b");
    assert_error(&two("{ at-least: 3, of: [a, b] }"), 6, "can never be");
    assert_error(&two("{ at-least: 0, of: [a, b] }"), 6, "is no count");
    assert_error(&two("{ at-least: '1', of: [a, b] }"), 6, "is no count");
    assert_error(&two("{ at-least: 2 }"), 6, "go together");
    assert_error(&two("{ any-of: [a], all-of: [b] }"), 6, "has both");
    assert_error(&two("{ any-of: [a, a] }"), 6, "twice");
    assert_error(&two("{ of: [a, b] }"), 6, "exactly one of");
    assert_error(&two("[a, b]"), 6, "a list does not fit");
}

#[test]
fn meaning_2_one_key_under_two_names() {
    assert_error(
        "version: 1\nsigners:\n  a: { key: one.pub }\n  b: { key: one.pub }",
        4,
        "also a key of `a`",
    );
    let inline = ONE.replace('\n', "\n      ");
    assert_error(
        &format!("version: 1\nsigners:\n  a: {{ key: one.pub }}\n  b:\n    key: |\n      # again\n      {inline}\n"),
        6,
        "also a key of `a`",
    );
    assert_signer_error(
        "key: [{ file: one.pub }, { name: other, file: one.pub }]",
        "also a key of `s`",
    );
    assert_signer_error(
        "key: [{ file: one.pub }, { file: two.pub, name: one }]",
        "two keys are called",
    );
}

#[test]
fn meaning_2_the_stricter_mode_wins() {
    let images =
        "images:\n  - { match: a.b/**, rules: [signed], mode: inform }\n  - { match: a.b/c, rules: [signed] }\n";
    let policy = read(&format!("{SIGNED}{images}")).unwrap();
    assert_eq!(
        policy
            .for_image(&ImageNames::of("a.b/c"))
            .iter()
            .map(|e| e.mode)
            .collect::<Vec<_>>(),
        [crate::wit::basics::Mode::Enforce]
    );
    assert_eq!(
        policy
            .for_image(&ImageNames::of("a.b/d"))
            .iter()
            .map(|e| e.mode)
            .collect::<Vec<_>>(),
        [crate::wit::basics::Mode::Inform]
    );
}

#[test]
fn meaning_3_messages_count_only_where_asked_for() {
    let forms = |signature: &str| match &read(&rule(signature)).unwrap().rules["signed"].kind {
        RuleKind::Signature(signature) => signature.forms.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        forms("by: release"),
        [SignatureForm::SimpleSigning, SignatureForm::Statement]
    );
    assert_eq!(forms("by: release, forms: [message]"), [SignatureForm::Message]);
}

#[test]
fn meaning_5_conditions_that_can_match_nothing_or_anyone() {
    assert_signer_error(&github(&[("ref", "")]), "at least one of `ref`, `environment`");
    assert_signer_error(&github(&[("ref", "main")]), "can match no ref");
    assert_signer_error(&github(&[("repository", "acme")]), "can match no repository");
    assert_signer_error(
        &github(&[("repository", "https://github.com/acme/api")]),
        "empty segment",
    );
    assert_signer_error(
        &github(&[("workflow", ".github/workflows/release.yml")]),
        "can match no workflow",
    );
    assert_signer_error(
        &github(&[("workflow", "acme/api/.github/workflows/release.yml@refs/heads/main")]),
        "can match no workflow",
    );
    assert_signer_error(&github(&[("repository", "'[a]/b'")]), "a pattern with `[`");
    assert_signer_error(
        &github(&[("repository", "'**'"), ("workflow", "'**'")]),
        "accepts anyone",
    );
    assert_signer_error(
        &github(&[("repository", "'*/api'"), ("workflow", "'*/*/.github/workflows/x.yml'")]),
        "accepts anyone",
    );
    assert_signer_error(&github(&[("triggers", "[pull-request]")]), "`pull-request`");
    assert_signer_error(&github(&[("repository-id", "x1")]), "no identifier");
    assert_signer_error(&github(&[("workflow-digest", "abc")]), "no digest");
    assert_signer_error("gitlab: { project: '**', ref: refs/heads/main }", "accepts anyone");
    assert_signer_error(
        "gitlab: { project: acme, ref: refs/heads/main }",
        "can match no project",
    );
    assert_signer_error(
        "gitlab: { project: a/b, ref: refs/heads/main, ref-protected: true }",
        "cannot be demanded",
    );
    assert_signer_error(
        "gitlab: { project: a/b, ref: refs/heads/main, issuer: gitlab.example }",
        "is no server",
    );
    assert_signer_error(
        "keyless: { issuer: https://a.b, identity-regexp: .* }",
        "accepts anyone",
    );
    assert_signer_error("keyless: { issuer-regexp: .*, identity: a@b.c }", "accepts anyone");
    assert_signer_error("keyless: { issuer: https://a.b, identity-regexp: '(?i)a@b' }", "flags");
    assert_signer_error(
        "keyless: { issuer: https://a.b, identity-regexp: 'a(' }",
        "not a regular expression",
    );
    assert_signer_error(
        "keyless: { issuer: https://a.b, identity: none }",
        "would accept anyone",
    );
    assert_signer_error(
        "keyless: { issuer: https://a.b, identity: 'https://x/*' }",
        "compared exactly",
    );
}

#[test]
fn meaning_5_loose_patterns_are_warned_of() {
    assert_eq!(warnings(&github(&[])), "");
    assert!(warnings(&github(&[("repository", "acme*/api")])).contains("another owner"));
    assert!(
        !warnings(&github(&[
            ("repository", "'*/api'"),
            ("owner-id", "7"),
            ("workflow-ref", "refs/tags/v1")
        ]))
        .contains("another owner")
    );
    assert!(warnings(&github(&[("workflow", "acme/ci/.github/workflows/release.yml")])).contains("any ref of"));
    assert_eq!(
        warnings(&github(&[
            ("workflow", "acme/ci/.github/workflows/release.yml"),
            ("workflow-ref", "refs/tags/v1")
        ])),
        ""
    );
    for any in ["'**'", "refs/**", "refs/*/**"] {
        assert!(warnings(&github(&[("ref", any)])).contains("any branch"), "{any}");
    }
    assert!(warnings(&github(&[("triggers", "[push, pull_request_target]")])).contains("`pull_request_target`"));
    assert!(
        warnings("keyless: { issuer: https://a.b, identity-regexp: 'https://github.com/a.*/b' }")
            .contains("another owner")
    );
    assert!(
        warnings("keyless: { issuer: https://a.b, identity-regexp: 'https://github.com/a/b/.*@refs/heads/main' }")
            .contains("before the `@`")
    );
    assert!(
        warnings("key: one.pub, transparency-log: { required: false }").contains("does without the transparency log")
    );
}

#[test]
fn names_that_nothing_uses_are_warned_of() {
    let policy = read(&SIGNED.replace("rules:", "  idle: { key: one.pub }\nrules:")).unwrap();
    let messages: Vec<_> = policy.warnings.iter().map(|warning| warning.message.as_str()).collect();
    assert_eq!(
        messages,
        ["signer `idle` is used nowhere", "rule `signed` is used nowhere"]
    );
}

#[test]
fn keys_are_read_strictly_and_never_shown() {
    assert_signer_error("key: ''", "an empty text");
    assert_signer_error("key: https://example.org/key.pub", "a URL");
    assert_signer_error("key: \"a\\0b\"", "control character");
    assert_signer_error("key: missing.pub", "was not handed over");
    assert_signer_error("key: [{ file: one.pub, pem: x }]", "has both");
    assert_signer_error("key: [{ pem: x, sha256: '00' }]", "`sha256` beside `pem`");
    assert_signer_error("key: [{ file: one.pub, not-after: 2030-1-1 }]", "is no day");
    assert_signer_error(
        "key: [{ file: one.pub, not-before: 2030-01-02, not-after: 2030-01-01 }]",
        "could never count",
    );
    assert_signer_error(
        "key: one.pub, transparency-log: { online: fallback }",
        "not supported yet",
    );
    assert_signer_error("key: [{ file: one.pub, sha256: abc }]", "no digest");
    let wrong = format!("key: [{{ file: one.pub, sha256: {} }}]", "0".repeat(64));
    assert_signer_error(&wrong, "expected sha256:0000");
    let mut secret = source("version: 1\nsigners:\n  s: { key: secret }\n");
    secret.files.push(file("secret", "root:hunter2:0\n"));
    let errors = errors_of(&secret);
    assert_eq!(errors.len(), 1);
    assert!(!format!("{errors:?}").contains("hunter2"));
}

#[test]
fn several_keys_belong_to_one_signer() {
    let policy = read("version: 1\nsigners:\n  s: { key: [{ file: one.pub }, { name: b, file: two.pub }] }").unwrap();
    let Recognises::Keys(keys) = &policy.signers["s"].recognises else {
        unreachable!()
    };
    assert_eq!(
        keys.iter().map(|key| key.name.as_str()).collect::<Vec<_>>(),
        ["one", "b"]
    );
}

#[test]
fn meaning_11_policy_pinned_key_swapped_fail() {
    let sha256 = files::sha256(ONE.as_bytes());
    let pinned = |document: &str| {
        let mut source = source(document);
        source.pinned = Some(files::sha256(document.as_bytes()));
        source
    };
    let closed = pinned(&format!(
        "version: 1\nsigners:\n  s: {{ key: [{{ file: one.pub, sha256: '{sha256}' }}] }}\n"
    ));
    assert_eq!(errors_of(&closed), []);
    let mut swapped = closed.clone();
    swapped.files[0].content = TWO.as_bytes().to_vec();
    assert!(errors_of(&swapped)[0].message.contains("another digest"));
    let mut edited = closed;
    edited.document.content.push(b'\n');
    let errors = errors_of(&edited);
    assert!(
        errors.len() == 1 && errors[0].message.contains("not the pinned one"),
        "{errors:?}"
    );
    let open = pinned("version: 1\ntrust: [{ file: corp.json }]\nsigners:\n  s: { key: one.pub }\n");
    let lines: Vec<_> = errors_of(&open)
        .into_iter()
        .map(|error| (error.line, error.message))
        .collect();
    assert_eq!(
        lines,
        [
            (2, "`corp.json` has no `sha256`".to_owned()),
            (4, "`one.pub` has no `sha256`".to_owned())
        ]
    );
}

fn roots(document: &str) -> Vec<Option<String>> {
    read(document)
        .unwrap()
        .signers
        .into_values()
        .map(|signer| signer.root)
        .collect()
}

#[test]
fn meaning_18_one_root_per_signer() {
    let with = |trust: &str, signer: &str| format!("version: 1\ntrust: {trust}\nsigners:\n  s: {{ {signer} }}\n");
    let several = "[sigstore, { name: corp, file: corp.json }]";
    let keyless = "keyless: { issuer: https://a.b, identity: a@b.c }";
    assert_eq!(
        roots(&with("[{ file: corp.json }]", keyless)),
        [Some("corp".to_owned())]
    );
    assert_eq!(roots(&with(several, &github(&[]))), [Some("sigstore".to_owned())]);
    assert_eq!(
        roots(&with(several, &format!("{keyless}, trust: corp"))),
        [Some("corp".to_owned())]
    );
    assert_error(&with(several, keyless), 4, "names none of them");
    assert_error(&with(several, "key: one.pub"), 4, "names none of them");
    assert_eq!(
        roots(&with(several, "key: one.pub, transparency-log: { required: false }")),
        [None]
    );
    assert_error(
        &with("[github, { file: corp.json }]", &github(&[])),
        4,
        "names none of them",
    );
    assert_error(&with(several, &format!("{keyless}, trust: crop")), 4, "no entry `crop`");
    assert_error(
        &with("[{ name: sigstore, file: corp.json }]", keyless),
        2,
        "cannot be called",
    );
    assert_error(
        &with("[{ file: corp.json }, { file: ./corp.json }]", keyless),
        2,
        "two trusted roots",
    );
    assert_error(&with("[sigstor]", keyless), 2, "`sigstor`");
    assert_error(
        &with(
            "[sigstore]",
            "key: one.pub, trust: sigstore, transparency-log: { required: false }",
        ),
        4,
        "under no root",
    );
}

#[test]
fn meaning_13_given_roots_replace_the_policys() {
    let several = "version: 1\ntrust: [sigstore, { name: corp, file: absent.json }]\nsigners:\n  \
        a: { keyless: { issuer: https://a.b, identity: a@b.c }, trust: corp }\n  \
        b: { gitlab: { project: a/b, ref: refs/heads/main } }\n";
    let mut source = source(several);
    source.trust_override = vec![file("dir/lab.json", "{}")];
    let policy = Policy::read(&source).unwrap();
    assert!(
        policy
            .signers
            .values()
            .all(|signer| signer.root.as_deref() == Some("lab"))
    );
    assert_eq!(policy.roots.keys().collect::<Vec<_>>(), ["lab"]);
    source.trust_override.push(file("corp.json", "{}"));
    let errors = errors_of(&source);
    assert!(errors.len() == 1 && errors[0].line == 5, "{errors:?}");
    source.trust_override[0].name = "sigstore.json".to_owned();
    assert_eq!(errors_of(&source), []);
}

#[test]
fn images_that_can_never_be_are_refused() {
    let image = |pattern: &str| format!("{SIGNED}images: [{{ match: '{pattern}', rules: [signed] }}]");
    for pattern in [
        "nginx",
        "library/nginx",
        "docker.io/nginx",
        "index.docker.io/library/a",
        "ghcr.io/a:v1",
        "ghcr.io/a@sha256:00",
        "ghcr.io/Acme/a",
        "ghcr.io",
    ] {
        assert_error(&image(pattern), 11, "can match no image");
    }
    for pattern in ["**", "*/a", "localhost:5000/a", "docker.io/**", "ghcr.io/acme/*-api"] {
        assert_eq!(errors_of(&source(&image(pattern))), [], "{pattern}");
    }
    let platforms = |value: &str| format!("{SIGNED}images: [{{ match: a.b/c, rules: [signed], platforms: {value} }}]");
    for value in ["[linux]", "[unknown/unknown]", "[Linux/amd64]", "all"] {
        assert!(!errors_of(&source(&platforms(value))).is_empty(), "{value}");
    }
    assert_eq!(errors_of(&source(&platforms("[linux/arm64/v8]"))), []);
}

#[test]
fn check_names_exact_references_once_each() {
    let check = |list: &str| format!("{SIGNED}images: [{{ match: a.b/**, rules: [signed] }}]\ncheck: {list}");
    let document = check("\n  - a.b/c:v1\n  - 'a.b/c@sha256:00'\n");
    let needs = requirements(&source(&document), &[]).unwrap();
    let last = u32::try_from(document.lines().count()).unwrap();
    let named: Vec<_> = needs
        .check
        .iter()
        .map(|one| (one.reference.as_str(), one.line, one.column))
        .collect();
    assert_eq!(named, [("a.b/c:v1", last - 1, 5), ("a.b/c@sha256:00", last, 5)]);
    let line = u32::try_from(check("x").lines().count()).unwrap();
    for (list, part) in [
        ("[a.b/*]", "no image reference"),
        ("['a.b/c d']", "no image reference"),
        ("[a.b/c:$TAG]", "no image reference"),
        ("['https://a.b/c']", "no image reference"),
        ("[a.b/c, a.b/c]", "is there twice"),
        ("[]", "empty list"),
        ("[{ a: b }]", "single value"),
        ("a.b/c", "list"),
    ] {
        assert_error(&check(list), line, part);
    }
}

#[test]
fn requirements_name_what_is_missing_and_what_will_hold() {
    let document = format!("{SIGNED}images:\n  - {{ match: a.b/*, rules: [signed], platforms: every, mode: inform }}\n")
        .replace("rules:\n", "  ops: { key: [{ file: absent.pub, sha256: '0000000000000000000000000000000000000000000000000000000000000000' }] }\nrules:\n");
    let needs = requirements(&source(&document), &["a.b/c".to_owned(), "x.y/z".to_owned()]).unwrap();
    assert_eq!(needs.roots, ["sigstore"]);
    let missing: Vec<_> = needs
        .missing_files
        .iter()
        .map(|file| (file.path.as_str(), file.line, file.sha256.is_some()))
        .collect();
    assert_eq!(missing, [("absent.pub", 8, true)]);
    let [matched, unmatched] = needs.images.as_slice() else {
        unreachable!()
    };
    assert_eq!(
        (matched.children, matched.carriers.len(), matched.rules.len()),
        (true, 4, 1)
    );
    assert_eq!(
        (matched.rules[0].demand.as_str(), matched.rules[0].line),
        ("signed by release", 10)
    );
    assert_eq!(matched.rules[0].platforms, ["every"]);
    assert_eq!(
        (unmatched.children, unmatched.carriers.len(), unmatched.rules.len()),
        (false, 0, 0)
    );
    assert!(Policy::read(&source(&document)).is_err());
    assert!(matches!(
        requirements(&source("version: 3"), &[]),
        Err(Error::Policy(_))
    ));
}

#[test]
fn no_root_is_asked_for_where_none_is_used() {
    let document = "version: 1\nsigners:\n  s: { key: one.pub, transparency-log: { required: false } }\n";
    assert!(requirements(&source(document), &[]).unwrap().roots.is_empty());
    assert!(read(document).unwrap().roots.is_empty());
}

#[test]
fn well_known_roots_are_brought() {
    let brought = &read(SIGNED).unwrap().roots["sigstore"];
    assert_eq!(Some(brought.content.as_slice()), crate::trust::embedded("sigstore"));
}

#[test]
fn max_age_is_for_roots_whose_age_can_be_proven() {
    let with = |entry: &str| SIGNED.replacen("version: 1\n", &format!("version: 1\ntrust: [{entry}]\n"), 1);
    assert_error(
        &with("{ file: corp.json, max-age: 30d }"),
        2,
        "a file has no age that could be proven",
    );
    assert_error(&with("{ name: corp, max-age: 30d }"), 2, "needs `file` or `tuf`");
    assert_error(&with("{ file: corp.json, tuf: corp.json }"), 2, "`file`");
    assert_error(
        &with("{ name: sigstore, tuf: corp.json }"),
        2,
        "a file cannot be called",
    );
    assert_error(&with("{ name: corp, tuf: corp.json }"), 2, "was never fetched");
    let policy = read(&with("{ name: sigstore, max-age: 30d }")).unwrap();
    assert_eq!(policy.roots["sigstore"].origin.max_age, Some(30 * 86_400));
}
