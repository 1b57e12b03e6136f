//! The SPDX list of licences, and expressions over it. Identifiers are compared without letter case (annex D.1), which the
//! parser does not do: it is given each in the list's own spelling.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use spdx::{Expression, ParseMode};

/// Older identifiers count as what they mean; what is not on the list is kept, so that the rest of an expression is judged.
const MODE: ParseMode = ParseMode {
    allow_slash_as_or_operator: false,
    allow_imprecise_license_names: false,
    allow_postfix_plus_on_gpl: true,
    allow_deprecated: true,
    allow_unknown: true,
};

/// The crate's list also has the words for "nothing is said" and "there is none".
pub(super) fn is_license(name: &str) -> bool {
    !matches!(name, "NOASSERTION" | "NONE")
}

/// Spellings of the list by their lower case; made once, by the first who asks.
static SPELLINGS: LazyLock<BTreeMap<String, &'static str>> = LazyLock::new(|| {
    let exceptions = spdx::identifiers::EXCEPTIONS.iter().map(|exception| exception.name);
    let names = ids().chain(exceptions);
    names.map(|name| (name.to_ascii_lowercase(), name)).collect()
});

pub(super) fn canonical(name: &str) -> Option<&'static str> {
    SPELLINGS.get(&name.to_ascii_lowercase()).copied()
}

/// Identifiers of the SPDX list.
pub fn ids() -> impl Iterator<Item = &'static str> {
    let names = spdx::identifiers::LICENSES.iter().map(|license| license.name);
    names.filter(|name| is_license(name))
}

/// None for what is no expression.
pub(super) fn parse(text: &str) -> Option<Expression> {
    Expression::parse_mode(&respelt(text), MODE).ok()
}

fn respelt(text: &str) -> String {
    let mut respelt = String::with_capacity(text.len());
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':');
    let mut rest = text;
    while let Some(start) = rest.find(is_part) {
        let (between, word_on) = rest.split_at(start);
        let end = word_on.find(|c| !is_part(c)).unwrap_or(word_on.len());
        let (word, after) = word_on.split_at(end);
        respelt.push_str(between);
        respelt.push_str(canonical(word).unwrap_or(word));
        rest = after;
    }
    respelt.push_str(rest);
    respelt
}
