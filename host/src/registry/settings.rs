//! How to speak to registries: what the command line and the environment may set.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use crate::auth::{Environment, Secret};
use crate::cache::Cache;
use crate::limits;

#[derive(Debug, Clone)]
pub struct Settings {
    /// where credentials may be found
    pub environment: Environment,
    /// registries, as `reference::registry` writes them, that are spoken to over plain HTTP; those on loopback are
    /// anyway
    pub insecure: BTreeSet<String>,
    /// registries on loopback that speak TLS
    pub secure_loopback: BTreeSet<String>,
    /// hosts of token services that may receive the credentials of a registry on another host, beside the well-known
    /// ones
    pub token_hosts: BTreeSet<String>,
    /// PEM certificates that are trusted beside the machine's own
    pub authorities: Vec<u8>,
    pub client_certificate: Option<ClientCertificate>,
    pub proxy: Proxy,
    pub timeouts: Timeouts,
    pub retries: Retries,
    /// requests under way at once for one image
    pub parallel: NonZeroUsize,
    /// requests to one host in all, attempts counted
    pub requests: u64,
    /// manifests that may carry evidence, for one image
    pub candidates: usize,
    /// none: everything is fetched
    pub cache: Option<Arc<Cache>>,
}

/// For registries that ask for mutual TLS.
#[derive(Debug, Clone)]
pub struct ClientCertificate {
    /// PEM, the leaf first
    pub chain: Vec<u8>,
    /// PEM
    pub key: Secret,
}

/// Loopback is never proxied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proxy {
    None,
    /// `ALL_PROXY`, `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in both cases of letters
    FromEnvironment,
}

#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    pub connect: Duration,
    /// without a single byte
    pub read: Duration,
    /// one request, its body included
    pub request: Duration,
}

#[derive(Debug, Clone, Copy)]
pub struct Retries {
    /// the first request included
    pub attempts: u32,
    /// before the second request; doubled before each further one
    pub pause: Duration,
    pub longest_pause: Duration,
    /// a registry that asks for more with `Retry-After` is given up at once
    pub longest_wait: Duration,
}

impl Settings {
    pub fn new(environment: Environment) -> Self {
        Self {
            environment,
            insecure: BTreeSet::new(),
            secure_loopback: BTreeSet::new(),
            token_hosts: BTreeSet::new(),
            authorities: Vec::new(),
            client_certificate: None,
            proxy: Proxy::FromEnvironment,
            timeouts: Timeouts {
                connect: Duration::from_secs(10),
                read: Duration::from_secs(30),
                request: Duration::from_secs(120),
            },
            retries: Retries {
                attempts: 4,
                pause: Duration::from_millis(500),
                longest_pause: Duration::from_secs(8),
                longest_wait: Duration::from_secs(30),
            },
            // Registries serve HTTP/1.1 to us: a connection per request under way, and browsers open six to eight.
            parallel: NonZeroUsize::MIN.saturating_add(7),
            requests: limits::REQUESTS,
            candidates: limits::CANDIDATES,
            cache: None,
        }
    }
}
