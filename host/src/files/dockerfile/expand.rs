//! Variables in an instruction: `$NAME`, `${NAME}`, `${NAME:-word}`, `${NAME:+word}`.
//! <https://docs.docker.com/reference/dockerfile/#environment-replacement>

use std::collections::BTreeMap;

/// No reference is longer; defaults that double each other would be.
const MOST: usize = 1 << 12;
/// How much of a text that is too long is shown.
const NAME: usize = 80;

/// The text with its variables replaced, without quotes; or the name of one that has no value, or what is not understood.
pub fn expand(text: &str, values: &BTreeMap<String, Option<String>>) -> Result<String, String> {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some(position) = rest.find(['$', '"', '\'', '\\']) {
        expanded.push_str(&rest[..position]);
        if expanded.len() > MOST {
            return Err(rest.chars().take(NAME).collect());
        }
        let (found, after) = rest[position..].split_at(1);
        rest = after;
        match found {
            "$" => {
                let (value, after) = variable(rest, values)?;
                expanded.push_str(&value);
                rest = after;
            }
            "\\" => return Err(text.to_owned()),
            _ => {}
        }
    }
    expanded.push_str(rest);
    Ok(expanded)
}

/// Begins behind the `$`; the value, and what comes after.
fn variable<'t>(rest: &'t str, values: &BTreeMap<String, Option<String>>) -> Result<(String, &'t str), String> {
    let value = |name: &str| values.get(name).cloned().flatten().filter(|value| !value.is_empty());
    if let Some(braced) = rest.strip_prefix('{') {
        let (inside, after) = braced.split_once('}').ok_or_else(|| rest.to_owned())?;
        let value = match (inside.split_once(":-"), inside.split_once(":+")) {
            (Some((name, default)), _) if is_name(name) && !default.contains('$') => {
                value(name).unwrap_or_else(|| default.to_owned())
            }
            (None, Some((name, other))) if is_name(name) && !other.contains('$') => {
                value(name).map_or_else(String::new, |_| other.to_owned())
            }
            (None, None) if is_name(inside) => value(inside).ok_or_else(|| inside.to_owned())?,
            _ => return Err(inside.to_owned()),
        };
        return Ok((value, after));
    }
    let end = rest.find(|character: char| !is_word(character)).unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    Ok((value(name).ok_or_else(|| name.to_owned())?, after))
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(is_word)
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}
