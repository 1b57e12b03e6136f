//! What the component brings about well-known Sigstores: their trusted roots as the crate `sigstore-trust-root` has them,
//! and the TUF root metadata that refreshing begins at. `initial/*.json` are `repository/tuf*_root.json` of that crate, which
//! shows them only together with an HTTP client.

/// What the trusted roots are counted from: 2026-10-13, the release before the one that they are taken from. They were the
/// newest at some time after it.
pub const TAKEN: i64 = 1_791_849_600;
/// When they were taken at the latest: the end of 2026-10-23, when the crate's release was published. What was signed before
/// may lack what they no longer trust.
pub(super) const TAKEN_BY: i64 = 1_792_800_000;

/// A Sigstore that is known by its name.
#[derive(Debug, Clone, Copy)]
pub struct Brought {
    pub trusted_root: &'static str,
    /// TUF root metadata (`root.json`).
    pub initial: &'static [u8],
    /// The version of `initial`.
    pub version: u64,
}

pub fn brought(name: &str) -> Option<Brought> {
    let (trusted_root, initial, version): (_, &[u8], _) = match name {
        "sigstore" => (
            sigstore_trust_root::SIGSTORE_PRODUCTION_TRUSTED_ROOT,
            include_bytes!("initial/sigstore.json"),
            16,
        ),
        "sigstore-staging" => (
            sigstore_trust_root::SIGSTORE_STAGING_TRUSTED_ROOT,
            include_bytes!("initial/sigstore-staging.json"),
            15,
        ),
        "github" => (
            sigstore_trust_root::SIGSTORE_GITHUB_TRUSTED_ROOT,
            include_bytes!("initial/github.json"),
            9,
        ),
        _ => return None,
    };
    Some(Brought {
        trusted_root,
        initial,
        version,
    })
}

/// The trusted root of a well-known Sigstore as it was when this was built.
pub fn embedded(name: &str) -> Option<&'static [u8]> {
    brought(name).map(|one| one.trusted_root.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sigstore_tuf::TrustedMetadataSet;

    #[test]
    fn initial_roots_are_signed_by_themselves_and_have_the_version_stated() {
        crate::crypto::install();
        for name in ["sigstore", "sigstore-staging", "github"] {
            let brought = brought(name).unwrap();
            let set = TrustedMetadataSet::from_root(brought.initial).unwrap();
            assert_eq!(set.root().version, brought.version, "{name}");
        }
        assert!(brought("corp").is_none());
    }

    #[test]
    fn the_date_is_the_one_in_words() {
        let date = jiff::Timestamp::from_second(TAKEN).unwrap();
        assert_eq!(date.to_string(), "2026-10-13T00:00:00Z");
        let latest = jiff::Timestamp::from_second(TAKEN_BY).unwrap();
        assert_eq!(latest.to_string(), "2026-10-24T00:00:00Z");
    }
}
