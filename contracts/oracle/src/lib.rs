//! The oracle: one Chainlink-style feed, checked and scaled, what else tells whether its price may be relied on, and the
//! settlement average.
//!
//! It holds no funds, has no owner and cannot be changed: a market that wants another feed points
//! to another oracle. Settlements, margins and the net asset value come from the one feed; the second source, the stablecoin's feed and
//! the sequencer's uptime feed stop the market, each where one is named.
//!
//! # Pulled prices
//!
//! Where its constructor says so, trades are priced by the second source, one of signed prices, while its price is at most five
//! seconds old and the feed's is not overdue. The feed bounds it twice: from 1.5 % on, where the breaker trips that compares the
//! two, it is not traded at; and nearer the band takes in what lies between them, so that nobody trades better than at the feed's price by
//! choosing or by signing prices. `equipoise_risk::spread` proves it.
//!
//! # Calls: down to the feeds and the source only, in views only
#![cfg_attr(not(test), no_main)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions))]

extern crate alloc;

mod program;
mod round;
mod settlement;
mod slots;
mod sources;

pub use program::Oracle;
pub use round::{Answer, Round, RoundId, Unusable, MAX_DECIMALS, MAX_PRICE_WAD, MIN_PRICE_WAD};
pub use settlement::{begun, settle, Rounds, SettlementError, Window, MAX_WINDOW_SECS, MOST_ROUNDS, OUTAGE_SECS};
