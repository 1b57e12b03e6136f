//! Identities that nobody means: a regular expression that matches them is loose.

use std::collections::BTreeSet;

use super::{SubjectKind, TextMatch};
use crate::pattern::{Prefix, Regexp};

/// How far a pattern reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Looseness {
    /// Unrelated strangers match, such as every release workflow of GitHub.
    Anyone,
    /// Its beginning does not fix whose it is.
    OtherOwner,
    Tight,
}

/// Strangers, each list of one kind, each entry with whose it is.
const IDENTITIES: [&[(&str, &str)]; 4] = [
    &[
        (
            "stranger",
            "https://github.com/stranger/canary/.github/workflows/release.yml@refs/heads/main",
        ),
        (
            "stranger",
            "https://github.com/stranger/canary/.github/workflows/z.yml@refs/pull/1/merge",
        ),
        (
            "plain-canary",
            "https://github.com/plain-canary/app/.github/workflows/release.yml@refs/heads/main",
        ),
        (
            "plain-canary",
            "https://github.com/plain-canary/app/.github/workflows/ci.yaml@refs/tags/v1.0",
        ),
        (
            "another-canary",
            "https://github.com/another-canary/x.y/.github/workflows/ci.yaml@refs/tags/v1.0",
        ),
        (
            "UPPER",
            "https://github.com/UPPER/Case_1/.github/workflows/b@c.yml@refs/heads/evil@refs/heads/main",
        ),
    ],
    &[
        (
            "stranger",
            "https://gitlab.com/stranger/canary//.gitlab-ci.yml@refs/heads/main",
        ),
        (
            "plain-canary",
            "https://gitlab.com/plain-canary/app//.gitlab-ci.yml@refs/heads/main",
        ),
        ("a", "https://gitlab.com/a/b/c//ci/release.yml@refs/tags/v1.0"),
        (
            "x1",
            "https://gitlab.com/x1/y_2//.gitlab-ci.yml@refs/heads/evil@refs/heads/main",
        ),
    ],
    &[
        ("canary.example", "stranger@canary.example"),
        ("mail.another.test", "another.canary+1@mail.another.test"),
        ("UPPER.invalid", "X_1@UPPER.invalid"),
    ],
    &[
        ("canary.example", "stranger!canary.example"),
        ("another.test", "x1!another.test"),
    ],
];

const ISSUERS: [&str; 5] = [
    "https://token.actions.githubusercontent.com",
    "https://gitlab.com",
    "https://accounts.google.com",
    "https://token.actions.githubusercontent.com.canary.example",
    "https://canary.example/https://gitlab.com",
];

pub(crate) fn looseness_of_identity(identity: &TextMatch) -> Looseness {
    let TextMatch::Regexp(regexp) = identity else {
        return Looseness::Tight;
    };
    let strangers = IDENTITIES.iter().map(|kind| owners(kind, regexp)).max().unwrap_or(0);
    if strangers > 1 {
        return Looseness::Anyone;
    }
    let fixed = match identity.subject_kind() {
        SubjectKind::Uri => prefixes_fix(regexp, owner_is_fixed),
        SubjectKind::Email => domain_is_fixed(regexp, '@'),
        SubjectKind::Username => domain_is_fixed(regexp, '!'),
    };
    if strangers == 1 || !fixed {
        Looseness::OtherOwner
    } else {
        Looseness::Tight
    }
}

/// How many strangers of one kind match. One may be an accident of names; two have nothing in common.
fn owners(kind: &[(&str, &str)], regexp: &Regexp) -> usize {
    let matching = kind.iter().filter(|(_, canary)| regexp.matches(canary));
    matching.map(|(owner, _)| owner).collect::<BTreeSet<_>>().len()
}

pub(crate) fn looseness_of_issuer(issuer: &TextMatch) -> Looseness {
    let TextMatch::Regexp(regexp) = issuer else {
        return Looseness::Tight;
    };
    match ISSUERS.iter().filter(|canary| regexp.matches(canary)).count() {
        all if all == ISSUERS.len() => Looseness::Anyone,
        _ if prefixes_fix(regexp, host_is_fixed) => Looseness::Tight,
        _ => Looseness::OtherOwner,
    }
}

fn prefixes_fix(regexp: &Regexp, fixed: fn(&Prefix) -> bool) -> bool {
    regexp
        .prefixes()
        .is_some_and(|prefixes| !prefixes.is_empty() && prefixes.iter().all(fixed))
}

/// `scheme://host/owner/`, or the whole of it.
fn owner_is_fixed(prefix: &Prefix) -> bool {
    prefix.whole || prefix.text.split('/').count() > 4
}

/// `scheme://host/`, or the whole of it.
fn host_is_fixed(prefix: &Prefix) -> bool {
    prefix.whole || prefix.text.split('/').count() > 3
}

/// Literal from `@` (or `!`) to the end: the text after the last one has no token but escaped dots.
fn domain_is_fixed(regexp: &Regexp, separator: char) -> bool {
    let literal = |domain: &str| {
        let plain = domain.replace("\\.", "");
        !plain.is_empty() && plain.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let prefixes = |prefix: &Prefix| prefix.whole;
    !regexp.as_str().contains('|')
        && regexp
            .as_str()
            .rsplit_once(separator)
            .is_some_and(|(_, domain)| literal(domain))
        || prefixes_fix(regexp, prefixes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(source: &str) -> Looseness {
        looseness_of_identity(&TextMatch::Regexp(source.parse().unwrap()))
    }

    #[test]
    fn whoever_matches_unrelated_strangers_is_anyone() {
        for source in [
            ".*",
            "https://.*",
            r"https://github\.com/.*",
            r"https://github\.com/.+/\.github/workflows/.*@.*",
            ".*@.*",
            ".+",
            r"https://gitlab\.com/.*",
            r"(https://github\.com/acme/.*|.*)",
            r"[^!]+![^!]+",
            r".*/\.github/workflows/release\.yml@refs/heads/main|https://x",
            r"https://github\.com/[^/@]+/[^/@]+/\.github/workflows/[^/@]+@refs/heads/[^@]+",
        ] {
            assert_eq!(identity(source), Looseness::Anyone, "{source}");
        }
    }

    #[test]
    fn a_beginning_that_does_not_fix_the_owner_is_loose() {
        for source in [
            r"https://github\.com/acme.*/api/\.github/workflows/release\.yml@refs/heads/main",
            r"https://github\.com/[^/]+/api/\.github/workflows/release\.yml@refs/heads/main",
            r".*acme\.com|a@b",
            r".*@.*acme\.com",
            r".*@acme.com",
        ] {
            assert_eq!(identity(source), Looseness::OtherOwner, "{source}");
        }
    }

    #[test]
    fn fixed_owners_are_tight() {
        for source in [
            r"https://github\.com/Aleph-Alpha/shared-workflows/\.github/workflows/(build-and-push|scan-and-attest|scan-and-reattest)\.yaml@.*",
            r"https://github\.com/(acme|corp)/.*",
            r".*@acme\.com",
            r"(alice|bob)@acme\.com",
            r"spiffe://acme/.*/x|spiffe://acme/a/b",
        ] {
            assert_ne!(identity(source), Looseness::Anyone, "{source}");
        }
        assert_eq!(identity(r"https://github\.com/(acme|corp)/.*"), Looseness::Tight);
        assert_eq!(identity(r".*@acme\.com"), Looseness::Tight);
    }

    #[test]
    fn issuers_must_fix_their_host() {
        let issuer = |source: &str| looseness_of_issuer(&TextMatch::Regexp(source.parse().unwrap()));
        assert_eq!(issuer(".*"), Looseness::Anyone);
        assert_eq!(issuer(r"https://gitlab\.com"), Looseness::Tight);
        assert_eq!(issuer(r"https://login\.acme\.example/[0-9a-f-]+/v2"), Looseness::Tight);
        assert_eq!(issuer(r"https://gitlab\.com.*"), Looseness::OtherOwner);
    }
}
