//! Lines that a builder reads otherwise than one would think.

use super::in_text;

#[test]
fn what_builders_execute_is_seen() {
    for (text, expected) in [
        (
            "FROM a:1\nRUN --mount=\"from=b:1,target=/t\" x",
            "image Dockerfile:2:19 b:1",
        ),
        ("FROM a:1\nRUN --mount='from=b:1' x", "image Dockerfile:2:19 b:1"),
        ("FROM a:1\nRUN --mount=type=bind,\\\"from=b:1\\\" x", "b:1"),
        ("FROM a:1\nRUN --mou\\nt=fr\"om\"=b:1 x", "b:1"),
        ("FROM a:1\nCOPY --fr\\om=b:1 x x", "b:1"),
        ("FROM a:1\nCOPY --chown='\\'' --from=b:1 'x' x", "b:1"),
        (
            "FROM a:1\nONBUILD COPY \"--from=b:1\" --x x",
            "image Dockerfile:1:6 a:1",
        ),
        ("FROM a:1\nONBUILD COPY --from=\"b:1\" x x", "b:1"),
        // here-documents that are none
        (
            "FROM a:1\nRUN [\"cat\", \"<<A\"]\nFROM b:1\n",
            "image Dockerfile:3:6 b:1",
        ),
        (
            "FROM a:1\nRUN [ \"x\", \"y\", \"z \", <<A ]\nFROM b:1\nA\n",
            "image Dockerfile:3:6 b:1",
        ),
        (
            "FROM a:1\nRUN <<E\\OF\nx\nEOF\nFROM b:1\nE\\OF\n",
            "image Dockerfile:5:6 b:1",
        ),
        (
            "FROM a:1\nRUN <<\"A\"\"B\"\nx\nAB\nFROM b:1\n",
            "image Dockerfile:5:6 b:1",
        ),
        ("FROM a:1\nRUN <<A echo \"x\nFROM b:1\nA\n", "image Dockerfile:3:6 b:1"),
        ("FROM a:1\nRUN <<A\nx\nA\r\r\nFROM b:1\n", "image Dockerfile:5:6 b:1"),
        (
            "FROM a:1\nRUN <<'A' <<-\"B\"\nx\nA\n\tB\nFROM b:1\n",
            "image Dockerfile:6:6 b:1",
        ),
        // directives behind their end are comments
        (
            "# a comment\n# escape=`\nFROM a:1 \\\n AS x\nFROM b:1",
            "image Dockerfile:5:6 b:1",
        ),
        (
            "# a comment\n# escape=`\nFROM a:1\nRUN x `\nFROM b:1",
            "image Dockerfile:5:6 b:1",
        ),
        (
            "# syntax=c:1\n# escape=`\nFROM a:1 `\n AS x\nFROM x\nFROM b:1",
            "image Dockerfile:6:6 b:1",
        ),
        // line ends
        ("FROM a:1\nRUN x \\\\\nFROM b:1", "image Dockerfile:3:6 b:1"),
        ("FROM a:1 \\\n\\\nAS x\nFROM x\nFROM b:1", "image Dockerfile:5:6 b:1"),
        ("FROM a:1\nRUN x \\\r\r\n y\nFROM b:1", "image Dockerfile:4:6 b:1"),
        // the stage of this name is none of the build that it is kept for
        ("FROM a:1 AS b\nONBUILD COPY --from=b x x", "image Dockerfile:2:21 b"),
        // defaults under quoted names
        ("ARG V=1\nARG \"V\"=2\nFROM b:$V", "image Dockerfile:3:6 b:2"),
    ] {
        let seen = in_text("Dockerfile", text);
        assert!(seen.contains(expected), "{text}\nsays\n{seen}not\n{expected}");
    }
}

#[test]
fn what_builders_read_differently_is_undecided() {
    for (text, expected) in [
        ("FROM a:1\nRUN x \\\\\nFROM b:1", "unreadable Dockerfile:2 two escapes"),
        ("# foo=bar\n# escape=`\nFROM a:1\n", "unreadable Dockerfile:2 `escape`"),
        (
            "FROM a:1\nRUN <<E\\OF\nx\nEOF\n",
            "unreadable Dockerfile:2 a here-document",
        ),
        (
            "FROM a:1\nRUN <<A ${\nx\nA\n",
            "unreadable Dockerfile:2 a here-document",
        ),
        (
            "FROM a:1\nRUN [ \"\\ud800\", <<A\nx\nA\n",
            "unreadable Dockerfile:2 a here-document",
        ),
        (
            "{\"syntax\": \"c:1\"}\nFROM a:1\n",
            "unreadable Dockerfile:1 it begins with `{`",
        ),
        (
            "ARG V=1\nFROM a:1\nARG V=2\nCOPY --from=b:$V x x",
            "unresolved Dockerfile:4:13 b:$V",
        ),
        ("ARG V=1\nARG \"\\V\"=2\nFROM b:$V", "unresolved Dockerfile:3:6 b:$V"),
    ] {
        let seen = in_text("Dockerfile", text);
        assert!(seen.contains(expected), "{text}\nsays\n{seen}not\n{expected}");
    }
}

/// None of these may take more memory or stack than there is.
#[test]
fn hostile_dockerfiles_end() {
    let mut doubling = "ARG A0=aaaaaaaaaa\n".to_owned();
    for number in 1..100 {
        doubling.push_str(&format!("ARG A{number}=$A{before}$A{before}\n", before = number - 1));
    }
    doubling.push_str("FROM a:$A99\n");
    assert!(in_text("Dockerfile", &doubling).starts_with("unresolved Dockerfile:101:6"));
    let chained = format!("FROM a:1\n{}RUN x\n", "ONBUILD ".repeat(100_000));
    assert_eq!(in_text("Dockerfile", &chained), "image Dockerfile:1:6 a:1\n");
    let flags = format!("FROM a:1\nRUN {}--mount=from=b:1 x\n", "--a ".repeat(100_000));
    assert!(in_text("Dockerfile", &flags).contains(" b:1\n"));
}
