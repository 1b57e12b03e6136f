//! The kinds of pattern that a policy has: globs of three tokens, also over URIs, and anchored regular expressions
//! (docs/policy.md, meaning 5).

mod glob;
mod regexp;
mod uri;

pub use glob::{Glob, GlobError};
pub(crate) use regexp::is_anchored;
pub use regexp::{Prefix, Regexp, RegexpError};
pub(crate) use uri::mask_ref;
pub use uri::{UriGlob, UriGlobError};
