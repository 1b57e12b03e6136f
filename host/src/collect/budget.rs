//! Parallel fetches of manifests under one budget of bytes. What is left is looked at between rounds of a fixed size, so
//! that the same answers always stop at the same place.

use std::num::NonZeroUsize;

use crate::limits;
use crate::parallel;
use crate::source::over_budget;
use crate::wit::basics::Failure;

/// The budget may be passed by one round: 32 manifests of 4 MiB.
const ROUND: usize = 32;

#[derive(Default)]
pub(super) struct Budget {
    spent: u64,
}

impl Budget {
    /// The answers in the order of the items; those for whom nothing is left fail.
    pub(super) fn map<T: Sync, R: Send>(
        &mut self,
        items: &[T],
        at_once: NonZeroUsize,
        work: impl Fn(&T) -> Result<R, Failure> + Sync,
        bytes: impl Fn(&R) -> usize,
    ) -> Vec<Result<R, Failure>> {
        let mut answers = Vec::with_capacity(items.len());
        for round in items.chunks(ROUND) {
            if self.spent > limits::MANIFEST_BYTES_PER_IMAGE {
                answers.extend(round.iter().map(|_| Err(exceeded())));
                continue;
            }
            let round = parallel::map(round, at_once, &work);
            let found: usize = round.iter().flatten().map(&bytes).sum();
            self.spent = self.spent.saturating_add(u64::try_from(found).unwrap_or(u64::MAX));
            answers.extend(round);
        }
        answers
    }
}

fn exceeded() -> Failure {
    let reason = format!(
        "expected at most {} bytes, found more",
        limits::MANIFEST_BYTES_PER_IMAGE
    );
    over_budget("all manifests about this image", reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wit::basics::ResultClass;

    #[test]
    fn stops_after_the_round_that_passes_it() {
        let mut budget = Budget::default();
        let large = usize::try_from(limits::MANIFEST_BYTES).expect("small");
        let items: Vec<usize> = (0..100).collect();
        let answers = budget.map(&items, NonZeroUsize::MIN, |item| Ok(*item), |_| large);
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), ROUND);
        let refused = answers.into_iter().filter_map(Result::err);
        assert!(
            refused
                .into_iter()
                .all(|failure| failure.class == ResultClass::BudgetExceeded)
        );
    }
}
