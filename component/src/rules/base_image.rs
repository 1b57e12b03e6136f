//! `base-image`: what it was built on is allowed, young enough, and signed (docs/rules/base-image.md).
//!
//! Which images those are is said by provenance, where each image that the build took in counts, because none says which of
//! them the layers came from; or by the annotations of the image's manifest. Monotone as far as the base's evidence goes:
//! withholding some can only deny.

mod name;

use std::collections::BTreeSet;

use super::{About, Document, Effect, Judged, Objection, provenance};
use crate::digest::Digest;
use crate::limits;
use crate::policy::{BaseImageRule, ProvenanceRule, duration};
use crate::predicate::Malformed;
use crate::predicate::slsa;
use crate::wit::basics::Failure;
use crate::wit::evidence::Rejection;

/// The OCI image specification's annotations (annotations.md).
const BASE_NAME: &str = "org.opencontainers.image.base.name";
const BASE_DIGEST: &str = "org.opencontainers.image.base.digest";

/// An image that another one was built on, by its digest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Base {
    /// Normalised `registry/repository`.
    pub name: String,
    pub digest: Digest,
}

/// Finds out about a base what the rule asks.
pub(crate) type Look<'l> = &'l dyn Fn(&BaseImageRule, &Base) -> Seen;

/// What could be found out about a base.
#[derive(Debug)]
pub(crate) struct Seen {
    pub signed: Signed,
    pub created: Created,
    /// What is wrong with what it was built on itself; about that image, or about this one where it does not say.
    pub beneath: Vec<Objection>,
}

#[derive(Debug)]
pub(crate) enum Signed {
    /// By this signer.
    By(String),
    /// By none that the rule wants; with the nearest miss.
    No(Option<Rejection>),
    Unseen(Failure),
}

#[derive(Debug)]
pub(crate) enum Created {
    /// Seconds since 1970-01-01T00:00:00Z, of the oldest of its platforms.
    At(i64),
    /// It can be read, and it does not say.
    Unsaid(String),
    Unseen(Failure),
}

/// The bases that a statement or an annotation names, and what is wrong with how it does.
#[derive(Debug, Default)]
struct Stated {
    bases: BTreeSet<Base>,
    objections: Vec<Objection>,
}

/// By the provenance that `document` is. `look` finds out about a base; only allowed ones are looked at, for a statement
/// shall not choose which hosts are asked.
pub(crate) fn judge(
    rule: &BaseImageRule,
    document: &Document<'_>,
    about: &About<'_>,
    look: Look<'_>,
) -> Result<Judged, Malformed> {
    let provenance = slsa::read(document.predicate_type(), document.predicate())?;
    let mut stated = Stated::default();
    for material in &provenance.materials {
        if let Some(named) = name::of_uri(material.uri) {
            stated.add(named.ok(), material.digests.get("sha256").copied(), material.uri);
        }
    }
    // a statement that does not fit its certificate says nothing that counts
    stated
        .objections
        .extend(provenance::judge(&ProvenanceRule::default(), document, about)?.objections);
    Ok(weigh(rule, stated, about, look))
}

/// By the annotations of the target's manifest: bound by its digest, and signed by nobody.
pub(crate) fn judge_annotations(rule: &BaseImageRule, about: &About<'_>, look: Look<'_>) -> Judged {
    let mut stated = Stated::default();
    if let Some(text) = about.annotations.get(BASE_NAME) {
        let digest = about.annotations.get(BASE_DIGEST).map(String::as_str);
        let hex = digest.map(|digest| digest.strip_prefix("sha256:").unwrap_or(digest));
        stated.add(name::of_reference(text), hex, text);
    }
    weigh(rule, stated, about, look)
}

impl Stated {
    /// `hex`: the digest that is said beside the name.
    fn add(&mut self, named: Option<name::Named>, hex: Option<&str>, text: &str) {
        let Some(named) = named else {
            let expected = "the name of an image, such as `pkg:docker/debian@12`".to_owned();
            self.objections.push(denial(
                None,
                "a base image has no name that can be read",
                expected,
                quoted(text),
                None,
            ));
            return;
        };
        let beside = hex.map(|hex| format!("sha256:{hex}"));
        let digest = match (&beside, &named.digest) {
            (Some(one), Some(other)) if one != other => None,
            (one, other) => one.as_deref().or(other.as_deref()).and_then(Digest::parse),
        };
        match digest {
            Some(digest) => {
                let base = Base {
                    name: named.name,
                    digest,
                };
                self.bases.insert(base);
            }
            None => {
                let expected = "one SHA-256 digest".to_owned();
                let found = beside
                    .or(named.digest)
                    .map_or("none".to_owned(), |digest| quoted(&digest));
                let message = format!("it is not said which `{}` it was built on", named.name);
                let hint = "a tag can be moved: the builder must state the digest";
                self.objections
                    .push(denial(Some(&named.name), &message, expected, found, Some(hint)));
            }
        }
    }
}

fn weigh(rule: &BaseImageRule, stated: Stated, about: &About<'_>, look: Look<'_>) -> Judged {
    let found = stated.bases.len() + stated.objections.len();
    let mut judged = Judged {
        objections: stated.objections,
        remarks: Vec::new(),
    };
    if found == 0 {
        judged.objections.push(unstated(rule));
    }
    if found > limits::BASES {
        judged.objections.truncate(limits::BASES);
        judged.objections.push(too_many(found));
        return judged;
    }
    judged.remarks = stated.bases.iter().map(|base| format!("built on `{base}`")).collect();
    for base in &stated.bases {
        if !rule.allowed.iter().any(|glob| glob.matches(&base.name)) {
            judged.objections.push(forbidden(rule, base));
        } else if rule.looks_at_bases() {
            let seen = look(rule, base);
            if let Signed::By(name) = &seen.signed {
                judged.remarks.push(format!("`{}` is signed by {name}", base.name));
            }
            judged.objections.extend(signed(rule, base, &seen.signed));
            judged.objections.extend(age(rule, base, &seen.created, about.now));
            judged.objections.extend(seen.beneath);
        }
    }
    judged
}

fn unstated(rule: &BaseImageRule) -> Objection {
    let (expected, hint) = if rule.from_annotations {
        (
            format!("the annotations `{BASE_NAME}` and `{BASE_DIGEST}`"),
            "BuildKit and others write them when they are asked to",
        )
    } else {
        (
            "an image among the provenance's materials".to_owned(),
            "a build from nothing has no base image: such images need an entry of `images` without this rule",
        )
    };
    denial(
        None,
        "it is not said what it was built on",
        expected,
        "none".to_owned(),
        Some(hint),
    )
}

/// Nobody could look at so many, and the ones left out may be the wrong ones.
fn too_many(found: usize) -> Objection {
    Objection {
        effect: Effect::LeavesUndecided,
        ..denial(
            None,
            "too many base images",
            format!("at most {}", limits::BASES),
            found.to_string(),
            None,
        )
    }
}

fn forbidden(rule: &BaseImageRule, base: &Base) -> Objection {
    let globs: Vec<String> = rule.allowed.iter().map(|glob| format!("`{glob}`")).collect();
    let message = format!("built on `{}`, which is not allowed", base.name);
    denial(Some(&base.name), &message, globs.join(", "), format!("`{base}`"), None)
}

fn signed(rule: &BaseImageRule, base: &Base, signed: &Signed) -> Option<Objection> {
    let by = rule.signed_by.as_ref()?;
    match signed {
        Signed::By(_) => None,
        Signed::Unseen(failure) => Some(unseen(base, failure)),
        Signed::No(near) => {
            let message = format!("the base image `{}` is not signed by whom the policy wants", base.name);
            let found = near
                .as_ref()
                .map_or("no signature".to_owned(), |near| near.reason.clone());
            let hint = near.as_ref().and_then(|near| near.hint.clone());
            let expected = format!("a signature by {by}");
            Some(denial(Some(&base.name), &message, expected, found, hint.as_deref()))
        }
    }
}

/// The age of what the base itself says, which its digest binds.
fn age(rule: &BaseImageRule, base: &Base, created: &Created, now: i64) -> Option<Objection> {
    let most = rule.not_older_than?;
    let expected = format!("created at most {} ago", duration(most));
    let deny =
        |message: &str, found: String, hint| Some(denial(Some(&base.name), message, expected.clone(), found, hint));
    match created {
        Created::Unseen(failure) => Some(unseen(base, failure)),
        Created::Unsaid(reason) => {
            let hint = "images that are built reproducibly often have no date, or one of 1970";
            let message = format!("the base image `{}` does not say when it was created", base.name);
            deny(&message, reason.clone(), Some(hint))
        }
        Created::At(time) if *time > now.saturating_add(limits::CLOCK_SKEW) => {
            let message = format!("the base image `{}` was created in the future", base.name);
            deny(&message, day(*time), None)
        }
        Created::At(time) if now.saturating_sub(*time) > most => {
            let message = format!("the base image `{}` is too old", base.name);
            deny(&message, day(*time), Some("rebuild on a newer one"))
        }
        Created::At(_) => None,
    }
}

pub(crate) fn unseen(base: &Base, failure: &Failure) -> Objection {
    Objection {
        effect: Effect::LeavesUndecided,
        ..denial(
            Some(&base.name),
            &format!("the base image `{base}` could not be looked at"),
            "its manifest, its date and its signatures".to_owned(),
            format!("{}: {}", failure.place, failure.reason),
            None,
        )
    }
}

/// It is not an image, so it cannot be said what it was built on.
pub(crate) fn unreadable(base: &Base, rejection: &Rejection) -> Objection {
    let message = format!("of the base image `{}` it is not said what it was built on", base.name);
    denial(
        Some(&base.name),
        &message,
        "an image".to_owned(),
        rejection.reason.clone(),
        None,
    )
}

fn denial(base: Option<&str>, message: &str, expected: String, found: String, hint: Option<&str>) -> Objection {
    Objection {
        effect: Effect::Denies,
        id: base.map(str::to_owned),
        aliases: Vec::new(),
        message: message.to_owned(),
        expected,
        found,
        severity: None,
        hint: hint.map(str::to_owned),
    }
}

fn day(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |time| time.to_string())
}

fn quoted(text: &str) -> String {
    let short: String = text.chars().take(300).collect();
    format!("`{short}`")
}

impl std::fmt::Display for Base {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.name, self.digest)
    }
}

#[cfg(test)]
mod tests;
