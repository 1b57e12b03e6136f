//! `signature`: the image is signed, by whom the policy names (docs/policy.md, meanings 2 and 3).
//!
//! Monotone: it asks only whether enough evidence exists, so withholding some can only deny.

use std::collections::{BTreeMap, BTreeSet};

use super::{Judgement, Uncounted};
use crate::policy::{DockerReference, SignatureForm, SignatureRule, SignerSet};
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
        uncounted.extend(counted.into_iter().map(|one| too_few(&rule.by, one)));
        Judgement::Fails { uncounted }
    }
}

/// Good, and alone: the image is signed, by fewer than the rule wants.
fn too_few<'v>(set: &SignerSet, one: &'v Verified) -> Uncounted<'v> {
    Uncounted {
        verified: one,
        rejection: Rejection {
            class: ResultClass::NoMatchingSigner,
            reason: "a good signature, and too few distinct signers together with the others".to_owned(),
            expected: Some(set.to_string()),
            found: Some(format!("`{}`", one.signer())),
            hint: Some("one person or key under two names counts once".to_owned()),
        },
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
    if found == Some(image) {
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

/// Names are counted against principals: the largest matching in which each name has a principal of its own, and each
/// principal a payload of its own. One person under two names is one.
fn satisfied(set: &SignerSet, counted: &[&Verified]) -> bool {
    match set {
        SignerSet::AnyOf(_) => !counted.is_empty(),
        SignerSet::AllOf(names) => matching(names, counted) == names.len(),
        SignerSet::AtLeast { count, of } => matching(of, counted) >= *count,
    }
}

fn matching(names: &[String], counted: &[&Verified]) -> usize {
    let mut principals: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for one in counted {
        principals.entry(one.signer()).or_default().insert(one.principal());
    }
    let mut taken: BTreeMap<String, &str> = BTreeMap::new();
    let of = |name: &str| principals.get(name);
    names
        .iter()
        .filter(|name| augment(name, &of, &mut taken, &mut BTreeSet::new()))
        .count()
}

/// Kuhn's algorithm: gives `name` a principal, moving others where that helps.
fn augment<'n>(
    name: &'n str,
    of: &dyn Fn(&str) -> Option<&'n BTreeSet<String>>,
    taken: &mut BTreeMap<String, &'n str>,
    tried: &mut BTreeSet<String>,
) -> bool {
    for principal in of(name).into_iter().flatten() {
        if !tried.insert(principal.clone()) {
            continue;
        }
        let holder = taken.get(principal).copied();
        if holder.is_none_or(|holder| augment(holder, of, taken, tried)) {
            taken.insert(principal.clone(), name);
            return true;
        }
    }
    false
}
