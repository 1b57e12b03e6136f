//! `portcullis check` against registries: Debian's docker-registry on loopback, and one that throttles, truncates, lies and
//! redirects. What could not be looked at is exit 4, never "unsigned", and never allowed.
#![allow(clippy::unwrap_used, clippy::panic)]

mod bases;
mod cache;
mod credentials;
mod dialects;
mod docker_registry;
mod faults;
mod kinds;
mod mirrors;
mod several;
#[path = "../support/mod.rs"]
mod support;
mod tls;
