//! The command line as `clap` sees it. No value of it leaves this module's parent.

mod policy;
mod trust;

use std::sync::LazyLock;

use clap::{Arg, ArgAction, Command};

use super::shells;
use crate::component;
use crate::emit::FORMATS;

const EXIT_CODES: &str = "\
Exit codes:
  0   every image may pass
  1   an enforced rule denies
  2   the command line or the policy is wrong
  3   nothing was checked: no rule was evaluated
  4   undecided: could not find out, a registry that does not answer for example
  70  bug in portcullis; never a verdict
The output format never changes them; `--mode inform` turns 1 into 0.";

const CHECK_EXAMPLES: &str = "\
Examples:
  Check an image by ./portcullis.yaml:
      portcullis check ghcr.io/acme/api:v1.4.2
  Without a policy file, by a key:
      portcullis check --key cosign.pub ghcr.io/acme/api:v1.4.2
  By the workflow that must have signed it:
      portcullis check ghcr.io/acme/api:v1.4.2 \\
        --certificate-oidc-issuer https://token.actions.githubusercontent.com \\
        --certificate-identity https://github.com/acme/api/.github/workflows/release.yml@refs/heads/main
  Every image that the files of a repository name, and what runs in a cluster:
      portcullis check --files deploy compose.yaml Dockerfile
      kubectl get pods -A -o yaml | portcullis check --files -
  Without a network, from an OCI image layout:
      portcullis check --layout ./layout registry.example/acme/api:v1
  As annotations, with the full report in a file:
      portcullis check --format github --report json=report.json ghcr.io/acme/api:v1.4.2";

const FORMATS_IN_WORDS: &str = "\
Formats:
  text                for people
  json                for programs, with everything
  markdown            for a comment on a pull request
  html                one page for a browser, that loads nothing
  csv                 for spreadsheets
  junit               test results: GitLab, Jenkins, CircleCI and others
  github              GitHub Actions: annotations
  sarif               GitHub: code scanning
  gitlab              GitLab: the text in a section of the log
  gitlab-codequality  GitLab: code quality report
  gitlab-dotenv       GitLab: variables for later jobs
  gitlab-annotations  GitLab: links on the job's page
  gitlab-container-scanning
                      GitLab: vulnerabilities of the scans that counted
  cyclonedx           packages and vulnerabilities that verified documents name
  azure               Azure Pipelines: issues
  teamcity            TeamCity: inspections
  buildkite           Buildkite: the text in a group of the log";

const LIST_EXAMPLES: &str = "\
Examples:
  portcullis list ghcr.io/acme/api:v1.4.2
  portcullis list --format json --layout ./layout registry.example/acme/api:v1

Exit codes: 0 listed, 2 usage or policy error, 4 could not look, 70 bug in portcullis.";

const EXTRACT_EXAMPLES: &str = "\
Examples:
  The SBOM that the workflow signed, to a pipe:
      portcullis extract --type cyclonedx --predicate ghcr.io/acme/api:v1.4.2 | jq .
  The newest scanner report, as the scanner wrote it:
      portcullis extract --type vuln --select latest --as raw-report --output trivy-report.json ghcr.io/acme/api:v1.4.2
  Everything that could be proven, for an archive:
      portcullis extract --all --output evidence ghcr.io/acme/api:v1.4.2

Exit codes: 0 handed out, 1 found and not trusted or more than one, 2 usage or policy error, 3 nothing found, 4 could not
look, 70 bug in portcullis.";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  portcullis completions bash > ~/.local/share/bash-completion/completions/portcullis
  portcullis completions zsh > ~/.zfunc/_portcullis
  portcullis completions fish > ~/.config/fish/completions/portcullis.fish
  portcullis completions powershell >> $PROFILE";

const ABOUT_EXAMPLES: &str = "\
Examples:
  What an image has, and who signed it:
      portcullis list ghcr.io/acme/api:v1.4.2
  Whether it may pass, by a key and without a policy file:
      portcullis check --key cosign.pub ghcr.io/acme/api:v1.4.2
  The same by ./portcullis.yaml, for every image of a list:
      portcullis check --images-file images.txt
  What is wrong or loose in ./portcullis.yaml:
      portcullis policy check

`portcullis help COMMAND` says more.";

/// The release, and the SHA-256 of the component, which is the same for every processor.
static VERSION: LazyLock<String> =
    LazyLock::new(|| format!("{} (component {})", env!("CARGO_PKG_VERSION"), component::digest()));

/// The same with what is known of the build; the commit is what `PORTCULLIS_COMMIT` said then.
static LONG_VERSION: LazyLock<String> = LazyLock::new(|| {
    let known = [
        ("component", Some(component::digest())),
        ("target", option_env!("PORTCULLIS_TARGET").map(str::to_owned)),
        ("rustc", option_env!("PORTCULLIS_RUSTC").map(str::to_owned)),
        ("commit", option_env!("PORTCULLIS_COMMIT").map(str::to_owned)),
    ];
    let lines = known
        .into_iter()
        .filter_map(|(what, value)| Some(format!("\n{what:<10} {}", value?)));
    lines.fold(env!("CARGO_PKG_VERSION").to_owned(), |all, line| all + &line)
});

pub fn command() -> Command {
    Command::new("portcullis")
        .about("Answers whether a container image may pass")
        .version(VERSION.as_str())
        .long_version(LONG_VERSION.as_str())
        .after_help(format!("{ABOUT_EXAMPLES}\n\n{EXIT_CODES}"))
        .subcommand_required(false)
        .subcommand(check())
        .subcommand(list())
        .subcommand(extract())
        .subcommand(policy::policy())
        .subcommand(trust::trust())
        .subcommand(completions())
}

fn completions() -> Command {
    Command::new("completions")
        .about("Print a script that completes the command line in a shell")
        .after_help(COMPLETIONS_EXAMPLES)
        .arg(
            Arg::new("shell")
                .value_name("SHELL")
                .num_args(0..=1)
                .value_parser(shells::NAMES)
                .hide_possible_values(true)
                .help("bash, zsh, fish or powershell"),
        )
}

fn check() -> Command {
    Command::new("check")
        .about("Prove and judge what signers say of images: may they pass?")
        .after_help(format!("{FORMATS_IN_WORDS}\n\n{CHECK_EXAMPLES}\n\n{EXIT_CODES}"))
        .arg(
            Arg::new("image")
                .value_name("IMAGE")
                .num_args(0..)
                .help("References such as ghcr.io/acme/api:v1.4.2"),
        )
        .arg(option(
            "images-file",
            "FILE",
            "References from FILE, one per line, `#` for comments; `-` is standard input",
        ))
        .arg(
            many(
                "files",
                "PATH",
                "Find images in manifests, Dockerfiles, pipelines, folders; `-` is standard input",
            )
            .num_args(1..),
        )
        .arg(many(
            "exclude",
            "GLOB",
            "Do not read files of such a path; may be repeated",
        ))
        .arg(many(
            "exclude-image",
            "GLOB",
            "Do not judge what files name so, a variable for example; may be repeated",
        ))
        .arg(many(
            "image-path",
            "KEYS",
            "Further images in YAML and JSON, such as spec.image; may be repeated",
        ))
        .arg(option(
            "expect-images",
            "N",
            "Leave the answer undecided unless there are so many different images",
        ))
        .arg(one_of(
            "mode",
            "MODE",
            &["enforce", "inform"],
            "enforce, or inform: report denials without failing [default: enforce]",
        ))
        .args(evidence())
        .args(policy_file())
        .args(identity())
        .next_help_heading("Without a policy file")
        .arg(switch(
            "print-policy",
            "Write the policy that these flags stand for, and check nothing",
        ))
        .arg(many(
            "type",
            "TYPE",
            "The image must have an attestation of this type, in place of a signature; may be repeated",
        ))
        .arg(
            switch(
                "all-attestations",
                "Every attestation of the image must be signed so, in place of a signature",
            )
            .conflicts_with("type"),
        )
        .next_help_heading("Output")
        .arg(one_of(
            "format",
            "FORMAT",
            &FORMATS,
            "One of the formats below [default: as the pipeline reads it]",
        ))
        .arg(many(
            "report",
            "FORMAT=FILE",
            "Write a report to FILE as well; may be repeated",
        ))
        .arg(switch(
            "comment",
            "In GitHub Actions: comment on the pull request as well, updated in place",
        ))
        .arg(option(
            "output-signature",
            "FILE",
            "Write the signature that was proven, in base64",
        ))
        .arg(option(
            "output-certificate",
            "FILE",
            "Write the certificate that was proven, in PEM",
        ))
        .args(detail())
}

fn list() -> Command {
    Command::new("list")
        .about("Show what an image has: every piece of evidence, who signed it and when, or why it does not count")
        .after_help(LIST_EXAMPLES)
        .arg(
            Arg::new("image")
                .value_name("IMAGE")
                .num_args(0..=1)
                .help("A reference such as ghcr.io/acme/api:v1.4.2"),
        )
        .args(evidence())
        .args(policy_file())
        .args(identity())
        .next_help_heading("Output")
        .arg(one_of(
            "format",
            "FORMAT",
            &["table", "json"],
            "table or json [default: table]",
        ))
        .arg(switch("inspect", "Show the beginning of what is not recognised"))
        .args(detail())
}

fn extract() -> Command {
    Command::new("extract")
        .about("Hand out evidence of an image: the bytes that were proven, unchanged")
        .after_help(EXTRACT_EXAMPLES)
        .arg(
            Arg::new("image")
                .value_name("IMAGE")
                .num_args(0..=1)
                .help("A reference such as ghcr.io/acme/api:v1.4.2"),
        )
        .next_help_heading("What")
        .arg(many(
            "type",
            "TYPE",
            "slsa, cyclonedx, spdx, sbom, vuln, triage, license, custom, openvex, signature, …, or a URI; may be repeated",
        ))
        .arg(switch("all", "Every type that there is").conflicts_with("type"))
        .arg(option(
            "select",
            "WHICH",
            "latest, all, exactly-one, or sha256:… of one [default: exactly-one; all for a directory]",
        ))
        .arg(switch("last", "The same as --select latest").conflicts_with("select"))
        .arg(switch("statement", "The signed bytes [default]").conflicts_with_all(["predicate", "predicate-only", "raw", "as"]))
        .arg(
            switch("predicate", "The predicate alone")
                .conflicts_with_all(["raw", "as", "predicate-only"]),
        )
        .arg(
            switch("predicate-only", "The same as --predicate")
                .conflicts_with_all(["raw", "as"]),
        )
        .arg(switch("raw", "The bundle or envelope as it is stored").conflicts_with("as"))
        .arg(one_of(
            "as",
            "FORM",
            &["raw-report", "trivyignore"],
            "raw-report: the scanner's own report; trivyignore: triage as an ignore file of Trivy's",
        ))
        .arg(switch(
            "allow-unverified",
            "Hand out what nobody proved too; its file names say `.unverified`",
        ))
        .args(evidence())
        .args(policy_file())
        .args(identity())
        .next_help_heading("Output")
        .arg(
            option("output", "PATH", "Write to a file, or to a directory with an index.json [default: standard output]")
                .short('o'),
        )
        .arg(option(
            "output-signature",
            "FILE",
            "With --type signature: write the signature, in base64",
        ))
        .arg(option(
            "output-certificate",
            "FILE",
            "With --type signature: write the certificate, in PEM",
        ))
        .args(detail())
}

fn evidence() -> Vec<Arg> {
    headed(
        "Evidence",
        [
            option(
                "layout",
                "PATH",
                "Read an OCI layout (directory or tar) instead of a registry",
            ),
            many(
                "bundle",
                "FILE",
                "Read a Sigstore bundle (.json or .jsonl) instead; may be repeated",
            ),
            option(
                "trusted-root",
                "FILE",
                "Trust this trusted_root.json in place of the policy's `trust`",
            ),
            option("now", "RFC3339", "Judge as of this time; only with --layout"),
            option("jobs", "N", "Images at the same time"),
            many(
                "insecure-registry",
                "HOST",
                "Speak to this registry without TLS; may be repeated",
            ),
            many(
                "tls-registry",
                "HOST",
                "Speak TLS to this registry on loopback; may be repeated",
            ),
            many(
                "token-host",
                "HOST",
                "A registry's token service that may have its credentials; may be repeated",
            ),
            many(
                "evidence-repository",
                "NAME",
                "Look for evidence in this repository too; may be repeated",
            ),
            option(
                "max-referrers",
                "N",
                "Referrers of an image to look at, at most 1000 [default: 1000]",
            ),
            option("max-requests", "N", "Requests to one host [default: 20000]"),
            option(
                "cache-dir",
                "DIR",
                "Keep blobs here [default: ~/.cache/portcullis; in pipelines none]",
            ),
            switch("no-cache", "Fetch everything anew, and keep nothing").conflicts_with("cache-dir"),
            option("ca-file", "FILE", "Roots (PEM) for registries, beside the system's"),
            option("cert", "FILE", "Client certificate (PEM) for registries"),
            option("key-file", "FILE", "Key (PEM) of the client certificate"),
        ],
    )
}

fn policy_file() -> Vec<Arg> {
    headed(
        "Policy",
        [
            option(
                "policy",
                "FILE",
                "The policy [default: portcullis.yaml where there is one]",
            ),
            option("policy-digest", "sha256:…", "Refuse a policy with other bytes"),
        ],
    )
}

/// cosign's own names.
fn identity() -> Vec<Arg> {
    headed(
        "Without a policy file",
        [
            option("key", "FILE", "Public key (PEM) that must have signed"),
            option(
                "certificate-identity",
                "TEXT",
                "Identity that the certificate must have",
            ),
            option(
                "certificate-identity-regexp",
                "REGEXP",
                "The same as a regular expression for the whole identity",
            ),
            option("certificate-oidc-issuer", "URL", "Who must have issued the identity"),
            option(
                "certificate-oidc-issuer-regexp",
                "REGEXP",
                "The same as a regular expression for the whole issuer",
            ),
            many(
                "annotations",
                "KEY=VALUE",
                "Annotation that the signature must carry; may be repeated",
            )
            .short('a'),
            option(
                "rekor-url",
                "URL",
                "The transparency log that counts, of those of the trusted root",
            ),
            switch(
                "insecure-ignore-tlog",
                "Do without the transparency log; every output says so",
            ),
        ],
    )
}

fn detail() -> Vec<Arg> {
    headed(
        "Output",
        [
            switch("quiet", "Show what denies or weakens the check, and nothing else")
                .short('q')
                .conflicts_with("verbose"),
            switch("verbose", "Show the proofs in full").short('v'),
        ],
    )
}

fn headed(heading: &'static str, arguments: impl IntoIterator<Item = Arg>) -> Vec<Arg> {
    arguments
        .into_iter()
        .map(|argument| argument.help_heading(heading))
        .collect()
}

fn option(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

fn many(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    option(name, value, help).action(ArgAction::Append)
}

fn one_of(name: &'static str, value: &'static str, values: &'static [&'static str], help: &'static str) -> Arg {
    option(name, value, help)
        .value_parser(values.to_vec())
        .hide_possible_values(true)
}

fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}
