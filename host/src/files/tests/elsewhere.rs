//! Images whose parts, or whose file, are elsewhere.

use super::in_text;

fn assert_seen(cases: &[(&str, &str, &str)]) {
    for (name, text, expected) in cases {
        let seen = in_text(name, text);
        assert!(seen.contains(expected), "{text}\nsays\n{seen}not\n{expected}");
    }
}

#[test]
fn references_of_gitlab_are_followed() {
    assert_seen(&[
        (
            "x.yml",
            ".images: {node: a:1}\nj: {script: a, image: !reference [.images, node]}\n",
            "image x.yml:1:17 a:1",
        ),
        (
            "x.yml",
            ".a: {x: !reference [.b, y]}\n.b: {y: a:1}\nj: {script: a, image: !reference [.a, x]}\n",
            "image x.yml:2:9 a:1",
        ),
        (
            "x.yml",
            ".s: {x: [a:1, {name: b:1}], y: c:1}\nj: {script: a, services: [!reference [.s, x], !reference [.s, y]]}\n",
            "image x.yml:1:10 a:1\nimage x.yml:1:22 b:1\nimage x.yml:1:32 c:1",
        ),
        (
            "x.yml",
            ".s: {x: [a:1]}\nj: {script: a, services: !reference [.s, x]}\n",
            "image x.yml:1:10 a:1",
        ),
        (
            "x.yml",
            ".s: {x: a:1}\nj: {script: a, image: {name: !reference [.s, x]}}\n",
            "image x.yml:1:9 a:1",
        ),
    ]);
}

#[test]
fn references_of_gitlab_in_a_ring_are_undecided() {
    assert_seen(&[(
        "x.yml",
        "a: {script: a, image: !reference [b, image]}\nb: {script: b, image: !reference [a, image]}\n",
        "unresolved x.yml:",
    )]);
}

#[test]
fn included_files_of_gitlab_are_pipelines() {
    assert_seen(&[
        ("x.yml", "default: {image: a}\n", "image x.yml:1:18 a\n"),
        ("x.yml", ".hidden: {image: a}\n", "image x.yml:1:18 a\n"),
        ("x.yml", "j: {extends: .a, services: [b]}\n", "image x.yml:1:29 b\n"),
        ("x.yml", "j: {rules: [], image: b}\n", "image x.yml:1:23 b\n"),
        (
            "x.yml",
            "include: [{local: b.yml}]\nj: {image: b}\n",
            "image x.yml:2:12 b\n",
        ),
        (
            "x.yml",
            "j: {services: [b:1, {name: c:1}]}\n",
            "unclaimed x.yml:1:16 b:1\nunclaimed x.yml:1:28 c:1\n",
        ),
    ]);
}

#[test]
fn parts_of_images_in_values_are_undecided() {
    assert_seen(&[
        (
            "values.yaml",
            "image: {repository: x}\n",
            "unresolved values.yaml:1:21 x\n",
        ),
        (
            "values.yaml",
            "image: {tag: evil}\n",
            "unresolved values.yaml:1:8 image { tag: evil }\n",
        ),
        (
            "values.yaml",
            "a: {sideImage: {registry: evil}}\n",
            "unresolved values.yaml:1:16 sideImage { registry: evil }",
        ),
        (
            "values.yaml",
            "image: {name: a, tag: evil}\n",
            "unresolved values.yaml:1:8 image { name: a, tag: evil }",
        ),
        (
            "values.yaml",
            "image: {digest: 'sha256:1'}\n",
            "unresolved values.yaml:1:8 image { digest: sha256:1 }",
        ),
    ]);
}

#[test]
fn schemes_are_read_in_any_case() {
    let action = |image: &str| format!("runs: {{using: docker, image: '{image}'}}\n");
    assert_eq!(
        in_text("action.yml", &action("Docker://a:1")),
        "image action.yml:1:30 a:1\n"
    );
    assert_eq!(
        in_text("action.yml", &action("docker:/a:1")),
        "invalid action.yml:1:30 docker:/a:1\n"
    );
    assert_eq!(in_text("action.yml", &action("build/Dockerfile")), "");
    let workflow = "on: push\njobs: {a: {steps: [{uses: DOCKER://a:1}]}}\n";
    assert_eq!(in_text("x.yml", workflow), "image x.yml:2:27 a:1\n");
}

#[test]
fn what_compose_includes_is_elsewhere_undecided() {
    let services = "services: {a: {image: acme/a:1}}\n";
    for (include, text) in [
        ("['oci://docker.io/evil/stack:1']", "oci://docker.io/evil/stack:1"),
        ("[{path: other/compose.yaml}]", "other/compose.yaml"),
        (
            "[{path: [a.yaml, 'https://github.com/evil/x.git']}]",
            "https://github.com/evil/x.git",
        ),
    ] {
        let seen = in_text("compose.yaml", &format!("include: {include}\n{services}"));
        assert!(
            seen.contains("unresolved compose.yaml:1:") && seen.contains(text),
            "{seen}"
        );
    }
    for service in [
        "{build: 'https://github.com/evil/x.git'}",
        "{build: {context: 'git@github.com:evil/x.git'}}",
        "{extends: {file: other.yaml, service: a}, image: acme/a:1}",
    ] {
        let seen = in_text("compose.yaml", &format!("services: {{a: {service}}}\n"));
        assert!(seen.contains("unresolved compose.yaml:1:"), "{service}\n{seen}");
    }
}

#[test]
fn build_arguments_of_compose_may_be_images_undecided() {
    let build = |args: &str| format!("services: {{a: {{build: {{context: ., args: {args}}}}}}}\n");
    for (args, expected) in [
        ("{BASE: evil/x:1}", "unclaimed compose.yaml:1:49 evil/x:1\n"),
        (
            "{X: ghcr.io/evil/x:1}",
            "unclaimed compose.yaml:1:46 ghcr.io/evil/x:1\n",
        ),
        ("['BASE=evil/x:1']", "unclaimed compose.yaml:1:43 evil/x:1\n"),
        ("{X: 1, Y: 'true'}", ""),
    ] {
        assert_eq!(in_text("compose.yaml", &build(args)), expected, "{args}");
    }
}

#[test]
fn what_a_kustomization_patches_and_brings_is_seen() {
    assert_seen(&[
        (
            "kustomization.yaml",
            "resources: [a.yaml, ../b, 'https://a.example/x?ref=1']\n",
            "unresolved kustomization.yaml:1:27 https://a.example/x?ref=1\n",
        ),
        (
            "kustomization.yaml",
            "components: [github.com/a/b]\n",
            "unresolved kustomization.yaml:1:14 github.com/a/b\n",
        ),
        (
            "kustomization.yaml",
            "helmCharts: [{name: c, repo: r}]\n",
            "unresolved kustomization.yaml:1:14 c\n",
        ),
        (
            "kustomization.yaml",
            "patches:\n- patch: |-\n    - {op: replace, path: /spec/containers/0/image, value: evil}\n",
            "image kustomization.yaml:3:5 evil\n",
        ),
        (
            "kustomization.yaml",
            "patches:\n- patch: '{spec: {containers: [{name: a, image: evil}]}}'\n",
            "image kustomization.yaml:2:10 evil\n",
        ),
        (
            "kustomization.yaml",
            "patchesStrategicMerge:\n- |-\n  spec: {containers: [{name: a, image: evil}]}\n",
            "image kustomization.yaml:3:3 evil\n",
        ),
        (
            "p.json",
            "[{\"op\":\"replace\",\"path\":\"/spec/containers/0/image\",\"value\":\"evil\"}]",
            "image p.json:1:60 evil\n",
        ),
        (
            "p.yaml",
            "- {op: add, path: /spec/containers/-, value: {image: evil}}\n",
            "image p.yaml:1:54 evil\n",
        ),
    ]);
    assert_eq!(
        in_text("kustomization.yaml", "resources: [a.yaml, ../b, c/d.e, f]\n"),
        ""
    );
}
