//! Credentials for registries: from the pipeline where the registry is the pipeline's own, else from docker's and
//! podman's files.
//!
//! A secret is never printed, not even by `Debug`; its only way out is an `Authorization` header or a token request.

mod files;

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::reference::{DOCKER_HUB, Reference};

/// A helper talks to a key store or a cloud's identity service; what takes longer hangs.
const HELPER_TIME: Duration = Duration::from_secs(20);

/// What the environment says about credentials, read once by the caller.
#[derive(Clone)]
pub struct Environment {
    /// folder of docker's `config.json`: `DOCKER_CONFIG`, else `~/.docker`
    pub docker_config: Option<PathBuf>,
    /// `REGISTRY_AUTH_FILE`, as podman and skopeo have it
    pub registry_auth_file: Option<PathBuf>,
    /// `DOCKER_AUTH_CONFIG`: what would be in docker's `config.json`, as GitLab's runners have it
    pub docker_auth_config: Option<Secret>,
    /// `XDG_RUNTIME_DIR`, which holds podman's `containers/auth.json`
    pub runtime: Option<PathBuf>,
    /// `GITHUB_TOKEN`: for ghcr.io only
    pub github_token: Option<Secret>,
    /// `CI_REGISTRY`, `CI_REGISTRY_USER` and `CI_REGISTRY_PASSWORD`: for exactly this host
    pub gitlab: Option<GitLab>,
    /// how long a credential helper may take
    pub helper_time: Duration,
}

#[derive(Clone)]
pub struct GitLab {
    pub registry: String,
    pub user: String,
    pub password: Secret,
}

/// Text that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    Basic {
        user: String,
        password: Secret,
        origin: Origin,
    },
    /// an OAuth 2 refresh token, which docker calls identity token
    Refresh { token: Secret, origin: Origin },
}

/// Where a credential is from, for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    GithubToken,
    CiRegistry,
    File(PathBuf),
}

#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    #[error("cannot read credentials from `{}`", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("credentials in `{}`: expected at most {expected} bytes, found {found}", path.display())]
    TooLarge { path: PathBuf, expected: u64, found: u64 },
    #[error("credentials in `{}`: expected a JSON object with `auths`, `credHelpers` or `credsStore`, found an error in line {line}", path.display())]
    Malformed { path: PathBuf, line: usize },
    #[error("credentials in `{}`: cannot decode the entry for `{key}`", path.display())]
    Undecodable { path: PathBuf, key: String },
    #[error("credentials in `{}`: expected a credential helper named by `a-z`, `0-9` and `-`, found `{found}`", path.display())]
    HelperName { path: PathBuf, found: String },
    #[error("credential helper `docker-credential-{helper}` of `{}` {fault}", path.display())]
    Helper {
        path: PathBuf,
        helper: String,
        fault: HelperFault,
    },
}

/// What a helper did; never what it printed, which may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HelperFault {
    #[error("cannot be started\nhint: is it installed and in PATH?")]
    NotStarted,
    #[error("failed")]
    Failed,
    #[error("printed something else than a credential")]
    NoCredential,
    #[error("did not answer in time")]
    TooSlow,
}

impl Environment {
    /// No credentials at all.
    pub fn empty() -> Self {
        Self {
            docker_config: None,
            registry_auth_file: None,
            docker_auth_config: None,
            runtime: None,
            github_token: None,
            gitlab: None,
            helper_time: HELPER_TIME,
        }
    }

    pub fn from_process() -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let path = |name: &str| variable(name).map(PathBuf::from);
        let gitlab = match (
            variable("CI_REGISTRY"),
            variable("CI_REGISTRY_USER"),
            variable("CI_REGISTRY_PASSWORD"),
        ) {
            (Some(registry), Some(user), Some(password)) => Some(GitLab {
                registry,
                user,
                password: Secret(password),
            }),
            _ => None,
        };
        Self {
            docker_config: path("DOCKER_CONFIG").or_else(|| Some(path("HOME")?.join(".docker"))),
            registry_auth_file: path("REGISTRY_AUTH_FILE"),
            docker_auth_config: variable("DOCKER_AUTH_CONFIG").map(Secret),
            runtime: path("XDG_RUNTIME_DIR"),
            github_token: variable("GITHUB_TOKEN").map(Secret),
            gitlab,
            helper_time: HELPER_TIME,
        }
    }

    /// The credential for the reference's registry. What somebody logged in with goes before what the pipeline brings.
    pub fn credential(&self, reference: &Reference) -> Result<Option<Credential>, CredentialError> {
        match files::credential(self, reference)? {
            Some(credential) => Ok(Some(credential)),
            None => Ok(self.of_the_pipeline(reference.registry())),
        }
    }

    fn of_the_pipeline(&self, registry: &str) -> Option<Credential> {
        if registry == "ghcr.io" {
            // GHCR takes any user name beside a token.
            let password = self.github_token.clone()?;
            return Some(Credential::Basic {
                user: "portcullis".to_owned(),
                password,
                origin: Origin::GithubToken,
            });
        }
        let gitlab = self
            .gitlab
            .as_ref()
            .filter(|gitlab| same_host(&gitlab.registry, registry))?;
        Some(Credential::Basic {
            user: gitlab.user.clone(),
            password: gitlab.password.clone(),
            origin: Origin::CiRegistry,
        })
    }
}

/// `CI_REGISTRY` has the port where it is not 443, sometimes also where it is.
fn same_host(variable: &str, registry: &str) -> bool {
    registry != DOCKER_HUB && variable.to_ascii_lowercase().trim_end_matches(":443") == registry
}

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl Credential {
    pub fn origin(&self) -> &Origin {
        match self {
            Self::Basic { origin, .. } | Self::Refresh { origin, .. } => origin,
        }
    }

    /// The value of an `Authorization` header; none for a refresh token.
    pub(crate) fn basic(&self) -> Option<Secret> {
        match self {
            Self::Basic { user, password, .. } => Some(Secret(format!(
                "Basic {}",
                STANDARD.encode(format!("{user}:{}", password.0))
            ))),
            Self::Refresh { .. } => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::GithubToken => formatter.write_str("GITHUB_TOKEN"),
            Self::CiRegistry => formatter.write_str("CI_REGISTRY_PASSWORD"),
            Self::File(path) => write!(formatter, "`{}`", path.display()),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("(secret)")
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Environment")
            .field("docker_config", &self.docker_config)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for GitLab {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("GitLab")
            .field("registry", &self.registry)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Credential from {}", self.origin())
    }
}

/// Every name that docker's and podman's files may use for the image's registry, most specific first.
fn keys(reference: &Reference) -> Vec<String> {
    let name = reference.name();
    let mut keys: BTreeSet<String> = BTreeSet::new();
    keys.extend(name.match_indices('/').map(|(slash, _)| name[..slash].to_owned()));
    keys.insert(name);
    let mut keys: Vec<String> = keys.into_iter().rev().collect();
    if reference.registry() == DOCKER_HUB {
        keys.extend(["https://index.docker.io/v1/", "index.docker.io"].map(str::to_owned));
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(written: &str) -> Reference {
        written.parse().expect("a reference")
    }

    #[test]
    fn the_pipelines_tokens_go_to_their_registry_only() {
        let gitlab = GitLab {
            registry: "registry.gitlab.com".into(),
            user: "ci".into(),
            password: Secret::new("hunter2"),
        };
        let environment = Environment {
            github_token: Some(Secret::new("ghs_secret")),
            gitlab: Some(gitlab),
            ..Environment::empty()
        };
        let origin = |written: &str| {
            environment
                .credential(&reference(written))
                .expect("no files")
                .map(|credential| credential.origin().clone())
        };
        assert_eq!(origin("ghcr.io/a/b"), Some(Origin::GithubToken));
        assert_eq!(origin("registry.gitlab.com/a/b"), Some(Origin::CiRegistry));
        for other in [
            "evil-ghcr.io/a",
            "ghcr.io.evil.com/a",
            "ghcr.io:8443/a",
            "x.registry.gitlab.com/a",
            "registry.gitlab.com:5000/a",
            "alpine",
        ] {
            assert_eq!(origin(other), None, "{other}");
        }
    }

    #[test]
    fn secrets_have_no_debug_output() {
        let password = Secret::new("hunter2");
        let credential = Credential::Basic {
            user: "u".into(),
            password: password.clone(),
            origin: Origin::CiRegistry,
        };
        let gitlab = GitLab {
            registry: "r".into(),
            user: "u".into(),
            password,
        };
        let environment = Environment {
            github_token: Some(Secret::new("hunter2")),
            gitlab: Some(gitlab),
            ..Environment::empty()
        };
        assert!(!format!("{credential:?} {environment:?} {:?}", environment.gitlab).contains("hunter2"));
    }

    #[test]
    fn keys_are_most_specific_first() {
        assert_eq!(
            keys(&reference("ghcr.io/acme/api")),
            ["ghcr.io/acme/api", "ghcr.io/acme", "ghcr.io"]
        );
        assert_eq!(
            keys(&reference("alpine")).last().map(String::as_str),
            Some("index.docker.io")
        );
    }
}
