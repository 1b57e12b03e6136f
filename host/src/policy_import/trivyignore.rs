//! Trivy's ignore files as exceptions: `.trivyignore`, one identifier a line, and `.trivyignore.yaml`
//! (<https://trivy.dev/latest/docs/configuration/filtering/>).

use std::collections::BTreeSet;

use super::draft::{Draft, Exception, Part};
use super::expiry::last_day;
use super::notes::{Notes, Pointer};
use super::read::{self, ReadError};
use super::tree::{Fields, Tree};
use super::{Given, Input, node};
use crate::say;

/// What one entry says.
struct Ignored {
    at: Pointer,
    id: String,
    ends: Option<String>,
    /// of this entry
    why: Option<String>,
}

/// `id exp:2026-12-31`, and comments.
pub fn plain(input: &Input, given: &Given) -> Result<Draft, ReadError> {
    let text = std::str::from_utf8(&input.content).map_err(|_| ReadError::NotText)?;
    let (mut draft, mut notes, mut seen) = (Draft::default(), Notes::default(), BTreeSet::new());
    let mut comment: Vec<&str> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(words) = line.strip_prefix('#') {
            comment.push(words.trim());
            continue;
        }
        let mut words = line.split_whitespace();
        let Some(id) = words.next() else {
            comment.clear();
            continue;
        };
        let at = Pointer::line(&input.name, number + 1);
        let why = Some(comment.join(" ")).filter(|words| !words.is_empty());
        let ends = words
            .clone()
            .find_map(|word| word.strip_prefix("exp:"))
            .map(str::to_owned);
        for other in words.filter(|word| !word.starts_with("exp:")) {
            notes.missing(&at, say!["`", other, "` behind the identifier is not known here"]);
        }
        let (id, at) = (id.to_owned(), at);
        push(&mut draft, &mut notes, &mut seen, given, Ignored { at, id, ends, why });
        comment.clear();
    }
    Ok(draft)
}

/// Lists of `{ id, paths, purls, statement, expired_at }` by what they are about.
pub fn structured(input: &Input, given: &Given) -> Result<Draft, ReadError> {
    let (mut draft, mut notes, mut seen) = (Draft::default(), Notes::default(), BTreeSet::new());
    let tree = read::yaml(&input.content)?.into_iter().next().unwrap_or(Tree::Null);
    let Some(mut lists) = node(input, tree).fields(&mut notes) else {
        draft.notes = notes.take();
        return Ok(draft);
    };
    for item in lists.items("vulnerabilities", &mut notes) {
        let at = item.at.clone();
        match item.fields(&mut notes).and_then(|fields| ignored(fields, &mut notes)) {
            Some(ignored) => push(&mut draft, &mut notes, &mut seen, given, ignored),
            None => draft.exceptions.push(Part::new(at, None, &mut notes)),
        }
    }
    for kind in ["misconfigurations", "secrets", "licenses"] {
        for item in lists.items(kind, &mut notes) {
            notes.missing(&item.at, say!["an entry of `", kind, "` is not about a vulnerability"]);
            draft.exceptions.push(Part::new(item.at, None, &mut notes));
        }
    }
    lists.finish(&mut notes);
    draft.notes = notes.take();
    Ok(draft)
}

fn ignored(mut fields: Fields, notes: &mut Notes) -> Option<Ignored> {
    let at = fields.at.clone();
    let id = fields.text("id", notes);
    if id.is_none() {
        notes.missing(&at, say!["it has no `id`"]);
    }
    let narrower = [
        (
            "paths",
            "an exception is for an image, and this entry only for some of its files",
        ),
        (
            "purls",
            "an exception is for an image, and this entry only for some of its packages",
        ),
    ];
    let narrow = narrower.map(|(key, reason)| match fields.take(key) {
        Some(node) => {
            notes.missing(&node.at, say![reason]);
            true
        }
        None => false,
    });
    let (ends, why) = (fields.text("expired_at", notes), fields.text("statement", notes));
    fields.finish(notes);
    match narrow.contains(&true) {
        true => None,
        false => Some(Ignored { at, id: id?, ends, why }),
    }
}

fn push(draft: &mut Draft, notes: &mut Notes, seen: &mut BTreeSet<String>, given: &Given, ignored: Ignored) {
    let at = ignored.at.clone();
    let value = exception(ignored, given, seen, notes);
    draft.exceptions.push(Part::new(at, value, notes));
}

fn exception(ignored: Ignored, given: &Given, seen: &mut BTreeSet<String>, notes: &mut Notes) -> Option<Exception> {
    let Ignored { at, id, ends, why } = ignored;
    let Some(ends) = ends else {
        notes.missing(
            &at,
            say![
                "`",
                id,
                "` has no expiry, and an exception needs one: decide on a day and add `expires`"
            ],
        );
        return None;
    };
    let expires = match last_day(&ends, given.today) {
        Ok(day) => day.to_string(),
        Err(reason) => {
            notes.missing(&at, say!["`", id, "`: ", reason.words()]);
            return None;
        }
    };
    let Some(reason) = why.or_else(|| given.reason.clone()) else {
        notes.missing(
            &at,
            say![
                "`",
                id,
                "` has no reason: add a comment or `statement`, or give `--reason`"
            ],
        );
        return None;
    };
    if !seen.insert(id.clone()) {
        notes.missing(&at, say!["`", id, "` is there before; that entry counts"]);
        return None;
    }
    Some(Exception {
        rule: given.rule.clone()?,
        image: given.image.clone()?,
        id,
        aliases: Vec::new(),
        owner: given.owner.clone()?,
        reason,
        expires,
    })
}
