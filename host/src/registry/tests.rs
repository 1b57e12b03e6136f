//! The client against registries that answer as real ones do, and worse.

mod answers;
mod credentials;
mod evidence;
mod faults;
mod pages;
mod redirects;
mod requests;

use std::sync::atomic::{AtomicUsize, Ordering};

use super::Registry;
use super::loopback::{Received, Reply, Server, client};
use crate::auth::{Environment, GitLab, Secret};
use crate::collect::{Collected, Depth, collect};
use crate::digest::Digest;
use crate::limits;
use crate::media_type::{OCI_INDEX, OCI_MANIFEST};
use crate::scratch::Scratch;
use crate::source::Source;
use crate::wit::basics::{Carrier, ResultClass};
use crate::wit::request::Outcome;
use crate::wit::requirements::ImageRequirements;

const IMAGE: &str =
    r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{},"layers":[]}"#;
const BUNDLE: &str = r#"{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}"#;

fn requirements(carriers: &[Carrier]) -> ImageRequirements {
    ImageRequirements {
        name: String::new(),
        origin: None,
        evidence: Vec::new(),
        rules: Vec::new(),
        carriers: carriers.to_vec(),
        children: false,
    }
}

fn image() -> Reply {
    Reply::ok(OCI_MANIFEST, IMAGE)
}

fn subject() -> Digest {
    Digest::of(IMAGE.as_bytes())
}

/// A referrer of the image with one bundle, and its descriptor as a registry lists it.
fn referrer() -> (String, String) {
    let layer = format!(
        r#"{{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","digest":"{}","size":{}}}"#,
        Digest::of(BUNDLE.as_bytes()),
        BUNDLE.len()
    );
    let manifest = format!(
        r#"{{"schemaVersion":2,"mediaType":"{OCI_MANIFEST}","config":{{}},"layers":[{layer}],"subject":{{"digest":"{}"}}}}"#,
        subject()
    );
    let descriptor = format!(
        r#"{{"mediaType":"{OCI_MANIFEST}","digest":"{}","size":{}}}"#,
        Digest::of(manifest.as_bytes()),
        manifest.len()
    );
    (manifest, descriptor)
}

fn index(descriptors: &str) -> String {
    format!(r#"{{"schemaVersion":2,"mediaType":"{OCI_INDEX}","manifests":[{descriptors}]}}"#)
}

/// Collects `lab/app:v1` from a server whose image is in order and whose other answers are given.
fn ask(carriers: &[Carrier], answer: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> (Collected, Server) {
    let server = Server::start(move |received| {
        if received.path == "/v2/lab/app/manifests/v1" {
            image()
        } else {
            answer(received)
        }
    });
    let collected = collect(
        &client(Environment::empty()),
        &server.reference("lab/app:v1"),
        &requirements(carriers),
        Depth::Signed,
    );
    (collected, server)
}

/// The outcome of the only look-up, in words.
fn outcome(carrier: Carrier, answer: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> String {
    let (collected, _) = ask(&[carrier], answer);
    match &collected.lookups[0].outcome {
        Outcome::Found(descriptors) => format!("found {}", descriptors.len()),
        Outcome::Absent(reason) => format!("absent: {reason}"),
        Outcome::Failed(failure) => format!("{:?}: {}", failure.class, failure.reason),
    }
}
