//! Where errors and warnings about a policy are collected: all of them, so that one run shows what one edit must mend.

use crate::limits;
use crate::wit::diagnostics::{Diagnostic, Level};

/// A place in the policy, from 1; zero where the whole file is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Place {
    pub line: u32,
    pub column: u32,
}

impl Place {
    pub const DOCUMENT: Self = Self { line: 0, column: 0 };
}

#[derive(Debug)]
pub(crate) struct Faults {
    file: String,
    /// At most `POLICY_ERRORS`; `more` counts the rest.
    errors: Vec<Diagnostic>,
    more: usize,
    warnings: Vec<Diagnostic>,
}

impl Faults {
    pub fn new(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            errors: Vec::new(),
            more: 0,
            warnings: Vec::new(),
        }
    }

    pub fn error(&mut self, at: Place, message: impl Into<String>) {
        self.push(at, message.into(), None);
    }

    pub fn error_with_hint(&mut self, at: Place, message: impl Into<String>, hint: impl Into<String>) {
        self.push(at, message.into(), Some(hint.into()));
    }

    fn push(&mut self, at: Place, message: String, hint: Option<String>) {
        if self.is_full() {
            self.more += 1;
        } else {
            let diagnostic = self.diagnostic(Level::Error, at, message, hint);
            self.errors.push(diagnostic);
        }
    }

    /// No further error will be shown, so none is worth a search for what was meant.
    pub fn is_full(&self) -> bool {
        self.errors.len() >= limits::POLICY_ERRORS
    }

    /// For a value whose shape was found wrong before; never lets one pass without an error.
    pub fn ensure_error(&mut self, at: Place, message: impl Into<String>) {
        if !self.errors.iter().any(|e| e.line == at.line && e.column == at.column) {
            self.error(at, message);
        }
    }

    pub fn warning(&mut self, at: Place, message: impl Into<String>, hint: impl Into<String>) {
        let diagnostic = self.diagnostic(Level::Warning, at, message.into(), Some(hint.into()));
        self.warnings.push(diagnostic);
    }

    pub fn any_error(&self) -> bool {
        !self.errors.is_empty()
    }

    /// The warnings alone, when there is no error; else every error and then every warning, each in the document's order.
    pub fn finish(mut self) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
        self.errors.sort_by_key(|d| (d.line, d.column));
        self.warnings.sort_by_key(|d| (d.line, d.column));
        if self.errors.is_empty() {
            return Ok(self.warnings);
        }
        if self.more > 0 {
            let message = format!("and {} more errors", self.more);
            let rest = self.diagnostic(Level::Error, Place::DOCUMENT, message, None);
            self.errors.push(rest);
        }
        self.errors.append(&mut self.warnings);
        Err(self.errors)
    }

    fn diagnostic(&self, level: Level, at: Place, message: String, hint: Option<String>) -> Diagnostic {
        Diagnostic {
            level,
            file: self.file.clone(),
            line: at.line,
            column: at.column,
            message,
            hint,
        }
    }
}

/// Text of the policy for a message: in backticks, one line, cut where it would fill the screen.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 80;
    let mut short: String = text
        .chars()
        .take(LONGEST)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        short.push('…');
    }
    format!("`{short}`")
}

/// The word that was probably meant, as a hint.
pub(crate) fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let most = (word.chars().count() / 3).clamp(1, 3);
    known
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, candidate)| format!("did you mean `{candidate}`?"))
}

/// Edits between two words (insert, delete, replace, swap neighbours), ASCII case aside.
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().take(64).map(|c| c.to_ascii_lowercase()).collect();
    let right: Vec<char> = right.chars().take(64).map(|c| c.to_ascii_lowercase()).collect();
    let mut rows: Vec<Vec<usize>> = vec![(0..=right.len()).collect()];
    for (i, l) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, r) in right.iter().enumerate() {
            let mut best = (rows[i][j] + usize::from(l != r))
                .min(rows[i][j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && *l == right[j - 1] && left[i - 1] == *r {
                best = best.min(rows[i - 1][j - 1] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[left.len()][right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_suggested() {
        let known = ["signers", "rules", "images"];
        assert_eq!(
            did_you_mean("singers", known).as_deref(),
            Some("did you mean `signers`?")
        );
        assert_eq!(did_you_mean("Rules", known).as_deref(), Some("did you mean `rules`?"));
        assert_eq!(did_you_mean("platforms", known), None);
    }

    #[test]
    fn errors_beyond_the_limit_are_counted() {
        let mut faults = Faults::new("p");
        for line in 0..250 {
            faults.error(Place { line, column: 1 }, "wrong");
        }
        let errors = faults.finish().unwrap_err();
        assert_eq!(errors.len(), limits::POLICY_ERRORS + 1);
        assert_eq!(errors.last().map(|e| e.message.as_str()), Some("and 150 more errors"));
    }
}
