//! `portcullis trust …`: trusted roots, refreshed and shown.

use clap::{Arg, Command};

use super::{headed, option, switch};

const EXAMPLES: &str = "\
Examples:
  portcullis trust update
  portcullis trust update sigstore --mirror https://tuf.corp.example/sigstore
  portcullis trust update corp --mirror https://tuf.corp.example/corp --root corp.root.json
  portcullis trust list
  portcullis trust show github
  portcullis trust export sigstore --output trusted_root.json

Exit codes: 0 done, 1 does not verify, 2 usage error, 4 could not fetch, 70 bug in portcullis.";

pub fn trust() -> Command {
    let name = || {
        Arg::new("name")
            .value_name("NAME")
            .num_args(0..=1)
            .help("sigstore, sigstore-staging, github, or a root of your own")
    };
    let root = || option("root", "FILE", "Initial root.json of a TUF repository of your own");
    let cache = || headed("Cache", cache());
    Command::new("trust")
        .about("Refresh and show trusted roots")
        .after_help(EXAMPLES)
        .subcommand_required(false)
        .disable_help_subcommand(true)
        .subcommand(
            Command::new("update")
                .about("Fetch newer trusted roots, verify them, and keep them for later runs")
                .arg(name().num_args(0..).help("Roots [default: sigstore github]"))
                .arg(option("mirror", "URL", "Fetch from here, over https"))
                .arg(root())
                .arg(option("ca-file", "FILE", "Roots (PEM) for TLS, beside the system's"))
                .args(cache()),
        )
        .subcommand(
            Command::new("list")
                .about("Show which trusted roots there are, and how old they are")
                .args(cache()),
        )
        .subcommand(
            Command::new("show")
                .about("Show the logs and authorities of a trusted root")
                .arg(name())
                .arg(root())
                .args(cache()),
        )
        .subcommand(
            Command::new("export")
                .about("Write the trusted_root.json of a trusted root")
                .arg(name())
                .arg(root())
                .arg(option("output", "FILE", "Write to a file [default: standard output]").short('o'))
                .args(cache()),
        )
}

fn cache() -> Vec<Arg> {
    vec![
        option(
            "cache-dir",
            "DIR",
            "Keep things between runs here [default: the user's cache folder]",
        ),
        switch("no-cache", "Keep nothing and use nothing that was kept").conflicts_with("cache-dir"),
    ]
}
