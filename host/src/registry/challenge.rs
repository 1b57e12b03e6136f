//! `WWW-Authenticate`: [RFC 9110 11.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1), and docker's [token
//! authentication](https://distribution.github.io/distribution/spec/auth/token/). The scope of the challenge is not
//! read: we ask for ours.

use http_auth::ChallengeRef;
use ureq::http::{HeaderMap, header};

use super::url::{Url, UrlError};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Challenge {
    Bearer { realm: Url, service: Option<String> },
    Basic,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum ChallengeError {
    #[error("the registry does not say how to authenticate")]
    Missing,
    #[error("expected a challenge of scheme Bearer or Basic, found `{found}`")]
    Scheme { found: String },
    #[error("the challenge names no realm")]
    NoRealm,
    #[error("cannot use the realm of the challenge")]
    Realm(#[source] UrlError),
}

/// A bearer challenge goes before a basic one: its token is worth less to whoever takes it.
pub(super) fn parse(headers: &HeaderMap) -> Result<Challenge, ChallengeError> {
    let values: Vec<&str> = headers
        .get_all(header::WWW_AUTHENTICATE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    let challenges: Vec<ChallengeRef> = values
        .iter()
        .filter_map(|value| http_auth::parse_challenges(value).ok())
        .flatten()
        .collect();
    let of = |scheme: &str| {
        challenges
            .iter()
            .find(|challenge| challenge.scheme.eq_ignore_ascii_case(scheme))
    };
    match (of("bearer"), of("basic"), challenges.first()) {
        (Some(bearer), _, _) => {
            let realm = parameter(bearer, "realm").ok_or(ChallengeError::NoRealm)?;
            Ok(Challenge::Bearer {
                realm: Url::parse(&realm).map_err(ChallengeError::Realm)?,
                service: parameter(bearer, "service"),
            })
        }
        (None, Some(_), _) => Ok(Challenge::Basic),
        (None, None, Some(other)) => Err(ChallengeError::Scheme {
            found: other.scheme.to_owned(),
        }),
        (None, None, None) => Err(ChallengeError::Missing),
    }
}

fn parameter(challenge: &ChallengeRef, name: &str) -> Option<String> {
    challenge
        .params
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.to_unescaped())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&str]) -> Result<Challenge, String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::WWW_AUTHENTICATE, value.parse().expect("a header value"));
        }
        parse(&headers).map_err(|error| error.to_string())
    }

    #[test]
    fn reads_the_challenges_of_registries() {
        let realm = Url::parse("https://auth.docker.io/token").expect("a URL");
        let docker = r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push""#;
        let expected = Challenge::Bearer {
            realm,
            service: Some("registry.docker.io".to_owned()),
        };
        assert_eq!(of(&[docker]), Ok(expected.clone()));
        assert_eq!(of(&["Basic realm=\"Harbor\"", docker]), Ok(expected));
        assert_eq!(of(&["Basic realm=\"Registry\""]), Ok(Challenge::Basic));
        assert_eq!(of(&[]), Err("the registry does not say how to authenticate".to_owned()));
        assert!(of(&["Negotiate"]).is_err_and(|error| error.contains("`Negotiate`")));
        assert!(of(&[r#"Bearer service="x""#]).is_err());
    }
}
