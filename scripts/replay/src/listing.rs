//! Which boards keepers list: the next four Fridays and the last Fridays of the months after, at 08:00 UTC.

use jiff::tz::TimeZone;
use jiff::Timestamp;

const DAY_SECS: u64 = 86_400;
const WEEK_DAYS: u64 = 7;
/// 1970-01-02 was the first Friday.
const FIRST_FRIDAY: u64 = 1;
const EXPIRY_SECS: u64 = 8 * 3_600;
/// Boards that live at once at most: the protocol's limit is eight, and one may wait for its settlement.
pub const MOST_BOARDS: usize = 7;
const WEEKLIES: usize = 4;
const WEEKS_AHEAD: u64 = 18;
/// An expiry nearer than this is not listed.
const LEAST_LIFE_SECS: u64 = 2 * DAY_SECS;
/// Strikes lie so many deviations of the time to expiry from spot.
const DEVIATIONS: [f64; 9] = [-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0];
/// Strikes are whole multiples of one of these times a power of ten.
const STEPS: [f64; 3] = [1.0, 2.5, 5.0];

/// The expiries that should live now, nearest first.
pub fn expiries(now: u64) -> Vec<u64> {
    let today = now / DAY_SECS;
    let next = today + (FIRST_FRIDAY + WEEK_DAYS - today % WEEK_DAYS) % WEEK_DAYS;
    let fridays = (0..WEEKS_AHEAD).map(|week| (next + week * WEEK_DAYS) * DAY_SECS + EXPIRY_SECS);
    let live = fridays.filter(|expiry| *expiry >= now + LEAST_LIFE_SECS);
    let chosen = live.enumerate().filter(|(place, expiry)| *place < WEEKLIES || is_last_of_month(*expiry));
    chosen.map(|(_, expiry)| expiry).take(MOST_BOARDS - 1).collect()
}

fn is_last_of_month(friday: u64) -> bool {
    month(friday) != month(friday + WEEK_DAYS * DAY_SECS)
}

fn month(at: u64) -> i8 {
    let at = i64::try_from(at).ok().and_then(|at| Timestamp::from_second(at).ok()).unwrap_or_default();
    at.to_zoned(TimeZone::UTC).month()
}

/// Strikes around spot, rising, each once.
/// # Inputs: the standard deviation of the logarithm of the price at expiry
pub fn strikes(spot: f64, deviation: f64) -> Vec<f64> {
    let step = nice(spot * deviation / 4.0);
    let wanted = DEVIATIONS.map(|count| (spot * libm::exp(count * deviation) / step).round() * step);
    let mut strikes: Vec<f64> = wanted.into_iter().filter(|strike| *strike > 0.0).collect();
    strikes.dedup();
    strikes
}

/// The largest round number that is not above.
fn nice(most: f64) -> f64 {
    let power = libm::pow(10.0, libm::log10(most).floor());
    let fits = STEPS.iter().map(|step| step * power).filter(|step| *step <= most);
    fits.fold(power, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekly_and_monthly_fridays_live() {
        let now: Timestamp = "2024-08-01T00:00:00Z".parse().unwrap();
        let live = expiries(u64::try_from(now.as_second()).unwrap());
        let dates: Vec<String> =
            live.iter().map(|at| Timestamp::from_second(i64::try_from(*at).unwrap()).unwrap().to_string()).collect();
        let days = ["08-09", "08-16", "08-23", "08-30", "09-27", "10-25"];
        assert_eq!(dates, days.map(|day| format!("2024-{day}T08:00:00Z")));
    }

    #[test]
    fn strikes_are_round_and_rise() {
        let strikes = strikes(3_012.0, 0.6 * (7.0_f64 / 365.0).sqrt());
        assert_eq!(strikes, [2550.0, 2650.0, 2750.0, 2900.0, 3000.0, 3150.0, 3250.0, 3400.0, 3550.0]);
    }
}
