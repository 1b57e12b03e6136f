//! Images that the target was built on. What is known of them comes in the same request; what is not is asked for
//! (`report.wanted`), and the host never decides: it brings bytes, and the whole is judged again.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::Value;

use super::docket::{Asked, Docket, Tried};
use super::finding;
use super::outcome::{Bench, Outcome};
use super::waivers::Objected;
use crate::digest::Digest;
use crate::evidence::{Missing, Store};
use crate::json;
use crate::limits;
use crate::policy::{
    BaseImageRule, DockerReference, Enforced, Platforms, RuleKind, SignatureForm, SignatureRule, SignerSet, TypeNames,
};
use crate::predicate;
use crate::rules::base_image::{self, Base, Created, Seen, Signed};
use crate::rules::{self, About, Effect, Judgement, signature};
use crate::targets::{self, Image, Scope, Target};
use crate::verify::Prover;
use crate::wit::basics::{Carrier, Failure, ResultClass, Verdict};
use crate::wit::report::{Report, Wanted, WantedImage};
use crate::wit::request::Request;

/// Where an image's signatures may be.
const CARRIERS: [Carrier; 3] = [Carrier::Referrer, Carrier::ReferrersTag, Carrier::SignatureTag];

pub(super) struct Bases<'a, 'p> {
    request: &'a Request,
    store: &'p Store<'a>,
    /// Its targets are bases, which are no targets of the report.
    docket: Docket<'a, 'p>,
    wanted: RefCell<BTreeSet<Base>>,
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
            self.wanted.borrow_mut().insert(base.clone());
        }
        let image = match Image::read(self.store, base.digest) {
            Ok(image) => image,
            Err(targets::Error::Unseen(failure)) => return unseen(&failure),
            Err(targets::Error::Refused(rejection)) => {
                return Seen {
                    created: Created::Unsaid(rejection.reason.clone()),
                    signed: Signed::No(Some(rejection)),
                };
            }
        };
        Seen {
            signed: match &rule.signed_by {
                Some(by) => self.signed(by, base, &image),
                None => Signed::No(None),
            },
            created: match rule.not_older_than {
                Some(_) => self.created(&image),
                None => Created::Unsaid(String::new()),
            },
        }
    }

    fn wanted(&self) -> Vec<Wanted> {
        let image = |base: &Base| {
            Wanted::Image(WantedImage {
                name: base.name.clone(),
                digest: base.digest.to_string(),
                carriers: CARRIERS.to_vec(),
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
        rule.signed_by.is_none() || self.not_looked_up(base).is_none()
    }

    fn not_looked_up(&self, base: &Base) -> Option<Carrier> {
        let looked = |carrier: &Carrier| {
            let lookups = self.request.lookups.iter();
            let mut of_base = lookups.filter(|one| Digest::parse(&one.subject) == Some(base.digest));
            of_base.any(|one| one.carrier == *carrier)
        };
        CARRIERS.into_iter().find(|carrier| !looked(carrier))
    }

    fn signed(&self, by: &SignerSet, base: &Base, image: &Image<'a>) -> Signed {
        let rule = SignatureRule {
            by: by.clone(),
            annotations: Default::default(),
            docker_reference: DockerReference::Reported,
            forms: vec![SignatureForm::SimpleSigning, SignatureForm::Statement],
        };
        let examined = self.docket.examine(&image.itself());
        match signature::judge(&rule, &base.name, &examined.verified) {
            Judgement::Holds(by) => Signed::By(by.first().map(|one| one.signer().to_owned()).unwrap_or_default()),
            Judgement::Fails { .. } if self.not_looked_up(base).is_some() => Signed::Unseen(not_asked(base)),
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

fn unseen(failure: &Failure) -> Seen {
    Seen {
        signed: Signed::Unseen(failure.clone()),
        created: Created::Unseen(failure.clone()),
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
    let (config, annotations) = rules::of_manifest(target.manifest);
    let about = About {
        now: bench.docket.now(),
        image: bench.docket.name(),
        digest: target.digest,
        platform: target.platform.as_deref(),
        config,
        kin: &bench.kin,
        annotations: &annotations,
    };
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
