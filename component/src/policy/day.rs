//! A day of the calendar, UTC, as policies write it: `2026-12-31`.

use std::fmt;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::faults::quoted;
use super::lower::Lower;
use super::tree::Node;

const SECONDS: i64 = 24 * 60 * 60;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(Date);

impl Day {
    /// `YYYY-MM-DD` and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let shaped = text.len() == 10
            && text.bytes().enumerate().all(|(position, byte)| match position {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        shaped.then(|| text.parse().ok()).flatten().map(Self)
    }

    /// Its first second.
    pub fn start(self) -> i64 {
        let midnight = self.0.to_zoned(TimeZone::UTC);
        midnight.map_or(i64::MAX, |zoned| zoned.timestamp().as_second())
    }

    /// The first second after it.
    pub fn end(self) -> i64 {
        self.start().saturating_add(SECONDS)
    }

    /// Whole days from `now` to its end; 0 on the day itself, negative afterwards.
    pub fn days_after(self, now: i64) -> i64 {
        (self.end().saturating_sub(1)).div_euclid(SECONDS) - now.div_euclid(SECONDS)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Lower<'_> {
    pub fn day(&mut self, node: &Node, key: &str) -> Option<Day> {
        let word = self.field(node, key)?;
        let day = Day::parse(word.text);
        if day.is_none() {
            let message = format!("{} is no day", quoted(word.text));
            self.faults.error_with_hint(word.place, message, "write `2026-12-31`");
        }
        day
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_its_24_hours() {
        let day = Day::parse("1970-01-02").unwrap();
        assert_eq!((day.start(), day.end()), (86_400, 172_800));
        assert_eq!((day.days_after(86_400), day.days_after(172_799)), (0, 0));
        assert_eq!((day.days_after(0), day.days_after(172_800)), (1, -1));
        assert_eq!(day.to_string(), "1970-01-02");
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "2026-02-30",
            "2026-1-1",
            "20261231",
            "2026-12-31T00:00:00Z",
            "",
            "2026-W01-1",
        ] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }
}
