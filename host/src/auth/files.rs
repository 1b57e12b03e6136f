//! docker's [`config.json`](https://docs.docker.com/reference/cli/docker/login/#credential-stores) and podman's
//! [`auth.json`](https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md), by the crate
//! `docker_credential`. What the crate leaves open is closed here: the name of a helper is checked before it becomes
//! part of a command, what a helper prints never gets into a message, and a helper that hangs is left behind.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use docker_credential::{CredentialRetrievalError, DockerCredential};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Credential, CredentialError, Environment, HelperFault, Origin, Secret, keys};
use crate::limits;
use crate::reference::Reference;

/// The keys of a file, to choose among them before a secret is touched.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Shape {
    auths: BTreeMap<String, IgnoredAny>,
    cred_helpers: BTreeMap<String, String>,
    creds_store: String,
}

/// Stands for a path where there is none.
const VARIABLE: &str = "DOCKER_AUTH_CONFIG";

/// podman's order: `REGISTRY_AUTH_FILE` alone where it is set, else podman's own file, else docker's. Before them GitLab's
/// variable, as its runners have it.
pub(super) fn credential(
    environment: &Environment,
    reference: &Reference,
) -> Result<Option<Credential>, CredentialError> {
    let paths: Vec<PathBuf> = match &environment.registry_auth_file {
        Some(path) => vec![path.clone()],
        None => [
            environment
                .runtime
                .as_ref()
                .map(|folder| folder.join("containers/auth.json")),
            environment
                .docker_config
                .as_ref()
                .map(|folder| folder.join("config.json")),
        ]
        .into_iter()
        .flatten()
        .collect(),
    };
    let variable = environment.docker_auth_config.as_ref();
    if let (None, Some(content)) = (&environment.registry_auth_file, variable) {
        let content = content.reveal().as_bytes().to_vec();
        if let Some(credential) = from_content(content, Path::new(VARIABLE), reference, environment.helper_time)? {
            return Ok(Some(credential));
        }
    }
    for path in paths {
        if let Some(credential) = from_file(&path, reference, environment.helper_time)? {
            return Ok(Some(credential));
        }
    }
    Ok(None)
}

fn from_file(path: &Path, reference: &Reference, helper_time: Duration) -> Result<Option<Credential>, CredentialError> {
    match read(path)? {
        Some(content) => from_content(content, path, reference, helper_time),
        None => Ok(None),
    }
}

fn from_content(
    content: Vec<u8>,
    path: &Path,
    reference: &Reference,
    helper_time: Duration,
) -> Result<Option<Credential>, CredentialError> {
    let shape: Shape = serde_json::from_slice(&content).map_err(|error| CredentialError::Malformed {
        path: path.to_owned(),
        line: error.line(),
    })?;
    let key = shape.key(reference);
    let helper = shape.helper(&key);
    if let Some(found) = helper.filter(|name| !is_helper_name(name)) {
        return Err(CredentialError::HelperName {
            path: path.to_owned(),
            found: found.to_owned(),
        });
    }
    let answer = match helper {
        None => docker_credential::get_credential_from_reader(content.as_slice(), &key),
        Some(helper) => {
            let asked = key.clone();
            let ask = move || docker_credential::get_credential_from_reader(content.as_slice(), &asked);
            in_time(helper_time, ask).ok_or_else(|| CredentialError::Helper {
                path: path.to_owned(),
                helper: helper.to_owned(),
                fault: HelperFault::TooSlow,
            })?
        }
    };
    let origin = Origin::File(path.to_owned());
    match answer {
        Ok(DockerCredential::UsernamePassword(user, _)) if user.is_empty() => Ok(None),
        Ok(DockerCredential::UsernamePassword(user, password)) => Ok(Some(Credential::Basic {
            user,
            password: Secret::new(password),
            origin,
        })),
        Ok(DockerCredential::IdentityToken(token)) => Ok(Some(Credential::Refresh {
            token: Secret::new(token),
            origin,
        })),
        Err(error) => refused(error, path, &key, helper),
    }
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, CredentialError> {
    let unreadable = |source| CredentialError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let found = match std::fs::metadata(path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    if found > limits::CREDENTIAL_FILE_BYTES {
        return Err(CredentialError::TooLarge {
            path: path.to_owned(),
            expected: limits::CREDENTIAL_FILE_BYTES,
            found,
        });
    }
    std::fs::read(path).map(Some).map_err(unreadable)
}

impl Shape {
    /// The most specific key of the file; where it has none, the name under which a helper would know the registry.
    fn key(&self, reference: &Reference) -> String {
        let keys = keys(reference);
        let known = keys
            .iter()
            .find(|key| self.auths.contains_key(*key) || self.cred_helpers.contains_key(*key));
        let by_default = || {
            keys.iter()
                .find(|key| key.starts_with("https://"))
                .cloned()
                .unwrap_or_else(|| reference.registry().to_owned())
        };
        known.cloned().unwrap_or_else(by_default)
    }

    fn helper(&self, key: &str) -> Option<&str> {
        let own = self
            .cred_helpers
            .get(key)
            .map(String::as_str)
            .filter(|name| !name.is_empty());
        own.or(Some(self.creds_store.as_str()).filter(|name| !name.is_empty()))
    }
}

fn is_helper_name(name: &str) -> bool {
    name.bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// The crate waits for a helper as long as it takes: a thread of its own lets us go on without it.
fn in_time<R: Send + 'static>(limit: Duration, work: impl FnOnce() -> R + Send + 'static) -> Option<R> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        // The receiver is gone when the time is over; then nobody wants the answer.
        drop(sender.send(work()));
    });
    receiver.recv_timeout(limit).ok()
}

fn refused(
    error: CredentialRetrievalError,
    path: &Path,
    key: &str,
    helper: Option<&str>,
) -> Result<Option<Credential>, CredentialError> {
    let fault = match error {
        CredentialRetrievalError::NoCredentialConfigured => return Ok(None),
        // The words of docker's own helpers for a registry that nobody logged in to.
        CredentialRetrievalError::HelperFailure { stdout, stderr, .. }
            if stdout.contains("credentials not found") || stderr.contains("credentials not found") =>
        {
            return Ok(None);
        }
        CredentialRetrievalError::HelperFailure { .. } => HelperFault::Failed,
        CredentialRetrievalError::HelperCommunicationError => HelperFault::NotStarted,
        CredentialRetrievalError::MalformedHelperResponse => HelperFault::NoCredential,
        CredentialRetrievalError::CredentialDecodingError
        | CredentialRetrievalError::CredentialMismatchError
        | CredentialRetrievalError::ConfigNotFound
        | CredentialRetrievalError::ConfigReadError => {
            return Err(CredentialError::Undecodable {
                path: path.to_owned(),
                key: key.to_owned(),
            });
        }
    };
    Err(CredentialError::Helper {
        path: path.to_owned(),
        helper: helper.unwrap_or_default().to_owned(),
        fault,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::scratch::Scratch;

    fn ask(config: &str, written: &str) -> Result<Option<Credential>, CredentialError> {
        let folder = Scratch::with(&[("config.json", config.as_bytes())]);
        let environment = Environment {
            docker_config: Some(folder.path.clone()),
            helper_time: Duration::from_millis(300),
            ..Environment::empty()
        };
        environment.credential(&written.parse().expect("a reference"))
    }

    #[test]
    fn the_most_specific_entry_counts() {
        // user:password, each named after its key
        let config = r#"{"auths":{"ghcr.io":{"auth":"aG9zdDpw"},"ghcr.io/acme":{"auth":"YWNtZTpw"},"https://index.docker.io/v1/":{"auth":"aHViOnA="},
               "quay.io":{"identitytoken":"t"},"empty.io":{}}}"#;
        let user = |written: &str| match ask(config, written).expect("readable") {
            Some(Credential::Basic { user, .. }) => Some(user),
            Some(Credential::Refresh { .. }) => Some("<refresh>".to_owned()),
            None => None,
        };
        assert_eq!(user("ghcr.io/acme/api").as_deref(), Some("acme"));
        assert_eq!(user("ghcr.io/acmeevil/api").as_deref(), Some("host"));
        assert_eq!(user("alpine").as_deref(), Some("hub"));
        assert_eq!(user("quay.io/a/b").as_deref(), Some("<refresh>"));
        assert_eq!(user("empty.io/a"), None);
        assert_eq!(user("evil.io/ghcr.io"), None);
    }

    #[test]
    fn helper_names_are_no_paths_and_what_fails_is_said_without_secrets() {
        let message = |config: &str| match ask(config, "ghcr.io/a/b") {
            Err(error) => error.to_string(),
            Ok(found) => format!("{found:?}"),
        };
        let pasted = message(r#"{"credHelpers":{"ghcr.io":"../../tmp/evil"}}"#);
        assert!(pasted.contains("expected a credential helper named by"), "{pasted}");
        let absent = message(r#"{"credsStore":"no-such-helper"}"#);
        assert!(
            absent.contains("`docker-credential-no-such-helper`") && absent.contains("cannot be started"),
            "{absent}"
        );
        let broken = message(r#"{"auths":{"ghcr.io":{"auth":"hunter2!"}}}"#);
        assert!(
            broken.contains("cannot decode the entry for `ghcr.io`") && !broken.contains("hunter2"),
            "{broken}"
        );
        assert!(message("hunter2").contains("found an error in line 1"));
    }

    #[test]
    fn what_a_helper_prints_is_never_shown() {
        let failure = |stdout: &str| CredentialRetrievalError::HelperFailure {
            helper: "docker-credential-x".into(),
            stdout: stdout.into(),
            stderr: "hunter2".into(),
        };
        let shown = refused(failure("hunter2"), Path::new("config.json"), "ghcr.io", Some("x")).expect_err("failed");
        assert_eq!(
            shown.to_string(),
            "credential helper `docker-credential-x` of `config.json` failed"
        );
        assert!(!format!("{shown:?}").contains("hunter2"));
        let unknown = "credentials not found in native keychain";
        assert_eq!(
            refused(failure(unknown), Path::new("config.json"), "ghcr.io", Some("x")).expect("nothing"),
            None
        );
    }

    #[test]
    fn a_helper_that_hangs_is_left_behind() {
        let (hold, held) = mpsc::channel::<()>();
        assert_eq!(in_time(Duration::from_millis(10), move || held.recv().is_ok()), None);
        drop(hold);
        assert_eq!(in_time(Duration::from_secs(10), || 1), Some(1));
    }
}
