use serde_json::{Value as Json, json};

use super::refusal::Cause;
use super::*;
use crate::limits;

fn parse(source: &str) -> Result<Expression, Error> {
    Expression::parse(source, Scope::Statement)
}

/// `predicate` as given; the rest is fixed.
fn demand(source: &str, predicate: &Json) -> Result<(), Refusal> {
    let expression = parse(source).unwrap_or_else(|error| panic!("{source}: {error}"));
    let statement = json!({ "_type": "https://in-toto.io/Statement/v1", "subject": [], "predicateType": "p", "predicate": predicate });
    let signer = Value::map([("name", Value::text("release")), ("kind", Value::text("uri"))]);
    let image = Value::map([
        ("name", Value::text("r.example/a")),
        ("digest", Value::text("sha256:00")),
    ]);
    expression.demand(&[
        ("statement", Value::of_json(&statement).unwrap()),
        ("predicate", Value::of_json(predicate).unwrap()),
        ("signer", signer),
        ("image", image),
        ("now", time(1_795_392_000)), // 2026-11-23T00:00:00Z
    ])
}

fn cause(source: &str, predicate: Json) -> Cause {
    match demand(source, &predicate) {
        Err(refusal) => refusal.cause,
        Ok(()) => panic!("{source} holds of {predicate}"),
    }
}

#[track_caller]
fn holds(source: &str, predicate: Json) {
    if let Err(refusal) = demand(source, &predicate) {
        panic!("{source} of {predicate}: {refusal}");
    }
}

#[track_caller]
fn kinds(source: &str, predicate: Json, left: &'static str, right: &'static str) {
    assert_eq!(cause(source, predicate), Cause::Kinds { left, right }, "{source}");
}

#[track_caller]
fn refused(source: &str) -> ErrorCause {
    match parse(source) {
        Err(error) => error.cause,
        Ok(_) => panic!("{source} is accepted"),
    }
}

#[test]
fn an_approval_is_read() {
    let approval = json!({ "approved": true, "by": "alice@acme.example", "ticket": "SEC-42" });
    holds("predicate.approved == true", approval.clone());
    holds("predicate.approved", approval.clone());
    holds(
        "predicate.approved && predicate.ticket.startsWith('SEC-')",
        approval.clone(),
    );
    holds("predicate['by'].matches('^.*@acme\\\\.example$')", approval.clone());
    holds(
        "statement.predicate.by == predicate.by && signer.name == 'release'",
        approval,
    );
}

#[test]
fn only_true_satisfies_fail() {
    assert_eq!(
        cause("predicate.approved == true", json!({ "approved": false })),
        Cause::False
    );
    for other in [json!("true"), json!(1), json!(null), json!([true]), json!({})] {
        assert!(
            matches!(
                cause("predicate.approved", json!({ "approved": other })),
                Cause::Kind { .. }
            ),
            "{other}"
        );
    }
}

#[test]
fn a_list_differs_from_a_text_fail() {
    kinds(
        "predicate.status != 'failed'",
        json!({ "status": ["failed"] }),
        "a list",
        "a text",
    );
    kinds(
        "!(predicate.status == 'failed')",
        json!({ "status": ["failed"] }),
        "a list",
        "a text",
    );
    kinds(
        "predicate.score != 0",
        json!({ "score": "0" }),
        "a text",
        "a whole number",
    );
    kinds(
        "predicate.a != predicate.b",
        json!({ "a": true, "b": 1 }),
        "a boolean",
        "a whole number",
    );
    kinds("[1] != predicate.a", json!({ "a": ["1"] }), "a whole number", "a text");
}

#[test]
fn a_list_of_another_length_hides_no_kind_fail() {
    kinds(
        "predicate.a != ['x']",
        json!({ "a": [1, 2] }),
        "a whole number",
        "a text",
    );
}

#[test]
fn the_size_of_an_empty_text_is_not_the_size_of_an_empty_list_fail() {
    holds("size(predicate.findings) == 0", json!({ "findings": [] }));
    let expected = "a list or a map";
    let found = "a text";
    assert_eq!(
        cause("size(predicate.findings) == 0", json!({ "findings": "" })),
        Cause::Kind { expected, found }
    );
}

#[test]
fn or_absorbs_no_error_fail() {
    assert_eq!(
        cause("predicate.missing || true", json!({})),
        Cause::Absent("missing".to_owned())
    );
    assert_eq!(
        cause("predicate.missing && false || true", json!({})),
        Cause::Absent("missing".to_owned())
    );
    assert!(matches!(
        cause("predicate.text || true", json!({ "text": "x" })),
        Cause::Kind { .. }
    ));
}

#[test]
fn what_cannot_matter_is_left_out() {
    holds(
        "has(predicate.a) ? predicate.a == 1 : predicate.b == 2",
        json!({ "b": 2 }),
    );
    holds("!has(predicate.a) || predicate.a == 1", json!({}));
    assert_eq!(cause("has(predicate.a) && predicate.a == 1", json!({})), Cause::False);
}

#[test]
fn has_asks_one_step_only_fail() {
    assert_eq!(cause("!has(predicate.a.b)", json!({})), Cause::Absent("a".to_owned()));
    assert!(matches!(
        cause("!has(predicate.a.b)", json!({ "a": [] })),
        Cause::Kind { .. }
    ));
}

#[test]
fn an_item_that_fails_decides_wherever_it_stands_fail() {
    for list in [json!([{ "ok": true }, {}]), json!([{}, { "ok": true }])] {
        let absent = Cause::Absent("ok".to_owned());
        assert_eq!(cause("predicate.exists(r, r.ok)", list.clone()), absent);
        assert_eq!(cause("!predicate.all(r, !r.ok)", list), absent);
    }
    for list in [json!([1, "a"]), json!(["a", 1])] {
        assert!(matches!(cause("'a' in predicate", list), Cause::Kinds { .. }));
    }
}

#[test]
fn null_equals_only_a_null_that_is_written() {
    holds(
        "predicate.a == null && predicate.b != null",
        json!({ "a": null, "b": [] }),
    );
    kinds(
        "predicate.a == predicate.b",
        json!({ "a": null, "b": null }),
        "null",
        "null",
    );
    kinds(
        "predicate.a != predicate.b",
        json!({ "a": null, "b": 1 }),
        "null",
        "a whole number",
    );
    assert_eq!(cause("predicate.c != null", json!({})), Cause::Absent("c".to_owned()));
}

#[test]
fn numbers_are_exact() {
    holds(
        "predicate.a == 9223372036854775807 && predicate.b == -9223372036854775808",
        json!({ "a": i64::MAX, "b": i64::MIN }),
    );
    holds(
        "predicate.score >= 7.0 && predicate.score < 7.5 && predicate.score == 7",
        json!({ "score": 7 }),
    );
    holds(
        "predicate.a > 9007199254740992.0",
        json!({ "a": 9_007_199_254_740_993_i64 }),
    );
    holds("predicate.a < 1e300 && predicate.a > -1e300", json!({ "a": 1 }));
    for large in [
        "9223372036854775808",
        "18446744073709551615",
        "1e300",
        "36893488147419103232",
    ] {
        let predicate: Json = serde_json::from_str(&format!(r#"{{"a":{large}}}"#)).unwrap();
        assert_eq!(cause("predicate.a > 1", predicate), Cause::LargeNumber, "{large}");
    }
}

#[test]
fn arithmetic_never_wraps_fail() {
    let numbers = json!({ "most": i64::MAX, "least": i64::MIN, "zero": 0, "half": 0.5 });
    for overflow in [
        "predicate.most + 1 < 0",
        "predicate.least - 1 > 0",
        "-predicate.least < 0",
        "predicate.most * 2 != 0",
    ] {
        assert_eq!(cause(overflow, numbers.clone()), Cause::Overflow, "{overflow}");
    }
    assert_eq!(cause("predicate.least / -1 > 0", numbers.clone()), Cause::Overflow);
    assert_eq!(cause("1 / predicate.zero == 0", numbers.clone()), Cause::DivisionByZero);
    assert_eq!(cause("1 % predicate.zero == 0", numbers.clone()), Cause::DivisionByZero);
    assert_eq!(
        cause("predicate.half / 0.0 > 1.0", numbers.clone()),
        Cause::DivisionByZero
    );
    assert!(matches!(
        cause("predicate.half + 1 > 1", numbers.clone()),
        Cause::Kinds { .. }
    ));
    holds(
        "predicate.half + 1.5 == 2 && 7 / 2 == 3 && -7 % 2 == -1 && 2 + 3 * 2 == 8 && (2 + 3) * 2 == 10",
        numbers,
    );
}

#[test]
fn times_are_compared_as_times() {
    let scan = json!({ "finishedOn": "2026-11-20T10:00:00Z", "other": "yesterday" });
    holds("timestamp(predicate.finishedOn) > now - duration('168h')", scan.clone());
    assert_eq!(
        cause("now - timestamp(predicate.finishedOn) < duration('24h')", scan.clone()),
        Cause::False
    );
    assert!(matches!(
        cause("predicate.finishedOn < now", scan.clone()),
        Cause::Kinds { .. }
    ));
    assert!(matches!(
        cause("timestamp(predicate.other) < now", scan),
        Cause::NotOne { .. }
    ));
    assert!(matches!(
        refused("now > timestamp('2026-13-01T00:00:00Z')"),
        ErrorCause::Literal { .. }
    ));
    assert!(matches!(
        refused("now - now > duration('7d')"),
        ErrorCause::Literal { .. }
    ));
    assert!(matches!(
        refused("now > '2026-01-01T00:00:00Z'"),
        ErrorCause::Kinds { .. }
    ));
}

#[test]
fn macros_over_lists_and_maps() {
    let predicate = json!({ "list": [1, 2, 3], "map": { "a": 1, "b": 2 }, "empty": [] });
    holds(
        "predicate.list.all(n, n > 0) && predicate.list.exists(n, n == 3)",
        predicate.clone(),
    );
    holds("predicate.list.exists_one(n, n > 2)", predicate.clone());
    holds("predicate.list.filter(n, n > 1) == [2, 3]", predicate.clone());
    holds("predicate.list.map(n, n * 2) == [2, 4, 6]", predicate.clone());
    holds("predicate.list.map(n, n > 1, n * 2) == [4, 6]", predicate.clone());
    holds(
        "predicate.map.all(key, predicate.map[key] > 0) && 'a' in predicate.map",
        predicate.clone(),
    );
    holds(
        "size(predicate.empty) == 0 && predicate.empty.all(n, n.missing)",
        predicate.clone(),
    );
    assert_eq!(cause("predicate.list.exists_one(n, n > 1)", predicate), Cause::False);
}

#[test]
fn texts_have_escapes_and_comments_end_with_their_line() {
    holds(
        "predicate == 'a\\n\\'\\u00e9\\x41' // not this: ' &&\n",
        json!("a\n'éA"),
    );
    holds(r#"predicate == r'\d"' + "'""#, json!("\\d\"'"));
    holds("predicate.lowerAscii() in ['high', 'critical']", json!("HIGH"));
}

#[test]
fn what_the_tree_shows_is_refused_error() {
    assert!(matches!(refused("predicat.approved"), ErrorCause::UnknownName { .. }));
    assert!(matches!(
        refused("statements.size() > 0"),
        ErrorCause::UnknownName { .. }
    ));
    assert!(matches!(refused("signer.nme == 'x'"), ErrorCause::UnknownField { .. }));
    assert!(matches!(
        refused("signer['nme'] == 'x'"),
        ErrorCause::UnknownField { .. }
    ));
    assert!(matches!(refused("has(image.tag)"), ErrorCause::UnknownField { .. }));
    assert!(matches!(
        refused("lower(predicate.a) == 'x'"),
        ErrorCause::UnknownFunction(_)
    ));
    assert!(matches!(
        refused("math.greatest(predicate) == 1"),
        ErrorCause::UnknownFunction(_)
    ));
    assert!(matches!(
        refused("contains(predicate, 'x')"),
        ErrorCause::Receiver { .. }
    ));
    assert!(matches!(refused("predicate.startsWith()"), ErrorCause::Receiver { .. }));
    assert!(matches!(
        refused("size(predicate, 1) == 1"),
        ErrorCause::Receiver { .. }
    ));
    assert!(matches!(refused("predicate.all(x)"), ErrorCause::Arguments { .. }));
    assert!(matches!(refused("predicate.all(1, true)"), ErrorCause::NoVariable));
    assert!(matches!(
        refused("predicate.all(signer, true)"),
        ErrorCause::Shadowed(_)
    ));
    assert!(matches!(refused("has(predicate['a'])"), ErrorCause::HasNoField));
    assert!(matches!(refused("signer.name == 1"), ErrorCause::Kinds { .. }));
    assert!(matches!(refused("size(predicate) == '0'"), ErrorCause::Kinds { .. }));
    assert!(matches!(refused("signer.name == null"), ErrorCause::Kinds { .. }));
    assert!(matches!(refused("predicate in [1, 'a']"), ErrorCause::Kinds { .. }));
    assert!(matches!(refused("signer.name in [1]"), ErrorCause::Kinds { .. }));
    assert!(matches!(refused("signer.name && true"), ErrorCause::Kind { .. }));
    assert!(matches!(refused("size(signer.name) == 0"), ErrorCause::Kind { .. }));
    assert!(matches!(refused("predicate.a < true"), ErrorCause::Kinds { .. }));
}

#[test]
fn a_result_that_cannot_be_true_is_refused_error() {
    assert!(matches!(refused("signer.name"), ErrorCause::NotBoolean { .. }));
    assert!(matches!(refused("size(predicate)"), ErrorCause::NotBoolean { .. }));
    assert!(matches!(
        refused("predicate.filter(x, x == 1)"),
        ErrorCause::NotBoolean { .. }
    ));
    for constant in ["true", "1 == 1", "[1].all(x, x == 1)", "!false"] {
        assert_eq!(refused(constant), ErrorCause::Constant, "{constant}");
    }
}

#[test]
fn what_is_left_out_of_cel_is_refused_error() {
    for source in [
        "",
        " ",
        "predicate.a = 1",
        "predicate.a & true",
        "predicate {a: 1}",
        "predicate == {'a': 1}",
        "b'x' == predicate",
        "predicate == 1u",
        "predicate == 0x10",
        "predicate.?a == 1",
        "predicate[?0] == 1",
        "predicate == '''a'''",
        "predicate == 'a",
        "predicate == 'a\nb'",
        "predicate == '\\q'",
        "predicate == 'a' 'b'",
        "1 < predicate < 3",
        "predicate == 9223372036854775808",
        "predicate == 1e999",
        "(predicate",
        "predicate)",
        "predicate.",
        "predicate.in == 1",
        "if == 1",
        "predicate ? 1",
        "predicate == é",
        "predicate[]",
        "predicate.all(x, x,)",
        ".predicate",
        "`predicate`",
        "#",
    ] {
        assert!(parse(source).is_err(), "{source:?} is accepted");
    }
    assert!(parse("predicate.package == 'x' && predicate in [1, 2,]").is_ok());
}

#[test]
fn patterns_are_literal_and_anchored_error() {
    assert_eq!(
        refused("predicate.a.matches(predicate.b)"),
        ErrorCause::PatternNotLiteral
    );
    for open in ["x", "^x", "x$", "^a|b$", r"^x\\$"] {
        assert_eq!(
            refused(&format!("predicate.matches('{open}')")),
            ErrorCause::PatternNotAnchored,
            "{open}"
        );
    }
    assert!(matches!(
        refused("predicate.matches('^(?i)x$')"),
        ErrorCause::Pattern(_)
    ));
    assert!(matches!(refused("predicate.matches('^($')"), ErrorCause::Pattern(_)));
    holds("predicate.matches('^(?:a|b)$')", json!("b"));
    assert_eq!(cause("predicate.matches('^(?:a|b)$')", json!("b\n")), Cause::False);
}

#[test]
fn errors_and_refusals_have_a_place() {
    let error = parse("predicate.a == 1 &&\n  predicat.b == 2").unwrap_err();
    assert_eq!((error.line, error.column), (2, 3));
    assert_eq!(
        error.to_string(),
        "line 2, column 3 of the expression: there is no variable `predicat`"
    );
    assert!(error.hint().is_some_and(|hint| hint.contains("`predicate`")));
    let refusal = demand("predicate.a == 1 &&\n  predicate.b == 2", &json!({ "a": 1, "b": 3 })).unwrap_err();
    assert_eq!(refusal.to_string(), "`predicate.b == 2` (line 2, column 3) is false");
    let refusal = demand("predicate.a.b == 1", &json!({ "a": "\n\u{1b}[31m" })).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "`predicate.a` (line 1, column 1): expected a map, found a text"
    );
}

#[test]
fn deep_and_long_expressions_are_refused_error() {
    let nested =
        |open: &str, close: &str, count: usize| format!("{}predicate{}", open.repeat(count), close.repeat(count));
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("!", ""),
        ("- ", ""),
        ("size(", ")"),
        ("true ? ", " : false"),
        ("has(", ")"),
    ] {
        for count in [limits::EXPRESSION_NESTING + 1, 60, 300] {
            assert!(parse(&nested(open, close, count)).is_err(), "{count} {open:?}");
        }
    }
    assert!(matches!(refused(&nested("(", ")", 2_000)), ErrorCause::TooDeep));
    assert!(matches!(refused(&nested("!", "", 4_000)), ErrorCause::TooDeep));
    assert!(matches!(
        refused(&format!("predicate{}", ".a".repeat(2_000))),
        ErrorCause::TooDeep
    ));
    assert!(matches!(
        refused(&format!("predicate{}", "[0]".repeat(1_300))),
        ErrorCause::TooDeep
    ));
    assert!(matches!(
        refused(&format!("predicate{}", "+1".repeat(2_000))),
        ErrorCause::TooDeep
    ));
    assert!(matches!(
        refused(&format!("predicate{}", " ".repeat(limits::EXPRESSION_BYTES))),
        ErrorCause::TooLong { .. }
    ));
    let broad = vec!["predicate"; 300].join("&&");
    assert!(parse(&broad).is_ok());
    assert!(parse(&nested("(", ")", limits::EXPRESSION_NESTING - 1)).is_ok());
}

#[test]
fn loops_within_loops_over_long_lists_undecided() {
    let list: Vec<u32> = (0..3_000).collect();
    let cubic = "predicate.all(a, predicate.all(b, predicate.all(c, a + b + c >= 0)))";
    assert_eq!(
        cause("predicate.all(a, predicate.exists(b, a == b))", json!(list)),
        Cause::Budget
    );
    assert_eq!(cause(cubic, json!(list)), Cause::Budget);
    let refusal = demand(cubic, &json!(list)).unwrap_err();
    assert!(refusal.is_undecided());
    holds("predicate.all(a, a >= 0)", json!((0..100_000).collect::<Vec<u32>>()));
}

#[test]
fn what_an_expression_makes_is_counted_undecided() {
    let text = "x".repeat(1 << 20);
    let doubled = format!("predicate.map(a, {}).all(t, t != '')", vec!["a"; 50].join(" + "));
    assert_eq!(cause(&doubled, json!([text])), Cause::Budget);
    let list = json!((0..3_000).collect::<Vec<u32>>());
    assert_eq!(
        cause("predicate.map(a, predicate + predicate) != []", list.clone()),
        Cause::Budget
    );
    assert_eq!(
        cause("predicate.map(a, predicate) == predicate.map(b, predicate)", list),
        Cause::Budget
    );
    assert_eq!(
        cause(
            "predicate.exists(t, t.matches('^(?:x|y)*z$'))",
            json!([text, text, text])
        ),
        Cause::Budget
    );
}

/// A linear congruential generator, so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

#[test]
fn mutated_expressions_end_without_a_panic() {
    const SEEDS: [&str; 8] = [
        "predicate.approved == true && predicate.by in ['alice', 'bob']",
        "statement.subject.all(s, s.digest['sha256'] == image.digest)",
        "predicate.list.filter(x, x > 1).map(y, y * 2 + 1).exists_one(z, z == 7 || z < -3)",
        "timestamp(predicate.at) > now - duration('168h') ? size(predicate.list) % 2 == 0 : !has(predicate.none)",
        "predicate.name.matches('^(?:a|b)+$') || predicate.name.contains(\"x\\u00e9\") != (1.5e3 >= 2)",
        "double(predicate.n) / 2.0 < 7.5 && int('12') - 3 == string(predicate.n).size()",
        "predicate.map.all(k, predicate.map[k] != null) // comment",
        "[predicate, [1, 2], r'\\d'][0].list[1] == 2",
    ];
    const PIECES: [&str; 30] = [
        "(",
        ")",
        "[",
        "]",
        ".",
        ",",
        "!",
        "-",
        "&&",
        "||",
        "==",
        "!=",
        "<",
        "in",
        "?",
        ":",
        "predicate",
        "now",
        "null",
        "'",
        "\"",
        "\\",
        "0",
        "9223372036854775807",
        "1e9",
        ".all(x, ",
        ".map(x, x)",
        "size(",
        "é",
        "\n",
    ];
    let predicate = json!({
        "approved": true, "by": "bob", "list": [1, 2, 3.5, -4], "at": "2026-11-20T10:00:00Z", "name": "ab", "n": 12,
        "map": { "a": 1, "b": null, "c": [] }, "none": null,
    });
    let mut random = Random(7);
    let mut accepted = 0;
    for round in 0..40_000 {
        let mut source: Vec<char> = SEEDS[round % SEEDS.len()].chars().collect();
        for _ in 0..1 + random.below(4) {
            let at = random.below(source.len() + 1);
            match random.below(4) {
                0 => {
                    let to = (at + random.below(6)).min(source.len());
                    source.drain(at..to);
                }
                1 => {
                    let piece = PIECES[random.below(PIECES.len())];
                    source.splice(at..at, piece.chars());
                }
                2 => {
                    let other: Vec<char> = SEEDS[random.below(SEEDS.len())].chars().collect();
                    let from = random.below(other.len());
                    let to = (from + random.below(20)).min(other.len());
                    source.splice(at..at, other[from..to].iter().copied());
                }
                _ => {
                    let from = random.below(source.len() + 1).min(at);
                    let again: Vec<char> = source[from..at].to_vec();
                    source.splice(at..at, again);
                }
            }
        }
        let source: String = source.into_iter().collect();
        match parse(&source) {
            Ok(_) => {
                accepted += 1;
                let first = demand(&source, &predicate);
                assert_eq!(first, demand(&source, &predicate), "{source}");
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
    assert!(
        accepted > 1_000,
        "{accepted} of the mutations are expressions: the seeds are stale"
    );
}
