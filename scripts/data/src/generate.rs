//! Seeded generators of the data a user without files gets: an ETH-like option chain and a price
//! path. No market data is in them, only parameters.
//!
//! The same recipe gives the same bits on every machine: ChaCha20 for the random numbers, the `libm`
//! crate for the functions, IEEE arithmetic for the rest.

mod chain;
mod path;
mod random;

#[cfg(test)]
mod tests;

use jiff::Timestamp;

pub use chain::{generate_chain, ChainRecipe};
pub use path::{generate_prices, PathRecipe};

/// When the default chain stands and the default path starts: Monday 2026-01-05, 08:00 UTC.
pub const DEFAULT_CHAIN_TIME: Timestamp = Timestamp::constant(1_767_600_000, 0);
/// Spot of the default chain and start of the default path, USD per coin.
pub const DEFAULT_SPOT: f64 = 3000.0;
