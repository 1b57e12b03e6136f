//! The order of Debian versions (Debian policy 4.7, 5.6.12). `debversion`, the crate for it, adds 900 KB to the component: numbers
//! of any length, dates, and a second build of `regex` with all its tables. The rule itself is short.

use std::cmp::Ordering;

/// None where one of them is no version.
pub(super) fn compare(left: &str, right: &str) -> Option<Ordering> {
    let (left, right) = (Version::read(left)?, Version::read(right)?);
    let upstream = || parts(left.upstream, right.upstream);
    let revision = || parts(left.revision, right.revision);
    Some(left.epoch.cmp(&right.epoch).then_with(upstream).then_with(revision))
}

/// `[epoch:]upstream[-revision]`
struct Version<'t> {
    epoch: u32,
    upstream: &'t [u8],
    revision: &'t [u8],
}

impl<'t> Version<'t> {
    fn read(text: &'t str) -> Option<Self> {
        let (epoch, rest) = match text.split_once(':') {
            Some((epoch, rest)) if epoch.bytes().all(|b| b.is_ascii_digit()) => (epoch.parse().ok()?, rest),
            Some(_) => return None,
            None => (0, text),
        };
        let (upstream, revision) = match rest.rsplit_once('-') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            // none is the same as `0`
            None => (rest, "0"),
        };
        let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'+' | b'~');
        let good = upstream.starts_with(|c: char| c.is_ascii_digit())
            && upstream.bytes().all(|b| known(b) || matches!(b, b'-' | b':'))
            && revision.bytes().all(known);
        good.then_some(Self {
            epoch,
            upstream: upstream.as_bytes(),
            revision: revision.as_bytes(),
        })
    }
}

/// By turns: what is no digit, by [`rank`]; then digits, as a number.
fn parts(mut left: &[u8], mut right: &[u8]) -> Ordering {
    while !left.is_empty() || !right.is_empty() {
        let (left_text, left_rest) = split(left, |b| !b.is_ascii_digit());
        let (right_text, right_rest) = split(right, |b| !b.is_ascii_digit());
        let (left_number, left_rest) = split(left_rest, |b| b.is_ascii_digit());
        let (right_number, right_rest) = split(right_rest, |b| b.is_ascii_digit());
        let ordering = texts(left_text, right_text).then_with(|| numbers(left_number, right_number));
        if ordering.is_ne() {
            return ordering;
        }
        (left, right) = (left_rest, right_rest);
    }
    Ordering::Equal
}

fn split(text: &[u8], is_part: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let end = text.iter().position(|&b| !is_part(b)).unwrap_or(text.len());
    text.split_at(end)
}

fn texts(left: &[u8], right: &[u8]) -> Ordering {
    let longest = left.len().max(right.len());
    (0..longest)
        .map(|at| rank(left.get(at)).cmp(&rank(right.get(at))))
        .find(|ordering| ordering.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// `~` before the end, the end before letters, letters before everything else.
fn rank(byte: Option<&u8>) -> u16 {
    match byte {
        Some(b'~') => 0,
        None => 1,
        Some(&letter) if letter.is_ascii_alphabetic() => u16::from(letter),
        Some(&other) => 256 + u16::from(other),
    }
}

/// Of any length; zeros in front do not count.
fn numbers(left: &[u8], right: &[u8]) -> Ordering {
    let (_, left) = split(left, |b| b == b'0');
    let (_, right) = split(right, |b| b == b'0');
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each line was given to `dpkg --compare-versions` (1.21.22): real versions, random ones, and ones that differ in one character.
    const DPKG: &str = include_str!("../../tests/sbom/debian-versions.txt");

    #[test]
    fn order_is_that_of_dpkg() {
        for line in DPKG.lines() {
            let parts: Vec<&str> = line.split(' ').collect();
            let expected = match parts[1] {
                "<" => Ordering::Less,
                "=" => Ordering::Equal,
                _ => Ordering::Greater,
            };
            assert_eq!(compare(parts[0], parts[2]), Some(expected), "{line}");
            assert_eq!(compare(parts[2], parts[0]), Some(expected.reverse()), "{line}");
        }
    }

    #[test]
    fn no_version_fail() {
        for text in [
            "",
            "a1",
            "1-",
            "-1",
            ":1",
            "x:1",
            "1:",
            "1 2",
            "1_2",
            "4294967296:1",
            "1-1:1",
        ] {
            assert_eq!(compare(text, "1"), None, "{text}");
        }
    }
}
