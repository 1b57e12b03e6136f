//! The source: what the statement says it was built from, by the policy and by the certificate.

use super::{Claim, case_hint, claim, cut, differs, objection};
use crate::pattern::{Glob, UriGlob};
use crate::policy::ProvenanceRule;
use crate::predicate::slsa::{Checkout, Provenance, Source};
use crate::rules::provenance::builder::without_ref;
use crate::rules::{Judged, Objection};
use crate::wit::evidence::CertificateIdentity;

/// Who says which repository it must be.
struct Wanted<'w> {
    policy: Option<&'w UriGlob>,
    /// Outer none: signed with a key. Inner none: the certificate does not say.
    certificate: Option<Option<String>>,
}

pub(super) fn judge(
    rule: &ProvenanceRule,
    provenance: &Provenance<'_>,
    identity: Option<&CertificateIdentity>,
    judged: &mut Judged,
) {
    let wanted = Wanted {
        policy: rule.source.as_ref(),
        certificate: identity.map(|one| claim(one, Claim::SourceRepositoryUri).map(|uri| Checkout::of(uri).repository)),
    };
    match choose(rule, &provenance.source, &wanted) {
        Err(objection) => judged.objections.push(*objection),
        Ok(None) => judged
            .remarks
            .push("the statement says of no repository that it is the source".to_owned()),
        Ok(Some(source)) => {
            judged.remarks.push(remark(source));
            judged.objections.extend(reference(rule, source, identity));
            judged.objections.extend(revision(rule, source, identity));
            judged.objections.extend(workflow(rule, source, identity));
        }
    }
}

fn remark(source: &Checkout) -> String {
    let mut text = format!("source `{}`", cut(&source.repository));
    for (word, value) in [("at", &source.reference), ("revision", &source.revision)] {
        if let Some(value) = value {
            text.push_str(&format!(" {word} `{}`", cut(value)));
        }
    }
    text
}

/// None where the statement names no source and nobody asks for one.
fn choose<'s>(
    rule: &ProvenanceRule,
    source: &'s Source,
    wanted: &Wanted<'_>,
) -> Result<Option<&'s Checkout>, Box<Objection>> {
    let asked = rule.source.is_some() || rule.reference.is_some() || rule.revision.is_some() || rule.workflow.is_some();
    let certified = matches!(wanted.certificate, Some(Some(_)));
    match source {
        Source::Stated(stated) if wanted.takes(stated) => Ok(Some(stated)),
        Source::Stated(stated) => Err(Box::new(wanted.other(&[stated]))),
        Source::Unstated if asked => Err(Box::new(wanted.other(&[]))),
        Source::Unstated => Ok(None),
        Source::Dependencies(_) if !asked && !certified => Ok(None),
        Source::Dependencies(all) => {
            let matching: Vec<&Checkout> = all.iter().filter(|one| wanted.takes(one)).collect();
            match matching.as_slice() {
                [one] => Ok(Some(one)),
                [] if all.is_empty() && !asked => Ok(None),
                [] => Err(Box::new(wanted.other(&all.iter().collect::<Vec<_>>()))),
                several => Err(Box::new(ambiguous(several, wanted))),
            }
        }
    }
}

impl Wanted<'_> {
    /// Absent never equals: a certificate that names no repository confirms none.
    fn takes(&self, checkout: &Checkout) -> bool {
        let found = &checkout.repository;
        self.policy.is_none_or(|expected| expected.matches(found))
            && self
                .certificate
                .as_ref()
                .is_none_or(|claimed| claimed.as_ref() == Some(found))
    }

    fn other(&self, found: &[&Checkout]) -> Objection {
        let near = found.first().map(|near| near.repository.as_str());
        let unmatched = self
            .policy
            .filter(|expected| !near.is_some_and(|near| expected.matches(near)));
        let (id, message, expected, text) = match (unmatched, &self.certificate) {
            (Some(expected), _) => (
                "source",
                "the source differs",
                format!("`{expected}`"),
                expected.to_string(),
            ),
            (None, Some(Some(claimed))) => (
                "certificate-source",
                "the source is not the certificate's",
                format!("`{claimed}`, which the certificate claims"),
                claimed.clone(),
            ),
            (None, Some(None)) => (
                "certificate-source",
                "the certificate names no source repository",
                "the claim `source-repository-uri`".to_owned(),
                String::new(),
            ),
            (None, None) => (
                "source",
                "the source is not said",
                "a source repository".to_owned(),
                String::new(),
            ),
        };
        Objection {
            message: message.to_owned(),
            found: listed(found),
            hint: near.and_then(|near| case_hint(&text, near)),
            ..differs(id, "source", expected, None)
        }
    }
}

fn ambiguous(found: &[&Checkout], wanted: &Wanted<'_>) -> Objection {
    let hint = match wanted.policy {
        Some(_) => "the build type is not known, and the statement names the repository at several revisions",
        None => "the build type is not known: say which repository is the source with `source`",
    };
    objection(
        "source",
        "several git dependencies could be the source".to_owned(),
        "exactly one that matches".to_owned(),
        listed(found),
        Some(hint.to_owned()),
    )
}

fn listed(found: &[&Checkout]) -> String {
    const MOST: usize = 3;
    let mut text = match found {
        [] => "none: the statement does not say".to_owned(),
        _ => found
            .iter()
            .take(MOST)
            .map(|one| spelled(one))
            .collect::<Vec<_>>()
            .join(", "),
    };
    if found.len() > MOST {
        text.push_str(&format!(" and {} more", found.len() - MOST));
    }
    text
}

fn spelled(one: &Checkout) -> String {
    match one.reference.as_ref().or(one.revision.as_ref()) {
        Some(at) => format!("`{}@{}`", cut(&one.repository), cut(at)),
        None => format!("`{}`", cut(&one.repository)),
    }
}

/// Where the policy names a ref, a certificate must claim the same one: the workflow writes the statement, the authority the
/// certificate. So with the revision and the workflow.
fn reference(rule: &ProvenanceRule, source: &Checkout, identity: Option<&CertificateIdentity>) -> Option<Objection> {
    let expected = rule.reference.as_ref()?;
    let found = source.reference.as_deref();
    if !found.is_some_and(|found| expected.matches(found)) {
        return Some(Objection {
            hint: found.and_then(|found| glob_hint(expected, found)),
            ..differs("ref", "ref of the source", format!("`{expected}`"), found)
        });
    }
    unlike_claim("ref", found, identity?, Claim::SourceRepositoryRef, |claimed| claimed)
}

fn revision(rule: &ProvenanceRule, source: &Checkout, identity: Option<&CertificateIdentity>) -> Option<Objection> {
    let expected = rule.revision.as_deref()?;
    let found = source.revision.as_deref();
    if found != Some(expected) {
        return Some(differs(
            "revision",
            "revision of the source",
            format!("`{expected}`"),
            found,
        ));
    }
    unlike_claim("revision", found, identity?, Claim::SourceRepositoryDigest, |claimed| {
        claimed
    })
}

fn workflow(rule: &ProvenanceRule, source: &Checkout, identity: Option<&CertificateIdentity>) -> Option<Objection> {
    let expected = rule.workflow.as_ref()?;
    let found = source.workflow.as_deref();
    let Some(path) = found.filter(|found| expected.matches(found)) else {
        return Some(Objection {
            hint: found.and_then(|found| glob_hint(expected, found)),
            ..differs("workflow", "workflow", format!("`{expected}`"), found)
        });
    };
    let whole = format!("{}/{path}", source.repository);
    let bare = |claimed| without_ref(claimed).unwrap_or(claimed);
    unlike_claim("workflow", Some(&whole), identity?, Claim::BuildConfigUri, bare)
}

fn unlike_claim<'i>(
    noun: &str,
    found: Option<&str>,
    identity: &'i CertificateIdentity,
    of: Claim,
    part: impl FnOnce(&'i str) -> &'i str,
) -> Option<Objection> {
    let claimed = claim(identity, of).map(part);
    if claimed.is_some() && claimed == found {
        return None;
    }
    let expected = match claimed {
        Some(claimed) => format!("`{claimed}`, which the certificate claims"),
        None => format!("the claim `{}`", of.name()),
    };
    Some(Objection {
        message: format!("the {noun} is not the certificate's"),
        ..differs(&format!("certificate-{noun}"), noun, expected, found)
    })
}

fn glob_hint(expected: &Glob, found: &str) -> Option<String> {
    if expected.matches_ignoring_case(found, usize::MAX) {
        return Some("they differ only in upper and lower case".to_owned());
    }
    let deeper = expected
        .length()
        .is_some_and(|length| found.split('/').count() > length);
    (deeper && !expected.is_literal()).then(|| "`*` does not cross a `/`; `**` stands for whole segments".to_owned())
}
