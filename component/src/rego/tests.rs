use serde_json::json;

use super::*;

fn parse(source: &str) -> Result<Rego, Error> {
    Rego::parse("policy.rego", source.as_bytes())
}

fn demand(source: &str, statement: &Json) -> Result<(), Refusal> {
    let rego = parse(source).unwrap_or_else(|error| panic!("{source}: {error}"));
    let portcullis =
        json!({ "portcullis": { "now": "2026-11-23T00:00:00Z", "now_ns": 1_795_392_000_000_000_000_i64 } });
    rego.demand(statement, &portcullis)
}

fn approval(predicate: Json) -> Json {
    json!({
        "_type": "https://in-toto.io/Statement/v1", "subject": [],
        "predicateType": "https://acme.example/approval/v1", "predicate": predicate,
    })
}

const ZERO: &str = r#"
package signature

import data.signature.verified

default allow = false

allow {
    input.predicateType == "https://acme.example/approval/v1"
    input.predicate.approved == true
}
"#;

const ONE: &str = r#"
package signature

import rego.v1

default allow := false

allow if {
    input.predicate.approved == true
    some role in ["lead", "security"]
    role == input.predicate.role
}

deny contains message if {
    not input.predicate.ticket
    message := "no ticket"
}
"#;

#[test]
fn both_versions_are_read() {
    assert_eq!(demand(ZERO, &approval(json!({ "approved": true }))), Ok(()));
    assert!(matches!(
        demand(ZERO, &approval(json!({ "approved": "true" }))),
        Err(Refusal::NotTrue(_))
    ));
    let full = json!({ "approved": true, "role": "lead", "ticket": "SEC-42" });
    assert_eq!(demand(ONE, &approval(full)), Ok(()));
    let without = json!({ "approved": true, "role": "lead" });
    assert_eq!(
        demand(ONE, &approval(without)),
        Err(Refusal::Denied(vec!["`no ticket`".to_owned()]))
    );
    assert!(matches!(
        demand(ONE, &approval(json!({ "approved": true }))),
        Err(Refusal::NotTrue(_))
    ));
}

#[test]
fn version_1_without_its_import() {
    let source = ONE.replace("import rego.v1", "");
    assert_eq!(
        demand(
            &source,
            &approval(json!({ "approved": true, "role": "lead", "ticket": "x" }))
        ),
        Ok(())
    );
}

#[test]
fn the_custom_predicate_of_cosign_is_a_text() {
    let source = r#"
        package signature
        default allow = false
        allow { predicate := json.unmarshal(input.predicate.Data); predicate.foo == "bar" }
    "#;
    assert_eq!(
        demand(source, &approval(json!({ "Data": "{\"foo\": \"bar\"}" }))),
        Ok(())
    );
    assert!(demand(source, &approval(json!({ "Data": "{\"foo\": 1}" }))).is_err());
    assert!(demand(source, &approval(json!({ "Data": "{" }))).is_err());
}

#[test]
fn only_the_boolean_true_allows_fail() {
    for other in [
        "\"true\"",
        "1",
        "{\"allow\": true}",
        "[true]",
        "null",
        "false",
        "input.missing",
    ] {
        let source = format!("package signature\nallow = {other}\n");
        assert!(demand(&source, &approval(json!({}))).is_err(), "{other}");
    }
    assert_eq!(
        demand(
            "package signature\nallow = true { input._type }\n",
            &approval(json!({}))
        ),
        Ok(())
    );
    assert_eq!(
        demand("package signature\nallow { input.missing }\n", &approval(json!({}))),
        Err(Refusal::Undefined)
    );
}

#[test]
fn deny_only_adds_fail() {
    let of = |deny: &str| {
        demand(
            &format!("package signature\nallow = true\n{deny}\n"),
            &approval(json!({ "bad": 1 })),
        )
    };
    assert_eq!(of("deny[m] { input.predicate.misspelt; m := \"x\" }"), Ok(()));
    assert_eq!(
        of("deny[m] { input.predicate.bad; m := \"x\" }"),
        Err(Refusal::Denied(vec!["`x`".to_owned()]))
    );
    assert_eq!(of("deny { input.predicate.none }"), Ok(()));
    for other in [
        "deny { input.predicate.bad }",
        "deny = \"no\"",
        "deny = [1]",
        "deny = {\"a\": 1}",
        "deny = 0",
    ] {
        assert!(matches!(of(other), Err(Refusal::Denied(_))), "{other}");
    }
}

#[test]
fn deny_alone_error() {
    let error = parse("package signature\ndeny[m] { input.x; m := \"x\" }\n").unwrap_err();
    assert_eq!(error, Error::NoAllow { denies: true });
    assert_eq!(
        parse("package signature\nx = 1\n").unwrap_err(),
        Error::NoAllow { denies: false }
    );
}

#[test]
fn another_package_error() {
    for package in ["sigstore", "signature.more", "portcullis"] {
        let error = parse(&format!("package {package}\nallow = true\n")).unwrap_err();
        assert!(matches!(error, Error::Package { .. }), "{package}: {error}");
    }
}

#[test]
fn no_clock_network_or_randomness_error() {
    for builtin in [
        "time.now_ns() > 0",
        "http.send({\"method\": \"get\", \"url\": \"http://x\"}).status_code == 200",
        "opa.runtime().env.PATH",
        "rand.intn(\"x\", 2) == 1",
        "uuid.rfc4122(\"x\")",
        "net.lookup_ip_addr(\"x\")",
        "unknown(1)",
    ] {
        let result = parse(&format!("package signature\nallow {{ {builtin} }}\n"));
        assert!(matches!(result, Err(Error::Refused { .. })), "{builtin}: {result:?}");
    }
}

#[test]
fn errors_have_a_place_error() {
    let error = parse("package signature\n\nallow { x }\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 3, column 9: use of undefined variable `x` is unsafe"
    );
    assert_eq!(
        parse("root:x:0:0:secret\n").unwrap_err().to_string(),
        "line 1, column 1: expecting `package` Missing package declaration."
    );
    for source in [
        "",
        "allow = true",
        "package signature\nallow {",
        "package signature\nallow { x }",
        "\u{0}",
    ] {
        assert!(parse(source).is_err(), "{source:?}");
    }
    assert_eq!(Rego::parse("p", b"\xff").unwrap_err(), Error::NotText);
}

#[test]
fn the_time_is_data() {
    let source =
        "package signature\nallow { data.portcullis.now > \"2026-01-01T00:00:00Z\"; data.portcullis.now_ns > 1 }\n";
    assert_eq!(demand(source, &approval(json!({}))), Ok(()));
}

#[test]
fn a_builtin_that_fails_is_not_undefined_fail() {
    let source = "package signature\nallow { not startswith(input.predicate.name, \"evil\") }\n";
    assert_eq!(demand(source, &approval(json!({ "name": "good" }))), Ok(()));
    assert!(demand(source, &approval(json!({ "name": ["evil"] }))).is_err());
}

#[test]
fn loops_within_loops_undecided() {
    let list: Vec<u32> = (0..3_000).collect();
    let source = "package signature\nallow { count([1 | input.predicate[a]; input.predicate[b]; a + b < 0]) == 0 }\n";
    assert_eq!(demand(source, &approval(json!(list))), Err(Refusal::Budget));
}

#[test]
fn deep_and_long_policies_error() {
    let allow = |condition: &str| parse(&format!("package signature\nallow {{ {condition} }}\n"));
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{", "}"),
        ("count(", ")"),
        ("{\"a\": ", "}"),
        ("[x | x = ", "]"),
    ] {
        for count in [24, 60, 1_000] {
            assert!(
                allow(&format!("{}1{} == 1", open.repeat(count), close.repeat(count))).is_err(),
                "{count} {open}"
            );
        }
    }
    assert_eq!(
        parse(&"#".repeat(limits::REGO_BYTES + 1)).unwrap_err(),
        Error::TooLong {
            found: limits::REGO_BYTES + 1
        }
    );
    assert!(matches!(
        allow("\n((((\n((((((((((((((((((((((((1"),
        Err(Error::TooDeep { line: 4 })
    ));
    assert!(allow("\"((((((((((((((((((((((((((((((((\" != `{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{` # ((((((((((((((((((((((((((\n").is_ok());
}

/// As little as the component has.
fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(1 << 20);
    thread.spawn(test).unwrap().join().unwrap();
}

#[test]
fn wide_conditions_error() {
    on_a_small_stack(|| {
        let allow = |condition: &str| parse(&format!("package signature\nallow {{ {condition} }}\n"));
        for (repeated, count) in [("\n+ 1", 9_999), ("\n| {1}", 9_000), ("\n* 1", 201)] {
            let result = allow(&format!("1 == 1{}", repeated.repeat(count)));
            assert!(matches!(result, Err(Error::TooManyOperators { .. })), "{repeated:?}");
        }
        for (repeated, count) in [("\n+ 1", 199), ("\n- 1", 199), ("\n| {1}", 199)] {
            let _ = allow(&format!("1 == 1{}", repeated.repeat(count)));
        }
        let _ = allow(&format!("{} 1 == 1", "-\n".repeat(199)));
        let _ = allow(&format!("input{} == 1", ".a".repeat(300)));
        let _ = allow(&format!("input{} == 1", "\n.a".repeat(10_000)));
        let _ = allow(&format!("input{} == 1", "\n[0]".repeat(10_000)));
        let _ = allow(&"true\n".repeat(10_000));
        let _ = allow(&"not ".repeat(10_000));
        let _ = allow(&format!("input.a {}", "with input.a as 1 ".repeat(3_000)));
        let otherwise = " else = false { input.b }".repeat(2_000);
        let _ = parse(&format!("package signature\nallow {{ input.a }}{otherwise}\n"));
    });
}

#[test]
fn chains_of_rules_end() {
    on_a_small_stack(|| {
        let chain = |count: usize, argument: &str| {
            let rules: String = (0..count)
                .map(|n| format!("r{n}{argument} = r{}{argument} {{ input }}\n", n + 1))
                .collect();
            format!("{rules}r{count}{argument} = true {{ input }}\n")
        };
        for (start, argument) in [("r0", ""), ("r0(1)", "(x)")] {
            let source = format!("package signature\nallow = {start}\n{}", chain(480, argument));
            assert_eq!(demand(&source, &approval(json!({}))), Ok(()), "{start}");
            let source = format!("package signature\nallow = {start}\n{}", chain(600, argument));
            assert!(matches!(parse(&source), Err(Error::TooManyRules { .. })));
        }
    });
}

#[test]
fn rules_that_read_themselves_fail() {
    on_a_small_stack(|| {
        for rules in [
            "allow = a\na = allow",
            "allow { f(1) }\nf(x) { f(x) }",
            "allow { f(1) }\nf(x) { g(x) }\ng(x) { f(x) }",
            "allow { data.signature[x] == 1 }",
            "allow { x := data.signature; x.allow }",
            "allow { data[_] }",
        ] {
            if let Ok(rego) = parse(&format!("package signature\n{rules}\n")) {
                assert!(rego.demand(&approval(json!({})), &json!({})).is_err(), "{rules}");
            }
        }
    });
}
