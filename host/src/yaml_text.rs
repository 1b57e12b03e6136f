//! Text of others inside YAML that is written here: what it says is kept, what it could do is not
//! (<https://yaml.org/spec/1.2.2/#73-flow-scalar-styles>).

use crate::untrusted::is_invisible;

/// A double-quoted scalar on one line, also valid JSON unless it needs `\U`. A text that a log would obey is escaped like a
/// control character.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '#' if quoted.ends_with('#') => quoted.push_str("\\u0023"),
            _ if !character.is_control() && !is_invisible(character) => quoted.push(character),
            '\0'..='\u{ffff}' => quoted.push_str(&format!("\\u{:04x}", character as u32)),
            _ => quoted.push_str(&format!("\\U{:08x}", character as u32)),
        }
    }
    quoted.push('"');
    quoted
}

/// A name as it stands where nothing can be read into it, else [`quoted`].
pub fn word(text: &str) -> String {
    let part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let plain = text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(part);
    match plain && !MEANINGFUL.contains(&text) {
        true => text.to_owned(),
        false => quoted(text),
    }
}

/// Words that some reader of YAML takes for something else than themselves.
const MEANINGFUL: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_mean_something_are_quoted() {
        assert_eq!(word("release-2"), "release-2");
        for text in ["null", "no", "", "-", "1", "a: b", "a b", "Ä", "&a", "a\nb"] {
            assert!(word(text).starts_with('"'), "{text}");
        }
    }
}
