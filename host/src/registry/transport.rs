//! One request at a time: agents, time-outs, retries, bodies with a cap. Knows no registry and follows no redirect.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use ureq::http::{HeaderMap, Request, StatusCode, header};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body};

use super::address::{Fence, OutOfReach, Reach, Seen};
use super::retry::{self, Next};
use super::settings::{Proxy, Settings};
use super::tls::{self, TlsError};
use super::url::{Scheme, Url};
use crate::auth::Secret;
use crate::limits;

pub(super) struct Transport {
    tls: OnceLock<Result<ureq::tls::TlsConfig, TlsError>>,
    /// the same without the client certificate, for hosts that a registry names
    anonymous_tls: OnceLock<Result<ureq::tls::TlsConfig, TlsError>>,
    agents: Mutex<BTreeMap<(Reach, Scheme), Agent>>,
    pub(super) seen: Seen,
    /// requests by host
    spent: Mutex<BTreeMap<String, u64>>,
}

pub(super) struct Question<'a> {
    pub(super) url: &'a Url,
    pub(super) accept: &'static str,
    pub(super) authorization: Option<&'a Secret>,
    pub(super) reach: Reach,
    /// of the body, in bytes
    pub(super) limit: u64,
    /// sent with POST; without it the request is a GET
    pub(super) form: Option<Secret>,
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// why it was not asked again
    gave_up: Option<Duration>,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error("no answer within {} s", limit.as_secs_f32())]
    TimedOut { limit: Duration },
    #[error("the body ended after {found} bytes{}", expected.map_or(String::new(), |expected| format!(" of {expected}")))]
    Truncated { expected: Option<u64>, found: u64 },
    #[error("expected a body of at most {expected} bytes, found {}", found.map_or("more".to_owned(), |found| found.to_string()))]
    TooLarge { expected: u64, found: Option<u64> },
    #[error("`{host}` was asked {limit} times, and no further question is left")]
    Exhausted { host: String, limit: u64 },
    #[error("cannot set up TLS")]
    Tls(#[source] TlsError),
    #[error(transparent)]
    OutOfReach(OutOfReach),
    #[error("the request failed")]
    Transfer(#[source] ureq::Error),
    #[error("the request cannot be written")]
    Request(#[source] ureq::http::Error),
}

impl Trouble {
    /// Connections break and name servers are away for a moment; certificates and limits stay as they are.
    fn may_pass(&self) -> bool {
        match self {
            Self::TimedOut { .. } | Self::Truncated { .. } => true,
            Self::Transfer(ureq::Error::Io(error)) => error.kind() != std::io::ErrorKind::InvalidData,
            Self::Transfer(ureq::Error::ConnectionFailed | ureq::Error::ConnectProxyFailed(_)) => true,
            _ => false,
        }
    }
}

impl Transport {
    pub(super) fn new() -> Self {
        Self {
            tls: OnceLock::new(),
            anonymous_tls: OnceLock::new(),
            agents: Mutex::default(),
            seen: Seen::default(),
            spent: Mutex::default(),
        }
    }

    /// The last answer or trouble after as many attempts as the settings allow.
    pub(super) fn send(&self, settings: &Settings, question: &Question) -> Result<Answer, Trouble> {
        let agent = self.agent(settings, question)?;
        let began = Instant::now();
        let mut attempt = 1;
        loop {
            self.spend(question.url, settings.requests)?;
            let result = send_once(&agent, settings, question);
            let asked = match &result {
                Ok(answer) if retry::may_pass(answer.status.as_u16()) => answer.retry_after(),
                Err(trouble) if trouble.may_pass() => None,
                _ => return result,
            };
            match settings.retries.next(&question.url.to_string(), attempt, asked) {
                Next::After(pause) if began.elapsed() + pause < settings.timeouts.request => std::thread::sleep(pause),
                Next::TooLong(wait) => {
                    return result.map(|answer| Answer {
                        gave_up: Some(wait),
                        ..answer
                    });
                }
                Next::After(_) | Next::GiveUp => return result,
            }
            attempt += 1;
        }
    }

    /// A registry, or whoever it names, must not make this program ask without end.
    fn spend(&self, url: &Url, limit: u64) -> Result<(), Trouble> {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let spent = spent.entry(url.authority()).or_default();
        if *spent >= limit {
            let host = url.authority();
            return Err(Trouble::Exhausted { host, limit });
        }
        *spent += 1;
        Ok(())
    }

    fn agent(&self, settings: &Settings, question: &Question) -> Result<Agent, Trouble> {
        question.reach.check(question.url).map_err(Trouble::OutOfReach)?;
        let key = (question.reach, question.url.scheme());
        let mut agents = self.agents.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(agent) = agents.get(&key) {
            return Ok(agent.clone());
        }
        let agent = self.new_agent(settings, key.0, key.1)?;
        agents.insert(key, agent.clone());
        Ok(agent)
    }

    fn new_agent(&self, settings: &Settings, reach: Reach, scheme: Scheme) -> Result<Agent, Trouble> {
        let proxy = match settings.proxy {
            Proxy::FromEnvironment if reach != Reach::Loopback => ureq::Proxy::try_from_env(),
            Proxy::FromEnvironment | Proxy::None => None,
        };
        let fence = Fence {
            reach,
            proxy: proxy.as_ref().map(|proxy| proxy.host().to_owned()),
            resolver: DefaultResolver::default(),
            seen: self.seen.clone(),
        };
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(proxy)
            .user_agent(concat!("portcullis/", env!("CARGO_PKG_VERSION")))
            .max_idle_connections_per_host(settings.parallel.get())
            .max_idle_connections(settings.parallel.get() * 2)
            .timeout_connect(Some(settings.timeouts.connect))
            .timeout_per_read(Some(settings.timeouts.read))
            .timeout_global(Some(settings.timeouts.request));
        if scheme == Scheme::Https {
            let (slot, client) = match reach {
                Reach::From(_) => (&self.anonymous_tls, None),
                Reach::Registry | Reach::Loopback => (&self.tls, settings.client_certificate.as_ref()),
            };
            let tls = slot
                .get_or_init(|| tls::configuration(&settings.authorities, client))
                .clone()
                .map_err(Trouble::Tls)?;
            config = config.tls_config(tls).https_only(true);
        }
        Ok(Agent::with_parts(config.build(), DefaultConnector::default(), fence))
    }
}

fn send_once(agent: &Agent, settings: &Settings, question: &Question) -> Result<Answer, Trouble> {
    let mut request = Request::builder()
        .uri(question.url.uri())
        .header(header::ACCEPT, question.accept);
    if let Some(secret) = question.authorization {
        request = request.header(header::AUTHORIZATION, secret.reveal());
    }
    let response = match &question.form {
        None => agent.run(request.method("GET").body(()).map_err(Trouble::Request)?),
        Some(form) => {
            let request = request
                .method("POST")
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            agent.run(request.body(form.reveal()).map_err(Trouble::Request)?)
        }
    };
    let (parts, body) = response.map_err(|error| trouble(error, settings))?.into_parts();
    let body = match parts.status {
        StatusCode::OK => read(body, question.limit, settings)?,
        // What a refusal says is of use, but not worth an error of its own.
        _ => read_some(body),
    };
    Ok(Answer {
        status: parts.status,
        headers: parts.headers,
        body,
        gave_up: None,
    })
}

fn trouble(error: ureq::Error, settings: &Settings) -> Trouble {
    match error {
        ureq::Error::Timeout(ureq::Timeout::Connect) => Trouble::TimedOut {
            limit: settings.timeouts.connect,
        },
        ureq::Error::Timeout(ureq::Timeout::Global) => Trouble::TimedOut {
            limit: settings.timeouts.request,
        },
        ureq::Error::Timeout(_) => Trouble::TimedOut {
            limit: settings.timeouts.read,
        },
        ureq::Error::Other(other) => match other.downcast::<OutOfReach>() {
            Ok(refused) => Trouble::OutOfReach(*refused),
            Err(other) => Trouble::Transfer(ureq::Error::Other(other)),
        },
        error => Trouble::Transfer(error),
    }
}

fn read(body: Body, limit: u64, settings: &Settings) -> Result<Vec<u8>, Trouble> {
    let expected = body.content_length();
    if let Some(found) = expected.filter(|found| *found > limit) {
        return Err(Trouble::TooLarge {
            expected: limit,
            found: Some(found),
        });
    }
    let mut content = Vec::new();
    let result = body.into_reader().take(limit + 1).read_to_end(&mut content);
    let found = u64::try_from(content.len()).unwrap_or(u64::MAX);
    match result.map_err(ureq::Error::from) {
        Ok(_) if found > limit => Err(Trouble::TooLarge {
            expected: limit,
            found: None,
        }),
        Ok(_) if expected.is_some_and(|expected| expected != found) => Err(Trouble::Truncated { expected, found }),
        Ok(_) => Ok(content),
        Err(ureq::Error::Io(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Err(Trouble::Truncated { expected, found })
        }
        Err(error) => Err(trouble(error, settings)),
    }
}

fn read_some(body: Body) -> Vec<u8> {
    let mut content = Vec::new();
    match body
        .into_reader()
        .take(limits::ERROR_BODY_BYTES)
        .read_to_end(&mut content)
    {
        Ok(_) => content,
        Err(_) => Vec::new(),
    }
}

impl Answer {
    pub(super) fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(super) fn status_text(&self) -> String {
        self.status.to_string().replace(" <unknown status code>", "")
    }

    /// The status, the registry's own words, and why it was not asked again.
    pub(super) fn reason(&self) -> String {
        let mut reason = self.status_text();
        if let Some(text) = error_text(&self.body) {
            reason.push_str(&format!(": {text}"));
        }
        if let Some(wait) = self.gave_up {
            reason.push_str(&format!(
                "; it asks to wait {} s, longer than this gate waits",
                wait.as_secs()
            ));
        }
        reason
    }

    fn retry_after(&self) -> Option<Duration> {
        retry::retry_after(self.header(header::RETRY_AFTER)?, SystemTime::now())
    }
}

/// `errors[0]` of the distribution specification, else the text as it is; one line, cut.
fn error_text(body: &[u8]) -> Option<String> {
    let parsed: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let first = parsed.as_ref().and_then(|value| value.get("errors")?.get(0));
    let word = |name: &str| {
        first
            .and_then(|error| error.get(name)?.as_str())
            .filter(|word| !word.is_empty())
    };
    let text = match (word("code"), word("message")) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(word), None) | (None, Some(word)) => word.to_owned(),
        (None, None) => String::from_utf8_lossy(body).into_owned(),
    };
    let line: String = text
        .chars()
        .map(|character| if character.is_control() { ' ' } else { character })
        .collect();
    let mut end = line.len().min(limits::ERROR_TEXT_BYTES);
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    let cut = line[..end].trim();
    (!cut.is_empty()).then(|| cut.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_texts_are_one_short_line() {
        let of = |body: &str| error_text(body.as_bytes()).unwrap_or_default();
        assert_eq!(
            of(r#"{"errors":[{"code":"DENIED","message":"no\nway"}]}"#),
            "DENIED: no way"
        );
        assert_eq!(of(r#"{"errors":[{"code":"DENIED","message":""}]}"#), "DENIED");
        assert_eq!(of("<html>\u{1b}[31mGo away</html>"), "<html> [31mGo away</html>");
        assert_eq!(of(&"ä".repeat(200)).len(), limits::ERROR_TEXT_BYTES);
        assert_eq!(of(" \n"), "");
    }
}
