//! How versions are ordered, by the type of a package URL. Where a small crate knows the order it is that crate's; where none
//! does, there is no order rather than a guess.

use std::cmp::Ordering;

use super::debian;

/// Whose rules order versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ecosystem {
    /// semver.org: npm, cargo, golang (with `v`), hex.
    Semantic,
    /// PEP 440: pypi.
    Python,
    /// Debian policy, 5.6.12: deb.
    Debian,
}

impl Ecosystem {
    /// Of a package URL's type; none where no order is known.
    pub fn of(kind: &str) -> Option<Self> {
        match kind {
            "npm" | "cargo" | "golang" | "hex" => Some(Self::Semantic),
            "pypi" => Some(Self::Python),
            "deb" => Some(Self::Debian),
            _ => None,
        }
    }

    /// None where one of them is no version.
    pub(super) fn compare(self, left: &str, right: &str) -> Option<Ordering> {
        match self {
            Self::Semantic => Some(semantic(left)?.cmp_precedence(&semantic(right)?)),
            Self::Python => {
                let read = |text: &str| text.parse::<pep440_rs::Version>().ok();
                let (found, bound) = (read(left)?, read(right)?);
                // PEP 440: a condition without a local label takes versions with any
                let found = if bound.is_local() { found } else { found.without_local() };
                Some(found.cmp(&bound))
            }
            Self::Debian => debian::compare(left, right),
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Semantic => "semantic versioning",
            Self::Python => "PEP 440",
            Self::Debian => "Debian",
        }
    }
}

/// Go writes `v1.2.3`.
fn semantic(text: &str) -> Option<semver::Version> {
    semver::Version::parse(text.strip_prefix('v').unwrap_or(text)).ok()
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::*;

    /// `2.0.1+cu118` is a build of 2.0.1: a condition on 2.0.1 means it too.
    #[test]
    fn a_local_version_does_not_slip_past_a_condition_fail() {
        let compare = |left, right| Ecosystem::Python.compare(left, right);
        assert_eq!(compare("2.0.1+cu118", "2.0.1"), Some(Ordering::Equal));
        assert_eq!(compare("2.0.1+cu118", "2.0.1+cu117"), Some(Ordering::Greater));
        assert_eq!(compare("2.0.2+x", "2.0.1"), Some(Ordering::Greater));
    }
}
