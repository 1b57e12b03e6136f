//! What is bounded before anything recursive sees it: the nesting of a policy, its operators, and the size of its input.

use serde_json::Value as Json;

use super::Error;
use crate::limits;

/// Comments and texts aside.
pub(super) fn policy(source: &str) -> Result<(), Error> {
    let (mut depth, mut operators, mut line) = (0_usize, 0_usize, 1);
    let mut rest = source.chars();
    while let Some(character) = rest.next() {
        match character {
            '\n' => line += 1,
            '#' => line += usize::from(rest.by_ref().any(|c| c == '\n')),
            '`' => line += rest.by_ref().take_while(|c| *c != '`').filter(|c| *c == '\n').count(),
            '"' => skip_text(&mut rest),
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            '+' | '-' | '*' | '/' | '%' | '&' | '|' => operators += 1,
            _ => {}
        }
        if depth > limits::REGO_NESTING {
            return Err(Error::TooDeep { line });
        }
        if operators > limits::REGO_OPERATORS {
            return Err(Error::TooManyOperators { line });
        }
    }
    Ok(())
}

/// A text ends with its line, so nothing is hidden behind one that is not closed.
fn skip_text(rest: &mut std::str::Chars<'_>) {
    let mut escaped = false;
    for character in rest {
        match character {
            '\n' => return,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return,
            _ => {}
        }
    }
}

/// How many values a document has; nesting is bounded by its reader.
pub(super) fn values(document: &Json) -> usize {
    1 + match document {
        Json::Array(items) => items.iter().map(values).sum(),
        Json::Object(fields) => fields.values().map(values).sum(),
        _ => 0,
    }
}
