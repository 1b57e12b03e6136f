//! Where a trusted root came from, and how old it is as far as that can be proven.

use crate::digest::Digest;
use crate::limits;
use crate::wit::trust::{Source, TrustedRoot, Versions};

use super::TAKEN;
use super::tuf::Verified;

const DAY: i64 = 24 * 60 * 60;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub source: Source,
    pub versions: Option<Versions>,
    /// It was the newest at this time, seconds since 1970.
    pub as_of: Option<i64>,
    pub expires: Option<i64>,
    /// Seconds since `as_of` after which the policy no longer believes it.
    pub max_age: Option<i64>,
}

impl Origin {
    /// A file that the user handed in: nobody knows how old it is.
    pub fn file() -> Self {
        Self {
            source: Source::File,
            versions: None,
            as_of: None,
            expires: None,
            max_age: None,
        }
    }

    pub(super) fn embedded(root: u64) -> Self {
        Self {
            source: Source::Embedded,
            versions: Some(Versions {
                root,
                timestamp: None,
                snapshot: None,
                targets: None,
            }),
            as_of: Some(TAKEN),
            ..Self::file()
        }
    }

    pub(super) fn refreshed(verified: &Verified) -> Self {
        Self {
            source: Source::Refreshed,
            versions: Some(verified.versions),
            as_of: verified.as_of,
            expires: Some(verified.expires),
            max_age: None,
        }
    }

    pub fn describe(&self, name: &str, digest: Digest) -> TrustedRoot {
        TrustedRoot {
            name: name.to_owned(),
            digest: digest.to_string(),
            source: self.source,
            versions: self.versions,
            as_of: self.as_of,
            expires: self.expires,
        }
    }

    /// Seconds that have passed since it was the newest, where that can be proven; a time ahead makes it no younger than new.
    pub fn age(&self, now: i64) -> Option<i64> {
        self.as_of.map(|as_of| now.saturating_sub(as_of).max(0))
    }

    /// There may be logs and authorities by now that it cannot know. Where no age can be proven, it is old once it has
    /// been past its expiry for as long.
    pub fn is_old(&self, now: i64) -> bool {
        let since = self.as_of.or(self.expires);
        since.is_some_and(|since| now.saturating_sub(since) > limits::ROOT_DAYS * DAY)
    }
}

/// `1 day`, `41 days`.
pub fn days(seconds: i64) -> String {
    match seconds / DAY {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}
