//! Option chains: the market's quotes of one currency at one moment.

mod read;
mod write;

#[cfg(test)]
mod tests;

use jiff::Timestamp;

use crate::error::DataError;

pub use read::{parse_chains, read_chain, read_chains};
pub use write::write_chain;

/// All quotes of one currency at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Chain {
    /// Where it came from: the path as given, or the generator's name.
    pub source: String,
    /// Upper-case code of the underlying, such as `ETH`.
    pub currency: String,
    /// When the quotes stood.
    pub observed_at: Timestamp,
    /// Spot index, USD per coin.
    pub spot: f64,
    /// Expiries, earliest first; none is empty.
    pub expiries: Vec<ExpiryQuotes>,
}

/// The quotes of one expiry.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpiryQuotes {
    /// When the options expire.
    pub expiry: Timestamp,
    /// Forward of this expiry, USD per coin: the median over its rows.
    pub forward: f64,
    /// Quotes by strike, the call before the put.
    pub quotes: Vec<Quote>,
}

/// One option's quote.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quote {
    /// Strike, USD per coin.
    pub strike: f64,
    /// True for a put, false for a call.
    pub is_put: bool,
    /// Forward against which this very row was quoted, USD per coin.
    pub forward: f64,
    /// Best bid, coin per option; none where nobody bids.
    pub bid: Option<f64>,
    /// Best ask, coin per option; none where nobody offers.
    pub ask: Option<f64>,
    /// Mark price, coin per option.
    pub mark: Option<f64>,
    /// Implied vol of the mark price, fraction per sqrt(year).
    pub mark_iv: Option<f64>,
    /// Open interest, options.
    pub open_interest: f64,
}

/// Which snapshot of a file that holds several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Snapshot {
    /// The earliest.
    #[default]
    First,
    /// The latest.
    Last,
    /// The latest one at or before this time.
    At(Timestamp),
}

/// What to take from a chain file.
#[derive(Debug, Clone, Default)]
pub struct ChainOptions {
    /// Currency to take, in any case. None: the file's only one, or ETH if it has several.
    pub currency: Option<String>,
    /// Snapshot to take, for [`read_chain`].
    pub snapshot: Snapshot,
}

impl Chain {
    /// Refuses a chain that has fewer than `expiries` expiries of at least `strikes` distinct strikes.
    /// # Errors: [`DataError::TooFewExpiries`]
    pub fn require(&self, expiries: usize, strikes: usize) -> Result<(), DataError> {
        let found = self.expiries.iter().filter(|each| each.strikes().len() >= strikes).count();
        if found >= expiries {
            return Ok(());
        }
        Err(DataError::TooFewExpiries { file: self.source.clone(), found, needed: expiries, strikes })
    }
}

impl ExpiryQuotes {
    /// Distinct strikes, ascending.
    pub fn strikes(&self) -> Vec<f64> {
        let mut strikes: Vec<f64> = self.quotes.iter().map(|quote| quote.strike).collect();
        strikes.sort_by(f64::total_cmp);
        strikes.dedup();
        strikes
    }

    /// The quote of one option, if listed.
    pub fn quote(&self, strike: f64, is_put: bool) -> Option<&Quote> {
        self.quotes.iter().find(|quote| quote.is_put == is_put && quote.strike.total_cmp(&strike).is_eq())
    }
}

/// Middle value; the mean of the two middle ones for an even count. None for an empty list.
pub(crate) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    if values.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = *values.get(values.len() / 2 - 1)?;
    Some(f64::midpoint(lower, upper))
}
