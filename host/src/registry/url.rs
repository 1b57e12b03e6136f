//! An absolute `http` or `https` URL, and how others are found relative to it
//! ([RFC 3986 5](https://www.rfc-editor.org/rfc/rfc3986#section-5), as far as `Location` and `Link` of registries go).

use std::fmt;
use std::net::IpAddr;

use ureq::http::Uri;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Url(Uri);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scheme {
    Http,
    Https,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum UrlError {
    #[error("expected an absolute URL of `http` or `https`, found `{found}`")]
    Malformed { found: String },
    #[error("expected a URL without user and password, found one for `{host}`")]
    UserInformation { host: String },
}

impl Url {
    pub(super) fn parse(text: &str) -> Result<Self, UrlError> {
        let malformed = || UrlError::Malformed { found: text.to_owned() };
        let uri: Uri = text.parse().map_err(|_| malformed())?;
        let authority = uri.authority().ok_or_else(malformed)?;
        if authority.as_str().contains('@') {
            return Err(UrlError::UserInformation {
                host: authority.host().to_owned(),
            });
        }
        let known = matches!(uri.scheme_str(), Some("http" | "https"));
        if known && !authority.host().is_empty() && !is_disguised(&plain_host(authority.host())) {
            Ok(Self(uri))
        } else {
            Err(malformed())
        }
    }

    /// Where a `Location` or `Link` of an answer from here points to.
    pub(super) fn join(&self, target: &str) -> Result<Self, UrlError> {
        let path = self.0.path();
        let scheme = if self.scheme() == Scheme::Https {
            "https"
        } else {
            "http"
        };
        let authority = self.0.authority().map_or("", |authority| authority.as_str());
        if target.starts_with("http://") || target.starts_with("https://") {
            Self::parse(target)
        } else if target.starts_with("//") {
            Self::parse(&format!("{scheme}:{target}"))
        } else if target.starts_with('/') {
            Self::parse(&format!("{scheme}://{authority}{target}"))
        } else if target.starts_with('?') {
            Self::parse(&format!("{scheme}://{authority}{path}{target}"))
        } else {
            let folder = path.rfind('/').map_or("/", |slash| &path[..=slash]);
            Self::parse(&format!("{scheme}://{authority}{folder}{target}"))
        }
    }

    pub(super) fn scheme(&self) -> Scheme {
        if self.0.scheme_str() == Some("https") {
            Scheme::Https
        } else {
            Scheme::Http
        }
    }

    /// In lower case, IPv6 addresses without brackets.
    pub(super) fn host(&self) -> String {
        plain_host(self.0.host().unwrap_or_default())
    }

    pub(super) fn port(&self) -> u16 {
        self.0
            .port_u16()
            .unwrap_or(if self.scheme() == Scheme::Https { 443 } else { 80 })
    }

    /// Host and port as they are written.
    pub(super) fn authority(&self) -> String {
        self.0
            .authority()
            .map_or(String::new(), |authority| authority.as_str().to_ascii_lowercase())
    }

    pub(super) fn path(&self) -> &str {
        self.0.path()
    }

    /// [RFC 6454 4](https://www.rfc-editor.org/rfc/rfc6454#section-4)
    pub(super) fn same_origin(&self, other: &Self) -> bool {
        self.scheme() == other.scheme() && self.host() == other.host() && self.port() == other.port()
    }

    pub(super) fn is_loopback(&self) -> bool {
        is_loopback(&self.host())
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.0
    }
}

/// In lower case, without the brackets of IPv6 and the dot at the end.
pub(super) fn plain_host(host: &str) -> String {
    host.trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase()
}

/// An IPv4 address that is not written as four numbers (`2130706433`, `0x7f.1`): resolvers and proxies read it as one, and
/// whoever compares addresses does not. [URL standard, "ends in a number"](https://url.spec.whatwg.org/#ends-in-a-number-checker).
fn is_disguised(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_hexadecimal = last
        .strip_prefix("0x")
        .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    (is_number(last) || is_hexadecimal) && host.parse::<IpAddr>().is_err()
}

/// Host without port and brackets.
pub(super) fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl fmt::Display for Url {
    /// Without the query: signed storage URLs carry their key there.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let authority = self.0.authority().map_or("", |authority| authority.as_str());
        write!(
            formatter,
            "{}://{authority}{}",
            self.0.scheme_str().unwrap_or_default(),
            self.0.path()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_what_registries_write() {
        let base = Url::parse("https://Example.org/v2/a/referrers/x?n=1").expect("a URL");
        let joined = |target: &str| {
            base.join(target)
                .map(|url| url.0.to_string())
                .unwrap_or_else(|error| error.to_string())
        };
        assert_eq!(joined("/v2/b?n=2"), "https://Example.org/v2/b?n=2");
        assert_eq!(joined("?n=2"), "https://Example.org/v2/a/referrers/x?n=2");
        assert_eq!(joined("y"), "https://Example.org/v2/a/referrers/y");
        assert_eq!(joined("//other.org/y"), "https://other.org/y");
        assert_eq!(joined("http://other.org/y"), "http://other.org/y");
        assert!(joined("https://user:secret@other.org/").contains("without user and password"));
        assert!(joined("/a b").contains("absolute URL"));
        assert!(Url::parse("ftp://example.org/").is_err());
        for disguised in [
            "2130706433",
            "0x7f.1",
            "127.1",
            "0177.0.0.1",
            "example.0x7f",
            "1.2.3.4.5",
        ] {
            assert!(Url::parse(&format!("https://{disguised}/")).is_err(), "{disguised}");
        }
        assert!(Url::parse("https://127.0.0.1:5000/").is_ok() && Url::parse("https://[::1]:5000/").is_ok());
        assert!(base.same_origin(&Url::parse("https://example.org:443/").expect("a URL")));
        assert!(!base.same_origin(&Url::parse("http://example.org/").expect("a URL")));
    }
}
