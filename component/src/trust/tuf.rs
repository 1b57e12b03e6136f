//! The client workflow of TUF (<https://theupdateframework.github.io/specification/latest/#detailed-client-workflow>) over
//! files that are there already. `sigstore-tuf` verifies them; here they are put in order, bounded, and held against what was
//! known before. Delegations are not followed: Sigstore's repositories list `trusted_root.json` themselves.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256, Sha512};
use sigstore_tuf::metadata::{Metadata, Role};
use sigstore_tuf::{Error, Root, Snapshot, TargetFile, Targets, TrustedMetadataSet};

use crate::limits;
use crate::wit::trust::{Fault, FaultKind, Versions, Wanted};

const TARGET: &str = "trusted_root.json";

/// Days until a file of this role expires, counted from its signing, as the program tuf-on-ci writes it into the root
/// metadata. Sigstore's and GitHub's repositories are made by it.
const LIFETIME: &str = "x-tuf-on-ci-expiry-period";

const DAY: i64 = 24 * 60 * 60;

/// Files by their path in the repository; none: asked for, and not there.
pub type Files<'f> = BTreeMap<&'f str, Option<&'f [u8]>>;

/// Whether a file that is not among those given may be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// What was fetched so far, judged at this time.
    SoFar(Timestamp),
    /// What was kept; it was judged in its time, so its expiry is no fault.
    Everything,
}

#[derive(Debug)]
pub enum Walk {
    Wants(Wanted),
    Ends(Box<Verified>),
}

/// Metadata that hangs together, signed from the initial root on, and the target that it names.
#[derive(Debug)]
pub struct Verified {
    pub content: Vec<u8>,
    pub versions: Versions,
    /// Of the timestamp role, seconds since 1970.
    pub expires: i64,
    /// The timestamp was signed at this time, where the root metadata states how long one lives.
    pub as_of: Option<i64>,
    /// The files that it rests on, without the initial root.
    pub files: Vec<(String, Vec<u8>)>,
    root: Root,
}

enum Stop {
    Wants(Wanted),
    Fault(Box<Fault>),
}

pub fn walk(initial: &[u8], files: &Files<'_>, given: Given) -> Result<Walk, Fault> {
    let walker = Walker {
        files,
        given,
        used: Vec::new(),
    };
    match walker.walk(initial) {
        Ok(verified) => Ok(Walk::Ends(Box::new(verified))),
        Err(Stop::Wants(wanted)) => Ok(Walk::Wants(wanted)),
        Err(Stop::Fault(fault)) => Err(*fault),
    }
}

struct Walker<'f> {
    files: &'f Files<'f>,
    given: Given,
    used: Vec<(String, Vec<u8>)>,
}

impl<'f> Walker<'f> {
    fn walk(mut self, initial: &[u8]) -> Result<Verified, Stop> {
        let at = match self.given {
            Given::SoFar(time) => time,
            // Nothing has expired then.
            Given::Everything => Timestamp::MIN,
        };
        let mut set = TrustedMetadataSet::from_root(initial).map_err(|error| stop("root.json", &error))?;
        self.roots(&mut set)?;
        set.check_root_expired(at).map_err(|error| stop("root.json", &error))?;
        let bytes = self.need("timestamp.json", limits::TUF_TIMESTAMP_BYTES)?;
        set.update_timestamp(bytes, at)
            .map_err(|error| stop("timestamp.json", &error))?;
        self.snapshot(&mut set, at)?;
        self.targets(&mut set, at)?;
        let content = self.target(&set)?;
        verified(&set, content, self.used).ok_or_else(|| {
            let reason = "the metadata is not complete".to_owned();
            Stop::Fault(Box::new(fault(FaultKind::Malformed, "timestamp.json", reason)))
        })
    }

    /// Specification 5.3: each root is signed by the one before it and by itself.
    fn roots(&mut self, set: &mut TrustedMetadataSet) -> Result<(), Stop> {
        for _ in 0..limits::TUF_ROOTS {
            let Some(next) = set.root().version.checked_add(1) else {
                return Ok(());
            };
            let path = format!("{next}.root.json");
            let Some(bytes) = self.find(&path, limits::TUF_ROOT_BYTES)? else {
                return Ok(());
            };
            set.update_root(bytes).map_err(|error| stop(&path, &error))?;
        }
        let reason = format!("more than {} roots follow the one that is known", limits::TUF_ROOTS);
        Err(Stop::Fault(Box::new(fault(
            FaultKind::TooManyRoots,
            "root.json",
            reason,
        ))))
    }

    /// Specification 5.5.
    fn snapshot(&mut self, set: &mut TrustedMetadataSet, at: Timestamp) -> Result<(), Stop> {
        let pinned = set.timestamp().and_then(|one| one.snapshot_meta());
        let version = pinned.ok_or_else(|| lacks("timestamp.json", "snapshot.json"))?.version;
        let path = versioned(set.root(), version, "snapshot.json");
        let bytes = self.need(&path, limits::TUF_METADATA_BYTES)?;
        set.update_snapshot(bytes, at)
            .map_err(|error| stop_pinned::<Snapshot>(&path, &error, bytes, version))
    }

    /// Specification 5.6.
    fn targets(&mut self, set: &mut TrustedMetadataSet, at: Timestamp) -> Result<(), Stop> {
        let pinned = set.snapshot().and_then(|one| one.meta.get("targets.json"));
        let version = pinned.ok_or_else(|| lacks("snapshot.json", "targets.json"))?.version;
        let path = versioned(set.root(), version, "targets.json");
        let bytes = self.need(&path, limits::TUF_METADATA_BYTES)?;
        match set.update_targets(bytes, at) {
            Ok(_) => Ok(()),
            Err(error) => Err(stop_pinned::<Targets>(&path, &error, bytes, version)),
        }
    }

    /// Specification 5.7.
    fn target(&mut self, set: &TrustedMetadataSet) -> Result<Vec<u8>, Stop> {
        let listed = set.targets_role("targets").and_then(|targets| targets.target(TARGET));
        let listed = listed.ok_or_else(|| lacks("targets.json", TARGET))?;
        let path = match hash_of(listed) {
            Some(hash) if set.root().consistent_snapshot => format!("targets/{hash}.{TARGET}"),
            _ => format!("targets/{TARGET}"),
        };
        if listed.length > limits::TRUSTED_ROOT_BYTES {
            return Err(too_large(&path, limits::TRUSTED_ROOT_BYTES));
        }
        let bytes = self.need(&path, listed.length)?;
        is_listed(bytes, listed).map_err(|reason| Stop::Fault(Box::new(fault(FaultKind::Altered, &path, reason))))?;
        Ok(bytes.to_vec())
    }

    fn need(&mut self, path: &str, limit: u64) -> Result<&'f [u8], Stop> {
        self.find(path, limit)?.ok_or_else(|| {
            let reason = "it is not there".to_owned();
            Stop::Fault(Box::new(fault(FaultKind::Missing, path, reason)))
        })
    }

    fn find(&mut self, path: &str, limit: u64) -> Result<Option<&'f [u8]>, Stop> {
        let Some(found) = self.files.get(path) else {
            return match self.given {
                Given::Everything => Ok(None),
                Given::SoFar(_) => Err(Stop::Wants(Wanted {
                    path: path.to_owned(),
                    limit,
                })),
            };
        };
        if let Some(bytes) = found {
            if u64::try_from(bytes.len()).is_ok_and(|size| size > limit) {
                return Err(too_large(path, limit));
            }
            self.used.push((path.to_owned(), bytes.to_vec()));
        }
        Ok(*found)
    }
}

fn verified(set: &TrustedMetadataSet, content: Vec<u8>, files: Vec<(String, Vec<u8>)>) -> Option<Verified> {
    let timestamp = set.timestamp()?;
    let expires = timestamp.expires.as_second();
    let lifetime = set.root().role("timestamp").and_then(|role| role.extra.get(LIFETIME));
    // A lifetime of nothing, or of thousands of years, proves no time of signing.
    let days = lifetime
        .and_then(serde_json::Value::as_i64)
        .filter(|days| (1..=3650).contains(days));
    Some(Verified {
        content,
        versions: Versions {
            root: set.root().version,
            timestamp: Some(timestamp.version),
            snapshot: Some(set.snapshot()?.version),
            targets: Some(set.targets_role("targets")?.version),
        },
        expires,
        as_of: days.map(|days| expires.saturating_sub(days.saturating_mul(DAY))),
        files,
        root: set.root().clone(),
    })
}

impl Verified {
    /// Specification 5.4.3, 5.5.5: versions never go back. Where the keys of a role were exchanged it may begin anew (5.3.11),
    /// because whoever had the old ones could have made any version up.
    pub fn follows(&self, earlier: &Self) -> Result<(), Fault> {
        let roles = [
            ("root", Some(self.versions.root), Some(earlier.versions.root)),
            ("timestamp", self.versions.timestamp, earlier.versions.timestamp),
            ("snapshot", self.versions.snapshot, earlier.versions.snapshot),
            ("targets", self.versions.targets, earlier.versions.targets),
        ];
        for (role, new, known) in roles {
            let keys = |root: &Root| root.role(role).map(|one| one.keyids.clone());
            let same_keys = role == "root" || keys(&self.root) == keys(&earlier.root);
            if same_keys && new < known {
                let reason = format!(
                    "version {} of `{role}`, where version {} is known already",
                    new.unwrap_or_default(),
                    known.unwrap_or_default()
                );
                return Err(fault(FaultKind::Rollback, &format!("{role}.json"), reason));
            }
        }
        Ok(())
    }
}

/// The version of root metadata that nobody has verified yet.
pub fn version_stated(bytes: &[u8]) -> Option<u64> {
    Metadata::<Root>::from_slice(bytes)
        .ok()
        .map(|root| root.signed().version)
}

fn versioned(root: &Root, version: u64, file: &str) -> String {
    if root.consistent_snapshot {
        format!("{version}.{file}")
    } else {
        file.to_owned()
    }
}

fn hash_of(target: &TargetFile) -> Option<&String> {
    target.hashes.get("sha256").or_else(|| target.hashes.get("sha512"))
}

/// The length and every hash that is known, of which there must be one.
fn is_listed(bytes: &[u8], target: &TargetFile) -> Result<(), String> {
    if bytes.len() as u64 != target.length {
        return Err(format!("{} bytes, expected {}", bytes.len(), target.length));
    }
    let mut compared = false;
    for (algorithm, expected) in &target.hashes {
        let found = match algorithm.as_str() {
            "sha256" => hex::encode(Sha256::digest(bytes)),
            "sha512" => hex::encode(Sha512::digest(bytes)),
            _ => continue,
        };
        if !found.eq_ignore_ascii_case(expected) {
            return Err(format!("its {algorithm} is {found}, expected {expected}"));
        }
        compared = true;
    }
    if compared {
        Ok(())
    } else {
        Err("it is listed without a sha256 or sha512".to_owned())
    }
}

pub fn fault(kind: FaultKind, file: &str, reason: String) -> Fault {
    Fault {
        kind,
        file: file.to_owned(),
        reason,
        hint: None,
    }
}

fn lacks(file: &str, entry: &str) -> Stop {
    Stop::Fault(Box::new(fault(
        FaultKind::Malformed,
        file,
        format!("it does not name `{entry}`"),
    )))
}

fn too_large(path: &str, limit: u64) -> Stop {
    let reason = format!("more than {limit} bytes");
    Stop::Fault(Box::new(fault(FaultKind::TooLarge, path, reason)))
}

fn stop(file: &str, error: &Error) -> Stop {
    let kind = match error {
        Error::DuplicateSignature { .. } | Error::ThresholdNotMet { .. } => FaultKind::Threshold,
        Error::Rollback { .. } | Error::EqualVersion { .. } => FaultKind::Rollback,
        Error::BadRootVersion { trusted, new } if new <= trusted => FaultKind::Rollback,
        Error::BadRootVersion { .. } => FaultKind::Mixed,
        Error::Expired { .. } => FaultKind::Expired,
        Error::IntegrityMismatch(_) => FaultKind::Altered,
        _ => FaultKind::Malformed,
    };
    Stop::Fault(Box::new(fault(kind, file, in_words(error))))
}

/// As [`stop`]; a whole file of another version is told apart from bytes that nobody signed.
fn stop_pinned<T: Role>(file: &str, error: &Error, bytes: &[u8], pinned: u64) -> Stop {
    if matches!(error, Error::IntegrityMismatch(_))
        && let Ok(metadata) = Metadata::<T>::from_slice(bytes)
        && metadata.signed().version() != pinned
    {
        let reason = format!("its version is {}, expected {pinned}", metadata.signed().version());
        return Stop::Fault(Box::new(fault(FaultKind::Mixed, file, reason)));
    }
    stop(file, error)
}

fn in_words(error: &Error) -> String {
    let mut words = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        words.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    words
}
