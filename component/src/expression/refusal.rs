//! Why an expression did not give `true`, and where.

use std::fmt;

use crate::limits;

/// Everything but `true`. It denies, except a budget that is used up, which decides nothing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    /// Of the expression, from 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// The part of the expression that is meant, as written.
    pub part: String,
    pub cause: Cause,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cause {
    /// It was evaluated and is false.
    False,
    /// The map has no such field.
    Absent(String),
    OutOfRange {
        index: i64,
        length: usize,
    },
    Kind {
        expected: &'static str,
        found: &'static str,
    },
    /// Two kinds that are never compared.
    Kinds {
        left: &'static str,
        right: &'static str,
    },
    /// A number of a statement that 64 bits cannot hold.
    LargeNumber,
    Overflow,
    DivisionByZero,
    /// A text that is not the time, duration or number it should be.
    NotOne {
        expected: &'static str,
        found: String,
    },
    Budget,
}

impl Refusal {
    /// Neither yes nor no: it took too many steps to find out.
    pub fn is_undecided(&self) -> bool {
        self.cause == Cause::Budget
    }

    pub fn expected(&self) -> String {
        match &self.cause {
            Cause::False => format!("`{}`", self.part),
            Cause::Absent(name) => format!("a field `{name}`"),
            Cause::OutOfRange { index, .. } => format!("an item {index}"),
            Cause::Kind { expected, .. } | Cause::NotOne { expected, .. } => (*expected).to_owned(),
            Cause::Kinds { left, .. } => format!("{left} on both sides"),
            Cause::LargeNumber | Cause::Overflow => "a number of 64 bits".to_owned(),
            Cause::DivisionByZero => "a divisor".to_owned(),
            Cause::Budget => format!("at most {} steps", limits::EXPRESSION_STEPS),
        }
    }

    pub fn found(&self) -> String {
        match &self.cause {
            Cause::False => "false".to_owned(),
            Cause::Absent(_) => "none".to_owned(),
            Cause::OutOfRange { length, .. } => format!("a list of {length}"),
            Cause::Kind { found, .. } => (*found).to_owned(),
            Cause::Kinds { left, right } => format!("{left} and {right}"),
            Cause::LargeNumber | Cause::Overflow => "a larger one".to_owned(),
            Cause::DivisionByZero => "zero".to_owned(),
            Cause::NotOne { found, .. } => shown(found),
            Cause::Budget => "more".to_owned(),
        }
    }

    pub fn hint(&self) -> Option<&'static str> {
        Some(match self.cause {
            Cause::Absent(_) => "where it may be absent, ask `has(…)` first",
            Cause::Kinds { .. } | Cause::Kind { .. } => {
                "kinds are never converted: `timestamp(…)`, `int(…)`, `string(…)`"
            }
            Cause::Budget => "loops within loops over long lists take too long: filter first",
            _ => return None,
        })
    }
}

/// `1:8, `predicate.approved`: …`, without what the hint says.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, part, .. } = self;
        match &self.cause {
            Cause::False => write!(f, "`{part}` (line {line}, column {column}) is false"),
            _ => {
                let (expected, found) = (self.expected(), self.found());
                write!(
                    f,
                    "`{part}` (line {line}, column {column}): expected {expected}, found {found}"
                )
            }
        }
    }
}

impl std::error::Error for Refusal {}

/// Text of others for a message: one line, cut.
fn shown(text: &str) -> String {
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

/// The part of an expression that a message quotes: one line, cut.
pub(super) fn part(source: &str) -> String {
    const LONGEST: usize = 120;
    let words: Vec<&str> = source.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
