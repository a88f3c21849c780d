//! Times in files and between instants.

use jiff::{civil::DateTime, tz::TimeZone, Timestamp};

/// Seconds in the year of this project (ACT/365).
pub const SECONDS_PER_YEAR: f64 = 31_536_000.0;

/// Time from `from` to `until` in years (ACT/365), negative if `until` is earlier.
pub fn year_fraction(from: Timestamp, until: Timestamp) -> f64 {
    (until.as_nanosecond() - from.as_nanosecond()) as f64 / 1e9 / SECONDS_PER_YEAR
}

/// Reads RFC 3339, the same without an offset (then UTC), with a blank for the `T`, a plain date, or
/// a whole number of unix seconds (10 digits at most) or milliseconds (11 and more).
pub fn parse_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let count: i64 = text.parse().ok()?;
        return if text.len() <= 10 {
            Timestamp::from_second(count).ok()
        } else {
            Timestamp::from_millisecond(count).ok()
        };
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    let local: DateTime = text.parse().ok()?;
    TimeZone::UTC.to_timestamp(local).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_time_form_means_the_same_instant() {
        let expected = Timestamp::from_second(1_767_600_000).unwrap();
        for text in [
            "2026-01-05T08:00:00Z",
            "2026-01-05T08:00:00+00:00",
            "2026-01-05 08:00:00",
            "2026-01-05 08:00:00+00:00",
            "2026-01-05T09:00:00.000+01:00",
            "1767600000",
            "1767600000000",
            " 2026-01-05T08:00:00Z ",
        ] {
            assert_eq!(parse_time(text), Some(expected), "{text}");
        }
        assert_eq!(parse_time("2026-01-05"), Some(Timestamp::from_second(1_767_571_200).unwrap()));
    }

    #[test]
    fn nonsense_is_no_time() {
        for text in ["", "soon", "2026-13-01", "2026-01-05T25:00:00Z", "99999999999999999999"] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }

    #[test]
    fn a_year_is_365_days() {
        let start = Timestamp::from_second(0).unwrap();
        let end = Timestamp::from_second(365 * 86_400).unwrap();
        assert!((year_fraction(start, end) - 1.0).abs() < 1e-15);
        assert!((year_fraction(end, start) + 1.0).abs() < 1e-15);
    }
}
