//! Files that become YAML only after something else has filled them in: charts' templates and the like. Their lines say
//! that there are images, not which.

use super::finds::Finds;
use super::tree::At;
use super::unclaimed::key_and_value;
use crate::run::SightingKind;

const HINT: &str = "this file is not YAML as it stands: render it first (`helm template`) and pass that with `--files -`, \
                    or leave it out with `--exclude`";

/// In lower case: no file that names images is without all of them, however it is written. JSON may have an escape in
/// the place of any letter.
const WORDS: [&str; 9] = [
    "image",
    "apiversion",
    "containers",
    "services",
    "repository",
    "uses",
    "script",
    "\\u",
    "\\x",
];

/// Whether a file that cannot be read would have named images: surely (`must`), or as far as its words tell.
pub fn find(text: &str, error: &(At, String), must: bool, finds: &mut Finds) {
    for (number, line) in text.lines().enumerate() {
        let Some((key, value)) = key_and_value(line) else {
            continue;
        };
        if key != "image" || value.is_empty() {
            continue;
        }
        let column = line.find(value).map_or(0, |start| line[..start].chars().count() + 1);
        let at = At {
            line: u32::try_from(number + 1).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
            end: u32::try_from(column + value.chars().count()).unwrap_or(u32::MAX),
        };
        if finds.claim(at, value) {
            finds.sighting(at, SightingKind::Unresolved, value, HINT);
        }
    }
    let lower = text.to_ascii_lowercase();
    if must || WORDS.iter().any(|word| lower.contains(word)) {
        finds.sighting(error.0, SightingKind::Unreadable, &error.1, HINT);
    }
}
