//! The file as a strict parser reads it, against Jenkins's schema.

use roxmltree::{Document, Node};

use super::*;
use crate::emit::expected::assert_expected;
use crate::emit::fixture;
use crate::run::Fault;

fn rendered(run: &Run) -> String {
    let mut out = Vec::new();
    emit(run, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// junit-10.xsd: children and attributes of each element, required ones first.
#[allow(clippy::type_complexity, reason = "a table")]
const SCHEMA: [(&str, &[&str], &[&str], &[&str]); 8] = [
    (
        "testsuites",
        &["testsuite"],
        &[],
        &["name", "tests", "failures", "errors"],
    ),
    (
        "testsuite",
        &["properties", "testcase"],
        &["name", "tests", "failures", "errors"],
        &["skipped"],
    ),
    ("properties", &["property"], &[], &[]),
    ("property", &[], &["name", "value"], &[]),
    ("testcase", &["failure", "error", "skipped"], &["name"], &["classname"]),
    ("failure", &[], &[], &["message", "type"]),
    ("error", &[], &[], &["message", "type"]),
    ("skipped", &[], &[], &["message", "type"]),
];

fn assert_fits(node: Node) {
    let name = node.tag_name().name();
    let (_, children, required, optional) = SCHEMA.iter().find(|(known, ..)| *known == name).unwrap();
    for attribute in node.attributes() {
        let known = required.iter().chain(*optional).any(|known| *known == attribute.name());
        assert!(known, "{name}: {}", attribute.name());
    }
    assert!(required.iter().all(|name| node.has_attribute(*name)), "{name}");
    for child in node.children().filter(Node::is_element) {
        assert!(children.contains(&child.tag_name().name()), "{child:?} in {name}");
        assert_fits(child);
    }
}

fn count(document: &Document, name: &str) -> usize {
    document.descendants().filter(|node| node.has_tag_name(name)).count()
}

fn runs() -> Vec<Run> {
    let usage = Fault::Usage {
        message: "no image".to_owned(),
        hint: None,
    };
    let informs = Run {
        mode: Mode::Inform,
        ..fixture::run()
    };
    let mut unexplained = fixture::run();
    unexplained
        .images
        .iter_mut()
        .for_each(|image| image.report.rules.clear());
    let allowed = Run {
        images: vec![fixture::run().images.remove(0)],
        sightings: Vec::new(),
        ..fixture::run()
    };
    let failed = Run::failed(vec![usage], Default::default());
    let empty = Run::failed(Vec::new(), Default::default());
    vec![
        fixture::run(),
        fixture::hostile(),
        informs,
        unexplained,
        allowed,
        failed,
        empty,
    ]
}

#[test]
fn file_is_as_expected() {
    assert_expected("src/emit/expected/junit.xml", &rendered(&fixture::run()));
}

#[test]
fn it_fits_the_schema_and_counts_right() {
    for run in runs() {
        let text = rendered(&run);
        let document = Document::parse(&text).unwrap();
        let root = document.root_element();
        assert_eq!(root.tag_name().name(), "testsuites");
        assert_fits(root);
        for (element, attribute) in [("testcase", "tests"), ("failure", "failures"), ("error", "errors")] {
            assert_eq!(
                root.attribute(attribute),
                Some(count(&document, element).to_string().as_str())
            );
        }
    }
}

/// Red where the job is red, and nowhere else.
#[test]
fn a_case_fails_exactly_where_the_job_does() {
    for run in runs() {
        let text = rendered(&run);
        let document = Document::parse(&text).unwrap();
        let red = count(&document, "failure") + count(&document, "error");
        assert_eq!(red > 0, run.exit() != Exit::Allow, "{text}");
    }
}

#[test]
fn there_is_a_case_for_each_rule_and_passing_ones_too() {
    let text = rendered(&fixture::run());
    let document = Document::parse(&text).unwrap();
    let of_image = |reference| {
        let cases = document.descendants().filter(|node| node.has_tag_name("testcase"));
        let mut of_image = cases.filter(|node| node.attribute("classname") == Some(reference));
        let case = of_image.next().unwrap();
        assert_eq!((case.attribute("name"), of_image.next()), (Some("signed"), None));
        case.first_element_child().map(|child| child.tag_name().name())
    };
    assert_eq!(of_image("ghcr.io/acme/api:v1.4.2"), None);
    assert_eq!(of_image("ghcr.io/acme/web:latest"), Some("failure"));
    assert_eq!(of_image("quay.io/acme/db:16"), Some("error"));
}

#[test]
fn what_informs_is_skipped() {
    let run = Run {
        mode: Mode::Inform,
        ..fixture::run()
    };
    let text = rendered(&run);
    assert!(
        text.contains(r#"<skipped message="informs only: deny: identity-mismatch"#),
        "{text}"
    );
}

#[test]
fn hostile_text_stays_text() {
    let (friendly, hostile) = (rendered(&fixture::run()), rendered(&fixture::hostile()));
    let document = Document::parse(&hostile).unwrap();
    for name in ["testcase", "failure", "error", "property"] {
        assert_eq!(
            count(&document, name),
            count(&Document::parse(&friendly).unwrap(), name)
        );
    }
    let text = say!["a]]>\u{0}\u{fffe}\u{ffff}\u{1b}<b> & \"q\" 'q' [[ATTACHMENT|/etc/passwd]]"];
    let element = format!("<a b=\"{0}\" c='{0}'>{0}</a>", escaped(&text));
    let document = Document::parse(&element).unwrap();
    let read = document.root_element();
    assert_eq!(read.attribute("b"), read.attribute("c"));
    assert_eq!(read.attribute("b"), read.text());
    assert_eq!(
        read.text(),
        Some("a]]>\u{2400}\u{fffd}\u{fffd}\u{241b}<b> & \"q\" 'q' [ [ATTACHMENT|/etc/passwd]]")
    );
}
