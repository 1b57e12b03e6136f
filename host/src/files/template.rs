//! Files that become YAML only after something else has filled them in: charts' templates and the like. Their lines say
//! that there are images, not which.

use super::finds::Finds;
use super::tree::At;
use super::unclaimed::key_and_value;
use crate::run::SightingKind;

const HINT: &str = "this file is not YAML as it stands: render it first (`helm template`) and pass that with `--files -`, \
                    or leave it out with `--exclude`";

/// Keys of files that name images.
const KEYS: [&str; 9] = [
    "image",
    "apiVersion",
    "kind",
    "services",
    "containers",
    "repository",
    "uses",
    "script",
    "images",
];

/// Whether a file that cannot be read would have named images, as far as its lines tell.
pub fn find(text: &str, error: &(At, String), finds: &mut Finds) {
    let mut relevant = false;
    for (number, line) in text.lines().enumerate() {
        let Some((key, value)) = key_and_value(line) else {
            continue;
        };
        relevant = relevant || KEYS.contains(&key);
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
    if relevant {
        finds.sighting(error.0, SightingKind::Unreadable, &error.1, HINT);
    }
}
