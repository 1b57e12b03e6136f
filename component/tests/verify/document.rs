//! docs/verification.md against the code: every result class has its heading, and every test that it names is there.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn document() -> String {
    std::fs::read_to_string(root().join("docs/verification.md")).unwrap()
}

#[test]
fn every_result_class_has_its_heading() {
    let wit = std::fs::read_to_string(root().join("wit/basics.wit")).unwrap();
    let classes = wit
        .split("enum result-class {")
        .nth(1)
        .unwrap()
        .split('}')
        .next()
        .unwrap();
    let classes: Vec<_> = classes
        .lines()
        .map(|line| line.trim().trim_end_matches(','))
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .collect();
    let document = document();
    let headings: Vec<_> = document
        .lines()
        .filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`'))
        .collect();
    assert_eq!(headings, classes);
}

#[test]
fn every_named_test_and_file_is_there() {
    let tests = root().join("component/tests/verify");
    let read = |module: &str| std::fs::read_to_string(tests.join(format!("{module}.rs"))).unwrap();
    let document = document();
    let words: Vec<_> = document.split('`').skip(1).step_by(2).collect();
    let mut named = 0;
    for (module, case) in words.iter().filter_map(|word| word.split_once("::")) {
        let text = read(module);
        let case = case.trim_end_matches('*');
        assert!(text.contains(&format!("fn {case}")), "{module}::{case}");
        named += 1;
    }
    assert!(named > 10);
    for file in words.iter().filter(|word| word.ends_with(".rs")) {
        let path = if file.starts_with("component/") {
            root().join(file)
        } else {
            root().join("component/src").join(file)
        };
        assert!(path.is_file(), "{file}");
    }
}
