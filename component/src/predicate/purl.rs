//! Package URLs (<https://github.com/package-url/purl-spec>), as far as two of them are compared.

use std::collections::BTreeMap;
use std::fmt;

use crate::digest::Digest;

/// `pkg:type/namespace/name@version?qualifiers#subpath`, taken apart and decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Purl {
    text: String,
    kind: String,
    /// Namespace and name.
    path: Vec<String>,
    version: Option<String>,
    qualifiers: BTreeMap<String, String>,
    subpath: Option<String>,
}

impl Purl {
    /// None where the text is no package URL.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("pkg:")?.trim_start_matches('/');
        let (rest, subpath) = cut_last(rest, '#');
        let (rest, qualifiers) = cut_last(rest, '?');
        let (kind, path) = rest.split_once('/')?;
        let name = path.rfind('/').map_or(0, |slash| slash + 1);
        let (path, version) = match path[name..].rfind('@').filter(|at| *at > 0) {
            Some(at) => (&path[..name + at], Some(&path[name + at + 1..])),
            None => (path, None),
        };
        let kind = kind.to_ascii_lowercase();
        let path: Vec<String> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| Some(normalised(&kind, decoded(segment)?)))
            .collect::<Option<_>>()?;
        if kind.is_empty() || path.is_empty() {
            return None;
        }
        Some(Self {
            text: text.to_owned(),
            kind,
            path,
            version: part(version)?,
            qualifiers: qualifiers.map_or(Some(BTreeMap::new()), self::qualifiers)?,
            subpath: part(subpath)?,
        })
    }

    /// Whether `package` is what this one names: a part that this one does not have is not compared, as VEX documents mean it.
    pub fn names(&self, package: &Self) -> bool {
        let same = |mine: &Option<String>, other: &Option<String>| mine.is_none() || mine == other;
        self.kind == package.kind
            && self.path == package.path
            && same(&self.version, &package.version)
            && same(&self.subpath, &package.subpath)
            && self
                .qualifiers
                .iter()
                .all(|(key, value)| package.qualifiers.get(key) == Some(value))
    }

    /// Type `oci` says that the version is the image's digest; `docker` allows it.
    pub fn image(&self) -> Option<Digest> {
        let image = matches!(self.kind.as_str(), "oci" | "docker");
        self.version.as_deref().filter(|_| image).and_then(Digest::parse)
    }

    /// Names an image, by digest or without.
    pub fn is_image(&self) -> bool {
        matches!(self.kind.as_str(), "oci" | "docker")
    }

    pub fn has_version(&self) -> bool {
        self.version.is_some()
    }

    /// With and without its version, both without qualifiers and subpath: what patterns are matched against.
    pub fn spellings(&self) -> Vec<String> {
        let bare = format!("pkg:{}/{}", self.kind, self.path.join("/"));
        match &self.version {
            Some(version) => vec![format!("{bare}@{version}"), bare],
            None => vec![bare],
        }
    }
}

impl fmt::Display for Purl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A part that need not be there; none of the outer where it cannot be decoded.
fn part(text: Option<&str>) -> Option<Option<String>> {
    match text.filter(|text| !text.is_empty()) {
        Some(text) => decoded(text).map(Some),
        None => Some(None),
    }
}

fn cut_last(text: &str, mark: char) -> (&str, Option<&str>) {
    match text.rsplit_once(mark) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

/// Names of Python packages have several spellings (PEP 503).
fn normalised(kind: &str, name: String) -> String {
    if kind == "pypi" {
        return name.to_ascii_lowercase().replace('_', "-");
    }
    name
}

fn qualifiers(text: &str) -> Option<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=')?;
        if found.insert(key.to_ascii_lowercase(), decoded(value)?).is_some() {
            return None;
        }
    }
    Some(found)
}

/// Percent-decoding (RFC 3986, 2.1); none for a `%` without two digits, and for what is then no UTF-8.
pub(crate) fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            let (high, low) = (digit(rest.next())?, digit(rest.next())?);
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(left: &str, right: &str) -> bool {
        Purl::parse(left).unwrap().names(&Purl::parse(right).unwrap())
    }

    #[test]
    fn a_part_that_is_not_named_is_not_compared() {
        let package = "pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?arch=amd64&distro=debian-12";
        for good in [
            package,
            "pkg:deb/debian/zlib1g",
            "pkg:deb/debian/zlib1g@1%3A1.2.13.dfsg-1",
            "pkg:DEB/debian/zlib1g?distro=debian-12",
            "pkg:deb/debian/zlib1g?ARCH=amd64",
        ] {
            assert!(names(good, package), "{good}");
        }
        for other in [
            "pkg:deb/debian/zlib1g@1.2.13",
            "pkg:deb/ubuntu/zlib1g",
            "pkg:deb/debian/zlib",
            "pkg:deb/zlib1g",
            "pkg:deb/debian/zlib1g?arch=arm64",
            "pkg:deb/debian/zlib1g#usr/lib",
            "pkg:rpm/debian/zlib1g",
        ] {
            assert!(!names(other, package), "{other}");
        }
    }

    #[test]
    fn scopes_are_no_versions() {
        assert!(names("pkg:npm/%40types/node@20.1.0", "pkg:npm/@types/node@20.1.0"));
        assert!(names("pkg:npm/@types/node", "pkg:npm/%40types/node@20.1.0"));
        assert!(names("pkg:pypi/Typing_Extensions", "pkg:pypi/typing-extensions@4.1"));
    }

    #[test]
    fn an_image_is_named_by_its_digest() {
        let digest = Digest::of(b"");
        let of = |text: &str| Purl::parse(text).unwrap().image();
        let escaped = digest.to_string().replace(':', "%3A");
        assert_eq!(
            of(&format!("pkg:oci/studio@{escaped}?repository_url=r.example/a")),
            Some(digest)
        );
        assert_eq!(of("pkg:oci/studio"), None);
        assert_eq!(of("pkg:oci/studio@v1"), None);
        assert_eq!(of(&format!("pkg:generic/studio@{escaped}")), None);
    }

    #[test]
    fn what_is_no_purl_names_nothing() {
        for wrong in [
            "",
            "zlib",
            "pkg:",
            "pkg:deb",
            "pkg:deb/",
            "pkg:/x",
            "pkg:deb/a%2",
            "pkg:deb/a%zz",
            "pkg:deb/a@%ff",
            "pkg:deb/a?b",
        ] {
            assert_eq!(Purl::parse(wrong), None, "{wrong}");
        }
    }
}
