//! sigstore-conformance's verification cases through a program that speaks its protocol: this one, which asks the built
//! component, or the one that `ENTRY` names.
//!
//! The cases are other people's data: `SIGSTORE_CONFORMANCE` names their folder, `PORTCULLIS_TRUST_ROOTS` the one with
//! `public-good.json`. `--table` shows every case. Called as `verify-bundle …` this is the client itself.
#![allow(clippy::unwrap_used, clippy::panic)]

mod client;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const IDENTITY: &str = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";
const ISSUER: &str = "https://token.actions.githubusercontent.com";
const EXCEPTIONS: &str = include_str!("exceptions.txt");

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|command| command == "verify-bundle") {
        return client::run(&arguments[1..]);
    }
    if arguments.iter().any(|argument| argument == "--list") {
        println!("every_case_by_file_and_by_digest: test");
        return ExitCode::SUCCESS;
    }
    let folder = |name| std::env::var_os(name).map(PathBuf::from);
    let (Some(cases), Some(roots)) = (folder("SIGSTORE_CONFORMANCE"), folder("PORTCULLIS_TRUST_ROOTS")) else {
        println!("skipped: conformance: SIGSTORE_CONFORMANCE and PORTCULLIS_TRUST_ROOTS do not name the cases");
        return ExitCode::SUCCESS;
    };
    let suite = Suite {
        entry: folder("ENTRY")
            .filter(|entry| !entry.as_os_str().is_empty())
            .unwrap_or_else(|| std::env::current_exe().unwrap()),
        cases: cases.join("bundle-verify"),
        default_root: roots.join("public-good.json"),
    };
    suite.run(arguments.iter().any(|argument| argument == "--table"))
}

struct Suite {
    entry: PathBuf,
    cases: PathBuf,
    default_root: PathBuf,
}

/// What the client said of one case.
struct Outcome {
    accepted: bool,
    reason: String,
}

impl Suite {
    fn run(&self, table: bool) -> ExitCode {
        let mut exceptions = exceptions();
        let (mut runs, mut right, mut excepted) = (0, 0, 0);
        let (mut rows, mut wrong) = (String::new(), String::new());
        for case in self.names() {
            for means in ["file", "digest"] {
                let outcome = self.ask(&case, means);
                let expected = if case.ends_with("_fail") { "refused" } else { "accepted" };
                let found = if outcome.accepted { "accepted" } else { "refused" };
                let listed = exceptions.remove(&format!("{case} {means}"));
                let verdict = match (found == expected, &listed) {
                    (true, None) => "right",
                    (false, Some(_)) => "excepted",
                    (true, Some(_)) => "no longer an exception",
                    (false, None) => "WRONG",
                };
                runs += 1;
                right += i32::from(verdict == "right");
                excepted += i32::from(verdict == "excepted");
                let row = format!("{case:<58} {means:<7} {found:<9} {verdict}\n");
                if !matches!(verdict, "right" | "excepted") {
                    writeln!(wrong, "{row}    {}", outcome.reason).unwrap();
                }
                rows.push_str(&row);
            }
        }
        for unknown in exceptions.keys() {
            writeln!(wrong, "exceptions.txt names a case that there is not: {unknown}").unwrap();
        }
        if table {
            print!("{rows}");
        }
        print!("{wrong}");
        println!("conformance: {right} of {runs} right, {excepted} excepted");
        let complete = runs == 140 || std::env::var_os("ENTRY").is_some();
        if wrong.is_empty() && complete {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.cases).unwrap().map(|entry| entry.unwrap());
        let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
        let mut names: Vec<String> = folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// A case's files say what differs from the suite's defaults.
    fn ask(&self, case: &str, means: &str) -> Outcome {
        let folder = self.cases.join(case);
        let own = |name: &str| Some(folder.join(name)).filter(|path| path.exists());
        let text = |name: &str, default: &str| {
            own(name).map_or_else(
                || default.to_owned(),
                |path| std::fs::read_to_string(path).unwrap().trim().to_owned(),
            )
        };
        let mut command = Command::new(&self.entry);
        command
            .arg("verify-bundle")
            .arg("--bundle")
            .arg(folder.join("bundle.sigstore.json"));
        match own("key.pub") {
            Some(key) => command.arg("--key").arg(key),
            None => command
                .args(["--certificate-identity", &text("identity", IDENTITY)])
                .args(["--certificate-oidc-issuer", &text("issuer", ISSUER)]),
        };
        let root = own("trusted_root.json").unwrap_or_else(|| self.default_root.clone());
        command.arg("--trusted-root").arg(root);
        let artifact = own("artifact").unwrap_or_else(|| self.cases.join("a.txt"));
        match means {
            "file" => command.arg(artifact),
            _ => command.arg(digest(&artifact)),
        };
        let output = command
            .output()
            .unwrap_or_else(|error| panic!("{}: {error}", self.entry.display()));
        Outcome {
            accepted: output.status.success(),
            reason: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        }
    }
}

fn digest(path: &Path) -> String {
    portcullis::digest::Digest::of(&std::fs::read(path).unwrap()).to_string()
}

/// `CASE file|digest REASON`, one a line.
fn exceptions() -> BTreeMap<String, String> {
    let lines = EXCEPTIONS
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    let exception = |line: &str| {
        let (case, rest) = line.split_once(' ').unwrap();
        let (means, reason) = rest.split_once(' ').expect("an exception has a reason");
        (format!("{case} {means}"), reason.to_owned())
    };
    lines.map(exception).collect()
}
