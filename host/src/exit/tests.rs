//! The exit code table, row by row.

use super::*;
use crate::emit::fixture;
use crate::wit::diagnostics::{Diagnostic, Level};
use crate::wit::report::RuleResult;
use Mode::{Enforce, Inform};
use Verdict::{Allow, Deny, Undecided};

/// A rule result, and the mode that the policy gives the rule.
fn rule(kind: &str, verdict: Verdict, mode: Mode) -> RuleResult {
    let mut rule = fixture::run().images[0].report.rules[0].clone();
    (rule.rule, rule.kind, rule.verdict, rule.mode) = (kind.to_owned(), kind.to_owned(), verdict, mode);
    rule
}

/// An image about which the report says `verdict`, with rules that the policy enforces.
fn image(verdict: Verdict, rules: Vec<RuleResult>) -> Image {
    let mut image = fixture::run().images[0].clone();
    let known = image.requirements.rules[0].clone();
    image.requirements.rules = rules
        .iter()
        .filter(|rule| rule.kind != UNMATCHED && rule.kind != IMAGE)
        .map(|rule| crate::wit::requirements::EnforcedRule {
            rule: rule.rule.clone(),
            mode: Enforce,
            ..known.clone()
        })
        .collect();
    image.report.verdict = verdict;
    image.report.rules = rules;
    image
}

/// The same where the policy informs only.
fn informing(mut image: Image) -> Image {
    for rule in &mut image.requirements.rules {
        rule.mode = Inform;
    }
    image
}

fn run(mode: Mode, images: Vec<Image>) -> Run {
    Run {
        mode,
        images,
        sightings: Vec::new(),
        ..fixture::run()
    }
}

fn answer(mode: Mode, images: Vec<Image>) -> (Exit, Verdict) {
    let run = run(mode, images);
    (run.exit(), run.verdict())
}

fn allowed() -> Image {
    image(Allow, vec![rule("signature", Allow, Enforce)])
}

fn denied() -> Image {
    image(Deny, vec![rule("signature", Deny, Enforce)])
}

fn undecided() -> Image {
    image(Undecided, vec![rule("signature", Undecided, Enforce)])
}

#[test]
fn one_image() {
    assert_eq!(answer(Enforce, vec![allowed()]), (Exit::Allow, Allow));
    assert_eq!(answer(Enforce, vec![denied()]), (Exit::Deny, Deny));
    assert_eq!(answer(Enforce, vec![undecided()]), (Exit::Undecided, Undecided));
    assert_eq!(answer(Enforce, vec![]), (Exit::Nothing, Undecided));
}

#[test]
fn the_worst_image_decides_in_any_order() {
    let images = [allowed(), denied(), undecided()];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let images = order.map(|position| images[position].clone()).to_vec();
        assert_eq!(answer(Enforce, images), (Exit::Deny, Deny));
    }
    assert_eq!(
        answer(Enforce, vec![allowed(), undecided()]),
        (Exit::Undecided, Undecided)
    );
}

#[test]
fn inform_lifts_denials_and_nothing_else() {
    assert_eq!(answer(Inform, vec![denied()]), (Exit::Allow, Deny));
    assert_eq!(answer(Inform, vec![undecided()]), (Exit::Undecided, Undecided));
    assert_eq!(answer(Inform, vec![denied(), undecided()]), (Exit::Undecided, Deny));
    assert_eq!(answer(Inform, vec![]), (Exit::Nothing, Undecided));
}

#[test]
fn inform_run_whose_report_already_informs_still_says_deny() {
    let softened = image(Allow, vec![rule("signature", Deny, Inform)]);
    assert_eq!(answer(Inform, vec![softened]), (Exit::Allow, Deny));
}

#[test]
fn a_policy_that_informs_allows_and_keeps_undecided_undecided() {
    let denied = informing(image(Allow, vec![rule("signature", Deny, Inform)]));
    assert_eq!(answer(Enforce, vec![denied]), (Exit::Allow, Allow));
    let undecided = informing(image(Undecided, vec![rule("signature", Undecided, Inform)]));
    assert_eq!(answer(Enforce, vec![undecided]), (Exit::Allow, Undecided));
}

/// Where no rule is enforced, the report says what the informing ones would have said: true, and no reason to fail.
#[test]
fn a_report_made_of_informing_rules_is_told_and_does_not_fail() {
    let told = informing(image(Deny, vec![rule("signature", Deny, Inform)]));
    assert_eq!(answer(Enforce, vec![told.clone()]), (Exit::Allow, Deny));
    assert_eq!(answer(Enforce, vec![told, denied()]).0, Exit::Deny);
}

#[test]
fn undecided_inform_never_covers_signatures_and_never_allows() {
    for kind in ["signature", "provenance", IMAGE, UNMATCHED] {
        let softened = image(
            Undecided,
            vec![rule("signature", Allow, Enforce), rule(kind, Undecided, Inform)],
        );
        let expected = if kind == UNMATCHED {
            Exit::Allow
        } else {
            Exit::Undecided
        };
        assert_eq!(answer(Enforce, vec![softened.clone()]), (expected, Undecided), "{kind}");
        assert_eq!(answer(Inform, vec![softened]), (expected, Undecided), "{kind}");
    }
    let softened = image(Undecided, vec![rule("licenses", Undecided, Inform)]);
    assert_eq!(answer(Enforce, vec![softened]), (Exit::Allow, Undecided));
}

#[test]
fn image_that_cannot_be_had_is_as_strict_as_its_rules() {
    let mut gone = image(Undecided, vec![rule("signature", Undecided, Enforce)]);
    gone.report.rules = vec![rule(IMAGE, Undecided, Inform)];
    assert_eq!(answer(Enforce, vec![gone.clone()]).0, Exit::Undecided);
    assert_eq!(answer(Enforce, vec![informing(gone)]), (Exit::Allow, Undecided));
}

#[test]
fn nothing_evaluated_is_never_success() {
    let unmatched = |mode| image(Undecided, vec![rule(UNMATCHED, Deny, mode)]);
    assert_eq!(answer(Enforce, vec![unmatched(Inform)]), (Exit::Nothing, Undecided));
    assert_eq!(answer(Enforce, vec![unmatched(Enforce)]), (Exit::Deny, Deny));
    assert_eq!(answer(Inform, vec![unmatched(Enforce)]).0, Exit::Nothing);
    assert_eq!(answer(Enforce, vec![image(Allow, vec![])]), (Exit::Nothing, Undecided));
    assert_eq!(
        answer(Enforce, vec![allowed(), unmatched(Inform)]),
        (Exit::Allow, Undecided)
    );
}

/// A rule that found nothing to judge of one image is not made up for by another image.
#[test]
fn an_image_that_was_passed_over_beside_an_allowed_one_is_no_success() {
    let mut passed_over = image(Undecided, vec![rule("attestations", Allow, Enforce)]);
    passed_over.report.rules.clear();
    passed_over.report.failures.clear();
    let answers = answer(Enforce, vec![allowed(), passed_over]);
    assert_eq!(answers, (Exit::Nothing, Undecided));
}

#[test]
fn failures_without_a_rule_are_undecided() {
    let mut bare = image(Undecided, vec![]);
    bare.report.failures = fixture::run().images[2].report.failures.clone();
    assert_eq!(answer(Enforce, vec![allowed(), bare]), (Exit::Undecided, Undecided));
}

#[test]
fn a_denial_that_no_rule_explains_denies() {
    assert_eq!(
        answer(Enforce, vec![image(Deny, vec![rule("signature", Allow, Enforce)])]),
        (Exit::Deny, Deny)
    );
}

#[test]
fn a_report_that_says_allow_over_an_enforced_denial_is_not_believed() {
    assert_eq!(
        answer(Enforce, vec![image(Allow, vec![rule("signature", Deny, Enforce)])]),
        (Exit::Deny, Deny)
    );
    assert_eq!(
        answer(Enforce, vec![image(Allow, vec![rule("signature", Undecided, Enforce)])]),
        (Exit::Undecided, Undecided)
    );
}

#[test]
fn faults_come_before_verdicts_and_bugs_before_faults() {
    let usage = Fault::Usage {
        message: "no image".to_owned(),
        hint: None,
    };
    let policy = Fault::Policy(Diagnostic {
        level: Level::Error,
        file: String::new(),
        line: 0,
        column: 0,
        message: String::new(),
        hint: None,
    });
    let bug = Fault::Bug {
        image: "a".to_owned(),
        place: "trap".to_owned(),
    };
    for (faults, expected) in [
        (vec![usage.clone()], Exit::Usage),
        (vec![policy.clone()], Exit::Usage),
        (vec![bug.clone()], Exit::Bug),
        (vec![usage, policy, bug], Exit::Bug),
    ] {
        for mode in [Enforce, Inform] {
            let run = Run {
                faults: faults.clone(),
                ..run(mode, vec![allowed()])
            };
            assert_eq!((run.exit(), run.verdict()), (expected, Undecided));
        }
    }
}

#[test]
fn codes_are_the_documented_numbers() {
    let codes = [
        Exit::Allow,
        Exit::Deny,
        Exit::Usage,
        Exit::Nothing,
        Exit::Undecided,
        Exit::Bug,
    ]
    .map(Exit::code);
    assert_eq!(codes, [0, 1, 2, 3, 4, 70]);
}

#[test]
fn what_a_file_names_and_nobody_judged_undecided() {
    let sighting = |kind| crate::run::Sighting {
        place: Default::default(),
        kind,
        text: String::new(),
        hint: String::new(),
    };
    use crate::run::SightingKind::{
        DuplicateKey, Excluded, Invalid, Miscounted, Nothing, Unclaimed, Unreadable, Unresolved,
    };
    let answer = |mode, images, kind| {
        let sightings = vec![sighting(kind)];
        let run = Run {
            sightings,
            ..run(mode, images)
        };
        (run.exit(), run.verdict())
    };
    for kind in [DuplicateKey, Invalid, Miscounted, Unclaimed, Unreadable, Unresolved] {
        for mode in [Enforce, Inform] {
            assert_eq!(answer(mode, vec![allowed()], kind), (Exit::Undecided, Undecided));
            assert_eq!(answer(mode, vec![], kind), (Exit::Undecided, Undecided));
        }
        assert_eq!(answer(Enforce, vec![denied()], kind), (Exit::Deny, Deny));
    }
    assert_eq!(answer(Enforce, vec![allowed()], Excluded), (Exit::Allow, Allow));
    assert_eq!(answer(Enforce, vec![], Nothing), (Exit::Nothing, Undecided));
    // good arguments beside files without any
    for mode in [Enforce, Inform] {
        assert_eq!(answer(mode, vec![allowed()], Nothing), (Exit::Nothing, Undecided));
    }
    assert_eq!(answer(Enforce, vec![denied()], Nothing), (Exit::Deny, Deny));
}
