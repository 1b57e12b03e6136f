//! Globs over URIs: builders, repositories, materials.

use std::fmt;
use std::str::FromStr;

use super::{Glob, GlobError};

/// Without a `*` the very text. Else a glob whose scheme is literal: `https://` has an empty segment, which no glob matches, so
/// the globs' rules hold for what follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UriGlob {
    Exact(String),
    Glob {
        /// Before `://`; none where the URI has no authority, such as `pkg:docker/alpine@*`.
        scheme: Option<String>,
        rest: Glob,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UriGlobError {
    Glob(GlobError),
    /// A wildcard or another foreign character before `://`.
    Scheme(String),
}

impl FromStr for UriGlob {
    type Err = UriGlobError;

    fn from_str(text: &str) -> Result<Self, UriGlobError> {
        if !text.contains('*') {
            return exact(text);
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            let rest = text.parse().map_err(UriGlobError::Glob)?;
            return Ok(Self::Glob { scheme: None, rest });
        };
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '+' | '.' | '-');
        if scheme.is_empty() || !scheme.chars().all(good) {
            return Err(UriGlobError::Scheme(scheme.to_owned()));
        }
        Ok(Self::Glob {
            scheme: Some(scheme.to_owned()),
            rest: rest.parse().map_err(UriGlobError::Glob)?,
        })
    }
}

fn exact(text: &str) -> Result<UriGlob, UriGlobError> {
    if text.is_empty() {
        return Err(UriGlobError::Glob(GlobError::Empty));
    }
    if let Some(foreign) = text.chars().find(|c| c.is_control() || c.is_whitespace()) {
        return Err(UriGlobError::Glob(GlobError::NotAToken(foreign)));
    }
    Ok(UriGlob::Exact(text.to_owned()))
}

impl UriGlob {
    /// A ref may hold any number of `@`: a branch can be called `evil@refs/tags/v1`. So a glob must also match when each `@`
    /// of the ref is something else.
    pub fn matches(&self, uri: &str) -> bool {
        match self {
            Self::Exact(text) => text == uri,
            Self::Glob { scheme, rest } => {
                let found = match (scheme, uri.split_once("://")) {
                    (Some(scheme), Some((found, rest))) if scheme == found => rest,
                    (None, None) => uri,
                    _ => return false,
                };
                !is_elsewhere(found, scheme.is_some()) && rest.matches(found) && rest.matches(&mask_ref(found))
            }
        }
    }

    /// The host is a wildcard, or the owner, which is the first segment after it.
    pub fn may_match_other_owner(&self) -> bool {
        match self {
            Self::Exact(_) => false,
            Self::Glob { rest, .. } => rest.segments().take(2).any(|segment| segment.contains('*')),
        }
    }
}

/// Who follows the URI ends elsewhere than its text says: by `..`, or because its host ends early.
fn is_elsewhere(rest: &str, has_host: bool) -> bool {
    let dots = |segment: &str| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
    let host = rest.split('/').next().unwrap_or_default();
    rest.contains('\\') || rest.split('/').any(dots) || (has_host && host.contains(['@', '?', '#', '%']))
}

/// `uri` with each `@` of its ref replaced.
pub(crate) fn mask_ref(uri: &str) -> String {
    match uri.find("@refs/").or_else(|| uri.find('@')) {
        Some(at) => format!("{}@{}", &uri[..at], uri[at + 1..].replace('@', "\u{fffd}")),
        None => uri.to_owned(),
    }
}

impl fmt::Display for UriGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(text) => f.write_str(text),
            Self::Glob { scheme: None, rest } => rest.fmt(f),
            Self::Glob {
                scheme: Some(scheme),
                rest,
            } => write!(f, "{scheme}://{rest}"),
        }
    }
}

impl fmt::Display for UriGlobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Glob(error) => error.fmt(f),
            Self::Scheme(found) => write!(f, "a URI pattern with the scheme `{}`", found.escape_default()),
        }
    }
}

impl std::error::Error for UriGlobError {}

impl UriGlobError {
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Glob(error) => error.hint(),
            Self::Scheme(_) => "the scheme is written out, in lower case: `https://host/…`",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glob(text: &str) -> UriGlob {
        text.parse().unwrap()
    }

    #[test]
    fn without_a_star_it_is_the_very_text() {
        let project = "https://gitlab.com/acme/api//.gitlab-ci.yml@refs/heads/main";
        assert!(glob(project).matches(project));
        assert!(!glob("https://github.com/acme/api").matches("https://github.com/acme/api/"));
        assert!(!glob("https://github.com/acme/api").matches("https://github.com/Acme/api"));
    }

    #[test]
    fn who_follows_it_must_not_end_elsewhere_fail() {
        let acme = glob("https://github.com/acme/**");
        assert!(acme.matches("https://github.com/acme/api"));
        for uri in [
            "https://github.com/acme/../evil/api",
            "https://github.com/acme/%2e%2E/evil/api",
        ] {
            assert!(!acme.matches(uri), "{uri}");
        }
        let hosts = glob("https://*.corp.example/acme/*");
        for uri in [
            "https://evil.example#.corp.example/acme/x",
            "https://evil.example?.corp.example/acme/x",
        ] {
            assert!(!hosts.matches(uri), "{uri}");
        }
    }

    #[test]
    fn stars_stay_in_their_segment_and_after_the_scheme() {
        let builder = glob("https://github.com/acme/ci/.github/workflows/release.yml@refs/tags/v*");
        let id = |reference: &str| format!("https://github.com/acme/ci/.github/workflows/release.yml@{reference}");
        assert!(builder.matches(&id("refs/tags/v1.2")));
        assert!(!builder.matches(&id("refs/tags/v1/evil")));
        assert!(!builder.matches(&id("refs/tags/v1").replace("https", "http")));
        assert!(glob("pkg:docker/alpine@*").matches("pkg:docker/alpine@3.19?platform=linux%2Famd64"));
        assert!(!glob("**").matches("https://github.com/acme/api"));
    }

    #[test]
    fn an_at_sign_of_a_branch_is_no_at_sign_of_the_pattern_fail() {
        let builder = glob("https://github.com/acme/**/*@refs/tags/v*");
        assert!(builder.matches("https://github.com/acme/ci/.github/workflows/x.yml@refs/tags/v1"));
        assert!(!builder.matches("https://github.com/acme/ci/.github/workflows/x.yml@refs/heads/evil@refs/tags/v1"));
    }

    #[test]
    fn a_pattern_that_can_match_nothing_is_refused_error() {
        for text in ["*://github.com/a", "HTTPS://github.com/*", "://a/*"] {
            assert!(
                matches!(text.parse::<UriGlob>(), Err(UriGlobError::Scheme(_))),
                "{text}"
            );
        }
        for text in ["", "https://a/*//b", "a b", "https://a/\u{7}", "https://a/**b"] {
            assert!(matches!(text.parse::<UriGlob>(), Err(UriGlobError::Glob(_))), "{text}");
        }
    }

    #[test]
    fn another_owner_is_noticed() {
        assert!(glob("https://github.com/*/api").may_match_other_owner());
        assert!(glob("https://*/acme/api").may_match_other_owner());
        assert!(!glob("https://github.com/acme/*").may_match_other_owner());
    }
}
