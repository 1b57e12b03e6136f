//! One proven document under one rule: whether it counts, and what the rule says of it.

use super::contents::Told;
use super::waivers::{Objected, Waivers};
use crate::limits;
use crate::policy::{Check, DatedBy, Demand, SignerSet, duration};
use crate::predicate::Malformed;
use crate::rules::base_image::Look;
use crate::rules::told::{self, Source};
use crate::rules::{About, Document, Effect, Judged, expression, sbom, too_few, vulnerabilities};
use crate::verify::Verified;
use crate::wit::basics::ResultClass;
use crate::wit::evidence::Rejection;
use crate::wit::report::{self, NearMiss};

pub(super) struct Weigher<'w> {
    pub rule: &'w str,
    pub demand: &'w Demand,
    pub check: &'w Check,
    pub about: &'w About<'w>,
    pub waivers: &'w Waivers<'w>,
    pub beside: Vec<Document<'w>>,
    pub look: Look<'w>,
}

#[derive(Debug)]
pub(super) struct Weighed<'v> {
    pub verified: &'v Verified,
    pub standing: Standing,
    /// When it was made, for telling the newest: seconds. None only where it was rejected.
    pub order: Option<i64>,
    pub objections: Vec<Objected>,
    pub remarks: Vec<String>,
    rejection: Option<Rejection>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Passes,
    Denies,
    Undecided,
    /// Older than `max-age`.
    TooOld,
    /// Its predicate or its date cannot be read: a rejection, and more where every document matters.
    Unreadable,
    /// It is of no form that the rule counts.
    Rejected,
}

/// When a document was made.
struct Dates {
    /// Its age counts from here.
    from: i64,
    /// It is older or newer than others by this.
    order: i64,
}

impl Weigher<'_> {
    pub fn weigh<'v>(&self, verified: &'v Verified) -> Weighed<'v> {
        if verified.subjects() != 1 && !self.check.admits_several_subjects() {
            return rejected(verified, Standing::Rejected, several_subjects(verified.subjects()));
        }
        // It was read before, when it was proven: the same bytes by the same reader.
        let Some(document) = Document::read(verified) else {
            return rejected(
                verified,
                Standing::Unreadable,
                unreadable("the statement cannot be read"),
            );
        };
        if !self.check.is_about(&document) {
            let rejection = of_another_kind(document.predicate_type(), self.check.noun());
            return rejected(verified, Standing::Rejected, rejection);
        }
        let dates = match self.dates(&document) {
            Ok(dates) => dates,
            Err(rejection) => return rejected(verified, Standing::Unreadable, rejection),
        };
        match self.check.judge(&document, &self.beside, self.about, self.look) {
            Ok(judged) => self.judged(verified, judged, dates),
            Err(malformed) => rejected(verified, Standing::Unreadable, predicate_malformed(&malformed)),
        }
    }

    /// What the rule objects to in all documents together, where it is about all of them.
    pub fn together(&self, weighed: &[Weighed<'_>]) -> Vec<Objected> {
        let Check::Expression(rule) = self.check else {
            return Vec::new();
        };
        let counted = weighed.iter().filter(|one| one.standing == Standing::Passes);
        let documents = counted.filter_map(|one| Document::read(one.verified)).collect();
        let objections = match expression::judge(rule, documents, self.about) {
            Ok(judged) => judged.objections,
            Err(malformed) => vec![expression::malformed(&malformed)],
        };
        let waived = |objection| self.waivers.apply(self.rule, self.about, objection);
        objections.into_iter().map(waived).collect()
    }

    /// What a document that was weighed says is inside the image.
    pub fn tell(&self, verified: &Verified, into: &mut Told) {
        let Some(document) = Document::read(verified) else {
            return;
        };
        let source = Source {
            target: self.about.digest,
            evidence: verified.evidence(),
            signer: verified.signer(),
            rule: self.rule,
        };
        match self.check {
            Check::Vulnerabilities(rule) => {
                let excepted = |id: &str| self.waivers.holding(self.rule, self.about.digest, id);
                let scan = vulnerabilities::scan(
                    rule,
                    &document,
                    &self.beside,
                    self.about,
                    &excepted,
                    source,
                    &mut into.vulnerabilities,
                );
                scan.into_iter().for_each(|scan| into.scan(source, scan));
            }
            Check::Sbom(rule) if !sbom::is_about(rule, &document, self.about) => return,
            Check::Sbom(_) | Check::Licenses(_) if into.is_new(source) => {
                let inventory = told::inventory(&document, source, &mut into.packages);
                inventory.into_iter().for_each(|one| into.inventory(source, one));
            }
            _ => {}
        }
        into.counted(source);
    }

    fn judged<'v>(&self, verified: &'v Verified, judged: Judged, dates: Option<Dates>) -> Weighed<'v> {
        let objections: Vec<_> = judged
            .objections
            .into_iter()
            .map(|objection| self.waivers.apply(self.rule, self.about, objection))
            .collect();
        let any = |effect: Effect| objections.iter().any(|one| one.effect() == Some(effect));
        let age = dates.as_ref().map(|dates| self.about.now.saturating_sub(dates.from));
        let rejection = match (age, self.demand.max_age) {
            (Some(age), Some(most)) if age > most => Some(too_old(age, most)),
            _ => None,
        };
        let standing = match &rejection {
            Some(_) => Standing::TooOld,
            None if any(Effect::Denies) => Standing::Denies,
            None if any(Effect::LeavesUndecided) => Standing::Undecided,
            None => Standing::Passes,
        };
        Weighed {
            verified,
            standing,
            order: dates.map(|dates| dates.order),
            objections,
            remarks: judged.remarks,
            rejection,
        }
    }

    /// None where the rule asks for no date.
    fn dates(&self, document: &Document<'_>) -> Result<Option<Dates>, Rejection> {
        if self.demand.max_age.is_none() {
            return Ok(None);
        }
        let proven = document.time();
        match self.demand.dated_by {
            DatedBy::Proof => match (proven.earliest, proven.latest) {
                (Some(from), Some(order)) => Ok(Some(Dates { from, order })),
                _ => Err(undated("nothing proves when it was signed")),
            },
            DatedBy::Payload => {
                let own = self.check.date(document).map_err(|error| predicate_malformed(&error))?;
                let own = own.ok_or_else(|| undated("the signed document has no date of its own"))?;
                let latest = proven.latest.unwrap_or(self.about.now).min(self.about.now);
                if own > latest.saturating_add(limits::CLOCK_SKEW) {
                    return Err(undated("the signed document's own date is later than the proven time"));
                }
                Ok(Some(Dates { from: own, order: own }))
            }
        }
    }
}

impl Weighed<'_> {
    pub fn denials(&self) -> usize {
        let denies = |one: &&Objected| one.effect() == Some(Effect::Denies);
        self.objections.iter().filter(denies).count()
    }

    pub fn reason(&self) -> String {
        self.rejection
            .as_ref()
            .map(|one| one.reason.clone())
            .unwrap_or_default()
    }

    /// As something that was nearly enough.
    pub fn near_miss(&self, by: &SignerSet) -> NearMiss {
        let rejection =
            self.rejection
                .clone()
                .unwrap_or_else(|| match self.objections.iter().find(|one| one.denies()) {
                    Some(objected) => Rejection {
                        class: ResultClass::Verified,
                        reason: objected.objection.message.clone(),
                        expected: Some(objected.objection.expected.clone()),
                        found: Some(objected.objection.found.clone()),
                        hint: objected.objection.hint.clone(),
                    },
                    None => too_few(by, self.verified),
                });
        report::NearMiss {
            digest: self.verified.evidence().to_string(),
            signer: self.verified.signer().to_owned(),
            rejection,
        }
    }
}

fn rejected(verified: &Verified, standing: Standing, rejection: Rejection) -> Weighed<'_> {
    Weighed {
        verified,
        standing,
        order: None,
        objections: Vec::new(),
        remarks: Vec::new(),
        rejection: Some(rejection),
    }
}

fn unreadable(reason: &str) -> Rejection {
    Rejection {
        class: ResultClass::PredicateMalformed,
        reason: reason.to_owned(),
        expected: None,
        found: None,
        hint: None,
    }
}

fn predicate_malformed(error: &Malformed) -> Rejection {
    let place = if error.place.is_empty() { "/" } else { &error.place };
    Rejection {
        expected: Some(error.expected.clone()),
        found: Some(error.found.clone()),
        ..unreadable(&format!("the predicate is malformed at `{place}`"))
    }
}

fn several_subjects(count: usize) -> Rejection {
    Rejection {
        class: ResultClass::SubjectMismatch,
        reason: "the statement is about several subjects, so nobody can say what it says of this one".to_owned(),
        expected: Some("1 subject".to_owned()),
        found: Some(format!("{count} subjects")),
        hint: None,
    }
}

fn of_another_kind(predicate_type: &str, noun: &str) -> Rejection {
    Rejection {
        class: ResultClass::UnsupportedFormat,
        reason: "of a right type, and not what the rule is about".to_owned(),
        expected: Some(noun.to_owned()),
        found: Some(format!("another document of type {predicate_type}")),
        hint: None,
    }
}

fn undated(reason: &str) -> Rejection {
    Rejection {
        class: ResultClass::TimeMissing,
        ..unreadable(reason)
    }
}

fn too_old(age: i64, most: i64) -> Rejection {
    const HOUR: i64 = 60 * 60;
    Rejection {
        class: ResultClass::Verified,
        reason: "it is older than the rule admits".to_owned(),
        expected: Some(format!("at most {} old", duration(most))),
        found: Some(format!("{} old", duration((age / HOUR).max(1) * HOUR))),
        hint: Some("make a new one, or raise `max-age`".to_owned()),
    }
}
