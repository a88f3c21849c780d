//! Market data for the host tools: readers of option chains and price histories, seeded generators
//! of realistic defaults, and the off-chain fitter of the volatility surface.
//!
//! * [`read_chain`] and [`read_prices`] read the two CSV formats; `README.md` of this crate documents
//!   them column by column. Each refusal is a [`DataError`] that names file, line, value and remedy.
//! * [`generate_chain`] and [`generate_prices`] make the data a user without files gets: the same seed
//!   gives the same bits on every machine.
//! * [`fit_chain`] turns a chain into raw-SVI slices that are free of butterfly and calendar arbitrage,
//!   with the errors it left in vol points; [`Surface::moved_to`] carries them through time.
//!
//! All numbers here are `f64`: the crate runs beside the chain, never on it. Transcendental functions
//! come from the `libm` crate, not from the platform, so results do not depend on the machine.

// Host tool: floating-point arithmetic does not trap, and the casts are from counts far below 2^53.
#![allow(clippy::arithmetic_side_effects, clippy::as_conversions, clippy::cast_precision_loss)]
// The project writes `# Errors: …` on one line, which the lint does not recognise.
#![allow(clippy::missing_errors_doc)]
// Formulas keep the letters of their sources (a, b, k, m, w …).
#![allow(clippy::many_single_char_names)]
// Tests compare bits on purpose.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp))]

#[cfg(test)]
extern crate self as equipoise_data;

mod black76;
mod chain;
mod error;
mod fit;
mod generate;
mod prices;
#[cfg(test)]
#[path = "../tests/reference/mod.rs"]
mod reference;
mod surface;
mod svi;
mod table;
mod time;

pub use black76::{call_delta, coin_price, implied_vol, normal_cdf, undiscounted_price, vega};
pub use chain::{
    parse_chains, read_chain, read_chains, write_chain, Chain, ChainOptions, ExpiryQuotes, Quote, Snapshot,
};
pub use error::{CellProblem, DataError};
pub use fit::{fit_chain, ExpiryFit, Fit, FitError, FitOptions, FitTable};
pub use generate::{generate_chain, generate_prices, ChainRecipe, PathRecipe, DEFAULT_CHAIN_TIME, DEFAULT_SPOT};
pub use prices::{parse_prices, read_prices, require_overlap, write_prices, PriceHistory, PricePoint};
pub use surface::Surface;
pub use svi::{check_calendar, check_slice, Slice};
pub use time::{parse_time, year_fraction, SECONDS_PER_YEAR};

/// The instant type of this crate's public interface, re-exported so that callers need no `jiff` of
/// their own.
pub use jiff::Timestamp;
