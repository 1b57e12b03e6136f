//! A process with a stranger's provider must not go on: no verdict of it would be ours.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panicking")]

use portcullis_component::crypto;
use sigstore_crypto::{aws_lc_provider, install_default_provider};

#[test]
#[should_panic(expected = "another `CryptoProvider` is already installed")]
fn after_a_stranger() {
    assert!(install_default_provider(aws_lc_provider()).is_ok());
    crypto::install();
}
