//! A client of the [OCI distribution
//! specification](https://github.com/opencontainers/distribution-spec/blob/main/spec.md) that pulls and looks up,
//! nothing else.
//!
//! ```no_run
//! use portcullis::auth::Environment;
//! use portcullis::registry::{Registry, Settings};
//!
//! let registry = Registry::new(Settings::new(Environment::from_process()));
//! ```

mod address;
mod answers;
mod applicant;
mod challenge;
mod files;
#[cfg(test)]
pub(crate) mod loopback;
mod pull;
mod redirect;
mod referrers;
mod retry;
mod settings;
#[cfg(test)]
mod tests;
mod tls;
#[cfg(test)]
mod tls_tests;
mod token;
mod transport;
mod url;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::limits;
use crate::media_type::{ACCEPT_MANIFEST, OCI_INDEX};
use crate::reference::{DOCKER_HUB, DOCKER_HUB_API, Reference};
use crate::source::{Found, could_not_look, in_words, not_found, over_budget};
use crate::wit::basics::Failure;
use address::Reach;
use answers::{Call, Meaning, Standing, meaning};
use applicant::Applicant;
pub use files::{Files, FilesError};
use redirect::RedirectError;
pub use settings::{ClientCertificate, Proxy, Retries, Settings, Timeouts};
use token::{TokenError, Tokens};
use transport::{Answer, Question, Transport, Trouble};
use url::{Url, UrlError};

/// All registries of one run. Cheap to make: trusted roots and credentials are read when they are first needed.
pub struct Registry {
    settings: Settings,
    transport: Transport,
    tokens: Tokens,
    /// hosts by the name of the image
    contacted: Mutex<BTreeMap<String, BTreeSet<String>>>,
}

/// Why there is no answer to judge by its status.
#[derive(Debug, thiserror::Error)]
enum AskError {
    #[error(transparent)]
    Url(#[from] UrlError),
    #[error(transparent)]
    Trouble(#[from] Trouble),
    #[error("401 Unauthorized: {}", in_words(.0))]
    Token(TokenError),
    #[error("{status}: {}", in_words(error))]
    Redirect { status: String, error: RedirectError },
}

/// A place in one repository.
struct Place<'a> {
    reference: &'a Reference,
    call: Call,
    registry: Url,
    url: Url,
    limit: u64,
}

impl Registry {
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            transport: Transport::new(),
            tokens: Tokens::default(),
            contacted: Mutex::default(),
        }
    }

    /// `path` below the repository, such as `manifests/v1`.
    fn place<'a>(&self, reference: &'a Reference, call: Call, path: &str, limit: u64) -> Result<Place<'a>, Failure> {
        let registry = reference.registry();
        let host = if registry == DOCKER_HUB {
            DOCKER_HUB_API
        } else {
            registry
        };
        let on_loopback = is_loopback(host) && !self.settings.secure_loopback.contains(registry);
        let scheme = if on_loopback || self.settings.insecure.contains(registry) {
            "http"
        } else {
            "https"
        };
        let unusable = |error: UrlError| could_not_look(reference.name(), error);
        let registry = Url::parse(&format!("{scheme}://{host}/")).map_err(unusable)?;
        let url = registry
            .join(&format!("/v2/{}/{path}", reference.repository()))
            .map_err(unusable)?;
        Ok(Place {
            reference,
            call,
            registry,
            url,
            limit,
        })
    }

    fn get(&self, place: &Place) -> Result<Found<Answer>, Failure> {
        let here = format!("GET {}", place.url);
        let answer = match self.follow(place) {
            Ok(answer) => answer,
            Err(AskError::Redirect {
                status,
                error: error @ RedirectError::OtherHost { .. },
            }) if place.call == Call::Referrers => {
                return Ok(Found::Absent(format!("{status}: {error}; not supported")));
            }
            Err(AskError::Trouble(trouble @ Trouble::TooLarge { .. })) if place.call != Call::Blob => {
                return Err(over_budget(here, trouble));
            }
            Err(AskError::Trouble(trouble @ Trouble::Exhausted { .. })) => return Err(over_budget(here, trouble)),
            Err(error) => return Err(could_not_look(here, in_words(&error))),
        };
        let pass = self.tokens.current(&place.reference.name());
        let standing = match pass.authorization {
            Some(_) => Standing::Granted,
            None => Standing::Anonymous,
        };
        let status = answer.status.as_u16();
        let reason = || match &pass.note {
            Some(note) if matches!(status, 401 | 403) => format!("{}; {note}", answer.reason()),
            _ => answer.reason(),
        };
        match meaning(place.call, status, standing) {
            Meaning::Here => Ok(Found::Here(answer)),
            Meaning::Absent => Ok(Found::Absent(answer.status_text())),
            Meaning::Hidden => Ok(Found::Hidden(reason())),
            Meaning::NotSupported => Ok(Found::Absent(format!("{}: not supported", answer.status_text()))),
            Meaning::ImageNotFound => Err(not_found(here, reason())),
            Meaning::Failed => Err(could_not_look(here, reason())),
        }
    }

    /// What has to be there.
    fn content(&self, place: &Place) -> Result<Answer, Failure> {
        match self.get(place)? {
            Found::Here(answer) => Ok(answer),
            Found::Absent(answer) | Found::Hidden(answer) => Err(could_not_look(format!("GET {}", place.url), answer)),
        }
    }

    fn follow(&self, place: &Place) -> Result<Answer, AskError> {
        let mut url = place.url.clone();
        for _ in 0..=limits::REDIRECTS {
            let answer = self.ask(place, &url)?;
            if !answer.status.is_redirection() {
                return Ok(answer);
            }
            url = self.target(place, &url, &answer).map_err(|error| AskError::Redirect {
                status: answer.status_text(),
                error,
            })?;
        }
        Err(AskError::Redirect {
            status: "redirected".to_owned(),
            error: RedirectError::TooMany {
                limit: limits::REDIRECTS,
            },
        })
    }

    fn target(&self, place: &Place, url: &Url, answer: &Answer) -> Result<Url, RedirectError> {
        let target = redirect::target(url, answer)?;
        match place.call {
            Call::Blob => redirect::allow_storage(&place.registry, &target)?,
            Call::Image | Call::Manifest | Call::DerivedTag | Call::Referrers => {
                redirect::allow_same_origin(&place.registry, &target)?
            }
        }
        Ok(target)
    }

    /// With our token where the URL is the registry's, without anything elsewhere.
    fn ask(&self, place: &Place, url: &Url) -> Result<Answer, AskError> {
        let name = place.reference.name();
        self.contacts(&name, url);
        let accept = match place.call {
            Call::Referrers => OCI_INDEX,
            Call::Blob => "*/*",
            Call::Image | Call::Manifest | Call::DerivedTag => ACCEPT_MANIFEST,
        };
        if !url.same_origin(&place.registry) {
            let reach = Reach::From(self.transport.seen.zone_of(&place.registry));
            return Ok(self.transport.send(
                &self.settings,
                &Question {
                    url,
                    accept,
                    authorization: None,
                    reach,
                    limit: place.limit,
                    form: None,
                },
            )?);
        }
        let send = |pass: &token::Pass| {
            let authorization = pass.authorization.as_ref();
            self.transport.send(
                &self.settings,
                &Question {
                    url,
                    accept,
                    authorization,
                    reach: reach(url),
                    limit: place.limit,
                    form: None,
                },
            )
        };
        let pass = self.tokens.current(&name);
        let answer = send(&pass)?;
        if answer.status.as_u16() != 401 {
            return Ok(answer);
        }
        let applicant = Applicant {
            transport: &self.transport,
            settings: &self.settings,
            reference: place.reference,
            registry: &place.registry,
        };
        let renewed = self.tokens.renew(&name, &pass, || {
            applicant.answer(&answer.headers, |realm| self.contacts(&name, realm))
        });
        match renewed.map_err(AskError::Token)? {
            Some(pass) => Ok(send(&pass)?),
            None => Ok(answer),
        }
    }

    fn contacts(&self, name: &str, url: &Url) {
        let mut contacted = self.contacted.lock().unwrap_or_else(PoisonError::into_inner);
        contacted.entry(name.to_owned()).or_default().insert(url.authority());
    }
}

/// Whether `host` or `host:port` is on this machine.
pub(crate) fn is_loopback(registry: &str) -> bool {
    let port = registry.rsplit_once(':').filter(|(_, port)| !port.ends_with(']'));
    let name = port.map_or(registry, |(name, _)| name);
    url::is_loopback(name.trim_matches(['[', ']']))
}

/// How far a request to the registry itself may go.
fn reach(registry: &Url) -> Reach {
    if registry.is_loopback() {
        Reach::Loopback
    } else {
        Reach::Registry
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Registry")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
