//! The clearing house's storage, and what all of its programs do on it: entries in the ledger, who may touch an account,
//! and the margin of an account over all markets.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions))]

extern crate alloc;

pub mod access;
pub mod amounts;
pub mod assessment;
pub mod auction;
pub mod custody;
pub mod entries;
pub mod portfolio;
pub mod slots;
pub mod token;

mod ledger;

pub use equipoise_interfaces::account::Holds;
pub use ledger::{bit, markets, Account, LedgerError};
pub use slots::Ledger;
