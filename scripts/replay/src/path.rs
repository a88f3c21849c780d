//! The four prices of each candle, in the order that is worse for the vault.
//!
//! A candle tells its open, high, low and close, not their order. Its extremes are taken to come a quarter and a half
//! of its time after the open, and the close after three quarters. Of the two orders the one is replayed that
//! reaches the price at which the vault's options and hedge are worth less *first*: the hedge is then moved at the
//! worse price and has to come back, and accounts are liquidated on the way.

use equipoise_data::PricePoint;

/// Prices that each candle becomes.
pub const STEPS: usize = 4;

/// A candle with its length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candle {
    /// When it opens, in unix seconds.
    pub at: u64,
    /// Until the next one, in seconds.
    pub secs: u64,
    /// Its prices.
    pub point: PricePoint,
}

/// Which extreme comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First {
    /// Open, high, low, close.
    High,
    /// Open, low, high, close.
    Low,
}

/// A price at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Unix seconds.
    pub at: u64,
    /// USD per coin.
    pub price: f64,
}

/// The length of the last candle, and the longest that one may be: what is missing after it is a gap.
const HOUR_SECS: u64 = 3_600;
const LONGEST_SECS: u64 = 86_400;

/// The points as candles, each as long as the time to the next one. In a history of single prices each holds until it becomes the next one.
pub fn candles(points: &[PricePoint]) -> Vec<Candle> {
    let at = |point: &PricePoint| u64::try_from(point.time.as_second()).unwrap_or_default();
    let are_single = points.iter().all(|point| point.low >= point.high);
    let mut candles: Vec<Candle> = Vec::with_capacity(points.len());
    for (place, point) in points.iter().enumerate() {
        let until = points.get(place + 1).map_or(at(point) + HOUR_SECS, at);
        let secs = until.saturating_sub(at(point)).min(LONGEST_SECS);
        if are_single {
            let close = points.get(place + 1).map_or(point.close, |next| next.open);
            candles.push(Candle { at: at(point), secs, point: PricePoint { close, ..*point } });
        } else {
            // An hour that is missing does not make the one before it longer.
            let secs = candles.last().map_or(secs, |last: &Candle| secs.min(last.secs.max(HOUR_SECS)));
            candles.push(Candle { at: at(point), secs, point: *point });
        }
    }
    candles
}

impl Candle {
    /// Its prices in one of the two orders.
    pub fn steps(&self, first: First) -> [Step; STEPS] {
        let PricePoint { open, high, low, close, .. } = self.point;
        let prices = match first {
            First::High => [open, high, low, close],
            First::Low => [open, low, high, close],
        };
        let mut quarter = 0;
        prices.map(|price| {
            let at = self.at + self.secs * quarter / STEPS as u64;
            quarter += 1;
            Step { at, price }
        })
    }
}

/// The extreme to go to first: the one at which the vault is worth less.
pub fn adverse(value_at_high: f64, value_at_low: f64) -> First {
    if value_at_low < value_at_high {
        First::Low
    } else {
        First::High
    }
}

/// The settlement price: the average over the last half of the last candle before the expiry. With hourly prices that is the
/// half hour that the protocol averages; the second extreme and the close hold for a quarter of an hour each.
pub fn settlement_average(steps: &[Step; STEPS]) -> f64 {
    f64::midpoint(steps[2].price, steps[3].price)
}

#[cfg(test)]
mod tests {
    use super::*;
    use equipoise_data::Timestamp;

    fn point(second: i64) -> PricePoint {
        let time = Timestamp::from_second(second).unwrap();
        PricePoint { time, open: 100.0, high: 110.0, low: 95.0, close: 104.0 }
    }

    #[test]
    fn the_extreme_at_which_the_vault_is_worth_less_comes_first() {
        let candle = candles(&[point(7_200)])[0];
        assert_eq!(adverse(5.0, -3.0), First::Low, "long of delta");
        assert_eq!(adverse(-5.0, 3.0), First::High, "short of delta");
        let prices = |first| candle.steps(first).map(|step| step.price);
        assert_eq!(prices(First::Low), [100.0, 95.0, 110.0, 104.0]);
        assert_eq!(prices(First::High), [100.0, 110.0, 95.0, 104.0]);
        assert_eq!(candle.steps(First::Low).map(|step| step.at), [7_200, 8_100, 9_000, 9_900]);
    }

    #[test]
    fn a_settlement_averages_the_last_half_of_the_candle() {
        let candle = candles(&[point(0)])[0];
        assert!((settlement_average(&candle.steps(First::Low)) - 107.0).abs() < 1e-12);
        assert!((settlement_average(&candle.steps(First::High)) - 99.5).abs() < 1e-12);
    }

    #[test]
    fn a_missing_hour_does_not_stretch_the_one_before() {
        let candles = candles(&[point(0), point(3_600), point(10_800), point(14_400)]);
        let lengths: Vec<u64> = candles.iter().map(|candle| candle.secs).collect();
        assert_eq!(lengths, [3_600; 4]);
    }

    #[test]
    fn single_prices_hold_until_they_become_the_next_however_far_apart() {
        let single = |second, price| PricePoint { open: price, high: price, low: price, close: price, ..point(second) };
        let candles = candles(&[single(0, 100.0), single(10_000, 90.0), single(50_000, 95.0), single(250_000, 95.0)]);
        let of = |candle: &Candle| (candle.secs, candle.steps(First::Low).map(|step| step.price));
        let seen: Vec<_> = candles.iter().map(of).collect();
        assert_eq!(seen[0], (10_000, [100.0, 100.0, 100.0, 90.0]));
        assert_eq!(seen[1], (40_000, [90.0, 90.0, 90.0, 95.0]));
        assert_eq!(seen[2], (86_400, [95.0; 4]), "what is missing after a day is a gap");
        assert_eq!(seen[3], (3_600, [95.0; 4]));
    }
}
