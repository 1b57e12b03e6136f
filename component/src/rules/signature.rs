//! `signature`: the image is signed, by whom the policy names (docs/policy.md, meanings 2 and 3).
//!
//! Monotone: it asks only whether enough evidence exists, so withholding some can only deny.

use super::{Judgement, Uncounted, satisfied, too_few};
use crate::policy::{DockerReference, SignatureForm, SignatureRule, normalised};
use crate::statement::COSIGN_SIGN;
use crate::verify::Verified;
use crate::wit::basics::ResultClass;
use crate::wit::evidence::{Form, Rejection};

/// `image` is the normalised `registry/repository`.
pub(crate) fn judge<'v>(rule: &SignatureRule, image: &str, verified: &'v [Verified]) -> Judgement<'v> {
    let mut counted: Vec<&Verified> = Vec::new();
    let mut uncounted = Vec::new();
    for one in verified
        .iter()
        .filter(|one| rule.by.signers().iter().any(|name| name == one.signer()))
    {
        match counts(rule, image, one) {
            Ok(()) => counted.push(one),
            Err(rejection) => uncounted.push(Uncounted {
                verified: one,
                rejection,
            }),
        }
    }
    if satisfied(&rule.by, &counted) {
        Judgement::Holds(counted)
    } else {
        uncounted.extend(counted.into_iter().map(|one| Uncounted {
            verified: one,
            rejection: too_few(&rule.by, one),
        }));
        Judgement::Fails { uncounted }
    }
}

fn counts(rule: &SignatureRule, image: &str, one: &Verified) -> Result<(), Rejection> {
    let form = form(one).ok_or_else(|| not_a_signature(one))?;
    if !rule.forms.contains(&form) {
        return Err(Rejection {
            hint: Some(format!(
                "say `forms: [{}]` in the rule if such signatures are meant",
                form.as_str()
            )),
            ..not_a_signature(one)
        });
    }
    if rule.docker_reference == DockerReference::Required {
        named(image, one)?;
    }
    for (key, value) in &rule.annotations {
        if one.annotations().get(key) != Some(value) {
            return Err(Rejection {
                class: ResultClass::IdentityMismatch,
                reason: format!("the signed annotation `{key}` differs"),
                expected: Some(value.clone()),
                found: Some(one.annotations().get(key).cloned().unwrap_or_else(|| "none".to_owned())),
                hint: None,
            });
        }
    }
    Ok(())
}

/// A signature is a signature: an attestation by the right signer does not make an image signed.
fn form(one: &Verified) -> Option<SignatureForm> {
    match one.form() {
        Form::SimpleSigning => Some(SignatureForm::SimpleSigning),
        Form::BundleMessage => Some(SignatureForm::Message),
        Form::BundleEnvelope if one.predicate_type() == Some(COSIGN_SIGN) => Some(SignatureForm::Statement),
        Form::BundleEnvelope | Form::Envelope | Form::Other => None,
    }
}

fn not_a_signature(one: &Verified) -> Rejection {
    Rejection {
        class: ResultClass::NotASignature,
        reason: "signed by the right signer, and not an image signature".to_owned(),
        expected: Some(format!("simple signing, or a statement of type {COSIGN_SIGN}")),
        found: Some(
            one.predicate_type()
                .unwrap_or("a message signature over the manifest")
                .to_owned(),
        ),
        hint: Some("an attestation does not make an image signed: run `cosign sign`".to_owned()),
    }
}

fn named(image: &str, one: &Verified) -> Result<(), Rejection> {
    let found = one.docker_reference().map(without_tag);
    // cosign writes `index.docker.io/…`
    if found.and_then(normalised).as_deref() == Some(image) {
        return Ok(());
    }
    Err(Rejection {
        class: ResultClass::SubjectMismatch,
        reason: "signed under another name, and the rule says `docker-reference: required`".to_owned(),
        expected: Some(image.to_owned()),
        found: Some(found.unwrap_or("no name").to_owned()),
        hint: None,
    })
}

/// cosign writes the repository, other tools a whole reference.
fn without_tag(reference: &str) -> &str {
    let reference = reference.split('@').next().unwrap_or(reference);
    match reference.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => reference,
    }
}
