//! What is handed out of an image's evidence: of each type that is asked for the documents that count, chosen as asked for,
//! and why others do not. Verified bytes leave the component here and nowhere else.

mod choose;
mod files;
mod triage;
mod wanted;

use std::rc::Rc;

use super::docket::{Docket, Examined, Piece};
use super::inspect::{Means, look_at_everything};
use super::resolved;
use crate::crypto;
use crate::digest::Digest;
use crate::evidence::Store;
use crate::policy::TypeNames;
use crate::verify::{Prover, Verified};
use crate::wit::basics::{Failure, ResultClass};
use crate::wit::diagnostics::Error;
use crate::wit::evidence::{Form, Principal, Rejection};
use crate::wit::extraction::{Answer, Extraction, Item, Outcome, Proven, Selection, Standing, Trust, Uncounted};
use crate::wit::request::Request;

use choose::Chosen;
use wanted::{Question, questions};

/// Proves what was collected and hands out what is selected.
pub fn extract(request: &Request, selection: &Selection) -> Result<Extraction, Error> {
    crypto::install();
    let means = Means::read(request)?;
    let mut extraction = Extraction {
        digest: request.image.resolved.as_ref().ok().cloned(),
        answers: Vec::new(),
        items: Vec::new(),
        uncounted: Vec::new(),
        failures: Vec::new(),
        warnings: means.warnings.clone(),
    };
    wanted::check(selection, &means.names)?;
    let digest = match resolved(request)? {
        Ok(digest) => digest,
        Err(failure) => {
            extraction.answers = unresolved(selection, &failure);
            extraction.failures.push(failure);
            return Ok(extraction);
        }
    };
    let store = Store::new(request);
    let prover = Prover::new(&means.roots, request.time);
    let docket = Docket::new(request, &store, &prover, means.tried(), &means.names);
    let unseen_platforms = look_at_everything(&docket, &store, digest);
    let examined = docket.examined();
    let handout = Handout {
        selection,
        prover: &prover,
        store: &store,
        names: &means.names,
        documents: documents(&examined, means.signers.is_some()),
        examined: &examined,
        unseen_platforms,
    };
    for question in questions(selection, &means.names, &handout.documents) {
        handout.answer(&question, &mut extraction);
    }
    extraction.failures.extend(docket.failures());
    extraction.failures.extend(handout.unseen_platforms.clone());
    Ok(extraction)
}

/// Everything that answers are given from.
struct Handout<'h, 'a> {
    selection: &'h Selection,
    prover: &'h Prover<'h>,
    store: &'h Store<'a>,
    names: &'h TypeNames,
    documents: Vec<Document<'h, 'a>>,
    examined: &'h [Rc<Examined<'a>>],
    unseen_platforms: Option<Failure>,
}

/// A piece of evidence, once, however many places it was found at.
struct Document<'h, 'a> {
    examined: &'h Examined<'a>,
    piece: &'h Piece<'a>,
    standing: Result<&'h Verified, Rejection>,
}

impl<'h> Document<'h, '_> {
    fn digest(&self) -> Digest {
        self.piece.candidate.digest
    }

    fn verified(&self) -> Option<&'h Verified> {
        self.standing.as_ref().ok().copied()
    }

    /// Two signatures over one document are one document.
    fn document(&self) -> Digest {
        match self.verified().map(Verified::payload) {
            Some(payload) if !payload.is_empty() => Digest::of(payload),
            _ => self.digest(),
        }
    }

    /// Several people's signatures of one payload are layers with one digest.
    fn is_same(&self, other: &Self) -> bool {
        let (one, two) = (&self.piece.candidate, &other.piece.candidate);
        let carried = self.piece.form != Form::SimpleSigning || (one.manifest, one.layer) == (two.manifest, two.layer);
        one.digest == two.digest && carried
    }
}

/// Evidence about several platforms that was found at each of them, as bundle files are, counts where it is proven.
fn documents<'h, 'a>(examined: &'h [Rc<Examined<'a>>], someone_is_trusted: bool) -> Vec<Document<'h, 'a>> {
    let mut documents: Vec<Document<'h, 'a>> = Vec::new();
    for one in examined {
        for piece in &one.pieces {
            let document = Document {
                examined: one,
                piece,
                standing: standing(one, piece, someone_is_trusted),
            };
            match documents.iter_mut().find(|known| known.is_same(&document)) {
                Some(known) if known.standing.is_err() && document.standing.is_ok() => *known = document,
                Some(_) => {}
                None => documents.push(document),
            }
        }
    }
    documents
}

fn standing<'h>(
    examined: &'h Examined<'_>,
    piece: &Piece<'_>,
    someone_is_trusted: bool,
) -> Result<&'h Verified, Rejection> {
    let proven = piece.attempts.iter().find_map(|one| one.outcome.as_ref().ok());
    match proven.map(|index| &examined.verified[*index]) {
        Some(verified) if someone_is_trusted => Ok(verified),
        Some(verified) => Err(nobody_is_trusted(verified)),
        None => {
            let refused = piece.attempts.iter().filter_map(|one| one.outcome.as_ref().err());
            let nearest = refused.min_by_key(|one| super::finding::distance(one.class));
            Err(nearest.cloned().unwrap_or_else(nothing_tried))
        }
    }
}

fn nobody_is_trusted(verified: &Verified) -> Rejection {
    let who = match &verified.proof().principal {
        Principal::Key(digest) => format!("key {digest}"),
        Principal::Certificate(one) => one.subject.clone(),
    };
    Rejection {
        class: ResultClass::NoMatchingSigner,
        reason: format!("signed by `{who}`, and nothing says that this signer is trusted"),
        expected: None,
        found: Some(who),
        hint: Some("name the signer in a policy, or by `--key` or `--certificate-identity`".to_owned()),
    }
}

fn nothing_tried() -> Rejection {
    Rejection {
        class: ResultClass::NoMatchingSigner,
        reason: "no signer was tried".to_owned(),
        expected: None,
        found: None,
        hint: None,
    }
}

/// The image is not known, so nothing is.
fn unresolved(selection: &Selection, failure: &Failure) -> Vec<Answer> {
    let answer = |asked: &str| Answer {
        asked: asked.to_owned(),
        outcome: Outcome::Undecided,
        reason: format!("{}: {}", failure.place, failure.reason),
        hint: None,
    };
    match selection.types.as_slice() {
        [] => vec![answer("")],
        types => types.iter().map(|one| answer(one)).collect(),
    }
}

impl<'h, 'a> Handout<'h, 'a> {
    fn answer(&self, question: &Question, extraction: &mut Extraction) {
        let Chosen {
            mut outcome,
            mut reason,
            hint,
            documents,
        } = self.choose(question);
        for document in &documents {
            match self.files(document) {
                Ok(files) => extraction.items.push(Item {
                    evidence: self.evidence(document),
                    standing: said(document),
                    files,
                }),
                Err(rejection) => {
                    let worse = match rejection.class {
                        ResultClass::DiscoveryFailed | ResultClass::BudgetExceeded | ResultClass::OutdatedRoot => {
                            Outcome::Undecided
                        }
                        _ => Outcome::Refused,
                    };
                    if worse < outcome {
                        outcome = worse;
                        reason = rejection.reason.clone();
                    }
                    extraction.uncounted.push(Uncounted {
                        evidence: self.evidence(document),
                        rejection,
                    });
                }
            }
        }
        let left_out = self.documents.iter().filter(|one| question.takes(one, self.names));
        for document in left_out {
            let handed_out = documents.iter().any(|chosen| chosen.is_same(document));
            if let (false, Err(rejection)) = (handed_out, &document.standing) {
                extraction.uncounted.push(Uncounted {
                    evidence: self.evidence(document),
                    rejection: rejection.clone(),
                });
            }
        }
        extraction.answers.push(Answer {
            asked: question.asked.clone(),
            outcome,
            reason,
            hint,
        });
    }

    fn evidence(&self, document: &Document<'_, '_>) -> crate::wit::evidence::Evidence {
        document.piece.evidence(&document.examined.verified, self.names)
    }

    fn admits_unproven(&self) -> bool {
        self.selection.trust == Trust::Anything
    }
}

fn said(document: &Document<'_, '_>) -> Standing {
    match &document.standing {
        Ok(verified) => Standing::Verified(Proven {
            signer: Some(verified.signer().to_owned()),
            principal: verified.proof().principal.clone(),
            time: verified.proof().time,
        }),
        Err(rejection) => Standing::Unverified(rejection.clone()),
    }
}
