//! From words and signs to a tree: precedence climbing over CEL's grammar, with the macros taken apart as they are read.
//!
//! The parser and all that walks its tree are recursive; `deeper` bounds the first, the height of a node the rest.

mod calls;

use super::error::{Error, ErrorCause};
use super::token::{Span, Token, Tokens};
use super::tree::{Form, Node, Operator, RELATION, WalkKind};
use crate::limits;

/// CEL's reserved words; as fields they can be selected, as names not.
const RESERVED: [&str; 17] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

const OR: u8 = 1;
const AND: u8 = 2;

pub(super) fn parse(source: &str) -> Result<Node, Error> {
    if source.len() > limits::EXPRESSION_BYTES {
        let cause = ErrorCause::TooLong { found: source.len() };
        return Err(Error::at(source, 0, cause));
    }
    let mut tokens = Tokens::of(source);
    let (token, span) = tokens.next()?;
    let mut parser = Parser {
        source,
        tokens,
        token,
        span,
        depth: 0,
    };
    let node = parser.choice()?;
    match parser.token {
        Token::End => Ok(node),
        _ => Err(parser.unexpected("an operator or the end")),
    }
}

struct Parser<'s> {
    source: &'s str,
    tokens: Tokens<'s>,
    /// The next one, not yet taken.
    token: Token,
    span: Span,
    depth: usize,
}

impl Parser<'_> {
    /// `condition ? then : else`, or what binds tighter.
    fn choice(&mut self) -> Result<Node, Error> {
        self.deeper()?;
        let condition = self.operators(OR)?;
        let node = if self.take("?")? {
            let then = self.choice()?;
            self.expect(":", "`:`")?;
            let otherwise = self.choice()?;
            let span = join(condition.span, otherwise.span);
            self.node(span, Form::Choice(Box::new([condition, then, otherwise])))
        } else {
            Ok(condition)
        };
        self.depth -= 1;
        node
    }

    /// Operators that bind at least as tightly as `least`.
    fn operators(&mut self, least: u8) -> Result<Node, Error> {
        let mut left = self.unary()?;
        loop {
            if least <= OR && self.is("||") {
                left = self.chain("||", AND, left, Form::Or)?;
            } else if least <= AND && self.is("&&") {
                left = self.chain("&&", RELATION, left, Form::And)?;
            } else {
                let Some((operator, binds)) = self.operator().filter(|(_, binds)| *binds >= least) else {
                    return Ok(left);
                };
                self.advance()?;
                let right = self.operators(binds + 1)?;
                let next_is_relation = self.operator().is_some_and(|(_, binds)| binds == RELATION);
                if binds == RELATION && next_is_relation {
                    return Err(self.error(ErrorCause::Chained));
                }
                let span = join(left.span, right.span);
                let sides = Box::new([left, right]);
                left = self.node(span, Form::Binary { operator, sides })?;
            }
        }
    }

    /// All operands of `a && b && …` side by side, so that many of them are no deep tree.
    fn chain(&mut self, sign: &str, binds: u8, first: Node, form: fn(Vec<Node>) -> Form) -> Result<Node, Error> {
        let mut span = first.span;
        let mut operands = vec![first];
        while self.take(sign)? {
            let operand = self.operators(binds)?;
            span = join(span, operand.span);
            operands.push(operand);
        }
        self.node(span, form(operands))
    }

    fn operator(&self) -> Option<(Operator, u8)> {
        match &self.token {
            Token::Sign(sign) => Operator::of(sign),
            Token::Word(word) if word == "in" => Operator::of(word),
            _ => None,
        }
    }

    fn unary(&mut self) -> Result<Node, Error> {
        let from = self.span;
        if self.take("!")? {
            self.deeper()?;
            let operand = self.unary()?;
            self.depth -= 1;
            return self.node(join(from, operand.span), Form::Not(Box::new(operand)));
        }
        if !self.take("-")? {
            return self.postfix();
        }
        if let Token::Integer(number) = self.token {
            let negative = 0_i64.checked_sub_unsigned(number);
            let number = negative.ok_or_else(|| self.error(ErrorCause::Number))?;
            let span = join(from, self.span);
            self.advance()?;
            return self.node(span, Form::Integer(number));
        }
        self.deeper()?;
        let operand = self.unary()?;
        self.depth -= 1;
        self.node(join(from, operand.span), Form::Negative(Box::new(operand)))
    }

    /// A value with its fields, indexes and methods.
    fn postfix(&mut self) -> Result<Node, Error> {
        let mut node = self.primary()?;
        loop {
            if self.take(".")? {
                node = self.member(node)?;
            } else if self.take("[")? {
                if self.is("?") {
                    return Err(self.error(ErrorCause::NotSupported("an optional index")));
                }
                let at = self.choice()?;
                let span = join(node.span, self.span);
                self.expect("]", "`]`")?;
                let (of, at) = (Box::new(node), Box::new(at));
                node = self.node(span, Form::Index { of, at })?;
            } else {
                return Ok(node);
            }
        }
    }

    /// What follows a `.`: a field, a method or a macro.
    fn member(&mut self, of: Node) -> Result<Node, Error> {
        let span = join(of.span, self.span);
        let at = self.span;
        let name = match &self.token {
            Token::Word(word) if matches!(word.as_str(), "true" | "false" | "null" | "in") => {
                return Err(self.error(ErrorCause::ReservedWord(word.clone())));
            }
            Token::Word(word) => word.clone(),
            Token::Sign("?") => return Err(self.error(ErrorCause::NotSupported("an optional field"))),
            _ => return Err(self.unexpected("a field")),
        };
        self.advance()?;
        if !self.take("(")? {
            return self.node(span, Form::Field { of: Box::new(of), name });
        }
        let (arguments, end) = self.list_until(")")?;
        let span = join(span, end);
        if let Some(kind) = WalkKind::of(&name) {
            return self.walk(kind, name, of, arguments, span, at);
        }
        if name == "matches" {
            return self.matches(of, arguments, span, at);
        }
        self.call(&name, Some(of), arguments, span, at)
    }

    fn primary(&mut self) -> Result<Node, Error> {
        let span = self.span;
        let form = match self.token.clone() {
            Token::Integer(number) => {
                let number = i64::try_from(number).map_err(|_| self.error(ErrorCause::Number))?;
                Form::Integer(number)
            }
            Token::Double(number) => Form::Double(number),
            Token::Text(text) => Form::Text(text),
            Token::Word(word) => return self.named(&word, span),
            Token::Sign("(") => {
                self.advance()?;
                let node = self.choice()?;
                self.expect(")", "`)`")?;
                return Ok(node);
            }
            Token::Sign("[") => {
                self.advance()?;
                let (items, end) = self.list_until("]")?;
                return self.node(join(span, end), Form::List(items));
            }
            Token::Sign(_) | Token::End => return Err(self.unexpected("a value")),
        };
        self.advance()?;
        self.node(span, form)
    }

    fn named(&mut self, word: &str, span: Span) -> Result<Node, Error> {
        if word == "in" || RESERVED.contains(&word) {
            return Err(self.error(ErrorCause::ReservedWord(word.to_owned())));
        }
        self.advance()?;
        let form = match word {
            "true" => Form::Boolean(true),
            "false" => Form::Boolean(false),
            "null" => Form::Null,
            _ if self.take("(")? => {
                let (arguments, end) = self.list_until(")")?;
                let whole = join(span, end);
                return match word {
                    "has" => self.has(arguments, whole, span),
                    _ => self.call(word, None, arguments, whole, span),
                };
            }
            _ => Form::Name(word.to_owned()),
        };
        self.node(span, form)
    }

    /// Items up to the closing sign, and where that stands; one comma may follow the last of a list.
    fn list_until(&mut self, end: &'static str) -> Result<(Vec<Node>, Span), Error> {
        let mut items = Vec::new();
        loop {
            let span = self.span;
            if (items.is_empty() || end == "]") && self.take(end)? {
                return Ok((items, span));
            }
            items.push(self.choice()?);
            let span = self.span;
            if self.take(end)? {
                return Ok((items, span));
            }
            self.expect(",", "`,` or the closing bracket")?;
        }
    }

    fn node(&self, span: Span, form: Form) -> Result<Node, Error> {
        let below = form.children().iter().map(|node| node.height).max().unwrap_or(0);
        if below >= limits::EXPRESSION_HEIGHT {
            return Err(Error::at(self.source, span.from, ErrorCause::TooDeep));
        }
        Ok(Node {
            span,
            height: below + 1,
            form,
        })
    }

    fn deeper(&mut self) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > limits::EXPRESSION_NESTING {
            return Err(self.error(ErrorCause::TooDeep));
        }
        Ok(())
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.token, Token::Sign(found) if found == sign)
    }

    fn take(&mut self, sign: &str) -> Result<bool, Error> {
        let found = self.is(sign);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn expect(&mut self, sign: &str, expected: &'static str) -> Result<(), Error> {
        if self.take(sign)? {
            return Ok(());
        }
        Err(self.unexpected(expected))
    }

    fn advance(&mut self) -> Result<(), Error> {
        (self.token, self.span) = self.tokens.next()?;
        Ok(())
    }

    fn unexpected(&self, expected: &'static str) -> Error {
        let found = match &self.token {
            Token::End => "the end".to_owned(),
            _ => {
                let text = self.source.get(self.span.from..self.span.to).unwrap_or_default();
                format!("`{}`", text.chars().take(40).collect::<String>())
            }
        };
        self.error(ErrorCause::Expected { expected, found })
    }

    fn error(&self, cause: ErrorCause) -> Error {
        Error::at(self.source, self.span.from, cause)
    }
}

fn join(first: Span, last: Span) -> Span {
    Span {
        from: first.from,
        to: last.to,
    }
}
