//! The two kinds of pattern that a policy has: globs of three tokens, and anchored regular expressions.

/// `*` matches inside a segment, `**` stands for any number of whole segments, everything else is literal; segments end at `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(String);

/// Anchored at both ends, without flags.
#[derive(Debug, Clone)]
pub struct Regexp(String);
