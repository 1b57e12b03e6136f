//! `attestation`: there is a statement of a type, by whom the policy names, that says what the policy wants: `where` in CEL and
//! `rego` as cosign has it, both where both are there.
//!
//! Monotone with `select: any`: each statement is judged for itself.

use super::{About, Document, Effect, Judged, Objection, condition};
use crate::policy::AttestationRule;
use crate::predicate::Malformed;
use crate::rego::{Refusal, Rego};

pub(crate) fn judge(rule: &AttestationRule, document: &Document<'_>, about: &About<'_>) -> Result<Judged, Malformed> {
    let mut objections = Vec::new();
    if let Some(condition) = &rule.condition {
        objections.extend(condition::of_statement(condition, document, about)?);
    }
    if let Some(rego) = &rule.rego {
        objections.extend(of_rego(rego, document, about)?);
    }
    Ok(Judged {
        objections,
        remarks: Vec::new(),
    })
}

/// `input` is the statement, as cosign has it; what else is known stands under `data.portcullis`, where no policy of the
/// package `signature` defines anything.
fn of_rego(rego: &Rego, document: &Document<'_>, about: &About<'_>) -> Result<Option<Objection>, Malformed> {
    let now = jiff::Timestamp::from_second(about.now)
        .map_err(|_| Malformed::new("a time of the check before the year 10000", about.now.to_string()))?;
    let data = serde_json::json!({
        "portcullis": {
            "now": now.to_string(),
            "now_seconds": about.now,
            "signer": document.signer(),
            "image": { "name": about.image, "digest": about.digest.to_string(), "platform": about.platform },
        },
    });
    let refusal = rego.demand(document.statement(), &data).err();
    Ok(refusal.map(|refusal| objection(rego, &refusal)))
}

fn objection(rego: &Rego, refusal: &Refusal) -> Objection {
    Objection {
        effect: if refusal.is_undecided() {
            Effect::LeavesUndecided
        } else {
            Effect::Denies
        },
        id: Some("rego".to_owned()),
        aliases: Vec::new(),
        message: format!("`{}` does not allow it: {refusal}", rego.path()),
        expected: refusal.expected(),
        found: refusal.found(),
        severity: None,
        hint: None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::digest::Digest;
    use crate::expression::{Expression, Scope};
    use crate::policy::TypeSet;

    const POLICY: &str = r#"
package signature

default allow = false

allow {
    input.predicate.approved == true
    data.portcullis.now == "2026-11-23T00:00:00Z"
    data.portcullis.image.name == "r.example/a"
}

deny[message] {
    input.predicate.by == data.portcullis.signer
    message := "who built it cannot approve it"
}
"#;

    fn effects(condition: Option<&str>, rego: Option<&str>, predicate: serde_json::Value) -> Vec<Effect> {
        let rule = AttestationRule {
            types: TypeSet::named(&[]),
            condition: condition.map(|source| Expression::parse(source, Scope::Statement).unwrap()),
            rego: rego.map(|source| Rego::parse("policy.rego", source.as_bytes()).unwrap()),
        };
        let about = About {
            now: 1_795_392_000,
            image: "r.example/a",
            digest: Digest::of(b"image"),
            platform: None,
            config: None,
            kin: &[],
            annotations: &BTreeMap::new(),
        };
        let document = Document::of("https://acme.example/approval/v1", predicate);
        let judged = judge(&rule, &document, &about).unwrap();
        judged
            .objections
            .into_iter()
            .map(|objection| objection.effect)
            .collect()
    }

    #[test]
    fn a_statement_of_the_type_is_enough_without_conditions() {
        assert_eq!(effects(None, None, json!(null)), []);
    }

    #[test]
    fn both_conditions_must_hold_fail() {
        let both = |predicate| effects(Some("predicate.ticket == 'SEC-42'"), Some(POLICY), predicate);
        assert_eq!(both(json!({ "approved": true, "ticket": "SEC-42", "by": "alice" })), []);
        assert_eq!(
            both(json!({ "approved": true, "ticket": "SEC-43", "by": "alice" })),
            [Effect::Denies]
        );
        assert_eq!(
            both(json!({ "approved": "true", "ticket": "SEC-42", "by": "alice" })),
            [Effect::Denies]
        );
        assert_eq!(
            both(json!({ "approved": true, "ticket": "SEC-42", "by": "release" })),
            [Effect::Denies]
        );
        assert_eq!(both(json!({})), [Effect::Denies, Effect::Denies]);
    }
}
