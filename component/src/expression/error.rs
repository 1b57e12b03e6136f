//! What is wrong with an expression, before there is anything to evaluate it on.

use std::fmt;

use crate::limits;
use crate::pattern::RegexpError;

/// Always an error of the policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Error {
    /// Of the expression, from 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    pub cause: ErrorCause,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ErrorCause {
    TooLong {
        found: usize,
    },
    TooDeep,
    Character(char),
    Number,
    Escape,
    TextWithoutEnd,
    /// A part of CEL that is left out here.
    NotSupported(&'static str),
    Expected {
        expected: &'static str,
        found: String,
    },
    /// `a < b < c`
    Chained,
    ReservedWord(String),
    UnknownName {
        name: String,
        known: Vec<String>,
    },
    UnknownField {
        name: String,
        of: &'static str,
        known: Vec<&'static str>,
    },
    UnknownFunction(String),
    /// A function that follows its receiver, called without, or the other way around.
    Receiver {
        name: &'static str,
        usage: &'static str,
    },
    Arguments {
        name: String,
        expected: &'static str,
        found: usize,
    },
    /// `has` of something else than a field.
    HasNoField,
    /// The first argument of a macro is no new name.
    NoVariable,
    Shadowed(String),
    PatternNotLiteral,
    Pattern(RegexpError),
    PatternNotAnchored,
    Kind {
        expected: &'static str,
        found: &'static str,
    },
    Kinds {
        left: &'static str,
        right: &'static str,
    },
    NotBoolean {
        found: &'static str,
    },
    /// It names no variable, so it says nothing about the evidence.
    Constant,
    Literal {
        expected: &'static str,
    },
}

impl Error {
    pub(super) fn at(source: &str, offset: usize, cause: ErrorCause) -> Self {
        let (line, column) = place(source, offset);
        Self { line, column, cause }
    }

    pub fn hint(&self) -> Option<String> {
        Some(match &self.cause {
            ErrorCause::TooLong { .. } | ErrorCause::TooDeep => "make two rules of it".to_owned(),
            ErrorCause::Character('=') => "compare with `==`".to_owned(),
            ErrorCause::Character('&') => "`&&` is and".to_owned(),
            ErrorCause::Character('|') => "`||` is or".to_owned(),
            ErrorCause::Character('{' | '}') => "maps and messages cannot be written here".to_owned(),
            ErrorCause::Number => "a number of 64 bits in decimal digits, such as `7` or `7.5`".to_owned(),
            ErrorCause::Escape => r"`\n`, `\t`, `\r`, `\\`, `\'`, `\x00`, `\u0000`; or `r'…'` without any".to_owned(),
            ErrorCause::Chained => "join comparisons with `&&`".to_owned(),
            ErrorCause::ReservedWord(word) => format!("as a key of a map write `['{word}']`"),
            ErrorCause::UnknownName { known, .. } => format!("there are {}", listed(known)),
            ErrorCause::UnknownField { known, .. } => format!("there are {}", listed(known)),
            ErrorCause::UnknownFunction(_) => format!("there are {}", listed(&super::functions::names())),
            ErrorCause::Receiver { usage, .. } => format!("write `{usage}`"),
            ErrorCause::HasNoField => "write `has(predicate.field)`".to_owned(),
            ErrorCause::NoVariable => "write `list.all(item, condition)`".to_owned(),
            ErrorCause::Shadowed(_) => "use another name".to_owned(),
            ErrorCause::PatternNotLiteral => "write the pattern out; a text of the evidence is no pattern".to_owned(),
            ErrorCause::Pattern(error) => error.hint().to_owned(),
            ErrorCause::PatternNotAnchored => {
                "begin with `^`, end with `$`, and group alternatives: `^(?:a|b)$`".to_owned()
            }
            ErrorCause::Kind { .. } | ErrorCause::Kinds { .. } => {
                "kinds are never converted: `timestamp(…)`, `duration(…)`, `int(…)`, `double(…)`, `string(…)`"
                    .to_owned()
            }
            ErrorCause::NotBoolean { .. } => "compare it with something: only `true` satisfies a rule".to_owned(),
            _ => return None,
        })
    }
}

/// Line and column of a byte, both from 1.
pub(super) fn place(source: &str, offset: usize) -> (usize, usize) {
    let before = source.get(..offset).unwrap_or(source);
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    (
        before.matches('\n').count() + 1,
        before.get(line..).unwrap_or_default().chars().count() + 1,
    )
}

fn listed<S: AsRef<str>>(words: &[S]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{}`", word.as_ref())).collect();
    quoted.join(", ")
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {}, column {} of the expression: {}",
            self.line, self.column, self.cause
        )
    }
}

impl fmt::Display for ErrorCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { found } => {
                write!(f, "{found} bytes, at most {}", limits::EXPRESSION_BYTES)
            }
            Self::TooDeep => write!(f, "nested deeper than {}", limits::EXPRESSION_NESTING),
            Self::Character(found) => write!(f, "unexpected {found:?}"),
            Self::Number => f.write_str("not a number"),
            Self::Escape => f.write_str("an escape that is not known"),
            Self::TextWithoutEnd => f.write_str("a text without its end"),
            Self::NotSupported(what) => write!(f, "{what}: not supported"),
            Self::Expected { expected, found } => write!(f, "expected {expected}, found {found}"),
            Self::Chained => f.write_str("comparisons do not chain"),
            Self::ReservedWord(word) => write!(f, "`{word}` is a reserved word"),
            Self::UnknownName { name, .. } => write!(f, "there is no variable `{name}`"),
            Self::UnknownField { name, of, .. } => write!(f, "{of} has no field `{name}`"),
            Self::UnknownFunction(name) => write!(f, "there is no function `{name}`"),
            Self::Receiver { name, .. } => write!(f, "`{name}` is not called like this"),
            Self::Arguments { name, expected, found } => {
                write!(f, "`{name}` takes {expected}, found {found}")
            }
            Self::HasNoField => f.write_str("`has` takes a field"),
            Self::NoVariable => f.write_str("the first argument is a name for the items"),
            Self::Shadowed(name) => write!(f, "`{name}` is a variable already"),
            Self::PatternNotLiteral => f.write_str("the pattern of `matches` is no text in quotation marks"),
            Self::Pattern(error) => error.fmt(f),
            Self::PatternNotAnchored => f.write_str("a pattern that could match in the middle of a text"),
            Self::Kind { expected, found } => write!(f, "expected {expected}, found {found}"),
            Self::Kinds { left, right } => write!(f, "{left} beside {right}: they never agree"),
            Self::NotBoolean { found } => write!(f, "the result is {found}, never true"),
            Self::Constant => f.write_str("it reads nothing, so it says nothing about the evidence"),
            Self::Literal { expected } => write!(f, "not {expected}"),
        }
    }
}

impl std::error::Error for Error {}
