//! From files to a setup.

use std::path::{Path, PathBuf};

use equipoise_data::{
    fit_chain, read_chains, read_prices, year_fraction, Chain, ChainOptions, Fit, FitOptions, PricePoint, Timestamp,
};
use equipoise_simulate::FeedKind;

use crate::inside::{Inside, Quoter};
use crate::path::candles;
use crate::settings::{Numbers, Setup, Solvers};
use crate::surface::{Realised, Smile, Source};
use crate::ReplayError;

/// Prices that a replay needs at least.
const LEAST_PRICES: usize = 24;
/// Volatility is learned from so much of the history before the period, if there is as much.
const WARM_YEARS: f64 = 90.0 / 365.0;

/// Which data to replay.
#[derive(Clone, Debug)]
pub struct Input {
    /// Price history.
    pub prices: PathBuf,
    /// A folder of option chains, or one file.
    pub chains: Option<PathBuf>,
    /// Which currency of them.
    pub currency: String,
    /// The first moment; none: the first price.
    pub from: Option<Timestamp>,
    /// The last moment; none: the last price.
    pub until: Option<Timestamp>,
    /// The LPs' capital in quote units.
    pub capital: f64,
    /// Seed of the flow.
    pub seed: u64,
    /// The numbers that votes may move.
    pub rules: Numbers,
    /// How spot comes to the chain.
    pub feed: FeedKind,
    /// Who hedges.
    pub solvers: Solvers,
}

impl Input {
    /// Reads and fits everything.
    /// # Errors: [`ReplayError`], with file, value and remedy
    pub fn load(&self) -> Result<Setup, ReplayError> {
        let history = read_prices(&self.prices, &self.currency)?;
        let ends = history.points.first().map(|point| point.time).zip(history.points.last().map(|point| point.time));
        let (first, last) = ends.unwrap_or_default();
        let (from, until) = (self.from.unwrap_or(first), self.until.unwrap_or(last));
        let points = history.between(from, until);
        if points.len() < LEAST_PRICES {
            let file = self.prices.display().to_string();
            return Err(ReplayError::TooFewPrices { file, found: points.len(), from, until });
        }
        let chains = self.chains.as_deref().map(|path| fits(path, &self.currency)).transpose()?.unwrap_or_default();
        let inside = self.compared(&chains)?;
        let chains: Vec<Fit> = chains.into_iter().map(|(_, fit)| fit).collect();
        let smile = Smile::fit(chains.iter().map(|fit| &fit.surface)).unwrap_or_default();
        let before = history.between(first, from);
        let setup = Setup {
            source: Source { smile, chains },
            realised: learned(before, from),
            rules: self.rules,
            feed: self.feed,
            solvers: self.solvers,
            inside,
            ..Setup::of(points, self.capital, self.seed)
        };
        Ok(setup)
    }

    /// The vault's quotes against those of the chains, if there are any.
    fn compared(&self, chains: &[(Chain, Fit)]) -> Result<Option<Inside>, ReplayError> {
        let Some((first, _)) = chains.first() else { return Ok(None) };
        let quoter = Quoter { parameters: self.rules.parameters, feed: self.feed, capital: self.capital };
        let at = first.observed_at;
        let refused = |refusal| ReplayError::Market { at, doing: "quoting beside the chains", refusal };
        Inside::of(chains, &quoter).map(Some).map_err(refused)
    }
}

impl Setup {
    /// A replay of prices alone: no chains, and nothing known of volatility before.
    pub fn of(points: &[PricePoint], capital: f64, seed: u64) -> Self {
        let source = Source { smile: Smile::default(), chains: Vec::new() };
        Self {
            candles: candles(points),
            source,
            realised: Realised::default(),
            capital,
            seed,
            rules: Numbers::default(),
            feed: FeedKind::default(),
            solvers: Solvers::default(),
            inside: None,
        }
    }
}

/// What the prices before a moment tell of volatility.
fn learned(before: &[PricePoint], from: Timestamp) -> Realised {
    let mut realised = Realised::default();
    let recent = before.iter().filter(|point| year_fraction(point.time, from) <= WARM_YEARS);
    let recent: Vec<&PricePoint> = recent.collect();
    for pair in recent.windows(2) {
        let secs = u64::try_from(pair[1].time.as_second() - pair[0].time.as_second()).unwrap_or_default();
        if secs > 0 {
            realised.moved(pair[0].open, pair[1].open, secs);
        }
    }
    realised
}

/// The fitted chains of a folder or a file, by rising time, one for each moment.
fn fits(path: &Path, currency: &str) -> Result<Vec<(Chain, Fit)>, ReplayError> {
    let refuse = |cause| ReplayError::Folder { path: path.to_owned(), cause };
    let files: Vec<PathBuf> = if path.is_dir() {
        let entries: Result<Vec<_>, _> = path.read_dir().map_err(refuse)?.collect();
        entries.map_err(refuse)?.into_iter().map(|entry| entry.path()).filter(|path| path.is_file()).collect()
    } else {
        vec![path.to_owned()]
    };
    let options = ChainOptions { currency: Some(currency.to_owned()), ..ChainOptions::default() };
    let mut fits = Vec::new();
    for file in files {
        for chain in read_chains(&file, &options)? {
            let fit = fit_chain(&chain, &FitOptions::default())?;
            fits.push((chain, fit));
        }
    }
    fits.sort_by_key(|(chain, _)| chain.observed_at);
    fits.dedup_by_key(|(chain, _)| chain.observed_at);
    Ok(fits)
}
