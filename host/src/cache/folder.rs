//! Where this program keeps what can be had again: [XDG base
//! directories](https://specifications.freedesktop.org/basedir-spec/latest/).

use std::path::PathBuf;

use crate::ci::Environment;

/// `XDG_CACHE_HOME`, where it is an absolute path ("if an implementation encounters a relative path … it should consider
/// the path invalid and ignore it"), else `~/.cache`; and in it a folder of ours.
pub fn folder(environment: &Environment) -> Option<PathBuf> {
    let absolute = |name: &str| {
        let path = environment.variable(name).map(PathBuf::from);
        path.filter(|path| path.is_absolute())
    };
    let base = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    Some(base.join("portcullis"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_paths_are_ignored() {
        let of = |variables: &[(&str, &str)]| folder(&Environment::from_iter(variables.iter().copied()));
        assert_eq!(
            of(&[("XDG_CACHE_HOME", "/c"), ("HOME", "/h")]),
            Some(PathBuf::from("/c/portcullis"))
        );
        assert_eq!(
            of(&[("XDG_CACHE_HOME", "c"), ("HOME", "/h")]),
            Some(PathBuf::from("/h/.cache/portcullis"))
        );
        assert_eq!(of(&[("HOME", "h")]), None);
        assert_eq!(of(&[]), None);
    }
}
