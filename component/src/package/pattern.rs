//! `pkg:type/namespace/name` as policies name packages: a glob over the parts of a package URL, without version.

use std::fmt;
use std::str::FromStr;

use super::Purl;
use crate::pattern::{Glob, GlobError};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// As the policy writes it.
    text: String,
    kind: String,
    /// Over [`Purl::path`].
    glob: Glob,
    /// Over [`Purl::folded`].
    folded: Glob,
    /// The last segment of `folded`; none where it is anything.
    name: Option<Glob>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatternError {
    /// It does not begin with `pkg:`.
    Scheme,
    /// It has a version, qualifiers or a subpath.
    More(char),
    /// The type is missing, or a pattern itself.
    Type,
    Name,
    /// Against the rules of its type, in the words of the parser.
    Rules(String),
    Glob(GlobError),
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let path = text.strip_prefix("pkg:").ok_or(PatternError::Scheme)?;
        if let Some(more) = path.chars().find(|c| matches!(c, '?' | '#')) {
            return Err(PatternError::More(more));
        }
        // `@` begins a version in the last segment only, and not at its front: npm's scopes begin with one
        let last = path.rsplit('/').next().unwrap_or(path);
        if last.char_indices().any(|(at, c)| c == '@' && at > 0) {
            return Err(PatternError::More('@'));
        }
        let (kind, rest) = path.split_once('/').ok_or(PatternError::Name)?;
        if kind.is_empty() || kind.contains('*') {
            return Err(PatternError::Type);
        }
        if rest.is_empty() {
            return Err(PatternError::Name);
        }
        let path = match rest.contains('*') {
            true => format!("{}/{}", kind.to_ascii_lowercase(), rest.replace("%40", "@")),
            false => literal(text)?,
        };
        let glob = |text: &str| text.parse().map_err(PatternError::Glob);
        let folded = super::purl::folded(kind, &path);
        let name = folded.rsplit('/').next().filter(|name| *name != "**");
        Ok(Self {
            text: text.to_owned(),
            kind: kind.to_ascii_lowercase(),
            glob: glob(&path)?,
            folded: glob(&folded)?,
            name: name.map(glob).transpose()?,
        })
    }
}

fn literal(text: &str) -> Result<String, PatternError> {
    if let Some(purl) = Purl::read(text) {
        return Ok(purl.path);
    }
    let parsed: Result<packageurl::PackageUrl, _> = text.parse();
    Err(PatternError::Rules(
        parsed
            .err()
            .map_or_else(|| "too long".to_owned(), |error| error.to_string()),
    ))
}

impl Pattern {
    /// Letter case set aside, so that no spelling slips through: for what denies.
    pub(crate) fn catches(&self, purl: &Purl) -> bool {
        self.folded.matches(&purl.folded)
    }

    /// Exactly: for what admits.
    pub(crate) fn names(&self, purl: &Purl) -> bool {
        self.glob.matches(&purl.path)
    }

    /// Whether a package that is known by its name alone could be meant; names of some tools hold the group too
    /// (`@angular/core`, `org.apache:log4j`). Without a name it could.
    pub(crate) fn could_mean(&self, name: &str) -> bool {
        let last = name.rsplit(['/', ':']).find(|part| !part.is_empty());
        match (&self.name, last) {
            (Some(glob), Some(last)) => glob.matches(&super::purl::folded(&self.kind, last)),
            _ => true,
        }
    }

    pub fn kind(&self) -> &str {
        &self.kind
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheme => f.write_str("a package without `pkg:`"),
            Self::More(found) => write!(f, "a package with `{found}`"),
            Self::Type => f.write_str("a package without a type"),
            Self::Name => f.write_str("a package without a name"),
            Self::Rules(reason) => write!(f, "no package URL: {reason}"),
            Self::Glob(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for PatternError {}

impl PatternError {
    pub fn hint(&self) -> &'static str {
        match self {
            Self::More('@') => "the version goes into `versions`",
            Self::More(_) => "type, namespace and name only, without qualifiers and subpath",
            Self::Type => "the type is written out, such as `npm`: versions and names mean something in one type only",
            Self::Glob(error) => error.hint(),
            Self::Scheme | Self::Name | Self::Rules(_) => "`pkg:type/namespace/name`, such as `pkg:deb/debian/openssl`",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        text.parse().unwrap()
    }

    fn purl(text: &str) -> Purl {
        Purl::read(text).unwrap()
    }

    #[test]
    fn parts_are_compared_as_the_type_spells_them() {
        assert!(pattern("pkg:npm/@angular/core").names(&purl("pkg:npm/%40angular/core@1")));
        assert!(pattern("pkg:npm/%40angular/*").names(&purl("pkg:npm/%40angular/core@1")));
        assert!(pattern("pkg:pypi/Flask_Login").names(&purl("pkg:pypi/flask-login@1")));
        assert!(pattern("pkg:golang/github.com/acme/**").names(&purl("pkg:golang/github.com/acme/api/v2@v2.0.0")));
        assert!(!pattern("pkg:deb/debian/openssl").catches(&purl("pkg:deb/ubuntu/openssl@3")));
        assert!(!pattern("pkg:deb/*").catches(&purl("pkg:deb/debian/openssl@3")));
    }

    #[test]
    fn another_letter_case_is_caught_and_not_named_fail() {
        let evil = purl("pkg:maven/Org.Evil/Evil@1");
        assert!(pattern("pkg:maven/org.evil/evil").catches(&evil));
        assert!(!pattern("pkg:maven/org.evil/evil").names(&evil));
    }

    #[test]
    fn a_bare_name_could_be_what_ends_alike() {
        let log4j = pattern("pkg:maven/org.apache.logging.log4j/log4j-core");
        assert!(log4j.could_mean("Log4J-core") && log4j.could_mean("org.apache.logging.log4j:log4j-core"));
        assert!(log4j.could_mean("log4j-core/") && log4j.could_mean(""));
        assert!(!log4j.could_mean("log4j"));
        assert!(pattern("pkg:npm/@evil/**").could_mean("anything"));
    }

    #[test]
    fn what_is_no_package_fail() {
        let error = |text: &str| text.parse::<Pattern>().unwrap_err();
        assert_eq!(error("openssl"), PatternError::Scheme);
        assert_eq!(error("pkg:npm/a@1"), PatternError::More('@'));
        assert_eq!(error("pkg:npm/a?x=y"), PatternError::More('?'));
        assert_eq!(error("pkg:*/a"), PatternError::Type);
        assert_eq!(error("pkg:npm"), PatternError::Name);
        assert!(matches!(error("pkg:swift/a"), PatternError::Rules(_)));
        assert!(matches!(error("pkg:npm/a**"), PatternError::Glob(_)));
    }
}
