//! The policy that cosign's flags stand for, as the text of a policy file: one signer, what must be theirs, every image.

use super::identity::{Attested, Flags, Identity, TextMatch, TransparencyLog};
use crate::yaml_text::quoted;

/// Name of the document in reports and messages.
pub use crate::run::FLAGS as NAME;

/// YAML that `--print-policy` shows and the component reads. Values of flags stand in double quotes and cannot leave them.
pub fn document(flags: &Flags) -> String {
    let mut lines = vec!["version: 1".to_owned(), "signers:".to_owned(), "  signer:".to_owned()];
    lines.extend(signer(&flags.identity));
    match &flags.transparency_log {
        TransparencyLog::Required => {}
        TransparencyLog::At(url) => lines.push(format!("    transparency-log: {{ url: {} }}", quoted(url))),
        TransparencyLog::Ignored => lines.push("    transparency-log: { required: false }".to_owned()),
    }
    lines.push("rules:".to_owned());
    let mut names = Vec::new();
    if flags.attested.signature() {
        names.push("signed");
        lines.extend(signed(flags));
    }
    if flags.attested == Attested::All || !flags.attested.types().is_empty() {
        names.push("attested");
        lines.extend(attested(&flags.attested));
    }
    let rules = format!("    rules: [{}]", names.join(", "));
    lines.extend([
        "images:".to_owned(),
        "  - match: \"**\"".to_owned(),
        rules,
        String::new(),
    ]);
    lines.join("\n")
}

fn signed(flags: &Flags) -> Vec<String> {
    // whoever names images and a key on one line means it so
    let lines = [
        "  signed:",
        "    signature:",
        "      by: signer",
        "      docker-reference: reported",
    ];
    let mut lines = lines.map(str::to_owned).to_vec();
    if !flags.annotations.is_empty() {
        lines.push("      annotations:".to_owned());
        let pairs = flags.annotations.iter();
        lines.extend(pairs.map(|(key, value)| format!("        {}: {}", quoted(key), quoted(value))));
    }
    lines
}

fn attested(attested: &Attested) -> Vec<String> {
    let mut lines = ["  attested:", "    attestations:", "      by: signer"]
        .map(str::to_owned)
        .to_vec();
    let types: Vec<_> = attested.types().into_iter().map(quoted).collect();
    if !types.is_empty() {
        lines.push(format!("      types: [{}]", types.join(", ")));
    }
    lines
}

fn signer(identity: &Identity) -> Vec<String> {
    match identity {
        Identity::Key(path) => vec![format!("    key: {}", quoted(&path.to_string_lossy()))],
        Identity::Keyless { issuer, identity } => {
            vec![
                "    keyless:".to_owned(),
                text_match("issuer", issuer),
                text_match("identity", identity),
            ]
        }
    }
}

fn text_match(key: &str, text: &TextMatch) -> String {
    match text {
        TextMatch::Exact(text) => format!("      {key}: {}", quoted(text)),
        TextMatch::Regexp(text) => format!("      {key}-regexp: {}", quoted(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    fn keyless(identity: TextMatch) -> Flags {
        let issuer = TextMatch::Exact("https://token.actions.githubusercontent.com".to_owned());
        Flags {
            identity: Identity::Keyless { issuer, identity },
            attested: Attested::Image,
            annotations: BTreeMap::new(),
            transparency_log: TransparencyLog::Required,
        }
    }

    #[test]
    fn attestations_in_place_of_the_image() {
        let rules = |attested| {
            let document = document(&Flags {
                attested,
                ..keyless(TextMatch::Exact("x".to_owned()))
            });
            let rules = document.split_once("rules:\n").unwrap().1.to_owned();
            rules.replace("images:\n  - match: \"**\"\n", "")
        };
        let types = |types: &[&str]| Attested::Types(types.iter().map(|&one| one.to_owned()).collect());
        assert_eq!(
            rules(Attested::All),
            "  attested:\n    attestations:\n      by: signer\n    rules: [attested]\n"
        );
        assert_eq!(
            rules(types(&["slsa", "signature", "x:]\n"])),
            "  signed:\n    signature:\n      by: signer\n      docker-reference: reported\n  attested:\n    attestations:\n      by: signer\n      \
             types: [\"slsa\", \"x:]\\u000a\"]\n    rules: [signed, attested]\n"
        );
        assert_eq!(
            rules(types(&["signature"])),
            "  signed:\n    signature:\n      by: signer\n      docker-reference: reported\n    rules: [signed]\n"
        );
    }

    #[test]
    fn the_log_by_its_address() {
        let transparency_log = TransparencyLog::At("https://rekor.example\" }".to_owned());
        let document = document(&Flags {
            transparency_log,
            ..keyless(TextMatch::Exact("x".to_owned()))
        });
        let line = document.lines().find(|line| line.contains("transparency-log")).unwrap();
        assert_eq!(line, r#"    transparency-log: { url: "https://rekor.example\" }" }"#);
    }

    #[test]
    fn keyless_flags() {
        let expected = r#"version: 1
signers:
  signer:
    keyless:
      issuer: "https://token.actions.githubusercontent.com"
      identity-regexp: "https://github\\.com/acme/.*"
rules:
  signed:
    signature:
      by: signer
      docker-reference: reported
images:
  - match: "**"
    rules: [signed]
"#;
        assert_eq!(
            document(&keyless(TextMatch::Regexp(r"https://github\.com/acme/.*".to_owned()))),
            expected
        );
    }

    #[test]
    fn key_flags_with_everything() {
        let flags = Flags {
            identity: Identity::Key(PathBuf::from("keys/lab.pub")),
            attested: Attested::Image,
            annotations: BTreeMap::from([
                ("env".to_owned(), "prod".to_owned()),
                ("build".to_owned(), "42".to_owned()),
            ]),
            transparency_log: TransparencyLog::Ignored,
        };
        let expected = r#"version: 1
signers:
  signer:
    key: "keys/lab.pub"
    transparency-log: { required: false }
rules:
  signed:
    signature:
      by: signer
      docker-reference: reported
      annotations:
        "build": "42"
        "env": "prod"
images:
  - match: "**"
    rules: [signed]
"#;
        assert_eq!(document(&flags), expected);
    }

    #[test]
    fn values_cannot_leave_their_quotes() {
        let harmless = document(&keyless(TextMatch::Exact("x".to_owned())));
        for hostile in [
            "x\"\nunmatched: inform\n#",
            "x\"\r\nimages: []",
            "\\\"",
            "\\",
            "a\u{85}b\u{2028}c\u{2029}d",
            "*alias &anchor !!tag {a: b} # c",
            "##[error]\u{1b}[2J\u{e0041}",
            "\u{feff}",
        ] {
            let document = document(&keyless(TextMatch::Exact(hostile.to_owned())));
            assert_eq!(document.lines().count(), harmless.lines().count(), "{document}");
            assert!(!document.contains("##") && !document.contains('\u{1b}') && !document.contains('\u{85}'));
            let line = document.lines().nth(5).unwrap();
            let value = line.strip_prefix("      identity: ").unwrap();
            if !value.contains("\\U") {
                assert_eq!(serde_json::from_str::<String>(value).unwrap(), hostile);
            }
        }
    }
}
