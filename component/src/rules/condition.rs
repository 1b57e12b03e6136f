//! `where:` — a condition in CEL, over one statement or over all of an image (docs/rules/attestation.md, docs/rules/expression.md).
//!
//! Over one statement it is as monotone as the rule that has it. Over all of an image it is not: what is left out can turn
//! `all` and `size` from false to true.

use serde_json::Value as Json;

use super::{About, Document, Effect, Objection};
use crate::expression::{Expression, Refusal, Value, time};
use crate::predicate::Malformed;
use crate::statement::short_type;
use crate::wit::evidence::Principal;

/// What a condition over one statement objects to.
pub(crate) fn of_statement(
    condition: &Expression,
    document: &Document<'_>,
    about: &About<'_>,
) -> Result<Option<Objection>, Malformed> {
    let variables = [
        ("statement", read(document.statement(), "statement")?),
        ("predicate", read(document.predicate(), "predicate")?),
        ("signer", signer(document)),
        ("image", image(about)),
        ("now", time(about.now)),
    ];
    Ok(condition.demand(&variables).err().map(objection))
}

/// What a condition over all statements objects to.
pub(crate) fn of_image(
    condition: &Expression,
    documents: &[Document<'_>],
    about: &About<'_>,
) -> Result<Option<Objection>, Malformed> {
    let statements: Vec<Value<'_>> = documents.iter().map(fields).collect::<Result<_, _>>()?;
    let variables = [
        ("statements", Value::list(statements)),
        ("image", image(about)),
        ("now", time(about.now)),
    ];
    Ok(condition.demand(&variables).err().map(objection))
}

fn fields<'d>(document: &'d Document<'_>) -> Result<Value<'d>, Malformed> {
    Ok(Value::map([
        ("type", Value::text(document.predicate_type())),
        ("short", Value::text(short_type(document.predicate_type()))),
        ("predicate", read(document.predicate(), "predicate")?),
        ("signer", signer(document)),
        ("statement", read(document.statement(), "statement")?),
    ]))
}

/// Fails for nothing but a number that 64 bits cannot hold.
fn read<'d>(json: &'d Json, place: &str) -> Result<Value<'d>, Malformed> {
    Value::of_json(json).map_err(|_| Malformed::new("a number of 64 bits", "a larger one").under(place))
}

/// Fields that do not apply are absent, so that a condition on them fails instead of comparing with nothing.
fn signer<'d>(document: &'d Document<'_>) -> Value<'d> {
    let name = ("name", Value::text(document.signer()));
    match document.principal() {
        Principal::Key(key) => Value::map([name, ("kind", Value::text("key")), ("key", Value::text(key))]),
        Principal::Certificate(identity) => {
            let claims = identity.claims.iter();
            let claims = claims.map(|(claim, value)| (claim.as_str(), Value::text(value)));
            Value::map([
                name,
                ("kind", Value::text(&identity.kind)),
                ("issuer", Value::text(&identity.issuer)),
                ("subject", Value::text(&identity.subject)),
                ("claims", Value::map(claims)),
            ])
        }
    }
}

fn image<'d>(about: &About<'d>) -> Value<'d> {
    let platform = about.platform.map(|platform| ("platform", Value::text(platform)));
    let fields = [
        ("name", Value::text(about.image)),
        ("digest", Value::made(about.digest.to_string())),
    ];
    Value::map(fields.into_iter().chain(platform))
}

fn objection(refusal: Refusal) -> Objection {
    Objection {
        effect: if refusal.is_undecided() {
            Effect::LeavesUndecided
        } else {
            Effect::Denies
        },
        id: Some("where".to_owned()),
        aliases: Vec::new(),
        message: format!("`where` is not true: {refusal}"),
        expected: refusal.expected(),
        found: refusal.found(),
        severity: None,
        hint: refusal.hint().map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::digest::Digest;
    use crate::expression::Scope;
    use crate::wit::evidence::CertificateIdentity;

    static NONE: BTreeMap<String, String> = BTreeMap::new();

    fn about() -> About<'static> {
        About {
            now: 1_795_392_000,
            image: "r.example/a",
            digest: Digest::of(b"image"),
            platform: None,
            config: None,
            kin: &[],
            annotations: &NONE,
        }
    }

    fn certificate(claims: &[(&str, &str)]) -> Principal {
        Principal::Certificate(CertificateIdentity {
            kind: "uri".to_owned(),
            subject: "https://github.com/acme/api/.github/workflows/release.yml@refs/heads/main".to_owned(),
            issuer: "https://token.actions.githubusercontent.com".to_owned(),
            claims: claims
                .iter()
                .map(|&(claim, value)| (claim.to_owned(), value.to_owned()))
                .collect(),
            fingerprint: String::new(),
            not_before: 0,
            not_after: 0,
        })
    }

    #[track_caller]
    fn one(source: &str, document: &Document<'_>) -> Option<Objection> {
        let condition = Expression::parse(source, Scope::Statement).unwrap();
        of_statement(&condition, document, &about()).unwrap()
    }

    #[track_caller]
    fn all(source: &str, documents: &[Document<'_>]) -> Option<Objection> {
        let condition = Expression::parse(source, Scope::Image).unwrap();
        of_image(&condition, documents, &about()).unwrap()
    }

    #[test]
    fn every_variable_holds_what_its_table_says() {
        let document = Document::signed(
            "https://acme.example/t",
            json!({ "a": 1 }),
            certificate(&[("build-trigger", "push")]),
        );
        for holds in [
            "statement.predicateType == 'https://acme.example/t' && size(statement.subject) == 0",
            "statement._type.startsWith('https://in-toto.io/') && statement.predicate == predicate",
            "signer.name == 'release' && signer.kind == 'uri' && signer.claims['build-trigger'] == 'push'",
            "signer.subject.endsWith('@refs/heads/main') && signer.issuer.contains('actions')",
            "image.name == 'r.example/a' && image.digest.startsWith('sha256:') && !has(image.platform)",
            "now == timestamp('2026-11-23T00:00:00Z')",
        ] {
            assert_eq!(one(holds, &document), None, "{holds}");
        }
        let every = "statements.all(s, s.type == s.statement.predicateType && s.short == 'attestation' && \
                     s.predicate.a == 1 && s.signer.name == 'release') && size(statements) == 1";
        assert_eq!(all(every, &[document]), None);
    }

    #[test]
    fn a_key_has_no_issuer_fail() {
        let document = Document::of("t", json!({}));
        assert_eq!(
            one("signer.kind == 'key' && signer.key.startsWith('sha256:')", &document),
            None
        );
        for absent in [
            "signer.issuer != 'x'",
            "signer.claims['build-trigger'] != 'x'",
            "image.platform != 'x'",
        ] {
            assert!(one(absent, &document).is_some(), "{absent}");
        }
    }

    #[test]
    fn an_approval_that_is_not_one_fail() {
        let document = Document::of("t", json!({ "approved": "true" }));
        let objection = one("predicate.approved == true", &document).unwrap();
        assert_eq!(objection.effect, Effect::Denies);
        assert_eq!(objection.found, "a text and a boolean");
        assert!(objection.message.contains("line 1, column 1"), "{}", objection.message);
    }

    #[test]
    fn another_commit_fail() {
        let of = |commit| Document::signed("t", json!({}), certificate(&[("source-repository-digest", commit)]));
        let same = "statements.all(s, s.signer.claims['source-repository-digest'] == \
                    statements[0].signer.claims['source-repository-digest'])";
        assert_eq!(all(same, &[of("a"), of("a")]), None);
        assert_eq!(all(same, &[of("a"), of("b")]).unwrap().effect, Effect::Denies);
        assert!(all(same, &[of("a"), Document::of("t", json!({}))]).is_some());
    }

    #[test]
    fn a_loop_that_takes_too_long_undecided() {
        let document = Document::of("t", json!((0..3_000).collect::<Vec<u32>>()));
        let objection = one("predicate.all(a, predicate.all(b, a + b >= 0))", &document).unwrap();
        assert_eq!(objection.effect, Effect::LeavesUndecided);
    }
}
