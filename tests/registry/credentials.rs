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

/// What `docker login` leaves for the clouds: a fixed user name and a token or key as the password.
#[test]
fn logins_of_the_clouds() {
    for (user, password) in [
        ("AWS", "token-of-ecr"),
        ("oauth2accesstoken", "ya29.token"),
        ("_json_key", r#"{"type":"service_account","key":"a:b"}"#),
        ("00000000-0000-0000-0000-000000000000", "token-of-acr"),
        ("gitlab-ci-token", "glcbt-64_x"),
    ] {
        let own = (user.to_owned(), password.to_owned());
        for auth in [
            Auth::Basic {
                user: own.0.clone(),
                password: own.1.clone(),
            },
            Auth::Bearer {
                realm: None,
                credentials: Some(own),
            },
        ] {
            let registry = Registry::start([("lab/new", fixture("key/new"))]);
            registry.auth(auth);
            let answer = check(&registry, Some((user, password)));
            assert_eq!(answer.judgement(), "0 allow verified", "{user}: {}", answer.stdout);
        }
    }
}

fn lab(auth: Auth) -> (Registry, Scratch) {
    let registry = Registry::start([("lab/new", fixture("key/new"))]);
    registry.auth(auth);
    (registry, Scratch::new())
}

fn basic_auth() -> Auth {
    Auth::Basic {
        user: "lab".to_owned(),
        password: "secret".to_owned(),
    }
}

fn call(registry: &Registry, scratch: &Scratch, more: &[&str]) -> crate::support::Portcullis {
    let image = format!("{}/lab/new:v1", registry.host());
    let policy = scratch.policy("key");
    portcullis(
        ["check", &image, "--policy", &policy, "--format", "json"]
            .iter()
            .chain(more),
    )
}

#[test]
fn the_variable_of_gitlabs_runners() {
    let (registry, scratch) = lab(basic_auth());
    let content = |password: &str| {
        let auth = BASE64_STANDARD.encode(format!("lab:{password}"));
        serde_json::json!({ "auths": { registry.host(): { "auth": auth } } }).to_string()
    };
    let by_variable = |content: &str| {
        let folder = docker_config(&scratch, &registry.host(), Some(("lab", "of-the-file")));
        let call = call(&registry, &scratch, &[]).variable("DOCKER_AUTH_CONFIG", content);
        call.variable("DOCKER_CONFIG", folder).answer()
    };
    assert_eq!(
        by_variable(&content("secret")).judgement(),
        "0 allow verified",
        "before the file"
    );
    for wrong in [content("hunter2"), "hunter2".to_owned()] {
        let answer = by_variable(&wrong);
        assert_eq!(answer.judgement(), "4 undecided discovery-failed");
        assert!(answer.stdout.contains("DOCKER_AUTH_CONFIG"), "{}", answer.stdout);
        assert!(!answer.stdout.contains("hunter2"), "{}", answer.stdout);
    }
}

/// A helper of these lines of shell, found in `PATH` as `docker-credential-lab`.
#[cfg(unix)]
fn with_helper(registry: &Registry, scratch: &Scratch, script: &str, config: serde_json::Value) -> Answer {
    use std::os::unix::fs::PermissionsExt;
    let helper = scratch.write("bin/docker-credential-lab", format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(&helper, std::fs::Permissions::from_mode(0o755)).unwrap();
    scratch.write("docker/config.json", config.to_string());
    let path = format!("{}:/usr/bin:/bin", scratch.path.join("bin").display());
    let call = call(registry, scratch, &[]).variable("PATH", path);
    call.variable("DOCKER_CONFIG", scratch.path.join("docker")).answer()
}

#[cfg(unix)]
const ANSWERS: &str = r#"cat > "$0.asked"; echo '{"ServerURL":"x","Username":"lab","Secret":"secret"}'"#;

#[cfg(unix)]
#[test]
fn a_credential_helper_is_asked_for_its_registry() {
    let (registry, scratch) = lab(basic_auth());
    let host = registry.host();
    for config in [
        serde_json::json!({ "credHelpers": { &host: "lab" } }),
        serde_json::json!({ "credsStore": "lab" }),
        serde_json::json!({ "auths": { &host: {} }, "credsStore": "lab" }),
    ] {
        let answer = with_helper(&registry, &scratch, ANSWERS, config);
        assert_eq!(answer.judgement(), "0 allow verified", "{}", answer.stdout);
        assert_eq!(scratch.read("bin/docker-credential-lab.asked").trim(), host);
        assert!(!answer.stdout.contains("secret") && !answer.stderr.contains("secret"));
    }
}

/// For another registry nobody asks it.
#[cfg(unix)]
#[test]
fn a_helper_of_another_registry_undecided() {
    let (registry, scratch) = lab(basic_auth());
    let config = serde_json::json!({ "credHelpers": { "ghcr.io": "lab" } });
    let answer = with_helper(&registry, &scratch, ANSWERS, config);
    assert_eq!(answer.judgement(), "4 undecided discovery-failed");
    assert!(
        answer.stdout.contains("no credentials: none were found for"),
        "{}",
        answer.stdout
    );
    assert_eq!(scratch.read("bin/docker-credential-lab.asked"), "");
}

/// What it prints may be a secret, whatever else goes wrong.
#[cfg(unix)]
#[test]
fn a_helper_that_fails_undecided() {
    let (registry, scratch) = lab(basic_auth());
    for script in [
        "echo hunter2; exit 1",
        "echo hunter2",
        "echo hunter2 >&2; exit 7",
        "exit 0",
    ] {
        let answer = with_helper(&registry, &scratch, script, serde_json::json!({ "credsStore": "lab" }));
        assert_eq!(answer.judgement(), "4 undecided discovery-failed");
        assert!(answer.stdout.contains("docker-credential-lab"), "{}", answer.stdout);
        assert!(
            !answer.stdout.contains("hunter2") && !answer.stderr.contains("hunter2"),
            "{answer:?}"
        );
    }
}

/// As Azure's helper answers: a refresh token, which is exchanged and sent nowhere else.
#[cfg(unix)]
#[test]
fn an_identity_token_of_a_helper_is_exchanged() {
    let (registry, scratch) = lab(Auth::Bearer {
        realm: None,
        credentials: None,
    });
    let script = r#"echo '{"ServerURL":"x","Username":"<token>","Secret":"refresh-me"}'"#;
    let answer = with_helper(&registry, &scratch, script, serde_json::json!({ "credsStore": "lab" }));
    assert_eq!(answer.judgement(), "0 allow verified", "{}", answer.stdout);
    let requests = registry.requests();
    let exchanged: Vec<_> = requests.iter().filter(|one| one.method == "POST").collect();
    assert_eq!(exchanged.len(), 1);
    assert!(exchanged[0].target.starts_with("/token"), "{}", exchanged[0].target);
    assert!(
        !registry
            .credentials_seen()
            .iter()
            .any(|seen| seen.contains("refresh-me"))
    );
}

/// A token service on another host has to be named; the report says so.
#[test]
fn a_token_service_elsewhere_by_flag() {
    let service = Registry::start([("lab/new", fixture("key/new"))]);
    let credentials = Some(("lab".to_owned(), "secret".to_owned()));
    service.auth(Auth::Bearer {
        realm: None,
        credentials: credentials.clone(),
    });
    let (registry, scratch) = lab(Auth::Bearer {
        realm: Some(format!("http://localhost:{}/token", service.port)),
        credentials,
    });
    let folder = docker_config(&scratch, &registry.host(), Some(("lab", "secret")));
    let run = |more: &[&str]| {
        call(&registry, &scratch, more)
            .variable("DOCKER_CONFIG", &folder)
            .answer()
    };
    let refused = run(&[]);
    assert_eq!(refused.judgement(), "4 undecided discovery-failed");
    assert!(refused.stdout.contains("is on another host"), "{}", refused.stdout);
    assert_eq!(service.credentials_seen(), [] as [&str; 0]);
    let answer = run(&["--token-host", "localhost"]);
    assert_eq!(answer.judgement(), "0 allow verified", "{}", answer.stdout);
    assert_eq!(answer.json()["weakenings"][0]["option"], "--token-host localhost");
}
