//! The file against the standard's schema and GitHub's limits.

use super::*;
use crate::emit::expected::assert_expected;
use crate::emit::fixture;
use crate::emit::schema::assert_fits;
use crate::run::Fault;
use crate::wit::basics::Severity;
use crate::wit::report::Exception;

fn rendered(run: &Run) -> Value {
    let mut out = Vec::new();
    emit(run, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

fn results(document: &Value) -> &Vec<Value> {
    document["runs"][0]["results"].as_array().unwrap()
}

fn failed() -> Run {
    let mut error = fixture::run().warnings[0].clone();
    error.level = crate::wit::diagnostics::Level::Error;
    let usage = Fault::Usage {
        message: "no image".to_owned(),
        hint: None,
    };
    let bug = Fault::Bug {
        image: "x".to_owned(),
        place: "trap".to_owned(),
    };
    Run::failed(vec![usage, Fault::Policy(error), bug], Default::default())
}

#[test]
fn file_is_as_expected() {
    let mut out = Vec::new();
    emit(&fixture::run(), &mut out).unwrap();
    assert_expected("src/emit/expected/sarif.json", &String::from_utf8(out).unwrap());
}

#[test]
fn it_fits_the_standards_schema() {
    let empty = Run::failed(Vec::new(), Default::default());
    for run in [fixture::run(), fixture::hostile(), failed(), empty] {
        assert_fits("sarif-2.1.0.json", &rendered(&run));
    }
}

/// What GitHub requires beyond the schema; an empty string counts as absent there.
#[test]
fn what_github_requires_is_there() {
    for run in [fixture::run(), fixture::hostile()] {
        let document = rendered(&run);
        let rules = &document["runs"][0]["tool"]["driver"]["rules"];
        for result in results(&document) {
            let rule = &rules[result["ruleIndex"].as_u64().unwrap() as usize];
            assert_eq!(rule["id"], result["ruleId"]);
            for text in ["shortDescription", "fullDescription", "help"].map(|name| &rule[name]["text"]) {
                assert!(!text.as_str().unwrap().is_empty());
            }
            let place = &result["locations"][0]["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().unwrap();
            assert!(
                uri.is_ascii() && !uri.is_empty() && !uri.contains([' ', '\\', ':', '#']),
                "{uri}"
            );
            assert!(place["region"]["startLine"].as_u64() >= Some(1));
            assert_eq!(
                result["partialFingerprints"]["primaryLocationLineHash"]
                    .as_str()
                    .unwrap()
                    .len(),
                64
            );
            let score: f64 = rule["properties"]["security-severity"]
                .as_str()
                .unwrap()
                .parse()
                .unwrap();
            assert!(score > 0.0 && score <= 10.0);
        }
    }
}

#[test]
fn a_run_without_an_answer_is_not_successful_and_says_why() {
    let document = rendered(&failed());
    let invocation = &document["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["exitCode"], 70);
    assert_eq!(invocation["toolExecutionNotifications"].as_array().unwrap().len(), 1);
    let wrong = invocation["toolConfigurationNotifications"].as_array().unwrap();
    let lines: Vec<_> = wrong
        .iter()
        .map(|wrong| &wrong["locations"][0]["physicalLocation"]["region"]["startLine"])
        .collect();
    assert_eq!(lines, [&Value::Null, &json!(9)]);
    assert_eq!(results(&document).len(), 0);
    assert_eq!(
        rendered(&fixture::run())["runs"][0]["invocations"][0]["executionSuccessful"],
        true
    );
}

/// No level and no cap of annotations has a say.
#[test]
fn every_notice_is_a_result() {
    let mut run = fixture::run();
    run.images = (0..60).map(|_| fixture::run().images[1].clone()).collect();
    assert_eq!(results(&rendered(&run)).len(), notices(&run).len());
}

#[test]
fn what_does_not_fit_is_cut_and_counted() {
    let mut run = fixture::run();
    run.images = (0..60).map(|_| fixture::run().images[1].clone()).collect();
    for document in [document(&run, 10, usize::MAX), document(&run, usize::MAX, 2_000)] {
        let document = document.unwrap();
        let (shown, all) = (results(&document).len(), notices(&run).len());
        assert!(shown < all / 2, "{shown}");
        let said =
            document["runs"][0]["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].to_string();
        assert!(said.contains(&format!("{} more results", all - shown)), "{said}");
        assert_fits("sarif-2.1.0.json", &document);
    }
}

#[test]
fn a_finding_with_its_own_severity_has_its_own_rule() {
    let mut run = fixture::run();
    run.images.push(run.images[1].clone());
    run.images[3].report.rules[0].findings[0].severity = Severity::Low;
    run.images[3].report.rules[0].findings[0].class = crate::wit::basics::ResultClass::Verified;
    let document = rendered(&run);
    let rules = document["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let score = |id: &str| {
        let rule = rules
            .iter()
            .find(|rule| rule["id"] == id)
            .unwrap_or_else(|| panic!("{rules:#?}"));
        rule["properties"]["security-severity"].clone()
    };
    assert_eq!(score("signed/identity-mismatch"), "9.5");
    assert_eq!(score("signed/signature/low"), "2.0");
}

#[test]
fn exceptions_are_suppressions() {
    let mut run = fixture::run();
    let finding = &mut run.images[1].report.rules[0].findings[0];
    finding.effect = Effect::Waived;
    finding.exception = Some(Exception {
        line: 40,
        owner: "security@acme.example".to_owned(),
        reason: "not compiled in".to_owned(),
        ticket: None,
        expires: "2026-12-31".to_owned(),
    });
    let document = rendered(&run);
    assert_fits("sarif-2.1.0.json", &document);
    let suppressed: Vec<_> = results(&document)
        .iter()
        .filter(|result| result["suppressions"][0]["status"] == "accepted")
        .collect();
    assert_eq!(suppressed.len(), 2, "one at each place");
    assert!(suppressed.iter().all(|result| result["level"] == "note"));
}

#[test]
fn files_are_relative_uris_where_they_can_be() {
    assert_eq!(artifact("./a b/ä#.yaml")["uri"], "a%20b/%C3%A4%23.yaml");
    assert_eq!(artifact("")["uri"], NO_FILE);
    assert_eq!(artifact("/etc/p.yaml"), json!({ "uri": "file:///etc/p.yaml" }));
}

#[test]
fn hostile_text_is_no_link_and_no_command() {
    let document = rendered(&fixture::hostile());
    for result in results(&document) {
        let text = result["message"]["text"].as_str().unwrap();
        fixture::assert_harmless_log(text);
        assert!(!text.contains("]("), "{text}");
    }
    for rule in document["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap() {
        let markdown = rule["help"]["markdown"].as_str().unwrap();
        assert_eq!(markdown.matches("](").count(), 1, "{markdown}");
        assert!(!markdown.contains("<img") && !markdown.contains("@team"), "{markdown}");
    }
}
