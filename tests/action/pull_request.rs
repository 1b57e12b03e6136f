//! On pull requests the policy is the base commit's, and code scanning has the findings where it is on.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::thread::JoinHandle;

use crate::runner::{FAKE, Outcome, Runner, digest, serve};

fn git(folder: &Path, words: &[&str]) -> String {
    let identity = [
        "-c",
        "user.name=lab",
        "-c",
        "user.email=lab@example.com",
        "-c",
        "commit.gpgsign=false",
    ];
    let done = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(identity)
        .args(words)
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{words:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}

/// A pull request: the server has the base commit, the workspace what the stranger made of it.
fn pull_request(inputs: &[(&str, &str)]) -> Runner {
    let (url, digest) = (serve(FAKE.into()), digest(FAKE));
    let common = [
        ("images", "image"),
        ("release-url", url.as_str()),
        ("release-digest", digest.as_str()),
    ];
    let mut runner = Runner::new(&[&common, inputs].concat());
    let server = runner.place.join("server/acme/api");
    std::fs::create_dir_all(&server).unwrap();
    git(&server, &["init", "--quiet"]);
    std::fs::write(server.join("portcullis.yaml"), "the policy of the base\n").unwrap();
    std::fs::write(server.join("root.json"), "{}").unwrap();
    git(&server, &["add", "."]);
    git(&server, &["commit", "--quiet", "--message=base"]);
    let base = git(&server, &["rev-parse", "HEAD"]);
    // the branch went on since
    std::fs::write(server.join("portcullis.yaml"), "the policy of a later commit\n").unwrap();
    git(&server, &["commit", "--quiet", "--all", "--message=later"]);
    std::fs::write(runner.place.join("portcullis.yaml"), "the policy of the pull request\n").unwrap();
    std::fs::write(runner.place.join("new.yaml"), "a policy that the base does not have\n").unwrap();
    runner
        .github
        .insert("github.event.pull_request.base.sha".to_owned(), base);
    runner
}

fn stopped(outcome: &Outcome, why: &str) {
    assert!(!outcome.success, "{}", outcome.log);
    assert!(
        outcome.log.contains("::error title=the policy was not read::"),
        "{}",
        outcome.log
    );
    assert!(outcome.log.contains(why), "{why}: {}", outcome.log);
    assert_eq!(outcome.arguments, None, "it was checked all the same");
    assert_eq!(outcome.outputs["verdict"], "undecided");
}

#[test]
fn the_policy_and_the_trusted_root_are_the_base_commits() {
    let outcome = pull_request(&[("trusted-root", "root.json")]).run();
    assert!(outcome.success, "{}", outcome.log);
    let arguments = outcome.arguments.unwrap();
    assert!(arguments.contains("\nthe policy of the base\n"), "{arguments}");
    assert!(
        arguments.contains("/base/portcullis.yaml]") && arguments.contains("/base/root.json]"),
        "{arguments}"
    );
    assert!(
        outcome.log.contains("::notice title=the policy is the base commit's::"),
        "{}",
        outcome.log
    );
    assert_eq!(outcome.environment_files, "");
}

#[test]
fn a_policy_of_the_pull_request_is_pinned_or_told() {
    let pinned = format!("sha256:{}", "0".repeat(64));
    let outcome = pull_request(&[("policy-digest", &pinned)]).run();
    let arguments = outcome.arguments.unwrap();
    assert!(arguments.contains("[--policy=portcullis.yaml]"), "{arguments}");
    assert!(
        arguments.contains(&format!("[--policy-digest={pinned}]")),
        "{arguments}"
    );
    assert!(!outcome.log.contains("::notice"), "{}", outcome.log);

    let outcome = pull_request(&[("policy-from", "workspace")]).run();
    assert!(outcome.arguments.unwrap().contains("[--policy=portcullis.yaml]"));
    assert!(
        outcome
            .log
            .contains("::warning title=the policy is the pull request's own::"),
        "{}",
        outcome.log
    );
}

/// A digest says nothing of a trusted root.
#[test]
fn a_digest_leaves_no_trusted_root_to_the_pull_request() {
    let pinned = format!("sha256:{}", "0".repeat(64));
    let outcome = pull_request(&[("policy-digest", &pinned), ("trusted-root", "root.json")]).run();
    assert!(outcome.arguments.unwrap().contains("/base/root.json]"));
    stopped(
        &pull_request(&[("policy-digest", &pinned), ("trusted-root", "new.yaml")]).run(),
        "does not have policy or trusted-root",
    );
}

#[test]
fn a_policy_that_the_base_cannot_give_fails() {
    stopped(
        &pull_request(&[("policy", "new.yaml")]).run(),
        "does not have policy or trusted-root",
    );
    for path in ["/etc/hostname", "../portcullis.yaml", "a/../portcullis.yaml", "", ".."] {
        stopped(&pull_request(&[("policy", path)]).run(), "no path in the repository");
    }
    stopped(
        &pull_request(&[("policy-from", "head")]).run(),
        "neither base nor workspace",
    );
    for commit in ["main", "--upload-pack=touch pwned", &"g".repeat(40)] {
        let mut runner = pull_request(&[]);
        runner
            .github
            .insert("github.event.pull_request.base.sha".to_owned(), commit.to_owned());
        stopped(&runner.run(), "does not name the base commit");
    }
    let mut runner = pull_request(&[]);
    runner
        .github
        .insert("github.event.pull_request.base.sha".to_owned(), "0".repeat(40));
    stopped(&runner.run(), "could not be fetched");
}

/// Answers one request with `status`, and hands it over.
fn api(status: &'static str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let request = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut request, mut piece) = (String::new(), [0; 4096]);
        while !request.ends_with("\"}") {
            let length = stream.read(&mut piece).unwrap();
            assert!(length > 0, "{request}");
            request.push_str(std::str::from_utf8(&piece[..length]).unwrap());
        }
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        request
    });
    (url, request)
}

#[test]
fn code_scanning_gets_the_findings_and_decides_nothing() {
    for (status, said) in [
        ("202 Accepted", "code scanning has the findings"),
        (
            "403 Forbidden",
            "code scanning is off here, or the token lacks security-events: write (HTTP 403)",
        ),
        ("404 Not Found", "annotations and summary have every finding"),
        ("500 Internal Server Error", "the upload was not taken (HTTP 500)"),
    ] {
        let mut runner = pull_request(&[("code-scanning", "true")]);
        let (url, request) = api(status);
        runner.variables.insert("GITHUB_API_URL".to_owned(), url);
        let outcome = runner.run();
        assert!(outcome.success, "{}", outcome.log);
        assert!(outcome.log.contains(said), "{status}: {}", outcome.log);
        assert_eq!(outcome.outputs["verdict"], "allow");
        let request = request.join().unwrap();
        assert!(
            request.starts_with("POST /repos/acme/api/code-scanning/sarifs HTTP/1.1\r\n"),
            "{request}"
        );
        assert!(request.contains("\r\nAuthorization: Bearer token\r\n"), "{request}");
        let body: serde_json::Value = serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
        assert_eq!(body["ref"], "refs/pull/7/merge");
        assert_eq!(body["commit_sha"], "c".repeat(40));
        // `{}` between gzip's header and its checksum
        assert!(body["sarif"].as_str().unwrap().starts_with("H4sI"), "{body}");
    }
}

#[test]
fn what_would_leave_json_or_tls_is_not_sent() {
    for (variable, value, said) in [
        (
            "GITHUB_REF",
            "refs/heads/x\",\"commit_sha\":\"y",
            "cannot be written into JSON",
        ),
        (
            "GITHUB_API_URL",
            "http://127.0.0.1:1@example.com",
            "the API is not https",
        ),
        ("GITHUB_API_URL", "http://example.com", "the API is not https"),
    ] {
        let mut runner = pull_request(&[("code-scanning", "true")]);
        runner.variables.insert(variable.to_owned(), value.to_owned());
        let outcome = runner.run();
        assert!(outcome.success, "{}", outcome.log);
        assert!(outcome.log.contains(said), "{}", outcome.log);
    }
}
