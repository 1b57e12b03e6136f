//! Who we are to a registry: one token per repository, shared by all threads.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::challenge::ChallengeError;
use super::transport::Trouble;
use crate::auth::{CredentialError, Secret};
use crate::source::in_words;

/// A token that was refused so soon has not expired: "a token should never be returned with less than 60 seconds to
/// live".
const FRESH: Duration = Duration::from_secs(30);

#[derive(Default)]
pub(super) struct Tokens {
    slots: Mutex<BTreeMap<String, Arc<Mutex<Slot>>>>,
}

#[derive(Default)]
struct Slot {
    pass: Pass,
    /// when it was last asked for
    since: Option<Instant>,
    /// why there is none
    refusal: Option<String>,
}

/// What a request is sent with.
#[derive(Clone, Default)]
pub(super) struct Pass {
    pub(super) authorization: Option<Secret>,
    /// how it was got, for messages about refusals
    pub(super) note: Option<String>,
    number: u32,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum TokenError {
    #[error(transparent)]
    Challenge(#[from] ChallengeError),
    #[error(transparent)]
    Credential(#[from] CredentialError),
    #[error("the token realm `{realm}` is not https")]
    Plain { realm: String },
    #[error("cannot reach the token realm `{realm}`")]
    Transfer { realm: String, source: Trouble },
    #[error("the token realm `{realm}` answers {reason}; {note}")]
    Refused {
        realm: String,
        reason: String,
        note: String,
    },
    #[error("the token realm `{realm}` answers without a token")]
    NoToken { realm: String },
    /// for the threads that waited for the one that asked
    #[error("{reason}")]
    Before { reason: String },
}

impl Pass {
    pub(super) fn granted(authorization: Secret, note: String) -> Self {
        Self {
            authorization: Some(authorization),
            note: Some(note),
            number: 0,
        }
    }

    pub(super) fn without(note: String) -> Self {
        Self {
            authorization: None,
            note: Some(note),
            number: 0,
        }
    }
}

impl Tokens {
    pub(super) fn current(&self, name: &str) -> Pass {
        let slot = self.slot(name);
        let slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        slot.pass.clone()
    }

    /// A new pass in place of the one that was refused; none where that one is fresh, so that asking again is no use.
    /// Threads that were refused together wait for the one that asks.
    pub(super) fn renew(
        &self,
        name: &str,
        refused: &Pass,
        ask: impl FnOnce() -> Result<Pass, TokenError>,
    ) -> Result<Option<Pass>, TokenError> {
        let slot = self.slot(name);
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.pass.number != refused.number {
            return Ok(Some(slot.pass.clone()));
        }
        if slot.since.is_some_and(|since| since.elapsed() < FRESH) {
            return slot
                .refusal
                .clone()
                .map_or(Ok(None), |reason| Err(TokenError::Before { reason }));
        }
        let asked = ask();
        slot.since = Some(Instant::now());
        slot.refusal = asked.as_ref().err().map(|error| in_words(error));
        slot.pass = Pass {
            number: slot.pass.number + 1,
            ..asked?
        };
        Ok(slot.pass.authorization.is_some().then(|| slot.pass.clone()))
    }

    fn slot(&self, name: &str) -> Arc<Mutex<Slot>> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(name.to_owned()).or_default())
    }
}
