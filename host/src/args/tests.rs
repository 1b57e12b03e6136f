//! Command lines and the values that they become, or the errors.

use super::identity::TransparencyLog;
use super::*;

const KEYLESS: &str = "--certificate-identity a@b --certificate-oidc-issuer https://i";

fn with(line: &str, surroundings: &Surroundings) -> Result<Command, UsageError> {
    let arguments = ["portcullis"].into_iter().chain(line.split_whitespace());
    parse(arguments.map(OsString::from), surroundings)
}

fn bare(line: &str) -> Result<Command, UsageError> {
    with(line, &Surroundings::default())
}

fn check(line: &str) -> Check {
    match bare(&format!("check {line}")).unwrap() {
        Command::Check(check) => *check,
        other => panic!("{other:?}"),
    }
}

fn error(line: &str) -> (String, String) {
    let error = bare(line).unwrap_err();
    (error.to_string(), error.hint().unwrap_or_default())
}

#[test]
fn everything_at_once() {
    let digest = format!("sha256:{}", "a".repeat(64));
    let line = format!(
        "one two --images-file list --policy p.yaml --policy-digest {digest} --layout l --bundle b1 --bundle b2 \
         --trusted-root r --mode inform --format json --report text=a.txt --report json=b.json --now 2026-11-23T01:00:00+01:00 \
         --jobs 3 --insecure-registry r:5000 --ca-file ca --cert c --key-file k --verbose --output-signature s --output-certificate o"
    );
    let check = check(&line);
    assert_eq!(
        check.images,
        Images {
            references: vec!["one".into(), "two".into()],
            file: Some("list".into()),
            ..Images::default()
        }
    );
    assert_eq!(
        check.policy,
        PolicyChoice::File {
            path: "p.yaml".into(),
            digest: Some(digest)
        }
    );
    assert_eq!(check.evidence.bundles, [PathBuf::from("b1"), PathBuf::from("b2")]);
    assert_eq!(check.evidence.now, Some(1_795_392_000));
    assert_eq!(check.evidence.jobs, NonZeroUsize::new(3));
    assert_eq!(check.evidence.registry.insecure, ["r:5000"]);
    assert_eq!(
        check.evidence.registry.client,
        Some(ClientCertificate {
            certificate: "c".into(),
            key: "k".into()
        })
    );
    assert_eq!(
        (check.mode, check.format, check.detail),
        (Mode::Inform, Some(Format::Json), Detail::Verbose)
    );
    assert_eq!(
        check.reports[1],
        ReportFile {
            format: Format::Json,
            path: "b.json".into()
        }
    );
    let options: Vec<_> = check
        .weakenings
        .iter()
        .map(|weakening| weakening.option.as_str())
        .collect();
    assert_eq!(
        options,
        [
            "--trusted-root r",
            "--now 2026-11-23T01:00:00+01:00",
            "--insecure-registry r:5000",
            "--mode inform"
        ]
    );
}

#[test]
fn defaults_are_strict() {
    let check = check("image --policy p");
    assert_eq!(
        (check.mode, check.format, check.detail),
        (Mode::Enforce, None, Detail::Normal)
    );
    assert!(check.weakenings.is_empty());
}

#[test]
fn cosign_flags_make_a_policy() {
    let line = format!("image {KEYLESS} -a env=prod --annotations build=4=2 --insecure-ignore-tlog");
    let PolicyChoice::Flags(flags) = check(&line).policy else {
        panic!()
    };
    assert_eq!(flags.annotations["build"], "4=2");
    assert_eq!(flags.transparency_log, TransparencyLog::Ignored);
    assert_eq!(check(&line).weakenings[0].option, "--insecure-ignore-tlog");
    let PolicyChoice::Flags(flags) = check("image --key k.pub").policy else {
        panic!()
    };
    assert_eq!(flags.identity, Identity::Key("k.pub".into()));
}

#[test]
fn print_policy_needs_no_image() {
    assert_eq!(check("--key k.pub --print-policy").action, CheckAction::PrintPolicy);
}

#[test]
fn default_policy_is_taken_when_nothing_else_is_said() {
    let surroundings = Surroundings {
        default_policy: Some(DEFAULT_POLICY.into()),
        ..Surroundings::default()
    };
    let policy = |line: &str| match with(line, &surroundings).unwrap() {
        Command::Check(check) => check.policy,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        policy("check i"),
        PolicyChoice::File {
            path: DEFAULT_POLICY.into(),
            digest: None
        }
    );
    assert_eq!(
        policy("check i --policy p"),
        PolicyChoice::File {
            path: "p".into(),
            digest: None
        }
    );
    assert!(matches!(policy("check i --key k"), PolicyChoice::Flags(_)));
    assert_eq!(bare("check i").unwrap_err(), UsageError::NoPolicy);
}

#[test]
fn list_takes_the_same_evidence() {
    let Command::List(list) = bare("list i --layout l --format json --verbose").unwrap() else {
        panic!()
    };
    assert_eq!(
        (list.format, list.detail, list.policy),
        (ListFormat::Json, Detail::Verbose, None)
    );
    assert_eq!(bare("list").unwrap_err(), UsageError::NoImage { command: "list" });
}

#[test]
fn combinations_that_make_no_sense() {
    for (line, message) in [
        ("check --key k", "no image is named"),
        ("check i", "nothing says who must have signed"),
        (
            "check i --policy p --key k",
            "`--policy` and `--key` exclude each other",
        ),
        (
            "check i --policy p --insecure-ignore-tlog",
            "`--policy` and `--insecure-ignore-tlog` exclude each other",
        ),
        ("check i --key k --now 2026-11-23T00:00:00Z", "`--now` needs `--layout`"),
        (
            "check i --certificate-identity a",
            "`--certificate-identity` needs `--certificate-oidc-issuer`",
        ),
        (
            "check i --certificate-oidc-issuer-regexp a",
            "`--certificate-oidc-issuer` needs `--certificate-identity`",
        ),
        (
            "check i --key k --certificate-identity a",
            "`--key` and `--certificate-identity` exclude each other",
        ),
        (
            "check i --insecure-ignore-tlog",
            "`--insecure-ignore-tlog` needs `--key`",
        ),
        (
            "check i --rekor-url https://rekor.example",
            "`--rekor-url` needs `--key`",
        ),
        (
            "check i --key k --rekor-url https://rekor.example --insecure-ignore-tlog",
            "`--insecure-ignore-tlog` and `--rekor-url` exclude each other",
        ),
        (
            "check i --policy p --rekor-url https://rekor.example",
            "`--policy` and `--rekor-url` exclude each other",
        ),
        ("check i -a x=y", "`--annotations` needs `--key`"),
        ("list a b", "one IMAGE is expected, and more are given"),
        ("list a --layout l b", "one IMAGE is expected, and more are given"),
        ("policy check a b", "one FILE is expected, and more are given"),
        ("policy schema a", "`a` does not belong here"),
        (
            "completions tcsh",
            "`SHELL` takes bash, zsh, fish, powershell, not `tcsh`",
        ),
        ("check i --key k -a x", "`--annotations` takes KEY=VALUE, not `x`"),
        (
            "check i --key k -a x=1 -a x=2",
            "`--annotations` takes each key once, not `x=2`",
        ),
        (
            "check i --policy p --print-policy",
            "`--print-policy` has no flags to print as a policy",
        ),
        (
            "check i --policy p --policy-digest sha256:00",
            "`--policy-digest` takes sha256: and 64 lower-case hexadecimal digits, not `sha256:00`",
        ),
        (
            "check i --policy p --quiet --verbose",
            "`--quiet` and `--verbose` exclude each other",
        ),
        ("check i --policy p --cert c", "`--cert` needs `--key-file`"),
        ("check i --policy p --policy q", "`--policy` is given more than once"),
        (
            "check i --policy p --mode off",
            "`--mode` takes enforce, inform, not `off`",
        ),
        ("check i --policy p --jobs 0", "`--jobs` takes a number from 1, not `0`"),
        (
            "check i --policy p --report json=-",
            "`--report` takes a file (standard output takes `--format`), not `json=-`",
        ),
        (
            "check i --policy p --report json=a/x --report text=./a/./x",
            "`--report` takes each file once, not `text=./a/./x`",
        ),
        (
            "check i --policy p --output-signature x --report text=./x",
            "`--report` takes each file once, not `text=./x`",
        ),
        ("check i --policy", "`--policy` needs a value"),
        ("check i --polcy p", "there is no option `--polcy`"),
        ("chek i", "there is no command `chek`"),
        (
            "check i --key k --layout l --now yesterday",
            "`--now` takes a time such as 2026-11-23T00:00:00Z, not `yesterday`",
        ),
    ] {
        assert_eq!(error(line).0, message, "{line}");
    }
    let formats = crate::emit::FORMATS.join(", ");
    assert_eq!(
        error("check i --policy p --report xml=x").0,
        format!("`--report` takes FORMAT=FILE with one of {formats}, not `xml=x`")
    );
    assert_eq!(error("check i --polcy p").1, "did you mean `--policy`?");
}

#[test]
fn variables_that_could_weaken_change_nothing() {
    let hostile = [
        ("PORTCULLIS_MODE", "inform"),
        ("PORTCULLIS_NOW", "2020-01-01T00:00:00Z"),
        ("PORTCULLIS_POLICY", "evil.yaml"),
        ("PORTCULLIS_POLICY_DIGEST", "sha256:00"),
        ("PORTCULLIS_TRUSTED_ROOT", "evil.json"),
        ("PORTCULLIS_INSECURE_REGISTRY", "evil:5000"),
        ("PORTCULLIS_LAYOUT", "evil"),
        ("PORTCULLIS_KEY", "evil.pub"),
        ("PORTCULLIS_INSECURE_IGNORE_TLOG", "true"),
        ("COSIGN_EXPERIMENTAL", "1"),
    ];
    let surroundings = Surroundings {
        environment: hostile.into_iter().collect(),
        ..Surroundings::default()
    };
    for line in ["check i --policy p", "check i --key k", "list i"] {
        assert_eq!(with(line, &surroundings), bare(line), "{line}");
    }
    assert_eq!(with("check i", &surroundings).unwrap_err(), UsageError::NoPolicy);
}

#[test]
fn harmless_variables_are_read_and_flags_win() {
    let environment = [("PORTCULLIS_FORMAT", "json"), ("PORTCULLIS_JOBS", "7")]
        .into_iter()
        .collect();
    let surroundings = Surroundings {
        environment,
        ..Surroundings::default()
    };
    let Command::Check(check) = with("check i --policy p", &surroundings).unwrap() else {
        panic!()
    };
    assert_eq!(
        (check.format, check.evidence.jobs),
        (Some(Format::Json), NonZeroUsize::new(7))
    );
    let Command::Check(check) = with("check i --policy p --format text --jobs 1", &surroundings).unwrap() else {
        panic!()
    };
    assert_eq!(
        (check.format, check.evidence.jobs),
        (Some(Format::Text), NonZeroUsize::new(1))
    );
}

#[test]
fn format_of_a_command_line_that_is_not_understood() {
    let format = |line: &str| {
        format_of(
            &line.split(' ').map(OsString::from).collect::<Vec<_>>(),
            &Environment::default(),
        )
    };
    assert_eq!(format("portcullis check --format json --nonsense"), Some(Format::Json));
    assert_eq!(format("portcullis --format=github"), Some(Format::GitHub));
    assert_eq!(format("portcullis check --format"), None);
    let environment = Environment::from_iter([("PORTCULLIS_FORMAT", "json")]);
    assert_eq!(format_of(&[], &environment), Some(Format::Json));
}

#[test]
fn hostile_arguments_are_cleaned_in_messages() {
    for arguments in [
        vec!["portcullis", "check", "--\n::error::x"],
        vec!["portcullis", "x\n::error::x"],
        vec![
            "portcullis",
            "check",
            "i",
            "--policy",
            "p",
            "--report",
            "json=a\nverdict=allow",
        ],
        vec!["portcullis", "check", "i", "--policy", "p", "--mode", "##[error]\u{1b}"],
    ] {
        let error = parse(arguments.into_iter().map(OsString::from), &Surroundings::default()).unwrap_err();
        crate::emit::fixture::assert_harmless_log(&format!("{error}\n{}", error.hint().unwrap_or_default()));
        assert_eq!(error.to_string().lines().count(), 1);
    }
}

#[test]
fn nothing_asked_is_no_success() {
    assert_eq!(bare("").unwrap_err(), UsageError::NoCommand);
}

#[test]
fn help_teaches() {
    for line in ["--help", "check --help", "list --help"] {
        let Command::Show(help) = bare(line).unwrap() else {
            panic!()
        };
        assert!(help.contains("undecided") || help.contains("could not look"), "{help}");
        let wide = help.lines().find(|line| line.chars().count() > 112);
        assert_eq!(wide, None, "{help}");
    }
    let Command::Show(help) = bare("check --help").unwrap() else {
        panic!()
    };
    crate::emit::expected::assert_expected("src/args/expected/check-help.txt", &help);
    assert!(matches!(bare("--version").unwrap(), Command::Show(version) if version.starts_with("portcullis ")));
}

#[test]
fn help_names_every_format() {
    let Command::Show(help) = bare("check --help").unwrap() else {
        panic!()
    };
    let (_, formats) = help.split_once("\nFormats:\n").unwrap();
    let named: Vec<&str> = formats
        .lines()
        .map_while(|line| line.strip_prefix("  "))
        .filter_map(|line| line.split(' ').next())
        // a long name has its line to itself, and its words the next
        .filter(|name| !name.is_empty())
        .collect();
    assert_eq!(named, crate::emit::FORMATS);
}
