//! The last day of an exception, from a time at which it ends.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, tz::TimeZone};

use crate::say;
use crate::untrusted::Safe;

/// Days that an exception may hold, counted from today (docs/policy.md, "Exceptions").
const MOST_DAYS: i32 = 366;

/// Why there is no last day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoExpiry {
    NoDate(String),
    Past(Date),
    TooFar(Date),
}

/// Their time is where it ends: a date means its first moment. Ours is the last whole day, so it is the day before.
pub fn last_day(written: &str, today: Date) -> Result<Date, NoExpiry> {
    let no_date = || NoExpiry::NoDate(written.to_owned());
    let ends = match written.parse::<Timestamp>() {
        Ok(time) => time.to_zoned(TimeZone::UTC).date(),
        Err(_) if written.len() == "2026-12-31".len() => written.parse::<Date>().map_err(|_| no_date())?,
        Err(_) => return Err(no_date()),
    };
    let last = ends.checked_sub(1.day()).map_err(|_| no_date())?;
    let days = today.until(last).map_err(|_| no_date())?.get_days();
    match days {
        past if past < 0 => Err(NoExpiry::Past(last)),
        far if far > MOST_DAYS => Err(NoExpiry::TooFar(last)),
        _ => Ok(last),
    }
}

impl NoExpiry {
    pub fn words(&self) -> Safe {
        match self {
            Self::NoDate(written) => say!["`", written, "` is no date"],
            Self::Past(last) => say!["it ended with ", last.to_string()],
            Self::TooFar(last) => {
                say![
                    "it holds until ",
                    last.to_string(),
                    ", more than ",
                    MOST_DAYS,
                    " days from today"
                ]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_where_it_ends() {
        let today: Date = "2026-11-23".parse().unwrap();
        let day = |written: &str| last_day(written, today);
        assert_eq!(day("2026-12-31").unwrap().to_string(), "2026-12-30");
        assert_eq!(day("2026-12-31T12:00:00Z").unwrap().to_string(), "2026-12-30");
        assert_eq!(day("2026-12-31T01:00:00+02:00").unwrap().to_string(), "2026-12-29");
        assert_eq!(day("2026-11-24").unwrap(), today);
        assert!(matches!(day("2026-11-23"), Err(NoExpiry::Past(_))));
        assert_eq!(day("2027-11-25").unwrap().to_string(), "2027-11-24");
        assert!(matches!(day("2027-11-26"), Err(NoExpiry::TooFar(_))));
        for written in [
            "",
            "tomorrow",
            "2026-13-01",
            "2026-12-31 exp",
            "-009999-01-01",
            "9999-99-99",
        ] {
            assert!(matches!(day(written), Err(NoExpiry::NoDate(_))), "{written}");
        }
    }
}
