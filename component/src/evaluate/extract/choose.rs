//! Which of the documents of one type are handed out (meanings 6 to 8 of docs/policy.md, for looking).

use super::wanted::Question;
use super::{Document, Handout};
use crate::digest::Digest;
use crate::wit::basics::Failure;
use crate::wit::extraction::{Choice, Outcome};

pub(super) struct Chosen<'c, 'h, 'a> {
    pub outcome: Outcome,
    pub reason: String,
    pub hint: Option<String>,
    pub documents: Vec<&'c Document<'h, 'a>>,
}

impl<'h, 'a> Handout<'h, 'a> {
    pub(super) fn choose(&self, question: &Question) -> Chosen<'_, 'h, 'a> {
        let of_type: Vec<_> = self
            .documents
            .iter()
            .filter(|one| question.takes(one, self.names) && self.has_digest(one))
            .collect();
        let hazard = self.hazard(question);
        let pool = self.pool(&of_type);
        match (&hazard, of_type.as_slice(), pool.as_slice()) {
            (Some(failure), _, []) => undecided(failure, Vec::new()),
            (None, [], _) => nothing(question),
            (None, found, []) => none_counts(found),
            _ => self.of_pool(hazard, &of_type, pool),
        }
    }

    /// What was proven; what was not where that is admitted, and beside what was proven only where all is asked for.
    fn pool<'c>(&self, found: &[&'c Document<'h, 'a>]) -> Vec<&'c Document<'h, 'a>> {
        let proven: Vec<_> = found.iter().copied().filter(|one| one.standing.is_ok()).collect();
        let all = matches!(self.selection.choice, Choice::All);
        match self.admits_unproven() && (all || proven.is_empty()) {
            true => found.to_vec(),
            false => proven,
        }
    }

    fn of_pool<'c>(
        &self,
        hazard: Option<Failure>,
        found: &[&'c Document<'h, 'a>],
        pool: Vec<&'c Document<'h, 'a>>,
    ) -> Chosen<'c, 'h, 'a> {
        match (&self.selection.choice, hazard) {
            (Choice::Digest(_), _) => match distinct(found, Document::digest) {
                1 => handed_out(pool),
                several => too_many(several, "give more digits"),
            },
            (Choice::All, Some(failure)) => undecided(&failure, pool),
            (Choice::All, None) => handed_out(pool),
            (Choice::ExactlyOne, Some(failure)) | (Choice::Latest, Some(failure)) => undecided(&failure, Vec::new()),
            (Choice::ExactlyOne, None) => match distinct(&pool, Document::document) {
                1 => handed_out(pool.into_iter().take(1).collect()),
                several => too_many(several, "choose with `--select latest`, `all` or `sha256:…`"),
            },
            (Choice::Latest, None) => newest(pool),
        }
    }

    fn has_digest(&self, document: &Document<'_, '_>) -> bool {
        match &self.selection.choice {
            Choice::Digest(prefix) => document.digest().to_string().starts_with(prefix.as_str()),
            Choice::All | Choice::Latest | Choice::ExactlyOne => true,
        }
    }

    /// Why there may be more than was seen. The newest is not known either where something cannot be read: it may be it.
    fn hazard(&self, question: &Question) -> Option<Failure> {
        let unsigned_too = self.admits_unproven();
        let unseen = self.examined.iter().flat_map(|one| &one.unseen);
        let unseen = unseen.filter(|one| question.concerns(one.carrier, unsigned_too));
        let unreadable = self
            .documents
            .iter()
            .filter(|one| matches!(self.selection.choice, Choice::Latest) && one.piece.is_unreadable())
            .map(|one| super::super::attested::unreadable(one.digest(), "it cannot be read"));
        unseen
            .map(|one| one.failure.clone())
            .chain(self.unseen_platforms.clone())
            .chain(unreadable)
            .next()
    }
}

fn distinct<'c, 'h, 'a>(documents: &[&'c Document<'h, 'a>], digest: impl Fn(&Document<'h, 'a>) -> Digest) -> usize {
    let digests: std::collections::BTreeSet<_> = documents.iter().map(|one| digest(one)).collect();
    digests.len()
}

/// By the time before which it was proven to exist, as rules order them; of equal times all. Without a lower bound anybody
/// can have an old signature stamped anew, so that nothing can be told.
fn newest<'c, 'h, 'a>(pool: Vec<&'c Document<'h, 'a>>) -> Chosen<'c, 'h, 'a> {
    if distinct(&pool, Document::document) == 1 {
        return handed_out(pool.into_iter().take(1).collect());
    }
    let time = |one: &Document<'_, '_>| {
        let time = one.verified()?.proof().time;
        time.earliest.and(time.latest)
    };
    if pool.iter().any(|one| time(one).is_none()) {
        return Chosen {
            outcome: Outcome::Refused,
            reason: format!("{} found, and nothing proves which is the newest", pool.len()),
            hint: Some("choose with `--select sha256:…` or `all`".to_owned()),
            documents: Vec::new(),
        };
    }
    let latest = pool.iter().filter_map(|one| time(one)).max();
    handed_out(pool.into_iter().filter(|one| time(one) == latest).collect())
}

fn handed_out<'c, 'h, 'a>(documents: Vec<&'c Document<'h, 'a>>) -> Chosen<'c, 'h, 'a> {
    Chosen {
        outcome: Outcome::Found,
        reason: format!("{} handed out", documents.len()),
        hint: None,
        documents,
    }
}

fn nothing<'c, 'h, 'a>(question: &Question) -> Chosen<'c, 'h, 'a> {
    Chosen {
        outcome: Outcome::Nothing,
        reason: match question.asked.as_str() {
            "" => "the image has no evidence: looked everywhere".to_owned(),
            _ => "the image has none: looked everywhere".to_owned(),
        },
        hint: Some("`portcullis list` shows what there is".to_owned()),
        documents: Vec::new(),
    }
}

fn none_counts<'c, 'h, 'a>(found: &[&Document<'_, '_>]) -> Chosen<'c, 'h, 'a> {
    let unsigned = found.iter().all(|one| one.piece.candidate.content.is_beside());
    Chosen {
        outcome: Outcome::Refused,
        reason: match unsigned {
            true => format!("{} found, not signed", found.len()),
            false => format!("{} found, none of them by a signer that is trusted", found.len()),
        },
        hint: Some("`--allow-unverified` hands it out all the same".to_owned()),
        documents: Vec::new(),
    }
}

fn too_many<'c, 'h, 'a>(several: usize, hint: &str) -> Chosen<'c, 'h, 'a> {
    Chosen {
        outcome: Outcome::Refused,
        reason: format!("{several} found, one was asked for"),
        hint: Some(hint.to_owned()),
        documents: Vec::new(),
    }
}

fn undecided<'c, 'h, 'a>(failure: &Failure, documents: Vec<&'c Document<'h, 'a>>) -> Chosen<'c, 'h, 'a> {
    Chosen {
        outcome: Outcome::Undecided,
        reason: format!("{}: {}", failure.place, failure.reason),
        hint: None,
        documents,
    }
}
