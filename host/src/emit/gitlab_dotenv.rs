//! Variables for later jobs of a GitLab pipeline. GitLab takes 5 KiB and 20 variables, and knows no way to quote a line end.
//! <https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsdotenv>

use std::io::{self, Write};

use super::words;
use crate::run::Run;

/// GitLab refuses a file of more than 5,120 bytes as a whole.
const LIMIT: usize = 5_000;

pub fn emit(run: &Run, out: &mut impl Write) -> io::Result<()> {
    let head = format!(
        "PORTCULLIS_VERDICT={}\nPORTCULLIS_EXIT_CODE={}\nPORTCULLIS_WEAKENED={}\n",
        words::verdict(run.verdict()),
        run.exit().code(),
        run.weakenings.len()
    );
    let pinned = run.pinned();
    let fitting = fitting(&pinned, LIMIT - head.len());
    out.write_all(head.as_bytes())?;
    writeln!(out, "PORTCULLIS_IMAGES={}", fitting.join(" "))?;
    writeln!(out, "PORTCULLIS_DIGESTS={}", digests(&fitting).join(" "))?;
    writeln!(out, "PORTCULLIS_LEFT_OUT={}", pinned.len() - fitting.len())
}

/// References that can stand in a variable, as many as there is room for, with their digests.
fn fitting<'r>(pinned: &[&'r str], limit: usize) -> Vec<&'r str> {
    const NAMES: usize = "PORTCULLIS_IMAGES=\nPORTCULLIS_DIGESTS=\nPORTCULLIS_LEFT_OUT=00000000000000000000\n".len();
    let mut room = limit.saturating_sub(NAMES);
    let mut fitting = Vec::new();
    for reference in pinned.iter().filter(|reference| is_plain(reference)) {
        let needed = reference.len() + digest(reference).len() + 2;
        if needed <= room {
            room -= needed;
            fitting.push(*reference);
        }
    }
    fitting
}

/// `name@sha256:…` in the characters of references: nothing that a shell, a variable or a line would obey.
fn is_plain(reference: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/:@+[]".contains(&byte);
    !reference.is_empty() && reference.bytes().all(plain)
}

fn digest(reference: &str) -> &str {
    reference.rsplit_once('@').map_or("", |(_, digest)| digest)
}

fn digests<'r>(references: &[&'r str]) -> Vec<&'r str> {
    references.iter().map(|reference| digest(reference)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::fixture;

    fn rendered(run: &Run) -> String {
        let mut out = Vec::new();
        emit(run, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn file_is_as_expected() {
        let digest = fixture::digest(0x11);
        let expected = format!(
            "PORTCULLIS_VERDICT=deny\nPORTCULLIS_EXIT_CODE=1\nPORTCULLIS_WEAKENED=1\nPORTCULLIS_IMAGES=ghcr.io/acme/api@{digest}\n\
            PORTCULLIS_DIGESTS={digest}\nPORTCULLIS_LEFT_OUT=0\n"
        );
        assert_eq!(rendered(&fixture::run()), expected);
        let empty = "PORTCULLIS_VERDICT=undecided\nPORTCULLIS_EXIT_CODE=3\nPORTCULLIS_WEAKENED=0\nPORTCULLIS_IMAGES=\n\
            PORTCULLIS_DIGESTS=\nPORTCULLIS_LEFT_OUT=0\n";
        assert_eq!(rendered(&Run::failed(Vec::new(), Default::default())), empty);
    }

    #[test]
    fn hostile_references_are_left_out_and_counted() {
        let hostile = rendered(&fixture::hostile());
        assert_eq!(hostile.lines().count(), 6, "{hostile}");
        assert!(
            hostile.ends_with("PORTCULLIS_IMAGES=\nPORTCULLIS_DIGESTS=\nPORTCULLIS_LEFT_OUT=1\n"),
            "{hostile}"
        );
        for reference in [
            "",
            "a b",
            "a\nPORTCULLIS_VERDICT=allow",
            "$(id)",
            "`id`",
            "a'b",
            "a\"b",
            "a$b",
            "a;b",
            "ä",
            "a\\b",
        ] {
            assert!(!is_plain(reference), "{reference:?}");
        }
    }

    #[test]
    fn file_stays_below_the_limit_and_says_what_is_missing() {
        let mut run = fixture::run();
        run.images = (0..100).map(|_| fixture::run().images[0].clone()).collect();
        let text = rendered(&run);
        assert!(text.len() <= 5_120, "{}", text.len());
        assert!(text.lines().count() <= 20);
        let value = |name: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(name))
                .unwrap()
                .to_owned()
        };
        let shown = value("PORTCULLIS_IMAGES=").split(' ').count();
        assert!(shown > 20);
        assert_eq!(value("PORTCULLIS_DIGESTS=").split(' ').count(), shown);
        assert_eq!(value("PORTCULLIS_LEFT_OUT="), (100 - shown).to_string());
    }
}
