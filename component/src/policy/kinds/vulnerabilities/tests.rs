use super::*;
use crate::policy::tests::{SIGNED, read};
use crate::policy::{Check, RuleKind};

fn document(rule: &str) -> String {
    let signers = "  ops: { key: one.pub, transparency-log: { required: false } }\nrules:";
    format!(
        "{}  scanned:\n    vulnerabilities: {{ {rule} }}\n",
        SIGNED.replace("rules:", signers)
    )
}

#[track_caller]
fn rule(text: &str) -> (String, VulnerabilitiesRule) {
    let policy = read(&document(text)).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let rule = &policy.rules["scanned"];
    match &rule.kind {
        RuleKind::Attested(_, Check::Vulnerabilities(one)) => (rule.to_string(), (**one).clone()),
        other => panic!("{other:#?}"),
    }
}

#[track_caller]
fn assert_error(text: &str, part: &str) {
    let errors = read(&document(text)).err().unwrap_or_default();
    let hit = errors
        .iter()
        .any(|error| error.line == 13 && error.message.contains(part));
    assert!(hit, "no `{part}` in {errors:#?}");
}

#[test]
fn the_example_of_the_policy_is_read() {
    let example = "by: release, select: latest, max-age: 7d, fail-on: high, fixable-only: true, \
                   grace: { high: 14d, critical: 3d }, triage: { by: release }";
    let (words, rule) = rule(example);
    assert_eq!(
        words,
        "no vulnerability at or above high, of those with a fix, triaged by release, by release, the latest, at most 7d old"
    );
    assert_eq!(
        rule.grace,
        [(Level::High, 14 * 86_400), (Level::Critical, 3 * 86_400)].into()
    );
    assert_eq!((rule.unknown, rule.incomplete), (Level::Critical, Demanded::Required));
    assert_eq!(rule.triage.map(|triage| triage.demand.max_age), Some(Some(7 * 86_400)));
}

#[test]
fn reports_are_known_by_the_types_that_tools_use_and_by_the_users_own() {
    let (_, default) = rule("by: release, max-age: 7d, fail-on: high");
    assert!(
        default
            .types
            .contains("https://cosign.sigstore.dev/attestation/vuln/v1")
    );
    assert!(default.types.contains("https://in-toto.io/attestation/vulns/v0.2"));
    assert!(!default.types.contains("https://cyclonedx.org/bom"));
    let (_, own) = rule("by: release, max-age: 7d, fail-on: high, type: [cyclonedx, https://acme.example/sarif]");
    assert!(own.types.contains("https://cyclonedx.org/bom/v1.6") && own.types.contains("https://acme.example/sarif"));
    assert!(!own.types.contains("https://cosign.sigstore.dev/attestation/vuln/v1"));
}

#[test]
fn hiding_a_report_is_bounded_error() {
    assert_error("by: release, fail-on: high", "`select: latest` needs `max-age`");
    assert_error("by: release, max-age: 7d", "needs `fail-on`");
    assert_error("by: ops, fail-on: high, max-age: 7d", "cannot be proven");
}

#[test]
fn triage_is_by_someone_and_not_for_ever_error() {
    let with = |triage: &str| format!("by: release, fail-on: high, max-age: 7d, triage: {{ {triage} }}");
    assert_error(&with("max-age: 7d"), "needs `by`");
    assert_error(&with("by: nobody"), "no signer `nobody`");
    assert_error(&with("by: { all-of: [release, ops] }"), "counts no signers");
    assert_error(&with("by: ops"), "cannot be proven");
    assert_error(&with("by: ops, max-age: 30d"), "cannot be proven");
    let any = "by: release, fail-on: high, select: any, triage: { by: release, max-age: 7d }";
    assert_error(any, "`triage` needs `select: latest` or `all`");
    let (_, own) = rule(&with("by: { any-of: [release, ops] }, max-age: 30d, dated-by: payload"));
    let demand = own.triage.unwrap().demand;
    assert_eq!((demand.max_age, demand.dated_by), (Some(30 * 86_400), DatedBy::Payload));
    let inherited = "by: ops, fail-on: high, max-age: 7d, dated-by: payload, triage: { by: ops }";
    assert_eq!(rule(inherited).1.triage.unwrap().demand.dated_by, DatedBy::Payload);
}

#[test]
fn what_weakens_is_named() {
    let keys = |text: &str| {
        rule(text)
            .1
            .weakenings()
            .into_iter()
            .map(|(key, _)| key)
            .collect::<Vec<_>>()
    };
    let all = "by: release, max-age: 7d, fail-on: high, unknown: low, incomplete: inform, exclude: ['pkg:deb/**'], \
               triage: { by: release, dated-by: payload }";
    assert_eq!(keys(all), ["incomplete", "unknown", "exclude", "triage"]);
    assert!(keys("by: release, max-age: 7d, fail-on: high, unknown: high").is_empty());
}

#[test]
fn values_that_mean_nothing_error() {
    let with = |more: &str| format!("by: release, max-age: 7d, fail-on: high, {more}");
    for (wrong, part) in [
        ("unknown: inform", "not known here"),
        ("fixable-only: yes", "no truth value"),
        ("fail-on-epss: 1.5", "no probability"),
        ("fail-on-epss: half", "no probability"),
        ("fail-on-epss: 1e-3", "no probability"),
        ("grace: { high: 2w }", "no length of time"),
        ("grace: { severe: 2d }", "no key `severe`"),
        ("grace: {}", "empty"),
        ("exclude: [zlib]", "names no packages"),
        ("exclude: ['pkg:']", "names no packages"),
        ("exclude: ['pkg:deb/debian/x?arch=amd64']", "names no packages"),
        ("exclude: []", "empty list"),
        ("format: [clair]", "not known here"),
        ("incomplete: allow", "not known here"),
        ("type: nonsense", "no predicate type"),
    ] {
        assert_error(&with(wrong), part);
    }
    assert_eq!(rule(&with("fail-on-epss: 0.25")).1.fail_on_epss, Some(0.25));
}
