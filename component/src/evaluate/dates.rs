//! Days in a policy that lie too far ahead: a switched-off rule must not look like one that is on, and an exception must be
//! looked at again (meaning 9; docs/policy.md).

use crate::limits;
use crate::policy::{Day, Policy, is_too_long};
use crate::wit::diagnostics::{Diagnostic, Level};

/// Every day that is too far from `now`.
pub(super) fn check(policy: &Policy, file: &str, now: i64) -> Result<(), Vec<Diagnostic>> {
    let too_long = policy.exceptions.iter().filter(|one| is_too_long(one.expires, now));
    let exceptions = too_long.map(|one| {
        let message = format!(
            "the exception for `{}` expires on {}, more than {} days ahead",
            one.id,
            one.expires,
            limits::EXCEPTION_DAYS
        );
        error(file, one.line, message, "choose an earlier day, and renew it then")
    });
    let is_far = |day: &Day| day.days_after(now) > limits::ENFORCE_FROM_DAYS;
    let far = policy
        .rules
        .values()
        .filter_map(|rule| Some((rule, rule.enforce_from.filter(is_far)?)));
    let rules = far.map(|(rule, day)| {
        let message = format!(
            "rule `{}` is not enforced before {day}, more than {} days ahead",
            rule.name,
            limits::ENFORCE_FROM_DAYS
        );
        error(file, rule.line, message, "choose an earlier day, or say `mode: inform`")
    });
    let errors: Vec<_> = exceptions.chain(rules).collect();
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn error(file: &str, line: u32, message: String, hint: &str) -> Diagnostic {
    Diagnostic {
        level: Level::Error,
        file: file.to_owned(),
        line,
        column: 0,
        message,
        hint: Some(hint.to_owned()),
    }
}
