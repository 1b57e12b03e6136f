//! The functions of an expression: names, arguments and what they give.

use super::kinds::Kind;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Size,
    Contains,
    StartsWith,
    EndsWith,
    LowerAscii,
    Integer,
    Double,
    Text,
    Time,
    Span,
}

/// How a function is called and what it takes.
#[derive(Debug)]
pub(super) struct Signature {
    pub name: &'static str,
    pub function: Function,
    pub usage: &'static str,
    /// Kinds that each argument may have, the receiver first.
    pub takes: &'static [&'static [Kind]],
    pub gives: Kind,
    pub style: Style,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Free,
    Method,
    Either,
}

const TEXT: &[Kind] = &[Kind::Text];

pub(super) static SIGNATURES: [Signature; 10] = [
    Signature {
        name: "size",
        function: Function::Size,
        usage: "size(list)",
        takes: &[&[Kind::List(&Kind::Any), Kind::Map]],
        gives: Kind::Integer,
        style: Style::Either,
    },
    method(
        "contains",
        Function::Contains,
        "text.contains(text)",
        &[TEXT, TEXT],
        Kind::Boolean,
    ),
    method(
        "startsWith",
        Function::StartsWith,
        "text.startsWith(text)",
        &[TEXT, TEXT],
        Kind::Boolean,
    ),
    method(
        "endsWith",
        Function::EndsWith,
        "text.endsWith(text)",
        &[TEXT, TEXT],
        Kind::Boolean,
    ),
    method(
        "lowerAscii",
        Function::LowerAscii,
        "text.lowerAscii()",
        &[TEXT],
        Kind::Text,
    ),
    free(
        "int",
        Function::Integer,
        "int(number)",
        &[&[Kind::Integer, Kind::Double, Kind::Text]],
        Kind::Integer,
    ),
    free(
        "double",
        Function::Double,
        "double(number)",
        &[&[Kind::Integer, Kind::Double, Kind::Text]],
        Kind::Double,
    ),
    free(
        "string",
        Function::Text,
        "string(number)",
        &[&[Kind::Integer, Kind::Double, Kind::Boolean, Kind::Text]],
        Kind::Text,
    ),
    free(
        "timestamp",
        Function::Time,
        "timestamp(text)",
        &[&[Kind::Text, Kind::Time]],
        Kind::Time,
    ),
    free(
        "duration",
        Function::Span,
        "duration(text)",
        &[&[Kind::Text, Kind::Span]],
        Kind::Span,
    ),
];

const fn method(
    name: &'static str,
    function: Function,
    usage: &'static str,
    takes: &'static [&'static [Kind]],
    gives: Kind,
) -> Signature {
    Signature {
        name,
        function,
        usage,
        takes,
        gives,
        style: Style::Method,
    }
}

const fn free(
    name: &'static str,
    function: Function,
    usage: &'static str,
    takes: &'static [&'static [Kind]],
    gives: Kind,
) -> Signature {
    Signature {
        style: Style::Free,
        ..method(name, function, usage, takes, gives)
    }
}

/// What can be called, for messages.
pub(super) fn names() -> Vec<&'static str> {
    let macros = ["has", "matches", "all", "exists", "exists_one", "filter", "map"];
    SIGNATURES
        .iter()
        .map(|signature| signature.name)
        .chain(macros)
        .collect()
}
