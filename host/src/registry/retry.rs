//! When to ask again: [RFC 9110 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3) (`Retry-After`) and
//! pauses that double, with a jitter that depends on the URL alone, so that a run can be repeated.

use std::time::{Duration, SystemTime};

use super::settings::Retries;
use crate::digest::Digest;

/// What to do after an answer or an error that may pass.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    After(Duration),
    GiveUp,
    /// the registry asks for more than the limit
    TooLong(Duration),
}

/// 408, 429 and the 5xx that say "not now"; 501 and 505 will not change.
pub(super) fn may_pass(status: u16) -> bool {
    matches!(status, 408 | 429 | 500 | 502 | 503 | 504)
}

impl Retries {
    /// `attempt` counts from 1: the one that has just failed.
    pub(super) fn next(&self, url: &str, attempt: u32, asked: Option<Duration>) -> Next {
        match asked {
            Some(wait) if wait > self.longest_wait => Next::TooLong(wait),
            _ if attempt >= self.attempts => Next::GiveUp,
            Some(wait) => Next::After(wait.max(self.backoff(url, attempt))),
            None => Next::After(self.backoff(url, attempt)),
        }
    }

    /// Between half of the doubled pause and the whole.
    fn backoff(&self, url: &str, attempt: u32) -> Duration {
        let doubled = self
            .pause
            .saturating_mul(1 << (attempt - 1).min(16))
            .min(self.longest_pause);
        let jitter = Digest::of(format!("{attempt} {url}").as_bytes()).bytes()[0];
        doubled / 2 + doubled / 2 * u32::from(jitter) / 255
    }
}

/// Seconds, or a date.
pub(super) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(value.trim()).ok()?;
    Some(until.duration_since(now).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RETRIES: Retries = Retries {
        attempts: 3,
        pause: Duration::from_millis(500),
        longest_pause: Duration::from_secs(8),
        longest_wait: Duration::from_secs(30),
    };

    #[test]
    fn pauses_double_with_a_repeatable_jitter() {
        let pauses: Vec<Next> = (1..=3)
            .map(|attempt| RETRIES.next("https://r/v2", attempt, None))
            .collect();
        assert_eq!(
            pauses,
            (1..=3)
                .map(|attempt| RETRIES.next("https://r/v2", attempt, None))
                .collect::<Vec<_>>()
        );
        assert!(
            matches!(pauses[0], Next::After(pause) if (250..=500).contains(&pause.as_millis())),
            "{pauses:?}"
        );
        assert!(
            matches!(pauses[1], Next::After(pause) if (500..=1000).contains(&pause.as_millis())),
            "{pauses:?}"
        );
        assert_eq!(pauses[2], Next::GiveUp);
    }

    #[test]
    fn honours_retry_after_up_to_a_limit() {
        let now = httpdate::parse_http_date("Sun, 22 Nov 2026 10:00:00 GMT").expect("a date");
        assert_eq!(retry_after("7", now), Some(Duration::from_secs(7)));
        assert_eq!(
            retry_after("Sun, 22 Nov 2026 10:00:09 GMT", now),
            Some(Duration::from_secs(9))
        );
        assert_eq!(retry_after("Sun, 22 Nov 2026 09:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
        assert_eq!(
            RETRIES.next("u", 1, Some(Duration::from_secs(7))),
            Next::After(Duration::from_secs(7))
        );
        assert_eq!(
            RETRIES.next("u", 1, Some(Duration::from_secs(3600))),
            Next::TooLong(Duration::from_secs(3600))
        );
    }
}
