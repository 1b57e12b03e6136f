//! `expression`: a condition over all statements about an image together (docs/rules/expression.md).
//!
//! Not monotone: over fewer statements `all` and `size` may become true. So each type that the rule needs must be there before
//! anything is evaluated, and the policy wants `max-age`.

use std::collections::BTreeSet;

use super::{About, Document, Effect, Judged, Objection, condition};
use crate::digest::Digest;
use crate::policy::{ExpressionRule, TypeSet};
use crate::predicate::Malformed;
use crate::wit::evidence::Principal;

/// `documents` are those of the rule's types and signers that are young enough.
pub(crate) fn judge(
    rule: &ExpressionRule,
    documents: Vec<Document<'_>>,
    about: &About<'_>,
) -> Result<Judged, Malformed> {
    let missing = |types: &&TypeSet| !documents.iter().any(|one| types.contains(one.predicate_type()));
    let mut objections: Vec<Objection> = rule.needs.iter().filter(missing).map(needed).collect();
    if objections.is_empty() {
        objections.extend(condition::of_image(&rule.condition, &distinct(documents), about)?);
    }
    Ok(Judged {
        objections,
        remarks: Vec::new(),
    })
}

/// One statement of one principal once: wrapped twice, or recognised under two names, it would be counted as two.
fn distinct(documents: Vec<Document<'_>>) -> Vec<Document<'_>> {
    let mut seen = BTreeSet::new();
    let mut is_new = |document: &Document<'_>| {
        let principal = match document.principal() {
            Principal::Key(key) => key.clone(),
            Principal::Certificate(identity) => {
                format!("{} {} {:?}", identity.issuer, identity.subject, identity.claims)
            }
        };
        seen.insert((principal, Digest::of(document.statement().to_string().as_bytes())))
    };
    documents.into_iter().filter(|document| is_new(document)).collect()
}

/// A statement that no condition can look at.
pub(crate) fn malformed(error: &Malformed) -> Objection {
    Objection {
        effect: Effect::Denies,
        id: Some("where".to_owned()),
        aliases: Vec::new(),
        message: format!("a statement is malformed at `{}`", error.place),
        expected: error.expected.clone(),
        found: error.found.clone(),
        severity: None,
        hint: None,
    }
}

fn needed(types: &TypeSet) -> Objection {
    Objection {
        effect: Effect::Denies,
        id: Some("needs".to_owned()),
        aliases: Vec::new(),
        message: format!("there is no statement of type {types}, which the rule needs"),
        expected: format!("a statement of type {types}"),
        found: "none".to_owned(),
        severity: None,
        hint: Some("what is not there cannot be compared: attest it, or take it out of `needs`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::expression::{Expression, Scope};

    fn messages(condition: &str, documents: Vec<Document<'_>>) -> Vec<String> {
        let needs = vec![TypeSet::named(&["slsa"]), TypeSet::named(&["cyclonedx"])];
        let rule = ExpressionRule {
            types: needs.iter().cloned().collect(),
            needs,
            condition: Expression::parse(condition, Scope::Image).unwrap(),
        };
        let about = About {
            now: 0,
            image: "r.example/a",
            digest: Digest::of(b"image"),
            platform: None,
            config: None,
            kin: &[],
            annotations: &BTreeMap::new(),
        };
        let judged = judge(&rule, documents, &about).unwrap();
        judged
            .objections
            .into_iter()
            .map(|objection| objection.message)
            .collect()
    }

    fn slsa(commit: &str) -> Document<'static> {
        Document::of("https://slsa.dev/provenance/v1", json!({ "commit": commit }))
    }

    fn sbom(commit: &str) -> Document<'static> {
        Document::of("https://cyclonedx.org/bom", json!({ "commit": commit }))
    }

    const SAME: &str = "statements.all(s, s.predicate.commit == statements[0].predicate.commit)";

    #[test]
    fn an_empty_list_never_satisfies_fail() {
        assert_eq!(messages("statements.all(s, s.type == 'x')", Vec::new()).len(), 2);
        assert_eq!(messages("size(statements) == 0", Vec::new()).len(), 2);
    }

    #[test]
    fn each_needed_type_must_be_there_fail() {
        assert_eq!(messages(SAME, vec![slsa("a"), sbom("a")]), [""; 0]);
        let found = messages(SAME, vec![slsa("a"), slsa("b")]);
        assert_eq!(found, ["there is no statement of type cyclonedx, which the rule needs"]);
    }

    #[test]
    fn two_commits_fail() {
        let found = messages(SAME, vec![slsa("a"), sbom("b")]);
        assert!(found[0].starts_with("`where` is not true"), "{found:?}");
    }

    #[test]
    fn one_statement_wrapped_twice_is_one_fail() {
        let three = "size(statements) == 3";
        assert_eq!(messages(three, vec![slsa("a"), slsa("a"), sbom("a")]).len(), 1);
        assert_eq!(messages(three, vec![slsa("a"), slsa("b"), sbom("a")]), [""; 0]);
    }
}
