//! Files of a plain web server, such as a TUF repository: bounded, over TLS, without credentials, and nowhere else than where
//! the user said.

use ureq::http::StatusCode;

use super::address::Reach;
use super::settings::Settings;
use super::transport::{Question, Transport, Trouble};
use super::url::{Scheme, Url, UrlError};

pub struct Files {
    base: Url,
    settings: Settings,
    transport: Transport,
}

#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    #[error("`{address}` cannot be the address of a repository")]
    Address { address: String, source: AddressError },
    #[error("GET {url}")]
    Failed { url: String, source: GetError },
}

/// Why there is nothing to be had at an address.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct AddressError(#[from] BadAddress);

#[derive(Debug, thiserror::Error)]
enum BadAddress {
    #[error(transparent)]
    Url(UrlError),
    #[error("expected https, which only a host on loopback can do without")]
    Plain,
}

#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct GetError(#[from] Cause);

#[derive(Debug, thiserror::Error)]
enum Cause {
    #[error(transparent)]
    Url(UrlError),
    #[error(transparent)]
    Trouble(Trouble),
    #[error("{0}")]
    Status(String),
}

impl Files {
    /// `address` is a folder, with or without a slash at its end.
    pub fn at(address: &str, settings: Settings) -> Result<Self, FilesError> {
        let refused = |bad| FilesError::Address {
            address: address.to_owned(),
            source: AddressError(bad),
        };
        let folder = format!("{}/", address.trim_end_matches('/'));
        let base = Url::parse(&folder).map_err(|error| refused(BadAddress::Url(error)))?;
        if base.scheme() != Scheme::Https && !base.is_loopback() {
            return Err(refused(BadAddress::Plain));
        }
        Ok(Self {
            base,
            settings,
            transport: Transport::new(),
        })
    }

    /// None where the server says that there is no such file. Redirects are not followed.
    pub fn get(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, FilesError> {
        let failed = |cause| FilesError::Failed {
            url: format!("{}{path}", self.base),
            source: GetError(cause),
        };
        let url = self.base.join(path).map_err(|error| failed(Cause::Url(error)))?;
        let question = Question {
            url: &url,
            accept: "*/*",
            authorization: None,
            reach: match self.base.is_loopback() {
                true => Reach::Loopback,
                false => Reach::Registry,
            },
            limit,
            form: None,
        };
        let answer = self.transport.send(&self.settings, &question);
        let answer = answer.map_err(|trouble| failed(Cause::Trouble(trouble)))?;
        match answer.status {
            StatusCode::OK => Ok(Some(answer.body)),
            // Buckets that may not be listed answer 403 for what they do not have.
            StatusCode::NOT_FOUND | StatusCode::FORBIDDEN | StatusCode::GONE => Ok(None),
            _ => Err(failed(Cause::Status(answer.reason()))),
        }
    }

    pub fn host(&self) -> String {
        self.base.authority()
    }
}

impl std::fmt::Debug for Files {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "files at {}", self.base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Environment;

    #[test]
    fn plain_http_is_for_loopback_alone() {
        let at = |address: &str| Files::at(address, Settings::new(Environment::from_process()));
        assert!(at("https://tuf.example/mirror").is_ok());
        assert!(at("http://127.0.0.1:8080").is_ok());
        for bad in [
            "http://tuf.example/",
            "tuf.example",
            "file:///etc",
            "https://user:secret@tuf.example/",
        ] {
            assert!(matches!(at(bad), Err(FilesError::Address { .. })), "{bad}");
        }
    }
}
