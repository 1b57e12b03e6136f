//! A signature that does not say of which image it is, where a policy lets one signer sign several: whoever can push to one of
//! the repositories can show another's signed image there.

use super::faults::{Faults, Place};
use super::{DockerReference, Policy, Rule, RuleKind};
use crate::signer::{Recognises, Signer};

/// One warning for each rule and entry of `images`.
pub(super) fn warn(policy: &Policy, faults: &mut Faults) {
    for entry in policy.images.iter().filter(|entry| !entry.pattern.is_literal()) {
        for rule in entry.rules.iter().filter_map(|name| policy.rules.get(name)) {
            if let Some(signer) = signs_many(policy, rule) {
                let message = format!(
                    "`{}` lets `{signer}` sign every image that `{}` matches: one of them can be shown as another",
                    rule.name, entry.pattern
                );
                let place = Place {
                    line: entry.line,
                    column: 0,
                };
                let hint = "`docker-reference: required` compares names, where signatures have one; a signer for each \
                            repository tells them apart; `docker-reference: reported` says that it is meant so";
                faults.warning(place, message, hint);
            }
        }
    }
}

/// A signer whose evidence is the same whatever the repository.
fn signs_many<'p>(policy: &'p Policy, rule: &'p Rule) -> Option<&'p str> {
    let RuleKind::Signature(signature) = &rule.kind else {
        return None;
    };
    if signature.docker_reference != DockerReference::Unsaid {
        return None;
    }
    let signers = signature
        .by
        .signers()
        .iter()
        .filter_map(|name| policy.signers.get(name));
    signers
        .filter(|signer| is_of_many(signer))
        .map(|signer| signer.name.as_str())
        .next()
}

fn is_of_many(signer: &Signer) -> bool {
    match &signer.recognises {
        Recognises::Keys(_) => true,
        Recognises::Github(github) => !github.repository.is_literal(),
        Recognises::Gitlab(gitlab) => !gitlab.project.is_literal(),
        Recognises::Buildkite(buildkite) => !buildkite.pipeline.is_literal(),
        // one identity, or warned about by its own pattern
        Recognises::Circleci(_) | Recognises::Keyless(_) | Recognises::Certificate(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::policy::tests::{SIGNED, read};

    fn warnings(signer: &str, matched: &str, more: &str) -> Vec<String> {
        let signers = SIGNED.split_once("rules:").unwrap().0;
        let document = format!(
            "{signers}{signer}rules:\n  signed:\n    signature: {{ by: {{ any-of: [release{more}\n  \
             images:\n  - match: {matched}\n    rules: [signed]\n"
        );
        let policy = read(&document.replace("\n  images", "\nimages")).unwrap();
        let of_names = policy.warnings.into_iter().map(|one| one.message);
        of_names.filter(|one| one.contains("shown as another")).collect()
    }

    #[test]
    fn one_key_for_several_repositories_is_told() {
        let key = "  ops: { key: one.pub }\n";
        assert_eq!(
            warnings(key, "ghcr.io/acme/**", ", ops] } }"),
            [
                "`signed` lets `ops` sign every image that `ghcr.io/acme/**` matches: one of them can be shown as another"
            ]
        );
        assert_eq!(warnings(key, "ghcr.io/acme/api", ", ops] } }").len(), 0);
        assert_eq!(warnings("", "ghcr.io/acme/**", "] } }").len(), 0);
        for word in ["required", "reported"] {
            let said = format!(", ops] }}, docker-reference: {word} }}");
            assert_eq!(warnings(key, "ghcr.io/acme/**", &said).len(), 0);
        }
    }

    #[test]
    fn any_repository_of_an_owner_is_told() {
        let all = "  all: { github: { repository: acme/*, workflow: acme/ci/.github/workflows/x.yml, ref: refs/heads/main } }\n";
        assert_eq!(warnings(all, "ghcr.io/acme/*", ", all] } }").len(), 1);
    }
}
