//! Image references: `registry/repository[:tag][@digest]`, by the grammar of the [OCI distribution
//! specification](https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests) and with
//! docker's defaults. A reference that exists is normalised, so that an alias cannot fall out of a policy's match.

use std::fmt;
use std::str::FromStr;

use crate::digest::{Digest, DigestError};

/// Docker Hub's name in references; its API answers at [`DOCKER_HUB_API`].
pub const DOCKER_HUB: &str = "docker.io";
pub const DOCKER_HUB_API: &str = "registry-1.docker.io";
const DOCKER_HUB_ALIASES: [&str; 4] = [
    "docker.io",
    "index.docker.io",
    "registry-1.docker.io",
    "registry.hub.docker.com",
];

/// "<name> … MUST match the regular expression"; clients limit registry and name to 255 together.
const LONGEST_NAME: usize = 255;
const LONGEST_TAG: usize = 128;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reference {
    written: String,
    registry: String,
    repository: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    #[error("image reference is empty: expected such as `ghcr.io/acme/api:v1`")]
    Empty,
    #[error(
        "image reference `{reference}`: expected no URL scheme, found `{scheme}`\nhint: write it without `{scheme}`"
    )]
    Scheme { reference: String, scheme: String },
    #[error("image reference `{reference}`: expected a registry host with an optional port, found `{found}`")]
    Registry { reference: String, found: String },
    #[error("image reference `{reference}`: expected a repository of lower-case letters, digits, `.`, `_`, `-` and `/`, found `{found}`{}", case_hint(.found))]
    Repository { reference: String, found: String },
    #[error("image reference `{reference}`: expected at most {LONGEST_NAME} characters before the tag, found {found}")]
    Long { reference: String, found: usize },
    #[error(
        "image reference `{reference}`: expected a tag of at most {LONGEST_TAG} letters, digits, `_`, `.`, `-`, found `{found}`"
    )]
    Tag { reference: String, found: String },
    #[error("image reference `{reference}`: cannot read its digest\nhint: only sha256 digests are supported")]
    Digest { reference: String, source: DigestError },
}

fn case_hint(repository: &str) -> String {
    let lower = repository.to_ascii_lowercase();
    if lower != repository && is_repository(&lower) {
        format!("\nhint: write `{lower}`")
    } else {
        String::new()
    }
}

impl Reference {
    /// As the user wrote it.
    pub fn written(&self) -> &str {
        &self.written
    }

    pub fn registry(&self) -> &str {
        &self.registry
    }

    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// Normalised `registry/repository`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.registry, self.repository)
    }

    /// `latest` where neither tag nor digest was written.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// Where tag and digest are there, the digest decides and the tag is a comment.
    pub fn digest(&self) -> Option<Digest> {
        self.digest
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(written: &str) -> Result<Self, Self::Err> {
        let reference = || written.to_owned();
        if written.is_empty() {
            return Err(ReferenceError::Empty);
        }
        if let Some((scheme, _)) = written.split_once("://") {
            return Err(ReferenceError::Scheme {
                reference: reference(),
                scheme: format!("{scheme}://"),
            });
        }
        let (named, digest) = match written.split_once('@') {
            Some((named, digest)) => (
                named,
                Some(digest.parse().map_err(|source| ReferenceError::Digest {
                    reference: reference(),
                    source,
                })?),
            ),
            None => (written, None),
        };
        let (path, tag) = split_tag(named);
        if let Some(found) = tag.filter(|tag| !is_tag(tag)) {
            return Err(ReferenceError::Tag {
                reference: reference(),
                found: found.to_owned(),
            });
        }
        let (host, repository) = split_registry(path);
        let registry = registry(host).ok_or_else(|| ReferenceError::Registry {
            reference: reference(),
            found: host.to_owned(),
        })?;
        if !is_repository(repository) {
            return Err(ReferenceError::Repository {
                reference: reference(),
                found: repository.to_owned(),
            });
        }
        let repository = if registry == DOCKER_HUB && !repository.contains('/') {
            format!("library/{repository}")
        } else {
            repository.to_owned()
        };
        let found = registry.len() + 1 + repository.len();
        if found > LONGEST_NAME {
            return Err(ReferenceError::Long {
                reference: reference(),
                found,
            });
        }
        let tag = tag
            .or(if digest.is_none() { Some("latest") } else { None })
            .map(str::to_owned);
        Ok(Self {
            written: reference(),
            registry,
            repository,
            tag,
            digest,
        })
    }
}

/// The tag begins at the last colon after the last slash.
fn split_tag(named: &str) -> (&str, Option<&str>) {
    let last = named.rfind('/').map_or(0, |slash| slash + 1);
    match named[last..].find(':') {
        Some(colon) => (&named[..last + colon], Some(&named[last + colon + 1..])),
        None => (named, None),
    }
}

/// docker's rule: the first component is a registry when it could be a host, else the image is Docker Hub's.
fn split_registry(path: &str) -> (&str, &str) {
    match path.split_once('/') {
        Some((host, rest)) if host.contains(['.', ':']) || host.eq_ignore_ascii_case("localhost") => (host, rest),
        _ => (DOCKER_HUB, path),
    }
}

/// Normalised `host` or `host:port`, as in [`Reference::registry`]; none where it cannot be a host.
pub fn registry(written: &str) -> Option<String> {
    let (host, port) = match written.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']')?;
            address.parse::<std::net::Ipv6Addr>().ok()?;
            (
                format!("[{address}]"),
                if port.is_empty() {
                    None
                } else {
                    Some(port.strip_prefix(':')?)
                },
            )
        }
        None => {
            let (host, port) = written
                .split_once(':')
                .map_or((written, None), |(host, port)| (host, Some(port)));
            let host = host.strip_suffix('.').unwrap_or(host);
            if !host.split('.').all(is_host_label) {
                return None;
            }
            (host.to_owned(), port)
        }
    };
    let port = match port {
        Some(port) if port.bytes().all(|digit| digit.is_ascii_digit()) => Some(port.parse::<u16>().ok()?),
        Some(_) => return None,
        None => None,
    };
    let host = host.to_ascii_lowercase();
    let host = if DOCKER_HUB_ALIASES.contains(&host.as_str()) {
        DOCKER_HUB.to_owned()
    } else {
        host
    };
    Some(match port {
        None | Some(443) => host,
        Some(port) => format!("{host}:{port}"),
    })
}

fn is_host_label(label: &str) -> bool {
    !label.is_empty()
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*`
fn is_repository(repository: &str) -> bool {
    repository.split('/').all(|component| {
        let words = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        component.bytes().next().is_some_and(words)
            && component.bytes().last().is_some_and(words)
            && component
                .split(|character: char| words(u8::try_from(character).unwrap_or(0)))
                .all(|between| matches!(between, "" | "." | "_" | "__") || between.bytes().all(|byte| byte == b'-'))
    })
}

/// `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`
pub(crate) fn is_tag(tag: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    tag.len() <= LONGEST_TAG
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|byte| word(byte) || matches!(byte, b'.' | b'-'))
}

impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.registry, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(formatter, ":{tag}")?;
        }
        self.digest.map_or(Ok(()), |digest| write!(formatter, "@{digest}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

    fn normal(written: &str) -> String {
        written
            .parse::<Reference>()
            .map_or_else(|error| format!("error: {error}"), |reference| reference.to_string())
    }

    #[test]
    fn normalises_every_alias_to_one_name() {
        for (written, expected) in [
            ("alpine", "docker.io/library/alpine:latest"),
            ("acme/api:v1", "docker.io/acme/api:v1"),
            ("index.docker.io/alpine", "docker.io/library/alpine:latest"),
            (
                "registry-1.docker.io:443/library/alpine",
                "docker.io/library/alpine:latest",
            ),
            ("GHCR.io/acme/api", "ghcr.io/acme/api:latest"),
            ("ghcr.io.:443/acme/api:V1", "ghcr.io/acme/api:V1"),
            ("localhost:5000/a/b__c--d.e:x", "localhost:5000/a/b__c--d.e:x"),
            ("localhost/a", "localhost/a:latest"),
            ("[::1]:5000/a", "[::1]:5000/a:latest"),
        ] {
            assert_eq!(normal(written), expected, "{written}");
        }
        assert_eq!(
            normal(&format!("ghcr.io/a/b@{DIGEST}")),
            format!("ghcr.io/a/b@{DIGEST}")
        );
        assert_eq!(
            normal(&format!("ghcr.io/a/b:v1@{DIGEST}")),
            format!("ghcr.io/a/b:v1@{DIGEST}")
        );
    }

    #[test]
    fn refuses_what_is_no_reference_and_says_why() {
        for (written, expected) in [
            ("", "error: image reference is empty"),
            ("https://ghcr.io/a/b", "expected no URL scheme, found `https://`"),
            ("ghcr.io/Acme/api", "hint: write `acme/api`"),
            ("ghcr.io/a//b", "expected a repository"),
            ("ghcr.io/a/../b", "expected a repository"),
            ("ghcr.io/", "expected a repository"),
            ("gh_cr.io/a", "expected a registry host"),
            ("ghcr.io:port/a", "expected a registry host"),
            ("ghcr.io/a:b:c", "expected a tag"),
            ("ghcr.io/a:", "expected a tag"),
            ("ghcr.io/a@sha512:00", "hint: only sha256"),
            ("ghcr.io/a b", "expected a repository"),
            ("ghcr.io/ä", "expected a repository"),
        ] {
            assert!(normal(written).contains(expected), "{written}: {}", normal(written));
        }
    }
}
