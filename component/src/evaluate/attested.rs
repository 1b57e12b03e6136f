//! Rules about attestations: which documents count, what each of them says, and what that makes of the rule (meanings 6, 7, 8).

use std::collections::BTreeMap;

use super::contents::Ledger;
use super::docket::{Examined, Unseen};
use super::finding;
use super::outcome::{Bench, Outcome};
use super::waivers::Objected;
use super::weigh::{Standing, Weighed, Weigher};
use crate::digest::Digest;
use crate::policy::{Check, Demand, Enforced, Select, SignerSet};
use crate::rules::{self, Document};
use crate::targets::Target;
use crate::verify::Verified;
use crate::wit::basics::{Failure, ResultClass, Verdict};
use crate::wit::evidence::Form;
use crate::wit::report::{Acceptance, Effect, Finding, NearMiss};

/// A rule about attestations, on one target.
pub(super) struct Attested<'e, 'p> {
    pub one: &'e Enforced<'p>,
    pub demand: &'p Demand,
    pub check: &'p Check,
}

impl<'p> Attested<'_, 'p> {
    pub fn judge<'a>(&self, bench: &Bench<'a, '_, '_>, target: &Target<'a>) -> Outcome {
        let examined = bench.docket.examine(target);
        let manifest = bench.manifest(target);
        let about = bench.about(target, &manifest);
        let weigher = Weigher {
            rule: &self.one.rule.name,
            demand: self.demand,
            check: self.check,
            about: &about,
            waivers: bench.waivers,
            beside: self.beside(&examined),
            look: &|rule, base| bench.bases.look(rule, base),
        };
        let asked = examined.verified.iter().filter(|one| self.asks_for(one));
        let weighed: Vec<_> = asked.map(|one| weigher.weigh(one)).collect();
        Tally {
            rule: self,
            ledger: bench.ledger,
            weigher: &weigher,
            examined: &examined,
            hazards: self.hazards(&examined, &weighed),
            together: weigher.together(&weighed),
            weighed,
        }
        .outcome()
    }

    fn asks_for(&self, verified: &Verified) -> bool {
        let signed_statement = matches!(verified.form(), Form::BundleEnvelope | Form::Envelope);
        let meant = self.demand.by.signers().iter().any(|name| name == verified.signer());
        let of_type = verified
            .predicate_type()
            .is_some_and(|one| self.check.types().contains(one));
        signed_statement && meant && of_type
    }

    /// Documents that bear on the ones that the rule is about, such as triage on a scan.
    fn beside<'v>(&self, examined: &'v Examined<'_>) -> Vec<Document<'v>> {
        let Some((types, by)) = self.check.beside() else {
            return Vec::new();
        };
        let meant = |one: &&Verified| {
            by.signers().iter().any(|name| name == one.signer())
                && one
                    .predicate_type()
                    .is_some_and(|predicate_type| types.contains(predicate_type))
        };
        examined
            .verified
            .iter()
            .filter(meant)
            .filter_map(Document::read)
            .collect()
    }

    /// Why there may be a document that decides otherwise: places that nobody could look at and, where the newest or every
    /// document decides, bytes that nobody can read.
    fn hazards(&self, examined: &Examined<'_>, weighed: &[Weighed<'_>]) -> Vec<Failure> {
        let concerns = |unseen: &&Unseen| unseen.concerns(&self.one.rule.kind);
        let mut hazards: Vec<_> = examined
            .unseen
            .iter()
            .filter(concerns)
            .map(|one| one.failure.clone())
            .collect();
        if self.demand.select == Select::Any {
            return hazards;
        }
        for piece in examined.pieces.iter().filter(|piece| piece.is_unreadable()) {
            let rejection = piece.attempts.iter().find_map(|attempt| attempt.outcome.as_ref().err());
            let reason = rejection.map_or("it cannot be read", |rejection| &rejection.reason);
            hazards.push(unreadable(piece.candidate.digest, reason));
        }
        let unread = weighed.iter().filter(|one| one.standing == Standing::Unreadable);
        hazards.extend(unread.map(|one| unreadable(one.verified.evidence(), &one.reason())));
        hazards
    }
}

pub(super) fn unreadable(digest: Digest, reason: &str) -> Failure {
    Failure {
        class: ResultClass::Malformed,
        place: digest.to_string(),
        reason: format!("{reason}: it may be a newer statement"),
    }
}

/// Everything that one rule knows of one target.
struct Tally<'t, 'e, 'p, 'a, 'v> {
    rule: &'t Attested<'e, 'p>,
    ledger: &'t Ledger,
    weigher: &'t Weigher<'t>,
    examined: &'v Examined<'a>,
    weighed: Vec<Weighed<'v>>,
    hazards: Vec<Failure>,
    /// What the rule objects to in all of them together.
    together: Vec<Objected>,
}

impl<'v> Tally<'_, '_, '_, '_, 'v> {
    fn outcome(&self) -> Outcome {
        match self.rule.demand.select {
            Select::Any => self.any(),
            Select::Latest => self.latest(),
            Select::All => self.all(),
        }
    }

    fn by(&self) -> &SignerSet {
        &self.rule.demand.by
    }

    /// Enough of them satisfy it, whatever the others say.
    fn any(&self) -> Outcome {
        let of = |wanted: &[Standing]| -> Vec<&Weighed<'v>> {
            self.weighed
                .iter()
                .filter(|one| wanted.contains(&one.standing))
                .collect()
        };
        let passing = of(&[Standing::Passes]);
        if self.satisfied(&passing) {
            return self.allows(&passing);
        }
        if !self.hazards.is_empty() {
            return self.undecided_by_hazard();
        }
        let perhaps = of(&[Standing::Passes, Standing::Undecided]);
        if self.satisfied(&perhaps) {
            return self.undecided(&of(&[Standing::Undecided]));
        }
        self.denies(&of(&[Standing::Denies]))
    }

    /// The newest decides: of all where any signer will do, else of each signer.
    fn latest(&self) -> Outcome {
        if !self.hazards.is_empty() {
            return self.undecided_by_hazard();
        }
        let dated: Vec<_> = self
            .weighed
            .iter()
            .filter(|one| one.standing != Standing::Rejected)
            .collect();
        let chosen = match self.by() {
            SignerSet::AnyOf(_) => newest(&dated),
            SignerSet::AllOf(names) | SignerSet::AtLeast { of: names, .. } => names
                .iter()
                .flat_map(|name| {
                    let theirs: Vec<_> = dated
                        .iter()
                        .copied()
                        .filter(|one| one.verified.signer() == name)
                        .collect();
                    newest(&theirs)
                })
                .collect(),
        };
        self.decide(&chosen)
    }

    /// Every one that is young enough decides.
    fn all(&self) -> Outcome {
        let counted = |one: &&Weighed<'v>| !matches!(one.standing, Standing::Rejected | Standing::TooOld);
        let chosen: Vec<_> = self.weighed.iter().filter(counted).collect();
        let denying = chosen.iter().any(|one| one.standing == Standing::Denies);
        if !denying && !self.hazards.is_empty() {
            return self.undecided_by_hazard();
        }
        if denying {
            let denying: Vec<_> = chosen
                .into_iter()
                .filter(|one| one.standing == Standing::Denies)
                .collect();
            return self.denies(&denying);
        }
        if self.together.iter().any(|one| one.effect().is_some()) {
            return self.denies_together();
        }
        let outcome = self.decide(&chosen);
        let undecided: Vec<_> = chosen
            .into_iter()
            .filter(|one| one.standing == Standing::Undecided)
            .collect();
        if outcome.verdict == Verdict::Allow && !undecided.is_empty() {
            return self.undecided(&undecided);
        }
        outcome
    }

    /// With `at-least`, one signer's failing document leaves room for the others'; otherwise each chosen one must pass.
    fn decide(&self, chosen: &[&Weighed<'v>]) -> Outcome {
        let of = |standing: Standing| -> Vec<&Weighed<'v>> {
            chosen.iter().copied().filter(|one| one.standing == standing).collect()
        };
        // a signer of whom one chosen document does not pass has not passed
        let spoiled = |name: &str| {
            let theirs = chosen.iter().filter(|one| one.verified.signer() == name);
            theirs.into_iter().any(|one| one.standing != Standing::Passes)
        };
        let mut passing = of(Standing::Passes);
        passing.retain(|one| !spoiled(one.verified.signer()));
        let each = !matches!(self.by(), SignerSet::AtLeast { .. });
        let all_pass = passing.len() == chosen.len();
        if self.satisfied(&passing) && (all_pass || !each) {
            return self.allows(&passing);
        }
        let denying: Vec<_> = chosen
            .iter()
            .copied()
            .filter(|one| matches!(one.standing, Standing::Denies | Standing::TooOld))
            .collect();
        let undecided = of(Standing::Undecided);
        if undecided.is_empty() || (each && !denying.is_empty()) {
            return self.denies(&denying);
        }
        self.undecided(&undecided)
    }

    fn satisfied(&self, documents: &[&Weighed<'v>]) -> bool {
        let verified: Vec<_> = documents.iter().map(|one| one.verified).collect();
        rules::satisfied(self.by(), &verified)
    }

    fn allows(&self, documents: &[&Weighed<'v>]) -> Outcome {
        let acceptance = |one: &&Weighed<'v>| Acceptance {
            target: self.examined.target.digest.to_string(),
            signer: one.verified.signer().to_owned(),
            evidence: one.verified.evidence().to_string(),
            remarks: one
                .remarks
                .iter()
                .chain(&one.verified.proof().remarks)
                .cloned()
                .collect(),
        };
        self.tell(documents);
        Outcome {
            verdict: Verdict::Allow,
            class: ResultClass::Verified,
            accepted: documents.iter().map(acceptance).collect(),
            findings: self.findings(documents),
        }
    }

    /// What the nearest of them object to; where nothing is objected to, that there is too little.
    fn denies(&self, documents: &[&Weighed<'v>]) -> Outcome {
        let denial = |one: &&&Weighed<'v>| one.denials();
        let nearest = documents
            .iter()
            .filter(|one| one.standing == Standing::Denies)
            .min_by_key(denial);
        let findings = match nearest {
            Some(one) => {
                self.tell(&[one]);
                self.findings(&[one])
            }
            None => vec![finding::denied(self.rule.one, self.examined, self.near_misses())],
        };
        Outcome {
            verdict: Verdict::Deny,
            class: findings.first().map_or(ResultClass::Unsigned, |one| one.class),
            accepted: Vec::new(),
            findings,
        }
    }

    /// No single document is to blame.
    fn denies_together(&self) -> Outcome {
        let denies = self.together.iter().any(Objected::denies);
        let finding = |objected| {
            let mut finding = finding::objection(self.one(), &self.examined.target, None, objected);
            finding.near_misses = self.near_misses();
            finding
        };
        Outcome {
            verdict: if denies { Verdict::Deny } else { Verdict::Undecided },
            class: ResultClass::Verified,
            accepted: Vec::new(),
            findings: self.together.iter().map(finding).collect(),
        }
    }

    fn undecided(&self, documents: &[&Weighed<'v>]) -> Outcome {
        self.tell(documents);
        Outcome {
            verdict: Verdict::Undecided,
            class: ResultClass::Verified,
            accepted: Vec::new(),
            findings: self.findings(documents),
        }
    }

    fn undecided_by_hazard(&self) -> Outcome {
        let failure = &self.hazards[0];
        let mut finding = finding::unseen(self.one(), failure, Some(&self.examined.target));
        finding.near_misses = self.near_misses();
        Outcome {
            verdict: Verdict::Undecided,
            class: failure.class,
            accepted: Vec::new(),
            findings: vec![finding],
        }
    }

    fn tell(&self, documents: &[&Weighed<'v>]) {
        self.ledger.tell(self.weigher, documents.iter().map(|one| one.verified));
    }

    fn one(&self) -> &super::Enforced<'_> {
        self.rule.one
    }

    /// What decides first, then what is only told.
    fn findings(&self, documents: &[&Weighed<'v>]) -> Vec<Finding> {
        let mut findings: Vec<_> = documents
            .iter()
            .flat_map(|document| document.objections.iter().map(move |objected| (document, objected)))
            .map(|(document, objected)| {
                let evidence = Some(document.verified.evidence());
                finding::objection(self.one(), &self.examined.target, evidence, objected)
            })
            .collect();
        findings.sort_by_key(|finding| match finding.effect {
            Effect::Denies => 0,
            Effect::LeavesUndecided => 1,
            Effect::Waived => 2,
            Effect::Informs => 3,
        });
        findings
    }

    /// Evidence of the kind that the rule asks for, or that nobody can read, and why it does not count.
    fn near_misses(&self) -> Vec<NearMiss> {
        let mut misses: Vec<_> = self.weighed.iter().map(|one| one.near_miss(self.by())).collect();
        let types = self.rule.check.types();
        let of_kind = |predicate_type: &Option<String>| predicate_type.as_deref().is_none_or(|one| types.contains(one));
        for piece in self
            .examined
            .pieces
            .iter()
            .filter(|piece| of_kind(&piece.predicate_type))
        {
            let nameless = piece.predicate_type.is_none() && piece.candidate.content.is_beside();
            if nameless || piece.is_signature() {
                continue;
            }
            for attempt in &piece.attempts {
                let meant = attempt
                    .signer
                    .as_ref()
                    .is_none_or(|name| self.by().signers().contains(name));
                if let (true, Err(rejection)) = (meant, &attempt.outcome) {
                    misses.push(NearMiss {
                        digest: piece.candidate.digest.to_string(),
                        signer: attempt.signer.clone().unwrap_or_else(|| self.by().to_string()),
                        rejection: rejection.clone(),
                    });
                }
            }
        }
        misses.sort_by_key(|miss| finding::distance(miss.rejection.class));
        misses
    }
}

/// By the time before which it was proven to exist; several of one time, all of them.
fn newest<'w, 'v>(documents: &[&'w Weighed<'v>]) -> Vec<&'w Weighed<'v>> {
    let mut by_time: BTreeMap<Option<i64>, Vec<&'w Weighed<'v>>> = BTreeMap::new();
    for one in documents {
        by_time.entry(one.order).or_default().push(one);
    }
    by_time.pop_last().map(|(_, newest)| newest).unwrap_or_default()
}
