//! Answers the challenge of a 401. The scope is always ours, and credentials go to the registry itself or to a token
//! service that is known to be its own. [Token
//! authentication](https://distribution.github.io/distribution/spec/auth/token/), [OAuth
//! 2](https://distribution.github.io/distribution/spec/auth/oauth/).

use serde::Deserialize;
use ureq::http::HeaderMap;

use super::address::Reach;
use super::challenge::{self, Challenge, ChallengeError};
use super::settings::Settings;
use super::token::{Pass, TokenError};
use super::transport::{Question, Transport};
use super::url::{Scheme, Url};
use crate::auth::{Credential, Origin, Secret};
use crate::limits;
use crate::reference::Reference;

/// Registries on one host and their token service on another: (registry, service, beginning of its path).
const KNOWN_SERVICES: [(&str, &str, &str); 3] = [
    ("registry-1.docker.io", "auth.docker.io", "/token"),
    ("registry.gitlab.com", "gitlab.com", "/jwt/auth"),
    ("registry.digitalocean.com", "api.digitalocean.com", "/v2/registry/auth"),
];

#[derive(Deserialize)]
struct TokenAnswer {
    token: Option<String>,
    access_token: Option<String>,
}

pub(super) struct Applicant<'a> {
    pub(super) transport: &'a Transport,
    pub(super) settings: &'a Settings,
    pub(super) reference: &'a Reference,
    pub(super) registry: &'a Url,
}

impl Applicant<'_> {
    /// `contacts` is told the realm before it is asked.
    pub(super) fn answer(&self, headers: &HeaderMap, contacts: impl FnOnce(&Url)) -> Result<Pass, TokenError> {
        let challenge = match challenge::parse(headers) {
            // Against the rules, and then the 401 itself is the answer.
            Err(error @ ChallengeError::Missing) => {
                return Ok(Pass::without(error.to_string()));
            }
            challenge => challenge?,
        };
        let credential = self.settings.environment.credential(self.reference)?;
        match challenge {
            Challenge::Basic => Ok(self.basic(credential.as_ref())),
            Challenge::Bearer { realm, .. } if !is_private(&realm) => Err(TokenError::Plain {
                realm: realm.to_string(),
            }),
            Challenge::Bearer { realm, service } => {
                contacts(&realm);
                self.bearer(&realm, service.as_deref(), credential.as_ref())
            }
        }
    }

    fn basic(&self, credential: Option<&Credential>) -> Pass {
        let host = self.reference.registry();
        let Some(credential) = credential else {
            return Pass::without(no_credentials(host));
        };
        if !is_private(self.registry) {
            return Pass::without(withheld(credential, &format!("`{host}` is spoken to over http")));
        }
        match credential.basic() {
            Some(authorization) => Pass::granted(authorization, used(credential.origin())),
            None => Pass::without(withheld(credential, &format!("`{host}` takes no identity token"))),
        }
    }

    /// With the credential where the realm may have it. What the pipeline brings by itself may be refused for a public
    /// image of somebody else (GHCR does so): then without it.
    fn bearer(&self, realm: &Url, service: Option<&str>, credential: Option<&Credential>) -> Result<Pass, TokenError> {
        let host = self.reference.registry();
        let (credential, note) = match credential {
            None => (None, no_credentials(host)),
            Some(credential) if !is_private(self.registry) => {
                (None, withheld(credential, &format!("`{host}` is spoken to over http")))
            }
            Some(credential) if !self.may_receive(realm) => (
                None,
                withheld(credential, &format!("the token realm `{realm}` is on another host")),
            ),
            Some(credential) => (Some(credential), used(credential.origin())),
        };
        let first = self.token(realm, service, credential, &note);
        let of_pipeline = credential.is_some_and(|credential| !matches!(credential.origin(), Origin::File(_)));
        match first {
            Err(TokenError::Refused { .. }) if of_pipeline => self.token(realm, service, None, &note).or(first),
            first => first,
        }
    }

    fn may_receive(&self, realm: &Url) -> bool {
        let (registry, service) = (self.registry.host(), realm.host());
        registry == service
            || self.settings.token_hosts.contains(&service)
            || KNOWN_SERVICES.iter().any(|known| {
                known.0 == registry && known.1 == service && realm.port() == 443 && realm.path().starts_with(known.2)
            })
    }

    fn token(
        &self,
        realm: &Url,
        service: Option<&str>,
        credential: Option<&Credential>,
        note: &str,
    ) -> Result<Pass, TokenError> {
        let scope = format!("repository:{}:pull", self.reference.repository());
        let mut form = vec![("scope", scope.as_str())];
        form.extend(service.map(|service| ("service", service)));
        let basic = credential.and_then(Credential::basic);
        let (url, form) = match credential {
            Some(Credential::Refresh { token, .. }) => {
                form.extend([
                    ("grant_type", "refresh_token"),
                    ("client_id", "portcullis"),
                    ("refresh_token", token.reveal()),
                ]);
                (realm.clone(), Some(Secret::new(encoded(&form))))
            }
            _ => (with_query(realm, &encoded(&form))?, None),
        };
        let reach = if realm.host() == self.registry.host() {
            super::reach(self.registry)
        } else {
            Reach::From(self.transport.seen.zone_of(self.registry))
        };
        let question = Question {
            url: &url,
            accept: "application/json",
            authorization: basic.as_ref(),
            reach,
            limit: limits::TOKEN_BYTES,
            form,
        };
        let answer = self
            .transport
            .send(self.settings, &question)
            .map_err(|source| TokenError::Transfer {
                realm: realm.to_string(),
                source,
            })?;
        if answer.status.as_u16() != 200 {
            return Err(TokenError::Refused {
                realm: realm.to_string(),
                reason: answer.reason(),
                note: note.to_owned(),
            });
        }
        let answer: Option<TokenAnswer> = serde_json::from_slice(&answer.body).ok();
        let token = answer
            .and_then(|answer| answer.token.or(answer.access_token))
            .filter(|token| !token.is_empty());
        let token = token.ok_or_else(|| TokenError::NoToken {
            realm: realm.to_string(),
        })?;
        Ok(Pass::granted(Secret::new(format!("Bearer {token}")), note.to_owned()))
    }
}

/// Nobody on the way can read it.
fn is_private(url: &Url) -> bool {
    url.scheme() == Scheme::Https || url.is_loopback()
}

fn with_query(realm: &Url, query: &str) -> Result<Url, TokenError> {
    let before = realm
        .uri()
        .query()
        .map(|before| format!("{before}&"))
        .unwrap_or_default();
    realm
        .join(&format!("?{before}{query}"))
        .map_err(|error| TokenError::Challenge(ChallengeError::Realm(error)))
}

/// [application/x-www-form-urlencoded](https://url.spec.whatwg.org/#concept-urlencoded-serializer), `:` and `/` left as
/// registries show them.
fn encoded(form: &[(&str, &str)]) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' | b'/' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    let pairs: Vec<String> = form
        .iter()
        .map(|(name, value)| format!("{name}={}", value.bytes().map(byte).collect::<String>()))
        .collect();
    pairs.join("&")
}

fn no_credentials(host: &str) -> String {
    format!(
        "no credentials: none were found for `{host}`, so it was asked without; log in with `docker login {host}`, or give the token of the pipeline"
    )
}

fn used(origin: &Origin) -> String {
    format!("asked with the credentials of {origin}")
}

fn withheld(credential: &Credential, why: &str) -> String {
    format!("asked without the credentials of {}, since {why}", credential.origin())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Environment;

    #[test]
    fn credentials_stay_with_the_registry_and_its_known_service() {
        let settings = Settings::new(Environment::empty());
        let may = |written: &str, registry: &str, realm: &str| {
            let reference: Reference = written.parse().expect("a reference");
            let (registry, transport) = (Url::parse(registry).expect("a URL"), Transport::new());
            let applicant = Applicant {
                transport: &transport,
                settings: &settings,
                reference: &reference,
                registry: &registry,
            };
            applicant.may_receive(&Url::parse(realm).expect("a URL"))
        };
        assert!(may(
            "alpine",
            "https://registry-1.docker.io/",
            "https://auth.docker.io/token"
        ));
        assert!(may("ghcr.io/a/b", "https://ghcr.io/", "https://ghcr.io/token"));
        assert!(may(
            "registry.gitlab.com/a",
            "https://registry.gitlab.com/",
            "https://gitlab.com/jwt/auth"
        ));
        assert!(may("r.corp:5050/a", "https://r.corp:5050/", "https://r.corp/jwt/auth"));
        assert!(!may(
            "registry.gitlab.com/a",
            "https://registry.gitlab.com/",
            "https://gitlab.com/evil/pages"
        ));
        assert!(!may("evil.io/a", "https://evil.io/", "https://auth.docker.io/token"));
        assert!(!may(
            "ghcr.io/a/b",
            "https://ghcr.io/",
            "https://ghcr.io.evil.com/token"
        ));
    }

    #[test]
    fn forms_are_encoded() {
        assert_eq!(
            encoded(&[("scope", "repository:a/b:pull"), ("service", "a b&c=ä")]),
            "scope=repository:a/b:pull&service=a%20b%26c%3D%C3%A4"
        );
    }
}
