//! A replay of real history: the protocol's pure crates live through a user's prices, hour by hour.
//!
//! The market is [`equipoise_simulate::Venue`], which does what the programs do. Around it this crate puts what a market lives
//! among, each in its own module with the model that it assumes: [`path`](self) the order of prices within a candle,
//! `surface` the volatility, `listing` the boards, `flow` those who trade, `accounts` and `liquidation` their
//! margin, `guard` the breakers, `lessons` what spreads learn, `hedging` and `solvers` the hedge, and `explain` what LPs earn and why.
//!
//! Two things are not modelled. Forwards are spot: there is no carry, and the hedge pays no funding. The hedge is filled at
//! the price of the moment, whatever its size, at 7 bp beside solvers' tips.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::missing_errors_doc
)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp))]

mod accounts;
mod charts;
mod days;
mod error;
mod explain;
mod flow;
mod guard;
mod hedging;
mod input;
mod inside;
mod keeping;
mod lessons;
mod liquidation;
mod listing;
mod market;
mod page;
mod path;
mod report;
mod settings;
mod solvers;
mod surface;
mod tables;
mod trading;
mod variance;

pub use days::{Counts, Day};
pub use equipoise_simulate::FeedKind;
pub use error::ReplayError;
pub use explain::{Parts, NAMES as PART_NAMES};
pub use input::Input;
pub use inside::{Inside, Standing};
pub use page::{page, sections, MODEL};
pub use report::{Hedging, Period, Report, Run, SolverRecord, Trips, STRESSES};
pub use settings::{Hedge, Numbers, Setup, Solvers, Variant, Without};
pub use solvers::Record;
pub use tables::Table;
pub use variance::{Shares, Variance};

use market::Market;

/// Runs every variant on the same arrivals, two at a time.
/// # Errors: [`ReplayError`]
pub fn replay(prices: &str, setup: &Setup, variants: &[Variant]) -> Result<Report, ReplayError> {
    let mut runs = Vec::new();
    for pair in variants.chunks(THREADS) {
        let done: Vec<_> = std::thread::scope(|scope| {
            let running: Vec<_> = pair.iter().map(|variant| (variant, scope.spawn(|| run(setup, *variant)))).collect();
            let joined = running.into_iter().map(|(variant, run)| (variant, run.join()));
            joined.map(|(variant, run)| run.unwrap_or(Err(ReplayError::Lost(variant.name())))).collect()
        });
        for run in done {
            runs.push(run?);
        }
    }
    Ok(Report::new(prices.to_owned(), setup, runs))
}

/// Runs that are under way at once.
const THREADS: usize = 2;

/// One run.
/// # Errors: [`ReplayError`]
pub fn run(setup: &Setup, variant: Variant) -> Result<Run, ReplayError> {
    let Some(first) = setup.candles.first() else { return Err(ReplayError::Lost(variant.name())) };
    let start = |refusal| ReplayError::Market { at: first.point.time, doing: "starting", refusal };
    let ended = Market::new(setup, variant, first).map_err(start)?.run()?;
    Run::of(&ended).map_err(start)
}
