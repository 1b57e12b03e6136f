//! Packages as SBOMs and policies name them: package URLs (github.com/package-url/purl-spec), patterns for them, and
//! conditions on their versions.

mod debian;
mod ecosystem;
mod pattern;
mod purl;
mod versions;

pub use ecosystem::Ecosystem;
pub use pattern::{Pattern, PatternError};
pub(crate) use purl::Purl;
pub(crate) use versions::Inside;
pub use versions::{Versions, VersionsError};
