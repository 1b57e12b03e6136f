//! One condition against what the certificate says; absent never matches, and a near miss says how near.

use super::Mismatch;
use crate::pattern::Glob;

pub(super) fn mismatch(held: usize, field: &'static str, expected: String, found: Option<&str>) -> Mismatch {
    let found = found.unwrap_or("nothing: the certificate does not say").to_owned();
    Mismatch {
        field,
        expected,
        found,
        hint: None,
        held,
    }
}

pub(super) fn exact(held: usize, field: &'static str, expected: &str, found: Option<&str>) -> Result<(), Mismatch> {
    match found {
        Some(found) if found == expected => Ok(()),
        _ => Err(mismatch(held, field, expected.to_owned(), found)),
    }
}

pub(super) fn one_of(
    held: usize,
    field: &'static str,
    expected: &[String],
    found: Option<&str>,
) -> Result<(), Mismatch> {
    match found {
        Some(found) if expected.iter().any(|word| word == found) => Ok(()),
        _ => {
            let hint = found.map(|_| format!("list it under `{field}` if it may sign"));
            Err(Mismatch {
                hint,
                ..mismatch(held, field, expected.join(", "), found)
            })
        }
    }
}

pub(super) fn glob(held: usize, field: &'static str, expected: &Glob, found: Option<&str>) -> Result<(), Mismatch> {
    match found {
        Some(found) if expected.matches(found) => Ok(()),
        _ => {
            let hint = found.and_then(|found| glob_hint(expected, found));
            Err(Mismatch {
                hint,
                ..mismatch(held, field, expected.to_string(), found)
            })
        }
    }
}

fn glob_hint(expected: &Glob, found: &str) -> Option<String> {
    if expected.matches_ignoring_case(found, usize::MAX) {
        return Some("they differ only in upper and lower case".to_owned());
    }
    let single = expected
        .segments()
        .any(|segment| segment != "**" && segment.contains('*'));
    let deeper = expected
        .length()
        .is_some_and(|length| found.split('/').count() > length);
    (single && deeper).then(|| "`*` does not cross a `/`; `**` stands for whole segments".to_owned())
}
