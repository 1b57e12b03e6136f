//! A comment on the pull request of a GitHub job, updated in place. It decides nothing: why there is none is told in words.
//! <https://docs.github.com/en/rest/issues/comments>

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use ureq::http::{Request, StatusCode};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Proxy};

use crate::auth::Secret;
use crate::ci::Environment;
use crate::emit::{markdown, rule};
use crate::run::Run;

/// Of a page of a hundred comments, each of which GitHub holds below 64 KiB characters.
const ANSWER_BYTES: u64 = 32 << 20;
/// A pull request with more comments gets no new one at each run.
const PAGES: usize = 10;
const PATIENCE: Duration = Duration::from_secs(30);
/// Who comments with the token of a job.
const ACTIONS: &str = "github-actions[bot]";

/// The pull request that a job is about, and what its API takes for an answer.
#[derive(Debug)]
pub struct PullRequest {
    /// `https://api.github.com/repos/acme/api`
    repository: String,
    number: u64,
    token: Secret,
    agent: Agent,
}

#[derive(Debug, thiserror::Error)]
pub enum NoComment {
    #[error("this is no job of GitHub Actions about a pull request")]
    NoPullRequest,
    #[error("GITHUB_TOKEN is not set")]
    NoToken,
    #[error("expected the https URL of an API in GITHUB_API_URL, found `{found}`")]
    Api { found: String },
    #[error("the token may not do this (HTTP {status})")]
    Forbidden { status: u16 },
    #[error("expected HTTP 200 or 201, found {status}")]
    Status { status: u16 },
    #[error("expected a list of comments")]
    Unreadable(#[source] serde_json::Error),
    #[error("there are more than {} comments", PAGES * 100)]
    TooMany,
    #[error("cannot ask: {0}")]
    Transfer(#[from] ureq::Error),
    #[error("the request cannot be written")]
    Request(#[from] ureq::http::Error),
}

impl NoComment {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoToken => Some("set `env: GITHUB_TOKEN: ${{ github.token }}` for the step"),
            Self::Forbidden { .. } => Some(
                "`permissions: pull-requests: write`; pull requests from forks never have it: the summary says the same",
            ),
            _ => None,
        }
    }
}

#[derive(Deserialize)]
struct Comment {
    id: u64,
    body: Option<String>,
    user: Option<User>,
}

#[derive(Deserialize)]
struct User {
    login: String,
}

impl PullRequest {
    pub fn of(environment: &Environment) -> Result<Self, NoComment> {
        let variable = |name| environment.variable(name).ok_or(NoComment::NoPullRequest);
        let number = variable("GITHUB_REF")?
            .strip_prefix("refs/pull/")
            .and_then(|rest| rest.split('/').next()?.parse().ok())
            .ok_or(NoComment::NoPullRequest)?;
        let name = variable("GITHUB_REPOSITORY").and_then(|name| repository(name).ok_or(NoComment::NoPullRequest))?;
        let token = environment.variable("GITHUB_TOKEN").ok_or(NoComment::NoToken)?;
        let api = environment
            .variable("GITHUB_API_URL")
            .unwrap_or("https://api.github.com");
        Ok(Self {
            repository: format!("{}/repos/{name}", api.trim_end_matches('/')),
            number,
            token: Secret::new(token),
            agent: agent(api)?,
        })
    }

    /// Writes the comment of this policy anew, or writes the first one.
    pub fn tell(&self, run: &Run) -> Result<(), NoComment> {
        let (marker, body) = body(run);
        let author = self.author()?;
        let (method, url) = match self.earlier(&marker, &author)? {
            Some(id) => ("PATCH", format!("{}/issues/comments/{id}", self.repository)),
            None => ("POST", format!("{}/issues/{}/comments", self.repository, self.number)),
        };
        let answer = self.ask(method, &url, Some(json!({ "body": body }).to_string()));
        answer.map(drop)
    }

    /// The token of a job may not ask who it is; a person's may.
    fn author(&self) -> Result<String, NoComment> {
        let api = self.repository.split("/repos/").next().unwrap_or_default();
        match self.ask("GET", &format!("{api}/user"), None) {
            Ok(answer) => {
                let user: User = serde_json::from_slice(&answer).map_err(NoComment::Unreadable)?;
                Ok(user.login)
            }
            Err(NoComment::Forbidden { .. }) => Ok(ACTIONS.to_owned()),
            Err(error) => Err(error),
        }
    }

    /// Anybody can write the marker, so that the author counts too.
    fn earlier(&self, marker: &str, author: &str) -> Result<Option<u64>, NoComment> {
        for page in 1..=PAGES {
            let url = format!(
                "{}/issues/{}/comments?per_page=100&page={page}",
                self.repository, self.number
            );
            let comments: Vec<Comment> =
                serde_json::from_slice(&self.ask("GET", &url, None)?).map_err(NoComment::Unreadable)?;
            let last = comments.len() < 100;
            let is_ours = |comment: &Comment| {
                comment.body.as_deref().is_some_and(|body| body.starts_with(marker))
                    && comment.user.as_ref().is_some_and(|user| user.login == author)
            };
            match comments.into_iter().find(is_ours) {
                Some(comment) => return Ok(Some(comment.id)),
                None if last => return Ok(None),
                None => {}
            }
        }
        Err(NoComment::TooMany)
    }

    fn ask(&self, method: &str, url: &str, body: Option<String>) -> Result<Vec<u8>, NoComment> {
        let request = Request::builder()
            .method(method)
            .uri(url)
            .header("Accept", "application/vnd.github+json")
            .header("X-GitHub-Api-Version", "2022-11-28")
            .header("Authorization", format!("Bearer {}", self.token.reveal()));
        let answer = match body {
            Some(body) => self
                .agent
                .run(request.header("Content-Type", "application/json").body(body)?)?,
            None => self.agent.run(request.body(())?)?,
        };
        let (parts, mut body) = answer.into_parts();
        match parts.status {
            StatusCode::OK | StatusCode::CREATED => Ok(body.with_config().limit(ANSWER_BYTES).read_to_vec()?),
            // what a token may not see is not found
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => Err(NoComment::Forbidden {
                status: parts.status.as_u16(),
            }),
            status => Err(NoComment::Status {
                status: status.as_u16(),
            }),
        }
    }
}

/// `owner/name` in their own characters.
fn repository(name: &str) -> Option<&str> {
    let (owner, repository) = name.split_once('/')?;
    let plain = |part: &str| {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        !part.is_empty() && !matches!(part, "." | "..") && part.bytes().all(known)
    };
    (plain(owner) && plain(repository)).then_some(name)
}

/// The marker says which policy, and which image where there is one only: jobs for single images have comments of their own.
fn body(run: &Run) -> (String, String) {
    let digest = Sha256::digest(rule::category(run).as_bytes());
    let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let marker = format!("<!-- portcullis {hex} -->\n");
    let document = markdown::document(run, markdown::LIMIT - marker.len());
    let body = format!("{marker}{document}");
    (marker, body)
}

/// The token goes to an API over TLS, and nowhere that it leads to.
fn agent(api: &str) -> Result<Agent, NoComment> {
    // a port and nothing behind it: what looks like one may be a user's name
    let loopback = api
        .strip_prefix("http://127.0.0.1:")
        .is_some_and(|port| port.parse::<u16>().is_ok());
    if !loopback && !api.starts_with("https://") {
        return Err(NoComment::Api { found: api.to_owned() });
    }
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("portcullis/", env!("CARGO_PKG_VERSION")))
        .timeout_global(Some(PATIENCE));
    if loopback {
        return Ok(config.proxy(None).build().new_agent());
    }
    let native = rustls_native_certs::load_native_certs().certs;
    let roots: Vec<_> = native
        .iter()
        .map(|root| Certificate::from_der(root).to_owned())
        .collect();
    let tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(RootCerts::new_with_certs(&roots))
        .build();
    let config = config.https_only(true).proxy(Proxy::try_from_env()).tls_config(tls);
    Ok(config.build().new_agent())
}

#[cfg(test)]
mod tests;
