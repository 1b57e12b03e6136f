//! Every budget of the component. They are counters, so that they decide the same on every machine; exceeding one makes
//! what depends on it undecided (`budget-exceeded`), never allowed and never "unsigned".

/// Log entries in one bundle. cosign writes one; four leave room for a second and a third log.
pub const LOG_ENTRIES: usize = 4;

/// Signed timestamps in one bundle, for the same reason.
pub const SIGNED_TIMESTAMPS: usize = 4;

/// Bytes of one bundle, envelope or payload: a 50 MB SBOM, in base64 inside a bundle, with its log entry's copy of it.
pub const EVIDENCE_BYTES: usize = 160 << 20;

/// Bytes of one manifest. The distribution specification asks registries to take 4 MiB.
pub const MANIFEST_BYTES: usize = 4 << 20;

/// Pieces of evidence for one image. Real images carry tens; a registry that lists more floods.
pub const CANDIDATES: usize = 1_000;

/// Proofs tried for one image: every piece against a few signers. An RSA-8192 check takes 4 ms in the component, so this
/// bounds a hostile image to seconds.
pub const PROOFS: usize = 4_000;

/// Platform manifests of one index, nested ones included. The largest official images have about twenty.
pub const PLATFORMS: usize = 200;

/// How deep an index may hold indexes.
pub const INDEX_DEPTH: usize = 2;

/// Tolerance between the clock of a log or authority and `request.time`, in seconds. The host adds the same to the
/// component's clock: signing and checking in one pipeline must not fail by a clock that is two seconds late.
pub const CLOCK_SKEW: i64 = 60;

/// A certificate that lives at most this long, in seconds, bounds when its key was used: Fulcio's live ten minutes.
pub const SHORT_LIVED: i64 = 24 * 60 * 60;
