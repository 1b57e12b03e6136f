//! The job summary, below the platform's limit of 1 MiB per step.
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary>

use crate::emit::markdown;
use crate::run::Run;

/// The platform refuses more than 1,048,576 bytes; earlier steps of the job have their own.
const LIMIT: usize = 1_000_000;

pub fn document(run: &Run) -> String {
    markdown::document(run, LIMIT)
}
