//! One place that means several images, and texts whose places are not those of the file.

use super::in_text;

#[test]
fn a_place_with_several_meanings_is_judged_for_each() {
    let values =
        "base: &base { repository: ghcr.io/acme/api, tag: \"1.0\" }\nweb: { image: { <<: *base, tag: evil } }\n";
    let seen = in_text("values.yaml", values);
    assert!(seen.contains("ghcr.io/acme/api:1.0\n"), "{seen}");
    assert!(seen.contains("ghcr.io/acme/api:evil\n"), "{seen}");
    let images = "x: &x { name: a, newName: ghcr.io/acme/api }\nimages:\n- { <<: *x, newTag: good }\n- { <<: *x, newTag: evil }\n";
    let seen = in_text("kustomization.yaml", images);
    assert!(seen.contains(":good\n") && seen.contains(":evil\n"), "{seen}");
}

#[test]
fn parts_in_other_documents_are_unclaimed_for_each_meaning() {
    let release = "apiVersion: a/v1\nkind: Release\na: &a { repository: ghcr.io/acme/api, tag: \"1.0\" }\nb: { <<: *a, tag: evil }\n";
    let seen = in_text("a.yaml", release);
    assert!(seen.contains("unclaimed a.yaml:3:21 ghcr.io/acme/api:1.0\n"), "{seen}");
    assert!(seen.contains("unclaimed a.yaml:3:21 ghcr.io/acme/api:evil\n"), "{seen}");
}

/// `\n` in quotes is no line of the file: what stands there is looked at all the same.
#[test]
fn an_inline_dockerfile_claims_no_place_of_others() {
    let inline = "services:\n  a:\n    build: {dockerfile_inline: \"FROM a:1\\nFROM b:1\"}\n";
    let seen = in_text("compose.yaml", inline);
    assert_eq!(seen, "image compose.yaml:3:32 a:1\nimage compose.yaml:3:32 b:1\n");
    let first = "services:\n  a: {build: {dockerfile_inline: \"FROM a:1\\nFROM b:1\"}}\n";
    // where the second `FROM` would have its image
    let column = first.lines().nth(1).unwrap().find('"').unwrap() + "FROM ".len();
    let hidden = format!(
        "{first}x: {{{:>column$}}}\n",
        "image: c:1",
        column = column + "c:1".len() - "x: {".len()
    );
    assert!(in_text("compose.yaml", &hidden).contains(" c:1"), "{hidden}");
    let block = "services:\n  a:\n    build:\n      dockerfile_inline: |\n        FROM a:1\n        FROM b:1\n";
    let seen = in_text("compose.yaml", block);
    assert_eq!(seen, "image compose.yaml:5:14 a:1\nimage compose.yaml:6:14 b:1\n");
}
