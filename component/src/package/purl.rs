//! A package URL in the parts that rules compare.

use packageurl::PackageUrl;

use super::Ecosystem;
use crate::limits;

#[derive(Debug, Clone)]
pub(crate) struct Purl {
    /// `type/namespace/name`, decoded and in the letter case that the type prescribes.
    pub path: String,
    /// The same in lower case.
    pub folded: String,
    pub version: Option<String>,
    parsed: PackageUrl<'static>,
}

impl Purl {
    /// None for what is no package URL, or breaks the rules of its type.
    pub fn read(text: &str) -> Option<Self> {
        if text.len() > limits::PURL_BYTES {
            return None;
        }
        let parsed: PackageUrl<'static> = text.parse().ok()?;
        let kind = parsed.ty();
        let path = match parsed.namespace() {
            Some(namespace) => format!("{kind}/{namespace}/{}", parsed.name()),
            None => format!("{kind}/{}", parsed.name()),
        };
        if path.split('/').any(str::is_empty) {
            return None;
        }
        let epoch = parsed.qualifiers().get("epoch").map(AsRef::as_ref);
        let version = parsed.version().map(|version| with_epoch(kind, version, epoch));
        Some(Self {
            folded: folded(kind, &path),
            path,
            version,
            parsed,
        })
    }

    /// The type, such as `deb`.
    pub fn kind(&self) -> &str {
        self.parsed.ty()
    }

    /// In its canonical spelling, without version, qualifiers and subpath.
    pub fn package(&self) -> String {
        let mut bare = self.parsed.clone();
        bare.without_version().without_subpath().clear_qualifiers();
        bare.to_string()
    }

    pub fn ecosystem(&self) -> Option<Ecosystem> {
        Ecosystem::of(self.kind())
    }
}

/// Trivy writes the epoch of a Debian version as a qualifier; others leave it in the version, where Debian has it.
fn with_epoch(kind: &str, version: &str, epoch: Option<&str>) -> String {
    match epoch {
        Some(epoch) if kind == "deb" && !version.contains(':') => format!("{epoch}:{version}"),
        _ => version.to_owned(),
    }
}

/// Letter case aside, and of PyPI's names the separators too (PEP 503: runs of `-`, `_` and `.` are one `-`).
pub(super) fn folded(kind: &str, text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    if !kind.eq_ignore_ascii_case("pypi") {
        return lower;
    }
    let mut folded = String::with_capacity(lower.len());
    for c in lower.chars().map(|c| if matches!(c, '_' | '.') { '-' } else { c }) {
        if c != '-' || !folded.ends_with('-') {
            folded.push(c);
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_of_pypi_has_one_folded_spelling() {
        for name in ["ruamel.yaml", "ruamel_yaml", "Ruamel--Yaml", "ruamel-yaml"] {
            assert_eq!(folded("pypi", name), "ruamel-yaml", "{name}");
        }
        assert_eq!(folded("npm", "Left_Pad"), "left_pad");
    }

    #[test]
    fn parts_are_decoded_and_cased_by_type() {
        let purl = Purl::read("pkg:npm/%40angular/core@1.2.3?arch=any#sub").unwrap();
        assert_eq!(
            (purl.path.as_str(), purl.package().as_str(), purl.version.as_deref()),
            ("npm/@angular/core", "pkg:npm/%40angular/core", Some("1.2.3"))
        );
        assert_eq!(Purl::read("pkg:PyPI/Flask_Login@1").unwrap().path, "pypi/flask-login");
        let trivy = Purl::read("pkg:deb/debian/zlib1g@1.2.13.dfsg-1?arch=amd64&epoch=1").unwrap();
        assert_eq!(trivy.version.as_deref(), Some("1:1.2.13.dfsg-1"));
        let plain = Purl::read("pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1").unwrap();
        assert_eq!(plain.version, trivy.version);
    }

    #[test]
    fn no_package_url_fail() {
        let long = format!("pkg:npm/{}", "a".repeat(limits::PURL_BYTES));
        for text in [
            "",
            "zlib1g",
            "pkg:",
            "pkg:npm",
            "pkg:npm/",
            "PKG:npm/a",
            "pkg:swift/a",
            "pkg:npm/%ff",
            "pkg:npm/a%2F%2Fb",
            &long,
        ] {
            assert!(Purl::read(text).is_none(), "{text}");
        }
    }
}
