//! The market of one underlying: boards of series, the vault's book, quotes, trades, positions, settlement.
//!
//! The program is thin: it loads slots ([`layout`]), prices the whole book with `equipoise_risk`, stores and
//! emits. A trade goes from [`program`] to [`trade`], through [`live`] into `equipoise_risk::book` and
//! `equipoise_risk::quote`, and back.
//!
//! # Calls: down to the oracle in views, and to the ledger last
#![cfg_attr(not(any(test, feature = "export-abi")), no_main)]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions)
)]

extern crate alloc;

mod admin;
mod errors;
pub mod layout;
mod live;
mod program;
mod settle;
mod store;
mod trade;
mod views;

pub use live::MAX_LEGS;
#[cfg(feature = "export-abi")]
pub use program::print_from_args;
pub use program::Market;
