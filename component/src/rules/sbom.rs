//! `sbom`: an SBOM of the image, complete as far as a standard asks, with packages that must, must not or may only be there in
//! certain versions (docs/rules/sbom.md).
//!
//! Not monotone where it denies packages: an SBOM that is withheld cannot deny.

mod elements;
mod packages;

use std::collections::BTreeSet;

use super::listed::{self, Listed};
use super::{About, Document, Effect, Judged, Objection};
use crate::package::Purl;
use crate::policy::SbomRule;
use crate::policy::kinds::sbom::SubjectName;
use crate::predicate::sbom::{self, Reading, Sbom};
use crate::predicate::{Malformed, shown};

pub(crate) fn judge(rule: &SbomRule, document: &Document<'_>, about: &About<'_>) -> Result<Judged, Malformed> {
    let inner = sbom::document(document.predicate())?;
    let sbom = match sbom::read(document.predicate_type(), &inner)? {
        Reading::Sbom(sbom) => sbom,
        Reading::Unsupported { format, version } => return Ok(listed::only(listed::unsupported(format, &version))),
    };
    let mut listed = Listed::default();
    subject(rule, &sbom, about, &mut listed);
    let mut elements = elements::Missing::new(&rule.elements, &sbom)?;
    let mut packages = packages::Packages::new(rule);
    let mut count = 0_usize;
    sbom.packages(|package| {
        count += usize::from(!package.is_place);
        elements.look_at(&package);
        packages.look_at(&package, &mut listed);
    })?;
    if count == 0 {
        listed.push(listed::no_packages());
    }
    packages.finish(&mut listed);
    elements.finish(&mut listed);
    Ok(Judged {
        objections: listed.finish(),
        remarks: vec![format!("{} {}, {count} packages", sbom.format, sbom.version)],
    })
}

/// Whether the rule counts what the document says as said of this image: where it must name it and does not, it does not.
pub(crate) fn is_about(rule: &SbomRule, document: &Document<'_>, about: &About<'_>) -> bool {
    let denies = |sbom: &Sbom<'_>| {
        let mut listed = Listed::default();
        subject(rule, sbom, about, &mut listed);
        listed.finish().iter().any(|one| one.effect == Effect::Denies)
    };
    let inner = sbom::document(document.predicate());
    let read = inner
        .as_ref()
        .ok()
        .map(|inner| sbom::read(document.predicate_type(), inner));
    matches!(read, Some(Ok(Reading::Sbom(sbom))) if !denies(&sbom))
}

/// The document's own date.
pub(crate) fn date(document: &Document<'_>) -> Result<Option<i64>, Malformed> {
    let inner = sbom::document(document.predicate())?;
    match sbom::read(document.predicate_type(), &inner)? {
        Reading::Sbom(sbom) => sbom.date(),
        Reading::Unsupported { .. } => Ok(None),
    }
}

/// Many tools name the image that they looked at. A digest before the push can differ rightly, so another one is a finding
/// only where the rule asks for the image's.
fn subject(rule: &SbomRule, sbom: &Sbom<'_>, about: &About<'_>, listed: &mut Listed) {
    let named: BTreeSet<String> = sbom.subjects.iter().filter_map(|name| digest(name)).collect();
    // of a platform the index may be named, never another platform
    let kin = match about.platform {
        Some(_) => about.kin.get(..1).unwrap_or_default(),
        None => about.kin,
    };
    let known = kin.iter().chain([&about.digest]).chain(&about.config);
    if known.into_iter().any(|digest| named.contains(&digest.to_string())) {
        return;
    }
    let effect = match rule.subject {
        SubjectName::Required => Effect::Denies,
        SubjectName::Reported if named.is_empty() => return,
        SubjectName::Reported => Effect::Informs,
    };
    let found: Vec<String> = named.iter().take(3).map(|digest| shown(digest)).collect();
    listed.push(Objection {
        effect,
        id: Some("subject".to_owned()),
        aliases: Vec::new(),
        message: "the SBOM does not name this image".to_owned(),
        expected: about.digest.to_string(),
        found: match found.is_empty() {
            true => "no digest of an image".to_owned(),
            false => found.join(", "),
        },
        severity: None,
        hint: Some("scan the image by its digest, after it was pushed".to_owned()),
    });
}

/// `sha256:…` itself, or the version of a package URL of an image.
fn digest(name: &str) -> Option<String> {
    let text = match name.starts_with("pkg:") {
        true => {
            Purl::read(name)
                .filter(|purl| matches!(purl.kind(), "oci" | "docker"))?
                .version?
        }
        false => name.to_owned(),
    };
    text.starts_with("sha256:").then_some(text)
}

#[cfg(test)]
mod tests;
