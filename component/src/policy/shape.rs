//! A document against the table of keys: every value of the wrong shape, every key that is unknown, missing, reserved.

use super::faults::{Faults, Place, did_you_mean, quoted};
use super::table::{Group, Key, Mapping, Shape, Status, Text};
use super::tree::{Entry, Kind, Node, Style, listed, one_of};
use crate::limits;

pub(crate) fn check(node: &Node, shape: &Shape, faults: &mut Faults) {
    let Kind::Refused = node.kind else {
        return match shape {
            Shape::Mapping(table) => mapping(node, table, faults),
            Shape::Named(inner) => named(node, inner, faults),
            Shape::Texts => texts(node, faults),
            Shape::List(inner) => list(node, inner, faults),
            Shape::Either(shapes) => either(node, shapes, faults),
            Shape::Version | Shape::Boolean | Shape::Count | Shape::Text(_) | Shape::Word(_) => {
                scalar(node, shape, faults)
            }
        };
    };
}

fn mapping(node: &Node, table: &Mapping, faults: &mut Faults) {
    let Kind::Mapping(entries) = &node.kind else {
        let hint = format!("its keys are {}", listed(&supported(table)));
        return faults.error_with_hint(
            node.place,
            format!("{} is a mapping, found {}", table.noun, node.noun()),
            hint,
        );
    };
    if entries.is_empty() {
        return faults.ensure_error(node.place, format!("{} is empty", table.noun));
    }
    for entry in entries {
        match table.all_keys().find(|key| key.name == entry.key) {
            Some(key) => known(entry, key, faults),
            None => unknown(entry, table, faults),
        }
    }
    for key in table.all_keys() {
        if matches!(key.status, Status::Required) && node.entry(key.name).is_none() {
            faults.error(node.place, format!("{} needs `{}`", table.noun, key.name));
        }
    }
    for group in table.groups {
        check_group(node, table, group, faults);
    }
}

fn known(entry: &Entry, key: &Key, faults: &mut Faults) {
    match key.status {
        Status::Required | Status::Optional => check(&entry.value, &key.shape, faults),
        Status::Reserved => {
            let hint = "this version cannot hold it, and a key is never ignored";
            faults.error_with_hint(entry.place, format!("`{}` is not supported yet", key.name), hint);
        }
        Status::Refused(reason) => {
            faults.error_with_hint(entry.place, format!("`{}` cannot be demanded", key.name), reason);
        }
    }
}

fn unknown(entry: &Entry, table: &Mapping, faults: &mut Faults) {
    let names = supported(table);
    let hint = did_you_mean(&entry.key, table.all_keys().map(|key| key.name))
        .unwrap_or_else(|| format!("{} has {}", table.noun, listed(&names)));
    faults.error_with_hint(
        entry.place,
        format!("{} has no key {}", table.noun, quoted(&entry.key)),
        hint,
    );
}

fn supported(table: &Mapping) -> Vec<&'static str> {
    let supported = |key: &&Key| matches!(key.status, Status::Required | Status::Optional);
    table.all_keys().filter(supported).map(|key| key.name).collect()
}

fn check_group(node: &Node, table: &Mapping, group: &Group, faults: &mut Faults) {
    let (Group::ExactlyOne(names) | Group::AtLeastOne(names) | Group::Together(names)) = group;
    let found: Vec<&Entry> = names.iter().filter_map(|name| node.entry(name)).collect();
    let choices: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| supported(table).contains(name))
        .collect();
    match (group, found.as_slice()) {
        (Group::ExactlyOne(_), []) => {
            faults.error(
                node.place,
                format!("{} needs exactly one of {}", table.noun, listed(&choices)),
            );
        }
        (Group::ExactlyOne(_), [first, second, ..]) => {
            let message = format!("{} has both `{}` and `{}`", table.noun, first.key, second.key);
            faults.error_with_hint(second.place, message, format!("exactly one of {}", listed(&choices)));
        }
        (Group::AtLeastOne(_), []) => {
            faults.error(
                node.place,
                format!("{} needs at least one of {}", table.noun, listed(&choices)),
            );
        }
        (Group::Together(_), [one]) => {
            faults.error(one.place, format!("{} go together", listed(names)));
        }
        _ => {}
    }
}

fn named(node: &Node, inner: &Shape, faults: &mut Faults) {
    let Kind::Mapping(entries) = &node.kind else {
        return faults.error(
            node.place,
            format!("expected a mapping of names, found {}", node.noun()),
        );
    };
    if entries.is_empty() {
        faults.error_with_hint(
            node.place,
            "an empty mapping",
            "give at least one name, or remove the key",
        );
    }
    for entry in entries {
        name(&entry.key, entry.place, faults);
        check(&entry.value, inner, faults);
    }
}

/// Names stand in reports, commands and logs, so they are made of letters, digits, `.`, `_` and `-`.
fn name(text: &str, place: Place, faults: &mut Faults) {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if text.is_empty() || text.len() > limits::NAME_BYTES || !text.chars().all(allowed) {
        let hint = format!(
            "letters, digits, `.`, `_` and `-`, at most {} of them",
            limits::NAME_BYTES
        );
        faults.error_with_hint(place, format!("{} cannot be a name", quoted(text)), hint);
    }
}

fn texts(node: &Node, faults: &mut Faults) {
    let Kind::Mapping(entries) = &node.kind else {
        return faults.error(
            node.place,
            format!("expected a mapping of texts, found {}", node.noun()),
        );
    };
    if entries.is_empty() {
        faults.error_with_hint(
            node.place,
            "an empty mapping",
            "give at least one entry, or remove the key",
        );
    }
    for entry in entries {
        if entry.key.is_empty() {
            faults.error(entry.place, "an empty key");
        }
        check(&entry.value, &Shape::Text(Text::Free), faults);
    }
}

fn list(node: &Node, inner: &Shape, faults: &mut Faults) {
    let Kind::Sequence(items) = &node.kind else {
        return faults.error_with_hint(
            node.place,
            format!("expected a list, found {}", node.noun()),
            "write `[a, b]`",
        );
    };
    if items.is_empty() {
        faults.error_with_hint(
            node.place,
            "an empty list",
            "give at least one entry, or remove the key",
        );
    }
    let mut seen = std::collections::BTreeSet::new();
    for item in items {
        check(item, inner, faults);
        if let Kind::Scalar { text, .. } = &item.kind
            && !seen.insert(text)
        {
            faults.error(item.place, format!("{} is in the list twice", quoted(text)));
        }
    }
}

fn either(node: &Node, shapes: &[Shape], faults: &mut Faults) {
    let fits = |shape: &&Shape| {
        matches!(
            (&node.kind, shape),
            (Kind::Mapping(_), Shape::Mapping(_))
                | (Kind::Sequence(_), Shape::List(_))
                | (Kind::Scalar { .. }, Shape::Text(_) | Shape::Word(_))
        )
    };
    match shapes.iter().find(fits) {
        Some(shape) => check(node, shape, faults),
        None => faults.error(node.place, format!("{} does not fit here", node.noun())),
    }
}

fn scalar(node: &Node, shape: &Shape, faults: &mut Faults) {
    let Kind::Scalar { text, style } = &node.kind else {
        return faults.error(node.place, format!("expected a single value, found {}", node.noun()));
    };
    let (at, plain) = (node.place, *style == Style::Plain);
    match shape {
        Shape::Version if plain && text == "1" => {}
        Shape::Version => {
            let message = format!("version {} of the format is not known", quoted(text));
            faults.error_with_hint(at, message, "this program reads `version: 1`");
        }
        Shape::Boolean if plain && matches!(text.as_str(), "true" | "false") => {}
        Shape::Boolean => {
            faults.error_with_hint(
                at,
                format!("{} is no truth value", quoted(text)),
                "write `true` or `false`, without quotes",
            );
        }
        Shape::Count if plain && count(text).is_some() => {}
        Shape::Count => {
            faults.error_with_hint(
                at,
                format!("{} is no count", quoted(text)),
                "a whole number from 1, without quotes",
            );
        }
        Shape::Word(words) if !words.contains(&text.as_str()) => {
            faults.error_with_hint(at, format!("{} is not known here", quoted(text)), one_of(text, words));
        }
        Shape::Text(Text::Name) => name(text, at, faults),
        Shape::Text(_) if text.trim().is_empty() => {
            faults.error_with_hint(at, "an empty text", "give a value, or remove the key");
        }
        _ => {}
    }
}

/// A whole number from 1 in its only spelling.
pub(crate) fn count(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.len() <= 6 && text.bytes().all(|b| b.is_ascii_digit());
    (digits && !text.starts_with('0')).then(|| text.parse().ok()).flatten()
}
