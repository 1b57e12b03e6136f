//! A private Sigstore, OCI layouts and a loopback registry for Portcullis's tests: in memory, the same bytes every run.
//!
//! ```
//! use testbed::{CertificateRequest, Layout, Registry, Sigstore, Statement};
//!
//! let sigstore = Sigstore::new();
//! let (mut layout, image) = Layout::with_image("v1");
//!
//! // An image signature by a release workflow, run by a trigger that the policy does not want.
//! let request = CertificateRequest::github("acme/app", "release.yml", "refs/heads/main").trigger("pull_request_target");
//! let signing = sigstore.sign(&sigstore.issue(request), Statement::image_signature(image.digest()));
//! layout.attach_bundle(&image, &signing.rekor_v1().bundle());
//!
//! let registry = Registry::start([("acme/app", layout)]);
//! let reference = format!("{}/acme/app:v1", registry.host());
//! let trusted_root = sigstore.trusted_root_json();
//! # assert!(reference.starts_with("127.0.0.1:") && trusted_root.contains("tlogs"));
//! ```
//!
//! Nothing is signed, logged or stamped unless asked for; every default is good; what a test breaks is broken by one
//! call or by a JSON pointer ([`json`]) into the bundle. Times are arguments and start at [`clock::NOON`].

pub mod attach;
mod bundle;
mod ca;
mod certificate;
pub mod clock;
mod cosign_save;
mod ct_log;
pub mod der;
mod extension;
pub mod json;
mod key;
pub mod layout;
pub mod legacy;
mod preset;
pub mod registry;
mod rekor;
mod rekor_body;
mod salt;
mod signing;
mod sigstore;
pub mod statement;
pub mod tar;
mod timestamp;
pub mod trusted_root;
pub mod tuf;

pub use bundle::Version;
pub use ca::{Authority, Leaf};
pub use certificate::{CODE_SIGNING, CRL_SIGN, CertificateRequest, DIGITAL_SIGNATURE, KEY_CERT_SIGN, TIME_STAMPING};
pub use ct_log::{CtLog, Sct};
pub use extension::San;
pub use key::{Hash, Key, ecdsa_twin, hex, pem, sha256, sha256_hex};
pub use layout::{Descriptor, Layout};
pub use legacy::{LegacyLayer, simple_signing, simple_signing_with};
pub use registry::Registry;
pub use rekor::{Evidence, Rekor, Witness};
pub use rekor_body::Kind;
pub use signing::{Content, IN_TOTO, Signed, Signer, Signing};
pub use sigstore::Sigstore;
pub use statement::{Statement, Subject};
pub use timestamp::{CertificateInToken, Tsa};
pub use trusted_root::TrustedRoot;
pub use tuf::Tuf;
