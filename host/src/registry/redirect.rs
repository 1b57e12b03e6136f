//! Where a registry may send us ([RFC 9110 15.4](https://www.rfc-editor.org/rfc/rfc9110#section-15.4)): manifests and
//! referrers come from the registry itself; blobs may lie in a storage service, which gets no credentials. Addresses
//! are checked when they are looked up.

use ureq::http::header;

use super::transport::Answer;
use super::url::{Scheme, Url, UrlError};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum RedirectError {
    #[error("redirects without saying where to")]
    NoLocation,
    #[error("cannot follow the redirect")]
    Location(#[source] UrlError),
    #[error("redirects to another host, `{found}`")]
    OtherHost { found: String },
    #[error("expected a redirect to https, found `{found}`")]
    Plain { found: String },
    #[error("redirects more than {limit} times")]
    TooMany { limit: usize },
}

pub(super) fn target(url: &Url, answer: &Answer) -> Result<Url, RedirectError> {
    let location = answer.header(header::LOCATION).ok_or(RedirectError::NoLocation)?;
    url.join(location).map_err(RedirectError::Location)
}

pub(super) fn allow_same_origin(registry: &Url, target: &Url) -> Result<(), RedirectError> {
    if target.same_origin(registry) {
        Ok(())
    } else {
        Err(RedirectError::OtherHost {
            found: target.authority(),
        })
    }
}

/// Over http only where the registry itself is: on the same host, or all on loopback.
pub(super) fn allow_storage(registry: &Url, target: &Url) -> Result<(), RedirectError> {
    let beside = target.host() == registry.host() || (target.is_loopback() && registry.is_loopback());
    if target.scheme() == Scheme::Https || (registry.scheme() == Scheme::Http && beside) {
        Ok(())
    } else {
        Err(RedirectError::Plain {
            found: target.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_stay_and_blobs_go_by_https() {
        let url = |text: &str| Url::parse(text).expect("a URL");
        let registry = url("https://ghcr.io/");
        assert!(allow_same_origin(&registry, &url("https://ghcr.io/v2/other")).is_ok());
        assert!(allow_same_origin(&registry, &url("http://ghcr.io/")).is_err());
        assert!(allow_same_origin(&registry, &url("https://github.com/-/v2/packages")).is_err());
        assert!(allow_storage(&registry, &url("https://storage.example/")).is_ok());
        assert!(allow_storage(&registry, &url("http://storage.example/")).is_err());
        assert!(allow_storage(&url("http://127.0.0.1:5000/"), &url("http://127.0.0.1:6000/")).is_ok());
        assert!(allow_storage(&url("http://127.0.0.1:5000/"), &url("http://10.0.0.1/")).is_err());
    }
}
