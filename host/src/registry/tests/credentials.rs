//! Who gets credentials and tokens, and for what.

use super::*;

fn of_gitlab(server: &Server) -> Environment {
    let gitlab = GitLab {
        registry: server.address.to_string(),
        user: "ci".into(),
        password: Secret::new("hunter2"),
    };
    Environment {
        gitlab: Some(gitlab),
        ..Environment::empty()
    }
}

const BASIC: &str = "Basic Y2k6aHVudGVyMg==";

fn collect_as(registry: &Registry, server: &Server) -> Collected {
    collect(
        registry,
        &server.reference("lab/app:v1"),
        &requirements(&[Carrier::Referrer, Carrier::ReferrersTag, Carrier::SignatureTag]),
        Depth::Signed,
    )
}

fn image_or_absent(received: &Received) -> Reply {
    if received.path.ends_with("/v1") {
        image()
    } else {
        Reply::status(404)
    }
}

#[test]
fn basic_credentials_answer_a_basic_challenge() {
    let server = Server::start(|received| match received.authorization.as_deref() {
        Some(BASIC) => image_or_absent(received),
        _ => Reply::status(401).header("WWW-Authenticate", "Basic realm=\"lab\""),
    });
    let collected = collect_as(&client(of_gitlab(&server)), &server);
    assert_eq!(collected.image.resolved, Ok(subject().to_string()));
    let refused = collect_as(&client(Environment::empty()), &server)
        .image
        .resolved
        .expect_err("no credentials");
    assert!(
        refused
            .reason
            .starts_with("401 Unauthorized; no credentials: none were found for `127.0.0.1:"),
        "{refused:?}"
    );
}

#[test]
fn one_token_for_all_threads_with_a_scope_of_our_own() {
    let server = Server::start(|_| Reply::ok("application/json", r#"{"token":"t"}"#));
    let port = server.address.port();
    let front = Server::start(move |received| match received.authorization.as_deref() {
        Some("Bearer t") => image_or_absent(received),
        _ => {
            let challenge = format!(
                "Bearer realm=\"http://127.0.0.1:{port}/token\",service=\"lab\",scope=\"repository:other:push\""
            );
            Reply::status(401).header("WWW-Authenticate", challenge)
        }
    });
    let collected = collect_as(&client(of_gitlab(&front)), &front);
    assert_eq!(collected.image.resolved, Ok(subject().to_string()), "{collected:?}");
    assert_eq!(
        front.paths().len(),
        5,
        "refused, image, three look-ups: {:?}",
        front.paths()
    );
    let asked = server.received();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].path, "/token?scope=repository:lab/app:pull&service=lab");
    assert_eq!(asked[0].authorization.as_deref(), Some(BASIC));
}

#[test]
fn what_the_pipeline_brings_is_left_out_where_it_is_refused() {
    let server = Server::start(
        |received| match (received.path.split('?').next(), received.authorization.as_deref()) {
            (Some("/token"), Some(_)) => Reply::status(403),
            (Some("/token"), None) => Reply::ok("application/json", r#"{"token":"anonymous"}"#),
            (_, Some("Bearer anonymous")) => image_or_absent(received),
            _ => Reply::status(401).header(
                "WWW-Authenticate",
                format!("Bearer realm=\"http://{}/token\"", received.host),
            ),
        },
    );
    let collected = collect_as(&client(of_gitlab(&server)), &server);
    assert_eq!(collected.image.resolved, Ok(subject().to_string()), "{collected:?}");
}

#[test]
fn an_identity_token_is_exchanged() {
    let server = Server::start(
        |received| match (received.path.as_str(), received.authorization.as_deref()) {
            ("/token", None) if received.method == "POST" => Reply::ok("application/json", r#"{"access_token":"t"}"#),
            (_, Some("Bearer t")) => image_or_absent(received),
            _ => Reply::status(401).header(
                "WWW-Authenticate",
                format!("Bearer realm=\"http://{}/token\"", received.host),
            ),
        },
    );
    let config = format!(r#"{{"auths":{{"{}":{{"identitytoken":"r"}}}}}}"#, server.address);
    let folder = Scratch::with(&[("config.json", config.as_bytes())]);
    let environment = Environment {
        docker_config: Some(folder.path.clone()),
        ..Environment::empty()
    };
    let collected = collect_as(&client(environment), &server);
    assert_eq!(collected.image.resolved, Ok(subject().to_string()), "{collected:?}");
    let form = "scope=repository:lab/app:pull&grant_type=refresh_token&client_id=portcullis&refresh_token=r";
    assert_eq!(server.received()[1].body, form);
}

#[test]
fn a_granted_token_tells_unauthorized_from_absent() {
    let realm = |token: Reply| {
        let realm = Server::start(move |_| token.clone());
        let port = realm.address.port();
        let challenge = format!("Bearer realm=\"http://127.0.0.1:{port}/token\"");
        let server = Server::start(move |received| match received.path.as_str() {
            "/v2/lab/app/manifests/v1" => image(),
            _ => Reply::status(401).header("WWW-Authenticate", &challenge),
        });
        let carriers = [Carrier::SignatureTag, Carrier::AttestationTag, Carrier::SbomTag];
        collect(
            &client(Environment::empty()),
            &server.reference("lab/app:v1"),
            &requirements(&carriers),
            Depth::Signed,
        )
        .lookups
    };
    let granted = realm(Reply::ok("application/json", r#"{"token":"t"}"#));
    assert!(
        granted
            .iter()
            .all(|lookup| matches!(&lookup.outcome, Outcome::Absent(reason) if reason.starts_with("401 Unauthorized")))
    );
    let refused = realm(Reply::status(403));
    assert!(
        refused
            .iter()
            .all(|lookup| matches!(&lookup.outcome, Outcome::Failed(_))),
        "{refused:?}"
    );
}

#[test]
fn a_realm_on_another_host_gets_no_credentials() {
    let realm = Server::start(|_| Reply::ok("application/json", r#"{"access_token":"t"}"#));
    let port = realm.address.port();
    let server = Server::start(move |received| match received.authorization.as_deref() {
        Some("Bearer t") => Reply::status(403),
        _ => Reply::status(401).header(
            "WWW-Authenticate",
            format!("Bearer realm=\"http://localhost:{port}/token\""),
        ),
    });
    let refused = collect_as(&client(of_gitlab(&server)), &server)
        .image
        .resolved
        .expect_err("refused");
    assert!(
        refused.reason.contains(
            "asked without the credentials of CI_REGISTRY_PASSWORD, since the token realm `http://localhost:"
        ),
        "{refused:?}"
    );
    assert!(
        realm.received().iter().all(|received| received.authorization.is_none()),
        "{:?}",
        realm.received()
    );
    let plain =
        Server::start(|_| Reply::status(401).header("WWW-Authenticate", "Bearer realm=\"http://auth.example/token\""));
    let refused = collect_as(&client(of_gitlab(&plain)), &plain)
        .image
        .resolved
        .expect_err("refused");
    assert!(
        refused
            .reason
            .contains("the token realm `http://auth.example/token` is not https"),
        "{refused:?}"
    );
}
