//! What a demo runs on: an option chain, a price history, and the surface between them.

mod listing;
mod path;

use std::path::PathBuf;

use equipoise_data::{
    fit_chain, generate_chain, generate_prices, read_chain, read_prices, require_overlap, Chain, ChainOptions,
    ChainRecipe, Fit, FitOptions, PathRecipe, PriceHistory, Surface, Timestamp,
};

use crate::error::CliError;

pub use listing::{Listing, LEAST_BOARDS, LEAST_STRIKES};
pub use path::{interpolated, path, Tick};

/// Seconds in a day.
pub const DAY_SECS: i64 = 86_400;
/// A demo runs this many days at least.
pub const LEAST_DAYS: u64 = 2;
/// The past that realised volatility is taken from.
const REALISED_SECS: i64 = 7 * DAY_SECS;
/// Volatility is quoted at this time to expiry.
const REFERENCE_SECS: i64 = 30 * DAY_SECS;
/// How far the level of the surface may leave that of the chain.
const LEAST_LEVEL: f64 = 0.6;
const GREATEST_LEVEL: f64 = 1.6;

/// Which data to use.
#[derive(Clone, Debug)]
pub struct Source {
    /// Option chain; none: generated from the seed.
    pub chain: Option<PathBuf>,
    /// Price history; none: generated from the seed, from the chain's moment and spot.
    pub prices: Option<PathBuf>,
    /// Currency to take from files of several.
    pub currency: Option<String>,
    /// Seed of what is generated.
    pub seed: u64,
    /// Days that the demo runs at most.
    pub days: u64,
    /// Strikes of a board.
    pub strikes: usize,
}

/// Data ready to run on.
#[derive(Clone, Debug)]
pub struct Input {
    /// The chain as read.
    pub chain: Chain,
    /// The price history.
    pub history: PriceHistory,
    /// The fit of the chain.
    pub fit: Fit,
    /// The surface at the start: the fit's own, or the fit's taken to another time.
    pub surface: Surface,
    /// When the demo starts.
    pub start: Timestamp,
    /// When it stops trading.
    pub end: Timestamp,
    /// Whether the chain stands at another time than the prices, so that only its smile is used.
    pub is_rebased: bool,
}

impl Input {
    /// Reads or generates the data, checks it and fits the surface.
    /// # Errors: [`CliError::Data`], [`CliError::Fit`], [`CliError::HistoryTooShort`]
    pub fn load(source: &Source) -> Result<Self, CliError> {
        let chain = chain_of(source)?;
        chain.require(LEAST_BOARDS, source.strikes)?;
        let history = history_of(source, &chain)?;
        let fit = fit_chain(&chain, &FitOptions::default())?;
        let is_rebased = is_apart(&chain, &history);
        let start = if is_rebased { start_within(&history, source.days) } else { chain.observed_at };
        let needed = start.as_second() + days(LEAST_DAYS);
        if let (false, Ok(needed)) = (is_rebased, Timestamp::from_second(needed)) {
            require_overlap(&chain, &history, needed)?;
        }
        let last = history.points.last().map_or(start, |point| point.time);
        if last.as_second() < needed {
            let prices = history.source.clone();
            return Err(CliError::HistoryTooShort { prices, start, last, needed_days: LEAST_DAYS });
        }
        let end = last.as_second().min(start.as_second() + days(source.days));
        let end = Timestamp::from_second(end).unwrap_or(last);
        let mut input = Self { surface: fit.surface.clone(), chain, history, fit, start, end, is_rebased };
        if is_rebased {
            let spot = input.history.at(start).map_or(input.chain.spot, |point| point.open);
            let level = input.realised_level(start).unwrap_or(1.0);
            input.surface = input.fit.surface.rebased_to(start, spot, level);
        }
        Ok(input)
    }

    /// The surface at a later moment and spot. Its level goes half of the way, in logarithms, from the one it started
    /// at to the volatility realised over the last seven days, as far as there are prices of seven days.
    pub fn surface_at(&self, now: Timestamp, spot: f64) -> Surface {
        self.surface.moved_to(now, spot, self.level_at(now))
    }

    fn level_at(&self, now: Timestamp) -> f64 {
        if self.is_rebased {
            // The start's level is the realised one already: follow it.
            let (Some(then), Some(now)) = (self.realised_level(self.start), self.realised_level(now)) else {
                return 1.0;
            };
            return (now / then).clamp(LEAST_LEVEL, GREATEST_LEVEL);
        }
        let first = self.history.points.first().map_or(now, |point| point.time);
        let span = (now.as_second() - first.as_second()).clamp(0, REALISED_SECS);
        let since_start = (now.as_second() - self.start.as_second()).clamp(0, REALISED_SECS);
        let weight = 0.5 * span.min(since_start) as f64 / REALISED_SECS as f64;
        let Some(level) = self.realised_level(now) else { return 1.0 };
        libm::pow(level, weight).clamp(LEAST_LEVEL, GREATEST_LEVEL)
    }

    /// Realised volatility over the fitted one at 30 days.
    fn realised_level(&self, now: Timestamp) -> Option<f64> {
        let from = Timestamp::from_second(now.as_second() - REALISED_SECS).ok()?;
        let realised = self.history.realised_vol(from, now)?;
        let vol = reference_vol(&self.fit)?;
        Some((realised / vol).clamp(LEAST_LEVEL, GREATEST_LEVEL))
    }
}

fn chain_of(source: &Source) -> Result<Chain, CliError> {
    match &source.chain {
        Some(file) => {
            let options = ChainOptions { currency: source.currency.clone(), ..ChainOptions::default() };
            Ok(read_chain(file, &options)?)
        }
        None => Ok(generate_chain(&ChainRecipe { seed: source.seed, ..ChainRecipe::default() })),
    }
}

fn history_of(source: &Source, chain: &Chain) -> Result<PriceHistory, CliError> {
    if let Some(file) = &source.prices {
        let currency = source.currency.as_deref().unwrap_or(&chain.currency);
        return Ok(read_prices(file, currency)?);
    }
    let (seed, start, spot) = (source.seed, chain.observed_at, chain.spot);
    let mut recipe = PathRecipe { seed, start, spot, ..PathRecipe::default() };
    let hours = usize::try_from(source.days * 24 + 1).unwrap_or(recipe.candles);
    recipe.candles = recipe.candles.max(hours);
    Ok(generate_prices(&recipe))
}

/// Whether chain and prices have no moment in common.
fn is_apart(chain: &Chain, history: &PriceHistory) -> bool {
    let (Some(first), Some(last)) = (history.points.first(), history.points.last()) else {
        return false;
    };
    let steps = i64::try_from(history.points.len()).unwrap_or(i64::MAX).max(2) - 1;
    let step = (last.time.as_second() - first.time.as_second()) / steps;
    let at = chain.observed_at.as_second();
    at < first.time.as_second() - step || at > last.time.as_second() + step
}

/// A start a week into the prices, if they are long enough, so that their volatility is known.
fn start_within(history: &PriceHistory, length: u64) -> Timestamp {
    let (Some(first), Some(last)) = (history.points.first(), history.points.last()) else {
        return Timestamp::UNIX_EPOCH;
    };
    let wanted = first.time.as_second() + REALISED_SECS;
    let room = last.time.as_second() - wanted >= days(length.min(LEAST_DAYS));
    let from = if room { wanted } else { first.time.as_second() };
    let place = history.points.partition_point(|point| point.time.as_second() < from);
    history.points.get(place).map_or(first.time, |point| point.time)
}

/// Volatility at the money of the expiry nearest to thirty days.
fn reference_vol(fit: &Fit) -> Option<f64> {
    let at = fit.surface.observed_at.as_second();
    let distance = |expiry: Timestamp| (expiry.as_second() - at - REFERENCE_SECS).abs();
    let nearest = fit.reports.iter().min_by_key(|report| distance(report.expiry))?;
    Some(nearest.at_the_money_points / 100.0)
}

fn days(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX / DAY_SECS).saturating_mul(DAY_SECS)
}

#[cfg(test)]
mod tests;
