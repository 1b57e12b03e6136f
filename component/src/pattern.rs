//! The two kinds of pattern that a policy has: globs of three tokens, and anchored regular expressions (docs/policy.md, meaning 5).

mod glob;
mod regexp;

pub use glob::{Glob, GlobError};
pub use regexp::{Prefix, Regexp, RegexpError};
