//! Evidence, signer and trust in; [`Verified`] or a rejection out.
//!
//! [`Verified`] has private fields and is built in this module alone, after every check that its signer demands. Rules take
//! `&[Verified]`, so what nobody proved cannot reach one.

mod budget;
mod certificate;
mod key;
mod legacy;
mod log;
mod names;
mod person;
mod proof;
mod prove;
mod refusal;
mod signed;
mod timestamp;
mod untimed;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::digest::Digest;
use crate::evidence::Candidate;
use crate::signer::{CtDemand, LogDemand, PublicKey, Recognises, Signer};
use crate::trust::Root;
use crate::wit::basics::ResultClass;
use crate::wit::evidence::{Form, Principal, Proof, Rejection};

use budget::Budget;
pub(crate) use certificate::Leaf;
use key::in_use;
pub(crate) use key::schemes;
use person::{is_pinned, person};
use proof::{certificate_proof, not_looked_at, proof};
use prove::{Demand, Proven, TimeDemand};
use signed::{Material, Signed};
pub(crate) use signed::{Reading, Target};

/// A piece of evidence that a signer made, proven in every step that the signer demands.
#[derive(Debug)]
pub(crate) struct Verified {
    signer: String,
    evidence: Digest,
    form: Form,
    predicate_type: Option<String>,
    annotations: BTreeMap<String, String>,
    docker_reference: Option<String>,
    subjects: usize,
    payload: Rc<[u8]>,
    person: String,
    proof: Proof,
}

impl Verified {
    pub fn signer(&self) -> &str {
        &self.signer
    }

    pub fn evidence(&self) -> Digest {
        self.evidence
    }

    pub fn form(&self) -> Form {
        self.form
    }

    pub fn predicate_type(&self) -> Option<&str> {
        self.predicate_type.as_deref()
    }

    /// From the signed bytes: of the subject that is this image, or of a simple signing payload.
    pub fn annotations(&self) -> &BTreeMap<String, String> {
        &self.annotations
    }

    pub fn docker_reference(&self) -> Option<&str> {
        self.docker_reference.as_deref()
    }

    /// Subjects of the statement.
    pub fn subjects(&self) -> usize {
        self.subjects
    }

    /// The signed bytes: statement or simple signing payload; empty for a message signature.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// One person under two names, or twice under one, is one principal: the key, or issuer and subject.
    pub fn principal(&self) -> &str {
        &self.person
    }

    pub fn proof(&self) -> &Proof {
        &self.proof
    }
}

/// Tries evidence of one image against signers, within the image's budget.
#[derive(Debug)]
pub(crate) struct Prover<'a> {
    pub roots: &'a BTreeMap<String, Root>,
    pub now: i64,
    budget: Budget,
    /// Proofs by certificate do not depend on who is meant, so signers share them.
    proven: RefCell<BTreeMap<ProofKey, Result<Proven, Rejection>>>,
}

/// Evidence by its carrier, target, certificate and root, and what the signer demands.
type ProofKey = (
    (Option<Digest>, usize, Digest),
    Digest,
    Digest,
    String,
    (LogKey, CtDemand, TimeDemand),
);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum LogKey {
    Entry,
    InclusionProof,
    Waived,
}

impl<'a> Prover<'a> {
    pub fn new(roots: &'a BTreeMap<String, Root>, now: i64) -> Self {
        Self {
            roots,
            now,
            budget: Budget::new(),
            proven: RefCell::new(BTreeMap::new()),
        }
    }

    /// Reads a candidate, once for all signers.
    pub fn read<'c>(&self, candidate: &Candidate<'c>, target: Target<'c>) -> Reading<'c> {
        match self.budget.read(candidate.content.size()) {
            Ok(()) => signed::read(candidate, target),
            Err(rejection) => signed::other(rejection),
        }
    }

    /// Whether `signer` made this.
    pub fn prove(
        &self,
        candidate: &Candidate<'_>,
        reading: &Reading<'_>,
        signer: &Signer,
    ) -> Result<Verified, Rejection> {
        let signed = reading.signed.as_ref().map_err(Rejection::clone)?;
        let proof = match (&signer.recognises, &signed.material) {
            (Recognises::Keys(keys), Material::PublicKey { hint }) => self.by_keys(signed, keys, hint, signer)?,
            (Recognises::Keys(_), Material::Certificate(leaf)) => {
                return Err(another_kind(
                    "a key",
                    &format!("a certificate for {}", leaf.identity.subject.as_str()),
                ));
            }
            (_, Material::PublicKey { .. }) if signer.pinned().is_some() => {
                self.by_pinned(candidate, signed, signer)?
            }
            (_, Material::PublicKey { .. }) => return Err(another_kind("a certificate", "a key")),
            (_, Material::Certificate(leaf)) => {
                is_pinned(leaf, signer)?;
                let proof = self.by_certificate(candidate, signed, leaf, signer)?;
                signer.recognises(&leaf.identity).map_err(|mismatch| Rejection {
                    class: ResultClass::IdentityMismatch,
                    reason: format!(
                        "signed by `{}`: `{}` differs",
                        leaf.identity.subject.as_str(),
                        mismatch.field
                    ),
                    expected: Some(mismatch.expected),
                    found: Some(mismatch.found),
                    hint: mismatch.hint,
                })?;
                proof
            }
        };
        let person = person(&proof, signer.pinned());
        Ok(verified(candidate, reading, signed, signer.name.clone(), person, proof))
    }

    /// Whatever identity is proven under `root`, for looking without a policy.
    pub fn prove_anyone(
        &self,
        candidate: &Candidate<'_>,
        reading: &Reading<'_>,
        root: &Root,
    ) -> Result<Verified, Rejection> {
        let signed = reading.signed.as_ref().map_err(Rejection::clone)?;
        let Material::Certificate(leaf) = &signed.material else {
            return Err(Rejection {
                class: ResultClass::NoMatchingSigner,
                reason: "signed with a key, and no key was given".to_owned(),
                expected: None,
                found: None,
                hint: Some("give `--key FILE`, or a policy with a `key` signer".to_owned()),
            });
        };
        let demand = Demand {
            log: LogDemand::Entry,
            ct: CtDemand::Required,
            time: TimeDemand::Proven,
            now: self.now,
        };
        leaf.has_names()?;
        let proven = self.shared(candidate, signed, leaf, root, demand)?;
        let proof = certificate_proof(signed, leaf, root, demand, proven);
        let person = person(&proof, None);
        Ok(verified(candidate, reading, signed, String::new(), person, proof))
    }

    /// Signed with the key of the pinned certificate, and the certificate did not come along: `cosign sign --key` does that.
    fn by_pinned(&self, candidate: &Candidate<'_>, signed: &Signed<'_>, signer: &Signer) -> Result<Proof, Rejection> {
        let pinned = signer.pinned().map(|pinned| pinned.der.as_slice()).unwrap_or_default();
        let leaf = Leaf::read(pinned)?;
        self.by_certificate(candidate, signed, &leaf, signer)
    }

    fn by_certificate(
        &self,
        candidate: &Candidate<'_>,
        signed: &Signed<'_>,
        leaf: &Leaf,
        signer: &Signer,
    ) -> Result<Proof, Rejection> {
        let root = self.root(signer)?;
        let own = matches!(&signer.recognises, Recognises::Certificate(one) if !one.is_of_the_root());
        if !own {
            leaf.has_names()?;
        }
        let demand = Demand {
            log: signer.log,
            ct: signer.ct,
            time: if own && matches!(signer.log, LogDemand::Waived { .. }) {
                TimeDemand::ProvenOrNow
            } else {
                TimeDemand::Proven
            },
            now: self.now,
        };
        let proven = self.shared(candidate, signed, leaf, root, demand)?;
        Ok(certificate_proof(signed, leaf, root, demand, proven))
    }

    fn shared(
        &self,
        candidate: &Candidate<'_>,
        signed: &Signed<'_>,
        leaf: &Leaf,
        root: &Root,
        demand: Demand,
    ) -> Result<Proven, Rejection> {
        let log = match demand.log {
            LogDemand::Entry => LogKey::Entry,
            LogDemand::InclusionProof => LogKey::InclusionProof,
            LogDemand::Waived { .. } => LogKey::Waived,
        };
        // The same bytes carried twice are two proofs: certificate and log entry may lie in a layer's annotations.
        let carried = (candidate.manifest, candidate.layer, candidate.digest);
        let demanded = (log, demand.ct, demand.time);
        let key = (
            carried,
            candidate.subject,
            leaf.fingerprint(),
            root.name.clone(),
            demanded,
        );
        if let Some(known) = self.proven.borrow().get(&key) {
            return known.clone();
        }
        self.budget.check(signed)?;
        let outcome = prove::by_certificate(signed, leaf, root, demand, &|| self.budget.check(signed));
        self.proven.borrow_mut().insert(key, outcome.clone());
        outcome
    }

    fn by_keys(
        &self,
        signed: &Signed<'_>,
        keys: &[PublicKey],
        hint: &str,
        signer: &Signer,
    ) -> Result<Proof, Rejection> {
        let mut refused = key::another_key();
        for key in keys {
            match self
                .by_key(signed, key, signer)
                .and_then(|proof| in_use(key, proof, self.now))
            {
                Ok(proof) => return Ok(proof),
                Err(rejection) if rejection.class == ResultClass::BudgetExceeded => return Err(rejection),
                Err(rejection) if rejection.class != ResultClass::NoMatchingSigner => refused = rejection,
                Err(rejection) if refused.class == ResultClass::NoMatchingSigner => refused = rejection,
                Err(_) => {}
            }
        }
        if let Some(near) = hinted(keys, hint).filter(|_| refused.class == ResultClass::NoMatchingSigner) {
            refused.hint = Some(near);
        }
        Err(refused)
    }

    fn by_key(&self, signed: &Signed<'_>, key: &PublicKey, signer: &Signer) -> Result<Proof, Rejection> {
        let principal = Principal::Key(Digest::of(&key.spki).to_string());
        if let LogDemand::Waived { .. } = signer.log {
            key::signs(signed, &key.spki, &|| self.budget.check(signed))?;
            let proven = Proven {
                remarks: not_looked_at(signed),
                ..Proven::default()
            };
            return Ok(proof(signed, principal, None, signer.log, CtDemand::Required, proven));
        }
        let root = self.root(signer)?;
        let demand = Demand {
            log: signer.log,
            ct: CtDemand::Required,
            time: TimeDemand::Proven,
            now: self.now,
        };
        self.budget.check(signed)?;
        let proven = prove::by_key(signed, &key.spki, root, demand)?;
        Ok(proof(
            signed,
            principal,
            Some(root),
            signer.log,
            CtDemand::Required,
            proven,
        ))
    }

    fn root(&self, signer: &Signer) -> Result<&'a Root, Rejection> {
        signer
            .root
            .as_ref()
            .and_then(|name| self.roots.get(name))
            .ok_or_else(|| Rejection {
                class: ResultClass::UntrustedRoot,
                reason: format!("the signer `{}` has no trusted root", signer.name),
                expected: None,
                found: None,
                hint: None,
            })
    }
}

fn verified(
    candidate: &Candidate<'_>,
    reading: &Reading<'_>,
    signed: &Signed<'_>,
    signer: String,
    person: String,
    proof: Proof,
) -> Verified {
    Verified {
        signer,
        evidence: candidate.digest,
        form: reading.form,
        predicate_type: signed.facts.predicate_type.clone(),
        annotations: signed.facts.annotations.clone(),
        docker_reference: signed.facts.docker_reference.clone(),
        subjects: signed.facts.subjects,
        payload: Rc::clone(&signed.facts.payload),
        person,
        proof,
    }
}

fn another_kind(wants: &str, found: &str) -> Rejection {
    Rejection {
        class: ResultClass::NoMatchingSigner,
        reason: "signed in another way than the signer signs".to_owned(),
        expected: Some(wants.to_owned()),
        found: Some(found.to_owned()),
        hint: None,
    }
}

/// A bundle may name the key it was made with: base64 of the SPKI's SHA-256. A near miss, never a condition.
fn hinted(keys: &[PublicKey], hint: &str) -> Option<String> {
    use base64::Engine as _;
    let standard = base64::engine::general_purpose::STANDARD;
    let names = |key: &&PublicKey| !hint.is_empty() && standard.encode(Digest::of(&key.spki).as_bytes()) == hint;
    let named = keys.iter().find(names)?;
    Some(format!(
        "the bundle names the key `{}`, but does not verify with it: the signed bytes were altered",
        named.name
    ))
}
