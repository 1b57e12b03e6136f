//! Credentials: used where they belong, sent nowhere else, and wrong ones are no reason to call an image unsigned.

use base64::prelude::*;
use testbed::registry::{Auth, Fault, Registry, TOKEN};

use crate::support::{Answer, Scratch, fixture, portcullis};

/// A folder with a `config.json` that knows at most this host.
pub fn docker_config(scratch: &Scratch, host: &str, credentials: Option<(&str, &str)>) -> std::path::PathBuf {
    let mut document = serde_json::json!({ "auths": {} });
    if let Some((user, password)) = credentials {
        let auth = BASE64_STANDARD.encode(format!("{user}:{password}"));
        document["auths"][host] = serde_json::json!({ "auth": auth });
    }
    scratch.write("docker/config.json", document.to_string());
    scratch.path.join("docker")
}

fn check(registry: &Registry, credentials: Option<(&str, &str)>) -> Answer {
    let scratch = Scratch::new();
    let image = format!("{}/lab/new:v1", registry.host());
    let folder = docker_config(&scratch, &registry.host(), credentials);
    let policy = scratch.policy("key");
    let call = portcullis(["check", &image, "--policy", &policy, "--format", "json"]);
    call.variable("DOCKER_CONFIG", folder).answer()
}

#[test]
fn basic() {
    let registry = Registry::start([("lab/new", fixture("key/new"))]);
    registry.auth(Auth::Basic {
        user: "lab".to_owned(),
        password: "secret".to_owned(),
    });
    assert_eq!(
        check(&registry, Some(("lab", "secret"))).judgement(),
        "0 allow verified"
    );
    for wrong in [None, Some(("lab", "wrong"))] {
        let answer = check(&registry, wrong);
        assert_eq!(answer.judgement(), "4 undecided discovery-failed");
        assert!(answer.stdout.contains("401"), "{}", answer.stdout);
        assert!(!answer.stdout.contains("unsigned"), "{}", answer.stdout);
        assert!(
            !answer.stdout.contains("wrong\""),
            "a password is in the report: {}",
            answer.stdout
        );
    }
}

#[test]
fn tokens() {
    let registry = Registry::start([("lab/new", fixture("key/new"))]);
    registry.auth(Auth::Bearer {
        realm: None,
        credentials: Some(("lab".to_owned(), "secret".to_owned())),
    });
    assert_eq!(
        check(&registry, Some(("lab", "secret"))).judgement(),
        "0 allow verified"
    );
    assert_eq!(registry.count("/token"), 1, "one token for a repository");
    assert_eq!(
        check(&registry, Some(("lab", "wrong"))).judgement(),
        "4 undecided discovery-failed"
    );
}

/// A pipeline's own token is for its own registry.
#[test]
fn tokens_of_pipelines_stay_at_home() {
    let registry = Registry::start([("lab/new", fixture("key/new"))]);
    registry.auth(Auth::Basic {
        user: "lab".to_owned(),
        password: "secret".to_owned(),
    });
    let scratch = Scratch::new();
    let image = format!("{}/lab/new:v1", registry.host());
    let policy = scratch.policy("key");
    let mut call = portcullis(["check", &image, "--policy", &policy, "--format", "json"]);
    for (name, value) in [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_ACTOR", "somebody"),
        ("GITHUB_TOKEN", "token-of-the-job"),
        ("GITLAB_CI", "true"),
        ("CI_REGISTRY", "registry.gitlab.example"),
        ("CI_REGISTRY_USER", "gitlab-ci-token"),
        ("CI_REGISTRY_PASSWORD", "token-of-the-job"),
    ] {
        call = call.variable(name, value);
    }
    assert_eq!(call.answer().judgement(), "4 undecided discovery-failed");
    assert_eq!(registry.credentials_seen(), [] as [&str; 0]);
}

/// Blobs may lie elsewhere; whoever has them gets no password and no token.
#[test]
fn redirects_go_without_credentials() {
    let storage = Registry::start([("lab/new", fixture("key/new"))]);
    for auth in [
        Auth::Basic {
            user: "lab".to_owned(),
            password: "secret".to_owned(),
        },
        Auth::Bearer {
            realm: None,
            credentials: Some(("lab".to_owned(), "secret".to_owned())),
        },
    ] {
        let registry = Registry::start([("lab/new", fixture("key/new"))]);
        registry.auth(auth);
        for digest in fixture("key/new").blobs.keys() {
            let target = format!("/v2/lab/new/blobs/{digest}");
            let location = format!("http://localhost:{}{target}", storage.port);
            registry.fault(Fault::on(&target).redirect(&location));
        }
        let answer = check(&registry, Some(("lab", "secret")));
        assert_eq!(answer.judgement(), "0 allow verified", "{}", answer.stdout);
        assert!(!registry.credentials_seen().is_empty());
    }
    assert!(storage.count("/blobs/") > 0);
    assert_eq!(storage.credentials_seen(), [] as [&str; 0], "{TOKEN}");
}
