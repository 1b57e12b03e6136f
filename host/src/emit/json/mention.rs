//! Places of files in the JSON report.

use serde::Serialize;

use super::known;
use crate::run;

/// A place that names the image.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub(super) struct Mention<'a> {
    /// `-` is standard input
    file: &'a str,
    line: Option<u32>,
    /// from 1, in characters
    column: Option<u32>,
    /// of the character after the last one, on the same line
    end_column: Option<u32>,
    /// as it is written there
    text: &'a str,
}

/// Something in a file that may be an image and is not judged as one.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub(super) struct Sighting<'a> {
    #[cfg_attr(test, schemars(extend("enum" = [
        "unresolved", "invalid", "unclaimed", "duplicate-key", "unreadable", "miscounted", "excluded", "nothing"
    ])))]
    kind: &'static str,
    /// whether it leaves the run undecided
    leaves_undecided: bool,
    /// `-` is standard input; null where it is about all files
    file: Option<&'a str>,
    line: Option<u32>,
    /// from 1, in characters
    column: Option<u32>,
    /// of the character after the last one, on the same line
    end_column: Option<u32>,
    /// as it is written there
    text: &'a str,
    hint: &'a str,
}

impl<'a> Mention<'a> {
    pub(super) fn of(mention: &'a run::Mention) -> Self {
        let place = &mention.place;
        Self {
            file: &place.file,
            line: known(place.line),
            column: known(place.column),
            end_column: known(place.end_column),
            text: &mention.text,
        }
    }
}

impl<'a> Sighting<'a> {
    pub(super) fn of(sighting: &'a run::Sighting) -> Self {
        let place = &sighting.place;
        Self {
            kind: sighting.kind.word(),
            leaves_undecided: sighting.kind.leaves_undecided(),
            file: Some(place.file.as_str()).filter(|file| !file.is_empty()),
            line: known(place.line),
            column: known(place.column),
            end_column: known(place.end_column),
            text: &sighting.text,
            hint: &sighting.hint,
        }
    }
}
