//! Names of images as build tools write them, normalised to `registry/repository`: references with docker's defaults, and
//! package URLs (github.com/package-url/purl-spec, types `docker` and `oci`).

use std::borrow::Cow;

const DOCKER_HUB: [&str; 4] = [
    "docker.io",
    "index.docker.io",
    "registry-1.docker.io",
    "registry.hub.docker.com",
];

/// The longest name that registries take, and room for its registry.
const LONGEST: usize = 512;

/// An image as a document names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// Normalised `registry/repository`.
    pub name: String,
    /// As written behind `@` or in a qualifier, `sha256:…`.
    pub digest: Option<String>,
}

/// What the URI of a material says. None: it is no image's. An error: an image's, and it cannot be told which.
pub(super) fn of_uri(uri: &str) -> Option<Result<Named, ()>> {
    let has_scheme = |scheme: &str| {
        uri.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    for scheme in ["oci://", "docker://", "docker-image://", "docker-pullable://"] {
        if has_scheme(scheme) {
            return Some(of_reference(&uri[scheme.len()..]).ok_or(()));
        }
    }
    // slashes behind `pkg:` mean nothing, and nobody needs to write them
    if has_scheme("pkg:/") {
        return Some(Err(()));
    }
    if has_scheme("pkg:docker/") {
        return Some(of_docker(&uri["pkg:docker/".len()..]).ok_or(()));
    }
    if has_scheme("pkg:oci/") {
        return Some(of_oci(&uri["pkg:oci/".len()..]).ok_or(()));
    }
    None
}

/// `[registry/]repository[:tag][@digest]`.
pub(super) fn of_reference(text: &str) -> Option<Named> {
    let (named, digest) = match text.split_once('@') {
        Some((_, digest)) if digest.contains('/') || !digest.contains(':') => return None,
        Some((named, digest)) => (named, Some(digest)),
        None => (text, None),
    };
    let named = match named.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => named,
    };
    Some(Named {
        name: normalised(named)?,
        digest: digest.map(str::to_owned),
    })
}

/// `pkg:docker/[registry/]repository@tag-or-digest?digest=…&repository_url=registry`, what follows the type.
fn of_docker(text: &str) -> Option<Named> {
    let purl = Purl::read(text)?;
    let named = match purl.qualifier("repository_url")? {
        Some(registry) => Cow::Owned(format!("{}/{}", without_scheme(&registry), purl.path)),
        None => Cow::Borrowed(purl.path.as_str()),
    };
    Some(Named {
        name: normalised(&named)?,
        digest: purl.digest()?,
    })
}

/// `pkg:oci/name@digest?repository_url=registry/path/name`, what follows the type. The name alone is no image's.
fn of_oci(text: &str) -> Option<Named> {
    let purl = Purl::read(text)?;
    let repository = purl.qualifier("repository_url")??;
    let repository = without_scheme(&repository);
    if repository.rsplit('/').next() != Some(&purl.path) {
        return None;
    }
    Some(Named {
        name: normalised(repository)?,
        digest: purl.digest()?,
    })
}

struct Purl<'t> {
    path: String,
    version: Option<String>,
    qualifiers: &'t str,
}

impl<'t> Purl<'t> {
    fn read(text: &'t str) -> Option<Self> {
        let text = text.split('#').next()?;
        let (named, qualifiers) = text.split_once('?').unwrap_or((text, ""));
        let (path, version) = match named.split_once('@') {
            Some((path, version)) => (path, Some(decoded(version)?)),
            None => (named, None),
        };
        Some(Self {
            path: decoded(path)?,
            version,
            qualifiers,
        })
    }

    /// None of the outer where it is said twice or cannot be decoded.
    fn qualifier(&self, name: &str) -> Option<Option<String>> {
        let pairs = self.qualifiers.split('&').filter_map(|pair| pair.split_once('='));
        let mut found = pairs.filter(|(key, _)| key.eq_ignore_ascii_case(name));
        match (found.next(), found.next()) {
            (None, _) => Some(None),
            (Some((_, value)), None) => decoded(value).map(Some),
            (Some(_), Some(_)) => None,
        }
    }

    /// None where two digests are said.
    fn digest(&self) -> Option<Option<String>> {
        let versioned = self.version.clone().filter(|version| version.starts_with("sha256:"));
        match (versioned, self.qualifier("digest")?) {
            (Some(one), Some(other)) if one != other => None,
            (one, other) => Some(one.or(other)),
        }
    }
}

fn without_scheme(text: &str) -> &str {
    text.split_once("://").map_or(text, |(_, rest)| rest)
}

/// Percent-decoded; none for what is no text.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        let mut decoded = [0];
        hex::decode_to_slice(digits, &mut decoded).ok()?;
        bytes.extend(decoded);
    }
    String::from_utf8(bytes).ok()
}

/// With docker's defaults. None for what no registry takes, so that nothing but a name is ever asked for.
fn normalised(name: &str) -> Option<String> {
    if name.len() > LONGEST {
        return None;
    }
    let (registry, repository) = match name.split_once('/') {
        Some((host, rest)) if host.contains(['.', ':']) || host == "localhost" => (host.to_ascii_lowercase(), rest),
        _ => (DOCKER_HUB[0].to_owned(), name),
    };
    let registry = if DOCKER_HUB.contains(&registry.as_str()) {
        DOCKER_HUB[0].to_owned()
    } else {
        registry
    };
    if !is_registry(&registry) || !repository.split('/').all(is_component) {
        return None;
    }
    if registry == DOCKER_HUB[0] && !repository.contains('/') {
        return Some(format!("{registry}/library/{repository}"));
    }
    Some(format!("{registry}/{repository}"))
}

fn is_registry(text: &str) -> bool {
    let (host, port) = text.split_once(':').unwrap_or((text, "0"));
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-');
    let is_port = (1..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit());
    !host.is_empty() && host.chars().all(good) && !host.starts_with(['.', '-']) && is_port
}

/// The distribution specification's `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`, or a little more: separators inside.
fn is_component(text: &str) -> bool {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.starts_with(good) && text.ends_with(good) && text.chars().all(|c| good(c) || matches!(c, '.' | '_' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(uri: &str) -> (String, Option<String>) {
        let named = of_uri(uri).unwrap().unwrap();
        (named.name, named.digest)
    }

    fn name(text: &str) -> Option<String> {
        of_reference(text).map(|named| named.name)
    }

    #[test]
    fn references_have_dockers_defaults() {
        for (text, expected) in [
            ("debian", "docker.io/library/debian"),
            ("debian:12", "docker.io/library/debian"),
            ("acme/base:1@sha256:aa", "docker.io/acme/base"),
            ("index.docker.io/library/debian", "docker.io/library/debian"),
            ("GHCR.io/acme/base", "ghcr.io/acme/base"),
            ("localhost/base", "localhost/base"),
            ("localhost:5000/base:1", "localhost:5000/base"),
        ] {
            assert_eq!(name(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn package_urls_are_read_as_buildkit_and_the_specification_write_them() {
        let digest = |text: &str| Some(text.to_owned());
        for (uri, expected, pinned) in [
            (
                "pkg:docker/alpine@3.19?platform=linux%2Famd64",
                "docker.io/library/alpine",
                None,
            ),
            (
                "pkg:docker/ghcr.io/acme/base@1?platform=linux%2Farm64",
                "ghcr.io/acme/base",
                None,
            ),
            (
                "pkg:docker/acme/base?digest=sha256:aa",
                "docker.io/acme/base",
                digest("sha256:aa"),
            ),
            (
                "pkg:docker/customer/base@sha256%3Aaa?repository_url=gcr.io",
                "gcr.io/customer/base",
                digest("sha256:aa"),
            ),
            (
                "pkg:oci/static@sha256%3Aaa?repository_url=gcr.io%2Fdistroless%2Fstatic&tag=latest",
                "gcr.io/distroless/static",
                digest("sha256:aa"),
            ),
            (
                "oci://gcr.io/acme/base@sha256:aa",
                "gcr.io/acme/base",
                digest("sha256:aa"),
            ),
            ("docker://debian", "docker.io/library/debian", None),
        ] {
            assert_eq!(of(uri), (expected.to_owned(), pinned), "{uri}");
        }
    }

    #[test]
    fn what_is_no_image_is_none() {
        for uri in [
            "",
            "pkg:npm/a@1",
            "git+https://github.com/acme/api",
            "https://example.com/a.tar",
            "pkg:dockerx/a",
            "é",
        ] {
            assert_eq!(of_uri(uri), None, "{uri}");
        }
    }

    #[test]
    fn an_image_that_cannot_be_told_fail() {
        for uri in [
            "pkg:docker/",
            "pkg:docker/Debian",
            "pkg:docker/debian%zz",
            "pkg:docker/debian%ff",
            "pkg:docker/a@sha256:aa?digest=sha256:bb",
            "pkg:oci/static@sha256%3Aaa",
            "pkg:oci/static?repository_url=gcr.io/distroless/base",
            "oci://gcr.io/../etc",
            "oci://gcr.io/a//b",
            "oci://user@gcr.io/a",
            "oci://gcr.io:port/a",
            "oci://gcr.io/a b",
        ] {
            assert_eq!(of_uri(uri), Some(Err(())), "{uri}");
        }
        assert_eq!(name(&"a".repeat(600)), None);
    }
}
