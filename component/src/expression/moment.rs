//! Times and durations, both in nanoseconds.

/// What a text of a time must be, for messages.
pub(super) const TIME: &str = "a time of RFC 3339";

/// What a text of a duration must be, for messages.
pub(super) const SPAN: &str = "a duration such as `36h`, `90m` or `1h30m`";

const SECOND: i128 = 1_000_000_000;

pub(super) fn of_seconds(seconds: i64) -> i128 {
    i128::from(seconds) * SECOND
}

pub(super) fn time(text: &str) -> Option<i128> {
    let time: jiff::Timestamp = text.parse().ok()?;
    Some(time.as_nanosecond())
}

/// Hours, minutes, seconds and their parts, each a whole number; CEL has no days.
pub(super) fn span(text: &str) -> Option<i128> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut sum = 0_i128;
    let mut smallest = i128::MAX;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u32 = rest.get(..digits)?.parse().ok()?;
        let tail = rest.get(digits..)?;
        let unit = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let length = match tail.get(..unit)? {
            "h" => 3600 * SECOND,
            "m" => 60 * SECOND,
            "s" => SECOND,
            "ms" => SECOND / 1_000,
            _ => return None,
        };
        if length >= smallest {
            return None;
        }
        smallest = length;
        sum = sum.checked_add(i128::from(number).checked_mul(length)?)?;
        rest = tail.get(unit..)?;
    }
    Some(if negative { -sum } else { sum })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_whole_numbers_of_falling_units() {
        assert_eq!(span("1h30m"), Some(5400 * SECOND));
        assert_eq!(span("-1s"), Some(-SECOND));
        assert_eq!(span("250ms"), Some(SECOND / 4));
        for wrong in [
            "",
            "-",
            "1",
            "h",
            "7d",
            "1m1h",
            "1h1h",
            "1.5h",
            "99999999999h",
            "1 h",
            "１h",
        ] {
            assert_eq!(span(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn times_have_an_offset() {
        assert_eq!(time("1970-01-01T01:00:01+01:00"), Some(SECOND));
        for wrong in ["", "2026-01-01", "2026-01-01T00:00:00", "yesterday", "1795383941"] {
            assert_eq!(time(wrong), None, "{wrong}");
        }
    }
}
