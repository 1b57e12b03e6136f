//! The testbed's only times: nothing here reads a clock.

/// 2026-01-01T12:00:00Z: when certificates are issued unless a test says otherwise.
pub const NOON: i64 = 1_767_268_800;

pub const MINUTE: i64 = 60;
pub const DAY: i64 = 86_400;

/// A proleptic Gregorian date in UTC.
pub struct Date {
    pub year: i64,
    pub month: i64,
    pub day: i64,
    pub second_of_day: i64,
}

/// The date of a Unix time (Hinnant's `civil_from_days`).
pub fn date(seconds: i64) -> Date {
    let days = seconds.div_euclid(DAY) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    Date {
        year: era * 400 + year_of_era + i64::from(month <= 2),
        month,
        day: day_of_year - (153 * shifted_month + 2) / 5 + 1,
        second_of_day: seconds.rem_euclid(DAY),
    }
}

impl Date {
    fn hour_minute_second(&self) -> (i64, i64, i64) {
        (
            self.second_of_day / 3600,
            self.second_of_day / 60 % 60,
            self.second_of_day % 60,
        )
    }

    /// `20260101120000Z`
    pub fn compact(&self) -> String {
        let (hour, minute, second) = self.hour_minute_second();
        format!(
            "{:04}{:02}{:02}{hour:02}{minute:02}{second:02}Z",
            self.year, self.month, self.day
        )
    }
}

/// RFC 3339: `2026-01-01T12:00:00Z`
pub fn rfc3339(seconds: i64) -> String {
    let date = date(seconds);
    let (hour, minute, second) = date.hour_minute_second();
    format!(
        "{:04}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z",
        date.year, date.month, date.day
    )
}
