//! Price histories: what spot did over time.

mod read;
mod write;

#[cfg(test)]
mod tests;

use jiff::Timestamp;

use crate::chain::Chain;
use crate::error::DataError;
use crate::time::year_fraction;

pub use read::{parse_prices, read_prices};
pub use write::write_prices;

/// A price history in strictly ascending time.
#[derive(Debug, Clone, PartialEq)]
pub struct PriceHistory {
    /// Where it came from: the path as given, or the generator's name.
    pub source: String,
    /// The points, at least one.
    pub points: Vec<PricePoint>,
}

/// One candle, or one observation of an index (then open, high, low and close are equal).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PricePoint {
    /// When the candle opened, or when the index was observed.
    pub time: Timestamp,
    /// First price, USD per coin.
    pub open: f64,
    /// Highest price, USD per coin.
    pub high: f64,
    /// Lowest price, USD per coin.
    pub low: f64,
    /// Last price, USD per coin.
    pub close: f64,
}

impl PriceHistory {
    /// The last point at or before `time`.
    pub fn at(&self, time: Timestamp) -> Option<&PricePoint> {
        let after = self.points.partition_point(|point| point.time <= time);
        after.checked_sub(1).and_then(|index| self.points.get(index))
    }

    /// The points from `from` to `until`, both included.
    pub fn between(&self, from: Timestamp, until: Timestamp) -> &[PricePoint] {
        let start = self.points.partition_point(|point| point.time < from);
        let end = self.points.partition_point(|point| point.time <= until).max(start);
        self.points.get(start..end).unwrap_or(&[])
    }

    /// Realised vol of the opens from `from` to `until`, as a fraction per sqrt(year) (ACT/365): the
    /// root of the summed squared log returns over the time they span.
    /// # Returns: none where fewer than three points lie in the period
    pub fn realised_vol(&self, from: Timestamp, until: Timestamp) -> Option<f64> {
        let points = self.between(from, until);
        let (first, last) = (points.first()?, points.last()?);
        if points.len() < 3 {
            return None;
        }
        let squares: f64 = points
            .windows(2)
            .filter_map(|pair| Some(libm::log(pair.get(1)?.open / pair.first()?.open)))
            .map(|step| step * step)
            .sum();
        Some((squares / year_fraction(first.time, last.time)).sqrt())
    }
}

/// Refuses prices that do not reach from the chain's moment to `until`.
///
/// A gap of one typical step is allowed at either end: candles and snapshots need not be aligned.
/// # Errors: [`DataError::NoOverlap`]
pub fn require_overlap(chain: &Chain, prices: &PriceHistory, until: Timestamp) -> Result<(), DataError> {
    let (Some(first), Some(last)) = (prices.points.first(), prices.points.last()) else {
        return Err(DataError::Empty { file: prices.source.clone() });
    };
    let steps = prices.points.len().saturating_sub(1).max(1) as f64;
    let step = year_fraction(first.time, last.time) / steps;
    let late = year_fraction(chain.observed_at, first.time);
    let short = year_fraction(last.time, until);
    if late <= step && short <= step {
        return Ok(());
    }
    Err(DataError::NoOverlap {
        prices: prices.source.clone(),
        chain: chain.source.clone(),
        first: first.time,
        last: last.time,
        from: chain.observed_at,
        until,
    })
}
