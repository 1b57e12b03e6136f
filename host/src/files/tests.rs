//! Every kind of file, with the places of its images; and files that want to hide one.

use super::*;

mod dockerfile;
mod elsewhere;
mod hostile;
mod kinds;
mod places;

use crate::emit::expected::assert_expected;
use crate::scratch::Scratch;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/files");

fn found(options: &FileOptions) -> Found {
    find(options, &mut io::empty()).unwrap()
}

fn paths(paths: &[&Path]) -> FileOptions {
    FileOptions {
        paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        ..FileOptions::default()
    }
}

/// `image place text` and `kind place text`, in the order in which they were found.
fn lines(found: &Found, root: &str) -> String {
    let place = |place: &Place| place.to_string().replace(root, "");
    let images = found
        .images
        .iter()
        .map(|(_, one)| format!("image {} {}\n", place(&one.place), one.text));
    let sightings = found.sightings.iter();
    let sightings = sightings.map(|one| {
        format!(
            "{} {} {}\n",
            one.kind.word(),
            place(&one.place),
            one.text.replace(root, "")
        )
    });
    images.chain(sightings).collect()
}

/// What a text alone says, as a file of this name in a folder.
fn in_text(name: &str, text: &str) -> String {
    as_asked(Asked::Found, name, text)
}

fn as_asked(asked: Asked, name: &str, text: &str) -> String {
    let mut finds = Finds::new(name);
    kind::find(name, text, asked, &[], &mut finds);
    let found = Found {
        files: Vec::new(),
        images: finds.images,
        sightings: finds.sightings,
    };
    lines(&found, "")
}

#[test]
fn fixtures_are_as_expected() {
    let found = found(&paths(&[Path::new(FIXTURES)]));
    let listed = lines(&found, &format!("{FIXTURES}/"));
    assert_expected("../tests/fixtures/files/expected.txt", &listed);
}

/// The columns are those of the very scalar.
#[test]
fn places_hold_what_they_say() {
    let found = found(&paths(&[Path::new(FIXTURES)]));
    assert!(found.images.len() > 20);
    for (_, mention) in &found.images {
        let Place {
            file,
            line,
            column,
            end_column,
        } = &mention.place;
        let content = std::fs::read_to_string(file).unwrap();
        let line = content.lines().nth(*line as usize - 1).unwrap();
        let (start, end) = (*column as usize - 1, *end_column as usize - 1);
        let piece: String = line.chars().skip(start).take(end - start).collect();
        let bare = piece.trim_matches(['"', '\'']).replace("\\/", "/");
        // a reference of several values stands at the first of them
        let part = mention.text.contains(&bare) || bare.ends_with(&mention.text) || bare.contains('$');
        assert!(part, "{mention:?}: {piece}");
    }
}

#[test]
fn other_names_and_paths_are_excluded_and_told() {
    let scratch = Scratch::with(&[
        (
            "a/pod.yaml",
            b"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: $A:1\n  - image: acme/b:1\n",
        ),
        (
            "test/pod.yaml",
            b"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: acme/c:1\n",
        ),
    ]);
    let root = scratch.path.display().to_string();
    let options = FileOptions {
        exclude: vec![format!("{root}/test/**")],
        exclude_images: vec!["$A:*".to_owned(), "acme/b:1".to_owned()],
        ..paths(&[&scratch.path])
    };
    let found = found(&options);
    assert_eq!(
        lines(&found, &format!("{root}/")).replace(&root, ""),
        "excluded test --exclude test/**\nexcluded a/pod.yaml:6:12 acme/b:1\nexcluded a/pod.yaml:5:12 $A:1\n"
    );
    assert_eq!(found.files.len(), 1);
    assert!(found.sightings.iter().all(|sighting| !sighting.kind.leaves_undecided()));
}

#[test]
fn links_never_lead_out_undecided() {
    let pod = b"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: acme/a:1\n";
    let scratch = Scratch::with(&[
        ("in/real/pod.yaml", pod),
        ("out/pod.yaml", pod),
        ("in/.git/pod.yaml", pod),
        ("in/.jj/pod.yaml", pod),
    ]);
    let root = scratch.path.join("in");
    for (link, target) in [
        ("inside.yaml", "real/pod.yaml"),
        ("outside.yaml", "../out/pod.yaml"),
        ("folder", "../out"),
        ("loop", "."),
        ("gone.yaml", "nowhere"),
        ("picture.png", "../out/pod.yaml"),
        ("history", ".git"),
    ] {
        std::os::unix::fs::symlink(target, root.join(link)).unwrap();
    }
    let found = found(&paths(&[&root]));
    let listed = lines(&found, &format!("{}/", root.display()));
    let out = "a link that leads out of what was named: name its target too";
    assert_eq!(
        listed,
        format!(
            "image .jj/pod.yaml:5:12 acme/a:1\nimage inside.yaml:5:12 acme/a:1\nimage real/pod.yaml:5:12 acme/a:1\n\
             unreadable folder {out}\nunreadable gone.yaml No such file or directory (os error 2)\n\
             unreadable history {out}\nunreadable outside.yaml {out}\n"
        )
    );
}

#[test]
fn what_is_piped_and_what_is_not_there() {
    let pods = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  spec:\n    containers:\n    - image: \
                acme/a:1\n  status:\n    containerStatuses:\n    - image: docker.io/acme/b:1\n";
    let found = find(&paths(&[Path::new("-")]), &mut pods.as_bytes()).unwrap();
    assert_eq!(lines(&found, ""), "image -:8:14 acme/a:1\n");
    let error = find(&paths(&[Path::new("/nowhere/at/all")]), &mut io::empty()).unwrap_err();
    assert!(error.to_string().contains("`/nowhere/at/all`"), "{error}");
}

#[test]
fn further_paths_are_images() {
    let scratch = Scratch::with(&[(
        "own.yaml",
        b"apiVersion: a/v1\nkind: Own\nspec:\n  image: acme/a:1\n  parts: [{ sidecarImage: acme/b:1 }]\n  all: [acme/c:1]\n  helm:\n    repository: acme/d\n    tag: 2\n",
    )]);
    let all = |written: &[&str]| {
        let options = FileOptions {
            image_paths: written.iter().map(|path| path.parse().unwrap()).collect(),
            ..paths(&[&scratch.path])
        };
        let found = found(&options);
        found.images.into_iter().map(|(_, one)| one.text).collect::<Vec<_>>()
    };
    assert!(all(&[]).is_empty());
    assert_eq!(all(&["spec.image"]), ["acme/a:1"]);
    assert_eq!(all(&["spec.parts.sidecarImage"]), ["acme/b:1"]);
    assert_eq!(all(&["**.sidecarImage", "*.image"]), ["acme/b:1", "acme/a:1"]);
    assert_eq!(all(&["spec.all", "spec.helm"]), ["acme/c:1", "acme/d:2"]);
    for wrong in ["", "a..b", "a[0]", "**", "a.", "a*"] {
        assert!(wrong.parse::<ImagePath>().is_err(), "{wrong}");
    }
}

/// Ways to hide an image from whoever looks, each of which must leave a trace.
#[test]
fn hidden_images_are_seen() {
    let pod = "apiVersion: v1\nkind: Pod\nspec:\n";
    for (name, text, expected) in [
        // the same key twice, higher up
        (
            "a.yaml",
            format!("{pod}  containers: [{{image: a:1}}]\nspec:\n  containers: [{{image: b:1}}]\n"),
            "duplicate-key a.yaml:5:1 spec",
        ),
        (
            "a.yaml",
            format!("{pod}  containers: [{{image: a:1}}]\nspec:\n  containers: [{{image: b:1}}]\n"),
            "image a.yaml:4:24 a:1",
        ),
        // aliases and merge keys
        (
            "a.yaml",
            format!("{pod}  x: &c {{image: a:1}}\n  containers: [*c]\n"),
            "image a.yaml:4:17 a:1",
        ),
        (
            "a.yaml",
            format!("{pod}  x: &c {{image: a:1}}\n  containers: [{{<<: *c}}]\n"),
            "image a.yaml:4:17 a:1",
        ),
        // tags and quotes
        (
            "a.yaml",
            format!("{pod}  containers: [{{image: !!str \"a:1\"}}]\n"),
            " a:1",
        ),
        (
            "a.yaml",
            format!("{pod}  containers: [{{\"image\": \"\\x61:1\"}}]\n"),
            "image a.yaml:4:26 a:1",
        ),
        // the second document is broken
        (
            "a.yaml",
            format!("{pod}  containers: []\n---\nkind: [\n"),
            "unreadable a.yaml",
        ),
        ("a.yaml", format!("{pod}  containers: [}}\n"), "unreadable a.yaml"),
        // a byte order mark, windows' lines
        (
            "a.yaml",
            format!("\u{feff}{pod}  containers: [{{image: a:1}}]\n"),
            " a:1",
        ),
        (
            "a.yaml",
            format!("{pod}  containers: [{{image: a:1}}]\n").replace('\n', "\r\n"),
            "image a.yaml:4:24 a:1",
        ),
        // another document's kind in a known file
        (
            ".gitlab-ci.yml",
            "spec:\n  inputs:\n---\njob: {image: 'a:$[[ inputs.v ]]', script: a}\n".to_owned(),
            "unresolved",
        ),
        (
            "x.yml",
            "include: [{remote: 'https://a.example/b.yml'}]\nj: {script: a}\n".to_owned(),
            "unresolved x.yml:1:20 https://a.example/b.yml",
        ),
        (
            "x.yml",
            "j: {script: a, image: !reference [.other, image]}\n".to_owned(),
            "unresolved x.yml:1:34 .other.image",
        ),
        (
            "x.yml",
            ".o: {image: a:1}\nj: {script: a, image: !reference [.o, image]}\n".to_owned(),
            "image x.yml:1:13 a:1\n",
        ),
        // Dockerfiles
        (
            "Dockerfile",
            "FROM a:1\\\n\n# c\n AS x\nFROM x\nFROM b:1".to_owned(),
            "image Dockerfile:6:6 b:1",
        ),
        (
            "Dockerfile",
            "FROM a:1\nRUN <<A <<B\nFROM c:1\nA\nFROM d:1\nB\nFROM b:1".to_owned(),
            "image Dockerfile:7:6 b:1\n",
        ),
        (
            "Dockerfile",
            "FROM a:1\nRUN <<A\nFROM b:1".to_owned(),
            "unreadable Dockerfile:2 a here-document without its end",
        ),
        (
            "Dockerfile",
            "FROM a:1\nRUN echo \"<<A\"\nFROM b:1".to_owned(),
            "image Dockerfile:3:6 b:1",
        ),
        (
            "Dockerfile",
            "FROM a:1\nRUN echo x <<<A\nFROM b:1".to_owned(),
            "image Dockerfile:3:6 b:1",
        ),
        (
            "Dockerfile",
            "FROM a:1\nENV X <<A\nFROM b:1".to_owned(),
            "image Dockerfile:3:6 b:1",
        ),
        ("Dockerfile", "from A:1".to_owned(), "invalid Dockerfile:1:6 A:1"),
        (
            "Dockerfile",
            "ARG V\nFROM a:$V".to_owned(),
            "unresolved Dockerfile:2:6 a:$V",
        ),
        (
            "Dockerfile",
            "ARG V=1\nARG V\nFROM a:$V".to_owned(),
            "unresolved Dockerfile:3:6 a:$V",
        ),
        (
            "Dockerfile",
            "ARG V=1\nFROM a:${V}-x\nFROM a:${W:-2}".to_owned(),
            "image Dockerfile:3:6 a:2",
        ),
        (
            "Dockerfile",
            "ARG V=1\nFROM a:${V}-x\n".to_owned(),
            "image Dockerfile:2:6 a:1-x",
        ),
        (
            "Dockerfile",
            "FROM a:1\nARG V=1\nFROM b:$V".to_owned(),
            "unresolved Dockerfile:3:6 b:$V",
        ),
        (
            "Dockerfile",
            "FROM a:1\nCOPY --from=1 x x".to_owned(),
            "image Dockerfile:2:13 1",
        ),
        (
            "Dockerfile",
            "FROM a:1\nRUN --network=none --mount=target=/x,FROM=b:1 x".to_owned(),
            "image Dockerfile:2:43 b:1",
        ),
        ("Dockerfile", "\u{feff}#syntax=c:1\nFROM a:1".to_owned(), " c:1"),
        (
            "Dockerfile",
            "#!/usr/bin/env x\n# syntax = c:1\nFROM a:1".to_owned(),
            "image Dockerfile:2:12 c:1",
        ),
        // anything
        (
            "x.json",
            "{\"a\": [{\"from\": \"ghcr.io/a/b:1\"}]}".to_owned(),
            "unclaimed x.json:1:17 ghcr.io/a/b:1",
        ),
        (
            "x.yaml",
            "uses: docker://a/b\n".to_owned(),
            "unclaimed x.yaml:1:7 docker://a/b",
        ),
        (
            "x.yaml",
            "images: [ghcr.io/a/b]\n".to_owned(),
            "unclaimed x.yaml:1:10 ghcr.io/a/b",
        ),
    ] {
        let seen = in_text(name, &text);
        assert!(seen.contains(expected), "{text}\nsays\n{seen}not\n{expected}");
    }
}

#[test]
fn what_is_no_image_is_none() {
    for (name, text) in [
        (
            "x.yaml",
            "uses: actions/checkout@v4\nfrom: 12:30\nimage: logo.png\nfrom2: a\n",
        ),
        (
            "x.json",
            "{\"from\": \"lodash@4\", \"image\": \"https://a.example/b.png\", \"uses\": \"./here\"}",
        ),
        (
            "Dockerfile",
            "FROM scratch AS a\nFROM a\nCOPY --from=A x x\nCOPY --from=0 x x\nRUN echo --mount=from=b:1\n",
        ),
        ("x.yaml", "- a: {b: [1, 2.0, ~]}\n- |\n  text: more\n"),
        ("x.yaml", "not: [yaml\n"),
        (
            ".github/workflows/a.yml",
            "on: push\njobs: {a: {runs-on: b, steps: [{uses: a/b@v1}]}}\n",
        ),
    ] {
        assert_eq!(in_text(name, text), "", "{text}");
    }
}

/// Whatever is in it: an end, soon.
#[test]
fn hostile_documents_end() {
    let bomb = |merge: bool| {
        let mut text = "apiVersion: v1\nkind: Pod\na0: &a0 {image: a:1}\n".to_owned();
        for number in 1..60 {
            let before = number - 1;
            let one = if merge {
                format!("a{number}: &a{number} {{<<: [*a{before}, *a{before}]}}\n")
            } else {
                format!("a{number}: &a{number} [*a{before}, *a{before}]\n")
            };
            text.push_str(&one);
        }
        text
    };
    for text in [bomb(true), bomb(false)] {
        assert_eq!(in_text("a.yaml", &text), "unclaimed a.yaml:3:17 a:1\n");
    }
    let wide: String = (0..3_000).map(|number| format!("k{number}: x\n")).collect();
    let merges: String = (0..20_000).map(|number| format!("m{number}: {{<<: *w}}\n")).collect();
    let wide = format!(
        "apiVersion: v1\nkind: Pod\nw: &w\n  {}\n{merges}",
        wide.trim_end().replace('\n', "\n  ")
    );
    assert!(in_text("a.yaml", &wide).contains("unreadable"));
    for deep in [
        "[".repeat(100_000),
        "{a: ".repeat(100_000),
        "- ".repeat(100_000),
        "? ".repeat(100_000),
    ] {
        let text = format!("apiVersion: v1\nkind: {deep}");
        assert!(in_text("a.yaml", &text).contains("unreadable"));
    }
    let own = in_text(
        "a.yaml",
        "apiVersion: v1\nkind: Pod\nx: &x [*x, *missing, {<<: *x}]\nspec: {containers: [{image: a:1}]}\n",
    );
    assert!(own.contains("a:1"), "{own}");
}

#[test]
fn large_files_are_not_read_undecided() {
    let large = usize::try_from(limits::FILE_BYTES).unwrap() + 1;
    let found = find(&paths(&[Path::new("-")]), &mut io::repeat(b' ').take(large as u64)).unwrap();
    assert!(lines(&found, "").starts_with("unreadable - expected at most"));
    let found = find(&paths(&[Path::new("-")]), &mut b"image: \xff".as_slice()).unwrap();
    assert!(lines(&found, "").starts_with("unreadable - expected UTF-8"));
}

/// docs/files.md: each example with what is found in it.
#[test]
fn documented_examples_are_true() {
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/files.md");
    let document = std::fs::read_to_string(document).unwrap();
    let blocks: Vec<&str> = document.split("```").collect();
    let mut examples = 0;
    // text, block, text, block, …
    for position in (1..blocks.len()).step_by(2) {
        let (language, content) = blocks[position].split_once('\n').unwrap();
        if !["yml", "dockerfile"].contains(&language) {
            continue;
        }
        let name = blocks[position - 1].trim_end().rsplit('`').nth(1).unwrap();
        let expected = blocks[position + 2].strip_prefix("text\n").unwrap();
        assert_eq!(in_text(name, content), expected, "{name}");
        examples += 1;
    }
    assert!(examples >= 8, "{examples}");
}

#[test]
fn documented_kinds_and_limits_are_true() {
    let document = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/files.md")).unwrap();
    for kind in SightingKind::ALL {
        assert!(document.contains(&format!("| `{}` |", kind.word())), "{}", kind.word());
    }
    for (what, limit) in [
        ("files", limits::FILES),
        ("files and folders in them", limits::FILE_ENTRIES),
        ("folders in each other", limits::FILE_FOLDERS),
        ("values in one file", limits::FILE_NODES),
        ("mappings and lists in each other", limits::FILE_NESTING),
        ("places, in all files", limits::FOUND_IN_FILES),
    ] {
        assert!(document.contains(&format!("| {what} | {limit} |")), "{what}");
    }
    assert!(document.contains(&format!("| one file | {} MiB |", limits::FILE_BYTES >> 20)));
}
