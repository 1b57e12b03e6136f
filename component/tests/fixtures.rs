//! The layouts that real cosign signed, judged natively: verdict and class of each as `tests/fixtures/expected.tsv` says.

mod support;

use portcullis_component::evaluate::evaluate;
use portcullis_component::wit::basics::Verdict;

#[test]
fn every_fixture_gets_its_verdict_and_class() {
    let root = support::fixtures();
    let table = std::fs::read_to_string(root.join("expected.tsv")).unwrap();
    let mut wrong = Vec::new();
    for line in table.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [policy, layout, image, exit, class, ..] = fields[..] else {
            panic!("{line}")
        };
        let policy = support::policy(&root.join(format!("policies/{policy}.yaml")));
        let report = evaluate(&support::request(&root.join(layout), image, policy)).unwrap();
        let found = match report.verdict {
            Verdict::Allow => "0",
            Verdict::Deny => "1",
            Verdict::Undecided => "4",
        };
        let rule = &report.rules[0];
        if found != exit || support::class(rule.class) != class {
            wrong.push(format!(
                "{layout}: exit {found}, {:?}, expected {exit} {class}\n{:#?}",
                rule.class, rule.findings
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
