//! The builder: it fits who signed, and is whom the policy names.

use super::{Claim, case_hint, claim, differs};
use crate::pattern::UriGlob;
use crate::policy::ProvenanceRule;
use crate::predicate::slsa::Provenance;
use crate::rules::Objection;
use crate::wit::evidence::CertificateIdentity;

pub(super) fn judge(
    rule: &ProvenanceRule,
    provenance: &Provenance<'_>,
    identity: Option<&CertificateIdentity>,
) -> Vec<Objection> {
    let found = provenance.builder;
    let misfit = identity.and_then(|identity| misfit(found, identity));
    let other = rule.builder.as_ref().filter(|expected| !expected.matches(found));
    let named = other.map(|expected| super::Objection {
        hint: hint(expected, found),
        ..differs("builder", "builder", format!("`{expected}`"), Some(found))
    });
    misfit.into_iter().chain(named).collect()
}

/// A certificate proves who built. Demanded whether the policy names a builder or not: a statement that names another one
/// than its certificate is wrong about what it is for.
fn misfit(builder: &str, identity: &CertificateIdentity) -> Option<Objection> {
    if is_subject(builder, identity) || is_runner(builder, identity) {
        return None;
    }
    let mut expected = format!("`{}`, with or without its ref", identity.subject);
    if let Some(runner) = runner(identity) {
        expected.push_str(&format!(", or `{runner}`"));
    }
    let message = "the builder does not fit the certificate".to_owned();
    Some(super::Objection {
        message,
        hint: case_hint(&identity.subject, builder),
        ..differs("certificate-builder", "builder", expected, Some(builder))
    })
}

/// The subject alternative name, with or without its ref.
pub(super) fn is_subject(builder: &str, identity: &CertificateIdentity) -> bool {
    identity.kind == "uri"
        && !builder.is_empty()
        && (builder == identity.subject || Some(builder) == without_ref(&identity.subject))
}

/// GitHub's id of its own runners: the server of the workflow and the environment that the certificate claims.
pub(super) fn is_runner(builder: &str, identity: &CertificateIdentity) -> bool {
    runner(identity).is_some_and(|runner| runner == builder)
}

fn runner(identity: &CertificateIdentity) -> Option<String> {
    let environment = claim(identity, Claim::RunnerEnvironment)?;
    let host = identity.subject.strip_prefix("https://")?.split('/').next()?;
    (identity.kind == "uri").then(|| format!("https://{host}/actions/runner/{environment}"))
}

/// The first `@refs/` parts them: a ref may hold any number of `@`. Without it the ref is the digest of a commit.
pub(super) fn without_ref(subject: &str) -> Option<&str> {
    if let Some(at) = subject.find("@refs/") {
        return Some(&subject[..at]);
    }
    let (path, commit) = subject.rsplit_once('@')?;
    (matches!(commit.len(), 40 | 64) && commit.bytes().all(|b| b.is_ascii_hexdigit())).then_some(path)
}

fn hint(expected: &UriGlob, found: &str) -> Option<String> {
    let bare = without_ref(found).filter(|bare| expected.matches(bare));
    match bare {
        Some(_) => Some(format!("the id has a ref: `{expected}@refs/tags/*` for any tag")),
        None => case_hint(&expected.to_string(), found),
    }
}
