//! `portcullis policy …`: what is done with a policy file, without an image.

use clap::{Arg, Command};

use super::{many, one_of, option, switch};
use crate::args::policy::CHECK_FORMATS;

const EXAMPLES: &str = "\
Examples:
  Every error and warning of ./portcullis.yaml at once:
      portcullis policy check
  The digest for --policy-digest:
      portcullis policy digest gate/portcullis.yaml
  What an editor completes the file with:
      portcullis policy schema > portcullis.schema.json
  What a rule does:
      portcullis policy explain vulnerabilities
  From what decides today:
      portcullis policy import --stackrox integrations.json --stackrox policies.json > portcullis.yaml

`portcullis policy COMMAND --help` says more.";

const IMPORT_EXAMPLES: &str = "\
Examples:
  Exceptions from an ignore file of Trivy's:
      portcullis policy import --trivyignore .trivyignore --rule vulnerabilities \\
        --image ghcr.io/acme/api --owner security@acme.example
  A policy from the platform's integrations and policies:
      portcullis policy import --stackrox integrations.json --stackrox policies.json > portcullis.yaml
  A policy from policy-controller's:
      kubectl get clusterimagepolicies -o yaml > policies.yaml
      portcullis policy import --cluster-image-policy policies.yaml > portcullis.yaml
  A policy from a bundle of keys:
      portcullis policy import --key-bundle keys.json --image registry.redhat.io/** > portcullis.yaml

Exit codes: 0 all of it was imported, 1 something cannot be said in a policy (the output says what, at its place), 2 usage
error, or a file cannot be read.";

const CHECK_EXAMPLES: &str = "\
Examples:
  portcullis policy check
  portcullis policy check --format github gate/portcullis.yaml

Exit codes: 0 it is a policy, with or without warnings; 2 it is none.";

pub fn policy() -> Command {
    Command::new("policy")
        .about("Check, pin, explain and import policies")
        .after_help(EXAMPLES)
        .subcommand_required(false)
        .subcommand(check())
        .subcommand(
            Command::new("digest")
                .about("Print the SHA-256 of a policy and of every file that it needs")
                .after_help("Example:\n  portcullis check --policy-digest \"$(portcullis policy digest | head -1 | cut -d' ' -f1)\" IMAGE")
                .arg(file()),
        )
        .subcommand(Command::new("schema").about("Print the JSON Schema of the policy file"))
        .subcommand(
            Command::new("explain")
                .about("Print what a kind of rule does, with its keys and examples")
                .after_help("Example:\n  portcullis policy explain signature")
                .arg(Arg::new("kind").value_name("RULE").num_args(0..=1).help("A kind of rule [default: list them]")),
        )
        .subcommand(import())
}

fn check() -> Command {
    Command::new("check")
        .about("Read a policy with its files and say everything that is wrong or loose in it")
        .after_help(CHECK_EXAMPLES)
        .arg(file())
        .next_help_heading("Output")
        .arg(one_of(
            "format",
            "FORMAT",
            &CHECK_FORMATS,
            "text, json or github [default: as the pipeline reads it]",
        ))
}

fn import() -> Command {
    Command::new("import")
        .about("Write a policy from the one of another program; what cannot be said is said")
        .after_help(IMPORT_EXAMPLES)
        .next_help_heading("From (one of)")
        .arg(option(
            "trivyignore",
            "FILE",
            "Trivy's ignore file, plain or YAML: prints `exceptions`",
        ))
        .arg(many(
            "stackrox",
            "FILE",
            "Signature integrations and policies (JSON) of the StackRox platform; may be repeated",
        ))
        .arg(option(
            "cluster-image-policy",
            "FILE",
            "ClusterImagePolicies (YAML) of policy-controller",
        ))
        .arg(option("key-bundle", "FILE", "A bundle of cosign keys (JSON)"))
        .next_help_heading("What the source lacks")
        .arg(option(
            "rule",
            "NAME",
            "Rule of the exceptions, or name of the rule that is written",
        ))
        .arg(option(
            "image",
            "NAME",
            "Image of the exceptions, or images of the policy [default: **]",
        ))
        .arg(option("owner", "MAIL", "Who answers for the exceptions"))
        .arg(option("reason", "TEXT", "Reason of exceptions that have none"))
        .arg(switch("quiet", "Say nothing on standard error; the comments say it all").short('q'))
}

fn file() -> Arg {
    Arg::new("file")
        .value_name("FILE")
        .num_args(0..=1)
        .help("The policy [default: portcullis.yaml]")
}
