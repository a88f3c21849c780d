//! The oracle: one Chainlink-style feed, checked and scaled, and the settlement average.
//!
//! It holds no funds, has no owner and cannot be changed: a market that wants another feed points
//! to another oracle.
//!
//! # Calls: down to the feed only, in views only
#![cfg_attr(not(test), no_main)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions))]

extern crate alloc;

mod program;
mod round;
mod settlement;

pub use program::Oracle;
pub use round::{Answer, Round, RoundId, Unusable, MAX_DECIMALS, MAX_PRICE_WAD, MIN_PRICE_WAD};
pub use settlement::{settle, Rounds, SettlementError, Window, MAX_WINDOW_SECS, OUTAGE_SECS};
