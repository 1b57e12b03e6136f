//! Images that the target was built on. What is known of them comes in the same request; what is not is asked for
//! (`report.wanted`), and the host never decides: it brings bytes, and the whole is judged again.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::Value;

use super::contents::Ledger;
use super::docket::{Asked, Docket, Tried};
use super::finding;
use super::outcome::{self, Bench, Outcome};
use super::waivers::{Objected, Waivers};
use crate::digest::Digest;
use crate::evidence::{Missing, Store};
use crate::json;
use crate::limits;
use crate::policy::{
    BaseImageRule, DockerReference, Enforced, Platforms, RuleKind, SignatureForm, SignatureRule, SignerSet, TypeNames,
};
use crate::predicate;
use crate::rules::base_image::{self, Base, Created, Seen, Signed};
use crate::rules::{self, Effect, Judgement, Objection, signature};
use crate::targets::{self, Image, Scope, Target};
use crate::verify::Prover;
use crate::wit::basics::{Carrier, Failure, Mode, ResultClass, Verdict};
use crate::wit::report::{self, Finding, Report, Wanted, WantedImage};
use crate::wit::request::{Breadth, Request};

/// Where an image's signatures may be, and its attestations too.
const CARRIERS: [Carrier; 4] = [
    Carrier::Referrer,
    Carrier::ReferrersTag,
    Carrier::SignatureTag,
    Carrier::AttestationTag,
];
/// How many of them hold signatures.
const OF_SIGNATURES: usize = 3;

pub(super) struct Bases<'a, 'p> {
    request: &'a Request,
    store: &'p Store<'a>,
    /// Its targets are bases, which are no targets of the report.
    docket: Docket<'a, 'p>,
    /// With the places to look at.
    wanted: RefCell<BTreeMap<Base, &'static [Carrier]>>,
}

impl<'a, 'p> Bases<'a, 'p> {
    pub fn new(
        request: &'a Request,
        store: &'p Store<'a>,
        prover: &'p Prover<'p>,
        asked: Vec<Asked<'p>>,
        names: &'p TypeNames,
    ) -> Self {
        Self {
            request,
            store,
            docket: Docket::new(request, store, prover, Tried::Asked(asked), names),
            wanted: RefCell::default(),
        }
    }

    /// What was found at the bases, and what is still to be looked at.
    pub fn account(&self, report: &mut Report) {
        report.failures.extend(self.docket.failures());
        report.evidence.extend(self.docket.evidence());
        report.wanted = self.wanted();
    }

    pub fn look(&self, rule: &BaseImageRule, base: &Base) -> Seen {
        if !self.is_there(rule, base) {
            let mut wanted = self.wanted.borrow_mut();
            let places = wanted.entry(base.clone()).or_default();
            if places.len() < carriers(rule).len() {
                *places = carriers(rule);
            }
        }
        let image = match Image::read(self.store, base.digest) {
            Ok(image) => image,
            Err(targets::Error::Unseen(failure)) => return unseen(base, rule, &failure),
            Err(targets::Error::Refused(rejection)) => {
                return Seen {
                    created: Created::Unsaid(rejection.reason.clone()),
                    beneath: rule
                        .built_on
                        .iter()
                        .map(|_| base_image::unreadable(base, &rejection))
                        .collect(),
                    signed: Signed::No(Some(rejection)),
                };
            }
        };
        Seen {
            signed: match &rule.signed_by {
                Some(by) => self.signed(rule, by, base, &image),
                None => Signed::No(None),
            },
            beneath: self.beneath(rule, base, &image),
            created: match rule.not_older_than {
                Some(_) => self.created(&image),
                None => Created::Unsaid(String::new()),
            },
        }
    }

    fn wanted(&self) -> Vec<Wanted> {
        let image = |(base, carriers): (&Base, &&[Carrier])| {
            Wanted::Image(WantedImage {
                name: base.name.clone(),
                digest: base.digest.to_string(),
                carriers: carriers.to_vec(),
            })
        };
        self.wanted.borrow().iter().map(image).collect()
    }

    /// The host has looked: whatever it found, asking again would bring nothing.
    fn is_there(&self, rule: &BaseImageRule, base: &Base) -> bool {
        let failed = matches!(self.store.read(&base.digest), Err(Missing::Failure(_)));
        if failed {
            return self.store.knows(&base.digest);
        }
        carriers(rule).is_empty() || self.not_looked_up(rule, base).is_none()
    }

    fn not_looked_up(&self, rule: &BaseImageRule, base: &Base) -> Option<Carrier> {
        let looked = |carrier: &Carrier| {
            let lookups = self.request.lookups.iter();
            let mut of_base = lookups.filter(|one| Digest::parse(&one.subject) == Some(base.digest));
            of_base.any(|one| one.carrier == *carrier)
        };
        carriers(rule).iter().copied().find(|carrier| !looked(carrier))
    }

    /// Judged like any image, by the rule's rule for it; exceptions are applied to what comes of it, not within.
    fn beneath(&self, rule: &BaseImageRule, base: &Base, image: &Image<'a>) -> Vec<Objection> {
        let Some(beneath) = &rule.built_on else {
            return Vec::new();
        };
        let signed = beneath.kind.by().is_some();
        if signed && self.not_looked_up(rule, base).is_some() {
            return vec![base_image::unseen(base, &not_asked(base))];
        }
        let one = Enforced {
            rule: beneath,
            mode: Mode::Enforce,
            platforms: Platforms::Index,
        };
        // what is inside a base image is in this one too, where it still is
        let ledger = Ledger::new(Breadth::Verdict);
        let bench = Bench {
            ledger: &ledger,
            docket: &self.docket,
            waivers: &Waivers::none(self.docket.now()),
            bases: self,
            image: &base.name,
            kin: image.kin(self.store),
        };
        let outcome = outcome::on(&one, &bench, &image.itself());
        let mut told: Vec<_> = outcome
            .findings
            .iter()
            .map(|finding| beneath_of(base, finding))
            .collect();
        if outcome.verdict != Verdict::Allow && told.iter().all(|one| one.effect == Effect::Informs) {
            told.push(base_image::unseen(base, &not_asked(base)));
        }
        told
    }

    fn signed(&self, asking: &BaseImageRule, by: &SignerSet, base: &Base, image: &Image<'a>) -> Signed {
        let rule = SignatureRule {
            by: by.clone(),
            annotations: Default::default(),
            docker_reference: DockerReference::Reported,
            forms: vec![SignatureForm::SimpleSigning, SignatureForm::Statement],
        };
        let examined = self.docket.examine(&image.itself());
        match signature::judge(&rule, &base.name, &examined.verified) {
            Judgement::Holds(by) => Signed::By(by.first().map(|one| one.signer().to_owned()).unwrap_or_default()),
            Judgement::Fails { .. } if self.not_looked_up(asking, base).is_some() => Signed::Unseen(not_asked(base)),
            Judgement::Fails { mut uncounted } => {
                let kind = RuleKind::Signature(rule);
                if let Some(unseen) = examined.unseen.iter().find(|one| one.concerns(&kind)) {
                    return Signed::Unseen(unseen.failure.clone());
                }
                let attempts = examined.pieces.iter().flat_map(|piece| &piece.attempts);
                let rejected = attempts.filter_map(|one| one.outcome.as_ref().err()).next();
                let near = uncounted.pop().map(|one| one.rejection).or(rejected.cloned());
                Signed::No(near)
            }
        }
    }

    /// Of the oldest platform.
    fn created(&self, image: &Image<'a>) -> Created {
        let targets = match image.scope(self.store, &Platforms::Every) {
            Ok(Scope::All(targets)) => targets,
            Ok(Scope::Either(itself, _)) => vec![itself],
            Err(targets::Error::Unseen(failure)) => return Created::Unseen(failure),
            Err(targets::Error::Refused(rejection)) => return Created::Unsaid(rejection.reason),
        };
        let mut oldest: Option<i64> = None;
        for target in &targets {
            match self.created_of(target) {
                Created::At(time) => oldest = Some(oldest.map_or(time, |other| other.min(time))),
                other => return other,
            }
        }
        oldest.map_or_else(|| Created::Unsaid("no platform".to_owned()), Created::At)
    }

    /// `created` of the configuration (image-spec, config.md).
    fn created_of(&self, target: &Target<'a>) -> Created {
        let (config, _) = rules::of_manifest(target.manifest);
        let Some(config) = config else {
            return Created::Unsaid("its manifest names no configuration".to_owned());
        };
        let bytes = match self.store.read(&config) {
            Ok(bytes) => bytes,
            Err(Missing::Failure(failure)) => return Created::Unseen(failure),
            Err(Missing::Mismatch { .. }) => {
                return Created::Unsaid("its configuration is not what its digest names".to_owned());
            }
        };
        if bytes.len() > limits::MANIFEST_BYTES {
            return Created::Unsaid("its configuration is too large to be read".to_owned());
        }
        let created = json::read(bytes).ok().and_then(|document| match &document["created"] {
            Value::Null => None,
            value => predicate::time(value).ok(),
        });
        created.map_or_else(
            || Created::Unsaid("its configuration has no `created`".to_owned()),
            Created::At,
        )
    }
}

/// What a rule asks about is where it is looked for.
fn carriers(rule: &BaseImageRule) -> &'static [Carrier] {
    let attested = rule
        .built_on
        .as_ref()
        .is_some_and(|beneath| beneath.kind.by().is_some());
    match (attested, &rule.signed_by) {
        (true, _) => &CARRIERS,
        (false, Some(_)) => &CARRIERS[..OF_SIGNATURES],
        (false, None) => &[],
    }
}

fn unseen(base: &Base, rule: &BaseImageRule, failure: &Failure) -> Seen {
    Seen {
        signed: Signed::Unseen(failure.clone()),
        created: Created::Unseen(failure.clone()),
        beneath: rule
            .built_on
            .iter()
            .map(|_| base_image::unseen(base, failure))
            .collect(),
    }
}

/// What is found about a base image's own base is about that one; that there is none to be found, about the base image.
fn beneath_of(base: &Base, finding: &Finding) -> Objection {
    let about_base = finding.id == finding::class_name(finding.class);
    Objection {
        effect: match finding.effect {
            report::Effect::Denies => Effect::Denies,
            report::Effect::LeavesUndecided => Effect::LeavesUndecided,
            report::Effect::Informs | report::Effect::Waived => Effect::Informs,
        },
        id: Some(if about_base {
            base.name.clone()
        } else {
            finding.id.clone()
        }),
        aliases: Vec::new(),
        message: format!("of the base image `{}`: {}", base.name, finding.message),
        expected: finding.expected.clone(),
        found: finding.found.clone(),
        severity: None,
        hint: finding.hint.clone(),
    }
}

fn not_asked(base: &Base) -> Failure {
    Failure {
        class: ResultClass::DiscoveryFailed,
        place: base.to_string(),
        reason: "nobody looked for its signatures".to_owned(),
    }
}

/// A rule about what the target's annotations say.
pub(super) fn annotated<'a>(
    one: &Enforced<'_>,
    rule: &BaseImageRule,
    bench: &Bench<'a, '_, '_>,
    target: &Target<'a>,
) -> Outcome {
    let examined = bench.docket.examine(target);
    if target.manifest.is_none() {
        return unknown_manifest(one, target);
    }
    let manifest = bench.manifest(target);
    let about = bench.about(target, &manifest);
    let judged = base_image::judge_annotations(rule, &about, &|rule, base| bench.bases.look(rule, base));
    let objections = judged.objections.into_iter();
    let objected: Vec<Objected> = objections
        .map(|objection| bench.waivers.apply(&one.rule.name, &about, objection))
        .collect();
    let any = |effect: Effect| objected.iter().any(|one| one.effect() == Some(effect));
    let verdict = if any(Effect::Denies) {
        Verdict::Deny
    } else if any(Effect::LeavesUndecided) {
        Verdict::Undecided
    } else {
        Verdict::Allow
    };
    Outcome {
        verdict,
        class: ResultClass::Verified,
        accepted: Vec::new(),
        findings: objected
            .iter()
            .map(|one_of| finding::objection(one, &examined.target, None, one_of))
            .collect(),
    }
}

fn unknown_manifest(one: &Enforced<'_>, target: &Target<'_>) -> Outcome {
    let failure = Failure {
        class: ResultClass::DiscoveryFailed,
        place: target.digest.to_string(),
        reason: "its annotations are not known: nothing but its digest was handed over".to_owned(),
    };
    Outcome {
        verdict: Verdict::Undecided,
        class: failure.class,
        accepted: Vec::new(),
        findings: vec![finding::unseen(one, &failure, Some(target))],
    }
}
