//! The options about registries as settings of their client, files read.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::Error;
use crate::args::RegistryOptions;
use crate::auth;
use crate::cache::Cache;
use crate::limits;
use crate::policy_source;
use crate::reference::{self, Reference};
use crate::registry::{self, ClientCertificate, Settings};

/// What cannot be used is an error before anything is asked.
pub(crate) fn of(options: &RegistryOptions, credentials: auth::Environment) -> Result<Settings, Error> {
    let mut settings = Settings::new(credentials);
    settings.insecure = hosts("--insecure-registry", &options.insecure)?;
    settings.token_hosts = hosts("--token-host", &options.token_hosts)?;
    settings.secure_loopback = hosts("--tls-registry", &options.secure)?;
    if let Some(found) = settings
        .secure_loopback
        .iter()
        .find(|host| !registry::is_loopback(host))
    {
        return Err(Error::NotLoopback { found: found.clone() });
    }
    settings.cache = options
        .cache
        .as_deref()
        .map(|folder| Arc::new(Cache::new(folder, limits::CACHE_BYTES)));
    if let Some(most) = options.requests {
        settings.requests = u64::try_from(most.get()).unwrap_or(u64::MAX);
    }
    if let Some(most) = options.candidates {
        settings.candidates = most.get();
    }
    if let Some(path) = &options.ca_file {
        settings.authorities = policy_source::pem("certificate authorities", path)?;
    }
    if let Some(client) = &options.client {
        settings.client_certificate = Some(ClientCertificate {
            chain: policy_source::pem("client certificate", &client.certificate)?,
            key: secret(&client.key)?,
        });
    }
    Ok(settings)
}

/// Normalised, as references have them.
fn hosts(option: &'static str, written: &[String]) -> Result<BTreeSet<String>, Error> {
    let host = |host: &String| {
        reference::registry(host).ok_or_else(|| Error::Host {
            option,
            found: host.clone(),
        })
    };
    written.iter().map(host).collect()
}

/// Normalised names.
pub(super) fn repositories(written: &[String]) -> Result<Vec<String>, Error> {
    let repository = |found: &String| {
        let reference: Option<Reference> = found.parse().ok();
        let bare = reference.filter(|reference| {
            let last = found.rsplit('/').next().unwrap_or_default();
            reference.digest().is_none() && !last.contains(':')
        });
        bare.map(|reference| reference.name())
            .ok_or_else(|| Error::Repository { found: found.clone() })
    };
    written.iter().map(repository).collect()
}

fn secret(path: &Path) -> Result<auth::Secret, Error> {
    let bytes = policy_source::pem("client key", path)?;
    Ok(auth::Secret::new(String::from_utf8_lossy(&bytes).into_owned()))
}
