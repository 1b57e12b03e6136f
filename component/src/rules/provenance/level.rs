//! The level of SLSA's build track that a builder is known to reach (slsa.dev/spec/v1.2/build-track-basics).

use super::builder::{is_runner, is_subject};
use super::{Claim, claim, objection};
use crate::pattern::UriGlob;
use crate::policy::LevelDemand;
use crate::predicate::slsa::Provenance;
use crate::rules::Judged;
use crate::signer::GITHUB_ISSUER;
use crate::wit::evidence::CertificateIdentity;

/// A released workflow of slsa-github-generator, named by the certificate: each `…_slsa3.yml` is built to reach level 3
/// (its README.md and SPECIFICATIONS.md). At a branch or a commit it is anybody's.
const GENERATOR: &str = "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/";

/// What is known without the policy, with the reason. It rests on the certificate alone: who has a key can write any builder.
fn known(provenance: &Provenance<'_>, identity: Option<&CertificateIdentity>) -> (u8, &'static str) {
    let Some(identity) = identity else {
        return (1, "a key certifies no builder");
    };
    let fits = is_subject(provenance.builder, identity) || is_runner(provenance.builder, identity);
    let hosted = claim(identity, Claim::RunnerEnvironment) == Some("github-hosted");
    if !fits || !hosted || identity.issuer != GITHUB_ISSUER {
        return (1, "nothing more is known of this builder");
    }
    if is_subject(provenance.builder, identity) && is_generator(&identity.subject) {
        return (
            3,
            "a released workflow of slsa-github-generator on a runner of GitHub's",
        );
    }
    // docs.github.com, "Artifact attestations": by itself level 2; 3 takes a reusable workflow that isolates the build, which
    // nobody but the policy's author can know of
    (2, "a runner of GitHub's")
}

fn is_generator(subject: &str) -> bool {
    let rest = subject.strip_prefix(GENERATOR).unwrap_or_default();
    let Some((file, tag)) = rest.split_once("@refs/tags/v") else {
        return false;
    };
    file.ends_with("_slsa3.yml")
        && !file.contains(['/', '@'])
        && !tag.is_empty()
        && tag.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

/// The policy's own rating holds; of several that match, the lowest.
fn rated(builders: &[(UriGlob, u8)], builder: &str) -> Option<u8> {
    let matching = builders.iter().filter(|(glob, _)| glob.matches(builder));
    matching.map(|(_, level)| *level).min()
}

pub(super) fn judge(
    demand: &LevelDemand,
    provenance: &Provenance<'_>,
    identity: Option<&CertificateIdentity>,
    judged: &mut Judged,
) {
    let (level, reason) = match rated(&demand.builders, provenance.builder) {
        Some(level) => (level, "the policy says so"),
        None => known(provenance, identity),
    };
    if level >= demand.least {
        judged.remarks.push(format!("SLSA build level {level}: {reason}"));
        return;
    }
    judged.objections.push(objection(
        "level",
        "the builder reaches a lower level".to_owned(),
        format!("SLSA build level {} or higher", demand.least),
        format!("level {level}: {reason}"),
        Some("a builder that you have judged yourself goes into `builders`, with its level".to_owned()),
    ));
}
