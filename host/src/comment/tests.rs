//! The comment, against an API on loopback.

use super::*;
use crate::emit::fixture;
use crate::registry::loopback::{Received, Reply, Server};

fn environment(server: &Server) -> Environment {
    Environment::from_iter([
        ("GITHUB_REF", "refs/pull/7/merge".to_owned()),
        ("GITHUB_REPOSITORY", "acme/api".to_owned()),
        ("GITHUB_TOKEN", "secret".to_owned()),
        ("GITHUB_API_URL", format!("http://{}", server.address)),
    ])
}

fn comment(id: u64, login: &str, body: &str) -> serde_json::Value {
    json!({ "id": id, "body": body, "user": { "login": login } })
}

/// An API with these comments, to which the token of a job may write.
fn api(comments: Vec<serde_json::Value>) -> Server {
    Server::start(
        move |asked: &Received| match (asked.method.as_str(), asked.path.as_str()) {
            ("GET", "/user") => Reply::status(403),
            ("GET", path) if path.starts_with("/repos/acme/api/issues/7/comments?per_page=100&page=") => {
                let page: usize = path.rsplit('=').next().unwrap().parse().unwrap();
                let shown: Vec<_> = comments.iter().skip((page - 1) * 100).take(100).collect();
                Reply::ok("application/json", serde_json::to_vec(&shown).unwrap())
            }
            ("PATCH", _) => Reply::ok("application/json", "{}"),
            ("POST", _) => Reply::status(201),
            _ => Reply::status(404),
        },
    )
}

fn written(server: &Server) -> (String, String, String) {
    let log = server.received();
    let written: Vec<_> = log.iter().filter(|asked| asked.method != "GET").collect();
    assert_eq!(written.len(), 1);
    assert!(
        log.iter()
            .all(|asked| asked.authorization.as_deref() == Some("Bearer secret"))
    );
    let body: serde_json::Value = serde_json::from_str(&written[0].body).unwrap();
    let text = body["body"].as_str().unwrap().to_owned();
    (written[0].method.clone(), written[0].path.clone(), text)
}

fn tell(server: &Server, run: &Run) -> Result<(), NoComment> {
    PullRequest::of(&environment(server))?.tell(run)
}

#[test]
fn first_comment_is_new() {
    let server = api(vec![comment(1, "alice", "nice")]);
    tell(&server, &fixture::run()).unwrap();
    let (method, path, text) = written(&server);
    assert_eq!(
        (method.as_str(), path.as_str()),
        ("POST", "/repos/acme/api/issues/7/comments")
    );
    assert!(
        text.starts_with("<!-- portcullis ") && text.contains("Portcullis: deny"),
        "{text}"
    );
}

/// The one with the marker, by the author of the token; what others wrote stays.
#[test]
fn own_comment_is_updated_in_place_and_that_of_an_impostor_is_not() {
    let (marker, _) = body(&fixture::run());
    let mut comments: Vec<_> = (0..150)
        .map(|id| comment(id, "alice", &format!("{marker}forged")))
        .collect();
    comments.push(comment(200, ACTIONS, "of another action"));
    comments.push(comment(201, ACTIONS, &format!("about {marker}")));
    comments.push(comment(202, ACTIONS, &format!("{marker}of an earlier run")));
    let server = api(comments);
    tell(&server, &fixture::run()).unwrap();
    let (method, path, _) = written(&server);
    assert_eq!(
        (method.as_str(), path.as_str()),
        ("PATCH", "/repos/acme/api/issues/comments/202")
    );
}

#[test]
fn another_policy_has_another_comment() {
    let mut other = fixture::run();
    other.policy.file = "other.yaml".to_owned();
    assert_ne!(body(&fixture::run()).0, body(&other).0);
    let mut later = fixture::run();
    later.images[0].report.digest = Some(fixture::digest(0xee));
    assert_eq!(body(&fixture::run()).0, body(&later).0);
}

#[test]
fn missing_permission_is_told_with_what_to_do() {
    let server = Server::start(|asked: &Received| match asked.method.as_str() {
        "GET" if asked.path != "/user" => Reply::ok("application/json", "[]"),
        _ => Reply::status(403),
    });
    let error = tell(&server, &fixture::run()).unwrap_err();
    assert!(matches!(error, NoComment::Forbidden { status: 403 }), "{error}");
    assert!(error.hint().unwrap().contains("pull-requests: write"));
}

#[test]
fn a_redirect_does_not_get_the_token() {
    let elsewhere = api(Vec::new());
    let target = format!("http://{}/", elsewhere.address);
    let server = Server::start(move |_: &Received| Reply::status(307).header("Location", target.clone()));
    assert!(matches!(
        tell(&server, &fixture::run()),
        Err(NoComment::Status { status: 307 })
    ));
    assert!(elsewhere.received().is_empty());
}

#[test]
fn more_comments_than_are_read_get_no_new_one() {
    let server = api((0..1_000).map(|id| comment(id, "alice", "x")).collect());
    assert!(matches!(tell(&server, &fixture::run()), Err(NoComment::TooMany)));
    assert!(server.received().iter().all(|asked| asked.method == "GET"));
}

#[test]
fn environments_that_lead_elsewhere_are_refused() {
    let server = api(Vec::new());
    for (name, value) in [
        ("GITHUB_REF", "refs/heads/main"),
        ("GITHUB_REF", "refs/pull/x/merge"),
        ("GITHUB_REPOSITORY", "acme"),
        ("GITHUB_REPOSITORY", "acme/../x"),
        ("GITHUB_REPOSITORY", "acme/api/../../x"),
        ("GITHUB_REPOSITORY", "acme/a?b"),
        ("GITHUB_TOKEN", ""),
        ("GITHUB_API_URL", "http://api.example"),
        ("GITHUB_API_URL", "http://127.0.0.1.evil.example"),
        ("GITHUB_API_URL", "http://127.0.0.1:80@evil.example"),
        ("GITHUB_API_URL", "file:///etc"),
    ] {
        let mut variables: Vec<(String, String)> =
            ["GITHUB_REF", "GITHUB_REPOSITORY", "GITHUB_TOKEN", "GITHUB_API_URL"]
                .into_iter()
                .filter_map(|known| Some((known.to_owned(), environment(&server).variable(known)?.to_owned())))
                .collect();
        variables
            .iter_mut()
            .filter(|(known, _)| known == name)
            .for_each(|(_, old)| *old = value.to_owned());
        assert!(
            PullRequest::of(&Environment::from_iter(variables)).is_err(),
            "{name}={value}"
        );
    }
}

#[test]
fn hostile_text_stays_below_the_limit_and_mentions_nobody() {
    let mut run = fixture::hostile();
    run.images = (0..100).map(|_| fixture::hostile().images[1].clone()).collect();
    let (marker, body) = body(&run);
    assert!(body.len() <= 65_536 && body.starts_with(&marker));
    assert!(!body.contains("@team") && !body.contains("<img"), "{body}");
    assert_eq!(body.matches("<!--").count(), 1);
}
