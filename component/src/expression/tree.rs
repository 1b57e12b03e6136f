//! An expression as a tree.

use super::functions::Signature;
use super::token::Span;
use crate::pattern::Regexp;

#[derive(Debug, Clone)]
pub(super) struct Node {
    pub span: Span,
    /// Of the tree below, itself included: everything that walks it is recursive.
    pub height: usize,
    pub form: Form,
}

#[derive(Debug, Clone)]
pub(super) enum Form {
    Null,
    Boolean(bool),
    Integer(i64),
    Double(f64),
    Text(String),
    List(Vec<Node>),
    Name(String),
    Field {
        of: Box<Node>,
        name: String,
    },
    /// `has(of.name)`
    Has {
        of: Box<Node>,
        name: String,
    },
    Index {
        of: Box<Node>,
        at: Box<Node>,
    },
    Not(Box<Node>),
    Negative(Box<Node>),
    /// `a && b && …`: at least two
    And(Vec<Node>),
    /// `a || b || …`: at least two
    Or(Vec<Node>),
    /// Condition, then, else.
    Choice(Box<[Node; 3]>),
    Binary {
        operator: Operator,
        sides: Box<[Node; 2]>,
    },
    /// The receiver of a method is its first argument.
    Call {
        signature: &'static Signature,
        arguments: Vec<Node>,
    },
    /// Both ends of the pattern are anchored as written, so CEL's search and a whole match are the same.
    Matches {
        text: Box<Node>,
        pattern: Box<Regexp>,
    },
    Walk(Box<Walk>),
}

/// A macro over the items of a list or the keys of a map.
#[derive(Debug, Clone)]
pub(super) struct Walk {
    pub kind: WalkKind,
    pub over: Node,
    pub variable: String,
    /// Which items are taken: of `filter`, and of `map` with three arguments.
    pub condition: Option<Node>,
    /// What is made of each: of `map`.
    pub result: Option<Node>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WalkKind {
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    Differs,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Operator {
    /// The operator and how tightly it binds.
    pub fn of(sign: &str) -> Option<(Self, u8)> {
        Some(match sign {
            "==" => (Self::Equal, RELATION),
            "!=" => (Self::Differs, RELATION),
            "<" => (Self::Less, RELATION),
            "<=" => (Self::LessOrEqual, RELATION),
            ">" => (Self::Greater, RELATION),
            ">=" => (Self::GreaterOrEqual, RELATION),
            "in" => (Self::In, RELATION),
            "+" => (Self::Add, RELATION + 1),
            "-" => (Self::Subtract, RELATION + 1),
            "*" => (Self::Multiply, RELATION + 2),
            "/" => (Self::Divide, RELATION + 2),
            "%" => (Self::Remainder, RELATION + 2),
            _ => return None,
        })
    }
}

/// How tightly comparisons bind; looser are `?:`, `||` and `&&`.
pub(super) const RELATION: u8 = 3;

impl WalkKind {
    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "all" => Self::All,
            "exists" => Self::Exists,
            "exists_one" => Self::ExistsOne,
            "filter" => Self::Filter,
            "map" => Self::Map,
            _ => return None,
        })
    }
}

impl Form {
    pub fn children(&self) -> Vec<&Node> {
        match self {
            Self::Null | Self::Boolean(_) | Self::Integer(_) | Self::Double(_) | Self::Text(_) | Self::Name(_) => {
                Vec::new()
            }
            Self::List(nodes) | Self::And(nodes) | Self::Or(nodes) | Self::Call { arguments: nodes, .. } => {
                nodes.iter().collect()
            }
            Self::Field { of, .. } | Self::Has { of, .. } | Self::Not(of) | Self::Negative(of) => vec![of],
            Self::Matches { text, .. } => vec![text],
            Self::Index { of, at } => vec![of, at],
            Self::Choice(parts) => parts.iter().collect(),
            Self::Binary { sides, .. } => sides.iter().collect(),
            Self::Walk(walk) => std::iter::once(&walk.over)
                .chain(&walk.condition)
                .chain(&walk.result)
                .collect(),
        }
    }
}
