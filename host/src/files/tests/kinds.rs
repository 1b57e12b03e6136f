//! What kind a file is, and files of which nothing can be made.

use super::{as_asked, in_text};
use crate::files::kind::{self, Asked};

#[test]
fn what_is_not_yaml_but_may_be_read_elsewhere_is_undecided() {
    let pod = |image: &str| {
        format!(
            "{{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"x\":{image},\"spec\":{{\"containers\":[{{\"image\":\"a:1\"}}]}}}}"
        )
    };
    for (name, text) in [
        ("a.json", pod("\"\u{7f}\"")),
        ("a.json", pod(&format!("{}{}", "[".repeat(129), "]".repeat(129)))),
        (
            "templates/a.yaml",
            "{{ if .x }}\n{apiVersion: v1, spec: {containers: [{image: a:1}]}}\n".to_owned(),
        ),
        ("a.json", "{\"\\u0069mage\": \"a:1\", \"\u{7f}\": [}".to_owned()),
        ("values.yaml", "a: [\n".to_owned()),
        ("kustomization.yml", "a: [\n".to_owned()),
        (".github/workflows/a.yml", "a: [\n".to_owned()),
    ] {
        let seen = in_text(name, &text);
        assert!(seen.contains("unreadable "), "{name}: {text}\nsays {seen}");
    }
    assert_eq!(in_text("a.yaml", "a: [\n"), "");
    assert!(as_asked(Asked::Named, "a.yaml", "a: [\n").contains("unreadable"));
}

#[test]
fn dockerfiles_by_other_names_are_read() {
    for name in [
        "Dockerfile-prod",
        "Dockerfile_dev",
        "Containerfile-1.2",
        "prod-Dockerfile",
        "x_Dockerfile",
    ] {
        assert!(kind::is_relevant(name.as_ref()), "{name}");
        assert_eq!(in_text(name, "# c\nFROM a:1 AS x\n"), format!("image {name}:2:6 a:1\n"));
    }
    assert_eq!(
        as_asked(Asked::Named, "build", "ARG V=1\nFROM a:$V\n"),
        "image build:2:6 a:$V\n".replace("$V", "1")
    );
    // a program, whose name only begins so
    assert_eq!(
        in_text("dockerfile_tools.py", "from os import path\nimage = \"a:1\"\n"),
        ""
    );
}

#[test]
fn named_files_of_no_known_kind_are_undecided() {
    for (name, text) in [
        ("a.txt", "hello\n"),
        ("deploy.sh", "docker run a:1\n"),
        ("a.yaml", "a: 1\n"),
    ] {
        let seen = as_asked(Asked::Named, name, text);
        assert_eq!(seen, format!("unreadable {name} a file of no known kind\n"));
        assert_eq!(in_text(name, text), "", "{name}");
    }
    assert_eq!(as_asked(Asked::Named, "a.yaml", "services: {a: {build: .}}\n"), "");
}

#[test]
fn documents_in_texts_are_seen() {
    let map = |data: &str| format!("apiVersion: v1\nkind: ConfigMap\ndata:\n  a: {data}\n");
    for (data, expected) in [
        (
            "'{\"image\":\"ghcr.io/a/b:1\"}'",
            "unclaimed a.yaml:4:6 ghcr.io/a/b:1\n",
        ),
        ("'{\"x\":{\"image\":\"nginx\"}}'", "unclaimed a.yaml:4:6 nginx\n"),
        ("|\n    x: {y: {image: nginx}}\n", "nginx\n"),
        (
            "|\n    image:\n      repository: ghcr.io/a/b\n      tag: evil\n",
            "ghcr.io/a/b:evil\n",
        ),
        (
            "'{\"x\": \"{\\\"image\\\": \\\"ghcr.io/a/b:1\\\"}\"}'",
            "unclaimed a.yaml:4:6 ghcr.io/a/b:1\n",
        ),
    ] {
        let seen = in_text("a.yaml", &map(data));
        assert!(seen.contains(expected), "{data}\nsays {seen}");
        assert_eq!(seen.lines().count(), 1, "{seen}");
    }
}
