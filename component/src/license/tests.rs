//! What lists of licences make of expressions.

use super::*;

fn terms(ids: &[&str]) -> Vec<Term> {
    ids.iter().map(|id| Term::license(id).unwrap()).collect()
}

#[track_caller]
fn standing(allow: &[&str], deny: &[&str], expression: &str) -> Standing {
    let lists = Lists {
        allow: terms(allow),
        deny: terms(deny),
    };
    Judge::new(&lists).standing(Stated::Expression(expression), &[])
}

use Standing::{Admitted, Refused, Unknown};

#[test]
fn of_a_choice_the_best_counts_and_of_a_conjunction_the_worst() {
    let allow = &["MIT", "Apache-2.0"];
    assert_eq!(standing(allow, &[], "GPL-2.0-only OR MIT"), Admitted);
    assert_eq!(standing(allow, &[], "GPL-2.0-only AND MIT"), Refused);
    assert_eq!(
        standing(allow, &[], "(MIT OR GPL-2.0-only) AND (Apache-2.0 OR ISC)"),
        Admitted
    );
    // AND binds stronger than OR
    assert_eq!(standing(allow, &[], "MIT OR GPL-2.0-only AND ISC"), Admitted);
    assert_eq!(standing(allow, &[], "(MIT OR GPL-2.0-only) AND ISC"), Refused);
    let deny = &["AGPL-3.0-only"];
    assert_eq!(standing(&[], deny, "AGPL-3.0-only OR MIT"), Admitted);
    assert_eq!(standing(&[], deny, "AGPL-3.0-only AND MIT"), Refused);
}

#[test]
fn other_spellings_of_a_denied_licence_fail() {
    let deny = &["AGPL-3.0-only"];
    for text in [
        "AGPL-3.0-only",
        "agpl-3.0-ONLY",
        "AGPL-3.0",
        "AGPL-3.0+",
        "AGPL-3.0-or-later",
        "((AGPL-3.0-only))",
        "AGPL-3.0-only WITH Autoconf-exception-3.0",
        "AGPL-3.0-only WITH AdditionRef-harmless",
        "AGPL-3.0-only AND LicenseRef-x",
    ] {
        assert_eq!(standing(&[], deny, text), Refused, "{text}");
    }
    assert_eq!(standing(&[], deny, "AGPL-1.0-only"), Admitted);
    assert_eq!(
        standing(&[], &["GPL-2.0-only"], "GPL-2.0-with-classpath-exception"),
        Refused
    );
}

#[test]
fn an_exception_to_a_licence_is_part_of_what_is_allowed() {
    let text = "GPL-2.0-only WITH Classpath-exception-2.0";
    assert_eq!(standing(&["GPL-2.0-only"], &[], text), Refused);
    assert_eq!(standing(&[text], &[], text), Admitted);
    assert_eq!(standing(&[text], &[], "GPL-2.0-with-classpath-exception"), Admitted);
    assert_eq!(standing(&[text], &[], "GPL-2.0-only"), Refused);
    assert_eq!(standing(&["MIT"], &[], "MIT WITH AdditionRef-x"), Unknown);
}

#[test]
fn or_later_can_be_taken_as_what_is_allowed() {
    assert_eq!(standing(&["GPL-2.0-only"], &[], "GPL-2.0-or-later"), Admitted);
    assert_eq!(standing(&["GPL-2.0-or-later"], &[], "GPL-2.0-only"), Refused);
    assert_eq!(standing(&["Apache-1.1"], &[], "Apache-1.1+"), Admitted);
    assert_eq!(standing(&["Apache-1.1+"], &[], "Apache-1.1"), Refused);
}

#[test]
fn what_nobody_knows_is_unknown() {
    for text in [
        "NOASSERTION",
        "NONE",
        "GPLv2",
        "MIT/X11",
        "MIT,",
        "",
        "(MIT",
        "MIT AND",
        "MIT LicenseRef-x",
        "LicenseRef-x",
    ] {
        assert_eq!(standing(&[], &["AGPL-3.0-only"], text), Unknown, "{text}");
    }
    assert_eq!(standing(&[], &["AGPL-3.0-only"], "MIT OR LicenseRef-x"), Admitted);
    assert_eq!(standing(&[], &["AGPL-3.0-only"], "MIT AND LicenseRef-x"), Unknown);
    assert_eq!(standing(&[], &["AGPL-3.0-only"], "AGPL-3.0-only AND Foo"), Refused);
}

#[test]
fn a_word_is_no_reference_fail() {
    assert_eq!(standing(&["LicenseRef-acme"], &[], "LicenseRef-acme"), Admitted);
    assert_eq!(standing(&["LicenseRef-acme"], &[], "acme"), Unknown);
    assert_eq!(
        standing(&["LicenseRef-acme"], &[], "DocumentRef-other:LicenseRef-acme"),
        Unknown
    );
}

#[test]
fn names_are_compared_whole() {
    let lists = Lists {
        allow: vec![
            Term::name("Public Domain"),
            Term::name("PSF"),
            Term::license("MIT").unwrap(),
        ],
        deny: vec![Term::name("Acme EULA"), Term::name("EULA")],
    };
    let judge = Judge::new(&lists);
    let in_expression = |text| judge.standing(Stated::Expression(text), &[]);
    assert_eq!(
        (in_expression("PSF AND MIT"), in_expression("PSF WITH x")),
        (Admitted, Unknown)
    );
    assert_eq!(
        (in_expression("EULA AND MIT"), in_expression("psf")),
        (Refused, Unknown)
    );
    let named = |name| judge.standing(Stated::Name(name), &[]);
    assert_eq!((named("Public Domain"), named("Acme EULA")), (Admitted, Refused));
    assert_eq!((named("MIT"), named("ISC")), (Admitted, Refused));
    for name in [
        "public domain",
        "Public Domain ",
        "The MIT License",
        "MIT OR ISC",
        "MIT License",
    ] {
        assert_eq!(named(name), Unknown, "{name}");
    }
}

#[test]
fn hostile_expressions_end_soon() {
    let deep = |depth: usize| format!("{}MIT{}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(standing(&["MIT"], &[], &deep(8_000)), Admitted);
    assert_eq!(standing(&["MIT"], &[], &deep(limits::LICENSE_BYTES)), Unknown);
    let long = format!("MIT{}", " AND MIT".repeat(2_000));
    assert_eq!(standing(&["MIT"], &[], &long), Admitted);
    assert_eq!(standing(&["MIT"], &[], "\u{1F600} MIT"), Unknown);
}

#[test]
fn entries_that_are_no_licence_fail() {
    for text in [
        "AGPL-3.0-onyl",
        "acme",
        "GPL-2.0-only WITH Foo",
        "MIT WITH AdditionRef-x",
        "",
        "NOASSERTION",
    ] {
        assert_eq!(Term::license(text), Err(TermError::NotListed), "{text}");
    }
    assert_eq!(Term::license("MIT OR ISC"), Err(TermError::Expression));
    assert!(Term::license("LicenseRef-acme").is_ok() && Term::license("apache-2.0").is_ok());
}

#[test]
fn a_denied_or_later_leaves_the_only_unmentioned() {
    let only = |text| Term::license(text).unwrap().unmentioned_only();
    assert_eq!(only("GPL-3.0-or-later").as_deref(), Some("GPL-3.0-only"));
    assert_eq!(only("GPL-3.0-only"), None);
}

/// The parser has `unreachable!`s; every order of its tokens is tried, and longer ones by chance.
#[test]
fn no_expression_panics() {
    const TOKENS: [&str; 16] = [
        "MIT",
        "GPL-2.0",
        "GPL-2.0-or-later",
        "+",
        "(",
        ")",
        "AND",
        "or",
        "WITH",
        "Classpath-exception-2.0",
        "LicenseRef-x",
        "DocumentRef-a:LicenseRef-b",
        "AdditionRef-y",
        "Foo",
        "NONE",
        "é",
    ];
    let lists = Lists::default();
    let judge = Judge::new(&lists);
    let mut state = 7_u64;
    for number in 0..60_000_usize {
        let length = if number < 16 * 16 * 16 { 3 } else { 3 + number % 9 };
        let mut rest = number;
        let text: String = (0..length)
            .flat_map(|at| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                let index = if length == 3 {
                    rest % 16
                } else {
                    (state >> 33) as usize % 16
                };
                rest /= 16;
                let glue = if (state >> 40).is_multiple_of(4) || at == 0 {
                    ""
                } else {
                    " "
                };
                [glue, TOKENS[index]]
            })
            .collect();
        judge.standing(Stated::Expression(&text), &[]);
        // whether it is a licence or not
        let _ = Term::license(&text);
    }
}
