//! What was found and proven about each target of one image, examined once for all rules.

use std::cell::RefCell;
use std::rc::Rc;

use super::age;
use crate::digest::Digest;
use crate::evidence::{self, Candidate, Content, Kind, Store};
use crate::limits;
use crate::policy::{RuleKind, TypeNames, TypeSet};
use crate::signer::Signer;
use crate::statement;
use crate::targets::Target;
use crate::trust::Root;
use crate::verify::{self, Prover, Reading, Verified};
use crate::wit::basics::{Carrier, Failure, ResultClass};
use crate::wit::evidence::{Attempt, Evidence, Form, Outcome, Rejection};
use crate::wit::report;
use crate::wit::request::Request;

/// Against whom evidence is tried.
pub(super) enum Tried<'p> {
    /// What the rules ask for, against the signers that they name.
    Asked(Vec<Asked<'p>>),
    /// Whatever there is, against these signers.
    Everything(Vec<&'p Signer>),
    /// Whatever there is, against each trusted root.
    Anyone,
}

/// A signer, and what of theirs the rules ask for.
pub(super) struct Asked<'p> {
    pub signer: &'p Signer,
    /// A rule asks for their image signatures.
    pub signatures: bool,
    /// A rule asks for their attestations of any type.
    pub attestations: bool,
    /// Rules ask for their attestations of these types.
    pub types: Vec<&'p TypeSet>,
}

impl Asked<'_> {
    /// What cannot be read may be anything.
    fn is_for(&self, reading: &Reading<'_>) -> bool {
        match (&reading.predicate_type, reading.is_attestation()) {
            (_, true) if self.attestations => true,
            (Some(predicate_type), true) => self.types.iter().any(|types| types.contains(predicate_type)),
            (None, true) => !self.types.is_empty(),
            (None, false) if matches!(reading.form, Form::Other | Form::BundleEnvelope) => true,
            (Some(_), false) if reading.form == Form::Other => true,
            (_, false) => self.signatures,
        }
    }
}

pub(super) struct Docket<'a, 'p> {
    request: &'a Request,
    image: &'p str,
    store: &'p Store<'a>,
    prover: &'p Prover<'p>,
    tried: Tried<'p>,
    names: &'p TypeNames,
    examined: RefCell<Vec<Rc<Examined<'a>>>>,
}

/// One target with its evidence.
pub(super) struct Examined<'a> {
    pub target: Target<'a>,
    pub pieces: Vec<Piece<'a>>,
    /// What was proven, for rules to see.
    pub verified: Vec<Verified>,
    /// Why there may be more than what was seen.
    pub unseen: Vec<Unseen>,
}

/// A place where nobody could look, or bytes that nobody could have.
pub(super) struct Unseen {
    pub carrier: Option<Carrier>,
    pub failure: Failure,
}

impl Unseen {
    /// The tags of older tools hold one kind of evidence each, so a fault there says nothing about the other kind.
    pub fn concerns(&self, kind: &RuleKind) -> bool {
        let beside: &[Carrier] = match kind {
            RuleKind::Signature(_) => &[Carrier::AttestationTag, Carrier::SbomTag],
            RuleKind::Attested(..) | RuleKind::Attestations(_) | RuleKind::Annotated(_) => {
                &[Carrier::SignatureTag, Carrier::SbomTag]
            }
        };
        !self.carrier.is_some_and(|carrier| beside.contains(&carrier))
    }
}

pub(super) struct Piece<'a> {
    pub candidate: Candidate<'a>,
    pub form: Form,
    pub predicate_type: Option<String>,
    pub attempts: Vec<Try>,
}

pub(super) struct Try {
    /// None: no policy was given.
    pub signer: Option<String>,
    /// An index into `Examined::verified`.
    pub outcome: Result<usize, Rejection>,
}

impl<'a: 'p, 'p> Docket<'a, 'p> {
    pub fn new(
        request: &'a Request,
        store: &'p Store<'a>,
        prover: &'p Prover<'p>,
        tried: Tried<'p>,
        names: &'p TypeNames,
    ) -> Self {
        Self {
            request,
            image: &request.image.name,
            store,
            prover,
            tried,
            names,
            examined: RefCell::new(Vec::new()),
        }
    }

    /// With another name for the image: that of its origin.
    pub fn named(self, image: &'p str) -> Self {
        Self { image, ..self }
    }

    pub fn examine(&self, target: &Target<'a>) -> Rc<Examined<'a>> {
        let known = self
            .examined
            .borrow()
            .iter()
            .find(|one| one.target.digest == target.digest)
            .cloned();
        if let Some(known) = known {
            return known;
        }
        let examined = Rc::new(self.look(target));
        self.examined.borrow_mut().push(Rc::clone(&examined));
        examined
    }

    /// The normalised name that the image is judged by.
    pub fn name(&self) -> &'p str {
        self.image
    }

    pub fn now(&self) -> i64 {
        self.request.time
    }

    pub fn targets(&self) -> Vec<report::Target> {
        let describe = |one: &Rc<Examined<'_>>| report::Target {
            digest: one.target.digest.to_string(),
            platform: one.target.platform.clone(),
            media_type: one.target.media_type.clone(),
        };
        self.examined.borrow().iter().map(describe).collect()
    }

    pub fn failures(&self) -> Vec<Failure> {
        self.examined
            .borrow()
            .iter()
            .flat_map(|one| one.unseen.iter().map(|unseen| unseen.failure.clone()))
            .collect()
    }

    pub fn evidence(&self) -> Vec<Evidence> {
        let examined = self.examined.borrow();
        let pieces = examined
            .iter()
            .flat_map(|one| one.pieces.iter().map(move |piece| (one, piece)));
        pieces
            .map(|(one, piece)| piece.evidence(&one.verified, self.names))
            .collect()
    }

    /// Everything that was looked at so far.
    pub fn examined(&self) -> Vec<Rc<Examined<'a>>> {
        self.examined.borrow().clone()
    }

    fn look(&self, target: &Target<'a>) -> Examined<'a> {
        let subject = target.digest;
        let mut found = evidence::candidates(self.store, &self.request.lookups, &self.request.bundles, subject);
        let failed = evidence::failures(&self.request.lookups, subject);
        let mut unseen: Vec<_> = failed
            .map(|(carrier, failure)| Unseen {
                carrier: Some(carrier),
                failure: failure.clone(),
            })
            .collect();
        if found.len() > limits::CANDIDATES {
            unseen.push(Unseen {
                carrier: None,
                failure: flooded(subject, found.len()),
            });
            found.truncate(limits::CANDIDATES);
        }
        let mut examined = Examined {
            target: target.clone(),
            pieces: Vec::new(),
            verified: Vec::new(),
            unseen,
        };
        for candidate in found {
            let piece = self.try_piece(candidate, target, &mut examined);
            examined.pieces.push(piece);
        }
        examined
    }

    fn try_piece(&self, mut candidate: Candidate<'a>, target: &Target<'a>, examined: &mut Examined<'a>) -> Piece<'a> {
        let about = verify::Target {
            digest: target.digest,
            manifest: target.manifest,
        };
        let reading = self.prover.read(&candidate, about);
        if let Content::Unseen(failure) = &candidate.content {
            examined.unseen.push(Unseen {
                carrier: Some(candidate.carrier),
                failure: failure.clone(),
            });
        }
        let mut attempts = Vec::new();
        for (signer, outcome) in self.attempts(&candidate, &reading) {
            let outcome = outcome.map(|verified| {
                examined.verified.push(verified);
                examined.verified.len() - 1
            });
            if let Err(rejection) = &outcome
                && rejection.class == ResultClass::BudgetExceeded
            {
                examined.unseen.push(Unseen {
                    carrier: Some(candidate.carrier),
                    failure: over_budget(&candidate, rejection),
                });
            }
            attempts.push(Try { signer, outcome });
        }
        let unknown = age::unknown_to_old(candidate.digest, &attempts, |one| self.roots_of(one), self.now());
        examined.unseen.extend(unknown.map(|failure| Unseen {
            carrier: Some(candidate.carrier),
            failure,
        }));
        let predicate_type = reading.predicate_type.clone();
        candidate.remarks.extend(another_type_stated(&candidate, &reading));
        Piece {
            candidate,
            form: reading.form,
            predicate_type,
            attempts,
        }
    }

    /// The roots that an attempt was made under.
    fn roots_of(&self, attempt: &Try) -> Vec<&'p Root> {
        let Some(name) = &attempt.signer else {
            return self.prover.roots.values().collect();
        };
        let signer = match &self.tried {
            Tried::Asked(asked) => asked.iter().map(|one| one.signer).find(|one| one.name == *name),
            Tried::Everything(signers) => signers.iter().copied().find(|one| one.name == *name),
            Tried::Anyone => None,
        };
        let root = signer.and_then(|signer| self.prover.roots.get(signer.root.as_ref()?));
        root.into_iter().collect()
    }

    fn attempts(
        &self,
        candidate: &Candidate<'_>,
        reading: &Reading<'_>,
    ) -> Vec<(Option<String>, Result<Verified, Rejection>)> {
        let by_name = |signers: &[&Signer]| {
            let prove = |one: &&Signer| (Some(one.name.clone()), self.prover.prove(candidate, reading, one));
            signers.iter().map(prove).collect()
        };
        if candidate.content.is_beside() {
            let refused = reading.signed.as_ref().err().cloned();
            return refused.map(|rejection| (None, Err(rejection))).into_iter().collect();
        }
        match &self.tried {
            Tried::Asked(asked) => {
                let meant: Vec<_> = asked
                    .iter()
                    .filter(|one| one.is_for(reading))
                    .map(|one| one.signer)
                    .collect();
                match meant.as_slice() {
                    [] if reading.is_attestation() => vec![(None, Err(attestation(reading)))],
                    meant => by_name(meant),
                }
            }
            Tried::Everything(signers) => by_name(signers),
            Tried::Anyone => vec![(None, self.anyone(candidate, reading))],
        }
    }

    /// Of several roots the nearest refusal; where none knows the signer, all of them are named.
    fn anyone(&self, candidate: &Candidate<'_>, reading: &Reading<'_>) -> Result<Verified, Rejection> {
        let mut refused: Vec<Rejection> = Vec::new();
        for root in self.prover.roots.values() {
            match self.prover.prove_anyone(candidate, reading, root) {
                Ok(verified) => return Ok(verified),
                Err(rejection) => refused.push(rejection),
            }
        }
        let strangers = refused.len() > 1 && refused.iter().all(|one| one.class == ResultClass::UntrustedRoot);
        let nearest = refused.into_iter().min_by_key(|one| match one.class {
            ResultClass::UntrustedRoot => 1,
            _ => 0,
        });
        let mut rejection = nearest.unwrap_or_else(|| evidence::malformed("no trusted root was given".to_owned()));
        if strangers {
            let names: Vec<_> = self.prover.roots.keys().map(|name| format!("`{name}`")).collect();
            rejection.reason = format!("signed under none of the trusted roots {}", names.join(", "));
        }
        Err(rejection)
    }
}

impl Piece<'_> {
    /// It may be anything: nobody could read so much as its type.
    pub fn is_unreadable(&self) -> bool {
        let broken = !self.candidate.content.is_beside() && !matches!(self.candidate.content, Content::Unseen(_));
        let statement = matches!(self.form, Form::Other | Form::Envelope | Form::BundleEnvelope);
        broken && self.predicate_type.is_none() && statement
    }

    /// It is an image signature, or would be one if it counted.
    pub fn is_signature(&self) -> bool {
        match self.form {
            Form::SimpleSigning | Form::BundleMessage => true,
            _ => self.predicate_type.as_deref() == Some(statement::COSIGN_SIGN),
        }
    }

    pub fn evidence(&self, verified: &[Verified], names: &TypeNames) -> Evidence {
        let candidate = &self.candidate;
        let attempt = |one: &Try| Attempt {
            signer: one.signer.clone(),
            outcome: match &one.outcome {
                Ok(index) => Outcome::Verified(verified[*index].proof().clone()),
                Err(rejection) => Outcome::Rejected(rejection.clone()),
            },
        };
        Evidence {
            digest: candidate.digest.to_string(),
            manifest: candidate.manifest.map(|digest| digest.to_string()),
            subject: candidate.subject.to_string(),
            carrier: candidate.carrier,
            media_type: candidate.media_type.clone(),
            artifact_type: candidate.artifact_type.clone(),
            size: candidate.size,
            form: self.form,
            short_type: self.short_type(names).to_owned(),
            predicate_type: self.predicate_type.clone(),
            remarks: candidate.remarks.clone(),
            attempts: self.attempts.iter().map(attempt).collect(),
        }
    }

    pub fn short_type<'n>(&'n self, names: &'n TypeNames) -> &'n str {
        match (&self.predicate_type, &self.candidate.content) {
            (Some(predicate_type), _) => names.short(predicate_type),
            (None, Content::Unsigned(Kind::Document(short), _)) => short,
            (None, Content::Unsigned(Kind::Statement, _)) => statement::OTHER,
            (None, _) if self.is_signature() => "signature",
            (None, _) => "unknown",
        }
    }
}

fn another_type_stated(candidate: &Candidate<'_>, reading: &Reading<'_>) -> Option<String> {
    let (stated, found) = (candidate.stated_type.as_ref()?, reading.predicate_type.as_ref()?);
    (stated != found).then(|| format!("its annotation says `{stated}`; what counts is the payload"))
}

fn attestation(reading: &Reading<'_>) -> Rejection {
    let predicate_type = reading.predicate_type.as_deref().unwrap_or("an attestation");
    Rejection {
        class: ResultClass::NotASignature,
        reason: "an attestation, not an image signature".to_owned(),
        expected: None,
        found: Some(predicate_type.to_owned()),
        hint: Some("an attestation does not make an image signed: run `cosign sign`".to_owned()),
    }
}

fn flooded(subject: Digest, found: usize) -> Failure {
    Failure {
        class: ResultClass::BudgetExceeded,
        place: format!("evidence about {subject}"),
        reason: format!("{found} pieces, of which {} were looked at", limits::CANDIDATES),
    }
}

fn over_budget(candidate: &Candidate<'_>, rejection: &Rejection) -> Failure {
    Failure {
        class: ResultClass::BudgetExceeded,
        place: candidate.digest.to_string(),
        reason: rejection.reason.clone(),
    }
}
